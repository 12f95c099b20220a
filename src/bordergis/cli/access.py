"""`bordergis access`: which villages cannot be reached, from what, since when, says who."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

import bordergis as bg
from bordergis.access.targets import OWN_NETWORK
from bordergis.cli.shared import DATE, AsOf, Roads, Rules, Villages, as_table, err, open_situation, out, read_roads

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from bordergis.access import InaccessibleVillages
    from bordergis.situation import Situation

__all__ = ["commands"]

commands = typer.Typer()

DEFAULT_TARGETS = "district-town,hospital"
SHOWN = ["unknown", "unknown_share", "villages", "inaccessible", "restricted", "reachable"]
RANGES = {"in zone": "in_zone", "cut off": "cut_off", "reported": "reported"}

FromFile = Path | None


@commands.command()
def access(  # noqa: PLR0913, PLR0917  each is an option of the command line, called by name
    as_of: AsOf = DATE,
    roads: Roads = None,
    targets: Annotated[
        str, typer.Option(help="What must be reached: district-town, hospital, checkpoint, camp, own-network; several with commas.")
    ] = DEFAULT_TARGETS,
    by: Annotated[str, typer.Option(help="Count by adm1 (province), adm2 (district) or sector (between checkpoints).")] = "adm1",
    layer: Villages = "embedded",
    villages: Annotated[FromFile, typer.Option(help="A file of villages of your own.")] = None,
    facilities: Annotated[FromFile, typer.Option(help="A file of hospitals; without it none is known.")] = None,
    closures: Annotated[FromFile, typer.Option(help="A file of closed roads and bridges; by default those that sources tell of.")] = None,
    reports: Annotated[FromFile, typer.Option(help="A file of what is reported of single villages.")] = None,
    explain: Annotated[str | None, typer.Option(metavar="ID", help="Tell of one village in words.")] = None,
    target: Annotated[
        FromFile, typer.Option("--out", "-o", help="Write every village with its answers: .csv, .geojson or .parquet.")
    ] = None,
    drawing: Annotated[FromFile, typer.Option("--map", help="Draw the map: one HTML file that needs no network.")] = None,
    rules: Rules = "acled-by-type",
) -> None:
    """Say which villages cannot be reached: in a zone, cut off, reported so; and first, of how many nobody knows.

    The four answers stay apart, and a status is made of them by a table of decisions that can be replaced. Without `--roads` nothing is
    said of who is cut off. Ranges run from what holds for certain to what may hold.

    Example: `bordergis access --as-of 2026-01-14 --roads roads.parquet --targets district-town,hospital --by adm2`
    """
    files = {"villages": villages, "facilities": facilities, "closures": closures, "access_reports": reports}
    now = _with_files(open_situation(as_of, layer, rules=rules), {kind: file for kind, file in files.items() if file is not None})
    with err.status("Asking which villages can be reached …"):
        answer = _ask(now, roads or [], [name.strip() for name in targets.split(",") if name.strip()])
    _say(answer, by, now)
    if explain is not None:
        out.print(escape(answer.explain(explain)), highlight=False)
    if target is not None:
        out.print(f"Villages: [bold]{escape(str(bg.write_table(answer.table, target, kind=target.suffix.removeprefix('.'))))}[/]")
    if drawing is not None:
        answer.map().save(drawing)
        out.print(f"Map: [bold]{escape(str(drawing))}[/]")


def _with_files(now: Situation, files: dict[str, Path]) -> Situation:
    """Put layers read from files in the place of the embedded ones."""
    own = {}
    for kind, file in files.items():
        options = {"number_rows": True} if kind == "facilities" else {}  # lists of hospitals seldom number them
        own[kind] = bg.read_layer(file, kind, **options).layer
    return replace(now, own=MappingProxyType({**now.own, **own}))


def _ask(now: Situation, files: Sequence[Path], names: Sequence[str]) -> InaccessibleVillages:
    if not files:
        return now.access
    network = bg.build_network(read_roads(files))
    border = now.border.head(1)
    goals = _targets(now, network, names)
    conditions = bg.RoadConditions(network, border=border, checkpoints=now.checkpoints, obstacles=now.obstacles)
    told = {"closures": now.closures, "targets": goals, "reports": now.access_reports, "as_of": now.date}
    return bg.inaccessible_villages(now.villages, zones=now.zones, roads=conditions, **told)


def _targets(now: Situation, network: bg.RoadNetwork, names: Sequence[str]) -> gpd.GeoDataFrame:
    """Build the sets that were asked for; the one of a country's own roads is made of the network."""
    import pandas as pd  # noqa: PLC0415  only where roads are asked about

    known = (*bg.access.targets.TARGET_SETS, OWN_NETWORK)
    for name in names:
        bg.datasets.require_known("target set", name, known)
    facilities = now.facilities if len(now.facilities) else None
    layers = {"places": now.places, "facilities": facilities, "checkpoints": now.checkpoints, "camps": now.camps}
    parts = [bg.target_sets([name], **layers, border=now.border.head(1)) for name in names if name != OWN_NETWORK]
    parts += [bg.own_network(network, now.border.head(1))] * (OWN_NETWORK in names)
    return pd.concat(parts, ignore_index=True)


def _say(answer: InaccessibleVillages, by: str, now: Situation) -> None:
    """Say first how many are unknown, then count."""
    out.print(escape(str(answer)), highlight=False)
    for note in answer.road_notes():
        out.print(escape(note), highlight=False, style="dim")
    if answer.state is None:
        out.print(escape(str(answer.table["cut_off_reason"].iloc[0]).capitalize() + ".") if len(answer.table) else "", highlight=False)
    sectors = bg.sectors_at(now.border.head(1), now.checkpoints) if by == "sector" and "sector" not in answer.table else None
    counts = answer.summary(by, sectors=sectors)
    out.print(as_table(_shown(counts, by), f"Villages by {by}, as of {now.date}: certainly - at most"))


def _shown(counts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Write each range as one cell."""
    table = counts[[by, *SHOWN]].assign(unknown_share=(counts["unknown_share"] * 100).round().astype("Int64"))
    for words, name in RANGES.items():
        low, high = counts[name], counts[f"{name}_at_most"]
        table[words] = low.astype(str).where(low == high, low.astype(str) + "-" + high.astype(str))
    table["cut off"] = table["cut off"].mask(counts["roads_not_answered"] == counts["villages"], "?")  # nought would say that none is
    return table.rename(columns={"unknown_share": "%"})
