"""What every command shares: the options, the two consoles, opening a situation, drawing a table."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import bordergis as bg
from bordergis.errors import BorderGISError, UnitError, UnknownNameError
from bordergis.zones.rules import DEFAULT_RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from bordergis.situation import Situation

__all__ = [
    "DATE",
    "MAIN_BORDER",
    "AsOf",
    "Cache",
    "Lang",
    "Line",
    "Roads",
    "Rules",
    "Villages",
    "as_table",
    "err",
    "metres",
    "open_situation",
    "out",
    "pair",
    "read_roads",
]

PLAIN_WIDTH = 160  # columns of a table that goes into a file or a pipe, where no terminal tells its width

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
err = Console(stderr=True, soft_wrap=True)

METRES = {"m": 1.0, "km": 1_000.0}
LENGTH = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>m|km)")
MAIN_BORDER = "osm-2026c"

AsOf = Annotated[str, typer.Option("--as-of", metavar="YYYY-MM-DD", help="The date, local time (UTC+7).")]
Villages = Annotated[
    str,
    typer.Option("--layer", help="Layer of villages: `embedded`, or a fetched one (`geonames-kh`; see `bordergis data list`)."),
]
Rules = Annotated[str, typer.Option(help="Zone rules, a preset: acled-by-type, acled-1km, acled-2km, acled-5km, evacuation-30km.")]
Cache = Annotated[Path | None, typer.Option(help="Folder of the fetched files; by default the user's cache folder.")]
Line = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="NAME=FILE",
        help="One more border line to draw, with who draws it: `--line 'Royal Thai Survey Department=rtsd.geojson'`; it runs from "
        "the coast to the tripoint. May be repeated.",
    ),
]
Lang = Annotated[str, typer.Option(help="Language of the words: en, km (Khmer) or th (Thai).")]
Roads = Annotated[
    list[Path] | None,
    typer.Option(help="Roads, a file of OpenStreetMap or an edge table; may be repeated, the most detailed first: they are joined."),
]
DATE = "2026-01-14"


def pair(told: str) -> tuple[str, str]:
    """Split `NAME=VALUE`."""
    name, equals, column = told.partition("=")
    if not equals:
        raise UnknownNameError(f"{told!r} does not say which column is which; write it as name=COLUMN.")
    return name, column


def _line(told: str) -> gpd.GeoDataFrame:
    """Read one more border line: `NAME=FILE`, drawn from the coast to the tripoint."""
    name, file = pair(told)
    identifier = re.sub(r"\W+", "-", name).strip("-").lower()
    return bg.from_line(file, border_id=identifier, claimed_by=name, accuracy_m=float(bg.load_border(MAIN_BORDER)["accuracy_m"].item()))


def open_situation(
    as_of: str, layer: str = "embedded", *, lines: Sequence[str] = (), roads: Sequence[Path] = (), rules: str = DEFAULT_RULES
) -> Situation:
    """Open the situation of a date with a layer of villages, further border lines, and roads."""
    try:
        own = {} if layer == "embedded" else {"villages": bg.from_geonames(bg.cached(layer)).layer}
        if lines:
            own["border"] = bg.join_lines(bg.load_border(), *map(_line, lines))
        if roads:
            own["roads"] = read_roads(roads)
        return bg.load(as_of, rules=rules, **own)
    except ValueError as fault:
        if isinstance(fault, BorderGISError):
            raise
        raise UnknownNameError(f"{as_of!r} is not a date; write it as 2026-01-14.") from fault


def read_roads(files: Sequence[Path]) -> gpd.GeoDataFrame:
    """Read the roads of one or more files as one layer."""
    tables = [bg.from_osm(file).layer for file in files]
    return tables[0] if len(tables) == 1 else bg.join_roads(*tables)


def metres(length: str) -> float:
    """Read a length with its unit: 500m, 10km."""
    parsed = LENGTH.fullmatch(length.strip())
    if parsed is None:
        raise UnitError(f"{length!r} is not a length with its unit; write it as 500m or 10km.")
    return float(parsed["number"]) * METRES[parsed["unit"]]


def as_table(table: pd.DataFrame, title: str) -> Table:
    """Draw a table for the terminal; text of the data is escaped."""
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for position, name in enumerate(table.columns):
        numeric = table[name].dtype.kind in "if"
        drawn.add_column(str(name), justify="right" if numeric else "left", overflow="fold", no_wrap=position == 0)
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        drawn.add_row(*(escape(f"{cell:,g}" if isinstance(cell, float) else str(cell)) for cell in row))
    return drawn
