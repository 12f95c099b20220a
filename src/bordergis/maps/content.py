"""The content of the page: a situation turned into the data that the page's script draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bordergis import datasets, provenance
from bordergis.maps import style
from bordergis.maps.landcover import land_picture
from bordergis.maps.layers import Pen, draw_extra, draw_situation, pack_layer
from bordergis.maps.text import words_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from bordergis.maps.layers import MapLayer
    from bordergis.maps.text import Words
    from bordergis.situation import Situation

__all__ = ["page_content"]

LANGUAGE = "en"
LAND_FILE = "built/landcover.tif"
LAND_SOURCE = "mcd12c1"
DEGREE_DECIMALS = 6
READING_ORDER = (
    "villages", "checkpoints", "zones_definite", "zones_possible", "incidents", "precision", "visits", "border",
    "designated", "hazards", "places",
)  # fmt: skip
"""Layers in the panel, most asked for first; the analyst's own stand before them."""


def page_content(
    situation: Situation,
    *,
    layers: Mapping[str, gpd.GeoDataFrame],
) -> dict[str, Any]:
    """Collect everything the page shows."""
    words = words_for(LANGUAGE)
    known = datasets.sources()
    pen = Pen(words, {str(name): str(title) for name, title in known["title"].items()})
    extra = [draw_extra(frame, pen, name, number) for number, (name, frame) in enumerate(layers.items(), start=1)]
    drawn = [*draw_situation(situation, pen), *extra]
    return {
        "language": LANGUAGE,
        "words": dict(words),
        "page": _page(situation, words),
        "bounds": _bounds(situation.border),
        "styles": _styles(),
        "land": land_picture(datasets.path(LAND_FILE), words),
        "order": list(READING_ORDER),
        "layers": [pack_layer(layer) for layer in drawn],
        "absent": _absent(situation, words),
        "sources": _sources(drawn, known),
        "notes": [note for layer in (situation.zones, situation.access.table) for note in provenance.of(layer).notes],
    }


def _page(situation: Situation, words: Words) -> dict[str, str]:
    day = situation.date
    return {
        "title": words["page.title"],
        "area": words["page.area"],
        "as_of": f"{day.day} {words[f'month.{day.month}']} {day.year}",
        "period": situation.period,
        "disclaimer": words["page.disclaimer"],
    }


def _bounds(border: gpd.GeoDataFrame) -> list[float]:
    west, south, east, north = (round(float(value), DEGREE_DECIMALS) for value in border.total_bounds)
    return [south, west, north, east]


def _styles() -> dict[str, Any]:
    glyphs = {layer: dict(looks) for layer, looks in style.GLYPHS.items()}
    return {"glyphs": glyphs, "lines": dict(style.LINES), "areas": dict(style.AREAS), "tokens": dict(style.TOKENS)}


def _absent(situation: Situation, words: Words) -> list[dict[str, str]]:
    """Say what the reader might look for and does not find on the map, and why."""
    rows = [{"name": words["layer.camps"], "note": words["note.camps"].format(n=len(situation.camps))}]
    if not len(situation.zones):
        rows.append({"name": words["layer.zones"], "note": words["note.zones_none"]})
    if not len(situation.hazards):
        rows.append({"name": words["layer.hazards"], "note": words["note.hazards_none"]})
    return rows


def _sources(drawn: Iterable[MapLayer], known: pd.DataFrame) -> list[dict[str, str | None]]:
    """Every source of what is drawn, once, by title."""
    names = dict.fromkeys([name for layer in drawn for name in layer.sources] + [LAND_SOURCE])
    rows = [{"title": name, **_known(known, name)} for name in names]
    return sorted(rows, key=lambda row: str(row["title"]).casefold())


def _known(known: pd.DataFrame, name: str) -> dict[str, str | None]:
    if name not in known.index:
        return {}
    row = known.loc[name]
    return {column: str(row[column]) for column in ("title", "publisher", "licence", "citation") if column in row and pd.notna(row[column])}
