"""The situation in words: what is unknown first, every claim with its author, every count with what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bordergis import datasets
from bordergis.border import side_of_border
from bordergis.monitoring.rates import ACROSS, BEFORE, OUTSIDE, incident_periods, is_incident
from bordergis.provenance import of
from bordergis.schema import CHECKPOINT_STATUSES

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.situation import Situation

__all__ = ["Summary", "situation_summary"]

FETCH_VILLAGES = "bordergis data fetch geonames-kh"
"""The command that brings the full layer of villages."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A situation in words and a small table.

    Attributes
    ----------
    sentences
        What an analyst would say first, what is unknown before what is known.
    table
        ``topic``, ``what``, ``count`` and ``note``, a row a number.
    sources
        Titles of the sources behind it.
    """

    sentences: tuple[str, ...]
    table: pd.DataFrame
    sources: tuple[str, ...]


def situation_summary(situation: Situation) -> Summary:
    """Say what the situation is, in words and numbers.

    Parameters
    ----------
    situation
        The situation, with its zones and the access of its villages.

    Returns
    -------
    Summary
        Sentences, a table and the sources.

    Examples
    --------
    >>> import bordergis as bg
    >>> summary = bg.situation_summary(bg.load("2026-01-14"))
    >>> summary.table.set_index("what").loc["reported inaccessible in Oddar Meanchey", "note"]
    'Ministry of Interior (KHM), 2026-01-14'
    """
    zones, access = situation.zones, situation.access.table
    parts = [
        _villages(access),
        _sides(access, situation.border.head(1)),
        _figures(situation.figures),
        _checkpoints(situation.checkpoints),
        _incidents(situation.incidents, datasets.load_periods() if "periods" not in situation.own else situation.periods),
        _zones(zones),
        _visits(situation.visits, situation.periods),
    ]
    table = pd.concat(parts, ignore_index=True)
    return Summary(
        sentences=_sentences(situation, access, zones),
        table=table,
        sources=_source_titles(situation, zones),
    )


def _rows(topic: str, rows: list[tuple[str, object, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["what", "count", "note"]).assign(topic=topic)[["topic", "what", "count", "note"]]


def _villages(access: gpd.GeoDataFrame) -> pd.DataFrame:
    status, inside = access["status"].value_counts(), access["in_zone"].value_counts()
    return _rows(
        "villages",
        [
            ("access unknown", int(status.get("unknown", 0)), f"of {len(access)} in the layer; unknown does not mean reachable"),
            ("inside a zone", int(inside.get("definite", 0)), "for every position the incidents and the village may have"),
            ("possibly inside a zone", int(inside.get("possible", 0)), "for some position"),
            (
                "reported inaccessible, by name",
                int(access["reported_inaccessible"].fillna(value=False).sum()),
                "no list of names is published",
            ),
            ("reported reachable, by name", int(access["reported_inaccessible"].eq(other=False).fillna(value=False).sum()), ""),
        ],
    )


def _sides(villages: gpd.GeoDataFrame, line: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the settlements on each side of the first line, and those too near to it to tell."""
    side = side_of_border(villages, line, accuracy_m=villages.get("position_radius_m", 0.0)).value_counts()
    words = {"KHM": "Cambodian side", "THA": "Thai side", "undetermined": "side undetermined"}
    near = f"nearer than published lines differ ({line['accuracy_m'].item():,.0f} m) and its own precision, or without a position"
    return _rows(
        f"side of the line {line['border_id'].item()}",
        [(name, int(side.get(word, 0)), near if word == "undetermined" else "") for word, name in words.items()],
    )


def _figures(figures: pd.DataFrame) -> pd.DataFrame:
    """Choose the latest published figures on villages, with their authors."""
    wanted = figures[figures["indicator"].isin(["villages_inaccessible", "villages_preparing_return"]) & figures["value"].notna()]
    newest = wanted[wanted["as_of"] == wanted.groupby(["indicator", "place"])["as_of"].transform("max")]
    words = {"villages_inaccessible": "reported inaccessible in", "villages_preparing_return": "reported preparing for return in"}
    return _rows(
        "villages, as published",
        [
            (f"{words[row.indicator]} {row.place}", int(row.value), f"{row.author}, {row.as_of:%Y-%m-%d}")
            for row in newest.sort_values(["place", "indicator"]).itertuples()
        ],
    )


