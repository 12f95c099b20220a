"""`bordergis coverage` and `figures`: where observers are recorded to have looked, and what was published."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import DATE, MAIN_BORDER, AsOf, as_table, metres, open_situation, out
from bordergis.errors import UnknownNameError
from bordergis.monitoring.rates import is_incident
from bordergis.provenance import of as origin

if TYPE_CHECKING:
    import pandas as pd

    from bordergis.situation import Situation

__all__ = ["commands"]

commands = typer.Typer()

SINCE = "2025-12-27"
"""First day of the ceasefire of the Joint Statement."""

PLACES = {"village": ("villages", "name"), "checkpoint": ("checkpoints", "name"), "incident": ("incidents", "incident_id")}
ROWS = 60


@commands.command()
def coverage(
    as_of: AsOf = DATE,
    since: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="The first day of the visits that count (line and sector).")] = SINCE,
    reach: Annotated[str, typer.Option(help="How far observers are taken to see round a visited place, with its unit.")] = "5km",
    by: Annotated[str, typer.Option(help="line, sector (between checkpoints), village, checkpoint or incident.")] = "line",
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file: .csv, .geojson or .parquet; by sector with a row a day.")
    ] = None,
) -> None:
    """Say where and when observers are recorded to have looked, and where not.

    Example: `bordergis coverage --as-of 2026-01-14 --by sector`
    """
    bg.datasets.require_known("way to part the coverage", by, ("line", "sector", *PLACES))
    now = open_situation(as_of)
    table = _coverage(now, by, _day(since), metres(reach))
    if target is not None:
        out.print(f"{len(table)} rows: [bold]{escape(str(bg.write_table(table, target)))}[/]")
    else:
        shown = _shown(table, by)
        out.print(as_table(shown.head(ROWS), f"Recorded observation by {by}, as of {now.date}"))
        if len(shown) > ROWS:
            out.print(f"… and {len(shown) - ROWS} more; write them all with `--out FILE`.")
    _say_notes(table)


@commands.command()
def figures(
    indicator: Annotated[str, typer.Argument(help="What is counted, such as `displaced_people`.")],
    place: Annotated[str, typer.Option(help="Name or P-code of the place.")] = "KHM",
    at: Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="Only figures of this date; without it, the series.")] = None,
    days: Annotated[int, typer.Option(min=0, help="Days before and after the date that count as well.")] = 0,
) -> None:
    """List the published figures of an indicator with their authors; competing ones stand side by side.

    Example: `bordergis figures displaced_people --place KHM --at 2026-01-01`
    """
    published = bg.published_figures()
    columns = ["as_of", "value", "unit", "qualifier", "author", "via", "source_id"]
    if at is None:
        found = published.series(indicator, place)
        out.print(as_table(_dated(found[columns]), f"{indicator}, {place}"))
        return
    spread = published.at(_day(at), indicator, place, days=days)
    out.print(as_table(_dated(spread.table[columns]), f"{indicator}, {place}, {at}: {spread.n} figures"))
    if spread.n:
        out.print(f"From {spread.low:,.0f} to {spread.high:,.0f}, as published by {escape('; '.join(spread.authors))}.", highlight=False)
    if len(spread.related):
        related = _dated(spread.related[["indicator", *columns]])
        out.print(as_table(related, "Figures of other definitions that overlap; not to be compared"))


def _coverage(now: Situation, by: str, since: dt.date, reach_m: float) -> pd.DataFrame:
    line = now.border[now.border["border_id"] == MAIN_BORDER]
    if by == "line":
        return bg.coverage_gaps(now.visits, line, since=since, as_of=now.date, reach_m=reach_m)
    if by == "sector":
        return bg.observation_coverage(now.visits, bg.sectors_at(line, now.checkpoints), since=since, as_of=now.date, reach_m=reach_m)
    layer, name = PLACES[by]
    places = getattr(now, layer)
    places = places[is_incident(places)] if by == "incident" else places
    answer = bg.days_since_visit(places, now.visits, as_of=now.date, reach_m=reach_m)
    answer.insert(0, by, places[name])
    return answer


def _shown(table: pd.DataFrame, by: str) -> pd.DataFrame:
    if by == "line":
        km = {f"{name}_km": (table[f"{name}_m"] / 1_000).round(1) for name in ("from", "to", "length")}
        return table[["seen"]].assign(**km)
    if by == "sector":
        return _dated(bg.observed_days(table).drop(columns="sector_id"))
    return _dated(table.sort_values("days_since_possible_visit", na_position="last", kind="stable"))


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    """Write dates without a time of day."""
    dates = table.select_dtypes("datetime")
    return table.assign(**{name: dates[name].dt.strftime("%Y-%m-%d") for name in dates})


def _say_notes(table: pd.DataFrame) -> None:
    for note in origin(table).notes:
        out.print(escape(note), highlight=False, style="dim")


def _day(told: str) -> dt.date:
    try:
        return dt.date.fromisoformat(told)
    except ValueError as fault:
        raise UnknownNameError(f"{told!r} is not a date; write it as 2026-01-14.") from fault
