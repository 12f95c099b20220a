"""How far from a checkpoint, and what "within" means for a place that is only known to so many metres."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiPoint

import bordergis as bg
from bordergis import provenance
from bordergis.errors import CRSMismatchError, GeometryKindError, MissingCRSError, UnitError, UnknownNameError

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def gates():
    """Two checkpoints, at 104 E 14 N and 105 E 14 N."""
    return gpd.GeoDataFrame(
        {"checkpoint_id": ["west", "east"], "name": ["West", "East"], "status": "unknown"},
        geometry=gpd.points_from_xy([104, 105], [14, 14]),
        crs="EPSG:4326",
    )


def at(*metres):
    return pd.Series(metres, dtype=float)


def test_the_distance_is_geodesic(gates, village):
    """One degree of longitude at 14 N is 108.0 km; as degrees times 111.32 it would be 111.3 km."""
    metres = bg.distance_to_checkpoint(village(a=(104, 14), b=(105, 14)), gates, "west")
    assert metres.tolist() == pytest.approx([0.0, GEOD.inv(104, 14, 105, 14)[2]], abs=1e-6)
    assert metres.iloc[1] == pytest.approx(108_038, abs=5)
    assert metres.name == "distance_m"


@given(lon=st.floats(102, 106), lat=st.floats(10, 15.5))
@settings(deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_every_distance_is_that_of_another_implementation(lon, lat, gates, village):
    found = bg.distance_to_checkpoint(village(a=(lon, lat)), gates, "east").item()
    assert found == pytest.approx(GEOD.inv(lon, lat, 105, 14)[2], abs=1e-6)


def test_a_place_without_a_position_has_a_missing_distance_and_keeps_its_row(gates, village):
    lost = village(a=(104, 14), b=(104, 14)).set_geometry(gpd.GeoSeries([None, gates.geometry[0]], crs="EPSG:4326")).set_axis(["x", "y"])
    metres = bg.distance_to_checkpoint(lost, gates, "west")
    assert metres.index.tolist() == ["x", "y"]
    assert metres.isna().tolist() == [True, False]


def test_a_checkpoint_that_is_not_there_is_refused_with_those_that_are(gates, village):
    with pytest.raises(UnknownNameError, match="no checkpoint 'north'; known: east, west"):
        bg.distance_to_checkpoint(village(a=(104, 14)), gates, "north")


def test_layers_without_lonlat_are_refused(gates, village):
    with pytest.raises(MissingCRSError):
        bg.distance_to_checkpoint(village(a=(104, 14)).set_crs(None, allow_override=True), gates, "west")
    with pytest.raises(CRSMismatchError):
        bg.distance_to_checkpoint(village(a=(104, 14)), gates.to_crs("EPSG:32648"), "west")


@pytest.mark.parametrize("shape", [MultiPoint([(104, 14), (105, 14)]), LineString([(104, 14), (105, 14)])])
def test_only_points_are_measured_from(shape, gates, village):
    with pytest.raises(GeometryKindError, match=shape.geom_type):
        bg.distance_to_checkpoint(village(a=(104, 14)).set_geometry([shape], crs="EPSG:4326"), gates, "west")


def test_measuring_changes_nothing_and_says_from_where(gates, village):
    places = village(a=(104, 14))
    before = places.copy()
    metres = bg.distance_to_checkpoint(places, gates, "west")
    assert places.equals(before)
    assert provenance.of(metres).steps == ("distance_to_checkpoint(west)",)


def test_within_holds_for_every_position_or_for_some(village):
    """Within 10 km, villages known to 1 km: sure at 9 km, possible from there to 11 km, not beyond."""
    places = village(a=(104, 14, 1_000), b=(104, 14, 1_000), c=(104, 14, 1_000), d=(104, 14, 1_000))
    near = bg.near(places, at(9_000, 9_001, 11_000, 11_001), 10_000)
    assert near.set_index("place_id")["certain"].to_dict() == {"a": "definite", "b": "possible", "c": "possible"}


def test_the_nearest_comes_first_and_equals_keep_their_order(village):
    near = bg.near(village(a=(104, 14), b=(104, 14), c=(104, 14)), at(500, 100, 500), 1_000)
    assert near["place_id"].tolist() == ["b", "a", "c"]
    assert near["distance_m"].tolist() == [100, 500, 500]


def test_a_place_without_a_stated_precision_is_near_by_its_point_and_never_for_certain(village):
    """As with sides: a missing radius is an unknown one, and says nothing for certain."""
    places = village(a=(104, 14), b=(104, 14))
    for layer in (places.drop(columns="position_radius_m"), places.assign(position_radius_m=np.nan)):
        near = bg.near(layer, at(1_000, 1_001), 1_000)
        assert near[["place_id", "certain"]].to_numpy().tolist() == [["a", "possible"]]
        assert provenance.of(near).notes[-1] == "2 of the places have no stated precision: none of them is near for certain."


def test_an_unknown_precision_of_one_place_changes_nothing_for_the_others(village):
    places = village(a=(104, 14, 100), b=(104, 14, np.nan), c=(104, 14, 100))
    near = bg.near(places, at(850, 0, 1_050), 1_000).set_index("place_id")
    assert near["certain"].to_dict() == {"a": "definite", "b": "possible", "c": "possible"}


def test_a_missing_distance_is_never_near_and_is_counted(village):
    places = village(a=(104, 14), b=(104, 14), c=(104, 14))
    places = places.set_geometry(gpd.GeoSeries([places.geometry[0], None, places.geometry[0]], crs="EPSG:4326"))
    near = bg.near(places, at(100, np.nan, 5_000), 1_000)
    assert near["place_id"].tolist() == ["a"]
    assert provenance.of(near).notes == ("1 of 3 places within 1000 m; 1 farther away, 1 without a position.",)


def test_distances_are_matched_by_label_not_by_order(village):
    near = bg.near(village(a=(104, 14), b=(104, 14)), at(5_000, 100).iloc[::-1], 1_000)
    assert near["place_id"].tolist() == ["b"]


@pytest.mark.parametrize("within", [-1, np.nan, np.inf, "10km"])
def test_what_is_no_distance_is_refused(within, village):
    with pytest.raises(UnitError, match="give such as 10_000 for 10 km"):
        bg.near(village(a=(104, 14)), at(0), within)


def test_nobody_near_is_an_empty_layer_with_all_columns(village):
    near = bg.near(village(a=(104, 14)), at(5_000), 1_000)
    assert near.empty
    assert {"distance_m", "certain"} <= set(near.columns)
    assert near.crs.to_epsg() == 4326


@given(metres=st.lists(st.floats(0, 20_000), min_size=1, max_size=8), doubt=st.floats(0, 3_000), within=st.floats(0, 15_000))
@settings(deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_near_grows_with_the_distance_asked_for(metres, doubt, within, village):
    places = village(**{f"v{n}": (104, 14, doubt) for n in range(len(metres))})
    small, large = (bg.near(places, at(*metres), reach) for reach in (within, within + 1_000))
    sure = [set(near.loc[near["certain"] == "definite", "place_id"]) for near in (small, large)]
    assert set(small["place_id"]) <= set(large["place_id"])
    assert sure[0] <= sure[1]
    assert sure[0] == {f"v{n}" for n, apart in enumerate(metres) if apart + doubt <= within}


def test_choosing_changes_nothing(village):
    places, metres = village(a=(104, 14)), at(5)
    before = places.copy()
    bg.near(places, metres, 10)
    assert places.equals(before)
    assert metres.equals(at(5))


# ── near zones ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def zones(incident, one_rule):
    """One clash at 104 E 14 N, known to 3 km, with a rule of 5 km: surely within 2 km of the point, possibly within 8."""
    return bg.exclusion_zones(incident(k1=(104, 14, 3_000)), as_of="2026-01-14", rules=one_rule)


def east(metres, *doubt):
    lon, lat, _ = GEOD.fwd(104, 14, 90, metres)
    return lon, lat, *doubt


def test_inside_holds_for_every_position_or_for_some(zones, village):
    places = village(
        a=east(1_900), b=east(2_100), c=east(7_900), d=east(8_100), e=east(900, 1_000), f=east(1_100, 1_000), g=east(8_900, 1_000)
    )
    found = bg.near_zones(places, zones).set_index("place_id")["certain"].to_dict()
    assert found == {"a": "definite", "b": "possible", "c": "possible", "e": "definite", "f": "possible", "g": "possible"}


def test_near_a_zone_counts_from_its_rim(zones, village):
    """Within 1 km of the rims at 2 km (sure) and 8 km (possible)."""
    near = bg.near_zones(village(a=east(2_900), b=east(3_100), c=east(8_900), d=east(9_100)), zones, 1_000).set_index("place_id")
    assert near["certain"].to_dict() == {"a": "definite", "b": "possible", "c": "possible"}
    assert near["distance_m"].tolist() == pytest.approx([-5_100, -4_900, 900], abs=1e-3)


def test_the_deepest_comes_first_under_its_own_label(zones, village):
    near = bg.near_zones(village(a=east(5_000), b=east(0), c=east(1_000)).set_axis(["x", "y", "z"]), zones)
    assert near.index.tolist() == ["y", "z", "x"]


def test_a_place_without_a_position_is_near_no_zone_and_is_counted(zones, village):
    lost = village(a=east(0), b=east(0))
    lost = lost.set_geometry(gpd.GeoSeries([lost.geometry[0], None], crs=lost.crs))
    near = bg.near_zones(lost, zones)
    assert near["place_id"].tolist() == ["a"]
    assert provenance.of(near).notes[-1].endswith("1 without a position.")


def test_inside_a_zone_is_what_the_access_says(zones, village):
    places = village(a=east(1_000), b=east(5_000, 500), c=east(8_200, 500), d=east(20_000))
    inside = bg.near_zones(places, zones).set_index("place_id")["certain"]
    access = bg.inaccessible_villages(places, zones=zones).table.set_index("place_id")["in_zone"]
    assert access.to_dict() == {**inside.to_dict(), "d": "no"}


def test_a_place_without_a_stated_precision_is_in_a_zone_by_its_point_and_never_for_certain(zones, village):
    places = village(a=east(0), b=east(7_900), c=east(8_100))
    for layer in (places.drop(columns="position_radius_m"), places.assign(position_radius_m=np.nan)):
        found = bg.near_zones(layer, zones).set_index("place_id")["certain"].to_dict()
        assert found == {"a": "possible", "b": "possible"}


def test_where_no_zone_is_in_force_nobody_is_near_one(zones, village):
    assert bg.near_zones(village(a=east(0)), zones[:0]).empty
    assert bg.near_zones(village(a=east(0))[:0], zones).empty


@pytest.mark.parametrize("within", [-1, np.nan, np.inf, "10km"])
def test_what_is_no_distance_from_a_zone_is_refused(within, zones, village):
    with pytest.raises(UnitError, match="give such as 10_000 for 10 km"):
        bg.near_zones(village(a=east(0)), zones, within)
