"""The situation as a sheet of paper: a matplotlib figure with its title block, for PDF, PNG and SVG."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from bordergis import datasets, geodesy, provenance
from bordergis.crs import LONLAT
from bordergis.files import write_atomic
from bordergis.maps import style
from bordergis.maps.basemap import PAGE_CRS, background, relief_shade
from bordergis.maps.coarse import coarse_discs, coarse_sites
from bordergis.maps.draw import border_note
from bordergis.maps.folding import folded
from bordergis.maps.fonts import register_fonts
from bordergis.maps.labels import base_labels, name_cells, name_spots
from bordergis.maps.layers import drawn_geometries
from bordergis.maps.profile import apply_profile
from bordergis.maps.title import TitleBlock, title_lines
from bordergis.words import words_for

if TYPE_CHECKING:
    import os

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from bordergis.maps.profile import Shown
    from bordergis.situation import Situation
    from bordergis.words import Words

__all__ = ["PAPERS", "plot_situation", "save_plot"]

PAPERS = {"A4": (11.69, 8.27), "A3": (16.54, 11.69)}
"""Width and height in inches, lying on its long side (ISO 216)."""

MARKERS = {
    "circle": "o", "square": "s", "hexagon": "h", "triangle": "^", "star": "*", "chevron": "v", "pentagon": "p", "plus": "P",
    "diamond": "D", "temple": "^", "house": "p", "bridge": "_",
}  # fmt: skip
"""matplotlib's markers for the shapes of the map."""

HATCHES = {"definite": "////", "possible": "...", "designated": None, "hazards": "xxxx", "restricted": "\\\\\\\\", "camps": "oo"}
DISC_ACCURACY_M = 10.0  # of the outline of a disc; a hundredth of a millimetre on the sheet
SHADE = 0.55  # opacity of the deepest shade and the brightest light: the relief stays behind
NAME_ROOM = 0.05  # of the map's width: a name whose middle is nearer to the edge would be cut
MARGIN = 0.09  # of the map's width, around the lines
POINTS_A_PIXEL = 0.75
DPI = 200
SCALE_STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200)
LEGEND_COLUMNS = 48
TEXT_COLUMNS = 58
FINE_COLUMNS = 84
NAMED_FROM = 20_000  # people: towns that get their name
SALT = "bordergis"


def plot_situation(
    situation: Situation, *, lang: str = "en", paper: str = "A4", profile: str = "internal", title: TitleBlock | None = None
) -> Figure:
    """Draw a situation on a sheet of paper, with title block, legend, scale, sources and disclaimer.

    Parameters
    ----------
    situation
        What to draw, as of its date.
    lang
        Language of the words: ``en``, ``km`` or ``th``.
    paper
        ``A4`` or ``A3``, lying on its long side.
    profile
        ``internal``, with displacement sites and shelters as areas in which each lies somewhere; or ``public``: sensitive layers are
        left out before anything is drawn.
    title
        What the title block says, where it should not be the default.

    Returns
    -------
    matplotlib.figure.Figure
        A figure of matplotlib; :func:`save_plot` writes it so that the same figure gives the same bytes.

    Raises
    ------
    UnknownNameError
        If there are no words in the language, or no such paper or profile.

    Examples
    --------
    >>> import bordergis as bg
    >>> figure = bg.plot_situation(bg.load("2026-01-14"))
    >>> [round(side, 2) for side in figure.get_size_inches().tolist()]
    [11.69, 8.27]
    """
    from matplotlib.figure import Figure  # noqa: PLC0415  0.3 s: only where a sheet is drawn

    datasets.require_known("paper", paper, PAPERS)
    words = words_for(lang)
    shown = apply_profile(situation, profile)
    width, height = PAPERS[paper]
    figure = Figure(figsize=(width, height))
    size = 7.0 * height / PAPERS["A4"][1]
    with _fonts(size):
        axes = figure.add_axes((0.015, 0.02, 0.68, 0.9))
        _draw_map(axes, shown.situation, words, lang=lang)
        _draw_words(figure, shown, words, title or TitleBlock())
    return figure


