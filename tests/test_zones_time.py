from __future__ import annotations

import datetime as dt
import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import RuleError

DAYS = pd.date_range("2025-12-01", "2026-01-31")
FIELD, HALF = box(104, 14, 104.02, 14.02), box(104, 14, 104.01, 14.02)


@pytest.fixture(scope="module")
def hazards():
    """Made up: an area found larger on 10 December, cleared on 5 January, suspected again on 20 January."""
    days = ["2025-06-01", "2025-12-10", "2026-01-05", "2026-01-20"]
    table = {"hazard_id": "H1", "kind": ["suspected", "suspected", "cleared", "suspected"], "recorded_on": pd.to_datetime(days)}
    return gpd.GeoDataFrame(table, geometry=[HALF, FIELD, FIELD, HALF], crs="EPSG:4326")


@pytest.fixture(scope="module")
def areas():
    """Made up: two areas people were told to leave, one after the other, and one without an end."""
    table = {
        "area_id": ["A1", "A2", "A3"],
        "zone_class": "evacuation",
        "valid_from": pd.to_datetime(["2025-12-07", "2025-12-28", "2026-01-15"]),
        "valid_to": pd.to_datetime(["2025-12-27", "2026-01-10", None]),
        "citation": "a test",
    }
    return gpd.GeoDataFrame(table, geometry=[FIELD, HALF, FIELD], crs="EPSG:4326")


@pytest.fixture(scope="module")
def over_time(hazards, areas):
    return bg.zones_over_time(bg.load_incidents(), DAYS, hazards=hazards, areas=areas)


def on(zones, day):
    """The rows of one day, with the names they have on it, in the order of names."""
    rows = zones[(zones["shown_from"] <= day) & (zones["shown_to"] >= day)]
    return rows.assign(zone_id=rows["zone_id"].str.rsplit("@", n=1).str[0]).set_index("zone_id").sort_index()


TOLD = ["certainty", "rule_id", "radius_m", "members", "n_members", "start", "end", "citation", "discs"]


def test_every_day_has_the_zones_of_that_day(over_time, hazards, areas):
    incidents = bg.load_incidents()
    for day in DAYS:
        alone = bg.exclusion_zones(incidents, as_of=day.date(), hazards=hazards, areas=areas).set_index("zone_id").sort_index()
        shown = on(over_time, day)
        pd.testing.assert_frame_equal(pd.DataFrame(shown[TOLD]), pd.DataFrame(alone[TOLD]), check_index_type=False)
        assert shown.geometry.to_wkb().equals(alone.geometry.to_wkb()), day


def test_a_row_ends_only_where_its_zone_changes(over_time):
    named = over_time.assign(name=over_time["zone_id"].str.rsplit("@", n=1).str[0])
    for _, rows in named.groupby("name"):
        for before, after in itertools.pairwise(rows.sort_values("shown_from").itertuples()):
            assert before.shown_to < after.shown_from
            next_to_each_other = after.shown_from - before.shown_to == pd.Timedelta(days=1)
            changed = (before.discs, before.start, str(before.end)) != (after.discs, after.start, str(after.end))
            assert changed or not next_to_each_other


def test_each_row_has_its_own_name_with_the_day_it_appears(over_time):
    assert over_time["zone_id"].is_unique
    assert (over_time["zone_id"].str.rsplit("@", n=1).str[1] == over_time["shown_from"].dt.strftime("%Y-%m-%d")).all()


def shown(zones, rule):
    rows = zones[zones["rule_id"] == rule].sort_values("shown_from")
    return list(zip(rows["shown_from"].dt.strftime("%m-%d"), rows["shown_to"].dt.strftime("%m-%d"), rows.geometry, strict=True))


def test_a_hazard_area_recorded_anew_under_the_same_class_has_a_new_row(over_time):
    """Half a field, then the whole of it, then nothing while it is cleared, then half again."""
    assert shown(over_time, "hazard-suspected") == [
        ("12-01", "12-09", HALF),
        ("12-10", "01-04", FIELD),
        ("01-20", "01-31", HALF),
    ]


def test_a_restricted_area_is_shown_from_its_first_to_its_last_day(over_time):
    assert shown(over_time, "evacuation") == [
        ("12-07", "12-27", FIELD),
        ("12-28", "01-10", HALF),
        ("01-15", "01-31", FIELD),
    ]


def test_unsorted_and_repeated_days_are_the_same_days(over_time, hazards, areas):
    mixed = np.random.default_rng(9).permutation(np.repeat(DAYS.to_numpy(), 2))
    again = bg.zones_over_time(bg.load_incidents(), mixed, hazards=hazards, areas=areas)
    assert again.equals(over_time)


