"""`bordergis sources` and `data`: where everything comes from, and public data beyond what is embedded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.cli.shared import Cache, as_table, err, out
from bordergis.errors import UnknownNameError

__all__ = ["commands"]

commands = typer.Typer()

data_app = typer.Typer(help="Public data beyond what is embedded. The only commands that use the network.", no_args_is_help=True)
commands.add_typer(data_app, name="data")


@commands.command()
def sources() -> None:
    """List every embedded file and source: publisher, licence, version, how it is cited."""
    files, origins = bg.registry(), bg.sources()
    out.print(as_table(files.reset_index()[["id", "title", "licence", "version", "rows"]], "Embedded data"))
    out.print(as_table(origins.reset_index()[["id", "title", "publisher", "licence"]], "Sources named in the rows"))
    out.print("How to cite them")
    for name, citation in origins["citation"].items():
        out.print(f"  {name}: {escape(citation)}", highlight=False)


@data_app.command("list")
def data_list(cache: Cache = None) -> None:
    """List the public data that can be fetched: what it holds, licence, size, and whether it is on this machine."""
    out.print(as_table(bg.public_sources(cache=cache).reset_index()[["id", "holds", "licence", "size_mb", "cached"]], "Public data"))


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
