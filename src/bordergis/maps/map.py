"""The map of a situation: a folium map whose page needs nothing but itself."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import folium
from branca.element import Figure
from folium.template import Template

from bordergis.errors import OnlineAssetsWarning
from bordergis.files import write_atomic
from bordergis.maps.content import page_content
from bordergis.maps.extras import Extras, collect
from bordergis.maps.page import assemble, in_language, leaflet_icons
from bordergis.maps.picture import picture_of
from bordergis.maps.profile import apply_profile, apply_to_both, without_sensitive
from bordergis.maps.timeline import day_number
from bordergis.maps.title import TitleBlock

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from bordergis.situation import Situation

__all__ = ["SituationMap", "beside", "situation_map", "title_told"]

MAP_ID = "bordergis"
NOTEBOOK_HEIGHT_PX = 640


class SituationMap(folium.Map):
    """A folium map in one file that makes no network request.

    Folium layers can be added to it as to any folium map. What they want from the network, if anything, is named in an
    :class:`~bordergis.errors.OnlineAssetsWarning` when the page is made.

    Parameters
    ----------
    content
        The data of the page (:func:`bordergis.maps.content.page_content`). None of its text passes through folium.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = window.bordergis.map;
        {%- for layer in this.objects_to_stay_in_front %}
        {{ this.get_name() }}.on("overlayadd", () => {{ layer.get_name() }}.bringToFront());
        {%- endfor %}
        {% endmacro %}
        """
    )

    def __init__(self, content: Mapping[str, Any]) -> None:
        south, west, north, east = content["bounds"]
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self._id = MAP_ID
        self.default_js = []
        self.default_css = []
        self.content = dict(content)
        _Page().add_child(self)

    def save(
        self,
        outfile: str | bytes | Path | BinaryIO,
        close_file: bool = True,  # noqa: FBT001, FBT002 - as folium has it
        **kwargs: object,
    ) -> None:
        """Write the page as one HTML file, whole or not at all.

        Parameters
        ----------
        outfile
            A path, or a binary file to write to.
        close_file
            Whether to close that file.
        **kwargs
            Taken for folium's sake; the page has no options.

        Raises
        ------
        OutputError
            If the file cannot be written; a file that was there stays as it was.

        Warns
        -----
        OnlineAssetsWarning
            If a layer added by the analyst needs the network.
        """
        page = self.get_root().render(**kwargs)
        if isinstance(outfile, (str, bytes, Path)):
            write_atomic(os.fsdecode(outfile), page.encode("utf-8"))
            return
        outfile.write(page.encode("utf-8"))
        if close_file:
            outfile.close()

    def to_png(self, path: str | os.PathLike[str], *, size: tuple[int, int] = (1600, 1000), density: float = 1.0) -> Path:
        """Write the page, as it opens, as a picture; whole or not at all.

        It is drawn by a Chromium without a window and without a network, through playwright; both are looked for only here.

        Parameters
        ----------
        path
            Where to write.
        size
            Width and height of the window, in pixels of the page.
        density
            Pixels of the picture for each pixel of the page; 2 for print.

        Returns
        -------
        pathlib.Path
            The path written.

        Raises
        ------
        BrowserMissingError
            If there is no Chromium, or no playwright to drive it. :func:`plot_situation` needs neither.
        UnitError
            If the picture would have no or too many pixels.
        OutputError
            If the page cannot be drawn, or the file cannot be written; a file that was there stays as it was.

        Warns
        -----
        OnlineAssetsWarning
            If a layer added by the analyst needs the network.
        """
        return write_atomic(path, picture_of(self.get_root().render(), size, density))

    def _repr_html_(self, **kwargs: object) -> str:
        """Show the page in a notebook, in a frame that may run scripts and nothing else."""
        page, title = escape(self.get_root().render(**kwargs)), escape(in_language(self.content["page"]["title"], self.content["language"]))
        style = f"width:100%;height:{NOTEBOOK_HEIGHT_PX}px;border:0"
        return f'<iframe sandbox="allow-scripts" srcdoc="{page}" style="{style}" title="{title}"></iframe>'


class _Page(Figure):
    """The figure of a situation map: renders our page, in place of branca's."""

    def render(self, **kwargs: object) -> str:
        """Give the whole page.

        Warns
        -----
        OnlineAssetsWarning
            If a layer added by the analyst needs the network.
        """
        del kwargs  # branca's own; the page has no options
        extras = collect(self)
        if extras.online:
            warnings.warn(
                f"Layers added to the map want {len(extras.online)} files from the network and will not show offline: "
                f"{', '.join(extras.online)}.",
                OnlineAssetsWarning,
                stacklevel=3,
            )
        return assemble(self._island(extras), extras)

    def _island(self, extras: Extras) -> dict[str, Any]:
        drawn = next(child for child in self._children.values() if isinstance(child, SituationMap))
        icons = leaflet_icons() if extras.script else {}
        return {**drawn.content, "map_id": drawn.get_name(), "icons": icons}


