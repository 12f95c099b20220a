"""`bordergis situation`: the situation in words and as a map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import DATE, AsOf, Line, Rules, Villages, as_table, open_situation, out

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
def situation(
    as_of: AsOf = DATE,
    target: Annotated[Path, typer.Option("--out", "-o", help="The map: one HTML file that needs no network.")] = Path("out/situation.html"),
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
    line: Line = None,
) -> None:
    """Say the situation in words, and draw it as a map.

    Example: `bordergis situation --as-of 2026-01-14 --out situation.html`
    """
    now = open_situation(as_of, layer, lines=line or (), rules=rules)
    summary = bg.situation_summary(now)

    for sentence in summary.sentences:
        out.print(escape(sentence), highlight=False)
    table = summary.table.assign(topic=summary.table["topic"].mask(summary.table["topic"].duplicated()))
    out.print(as_table(table, "The situation in numbers"))
    out.print("Sources: " + escape("; ".join(summary.sources)), highlight=False, style="dim")

    bg.situation_map(now).save(target)
    out.print(f"Map: [bold]{escape(str(target))}[/] ({target.stat().st_size / 1000:,.0f} kB, no network needed)")
