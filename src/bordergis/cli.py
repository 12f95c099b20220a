"""The command line: parse, call, print. No analysis of its own."""

from __future__ import annotations

import json
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
from bordergis.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from bordergis.situation import Situation

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
data_app = typer.Typer(help="Public data beyond what is embedded. The only commands that use the network.", no_args_is_help=True)
app.add_typer(data_app, name="data")

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

METRES = {"m": 1.0, "km": 1_000.0}
LENGTH = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>m|km)")
TABLE_ROWS = 40
SCHEMA_FORMS = ("table", "markdown", "frictionless", "hxl")
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
DATE = "2026-01-14"


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


@app.command()
def situation(
    as_of: AsOf = DATE,
    target: Annotated[Path, typer.Option("--out", help="The map: one HTML file that needs no network.")] = Path("out/situation.html"),
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
    line: Line = None,
) -> None:
    """Say the situation in words, and draw it as a map.

    Example: `bordergis situation --as-of 2026-01-14 --out situation.html`
    """
    now = _situation(as_of, layer, line or [])
    zones = bg.exclusion_zones(now.incidents, as_of=now.date, rules=rules)
    access = bg.inaccessible_villages(now.villages, zones=zones)
    summary = bg.situation_summary(now, zones, access)

    for sentence in summary.sentences:
        out.print(escape(sentence), highlight=False)
    table = summary.table.assign(topic=summary.table["topic"].mask(summary.table["topic"].duplicated()))
    out.print(_rich(table, "The situation in numbers"))
    out.print("Sources: " + escape("; ".join(summary.sources)), highlight=False, style="dim")

    bg.situation_map(now, zones=zones, access=access).save(target)
    out.print(f"Map: [bold]{escape(str(target))}[/] ({target.stat().st_size / 1000:,.0f} kB, no network needed)")


@app.command()
def villages(  # noqa: PLR0913, PLR0917  each is an option of the command line, called by name
    of: Annotated[
        str, typer.Option("--of", help="What to measure from: `border`, `checkpoint:ID` (such as checkpoint:osmach) or `zones`.")
    ] = "zones",
    within: Annotated[str, typer.Option(help="How near, with its unit: `500m`, `10km`; of zones: from their rim.")] = "0km",
    as_of: AsOf = DATE,
    kind: Annotated[str, typer.Option("--format", help="table, csv, geojson or parquet.")] = "table",
    target: Annotated[Path | None, typer.Option("--out", help="A file; without it, the terminal.")] = None,
    rules: Rules = "acled-by-type",
    layer: Villages = "embedded",
    allow_coarse: Annotated[bool, typer.Option("--allow-coarse", help="Measure from the border finer than its line supports.")] = False,  # noqa: FBT002
) -> None:
    """List the villages near the border, a checkpoint, or the zones, with what is known of each.

    The column *within* (`certain` in files) says whether that holds for every position the village's point may have (definite) or
    for some (possible).

    Example: `bordergis villages --within 10km --of checkpoint:osmach --format csv`
    """
    radius_m = _metres(within)
    now = _situation(as_of, layer)
    zones = bg.exclusion_zones(now.incidents, as_of=now.date, rules=rules)
    access = bg.inaccessible_villages(now.villages, zones=zones)
    if of.partition(":")[0] == "border":
        for warning in bg.require_fine_line(_border(now, of), radius_m, allow_coarse=allow_coarse):
            err.print(escape(warning), highlight=False)
    found = bg.near_zones(access, zones, radius_m) if of == "zones" else bg.near(access, _distance(access, of, now), radius_m)

    if kind == "table":
        _require_terminal(target)
        title = f"{len(found)} of {len(access)} settlements within {within} of {of}, as of {now.date}"
        shown = found.assign(km=(found["distance_m"] / 1_000).round(1), within=found["certain"], access=found["status"])
        out.print(_rich(shown[["name", "adm1", "km", "within", "in_zone", "access"]].head(TABLE_ROWS), title))
        if len(found) > TABLE_ROWS:
            out.print(f"… and {len(found) - TABLE_ROWS} more; write them all with `--format csv --out FILE`.")
    elif target is not None:
        out.print(f"{len(found)} settlements: [bold]{escape(str(bg.write_table(found, target, kind=kind)))}[/]")
    elif kind == "parquet":
        raise UnknownNameError("Parquet is not for a terminal; say where with `--out villages.parquet`.")
    else:
        sys.stdout.write(bg.encode_table(found, kind).decode())