def _checkpoints(checkpoints: gpd.GeoDataFrame) -> pd.DataFrame:
    count = checkpoints["status"].value_counts()
    since = checkpoints.groupby("status")["status_since"].agg(["min", "max"])
    return _rows(
        "checkpoints",
        [(f"reported {word}", int(count[word]), _span(*since.loc[word])) for word in CHECKPOINT_STATUSES if word in count],
    )


def _span(first: pd.Timestamp, last: pd.Timestamp) -> str:
    if pd.isna(first):
        return "no source says"
    return f"latest report of {first:%Y-%m-%d}" if first == last else f"latest reports of {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _incidents(incidents: gpd.GeoDataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    told = is_incident(incidents)
    count = incident_periods(incidents[told], periods).value_counts()
    order = [name for name in (BEFORE, *periods["name"], OUTSIDE, ACROSS) if name in count]
    rows = [(name, int(count[name]), "") for name in order]
    others = (("no incidents", int((~told).sum()), "records of visits, agreements and statements"),) if not told.all() else ()
    every = ("all", len(incidents), "a collection of reports, not a census: no rates follow from it")
    return _rows("reported incidents", [*rows, *others, every])


def _zones(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count, for each rule, the incidents behind its zones; the numbers of the rules have their citation in the zones."""
    members = zones.pivot_table(index="rule_id", columns="certainty", values="n_members", aggfunc="sum", fill_value=0)
    count = members.reindex(columns=["definite", "possible"], fill_value=0).astype(int)
    radius_km = zones.groupby("rule_id")["radius_m"].first() / 1_000
    return _rows(
        "zones (reported incidents)",
        [
            (row.Index, row.possible, f"{radius_km[row.Index]:g} km; {row.definite} precise enough for a definite zone")
            for row in count.itertuples()
        ],
    )


def _visits(visits: gpd.GeoDataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    phases = periods[periods["kind"] != "agreement"]
    since = phases["start"].iloc[-1].tz_localize(None).normalize() if len(phases) else pd.Timestamp.min
    recent = visits[visits["date"] >= since]
    last = f"last {recent['date'].max():%Y-%m-%d}; " if len(recent) else ""
    return _rows(
        "observer visits",
        [("places visited in this period", len(recent), f"{last}not observed is not the same as nothing happened")],
    )


def _sentences(situation: Situation, access: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[str, ...]:
    held, official = datasets.village_coverage(situation.villages)
    unknown = int((access["status"] == "unknown").sum())
    definite, possible = (int((access["in_zone"] == word).sum()) for word in ("definite", "possible"))
    return (
        f"Situation of the Cambodia-Thailand border as of {situation.date:%-d %B %Y}: {situation.period}.",
        f"Access is unknown for {unknown} of the {len(access)} settlements in the layer.",
        (
            f"The seven affected provinces have {official:,} official villages; the layer holds {held} settlements there. The full layer: "
            f"`{FETCH_VILLAGES}`."
        ),
        f"{definite} settlements lie inside a zone of reported incidents, {possible} more possibly.",
        "The border is drawn as mapped lines, none of them authoritative; `--line NAME=FILE` adds that of another source. "
        + " ".join(
            f"{row.border_id}: may differ from other published lines by up to {row.accuracy_m:,.0f} m."
            for row in situation.border.itertuples()
        ),
        *of(zones).notes,
        *_reported(situation.figures),
    )


def _reported(figures: pd.DataFrame) -> list[str]:
    rows = _figures(figures)
    return [f"{row.count} villages {row.what} ({row.note})." for row in rows.itertuples(name="Row")]


def _source_titles(situation: Situation, zones: gpd.GeoDataFrame) -> tuple[str, ...]:
    known = datasets.sources()
    named = situation.provenance.merge(of(zones)).sources
    return tuple(f"{known.loc[name, 'title']} ({known.loc[name, 'licence']})" if name in known.index else name for name in named)
