"""The situation in words: what is unknown first, every claim with its author, every count with what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.provenance import of
from bordergis.schema import CHECKPOINT_STATUSES

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.situation import Situation

__all__ = ["Summary", "situation_summary"]

FETCH_VILLAGES = "bordergis data fetch geonames-kh"
"""The command that brings the full layer of villages."""

ACROSS = "across periods, or known only to a month"
BEFORE = "before the named periods"


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


def situation_summary(situation: Situation, zones: gpd.GeoDataFrame, access: gpd.GeoDataFrame) -> Summary:
    """Say what the situation is, in words and numbers.

    Parameters
    ----------
    situation
        The situation.
    zones
        Its zones (:func:`bordergis.exclusion_zones`).
    access
        Its villages (:func:`bordergis.inaccessible_villages`).

    Returns
    -------
    Summary
        Sentences, a table and the sources.

    Examples
    --------
    >>> import bordergis as bg
    >>> situation = bg.load("2026-01-14")
    >>> zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    >>> summary = bg.situation_summary(situation, zones, bg.inaccessible_villages(situation.villages, zones=zones))
    >>> summary.table.set_index("what").loc["reported inaccessible in Oddar Meanchey", "note"]
    'Ministry of Interior (KHM), 2026-01-14'
    """
    parts = [
        _villages(access),
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
            ("reported accessible, by name", int(access["reported_inaccessible"].eq(other=False).fillna(value=False).sum()), ""),
        ],
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
    said = checkpoints.groupby("status")["name"].agg(", ".join)
    return _rows("checkpoints", [(word, int(count[word]), said[word]) for word in CHECKPOINT_STATUSES if word in count])


def _incidents(incidents: gpd.GeoDataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    phase = incident_periods(incidents, periods)
    count = phase.value_counts()
    order = [name for name in (BEFORE, *periods["name"], ACROSS) if name in count]
    rows = [(name, int(count[name]), "") for name in order]
    return _rows("reported incidents", [*rows, ("all", len(incidents), "a collection of reports, not a census: no rates follow from it")])


def incident_periods(incidents: gpd.GeoDataFrame, periods: pd.DataFrame) -> pd.Series:
    """Say in which period each incident lies: in one only if its whole span of days does.

    Parameters
    ----------
    incidents
        Incidents (:data:`bordergis.schema.INCIDENTS`).
    periods
        Periods (:data:`bordergis.schema.PERIODS`); agreements are moments and hold no incident.

    Returns
    -------
    pandas.Series
        ``period`` on the index of ``incidents``.

    Examples
    --------
    >>> import bordergis as bg
    >>> incident_periods(bg.load_incidents(), bg.load_periods()).isna().any()
    np.False_
    """
    phases = periods[periods["kind"] != "agreement"].sort_values("start")
    start = _day_of(phases["start"])
    first = np.searchsorted(start, incidents["date_start"].to_numpy(), side="right") - 1
    last = np.searchsorted(start, incidents["date_end"].to_numpy(), side="right") - 1
    names = np.append(phases["name"].to_numpy(dtype=object), BEFORE)  # index -1: before the first
    period = np.where(first == last, names[first], ACROSS)
    return pd.Series(period, index=incidents.index, name="period", dtype="str")


def _day_of(moments: pd.Series) -> np.ndarray:
    """Give the local day of each moment: a period that begins during a day holds the reports of that day."""
    return moments.dt.tz_localize(None).dt.normalize().to_numpy()


def _zones(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    return _rows(
        "zones",
        [(f"{row.rule_id} ({row.certainty})", row.n_members, f"reported incidents in force; {row.citation}") for row in zones.itertuples()],
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
            f"The layer holds {held} settlements on the Cambodian side, while the seven affected provinces have {official:,} official "
            f"villages; the full layer: `{FETCH_VILLAGES}`."
        ),
        f"{definite} settlements lie inside a zone of reported incidents, {possible} more possibly.",
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
