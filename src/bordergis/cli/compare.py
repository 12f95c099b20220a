"""`bordergis save` and `bordergis compare`: keep a situation as a file, and say what changed between two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import DATE, AsOf, Lang, Rules, Villages, as_table, open_situation, out

if TYPE_CHECKING:
    from bordergis.situation import Situation

__all__ = ["commands"]

commands = typer.Typer()

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ROWS = 40
SHOWN = ["kind", "id", "name", "change", "before", "after", "cause"]

Which = "a file of `bordergis save`, or a date (YYYY-MM-DD) of the embedded data."


@commands.command()
def save(
    as_of: AsOf = DATE,
    target: Annotated[Path | None, typer.Option("--out", "-o", help="The file; by default DATE.situation.")] = None,
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
) -> None:
    """Save a situation as one file, with every layer, the rules, the answers and the software; same situation, same bytes.

    Example: `bordergis save --as-of 2026-01-14 --out 2026-01-14.situation`
    """
    file = open_situation(as_of, layer, rules=rules).save(target or Path(f"{as_of}.situation"))
    out.print(f"Situation: [bold]{escape(str(file))}[/] ({file.stat().st_size / 1000:,.0f} kB)")


@commands.command()
def compare(
    before: Annotated[str, typer.Argument(metavar="A", help=f"The earlier situation: {Which}")],
    after: Annotated[str, typer.Argument(metavar="B", help=f"The later one: {Which}")],
    target: Annotated[Path | None, typer.Option("--out", "-o", help="Every difference, as a file: .csv or .parquet.")] = None,
    drawn: Annotated[Path | None, typer.Option("--map", help="The differences on a map: one HTML file that needs no network.")] = None,
    lang: Lang = "en",
) -> None:
    """Say what changed between two situations, real change apart from that of sources, rules, gazetteer or software.

    Example: `bordergis compare 2025-12-31 2026-01-14 --out changes.csv --map changes.html`
    """
    change = bg.compare(_situation(before), _situation(after))
    for sentence in change.sentences(lang=lang):
        out.print(escape(sentence), highlight=False)
    if len(change.table):
        out.print(as_table(change.summary, "Differences by kind and cause"))
        out.print(as_table(change.table[SHOWN].head(ROWS), "The differences"))
    if len(change.table) > ROWS:
        out.print(f"… and {len(change.table) - ROWS} more; write them all with `--out changes.csv`.")
    if target is not None:
        out.print(f"{len(change.table)} differences: [bold]{escape(str(bg.write_table(change.table, target)))}[/]")
    if drawn is not None:
        change.map(lang=lang).save(drawn)
        out.print(f"Map: [bold]{escape(str(drawn))}[/]")


def _situation(told: str) -> Situation:
    """Open the embedded data as of a date, or a saved file."""
    return open_situation(told) if DAY.fullmatch(told) else bg.open_situation(told)
