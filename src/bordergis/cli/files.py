"""`bordergis inspect`, `check` and `schema`: files, and what a layer must look like."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import as_table, out, pair
from bordergis.files import write_atomic

__all__ = ["commands"]

commands = typer.Typer()

SCHEMA_FORMS = ("table", "markdown", "frictionless", "hxl")


@commands.command()
def inspect(file: Annotated[Path, typer.Argument(help="A file of any format.")]) -> None:
    """Look into a file before reading it: layers, columns, coordinate system, bounds, encoding, what it may be.

    Example: `bordergis inspect villages.xlsx`
    """
    out.print(escape(bg.inspect_file(file).words()), highlight=False)


@commands.command()
def check(  # noqa: PLR0913, PLR0917  each is an option of the command line, called by name
    file: Annotated[Path, typer.Argument(help="A file of any format.")],
    kind: Annotated[str | None, typer.Option(help="The layer it holds, such as incidents; by default told by its columns.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="Which column is which: `--column name=ชื่อ --column position=MGRS`; may be repeated.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file that holds several.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write every fault to a file: .csv, .json or .html.")] = None,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="Put the rejected rows into FILE.rejected.csv.")] = False,  # noqa: FBT002
) -> None:
    """Check a file against the contract of its layer: every row at fault, the rule, and what to do.

    Exit status 1 if any row cannot be taken. Example: `bordergis check incidents.csv --kind incidents --report faults.html`
    """
    given = {"columns": dict(map(pair, column)) if column else None, "sheet": sheet, "layer": layer}
    options = {name: value for name, value in given.items() if value is not None}
    try:
        found = bg.read_layer(file, kind, on_error="quarantine" if quarantine else "raise", **options).report
    except bg.readers.FaultsError as fault:
        found = fault.report
    for note in found.notes:
        out.print(escape(note), highlight=False, style="dim")
    out.print(escape(found.words()), highlight=False)
    if report is not None:
        out.print(f"Report: [bold]{escape(str(write_atomic(report, found.encode(report.suffix.removeprefix('.')))))}[/]")
    if found.rows_rejected:
        raise typer.Exit(1)


@commands.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="A layer, such as incidents; without it, all of them.")] = None,
    form: Annotated[str, typer.Option("--as", help="table, markdown, frictionless (Table Schema) or hxl (tags).")] = "table",
) -> None:
    """Say what a layer must look like: columns, kinds, vocabularies.

    Example: `bordergis schema incidents`, `bordergis schema villages --as frictionless`
    """
    if name is not None:
        bg.datasets.require_known("layer", name, bg.schema.CONTRACTS)
    bg.datasets.require_known("form", form, SCHEMA_FORMS)
    chosen = {name: bg.schema.CONTRACTS[name]} if name else bg.schema.CONTRACTS
    if form == "markdown":
        sys.stdout.write(bg.schema.data_dictionary(chosen))
    elif form == "table":
        for key, contract in chosen.items():
            out.print(as_table(bg.schema.describe(contract).reset_index(), key))
    else:
        export = bg.schema.frictionless if form == "frictionless" else bg.schema.hxl_tags
        told = {key: export(contract) for key, contract in chosen.items()}
        sys.stdout.write(json.dumps(told[name] if name else told, ensure_ascii=False, indent=1) + "\n")
