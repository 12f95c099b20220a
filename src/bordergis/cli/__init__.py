"""The command line: parse, call, print. No analysis of its own; a module for each group of commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli import access, brief, compare, coverage, data, files, situation, villages
from bordergis.cli.shared import err, out
from bordergis.errors import BorderGISError

__all__ = ["app", "main"]

app = typer.Typer(
    help=(
        "Monitor a border in crisis, offline.\n\n"
        "Start with `bordergis situation`: it draws the map and says what is known, what is reported by whom, and what is unknown. "
        "Then ask for villages: `bordergis villages --within 10km --of checkpoint:osmach --as-of 2026-01-14`."
    ),
    epilog="Nothing here is a safety distance, and the absence of a mark is not evidence of safety or passability.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
for group in (situation, brief, villages, access, compare, coverage, files, data):
    app.add_typer(group.commands)


def main() -> None:
    """Run the command line; an error of bordergis is one clear message and exit status 1."""
    try:
        app()
    except BorderGISError as fault:
        err.print(f"[bold red]Error:[/] {escape(str(fault))}")
        sys.exit(1)


@app.callback(invoke_without_command=True)
def _version(*, version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False) -> None:
    if version:
        out.print(f"bordergis {bg.__version__}")
        raise typer.Exit
