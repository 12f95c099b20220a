"""The situation shows what had happened by its date, and takes your own layers in the place of the embedded ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import FrozenInstanceError

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.situation import LAYERS

DAYS = st.dates(dt.date(2008, 1, 1), dt.date(2026, 12, 31))
DATED = {"incidents": "date_start", "visits": "date", "figures": "as_of", "designated_areas": "valid_from"}


def test_the_default_is_the_day_of_the_fullest_update():
    assert bg.load().date == dt.date(2026, 1, 14)


@pytest.mark.parametrize("moment", [dt.date(2026, 1, 14), "2026-01-14", dt.datetime(2026, 1, 14, 23, 59), pd.Timestamp("2026-01-14T08:00")])  # noqa: DTZ001
def test_a_date_is_taken_as_it_is_said(moment):
    assert bg.load(moment).date == dt.date(2026, 1, 14)


def test_a_moment_with_an_offset_is_the_local_day_there():
    """20:00 UTC on the 13th is 03:00 on the 14th at the border (UTC+7)."""
    assert bg.load(dt.datetime(2026, 1, 13, 20, tzinfo=dt.UTC)).date == dt.date(2026, 1, 14)


@pytest.mark.parametrize("text", ["14 January 2026", "2026-02-30", "", "latest"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"isoformat|day is out of range"):
        bg.load(text)


@pytest.mark.parametrize("layer", DATED)
def test_a_layer_with_dates_holds_exactly_what_had_begun(layer):
    everything = getattr(bg, f"load_{layer}")()
    for day in ("2011-07-17", "2011-07-18", "2025-07-24", "2025-12-31", "2026-01-14"):
        expected = everything[everything[DATED[layer]].dt.strftime("%Y-%m-%d") <= day]
        assert len(getattr(bg.load(day), layer)) == len(expected)


@given(earlier=DAYS, later=DAYS)
@settings(max_examples=20, deadline=None)
def test_what_was_known_by_a_day_is_known_later(earlier, later):
    if later < earlier:
        earlier, later = later, earlier
    before, after = bg.load(earlier), bg.load(later)
    assert set(before.incidents["incident_id"]) <= set(after.incidents["incident_id"])
    assert set(before.periods["period_id"]) <= set(after.periods["period_id"])


def test_the_checkpoints_have_the_status_of_the_day():
    assert bg.load("2025-01-01").checkpoints["status"].unique().tolist() == ["unknown"]
    assert bg.load("2026-01-14").checkpoints["status"].unique().tolist() == ["closed"]


@pytest.mark.parametrize(
    ("day", "period"),
    [
        ("2008-07-15", "before the named periods"),
        ("2025-05-28", "Tension before the July 2025 fighting"),
        ("2025-07-24", "Fighting of July 2025"),
        ("2025-07-28", "Fighting of July 2025"),
        ("2025-07-29", "Ceasefire of 28 July 2025"),
        ("2025-10-26", "Ceasefire of 28 July 2025"),
        ("2025-12-07", "Fighting of December 2025"),
        ("2025-12-26", "Fighting of December 2025"),
        ("2025-12-27", "Ceasefire of the Joint Statement of 27 December 2025"),
        ("2026-01-14", "Ceasefire of the Joint Statement of 27 December 2025"),
    ],
)
def test_the_period_is_that_at_the_end_of_the_day(day, period):
    assert bg.load(day).period == period


def test_another_date_is_another_situation_with_the_same_layers(village):
    mine = bg.load("2026-01-14", villages=village(a=(104, 14)))
    earlier = mine.as_of("2025-12-31")
    assert (mine.date, earlier.date) == (dt.date(2026, 1, 14), dt.date(2025, 12, 31))
    assert earlier.villages["place_id"].tolist() == ["a"]
    assert len(earlier.incidents) < len(mine.incidents)


def test_a_situation_cannot_be_changed():
    situation = bg.load()
    with pytest.raises(FrozenInstanceError):
        situation.date = dt.date(2020, 1, 1)
    with pytest.raises(TypeError, match="does not support item assignment"):
        situation.own["villages"] = None


def test_your_own_layer_stands_in_the_place_of_the_embedded_one(village, incident):
    mine = bg.load("2026-01-14", villages=village(a=(104, 14)), incidents=incident(k1=(104, 14, 0)))
    assert mine.villages["place_id"].tolist() == ["a"]
    assert mine.incidents["incident_id"].tolist() == ["k1"]
    assert len(mine.checkpoints) == len(bg.load_checkpoints())


def test_your_own_layer_is_cut_at_the_date_too(incident):
    mine = incident(start="2025-12-10", k1=(104, 14, 0))
    assert [len(bg.load(day, incidents=mine).incidents) for day in ("2025-12-09", "2025-12-10")] == [0, 1]


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_can_be_your_own(name):
    embedded = getattr(bg.load(), name)
    own = embedded.head(1).copy()
    assert len(getattr(bg.load(**{name: own}), name)) == len(own)


def test_your_own_line_may_say_nothing_of_its_accuracy_but_its_number(village):
    mine = bg.load(border=bg.load_border("osm-2026c").drop(columns="accuracy_note")).border
    assert provenance.of(bg.distance_to_border(village(a=(104, 14)), mine)).notes == ()


def test_an_unknown_layer_is_refused_with_those_that_are_known(village):
    with pytest.raises(UnknownNameError, match="no layer 'vilages'; known: access_reports, border, camps, checkpoints"):
        bg.load(vilages=village(a=(104, 14)))


def test_a_layer_that_breaks_its_contract_is_refused_at_the_door(village):
    with pytest.raises(SchemaError, match="villages: 1 fault"):
        bg.load(villages=village(a=(104, 14)).assign(name=None))


def test_the_situation_knows_the_sources_of_all_its_layers(situation):
    named = set(situation.provenance.sources)
    for name in LAYERS:
        assert set(provenance.of(getattr(situation, name)).sources) <= named
    assert {"geonames", "icj-2011"} <= named


def test_a_layer_is_read_once(situation):
    assert situation.villages is situation.villages


# ── in a notebook ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_notebook_shows_the_date_the_period_the_counts_and_the_sources(situation):
    html = situation._repr_html_()
    assert "Situation as of 2026-01-14: Ceasefire of the Joint Statement of 27 December 2025" in html
    assert f"<th>incidents</th><td>{len(situation.incidents)}</td>" in html
    assert "ODbL" in html or "OpenStreetMap" in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "a & b"])
def test_hostile_text_is_shown_and_never_run(text):
    own = bg.load_periods().tail(1).assign(name=text)
    html = bg.load(periods=own)._repr_html_()
    assert text not in html
    assert "&amp;" in html or "&lt;" in html


def test_a_hostile_source_is_not_shown_as_markup(village):
    own = provenance.attach(village(a=(104, 14)), provenance.Provenance(("<script>alert(1)</script>",)))
    assert "<script" not in bg.load(villages=own)._repr_html_()