def save_plot(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure as PDF, PNG or SVG, whole or not at all; the same figure gives the same bytes.

    Raises
    ------
    UnknownNameError
        If the file's ending is none of them.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import bordergis as bg
    >>> bg.save_plot(bg.plot_situation(bg.load("2026-01-14")), tempfile.mkdtemp() + "/situation.pdf").name
    'situation.pdf'
    """
    import matplotlib as mpl  # noqa: PLC0415

    form = Path(path).suffix.removeprefix(".").lower()
    dated: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None, "ModDate": None}, "svg": {"Date": None}, "png": {}}
    datasets.require_known("form", form, dated)
    content = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": SALT, "pdf.fonttype": 42, "font.family": list(register_fonts())}):
        figure.savefig(content, format=form, dpi=DPI, metadata=dated[form])
    return write_atomic(Path(path), content.getvalue())


def _fonts(size: float) -> Any:  # noqa: ANN401  matplotlib's context manager
    import matplotlib as mpl  # noqa: PLC0415

    # a text between dollar signs is not mathematics: it comes from the data, and a broken formula would stop the drawing
    return mpl.rc_context({"font.family": list(register_fonts()), "font.size": size, "hatch.linewidth": 0.5, "text.parse_math": False})


def _draw_map(axes: Axes, situation: Situation, words: Words, *, lang: str) -> None:
    west, south, east, north = _extent(situation, axes)
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], aspect="equal", facecolor=style.TOKENS["paper-soft"])
    _draw_background(axes)
    _name_background(axes, lang)
    handles = [
        *_draw_areas(axes, situation, words),
        *_draw_lines(axes, situation, words),
        *_draw_points(axes, situation, words),
    ]
    _name_towns(axes, situation)
    _draw_scale(axes, words)
    axes.set(xlabel="", ylabel="")  # geopandas names the axes of the projection
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.015, 0.74), frameon=False, borderaxespad=0, labelspacing=0.55)


def _extent(situation: Situation, axes: Axes) -> tuple[float, float, float, float]:
    """Give the bounds of the lines with some room, in the proportions of the axes."""
    west, south, east, north = situation.border.to_crs(PAGE_CRS).total_bounds
    frame = axes.get_window_extent()
    tall = max(north - south, (east - west) * frame.height / frame.width) * (1 + 2 * MARGIN)
    wide = tall * frame.width / frame.height
    x, y = (west + east) / 2, (south + north) / 2
    return x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2


def _draw_background(axes: Axes) -> None:
    shade, transform = relief_shade()
    height, width = shade.shape
    extent = (transform.c, transform.c + width * transform.a, transform.f + height * transform.e, transform.f)
    limits = {"xlim": axes.get_xlim(), "ylim": axes.get_ylim()}
    axes.imshow(shade, cmap="gray", vmin=-1, vmax=1, alpha=SHADE * np.abs(shade), extent=extent, interpolation="bilinear", zorder=0)
    axes.set(**limits)
    water = tuple(part / 255 for part in style.LAND_COLOURS["water"])
    looks: dict[str, dict[str, Any]] = {
        "water": {"color": water},
        "river": {"color": water, "linewidth": 0.8},
        "province": {"color": style.GREY, "linewidth": 0.5, "linestyle": (0, (1, 2))},
    }
    for kind, look in looks.items():
        background(kind).to_crs(PAGE_CRS).plot(ax=axes, zorder=1, aspect=None, **look)


def _name_background(axes: Axes, lang: str) -> None:
    """Name provinces and waters, under everything that the data say."""
    import matplotlib.patheffects as effects  # noqa: PLC0415

    spots, names = name_spots(), dict(name_cells().provinces)
    told = [("province", names[code][lang], spot) for code, spot in spots.items()]
    told += [("water", label["name"][lang], label["at"][0]) for label in base_labels()["waters"]]
    where = gpd.GeoSeries(gpd.points_from_xy(*zip(*(spot for _, _, spot in told), strict=True)), crs=LONLAT).to_crs(PAGE_CRS)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    inner = shapely.box(west, south, east, north).buffer(-NAME_ROOM * (east - west))
    for (look, name, _), spot in zip(told, where, strict=True):  # some forty
        if inner.contains(spot):
            slant = "italic" if look == "water" else "normal"
            looks: dict[str, Any] = {"color": style.BASE[f"{look}-name"], "style": slant, "fontsize": "small"}
            halo = [effects.withStroke(linewidth=1.4, foreground=style.BASE["name-halo"])]
            axes.text(spot.x, spot.y, name, ha="center", va="center", zorder=1.5, path_effects=halo, **looks)


def _draw_areas(axes: Axes, situation: Situation, words: Words) -> list[Any]:
    zones = situation.zones
    layers = {
        "designated": (situation.designated_areas, "layer.designated"),
        "restricted": (situation.restricted_areas, "layer.restricted"),
        "hazards": (situation.hazards[situation.hazards.geom_type != "Point"], "layer.hazards"),
        "possible": (zones[zones["certainty"] == "possible"], "layer.zones_possible"),
        "definite": (zones[zones["certainty"] == "definite"], "layer.zones_definite"),
        "camps": (_camp_areas(situation), "layer.camps", "look.camps.camps"),
    }
    named = {look: ": ".join(words[key] for key in keys) for look, (_, *keys) in layers.items()}
    drawn = {look: layer[~shapely.is_missing(drawn_geometries(layer))] for look, (layer, *_) in layers.items()}
    return [_draw_area(axes, layer, look, folded(named[look], LEGEND_COLUMNS)) for look, layer in drawn.items() if len(layer)]


def _camp_areas(situation: Situation) -> gpd.GeoDataFrame:
    """Give the areas in which displacement sites and shelters lie, round their cells of the fixed grid."""
    discs, _ = coarse_discs(coarse_sites(situation))
    if not len(discs.row):
        return gpd.GeoDataFrame(geometry=[], crs=LONLAT)
    (lon, lat), sides = discs.lonlat.T, geodesy.facets(float(discs.radius_m.max()), DISC_ACCURACY_M)
    return gpd.GeoDataFrame(geometry=shapely.polygons(geodesy.circle(lon, lat, discs.radius_m, sides)), crs=LONLAT)


def _draw_area(axes: Axes, layer: gpd.GeoDataFrame, look: str, label: str) -> Any:  # noqa: ANN401  a patch for the legend
    from matplotlib.colors import to_rgba  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    stroke: dict[str, Any] = dict(style.AREAS[look])
    drawn: dict[str, Any] = {
        "facecolor": to_rgba(stroke["fill"], stroke["alpha"]),
        "edgecolor": stroke["stroke"],
        "linewidth": stroke["width"] * POINTS_A_PIXEL / 1.6,
        "linestyle": _dashes(stroke),
        "hatch": HATCHES[look],
    }
    layer.to_crs(PAGE_CRS).plot(ax=axes, zorder=2, aspect=None, **drawn)
    return Patch(label=label, **drawn)


def _dashes(stroke: dict[str, Any]) -> Any:  # noqa: ANN401  what matplotlib takes for a line style
    return (0, tuple(stroke["dash"])) if stroke["dash"] else "-"


def _draw_lines(axes: Axes, situation: Situation, words: Words) -> list[Any]:
    """Draw the mapped lines, all alike."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    stroke: dict[str, Any] = dict(style.LINES["border"])
    look: dict[str, Any] = {"color": stroke["stroke"], "linewidth": 1.1, "linestyle": _dashes(stroke)}
    situation.border.to_crs(PAGE_CRS).plot(ax=axes, zorder=3, aspect=None, **look)
    return [Line2D([], [], label=words["look.border.border"], **look)]


def _draw_points(axes: Axes, situation: Situation, words: Words) -> list[Any]:
    incidents, villages = situation.incidents, situation.access.table
    return [
        *_draw_glyphs(axes, villages, villages["status"], "villages", words),
        *_draw_glyphs(axes, incidents, incidents["category"].map(style.INCIDENT_LOOKS).fillna("other"), "incidents", words),
        *_draw_glyphs(axes, situation.checkpoints, situation.checkpoints["status"], "checkpoints", words),
    ]


def _draw_glyphs(axes: Axes, layer: gpd.GeoDataFrame, looks: pd.Series, group: str, words: Words) -> list[Any]:
    """Draw one kind of point, what is known over what is not, and give the rows of the legend."""
    from matplotlib.lines import Line2D  # noqa: PLC0415

    glyphs = style.GLYPHS[group]
    where = gpd.GeoSeries(drawn_geometries(layer), layer.index, crs=LONLAT).to_crs(PAGE_CRS)
    there = ~(where.is_empty | where.isna())
    looks = looks.where(looks.isin(list(glyphs)), "unknown" if "unknown" in glyphs else "other")
    handles = []
    for number, (look, glyph) in enumerate(reversed(list(glyphs.items()))):
        chosen = (looks == look) & there
        if not chosen.any():
            continue
        drawn: dict[str, Any] = {
            "linestyle": "none",
            "marker": MARKERS[str(glyph["shape"])],
            "markersize": float(glyph["size"]) * 0.42,
            "markerfacecolor": glyph["fill"],
            "markeredgecolor": glyph["ink"] if glyph["stroke"] == style.WHITE and glyph["fill"] == style.WHITE else glyph["stroke"],
            "markeredgewidth": 0.6,
        }
        spots = shapely.get_coordinates(where[chosen])
        axes.plot(spots[:, 0], spots[:, 1], zorder=4 + number / 10, **drawn)
        label = f"{words[f'layer.{group}']}: {words[f'look.{group}.{look}']} ({int(chosen.sum())})"
        handles.append(Line2D([], [], label=folded(label, LEGEND_COLUMNS), **drawn))
    return handles[::-1]


def _name_towns(axes: Axes, situation: Situation) -> None:
    import matplotlib.patheffects as effects  # noqa: PLC0415

    places = situation.places
    drawn = ~shapely.is_missing(drawn_geometries(places))
    towns = places[places["population"].ge(NAMED_FROM) & drawn] if "population" in places else places.head(0)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    for name, spot in zip(towns["name"], towns.geometry.to_crs(PAGE_CRS), strict=True):  # a dozen
        if west < spot.x < east and south < spot.y < north:
            text = axes.annotate(name, (spot.x, spot.y), (3, 3), textcoords="offset points", fontsize="small", zorder=6)
            text.set_path_effects([effects.withStroke(linewidth=1.6, foreground="white")])


def _draw_scale(axes: Axes, words: Words) -> None:
    """Draw a scale bar, right at the middle of the map, and the way north."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    left_end, right_end = gpd.GeoSeries(gpd.points_from_xy([west, east], [(south + north) / 2] * 2), crs=PAGE_CRS).to_crs("EPSG:4326")
    across_km = float(geodesy.distance_m(left_end.x, left_end.y, right_end.x, right_end.y)) / 1_000
    length_km = max(step for step in SCALE_STEPS_KM if step <= across_km / 4)
    bar = (east - west) * length_km / across_km
    left, low, tall = west + 0.03 * (east - west), south + 0.04 * (north - south), 0.008 * (north - south)
    axes.fill([left, left + bar, left + bar, left], [low, low, low + tall, low + tall], color=style.TOKENS["ink"], zorder=6)
    axes.text(left + bar / 2, low + 2 * tall, f"{length_km} km", ha="center", va="bottom", zorder=6)
    foot, head = (left + 1.2 * bar, low), (left + 1.2 * bar, low + 8 * tall)
    axes.annotate("", head, foot, zorder=6, arrowprops={"arrowstyle": "-|>", "color": style.TOKENS["ink"]})
    axes.annotate(words["ui.north_mark"], head, (0, 1), textcoords="offset points", ha="center", va="bottom", zorder=6)


def _draw_words(figure: Figure, shown: Shown, words: Words, block: TitleBlock) -> None:
    situation = shown.situation
    told = title_lines(situation, words, block)
    known = datasets.sources()
    named = [str(known["citation"].get(name, name)) for name in provenance.of(situation.zones).merge(situation.provenance).sources]
    figure.text(0.015, 0.975, told["title"], fontsize="xx-large", va="top")
    figure.text(0.015, 0.925, f"{words['page.as_of']} {told['as_of']}. {told['period']}.", fontsize="large", va="bottom")
    head = [
        told["area"],
        f"{words['page.created']} {told['created']}",
        *([f"{words['page.glide']} {told['glide']}"] if told["glide"] else []),
    ]
    top = "\n".join(folded(line, TEXT_COLUMNS) for line in [*head, "", _unknown(situation, words), "", told["gap"]])
    figure.text(0.71, 0.92, top, va="top", linespacing=1.35)
    said = [*_left_out(shown, words), _line_note(situation, words), f"{words['ui.sources']}: {'; '.join(named)}.", told["disclaimer"]]
    foot = "\n\n".join(folded(line, FINE_COLUMNS) for line in said)
    figure.text(0.71, 0.02, foot, va="bottom", fontsize="x-small", linespacing=1.2)


def _line_note(situation: Situation, words: Words) -> str:
    """Say that mapped lines are drawn, and by how much the embedded one differs from the one that is not."""
    return f"{words['layer.border']}: {words[border_note(situation.border)].replace('`', '')}"


def _left_out(shown: Shown, words: Words) -> list[str]:
    """Say what a public sheet leaves out."""
    if not shown.withheld:
        return []
    counts = ", ".join(f"{words[f'layer.{name}']} {count}" for name, count in shown.withheld.items())
    return [f"{counts}: {words['note.withheld'].format(n=sum(shown.withheld.values()))}"]


def _unknown(situation: Situation, words: Words) -> str:
    """Say of how many villages access is unknown, and how many have no position."""
    villages = situation.access.table
    count = f"{int((villages['status'] == 'unknown').sum())} / {len(villages)}"
    lost = int((villages.geometry.isna() | villages.geometry.is_empty).sum())
    return f"{words['layer.villages']}: {words['look.villages.unknown']} {count}." + (
        f" {words['ui.no_position']}: {lost}." if lost else ""
    )