@app.command()
def sources() -> None:
    """List every embedded file and source: publisher, licence, version, how it is cited."""
    files, origins = bg.registry(), bg.sources()
    out.print(_rich(files.reset_index()[["id", "title", "licence", "version", "rows"]], "Embedded data"))
    out.print(_rich(origins.reset_index()[["id", "title", "publisher", "licence"]], "Sources named in the rows"))
    out.print("How to cite them")
    for name, citation in origins["citation"].items():
        out.print(f"  {name}: {escape(citation)}", highlight=False)


@app.command()
def inspect(file: Annotated[Path, typer.Argument(help="A file of any format.")]) -> None:
    """Look into a file before reading it: layers, columns, coordinate system, bounds, encoding, what it may be.

    Example: `bordergis inspect villages.xlsx`
    """
    out.print(escape(bg.inspect_file(file).words()), highlight=False)


@app.command()
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
    given = {"columns": dict(map(_pair, column)) if column else None, "sheet": sheet, "layer": layer}
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


@app.command()
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
            out.print(_rich(bg.schema.describe(contract).reset_index(), key))
    else:
        export = bg.schema.frictionless if form == "frictionless" else bg.schema.hxl_tags
        told = {key: export(contract) for key, contract in chosen.items()}
        sys.stdout.write(json.dumps(told[name] if name else told, ensure_ascii=False, indent=1) + "\n")


@data_app.command("list")
def data_list(cache: Cache = None) -> None:
    """List the public data that can be fetched: what it holds, licence, size, and whether it is on this machine."""
    out.print(_rich(bg.public_sources(cache=cache).reset_index()[["id", "holds", "licence", "size_mb", "cached"]], "Public data"))


@data_app.command("fetch")
def data_fetch(
    names: Annotated[list[str], typer.Argument(help="Ids of `bordergis data list`.")],
    cache: Cache = None,
    url: Annotated[str | None, typer.Option(help="Another address of the same file, such as a mirror.")] = None,
) -> None:
    """Download public data into the cache folder.

    Example: `bordergis data fetch geonames-kh`, then `bordergis situation --layer geonames-kh`
    """
    if url is not None and len(names) > 1:
        raise UnknownNameError("An address is for one source; fetch the others without `--url`.")
    for name in names:
        out.print(f"{name}: [bold]{escape(str(bg.fetch(name, cache=cache, url=url, progress=err.is_terminal)))}[/]")


@data_app.command("add")
def data_add(
    file: Annotated[Path, typer.Argument(help="A file that was downloaded by hand.")],
    name: Annotated[str | None, typer.Argument(help="Its id in `bordergis data list`; by default told by the file's name.")] = None,
    cache: Cache = None,
) -> None:
    """Put a file that was downloaded by hand into the cache folder, after checking it.

    Example: `bordergis data add ~/Downloads/KH.zip`
    """
    out.print(f"[bold]{escape(str(bg.add(file, name, cache=cache)))}[/]")


def _pair(told: str) -> tuple[str, str]:
    name, equals, column = told.partition("=")
    if not equals:
        raise UnknownNameError(f"{told!r} does not say which column is which; write it as name=COLUMN.")
    return name, column


def _line(told: str) -> gpd.GeoDataFrame:
    """Read one more border line: `NAME=FILE`, drawn from the coast to the tripoint."""
    name, file = _pair(told)
    identifier = re.sub(r"\W+", "-", name).strip("-").lower()
    return bg.from_line(file, border_id=identifier, claimed_by=name, accuracy_m=float(bg.load_border(MAIN_BORDER)["accuracy_m"].item()))


def _situation(as_of: str, layer: str, lines: Sequence[str] = ()) -> Situation:
    try:
        own = {} if layer == "embedded" else {"villages": bg.from_geonames(bg.cached(layer)).layer}
        if lines:
            own["border"] = bg.join_lines(bg.load_border(), *map(_line, lines))
        return bg.load(as_of, **own)
    except ValueError as fault:
        if isinstance(fault, BorderGISError):
            raise
        raise UnknownNameError(f"{as_of!r} is not a date; write it as 2026-01-14.") from fault


def _metres(length: str) -> float:
    parsed = LENGTH.fullmatch(length.strip())
    if parsed is None:
        raise UnitError(f"{length!r} is not a length with its unit; write it as 500m or 10km.")
    return float(parsed["number"]) * METRES[parsed["unit"]]


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


def _rich(table: pd.DataFrame, title: str) -> Table:
    drawn = Table(title=title, title_justify="left", header_style="bold")
    for position, name in enumerate(table.columns):
        numeric = table[name].dtype.kind in "if"
        drawn.add_column(str(name), justify="right" if numeric else "left", overflow="fold", no_wrap=position == 0)
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        drawn.add_row(*(escape(f"{cell:,g}" if isinstance(cell, float) else str(cell)) for cell in row))
    return drawn
