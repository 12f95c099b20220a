"""Real change is told apart from a change of rule, source, gazetteer or software; changes compose, and parts add up."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

import bordergis as bg
from bordergis import provenance, schema
from bordergis.change.causes import CAUSES
from bordergis.change.differences import CAME, CHANGED, COLUMNS, CUT_OFF, IN_ZONE, LATE, OVER, WENT
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.situation import LAYERS
from bordergis.situation_files import Answers, software
from bordergis.words import LANGUAGES, words_for

SAME = [name for name in COLUMNS if name != "reasons"]


@pytest.fixture(scope="module")
def empty():
    """Every layer without a row, so that a small world holds nothing but what a test puts there."""
    return {name: bg.schema.CONTRACTS[name].empty() for name in LAYERS if name not in ("border", "periods", "provisions")}


@pytest.fixture(scope="module")
def rules():
    """A clash makes a zone of 5 km for ten days."""
    return pd.DataFrame(
        {"rule_id": ["clash"], "event_type": ["Armed clash"], "radius_m": [5_000.0], "lifetime_days": [10], "citation": ["a test"]}
    )


def villages(**points):
    table = pd.DataFrame({"place_id": list(points), "name": [name.upper() for name in points], "position_radius_m": 0.0})
    return gpd.GeoDataFrame(table, geometry=[Point(point) for point in points.values()], crs=4326)


def incidents(*rows):
    """Make clashes of (id, lon, day, source), all on one parallel and known to 100 m."""
    ids, lon, days, sources = zip(*rows, strict=True)
    when = pd.to_datetime(pd.Series(days)).astype("datetime64[s]")
    table = pd.DataFrame(
        {
            "incident_id": ids, "date_start": when, "date_end": when, "category": "armed_clash", "event_type": "Armed clash",
            "reported_by": "a test", "position_class": "place", "position_radius_m": 100.0, "source_id": sources,
        }
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, [14.0] * len(lon)), crs=4326)


WEST, EAST = (103.0, 14.0), (104.0, 14.0)


@pytest.fixture(scope="module")
def world(empty, rules):
    """Two villages, a degree apart; K1 on 1 December at the western one. What is usual is checked, and answered, once."""
    usual = {"villages": villages(west=WEST, east=EAST), "incidents": incidents(("K1", 103.0, "2025-12-01", "s1"))}
    nothing = {"targets": bg.schema.CONTRACTS["targets"].empty(), "border": bg.load_border("natural-earth-10m")}
    base = bg.load("2025-12-01", rules=rules, **{**empty, **nothing, **usual})
    unchanged = cache(base.as_of)

    def make(date, *, rules=None, **own):
        if rules is None and not own:
            return unchanged(date)
        checked = bg.load(date, **own).own
        return replace(base.as_of(date), rules=base.rules if rules is None else rules, own=MappingProxyType({**base.own, **checked}))

    return make


def told(change, kind):
    rows = change.table[change.table["kind"] == kind]
    return rows.set_index("id")[["change", "cause"]].apply(tuple, axis=1).to_dict()


# ── what changed, by hand ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_situation_and_itself_differ_in_nothing(situation, world):
    for one in (situation, world("2025-12-05")):
        change = bg.compare(one, one)
        assert change.table.empty
        assert change.sentences()[-1] == "Nothing differs."
        assert len(change.layer()) == 0


def test_a_clash_that_is_reported_since_makes_a_village_newly_inaccessible(world):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-06", "s1"))
    change = bg.compare(world("2025-12-05", incidents=more), world("2025-12-08", incidents=more))
    assert told(change, "access") == {"east": ("newly inaccessible", "reported")}
    assert told(change, "in_zone") == {"east": ("newly in a zone for certain", "reported")}
    assert told(change, "incident") == {"K2": ("newly reported", "reported")}
    assert change.table["real"].all()


def test_a_zone_whose_lifetime_ended_is_no_real_reopening(world):
    change = bg.compare(world("2025-12-05"), world("2025-12-20"))
    assert told(change, "access") == {"west": ("no longer inaccessible, now unknown", "ended")}
    assert told(change, "zone") == {"clash:definite": ("no longer in force", "ended"), "clash:possible": ("no longer in force", "ended")}
    assert not change.table["real"].any()


def test_a_clash_of_an_earlier_day_that_is_told_later_is_a_revision(world):
    late = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-02", "s1"))
    change = bg.compare(world("2025-12-05"), world("2025-12-08", incidents=late))
    assert told(change, "access") == {"east": ("newly inaccessible", "data revised")}
    assert told(change, "incident") == {"K2": ("of an earlier day, added since", "data revised")}


def test_a_clash_that_is_moved_is_a_revision_with_the_columns_that_differ(world):
    moved = incidents(("K1", 104.0, "2025-12-01", "s1"))
    change = bg.compare(world("2025-12-05"), world("2025-12-05", incidents=moved))
    assert told(change, "access") == {
        "west": ("no longer inaccessible, now unknown", "data revised"),
        "east": ("newly inaccessible", "data revised"),
    }
    assert change.table.set_index("id").loc["K1", ["change", "columns"]].to_list() == ["data revised", "geometry"]


def test_rules_alone(world, rules):
    change = bg.compare(world("2025-12-05"), world("2025-12-05", rules=rules.assign(radius_m=50.0)))
    assert set(change.table["cause"]) == {"rules"}
    assert told(change, "rule") == {"Armed clash": ("rule changed", "rules")}
    row = change.table.set_index("kind").loc["rule"]
    assert row[["before", "after"]].to_list() == ["5,000 m for 10 days", "50 m for 10 days"]


@pytest.mark.parametrize(("column", "value"), [("radius_m", 5_000.4), ("citation", "another test")])
def test_a_rule_is_changed_whatever_of_it_is(world, rules, column, value):
    change = bg.compare(world("2025-12-05"), world("2025-12-05", rules=rules.assign(**{column: value})))
    assert told(change, "rule") == {"Armed clash": ("rule changed", "rules")}
    assert change.table.set_index("kind").loc["rule", "columns"] == column


def test_zones_that_differ_in_how_columns_share_one_text_have_a_cause(world):
    zones = world("2025-12-05").zones.head(1)
    one, other = (world("2025-12-05", zones=zones.assign(block=block, row=row)) for block, row in (("1", "11"), ("11", "1")))
    assert told(bg.compare(one, other), "zone") == {zones["zone_id"].iloc[0]: ("zone changed", "rules")}


def test_rules_and_what_was_reported_are_told_apart_village_by_village(world, rules):
    """Shorter zones release the west; K2 is reported in the east since."""
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-06", "s1"))
    change = bg.compare(world("2025-12-05"), world("2025-12-08", incidents=more, rules=rules.assign(lifetime_days=2)))
    assert told(change, "access") == {
        "west": ("no longer inaccessible, now unknown", "rules"),
        "east": ("newly inaccessible", "reported"),
    }


def test_a_village_that_was_moved_in_the_gazetteer(world):
    change = bg.compare(world("2025-12-05"), world("2025-12-05", villages=villages(west=(103.5, 14.0), east=EAST)))
    assert told(change, "access") == {"west": ("no longer inaccessible, now unknown", "gazetteer")}
    assert told(change, "village") == {"west": ("moved", "gazetteer")}


def test_villages_that_came_went_and_were_renamed(world):
    other = villages(west=WEST, south=(103.0, 13.0)).replace({"name": {"WEST": "Ouest"}})
    change = bg.compare(world("2025-12-05"), world("2025-12-05", villages=other))
    assert told(change, "village") == {
        "west": ("renamed", "gazetteer"), "south": ("added to the layer", "gazetteer"), "east": ("removed from the layer", "gazetteer"),
    }  # fmt: skip
    assert told(change, "access") == {"south": ("added to the layer", "gazetteer"), "east": ("removed from the layer", "gazetteer")}


def test_a_source_withdrawn_and_one_added(world):
    both = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-02", "s2"))
    gone = bg.compare(world("2025-12-05", incidents=both), world("2025-12-05"))
    assert told(gone, "access") == {"east": ("no longer inaccessible, now unknown", "source withdrawn")}
    assert told(gone, "source") == {"s2": ("source withdrawn", "source withdrawn")}
    assert told(gone, "incident") == {"K2": ("withdrawn", "source withdrawn")}
    came = bg.compare(world("2025-12-05"), world("2025-12-05", incidents=both))
    assert told(came, "access") == {"east": ("newly inaccessible", "source added")}
    assert told(came, "source") == {"s2": ("source added", "source added")}
    assert not came.table["real"].any()


def test_a_new_report_of_a_new_source_is_not_called_real(world):
    both = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-07", "s2"))
    change = bg.compare(world("2025-12-05"), world("2025-12-08", incidents=both))
    assert told(change, "access") == {"east": ("newly inaccessible", "source added")}


def test_zones_given_by_hand_are_a_change_of_method(world):
    computed = world("2025-12-05")
    change = bg.compare(computed, world("2025-12-05", zones=computed.zones.head(0)))
    assert told(change, "access") == {"west": ("no longer inaccessible, now unknown", "rules")}


def test_two_causes_at_once_are_both_named(world, rules):
    """K2 is told late, and only the wider rule carries it to the village."""
    near = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 103.93, "2025-12-02", "s1"))
    change = bg.compare(world("2025-12-05"), world("2025-12-05", incidents=near, rules=rules.assign(radius_m=9_000.0)))
    assert told(change, "access") == {"east": ("newly inaccessible", "data revised")}
    back = bg.compare(world("2025-12-05", rules=rules.assign(radius_m=1.0)), world("2025-12-20", rules=rules.assign(lifetime_days=30)))
    assert told(back, "access") == {"west": ("newly inaccessible", "rules")}


def test_reports_reopen_a_village(world):
    def said(*rows):
        table = pd.DataFrame(rows, columns=["place_id", "status", "as_of", "reported_by"])
        return table.assign(as_of=pd.to_datetime(table["as_of"]).astype("datetime64[s]"))

    reports = said(("east", "inaccessible", "2025-12-02", "chief"), ("east", "accessible", "2025-12-07", "chief"))
    change = bg.compare(world("2025-12-05", access_reports=reports), world("2025-12-08", access_reports=reports))
    assert told(change, "access") == {"east": ("reopened", "reported")}


def test_reports_on_villages_that_left_the_layer_are_no_obstacle(world):
    reports = pd.DataFrame(
        {"place_id": ["east"], "status": ["inaccessible"], "as_of": pd.to_datetime(["2025-12-02"]), "reported_by": ["chief"]}
    )
    after = world("2025-12-05", villages=villages(west=WEST), access_reports=reports.head(0))
    change = bg.compare(world("2025-12-05", access_reports=reports), after)
    assert told(change, "access") == {"east": ("removed from the layer", "gazetteer")}


# ── records ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def figures(*rows):
    table = pd.DataFrame(rows, columns=["figure_id", "as_of", "value"])
    fixed = {
        "as_of": pd.to_datetime(table["as_of"]).astype("datetime64[s]"), "value": table["value"].astype(float), "value_low": float("nan"),
        "value_high": float("nan"), "as_of_precision": "day", "indicator": "schools_closed", "unit": "schools", "place": "KHM",
        "qualifier": "exact", "author": "M", "source_id": "s1",
    }  # fmt: skip
    return table.assign(**fixed)


def test_figures_that_came_were_revised_or_withdrawn(world):
    before = figures(("A", "2025-12-01", 40), ("B", "2025-12-02", 41), ("C", "2025-12-03", 42))
    after = figures(("A", "2025-12-01", 39), ("C", "2025-12-03", 42), ("D", "2025-12-04", 43), ("E", "2025-12-07", 50))
    change = bg.compare(world("2025-12-05", figures=before), world("2025-12-08", figures=after))
    assert told(change, "figure") == {
        "A": ("data revised", "data revised"), "B": ("withdrawn", "data revised"),
        "D": ("of an earlier day, added since", "data revised"), "E": ("newly published", "reported"),
    }  # fmt: skip
    rows = change.table.set_index("id")
    assert rows.loc["A", ["before", "after", "columns"]].to_list() == ["40 schools", "39 schools", "value"]
    assert rows.loc["E", "reasons"] == "according to M; before: 42 schools (2025-12-03)"


def test_a_record_whose_day_was_moved_past_the_first_date_is_a_revision_and_no_report(world):
    before = world("2025-12-05", figures=figures(("A", "2025-12-01", 40)))
    moved = incidents(("K1", 103.0, "2025-12-07", "s1"))
    change = bg.compare(before, world("2025-12-08", figures=figures(("A", "2025-12-07", 40)), incidents=moved))
    assert told(change, "incident") == {"K1": ("data revised", "data revised")}
    assert told(change, "figure") == {"A": ("data revised", "data revised")}
    assert not change.table["real"].any()


def test_the_number_before_does_not_hang_on_the_order_of_rows(world):
    before = figures(("A", "2025-12-01", 40), ("B", "2025-12-03", 41), ("C", "2025-12-03", 42))
    after = world("2025-12-08", figures=pd.concat([before, figures(("D", "2025-12-07", 50))]))
    said = [
        bg.compare(world("2025-12-05", figures=layer), after).table.set_index("id").loc["D", "reasons"] for layer in (before, before[::-1])
    ]
    assert said == ["according to M; before: 42 schools (2025-12-03)"] * 2


def test_a_source_of_which_a_row_was_taken_back_is_not_withdrawn_by_a_report(world):
    """s2 is used again, but only after the second date."""
    before = figures(("A", "2025-12-01", 40), ("B", "2025-12-02", 41)).assign(source_id=["s1", "s2"])
    after = figures(("A", "2025-12-01", 40), ("C", "2025-12-20", 41)).assign(source_id=["s1", "s2"])
    change = bg.compare(world("2025-12-05", figures=before), world("2025-12-08", figures=after))
    assert told(change, "source") == {"s2": ("source withdrawn", "data revised")}
    back = bg.compare(world("2025-12-05", figures=after), world("2025-12-08", figures=before))
    assert told(back, "source") == {"s2": ("source added", "data revised")}
    assert not back.table["real"].any()


def test_checkpoints_that_closed_or_were_reported_again(situation, world):
    def at(status, since, name="X"):
        layer = situation.checkpoints.head(1)
        when = pd.to_datetime([since]).astype("datetime64[s]")
        return layer.assign(status=status, status_since=when, name=name)

    def compared(before, after):
        change = bg.compare(world("2025-12-05", checkpoints=before), world("2025-12-08", checkpoints=after))
        return told(change, "checkpoint")

    key = situation.checkpoints["checkpoint_id"].iloc[0]
    old = at("open", "2025-12-01")
    assert compared(old, at("closed", "2025-12-07")) == {key: ("newly closed", "reported")}
    assert compared(old, at("closed", "2025-12-02")) == {key: ("newly closed", "data revised")}
    assert compared(old, at("open", "2025-12-07")) == {key: ("reported again", "reported")}
    assert compared(old, at("open", "2025-12-01", name="Y")) == {key: ("data revised", "data revised")}
    moved = at("closed", "2025-12-07").set_geometry([Point(103.1, 14.0)], crs=4326)
    assert compared(old, moved) == {key: ("newly closed", "reported + data revised")}
    two = pd.concat([old.assign(checkpoint_id="other"), at("closed", "2025-12-07")])
    assert compared(old.assign(checkpoint_id="other"), two) == {key: ("added to the layer", "data revised")}
    assert compared(old, old.head(0)) == {key: ("removed from the layer", "source withdrawn")}


def test_closures_that_began_ended_or_were_revised(world):
    def closed(start, end, name="bridge"):
        days = {"valid_from": pd.to_datetime([start]).astype("datetime64[s]"), "valid_to": pd.to_datetime([end]).astype("datetime64[s]")}
        table = pd.DataFrame({"closure_id": ["c1"], "kind": ["bridge"], "name": [name], **days})
        return gpd.GeoDataFrame(table, geometry=[Point(103.5, 14.0)], crs=4326)

    def compared(before, after):
        return told(bg.compare(world("2025-12-05", closures=before), world("2025-12-08", closures=after)), "closure")

    still, stated = closed("2025-12-01", None), closed("2025-12-01", "2025-12-06")
    assert compared(still, still) == {}
    assert compared(stated, stated) == {"c1": ("closure ended", "ended")}
    assert compared(still, stated) == {"c1": ("closure ended", "reported")}
    assert compared(still, closed("2025-12-01", "2025-12-03")) == {"c1": ("closure ended", "data revised")}
    assert compared(closed("2025-12-07", None), closed("2025-12-07", None)) == {"c1": ("newly closed", "reported")}
    assert compared(still, closed("2025-12-01", None, name="O'Chik")) == {"c1": ("data revised", "data revised")}
    assert compared(closed("2025-12-07", "2025-12-07"), closed("2025-12-07", "2025-12-07")) == {"c1": (OVER, "reported")}
    assert compared(closed("2025-12-08", "2025-12-08"), closed("2025-12-08", "2025-12-08")) == {"c1": ("newly closed", "reported")}
    assert compared(still, closed("2025-12-01", "2025-12-06", name="O'Chik")) == {"c1": ("closure ended", "reported + data revised")}


# ── roads ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cordon(world):
    """A road from the town to two villages, with or without a closure between them.

    town ──── v1 ──x── v2
    """

    def make(date, *, road=((0, 1), (1, 3)), **closed):
        shapes = [LineString([(103 + first / 100, 14.0), (103 + last / 100, 14.0)]) for first, last in road]
        ends = {"u": [first for first, _ in road], "v": [last for _, last in road]}
        roads = gpd.GeoDataFrame({**ends, "highway_class": "primary", "length_m": 0.0}, geometry=shapes, crs=4326)
        town = {"target_set": ["town"], "target_id": ["town"], "name": ["Town"]}
        own = {
            "roads": roads, "targets": gpd.GeoDataFrame(town, geometry=[Point(103.0, 14.0)], crs=4326),
            "villages": villages(v1=(103.01, 14.0), v2=(103.03, 14.0)),
            "incidents": incidents(("K1", 103.0, "2025-12-01", "s1")).head(0),
        }  # fmt: skip
        return world(date, **own, **({"closures": wire(**closed)} if closed else {}))

    return make


def wire(*, start, end=None):
    days = {"valid_from": pd.to_datetime([start]).astype("datetime64[s]"), "valid_to": pd.to_datetime([end]).astype("datetime64[s]")}
    table = pd.DataFrame(
        {"closure_id": ["c1"], "kind": "road", "name": "wire", "passability": "blocked", "position_radius_m": 50.0, **days}
    )
    return gpd.GeoDataFrame(table, geometry=[Point(103.02, 14.0)], crs=4326)


CUT = "newly cut off on the mapped roads for certain"


def test_a_closure_reported_since_cuts_a_village_off_and_its_end_joins_it_again(cordon):
    days = {"start": "2025-12-07", "end": "2025-12-10"}
    change = bg.compare(cordon("2025-12-05", **days), cordon("2025-12-08", **days))
    assert told(change, "cut_off") == {"v2": (CUT, "reported")}
    assert told(change, "access") == {"v2": ("newly inaccessible", "reported")}
    back = bg.compare(change.after, cordon("2025-12-12", **days))
    assert told(back, "cut_off") == {"v2": ("no longer cut off on the mapped roads", "ended")}
    assert told(back, "access") == {"v2": ("no longer inaccessible, now unknown", "ended")}
    assert bg.compare(change.before, back.after).table["kind"].to_list() == ["closure"]  # it is not lost that it was closed


def test_a_closure_that_is_told_later_is_a_revision(cordon):
    change = bg.compare(cordon("2025-12-05"), cordon("2025-12-08", start="2025-12-02"))
    assert told(change, "cut_off") == {"v2": (CUT, "data revised")}
    assert not change.table["real"].any()


def test_another_map_of_the_roads_is_no_reported_change(cordon):
    change = bg.compare(cordon("2025-12-05"), cordon("2025-12-08", road=((0, 1),)))
    assert set(change.table["cause"]) == {"road map"}
    assert "v2" in told(change, "cut_off")
    assert any("the map of the roads" in sentence for sentence in change.sentences())


@pytest.fixture
def gate(cordon, situation):
    """The line runs between the two villages, with a checkpoint on the road whose status is told for the date."""
    line = {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": ["THA"], "right_side": ["KHM"]}
    border = gpd.GeoDataFrame(line, geometry=[LineString([(103.02, 13.5), (103.02, 14.5)])], crs=4326)
    post = situation.checkpoints.head(1).set_geometry([Point(103.02, 14.0)], crs=4326).assign(position_radius_m=100.0)

    def make(date, status, since):
        layer = post.assign(status=status, status_since=pd.to_datetime([since]).astype("datetime64[s]"))
        one = cordon(date)
        return replace(one, own=MappingProxyType({**one.own, "border": border, "checkpoints": layer}))

    return make


@pytest.mark.parametrize("saved", [(), (0,), (1,), (0, 1)])
def test_a_checkpoint_that_closed_since_is_reported_in_saved_situations_too(gate, tmp_path, saved):
    """A saved situation keeps the status of its own day for every day."""
    ends = [gate("2025-12-05", "open", "2025-12-01"), gate("2025-12-08", "closed", "2025-12-07")]
    for n in saved:
        ends[n] = bg.open_situation(ends[n].save(tmp_path / f"{n}.situation"))
    change = bg.compare(*ends)
    assert told(change, "checkpoint")[ends[1].checkpoints["checkpoint_id"].iloc[0]] == ("newly closed", "reported")
    assert told(change, "cut_off") == {"v2": (CUT, "reported")}


def test_a_status_of_an_earlier_day_told_later_is_a_revision(gate):
    change = bg.compare(gate("2025-12-05", "open", "2025-12-01"), gate("2025-12-08", "closed", "2025-12-02"))
    assert told(change, "cut_off") == {"v2": (CUT, "data revised")}


def test_a_status_without_a_day_may_be_of_any_and_is_a_revision(gate):
    ends = [gate("2025-12-05", "open", "2025-12-01"), gate("2025-12-08", "closed", "2025-12-07")]
    undated = [replace(end, own=MappingProxyType({**end.own, "checkpoints": end.checkpoints.drop(columns="status_since")})) for end in ends]
    assert told(bg.compare(*undated), "cut_off") == {"v2": (CUT, "data revised")}


# ── software ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def saved_by(world):
    """A situation as another version of the software would have answered it."""

    def make(date, *, west="inaccessible", version="0.0.1"):
        situation = world(date)
        access = situation.access.table.assign(status=[west, "unknown"])
        return replace(situation, saved=Answers(situation.zones, access, MappingProxyType({**software(), "bordergis": version})))

    return make


def test_a_change_of_software_is_said_and_is_not_real(saved_by, world):
    change = bg.compare(saved_by("2025-12-05", west="unknown"), world("2025-12-05"))
    assert told(change, "access") == {"west": ("newly inaccessible", "software")}
    assert told(change, "software")["bordergis"] == ("software changed", "software")
    assert any("The software differs (0.0.1, then " in sentence for sentence in change.sentences())
    assert not change.table["real"].any()


def test_the_later_one_may_be_the_one_of_other_software(saved_by, world):
    change = bg.compare(world("2025-12-05"), saved_by("2025-12-05", west="unknown"))
    assert told(change, "access") == {"west": ("no longer inaccessible, now unknown", "software")}


def test_software_that_answers_the_same_changes_nothing_but_its_version(saved_by, world):
    change = bg.compare(saved_by("2025-12-05"), world("2025-12-05"))
    assert set(change.table["kind"]) == {"software"}


def test_a_zone_that_only_the_saved_answers_have_keeps_its_place(world):
    before = world("2025-12-05")
    zones = before.zones.assign(zone_id="old-" + before.zones["zone_id"])
    after = replace(world("2025-12-20"), saved=Answers(zones, before.access.table, MappingProxyType(software())))
    change = bg.compare(before, after)
    shown = change.layer().query("kind == 'zone'").set_index("id")
    assert set(shown.index) == {*zones["zone_id"], *before.zones["zone_id"]}
    assert shown.geometry["old-clash:definite"].equals(before.zones.geometry.iloc[0])


def test_zones_given_by_hand_with_lists_are_the_same_when_saved(world, tmp_path):
    zones = world("2025-12-05").zones
    by_hand = zones.assign(discs=zones["discs"].map(lambda discs: [[*disc] for disc in discs]))
    given_so = world("2025-12-05", zones=by_hand)
    opened = bg.open_situation(given_so.save(tmp_path / "a.situation"))
    assert bg.compare(given_so, opened).table.empty


def test_a_saved_situation_compares_as_the_one_it_was_saved_from(situation, tmp_path):
    opened = bg.open_situation(situation.save(tmp_path / "a.situation"))
    assert bg.compare(opened, situation).table.empty
    earlier = bg.load("2025-12-31")
    one, other = bg.compare(earlier, opened), bg.compare(earlier, situation)
    pd.testing.assert_frame_equal(one.table, other.table)


# ── laws ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_to_b_then_b_to_c_is_a_to_c_for_the_embedded_data():
    a, b, c = (bg.load(day) for day in ("2025-07-20", "2025-12-09", "2026-01-14"))
    joined, direct = bg.compare(a, b).then(bg.compare(b, c)), bg.compare(a, c)
    pd.testing.assert_frame_equal(joined.table[COLUMNS], direct.table[COLUMNS])
    assert {"access", "in_zone", "zone", "checkpoint", "figure", "incident"} <= set(direct.table["kind"])


@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])  # each compares three small worlds; shrinking would take minutes
@given(
    st.lists(st.sets(st.sampled_from(["K1", "K2", "K3", "K4"])), min_size=3, max_size=3),
    st.lists(st.integers(1, 30), min_size=3, max_size=3),
)
def test_changes_of_drawn_worlds_compose_and_name_every_cause(world, chosen, days):
    def at(ids, day):
        rows = [(name, 103.0 + n / 3, f"2025-12-{3 * n + 1:02d}", "s1") for n, name in enumerate(("K1", "K2", "K3", "K4")) if name in ids]
        own = {"incidents": incidents(*rows)} if rows else {"incidents": incidents(("K1", 103.0, "2025-12-01", "s1")).head(0)}
        return world(f"2025-12-{day:02d}", **own)

    a, b, c = (at(ids, day) for ids, day in zip(chosen, sorted(days), strict=True))
    joined, direct = bg.compare(a, b).then(bg.compare(b, c)), bg.compare(a, c)
    pd.testing.assert_frame_equal(joined.table[COLUMNS], direct.table[COLUMNS])
    assert {cause for told in direct.table["cause"] for cause in told.split(" + ")} <= set(CAUSES)


@settings(max_examples=6, phases=[Phase.explicit, Phase.generate])
@given(st.sets(st.sampled_from(["reported", "rules", "gazetteer", "source added", "data revised"])))
def test_the_causes_told_are_the_ones_that_were_made(world, rules, made):
    """Each factor touches a record of its own, so each must be told, and nothing else."""
    extra = {
        "reported": ("K2", 104.0, "2025-12-06", "s1"), "source added": ("K3", 103.5, "2025-12-02", "s2"),
        "data revised": ("K4", 103.5, "2025-12-03", "s1"),
    }  # fmt: skip
    own = {"incidents": incidents(("K1", 103.0, "2025-12-01", "s1"), *(row for name, row in extra.items() if name in made))}
    if "gazetteer" in made:
        own["villages"] = villages(west=(103.01, 14.0), east=EAST)
    after = world(
        "2025-12-08" if "reported" in made else "2025-12-05", rules=rules.assign(radius_m=6e3) if "rules" in made else rules, **own
    )
    change = bg.compare(world("2025-12-05"), after)
    assert {cause for told in change.table["cause"] for cause in told.split(" + ")} == made
    assert change.table["real"].any() == ("reported" in made)


CLASHES = st.dictionaries(
    st.sampled_from(["K1", "K2", "K3"]),
    st.tuples(st.sampled_from([103.0, 103.5, 104.0]), st.integers(1, 9), st.sampled_from(["s1", "s2"])), min_size=1,
)  # fmt: skip


@settings(max_examples=4, phases=[Phase.explicit, Phase.generate])
@given(CLASHES, CLASHES, st.randoms(use_true_random=False))
def test_a_change_reversed_is_its_mirror_and_the_order_of_rows_does_not_matter(world, some, others, random):
    def at(told, *, shuffled=False):
        rows = [(name, lon, f"2025-12-{day:02d}", source) for name, (lon, day, source) in told.items()]
        return world("2025-12-10", incidents=incidents(*(random.sample(rows, len(rows)) if shuffled else rows)))

    one, other = at(some), at(others)
    there, back = bg.compare(one, other).table, bg.compare(other, one).table
    assert there[["kind", "id", "columns"]].equals(back[["kind", "id", "columns"]])
    assert there["before"].equals(back["after"].rename("before"))
    assert there["after"].equals(back["before"].rename("after"))
    assert not there["real"].any()  # nothing is reported since on one and the same day
    assert bg.compare(one, at(some, shuffled=True)).table.empty
    pd.testing.assert_frame_equal(bg.compare(one, at(others, shuffled=True)).table[SAME], there[SAME])


@settings(max_examples=3, phases=[Phase.explicit, Phase.generate])
@given(CLASHES)
def test_saving_and_opening_changes_no_answer(world, tmp_path_factory, told):
    made = world(
        "2025-12-10", incidents=incidents(*((name, lon, f"2025-12-{day:02d}", source) for name, (lon, day, source) in told.items()))
    )
    file = made.save(tmp_path_factory.mktemp("saved") / "a.situation")
    opened = bg.open_situation(file)
    assert bg.compare(made, opened).table.empty
    assert bg.compare(opened, made).table.empty
    assert opened.save(file.with_name("b.situation")).read_bytes() == file.read_bytes()


def test_what_differed_and_came_back_is_not_listed_after_joining(world):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-02", "s1"))
    a, b = world("2025-12-05"), world("2025-12-05", incidents=more)
    assert bg.compare(a, b).then(bg.compare(b, a)).table.empty


def test_joining_names_the_causes_of_both_steps(world, rules):
    a, b = world("2025-12-05", rules=rules.assign(radius_m=50.0)), world("2025-12-05")
    c = world("2025-12-05", villages=villages(west=(103.5, 14.0), east=EAST))
    change = bg.compare(a, b).then(bg.compare(b, c))
    assert told(change, "zone")["clash:definite"][1] == "rules"
    assert told(change, "village") == {"west": ("moved", "gazetteer")}


def test_changes_that_do_not_meet_are_refused(world):
    one, other = bg.compare(world("2025-12-01"), world("2025-12-05")), bg.compare(world("2025-12-06"), world("2025-12-08"))
    with pytest.raises(SchemaError, match="the first ends on 2025-12-05, the second begins on 2025-12-06"):
        one.then(other)


def test_parts_add_up(situation):
    change = bg.compare(bg.load("2025-07-20"), situation)
    assert change.summary["n"].sum() == len(change.table)
    for kind, layer in {"access": "villages", "incident": "incidents", "figure": "figures", "checkpoint": "checkpoints"}.items():
        rows = change.table[change.table["kind"] == kind]
        came, both = rows["before"].isna().sum(), (change.still["kind"] == kind).sum() + rows["before"].notna().sum()
        assert both + came - rows["after"].isna().sum() == len(getattr(situation, layer))
        assert both == len(getattr(change.before, layer))


def test_newly_and_no_longer_inaccessible_make_the_difference_of_the_counts(situation):
    change = bg.compare(bg.load("2025-12-01"), situation)
    rows = change.table[change.table["kind"] == "access"]
    newly, left = (rows["after"] == "inaccessible").sum(), (rows["before"] == "inaccessible").sum()
    n = [(end.access.table["status"] == "inaccessible").sum() for end in (change.before, change.after)]
    assert n[1] - n[0] == newly - left
    assert newly > 0


def test_the_order_of_rows_does_not_matter(world):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-06", "s1"))
    one = bg.compare(world("2025-12-05"), world("2025-12-08", incidents=more))
    turned = world("2025-12-08", incidents=more.iloc[::-1], villages=villages(east=EAST, west=WEST))
    other = bg.compare(world("2025-12-05"), turned)
    pd.testing.assert_frame_equal(one.table[SAME], other.table[SAME])


def test_nothing_is_mutated_and_every_source_is_kept(situation):
    earlier = bg.load("2025-12-31")
    copies = situation.incidents.copy(), situation.zones.copy(), situation.access.table.copy()
    change = bg.compare(earlier, situation)
    change.layer()
    for layer, copy in zip((situation.incidents, situation.zones, situation.access.table), copies, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(layer), pd.DataFrame(copy))
    assert set(situation.incidents["source_id"].dropna()) <= set(provenance.of(change.table).sources)
    assert provenance.of(change.table).steps[-1] == "compare(2025-12-31, 2026-01-14)"
    figures_told = change.table[change.table["kind"] == "figure"]
    assert figures_told["sources"].ne("").all()


def test_an_earlier_second_situation_is_refused(world):
    with pytest.raises(SchemaError, match="exchange them"):
        bg.compare(world("2025-12-05"), world("2025-12-04"))


# ── words, map ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sentences_say_the_unknown_first_and_what_is_real(world):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-13", "s1"))
    lines = bg.compare(world("2025-12-05", incidents=more), world("2025-12-14", incidents=more)).sentences()
    assert lines[0] == "Compared: 2025-12-05 and 2025-12-14."
    assert lines[1] == "Access is unknown for 1 of 2 settlements (1 of 2 before); unknown does not mean reachable."
    assert "Access, newly inaccessible: 1: EAST." in lines
    assert "Access, no longer inaccessible, now unknown: 1 (of these, 0 were reported since the first date): WEST." in lines
    assert "2 have another cause: a lifetime of the rules, or a stated end, was reached; nothing new was reported." in lines


def test_mixed_causes_are_counted_apart(world, rules):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 103.0, "2025-12-06", "s1"))
    change = bg.compare(world("2025-12-05"), world("2025-12-08", incidents=more, rules=rules.assign(radius_m=6_000.0)))
    assert told(change, "zone")["clash:definite"] == ("zone changed", "rules + reported")
    assert "2 have several causes at once, and are not counted as reported changes." in change.sentences()


def test_a_language_without_words_is_refused(situation):
    with pytest.raises(UnknownNameError, match="no words in 'fr'; there are: en, km, th"):
        bg.compare(situation, situation).sentences(lang="fr")


def test_every_phrase_of_a_change_has_words_in_every_language():
    statuses = {*schema.ACCESS_STATUSES, *schema.CHECKPOINTS.fields["status"].words}
    phrases = {phrase for table in (CAME, LATE, WENT, CHANGED, IN_ZONE, CUT_OFF) for phrase in table.values()}
    phrases |= {"moved", "renamed", "data revised", "reported again", "closure ended", OVER, "reopened"}
    phrases |= {f"newly {status}" for status in statuses} | {f"no longer inaccessible, now {now}" for now in ("unknown", "restricted")}
    for lang in LANGUAGES:
        words = words_for(lang)
        assert {key.removeprefix("change.what.") for key in words if key.startswith("change.what.")} == phrases
        assert {f"change.kind.{kind}" for kind in CAME} <= set(words)
        assert {f"change.cause.{cause}" for cause in CAUSES if cause != "reported"} <= set(words)


@pytest.mark.parametrize(
    ("lang", "unknown", "newly"),
    [
        ("km", "មិនដឹង មិនមានន័យថាអាចចូលទៅដល់បានទេ", "ការចូលទៅដល់, ទើបមិនអាចចូលទៅដល់បាន៖ 1: EAST។"),
        ("th", "ไม่ทราบไม่ได้แปลว่าเข้าถึงได้", "การเข้าถึง, เข้าถึงไม่ได้ตั้งแต่นี้: 1: EAST"),
    ],
)
def test_the_sentences_say_the_same_in_khmer_and_thai(world, lang, unknown, newly):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-06", "s1"))
    change = bg.compare(world("2025-12-05", incidents=more), world("2025-12-08", incidents=more))
    lines, english = change.sentences(lang=lang), change.sentences()
    assert unknown in lines[1]
    assert newly in lines
    assert [re.findall(r"\d+", line) for line in lines] == [re.findall(r"\d+", line) for line in english]


def test_the_layer_has_each_thing_where_it_is_or_was(world):
    change = bg.compare(world("2025-12-05"), world("2025-12-20", villages=villages(west=WEST)))
    layer = change.layer().set_index(["kind", "id"])
    assert layer.loc[("village", "east")].geometry == Point(EAST)
    assert layer.loc[("zone", "clash:definite")].geometry.geom_type == "Polygon"
    assert set(change.layer()["kind"]) == {"access", "in_zone", "cut_off", "village", "zone"} - (
        {"cut_off"} if ("cut_off", "east") not in layer.index else set()
    )


def test_the_map_shows_a_layer_a_kind_of_change(world, tmp_path):
    more = incidents(("K1", 103.0, "2025-12-01", "s1"), ("K2", 104.0, "2025-12-06", "s1"))
    change = bg.compare(world("2025-12-05", incidents=more), world("2025-12-08", incidents=more))
    drawn = change.map()
    drawn.save(tmp_path / "changes.html")
    assert "Access: newly inaccessible" in repr(drawn.content["layers"])
    assert (tmp_path / "changes.html").stat().st_size > 100_000


def test_hostile_text_is_escaped_in_a_notebook(world):
    named = villages(west=WEST, east=EAST).replace({"name": {"EAST": "<script>alert(1)</script>"}})
    page = bg.compare(world("2025-12-05"), world("2025-12-05", villages=named))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# ── the command line ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_situation_is_compared_with_a_date_and_written_as_table_and_map(run, tmp_path):
    file, table, drawn = tmp_path / "a.situation", tmp_path / "changes.csv", tmp_path / "changes.html"
    assert run("save", "--as-of", "2026-01-08", "--out", file)[0] == 0
    code, said, _ = run("compare", file, "2026-01-14", "--out", table, "--map", drawn)
    assert code == 0
    assert "Compared: 2026-01-08 and 2026-01-14." in said
    since = bg.load_incidents()["date_start"].between("2026-01-09", "2026-01-14").sum()
    assert f"Layer of incidents, newly reported: {since}" in said
    assert pd.read_csv(table)["kind"].value_counts()["incident"] == since
    assert drawn.stat().st_size > 100_000


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("compare", "2026-13-01", "2026-01-14"), "'2026-13-01' is not a date"),
        (("compare", "no.situation", "2026-01-14"), "There is no saved situation no.situation"),
        (("compare", "2026-01-14", "2026-01-08"), "exchange them"),
    ],
)
def test_the_command_says_what_it_cannot_compare(run, words, told):
    code, _, err = run(*words)
    assert code == 1
    assert told in " ".join(err.split())