def test_days_are_dates_or_text(incident, one_rule):
    clash = incident(k1=(104, 14, 0))
    kinds = (["2025-12-10", "2025-12-11"], [dt.date(2025, 12, 10), dt.date(2025, 12, 11)], list(pd.date_range("2025-12-10", periods=2)))
    found = [bg.zones_over_time(clash, days, rules=one_rule) for days in kinds]
    assert all(zones.equals(found[0]) for zones in found)


@pytest.fixture
def two_clashes(incident):
    """Clashes of 10 and 12 December, 3 km apart."""
    first, second = incident(k1=(104, 14, 0)), incident(start="2025-12-12", k2=(104.03, 14, 0))
    return gpd.GeoDataFrame(pd.concat([first, second], ignore_index=True))


def test_a_zone_grows_and_shrinks_as_incidents_come_and_go(two_clashes, one_rule):
    """With a lifetime of 5 days: k1 until the 15th, k2 until the 17th; so both stand from the 12th to the 15th."""
    zones = bg.zones_over_time(two_clashes, pd.date_range("2025-12-08", "2025-12-20"), rules=one_rule.assign(lifetime_days=5))
    rows = zones[zones["certainty"] == "definite"]
    assert list(zip(rows["shown_from"].dt.day, rows["shown_to"].dt.day, rows["members"], strict=True)) == [
        (10, 11, ("k1",)),
        (12, 15, ("k1", "k2")),
        (16, 17, ("k2",)),
    ]
    areas = rows.to_crs("+proj=cea +ellps=WGS84").area
    assert areas.iloc[1] > max(areas.iloc[0], areas.iloc[2])


def test_only_what_changes_is_built(two_clashes, one_rule):
    zones = bg.zones_over_time(two_clashes, pd.date_range("2025-12-01", "2026-01-31"), rules=one_rule)
    assert provenance.of(zones).steps[-1] == "zones_over_time(62 days, 3 built)"  # before, one clash, both


def test_days_apart_are_spanned_by_the_days_that_were_asked_for(two_clashes, one_rule):
    zones = bg.zones_over_time(two_clashes, ["2026-01-20", "2025-12-11", "2025-12-31"], rules=one_rule)
    rows = zones[zones["certainty"] == "definite"]
    assert rows["shown_from"].dt.strftime("%Y-%m-%d").to_list() == ["2025-12-11", "2025-12-31"]
    assert rows["shown_to"].dt.strftime("%Y-%m-%d").to_list() == ["2025-12-11", "2026-01-20"]


@pytest.mark.parametrize("days", [[], ["2020-01-01"], ["2020-01-01", "2020-05-01"]])
def test_days_without_a_zone_give_no_row_but_every_column(days, two_clashes, one_rule):
    zones = bg.zones_over_time(two_clashes, days, rules=one_rule)
    assert zones.empty
    assert {"zone_id", "shown_from", "shown_to", "geometry"} <= set(zones.columns)
    assert pd.api.types.is_datetime64_dtype(zones["shown_from"])


def test_grouping_and_rules_are_those_of_one_day(two_clashes, one_rule):
    zones = bg.zones_over_time(two_clashes, ["2025-12-13"], rules=one_rule, by="all")
    assert zones["zone_id"].to_list() == ["all:definite@2025-12-13", "all:possible@2025-12-13"]
    with pytest.raises(RuleError):
        bg.zones_over_time(two_clashes.assign(event_type="Grenade"), ["2025-12-13"], rules=one_rule)


def test_the_zones_of_each_row_can_be_asked_for_their_points(two_clashes, one_rule, village):
    """The village is reached by the second clash alone: in no zone on the first row of its zone, in the second one."""
    zones = bg.zones_over_time(two_clashes, ["2025-12-10", "2025-12-13"], rules=one_rule)
    pairs = bg.points_in_zones(village(v=(104.07, 14)), zones)
    assert set(pairs["zone_id"]) == {"clash:definite@2025-12-13", "clash:possible@2025-12-13"}


def test_nothing_is_changed_and_every_origin_is_kept(two_clashes, hazards):
    records = provenance.attach(hazards.copy(), provenance.Provenance(("test-records",), (), ("made up",)))
    before = two_clashes.copy()
    zones = bg.zones_over_time(two_clashes, ["2025-12-13"], hazards=records)
    assert two_clashes.equals(before)
    assert "test-records" in provenance.of(zones).sources
    assert set(provenance.of(bg.load_rules()).sources) <= set(provenance.of(zones).sources)
