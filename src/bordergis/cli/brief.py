"""`bordergis brief`: the paragraph an analyst would paste, with the rows behind every number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import DATE, AsOf, Lang, Roads, Rules, Villages, open_situation, out
from bordergis.files import write_atomic

__all__ = ["commands"]

commands = typer.Typer()


@commands.command()
def brief(  # noqa: PLR0913, PLR0917  each is an option of the command line, called by name
    as_of: AsOf = DATE,
    lang: Lang = "en",
    place: Annotated[str, typer.Option(help="P-code of the province whose reported and computed villages stand side by side.")] = "KH22",
    plain: Annotated[bool, typer.Option("--plain", help="Only the paragraph, without the notes that trace each number.")] = False,  # noqa: FBT002
    target: Annotated[Path | None, typer.Option("--out", "-o", help="A file: .txt, or .csv for the table of numbers.")] = None,
    roads: Roads = None,
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
) -> None:
    """Say the situation in a paragraph to paste: what is unknown first, every claim with its author, every number with its rows.

    Without `--roads` it says that who is cut off is not computed; with them, of how many settlements no mapped road leads to a target.

    Example: `bordergis brief --as-of 2026-01-14 --lang km --plain`
    """
    found = open_situation(as_of, layer, rules=rules, roads=roads or ()).brief(lang=lang, place=place)
    text = found.text if plain else str(found)
    if target is None:
        out.print(escape(text), highlight=False)
    elif target.suffix == ".csv":
        out.print(f"Numbers: [bold]{escape(str(bg.write_table(found.numbers, target, kind='csv')))}[/]")
    else:
        out.print(f"Brief: [bold]{escape(str(write_atomic(target, (text + chr(10)).encode())))}[/]")
