"""Observation coverage: what a visit had in reach, and what nobody is recorded to have seen."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiLineString, MultiPoint, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CRSMismatchError, SchemaError, UnitError
from bordergis.monitoring.stretches import in_reach, part_line, union

WGS84 = Geod(ellps="WGS84")
DAYS = {"since": "2026-01-01", "as_of": "2026-01-10"}


def visit(*rows):
    """Make visits: (id, date, lon, lat, radius, access)."""
    ids, dates, lons, lats, radii, access = zip(*rows, strict=True) if rows else [()] * 6
    return gpd.GeoDataFrame(
        {
            "visit_id": pd.Series(ids, dtype="str"),
            "observer": pd.Series(["a team"] * len(rows), dtype="str"),
            "date": pd.to_datetime(pd.Series(dates, dtype="str")).astype("datetime64[s]"),
            "place_as_given": pd.Series(["a place"] * len(rows), dtype="str"),
            "access": pd.Series(access, dtype="str"),
            "position_radius_m": pd.Series(radii, dtype="float64"),
        },
        geometry=[None if lon is None else Point(lon, lat) for lon, lat in zip(lons, lats, strict=True)],
        crs=4326,
    )


@pytest.fixture
def meridian():
    """A border along 103 E from 14 N to 15 N: 110.6 km."""
    return gpd.GeoDataFrame(
        {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": ["THA"], "right_side": ["KHM"]},
        geometry=[LineString([(103, 14), (103, 15)])],
        crs=4326,
    )


def metres(parts):
    return parts.groupby("seen")["length_m"].sum().reindex(["definite", "possible", "no"], fill_value=0.0).to_list()


# ── stretches ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visit_on_a_straight_line_has_twice_its_reach_in_reach(meridian):
    found = in_reach(list(meridian.geometry), np.array([103.0]), np.array([14.5]), np.array([5_000.0]))
    low, high = union(found.from_m, found.to_m)
    assert (high - low).tolist() == pytest.approx([10_000], abs=0.05)


def test_a_visit_beside_the_line_has_a_chord_in_reach(meridian):
    lon, lat, _ = WGS84.fwd(103, 14.5, 90, 3_000)
    found = in_reach(list(meridian.geometry), np.array([lon]), np.array([lat]), np.array([5_000.0]))
    assert (found.to_m - found.from_m).sum() == pytest.approx(8_000, abs=0.5)  # 3, 4, 5


def test_a_visit_out_of_reach_has_nothing(meridian):
    assert len(in_reach(list(meridian.geometry), np.array([103.5]), np.array([14.5]), np.array([5_000.0])).from_m) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 20)), min_size=1, max_size=8))
@settings(max_examples=60)
def test_the_union_of_intervals_holds_the_same_numbers_as_the_intervals(pairs):
    low, high = np.array([(start, start + length) for start, length in pairs], dtype=float).T
    held = {n for start, length in pairs for n in range(start, start + length)}
    begin, end = union(low, high)
    assert {n for one, other in zip(begin, end, strict=True) for n in range(int(one), int(other))} == held
    assert (begin[1:] > end[:-1]).all()


def test_a_union_of_nothing_is_nothing():
    assert [len(end) for end in union(np.array([]), np.array([]))] == [0, 0]


def test_a_line_without_intervals_is_one_part():
    cuts, inside = part_line(10.0, (np.array([]), np.array([])))
    assert (cuts.tolist(), inside.tolist()) == ([0, 10], [[False]])


# ── gaps ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_parts_of_the_line_follow_the_precision_of_the_visit(meridian):
    seen = visit(("v", "2026-01-02", 103, 14.5, 1_000, "granted"))
    parts = bg.coverage_gaps(seen, meridian, **DAYS)
    assert metres(parts) == pytest.approx([8_000, 4_000, WGS84.line_length([103, 103], [14, 15]) - 12_000], abs=0.1)
    assert parts["seen"].to_list() == ["no", "possible", "definite", "possible", "no"]


def test_the_parts_are_the_line_and_follow_each_other():
    parts = bg.coverage_gaps(bg.load_visits(), bg.load_border("osm-2026c"), since="2025-12-27", as_of="2026-01-14")
    assert parts["length_m"].sum() == pytest.approx(bg.border_length(bg.load_border("osm-2026c")).item() * 1_000)
    assert parts["from_m"].iloc[1:].to_list() == parts["to_m"].iloc[:-1].to_list()
    drawn = [WGS84.geometry_length(line) for line in parts.geometry]
    assert drawn == pytest.approx(parts["length_m"].to_list(), abs=0.01)


def test_the_real_gaps_agree_with_points_measured_one_by_one():
    line, visits = bg.load_border("osm-2026c"), bg.load_visits()
    parts = bg.coverage_gaps(visits, line, since="2025-12-27", as_of="2026-01-14")
    spots = bg.point_at(line, np.arange(50.0, 824_600, 100))
    recent = visits[(visits["date"] >= "2025-12-27") & (visits["date"] <= "2026-01-14") & visits.geometry.notna()]
    apart = np.stack([WGS84.inv(spots.x, spots.y, [one.x] * len(spots), [one.y] * len(spots))[2] for one in recent.geometry])
    radius = recent["position_radius_m"].to_numpy()[:, None]
    sure, maybe = (apart <= 5_000 - radius).any(axis=0), (apart <= 5_000 + radius).any(axis=0)
    counted = [sure.sum(), (maybe & ~sure).sum(), (~maybe).sum()]
    assert np.array(metres(parts)) / 100 == pytest.approx(counted, abs=15)


def test_the_note_says_the_kilometres_without_a_visit():
    parts = bg.coverage_gaps(bg.load_visits(), bg.load_border("osm-2026c"), since="2025-12-27", as_of="2026-01-14")
    notes = provenance.of(parts).notes
    assert any(note.startswith("721 km of 825 km of line with no recorded visit in reach since 27 December 2025; 62 km") for note in notes)
    assert any("KHM" in note and "own side" in note for note in notes)
    assert any("Wat Kandol displacement camp; Sra Em commune" in note for note in notes)


@pytest.mark.parametrize("access", ["denied", "partial", "unknown"])
def test_only_granted_access_is_certain(meridian, access):
    parts = bg.coverage_gaps(visit(("v", "2026-01-02", 103, 14.5, 0, access)), meridian, **DAYS)
    definite, possible, _ = metres(parts)
    assert definite == 0
    assert possible == pytest.approx(0 if access == "denied" else 10_000, abs=0.1)


def test_a_visit_outside_the_days_does_not_count(meridian):
    early, late = ("a", "2025-12-31", 103, 14.5, 0, "granted"), ("b", "2026-01-11", 103, 14.5, 0, "granted")
    assert metres(bg.coverage_gaps(visit(early, late), meridian, **DAYS))[:2] == [0, 0]
    assert metres(bg.coverage_gaps(visit(), meridian, **DAYS))[:2] == [0, 0]


def test_a_stated_area_goes_before_the_assumption(meridian):
    seen = visit(("v", "2026-01-02", 103, 14.5, 0, "granted")).assign(seen_radius_m=2_000.0)
    assert metres(bg.coverage_gaps(seen, meridian, **DAYS))[0] == pytest.approx(4_000, abs=0.1)


@given(st.lists(st.tuples(st.floats(102.9, 103.1), st.floats(13.9, 15.1), st.floats(0, 6_000)), min_size=2, max_size=6))
@settings(max_examples=25)
def test_more_visits_never_leave_more_of_the_line_unseen(places):
    line = bg.load_border("osm-2026c").assign(geometry=[LineString([(103, 14), (103, 15)])])
    rows = [(f"v{n}", "2026-01-02", *place, "granted") for n, place in enumerate(places)]
    some, more = (bg.coverage_gaps(visit(*chosen), line, **DAYS) for chosen in (rows[1:], rows))
    assert metres(more)[2] <= metres(some)[2] + 1e-3
    assert metres(more)[0] >= metres(some)[0] - 1e-3
    assert metres(bg.coverage_gaps(visit(*rows[::-1]), line, **DAYS)) == pytest.approx(metres(more))


# ── sectors by day ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_sector_has_a_row_each_day_with_the_best_word(meridian):
    sectors = bg.sectors_by_length(meridian, 60_000)
    seen = visit(
        ("v1", "2026-01-02", 103, 14.2, 0, "denied"),
        ("v2", "2026-01-02", 103, 14.21, 500, "partial"),
        ("v3", "2026-01-03", 103, 14.2, 0, "denied"),
        ("v4", "2026-01-04", 103, 14.2, 0, "unknown"),
        ("v5", "2026-01-05", 103, 14.2, 6_000, "granted"),
        ("v6", "2026-01-06", 103, 14.2, 1_000, "granted"),
    )
    days = bg.observation_coverage(seen, sectors, **DAYS)
    south = days[days["sector_id"] == "m:001"]
    assert south["status"].to_list() == ["not observed", "partial", "denied", "unknown", *["observed"] * 2, *["not observed"] * 4]
    assert south["certain"].iloc[1:6].to_list() == ["possible"] * 4 + ["definite"]
    assert south["n_visits"].to_list() == [0, 2, 1, 1, 1, 1, 0, 0, 0, 0]
    assert south["seen_low_m"].sum() == pytest.approx(8_000, abs=0.1)
    assert south["seen_high_m"].iloc[2] == 0  # denied: nothing was seen
    assert set(days.loc[days["sector_id"] == "m:002", "status"]) == {"not observed"}
    assert bg.observed_days(days)[["observed", "partial", "unknown", "denied", "not observed", "days"]].to_numpy().tolist() == [
        [2, 1, 1, 1, 5, 10],
        [0, 0, 0, 0, 10, 10],
    ]


def test_a_visit_at_a_joint_is_in_both_sectors_and_their_metres_add_up(meridian):
    sectors = bg.sectors_by_length(meridian, 60_000)
    joint = bg.point_at(meridian, [60_000.0])
    days = bg.observation_coverage(visit(("v", "2026-01-02", joint.x[0], joint.y[0], 0, "granted")), sectors, **DAYS)
    seen = days[days["status"] == "observed"]
    assert seen["seen_low_m"].to_list() == pytest.approx([5_000, 5_000], abs=0.1)


def test_two_visits_of_one_day_are_not_counted_twice(meridian):
    seen = visit(("a", "2026-01-02", 103, 14.5, 0, "granted"), ("b", "2026-01-02", 103, 14.5, 0, "granted"))
    days = bg.observation_coverage(seen, bg.sectors_by_length(meridian, 200_000), **DAYS)
    assert days["seen_high_m"].max() == pytest.approx(10_000, abs=0.1)


def test_without_visits_nothing_is_observed(meridian):
    days = bg.observation_coverage(visit(), bg.sectors_by_length(meridian, 60_000), **DAYS)
    assert set(days["status"]) == {"not observed"}
    assert days["certain"].isna().all()
    assert any("no visits" in note for note in provenance.of(days).notes)


def test_more_visits_never_reduce_the_observed_days_and_their_order_does_not_matter():
    sectors = bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints())
    visits = bg.load_visits()
    span = {"since": "2025-12-27", "as_of": "2026-01-31"}
    before = bg.observation_coverage(visits, sectors, **span)
    for n in range(len(visits)):
        fewer = bg.observation_coverage(visits.drop(index=n), sectors, **span)
        assert ((fewer["status"] == "observed") <= (before["status"] == "observed")).all()
        assert (fewer["seen_high_m"] <= before["seen_high_m"] + 1e-6).all()
    pd.testing.assert_frame_equal(bg.observation_coverage(visits[::-1], sectors, **span), before)


def test_the_visits_of_the_seed_are_in_their_sectors_on_their_days():
    sectors = bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints(), name="name_khm_side")
    days = bg.observation_coverage(bg.load_visits(), sectors, since="2025-12-27", as_of="2026-01-14")
    seen = days[days["status"] == "observed"]
    found = {f"{day:%m-%d}": set(names) for day, names in seen.groupby("date")["name"]}
    choam = {"O'Smach to Choam", "Choam to An Ses"}
    assert found == {
        "01-05": choam,
        "01-06": {"Poipet to Boeung Trakuon"},
        "01-08": {"Chup Koki to O'Smach", "O'Smach to Choam"},
        "01-10": {"Poipet to Boeung Trakuon", "Boeung Trakuon to Chup Koki"},
        "01-13": {"Choam to An Ses"},
        "01-14": choam,
    }
    assert set(seen["observer_sides"]) == {"KHM"}


def test_the_embedded_visits_are_those_of_the_seed():
    visits = bg.load_visits()
    january = visits[(visits["date"] >= "2026-01-01") & (visits["date"] <= "2026-01-14")]
    assert [(f"{row.date:%d}", row.place_as_given) for row in january.itertuples()] == [
        ("04", "O'Chik Bridge"),
        ("05", "Choam International Point of Entry"),
        ("06", "Prey Chan village"),
        ("06", "Chork Chey village"),
        ("08", "O'Smach International Point of Entry area"),
        ("10", "Boeung Trakuon Point of Entry"),
        ("10", "Wat Kandol displacement camp"),
        ("13", "Sra Em commune"),
        ("13", "Areas around Preah Vihear Temple"),
        ("14", "Choam International Border Checkpoint area and homes, Anlong Veng district"),
    ]
    assert set(january["access"]) == {"granted"}
    assert set(january["observer_side"]) == {"KHM"}


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_days_since_the_last_visit_count_both_precisions(village):
    villages = village(near=(103, 14.5, 1_000), far=(103, 14.55, 1_000), away=(104, 14.5), lost=(103, 14.5, 1_000))
    villages.loc[3, "geometry"] = None
    seen = visit(
        ("v1", "2026-01-02", 103, 14.5, 500, "granted"),
        ("v2", "2026-01-05", 103, 14.5, 500, "partial"),
        ("v3", "2026-01-06", 103, 14.5, 500, "denied"),
        ("v4", "2026-02-01", 103, 14.5, 500, "granted"),
        ("v5", "2026-01-07", None, None, 500, "granted"),
    )
    answer = bg.days_since_visit(villages, seen, as_of="2026-01-10").set_index(villages["place_id"])
    assert answer["days_since_visit"].to_list() == [8, pd.NA, pd.NA, pd.NA]
    assert answer["days_since_possible_visit"].to_list() == [5, 5, pd.NA, pd.NA]  # 5.5 km away, known to 1.5 km together
    assert answer.loc["near", ["visit_id", "observer"]].to_list() == ["v2", "a team"]
    notes = provenance.of(bg.days_since_visit(villages, seen, as_of="2026-01-10")).notes
    assert notes[0] == "1 of 4 places have no recorded visit up to 2026-01-10; 1 have no position."


def test_a_place_of_unknown_precision_is_never_seen_for_certain(village):
    villages = village(near=(103, 14.5)).drop(columns="position_radius_m")
    answer = bg.days_since_visit(villages, visit(("v1", "2026-01-02", 103, 14.5, 0, "granted")), as_of="2026-01-10")
    assert answer["days_since_visit"].isna().all()
    assert answer["days_since_possible_visit"].to_list() == [8]


def test_real_checkpoints_have_the_days_of_the_seed():
    gates = bg.load_checkpoints().set_index("checkpoint_id")
    answer = bg.days_since_visit(gates, bg.load_visits(), as_of="2026-01-14")
    days = answer["days_since_possible_visit"].dropna().to_dict()
    assert days == {"osmach": 6, "choam": 0, "boeung-trakuon": 4}
    assert bg.days_since_visit(gates[::-1], bg.load_visits(), as_of="2026-01-14").equals(answer[::-1])


# ── incidents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def observed(layer, visits, **options):
    found = bg.independent_observation(layer, visits, **({"within_km": 5, "within_days": 7, "as_of": "2026-12-31"} | options))
    return found.set_index(layer["incident_id"])


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-12-09", "no"), ("2025-12-10", "definite"), ("2025-12-17", "definite"), ("2025-12-18", "no")],
)
def test_a_visit_counts_from_the_day_of_the_incident_for_so_many_days(incident, day, expected):
    layer = incident(KT1=(103, 14, 1_000))
    assert observed(layer, visit(("v", day, 103, 14, 500, "granted")))["observed"].to_list() == [expected]


def test_uncertain_days_and_places_make_an_observation_possible(incident):
    layer = incident(KT1=(103, 14, 1_000), KT2=(103, 14, 6_000), KT3=(103.5, 14, 500))
    layer["date_end"] = pd.to_datetime(["2025-12-10", "2025-12-10", "2025-12-20"])
    visits = visit(("v", "2025-12-12", 103, 14, 500, "granted"), ("w", "2025-12-15", 103.5, 14, 0, "granted"))
    table = observed(layer, visits)
    assert table["observed"].to_list() == ["definite", "possible", "possible"]
    assert table["days_after"].to_list() == [2, 2, 0]


def test_an_incident_of_unknown_precision_may_have_been_seen_anywhere(incident):
    layer = incident(KT1=(103, 14, np.nan), KT2=(104, 14, np.nan))
    table = observed(layer, visit(("v", "2025-12-12", 103, 14, 500, "granted")))
    assert table["observed"].to_list() == ["possible", "unknown"]


def test_a_visit_made_for_an_incident_needs_no_position(incident):
    layer = incident(KT1=(103, 14, 1_000), KT2=(103, 14, 1_000))
    layer["geometry"] = None
    visits = visit(("v", "2025-12-12", None, None, np.nan, "granted")).assign(incident_id="KT2")
    assert observed(layer, visits)["observed"].to_list() == ["unknown", "definite"]


def test_an_incident_at_several_places_is_seen_at_any(incident):
    layer = incident(KT1=(103, 14, 500)).set_geometry([MultiPoint([(104, 14), (103, 14)])], crs=4326)
    assert observed(layer, visit(("v", "2025-12-12", 103, 14, 500, "granted")))["observed"].to_list() == ["definite"]


def test_the_record_of_a_visit_is_not_an_incident():
    incidents = bg.load_incidents()
    table = observed(incidents, bg.load_visits(), within_days=365)
    assert table.loc[["KT048", "KT086", "KT083"], "observed"].isna().all()
    assert table.loc["KT050", "visit_ids"] == "V2025-11-17-1"  # inspected on 17 November, as the report says


def test_real_incidents_with_an_observation():
    incidents = bg.load_incidents()
    table = observed(incidents, bg.load_visits(), within_days=31, as_of="2026-01-14")
    seen = table[table["observed"].isin(["definite", "possible"])]
    assert seen.loc["KT075", ["observed", "days_after"]].to_list() == ["definite", 16]  # 19 December to 4 January
    backwards = observed(incidents[::-1], bg.load_visits(), within_days=31, as_of="2026-01-14")
    pd.testing.assert_frame_equal(backwards.sort_index(), table.sort_index())


# ── refusals, and nothing is changed ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("reach", [0, -1, float("nan"), float("inf")])
def test_a_reach_that_is_no_length_is_refused(meridian, reach):
    with pytest.raises(UnitError, match="not a reach in metres"):
        bg.coverage_gaps(visit(), meridian, reach_m=reach, **DAYS)


def test_the_hour_of_a_day_does_not_count(meridian):
    visits = visit(("v", "2026-01-10", 103, 14.5, 500, "granted"))
    days = [pd.Timestamp(day) for day in ("2026-01-10T18:00", "2026-01-10T20:00")]
    parts = bg.coverage_gaps(visits, meridian, since=days[0], as_of=days[1])
    assert "definite" in set(parts["seen"])
    with pytest.raises(UnitError, match="Buddhist era"):
        bg.coverage_gaps(visits, meridian, since="2568-12-27", as_of="2569-01-14")


def test_days_out_of_order_are_refused(meridian):
    with pytest.raises(SchemaError, match="2026-01-01, is before the first, 2026-01-02"):
        bg.coverage_gaps(visit(), meridian, since="2026-01-02", as_of="2026-01-01")


def test_sectors_without_names_are_refused(meridian):
    with pytest.raises(SchemaError, match="sector_id is missing"):
        bg.observation_coverage(visit(), bg.sectors_by_length(meridian, 60_000).drop(columns="sector_id"), **DAYS)


def test_sectors_with_gaps_are_refused_for_the_gap_is_no_line():
    parts = gpd.GeoSeries([MultiLineString([[(103, 14), (103, 14.2)], [(103, 14.6), (103, 15)]])], crs=4326)
    gap = gpd.GeoDataFrame({"sector_id": ["s"], "name": ["S"]}, geometry=parts)
    visits = visit(("v", "2026-01-10", 103, 14.4, 0, "granted"))
    for sectors, got in ((gap, "MultiLineString"), (gap.head(0), "no sector")):
        with pytest.raises(SchemaError, match=f"expected one LineString each, got {got}"):
            bg.observation_coverage(visits, sectors, since="2026-01-10", as_of="2026-01-10")
    whole = bg.observation_coverage(visits, gap.explode(), since="2026-01-10", as_of="2026-01-10")
    assert set(whole["status"]) == {"not observed"}


def test_layers_of_different_systems_are_refused(meridian):
    with pytest.raises(CRSMismatchError):
        bg.coverage_gaps(visit(), meridian.to_crs(32648), **DAYS)


def test_a_number_of_days_that_is_none_is_refused(incident):
    with pytest.raises(UnitError, match="not a number of days"):
        observed(incident(KT1=(103, 14, 0)), visit(), within_days=-1)


def test_nothing_is_changed_and_the_origin_is_kept():
    visits, line = bg.load_visits(), bg.load_border("osm-2026c")
    copies = visits.copy(), line.copy()
    parts = bg.coverage_gaps(visits, line, since="2025-12-27", as_of="2026-01-14")
    bg.days_since_visit(bg.load_villages(), visits, as_of="2026-01-14")
    pd.testing.assert_frame_equal(visits, copies[0])
    pd.testing.assert_frame_equal(line, copies[1])
    assert {"seed-002", "press", "osm-timezones"} <= set(provenance.of(parts).sources)
    assert shapely.is_valid(parts.geometry.array).all()
