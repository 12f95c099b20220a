"""`bordergis villages`: which villages lie near something."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import DATE, MAIN_BORDER, AsOf, Rules, Villages, as_table, err, metres, open_situation, out
from bordergis.errors import UnknownNameError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from bordergis.situation import Situation


__all__ = ["commands"]

commands = typer.Typer()

TABLE_ROWS = 40


@commands.command()
def villages(  # noqa: PLR0913, PLR0917  each is an option of the command line, called by name
    of: Annotated[
        str, typer.Option("--of", help="What to measure from: `border`, `checkpoint:ID` (such as checkpoint:osmach) or `zones`.")
    ] = "zones",
    within: Annotated[str, typer.Option(help="How near, with its unit: `500m`, `10km`; of zones: from their rim.")] = "0km",
    as_of: AsOf = DATE,
    kind: Annotated[str, typer.Option("--format", help="table, csv, geojson or parquet.")] = "table",
    target: Annotated[Path | None, typer.Option("--out", "-o", help="A file; without it, the terminal.")] = None,
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
    allow_coarse: Annotated[bool, typer.Option("--allow-coarse", help="Measure from the border finer than its line supports.")] = False,  # noqa: FBT002
) -> None:
    """List the villages near the border, a checkpoint, or the zones, with what is known of each.

    The column *within* (`certain` in files) says whether that holds for every position the village's point may have (definite) or
    for some (possible).

    Example: `bordergis villages --within 10km --of checkpoint:osmach --format csv`
    """
    radius_m = metres(within)
    now = open_situation(as_of, layer, rules=rules)
    zones, access = now.zones, now.access.table
    if of.partition(":")[0] == "border":
        for warning in bg.require_fine_line(_border(now, of), radius_m, allow_coarse=allow_coarse):
            err.print(escape(warning), highlight=False)
    found = bg.near_zones(access, zones, radius_m) if of == "zones" else bg.near(access, _distance(access, of, now), radius_m)

    if kind == "table":
        _require_terminal(target)
        title = f"{len(found)} of {len(access)} settlements within {within} of {of}, as of {now.date}"
        shown = found.assign(km=(found["distance_m"] / 1_000).round(1), within=found["certain"], access=found["status"])
        out.print(as_table(shown[["name", "adm1", "km", "within", "in_zone", "access"]].head(TABLE_ROWS), title))
        if len(found) > TABLE_ROWS:
            out.print(f"… and {len(found) - TABLE_ROWS} more; write them all with `--format csv --out FILE`.")
    elif target is not None:
        out.print(f"{len(found)} settlements: [bold]{escape(str(bg.write_table(found, target, kind=kind)))}[/]")
    elif kind == "parquet":
        raise UnknownNameError("Parquet is not for a terminal; say where with `--out villages.parquet`.")
    else:
        sys.stdout.write(bg.encode_table(found, kind).decode())


def _distance(places: gpd.GeoDataFrame, of: str, now: Situation) -> pd.Series:
    what, _, name = of.partition(":")
    if what == "border":
        return bg.distance_to_border(places, _border(now, of))
    if what == "checkpoint":
        return bg.distance_to_checkpoint(places, now.checkpoints, name)
    raise UnknownNameError(f"There is nothing to measure from called {of!r}; known: border, checkpoint:ID, zones.")


def _border(now: Situation, of: str) -> gpd.GeoDataFrame:
    """Choose the line that `border` or `border:ID` means."""
    name = of.partition(":")[2] or MAIN_BORDER
    bg.datasets.require_known("border line", name, set(now.border["border_id"]))
    return now.border[now.border["border_id"] == name]


def _require_terminal(target: Path | None) -> None:
    if target is not None:
        raise UnknownNameError("A table is for the terminal; for a file choose `--format csv`, `geojson` or `parquet`.")
