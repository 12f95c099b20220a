"""The paragraph an analyst would paste: what is unknown first, every claim with its author, every number with the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bordergis import datasets
from bordergis.border import border_length
from bordergis.monitoring import coverage_gaps, published_figures
from bordergis.monitoring.rates import is_incident
from bordergis.report.writing import NUMBER_COLUMNS, Number, Text, Writer
from bordergis.words import period_in_words, say, words_for

if TYPE_CHECKING:
    import geopandas as gpd

    from bordergis.situation import Situation
    from bordergis.words import Words

__all__ = ["Brief", "situation_brief"]

INDICATORS = (
    "displaced_since_escalation", "displaced_people", "returned_home", "returned_in_period_13_14_jan", "in_displacement_camps",
    "in_displacement_camps_women", "in_displacement_camps_children", "displacement_sites", "schools_closed", "health_facilities_closed",
    "commune_offices_closed", "police_stations_closed", "families_needing_temporary_shelter",
)  # fmt: skip
"""What a brief tells of, in this order; all other figures stay in the layer."""

ROAD_ANSWERS = ("definite", "possible", "no", "unknown")
VILLAGE_INDICATORS = ("villages_inaccessible", "villages_preparing_return")
ROWS_NAMED = 15  # in a note; the table of numbers has them all
RECENT_DAYS = 31  # an older figure is no longer the situation
SAME_WEEK_DAYS = 7


@dataclass(frozen=True, eq=False)
class Brief:
    """A situation in sentences whose every number is linked to its rows.

    Attributes
    ----------
    sentences
        The sentences, in order.
    marked
        The same with a note number after each number.
    numbers
        A row a note: ``note``, ``sentence``, ``shown``, ``low``, ``high``, ``definition``, ``as_of``, ``author``, ``layer``, ``rows``
        (ids), ``sources`` and ``qualifier``.
    lang
        The language.

    Examples
    --------
    >>> import bordergis as bg
    >>> brief = bg.load("2026-01-14").brief()
    >>> brief.sentences[1]
    'Access is unknown for 210 of the 230 settlements in the layer; unknown does not mean reachable.'
    >>> brief.numbers.set_index("note").loc[3, ["shown", "author", "rows"]].to_list()
    ['84', 'Ministry of Interior (KHM)', ('F015',)]
    """

    sentences: tuple[str, ...]
    marked: tuple[str, ...]
    numbers: pd.DataFrame
    lang: str

    @property
    def text(self) -> str:
        """The paragraph, without notes."""
        return " ".join(self.sentences)

    def notes(self) -> tuple[str, ...]:
        """Say, for each number, what it counts, as of when, who says so and which rows it comes from."""
        return tuple(_note(row) for row in self.numbers.itertuples())

    def __str__(self) -> str:
        """Give the paragraph with note numbers, and the notes below it."""
        return "\n".join([" ".join(self.marked), "", words_for(self.lang)["brief.notes"] + ":", *self.notes()])

    def _repr_html_(self) -> str:
        """Show it in a notebook; text of the data is escaped."""
        notes = "".join(f"<li value={number}>{escape(note.partition(' ')[2])}</li>" for number, note in enumerate(self.notes(), start=1))
        return f"<p lang={self.lang}>{escape(' '.join(self.marked))}</p><ol>{notes}</ol>"


def situation_brief(situation: Situation, *, lang: str = "en", place: str = "KH22") -> Brief:
    """Say the situation in a paragraph that can be defended number by number.

    Published figures stand as published, with their author and qualifier. Computed numbers are counts, from those that hold for every
    position to those that hold for some; lengths of 100 km and more are rounded to whole kilometres, shorter ones to 0.1 km.

    Parameters
    ----------
    situation
        The situation.
    lang
        ``en``, ``km`` or ``th``. Names and authors that have no words in the language stay as they are.
    place
        P-code of the Cambodian province whose reported and computed villages stand side by side; of the Thai ones no official list of
        villages is embedded.

    Returns
    -------
    Brief
        Sentences, and a table of their numbers.

    Raises
    ------
    UnknownNameError
        If there are no words in the language, or no such province.

    Examples
    --------
    >>> import bordergis as bg
    >>> print(bg.situation_brief(bg.load("2026-01-14")).sentences[2])
    According to the Ministry of Interior of Cambodia, as of 14 January 2026, 84 villages in Oddar Meanchey remain inaccessible, while
    preparations are under way in 172.
    """
    units = datasets.load_gazetteer("KHM")
    datasets.require_known("province of Cambodia", place, set("KH" + units.loc[units["level"] == "adm1", "code"]))

    writer = Writer(words_for(lang), situation.date)
    writer.say("date", day=writer.day(situation.date), period=period_in_words(situation.period, situation.periods, writer.words))
    _say_unknown(writer, situation)
    _say_reported(writer, situation, place)
    _say_computed(writer, situation, place)
    _say_figures(writer, situation)
    _say_competing(writer, situation)
    _say_checkpoints(writer, situation)
    _say_period(writer, situation)
    writer.say("end")
    return Brief(tuple(writer.plain), tuple(writer.marked), pd.DataFrame(writer.rows, columns=NUMBER_COLUMNS), lang)


def _note(row: Any) -> str:  # noqa: ANN401  a row of the table of numbers
    more = f" … ({len(row.rows)})" if len(row.rows) > ROWS_NAMED else ""
    rows = f"; {row.layer}: {', '.join(row.rows[:ROWS_NAMED])}{more}" if row.rows else f"; {row.layer}"
    sources = f"; {', '.join(row.sources)}" if row.sources else ""
    return f"[{row.note}] {row.shown}: {row.definition.rstrip('.')}; {row.author}, {row.as_of:%Y-%m-%d}{rows}{sources}."


def _say_unknown(writer: Writer, situation: Situation) -> None:
    villages = situation.access.table
    every = writer.count("all", len(villages), layer="villages", rows=villages["place_id"])
    writer.say("unknown", unknown=_tally(writer, "unknown_n", villages, status=("unknown",)), all=every)


def _tally(writer: Writer, what: str, villages: gpd.GeoDataFrame, **words: tuple[str, ...]) -> Number:
    """Count the villages whose column has the first word, to those that have any of the words."""
    ((column, told),) = words.items()
    sure, some = villages[column].eq(told[0]), villages[column].isin(told)
    return writer.count(what, int(sure.sum()), int(some.sum()), layer="access", rows=villages.loc[some, "place_id"])


def _say_reported(writer: Writer, situation: Situation, place: str) -> None:
    """Say how many villages are reported inaccessible in the place, and being prepared: the latest of each author."""
    figures = _recent(situation)
    here = figures[(figures["place_pcode"] == place) & figures["value"].notna() & figures["indicator"].isin(VILLAGE_INDICATORS)]
    for (author, as_of), rows in here.groupby(["author", "as_of"]):
        found = {row["indicator"]: _published(situation, row) for _, row in rows.iterrows()}  # two at most
        if "villages_inaccessible" not in found:
            continue
        parts: dict[str, str | Number] = {
            "author": _author(writer.words, author),
            "day": writer.day(as_of.date()),
            "inaccessible": found["villages_inaccessible"],
            "place": _place(writer.words, rows.iloc[0]),
        }
        if "villages_preparing_return" in found:
            writer.say("reported_both", **parts, preparing=found["villages_preparing_return"])
        else:
            writer.say("reported", **parts)


def _say_computed(writer: Writer, situation: Situation, place: str) -> None:
    units = datasets.load_gazetteer("KHM")
    code = place.removeprefix("KH")
    official = int(((units["level"] == "adm4") & (units["code"].str[:2] == code)).sum())
    here = _within(situation.access.table, place, code)
    writer.say(
        "computed",
        place=writer.words.get(f"place.{place}") or units.set_index("code").loc[code, "name"],
        held=writer.count("held", len(here), layer="villages", rows=here["place_id"]),
        official=writer.count("official", official, layer="gazetteer_khm"),
        inside=_tally(writer, "inside", here, in_zone=("definite", "possible")),
        unknown=_tally(writer, "unknown_n", here, status=("unknown",)),
    )
    if here["cut_off"].isin(ROAD_ANSWERS).any():
        writer.say("cut_off", cut=_tally(writer, "cut", here, cut_off=("definite", "possible")))
    else:
        writer.say("cut_off_not_computed")
    writer.say("not_the_same")


def _within(villages: gpd.GeoDataFrame, place: str, code: str) -> gpd.GeoDataFrame:
    """Give the villages of a province: by its name, its P-code or the official code of the village, whichever the layer has."""
    name = words_for("en").get(f"place.{place}", place)
    columns = villages.reindex(columns=["adm1", "adm1_pcode", "village_code"]).astype("str")
    found = (columns["adm1"] == name) | (columns["adm1_pcode"] == place) | columns["village_code"].str.startswith(code)
    return villages[found.fillna(value=False).astype(bool)]


def _say_figures(writer: Writer, situation: Situation) -> None:
    """Say the latest published figures of each country, a sentence an author and date; what they replaced stays in the layer."""
    figures = _recent(situation)
    chosen = figures[figures["indicator"].isin(INDICATORS)]
    country = chosen["place_pcode"].str[:2]
    chosen = chosen[chosen["as_of"] == chosen.groupby([chosen["indicator"], country])["as_of"].transform("max")]
    for (as_of, author), rows in sorted(chosen.groupby(["as_of", "author"]), key=lambda group: (-group[0][0].value, group[0][1])):
        items = [_item(writer, situation, indicator, rows) for indicator in INDICATORS if (rows["indicator"] == indicator).any()]
        writer.say("figures", author=_author(writer.words, author), day=writer.day(as_of.date()), items=writer.join(items, "items"))


def _item(writer: Writer, situation: Situation, indicator: str, rows: pd.DataFrame) -> Text:
    """Name an indicator with its value, or its values place by place."""
    values = [
        writer.fill("brief.in_place", value=_published(situation, row), place=_place(writer.words, row))
        for _, row in rows[rows["indicator"] == indicator].iterrows()  # a handful
    ]
    return writer.fill("brief.listed", name=say(writer.words, "indicator", indicator), values=writer.join(values, "between"))


def _say_competing(writer: Writer, situation: Situation) -> None:
    """Say where authors differ on the same indicator and place within a week of each other; nothing is averaged or preferred."""
    published = published_figures(situation.figures)
    known = set(situation.figures["indicator"])
    for indicator in (name for name in INDICATORS if name in known):
        spread = published.at(situation.date, indicator, "KHM", days=SAME_WEEK_DAYS)
        if len(spread.authors) < 2:  # noqa: PLR2004  one author does not differ from himself
            continue
        accounts = [
            writer.fill(
                "brief.account", value=_published(situation, row), author=_author(writer.words, row["author"]),
                day=writer.day(row["as_of"].date()),
            )
            for _, row in spread.table.iterrows()
        ]  # fmt: skip
        words = {"indicator": say(writer.words, "indicator", indicator), "day": writer.day(situation.date)}
        writer.say("competing", **words, accounts=writer.join(accounts, "items"))


def _say_checkpoints(writer: Writer, situation: Situation) -> None:
    closed = situation.checkpoints[situation.checkpoints["status"] == "closed"]
    number = writer.count("closed", len(closed), layer="checkpoints")
    linked = Number(**{**vars(number), "rows": tuple(closed["checkpoint_id"])})
    writer.say("checkpoints", closed=linked, all=writer.count("checkpoints", len(situation.checkpoints), layer="checkpoints"))


def _say_period(writer: Writer, situation: Situation) -> None:
    """Say what is reported, and what was observed, since the period began."""
    phases = situation.periods[situation.periods["kind"] != "agreement"]
    if phases.empty:
        return
    since = phases["start"].iloc[-1].tz_localize(None).normalize()
    incidents = situation.incidents[(situation.incidents["date_start"] >= since) & is_incident(situation.incidents)]
    reported = writer.count("incidents", len(incidents), layer="incidents", rows=incidents["incident_id"])
    writer.say("incidents", day=writer.day(since.date()), n=reported)
    line = situation.border.iloc[[0]]
    visits = situation.visits[(situation.visits["date"] >= since) & (situation.visits["access"] != "denied")]
    gaps = coverage_gaps(situation.visits, line, since=since.date(), as_of=situation.date)
    writer.say(
        "coverage",
        visits=writer.count("visits", len(visits), layer="visits", rows=visits["visit_id"]),
        gap=writer.count("gap", float(gaps.loc[gaps["seen"] == "no", "length_m"].sum()) / 1_000, layer="border"),
        length=writer.count("length", float(border_length(line).iloc[0]), layer="border"),
        line=str(line["border_id"].iloc[0]),
    )


def _recent(situation: Situation) -> pd.DataFrame:
    """Give the figures of the last month, of each author the latest on an indicator and place, in the order of their ids."""
    figures = situation.figures
    since = pd.Timestamp(situation.date) - pd.Timedelta(days=RECENT_DAYS)
    recent = figures[(figures["as_of"] >= since) & (figures["as_of_precision"] == "day")]
    latest = recent.groupby(["indicator", "place", "author"])["as_of"].transform("max")
    return recent[recent["as_of"] == latest].sort_values("figure_id")


def _published(situation: Situation, row: pd.Series) -> Number:
    """Make a number of a published figure; a range stays a range."""
    ends = [row["value"] if pd.notna(row["value"]) else row[name] for name in ("value_low", "value_high")]
    low, high = (float(end) if pd.notna(end) else float(np.nanmax(ends)) for end in ends)
    meaning = published_figures(situation.figures).indicators.set_index("indicator")["definition"].get(row["indicator"], row["indicator"])
    return Number(
        low, high, str(meaning), row["as_of"].date(), row["author"], "figures", (row["figure_id"],), (row["source_id"],), row["qualifier"]
    )


def _place(words: Words, row: pd.Series) -> str:
    return words.get(f"place.{row['place_pcode']}", row["place"])


def _author(words: Words, author: str) -> str:
    """Give the author's name in the language, where it has one."""
    return words.get(f"author.{author}", author)