def situation_map(  # noqa: PLR0913  what is drawn over the situation, how it speaks, who may see it, what it says of itself, beside what
    situation: Situation,
    *,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    lang: str = "en",
    profile: str = "internal",
    title: TitleBlock | None = None,
    compare: Situation | None = None,
) -> SituationMap:
    """Draw a situation on a map that needs nothing but itself.

    Parameters
    ----------
    situation
        What to draw, as of its date, with its zones and the access of its villages.
    layers
        Further layers of your own by name: points, lines or areas, lon/lat. All their columns are shown when a feature is
        chosen; of rows marked sensitive, and of places where displaced people stay, neither numbers nor what reads like a coordinate.
    lang
        The language that the page opens in, ``en``, ``km`` or ``th``; its reader can change to another. What the data say stays in the
        language of the data.
    profile
        ``internal``, with displacement sites and shelters as areas in which each lies somewhere; or ``public``: they, observer visits,
        medical points, reports on single villages, rows marked sensitive and rows that may not be passed on are left out before
        anything is embedded, and the page says how many.
    title
        What the title block says, where it should not be the default.
    compare
        Another situation, drawn beside this one.

    Returns
    -------
    SituationMap
        A folium map; ``save`` writes one HTML file that makes no network request.

    Raises
    ------
    MissingCRSError, CRSMismatchError
        If a layer is not lon/lat.
    GeometryKindError
        If one of ``layers`` mixes points, lines and areas.
    UnknownNameError
        If there are no words in the language, or no such profile.

    Examples
    --------
    >>> import tempfile
    >>> import bordergis as bg
    >>> bg.situation_map(bg.load("2026-01-14"), profile="public").save(tempfile.mkdtemp() + "/situation.html")
    """
    shown, other = (apply_profile(situation, profile), None) if compare is None else apply_to_both(situation, compare, profile)
    fit = without_sensitive if profile == "public" else (lambda layer: layer)
    own = {name: fit(layer) for name, layer in (layers or {}).items()}
    lost = Counter({name: len(layer) - len(own[name]) for name, layer in (layers or {}).items()})
    content = page_content(shown.situation, layers=own, lang=lang, withheld=lost + Counter(shown.withheld))
    content["page"].update(title_told(title or TitleBlock()))
    if other is not None:
        content["compare"] = beside(other.situation, lang, at_once=True)
    return SituationMap(content)


def beside(situation: Situation, lang: str, *, at_once: bool) -> dict[str, Any]:
    """Give what the second map draws, and whether it is there when the page opens or when its reader asks for it."""
    layers = page_content(situation, layers={}, lang=lang)["layers"]
    return {"layers": layers, "as_of": day_number(situation.date), "at_once": at_once}


def title_told(block: TitleBlock) -> dict[str, str]:
    """Give what the title block says in the place of the page's own words, and when the map was made."""
    own = {"title": block.title, "area": block.area, "disclaimer": block.disclaimer, "glide": block.glide}
    return {**{name: text for name, text in own.items() if text}, "created": block.day.isoformat()}
