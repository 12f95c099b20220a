"""Sectors from a table of named stretches."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnitError, UnknownNameError

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def meridian():
    """North along 104° E from 13° to 14°: 110,637 m."""
    row = {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": ["THA"], "right_side": ["KHM"]}
    return gpd.GeoDataFrame(row, geometry=[LineString([(104, 13), (104, 13.4), (104, 14)])], crs="EPSG:4326")


WHOLE = GEOD.line_length([104, 104], [13, 14])


@pytest.fixture
def pillars():
    return gpd.GeoDataFrame(
        {"pillar": ["P1", "P2", "P3"]}, geometry=[Point(104.001, 13.2), Point(103.999, 13.5), Point(104, 13.8)], crs="EPSG:4326"
    )


def stretches(*rows, columns=("name", "from_m", "to_m")):
    return pd.DataFrame(rows, columns=list(columns))


def northing(lat):
    return GEOD.line_length([104, 104], [13, lat])


def spans(sectors):
    named = sectors["name"].astype(object).where(sectors["name"].notna(), None)
    return list(zip(named, sectors["from_m"].round().astype(int), sectors["to_m"].round().astype(int), strict=True))


def test_stretches_by_chainage_part_the_line_and_gaps_stand_without_a_name(meridian):
    table = stretches(("b", 50_000, 60_000), ("a", 10_000, 30_000), ("c", 60_000, 100_000))
    sectors = bg.sectors_named(meridian, table)
    assert spans(sectors) == [
        (None, 0, 10_000), ("a", 10_000, 30_000), (None, 30_000, 50_000),
        ("b", 50_000, 60_000), ("c", 60_000, 100_000), (None, 100_000, round(WHOLE)),
    ]  # fmt: skip
    assert sectors["sector_id"].to_list() == [f"m:00{number}" for number in range(1, 7)]
    assert sectors["length_m"].sum() == pytest.approx(WHOLE, abs=1e-6)
    assert provenance.of(sectors).notes[-1] == (
        "In no named stretch: 40.6 km of the line (km 0.0 to 10.0; km 30.0 to 50.0; km 100.0 to 110.6)."
    )


def test_a_stretch_has_the_same_kind_of_row_as_a_sector_by_length(meridian):
    assert bg.sectors_named(meridian, stretches(("a", 0, 9))).columns.equals(bg.sectors_by_length(meridian, 50_000).columns)


def test_stretches_by_position_begin_at_the_nearest_point_of_the_line(meridian):
    table = stretches(("a", 104.01, 13.2, 103.99, 13.6), columns=("name", "from_lon", "from_lat", "to_lon", "to_lat"))
    sector = bg.sectors_named(meridian, table).dropna(subset="name").iloc[0]
    assert [sector["from_m"], sector["to_m"]] == pytest.approx([northing(13.2), northing(13.6)], abs=0.5)
    assert [sector.geometry.coords[0][1], sector.geometry.coords[-1][1]] == pytest.approx([13.2, 13.6], abs=1e-5)


def test_stretches_between_pillars_meet_at_them(meridian, pillars):
    table = stretches(("south", "P1", "P2"), ("north", "P2", "P3"), columns=("name", "from_id", "to_id"))
    sectors = bg.sectors_named(meridian, table, marks=pillars, mark_id="pillar")
    assert sectors["name"].fillna("").to_list() == ["", "south", "north", ""]
    assert sectors["to_m"].iloc[1] == sectors["from_m"].iloc[2] == pytest.approx(northing(13.5), abs=0.01)
    assert provenance.of(sectors).notes[-1] == "Ends given by their positions lie up to 108 m from the line."


def test_the_two_ends_may_be_given_in_two_ways(meridian, pillars):
    table = stretches(("a", 0.0, "P1"), columns=("name", "from_m", "to_id"))
    assert spans(bg.sectors_named(meridian, table, marks=pillars, mark_id="pillar"))[0] == ("a", 0, round(northing(13.2)))


def test_a_stretch_over_the_whole_line_leaves_no_gap(meridian):
    sectors = bg.sectors_named(meridian, stretches(("all", 0, WHOLE - 1e-4)))
    assert spans(sectors) == [("all", 0, round(WHOLE))]
    assert provenance.of(sectors).notes[-1] == "In no named stretch: 0.0 km of the line."


def test_no_stretch_at_all_is_a_line_without_a_name(meridian):
    assert spans(bg.sectors_named(meridian, stretches().astype({"from_m": float, "to_m": float}))) == [(None, 0, round(WHOLE))]


@settings(deadline=None, max_examples=30)
@given(ends=st.lists(st.integers(0, 110), min_size=2, max_size=12, unique=True), seed=st.integers(0, 99))
def test_the_order_of_rows_and_of_ends_never_matters_and_every_metre_is_in_one_sector(ends, seed):
    line = gpd.GeoDataFrame(
        {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": ["THA"], "right_side": ["KHM"]},
        geometry=[LineString([(104, 13), (104, 14)])],
        crs="EPSG:4326",
    )
    marks = np.sort(ends[: len(ends) // 2 * 2]).reshape(-1, 2) * 1_000.0
    table = pd.DataFrame({"name": [f"s{k}" for k in range(len(marks))], "from_m": marks[:, 0], "to_m": marks[:, 1]})
    turned = table.rename(columns={"from_m": "to_m", "to_m": "from_m"}).sample(frac=1, random_state=seed)
    sectors = bg.sectors_named(line, table)
    assert sectors.equals(bg.sectors_named(line, turned))
    assert sectors["from_m"].to_list() == [0.0, *sectors["to_m"].iloc[:-1]]
    assert sectors["length_m"].sum() == pytest.approx(WHOLE, abs=1e-6)
    named = sectors.dropna(subset="name").set_index("name")
    assert named["length_m"].to_dict() == pytest.approx((table.set_index("name")["to_m"] - table.set_index("name")["from_m"]).to_dict())


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("a", 0, 10_000), ("b", 9_000, 20_000)], "1 of 2 begin before the one before has ended; stretches may not overlap: b"),
        ([("a", 0, 90_000), ("b", 5_000, 6_000), ("c", 50_000, 60_000)], "2 of 3 .* b, c"),
        ([("a", 5_000, 5_000)], "1 of 1 begin and end at one place: a"),
        ([("a", 5_000, None), (None, 6_000, 7_000)], "1 of 2 have no `name`: row 1"),
        ([("a", 5_000, None), ("b", 6_000, 7_000)], "1 of 2 have no to_m: a"),
    ],
)
def test_a_table_that_does_not_part_the_line_is_refused_by_the_names_of_its_rows(rows, told, meridian):
    with pytest.raises(SchemaError, match=told):
        bg.sectors_named(meridian, stretches(*rows))


@pytest.mark.parametrize("ends", [(-1, 5), (0, 200_000)])
def test_a_chainage_that_is_not_on_the_line_is_refused(ends, meridian):
    with pytest.raises(UnitError, match=r"is not on the line, which is 110,63\d\.\d m long"):
        bg.sectors_named(meridian, stretches(("a", *ends)))


def test_a_table_without_names_or_with_no_or_two_ways_to_an_end_is_refused(meridian):
    with pytest.raises(SchemaError, match="1 of 1 have no `name`: row 0"):
        bg.sectors_named(meridian, stretches((0, 1), columns=("from_m", "to_m")))
    with pytest.raises(SchemaError, match="give `to` in one way, not 0: `to_m`, `to_lon` and `to_lat`, `to_id`"):
        bg.sectors_named(meridian, stretches(("a", 0), columns=("name", "from_m")))
    with pytest.raises(SchemaError, match="give `from` in one way, not 2"):
        bg.sectors_named(meridian, stretches(("a", 0, "P1", 5), columns=("name", "from_m", "from_id", "to_m")))


def test_a_mark_that_is_unknown_or_stands_twice_is_refused(meridian, pillars):
    table = stretches(("a", "P1", "P9"), columns=("name", "from_id", "to_id"))
    with pytest.raises(UnknownNameError, match="has the id P9; known: P1, P2, P3"):
        bg.sectors_named(meridian, table, marks=pillars, mark_id="pillar")
    with pytest.raises(UnknownNameError, match="known: none, pass `marks=…`"):
        bg.sectors_named(meridian, table)
    with pytest.raises(SchemaError, match="the same `pillar`: P1"):
        bg.sectors_named(meridian, table, marks=pillars.assign(pillar="P1"), mark_id="pillar")
    lost = pillars.assign(pillar=["P1", "P9", "P3"]).set_geometry([pillars.geometry[0], None, pillars.geometry[2]], crs=pillars.crs)
    with pytest.raises(UnknownNameError, match="No mark with a position has the id P9"):
        bg.sectors_named(meridian, table, marks=lost, mark_id="pillar")


def test_an_end_far_from_the_line_is_refused_for_it_is_a_mistake(meridian):
    table = stretches(("a", 103.9, 13.2, 104.0, 13.6), columns=("name", "from_lon", "from_lat", "to_lon", "to_lat"))
    with pytest.raises(SchemaError, match="have a `from` more than 10,000 m from the line: a"):
        bg.sectors_named(meridian, table)


def test_nothing_is_changed_and_the_origin_is_kept(meridian, pillars):
    table = provenance.attach(
        stretches(("a", "P1", "P2"), columns=("name", "from_id", "to_id")), provenance.Provenance(("a-list",), ("read",), ())
    )
    before = table.copy(), pillars.copy(), meridian.copy()
    told = provenance.of(bg.sectors_named(meridian, table, marks=pillars, mark_id="pillar"))
    assert [table.equals(before[0]), pillars.equals(before[1]), meridian.equals(before[2])] == [True] * 3
    assert "a-list" in told.sources
    assert told.steps[-1] == "sectors_named(1 stretches)"
