"""What is not known of a village's own place counts on roads as it does in zones; and what is kept between questions changes no answer."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

import bordergis as bg
from bordergis.network import repair

DAY = "2026-01-14"


def at(column, row=0.0):
    """A kilometre a column and row, nearly."""
    return 103 + 0.01 * column, 14 + 0.01 * row


@pytest.fixture
def roads():
    """Two roads side by side, and a wire across the southern one.

    ┌───────────────────────── north
    town ────────── x ──────── south
    0              1.5        3
    """
    lines = [[at(0), at(3)], [at(0), at(0, 0.3)], [at(0, 0.3), at(3, 0.3)]]
    told = {"u": [0, 0, 2], "v": [1, 2, 3], "highway_class": "primary", "length_m": 0.0}
    return gpd.GeoDataFrame(told, geometry=[LineString(line) for line in lines], crs=4326)


def wires(**columns):
    return gpd.GeoDataFrame(
        {"obstacle_id": list(columns), "kind": "wire", "valid_from": pd.Timestamp("2025-12-10").as_unit("s"), "valid_to": pd.NaT},
        geometry=[LineString([at(column, -0.1), at(column, row)]) for column, row in columns.values()],
        crs=4326,
    ).astype({"valid_to": "datetime64[s]"})


@pytest.fixture
def ask(roads):
    town = gpd.GeoDataFrame({"target_set": "town", "target_id": ["t"], "name": ["Town"]}, geometry=[Point(at(0))], crs=4326)

    def answer(villages, obstacles=None, **options):
        obstacles = wires(wire=(1.5, 0.1)) if obstacles is None else obstacles
        conditions = bg.RoadConditions(roads, obstacles=obstacles)
        return bg.inaccessible_villages(villages, zones=bg.schema.ZONES.empty(), roads=conditions, targets=town, as_of=DAY, **options)

    return answer


@pytest.mark.parametrize(
    ("spot", "told"),
    [
        ((0.05, 0), ("cut_off", "definite", "definite")),  # 55 m from the southern road
        ((0.05, 200), ("cut_off", "definite", "definite")),  # the northern one, 277 m away, is out of reach
        ((0.05, 300), ("cut_off", "possible", "possible")),
        ((0.25, 200), ("reachable_by_road", "definite", "no")),  # 55 m from the northern road
        ((0.25, 300), ("cut_off", "possible", "possible")),
        ((1.8, 0), ("reachable_by_road", "definite", "no")),  # 1,660 m from the northern road
        ((1.8, 400), ("reachable_by_road", "possible", "unknown")),  # so perhaps beyond 2,000 m of every road
    ],
)
def test_a_village_may_lie_on_each_road_within_its_radius(spot, told, village, ask):
    row, radius_m = spot
    access = ask(village(v=(*at(2.5, row), radius_m)))
    assert (*access.routes[["answer", "certainty"]].iloc[0], access.table["cut_off"].item()) == told


def test_what_would_cut_it_off_on_the_other_road_is_named(village, ask):
    access = ask(village(v=(*at(2.5, 0.25), 300)))
    assert access.routes["closures_responsible"].tolist() == ["wire"]
    assert access.table[["cut_off_by", "status"]].iloc[0].tolist() == ["closures", "unknown"]
    assert "some of the positions that it and what is closed may have" in access.routes["reason"].item()


def test_of_a_village_without_a_stated_precision_nothing_is_certain(village, ask, incident, one_rule):
    places = village(south=at(2.5, 0.05), north=at(2.5, 0.25)).assign(position_radius_m=np.nan)
    said = pd.DataFrame({"place_id": ["north"], "status": ["accessible"], "as_of": pd.to_datetime([DAY]), "reported_by": ["A"]})
    for layer in (places, places.drop(columns="position_radius_m")):
        access = ask(layer, reports=said)
        assert access.routes["answer"].tolist() == ["cut_off", "reachable_by_road"]
        assert access.routes["certainty"].tolist() == ["possible", "possible"]
        assert access.table["cut_off"].tolist() == ["possible", "unknown"]
        assert access.table["in_zone"].tolist() == ["unknown", "unknown"]
        assert access.table["status"].tolist() == ["unknown", "unknown"]  # never reachable by silence
        assert "whose precision is not stated" in access.table["reasons"].iloc[0]
    zones = bg.exclusion_zones(incident(k=(*at(2.5), 0)), as_of=DAY, rules=one_rule)
    assert bg.inaccessible_villages(places, zones=zones).table["in_zone"].tolist() == ["possible", "possible"]


@given(column=st.floats(0, 3), row=st.floats(-1, 2), radii=st.tuples(st.floats(0, 1_500), st.floats(0, 1_500)))
@settings(max_examples=25, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_a_wider_doubt_is_never_surer(column, row, radii, village, ask):
    less, more = sorted(radii)
    places = village(less=(*at(column, row), less), more=(*at(column, row), more))
    cut = ask(places).table["cut_off"].tolist()
    if cut[1] in ("definite", "no"):
        assert cut[0] == cut[1]


@pytest.mark.parametrize("compiled_from_s", [0.0, 1e9])
def test_what_is_asked_one_after_the_other_is_as_asked_alone(compiled_from_s, village, ask, monkeypatch):
    """Repaired from one question to the next, in an order that opens and closes; held against an answer of its own each."""
    monkeypatch.setattr(repair, "COMPILED_FROM_S", compiled_from_s)
    every = {"a": (0.5, 0.1), "b": (1.5, 0.4), "c": (2.0, 0.1)}  # b crosses both roads
    places = village(**{f"v{n}": at(0.3 * n, 0.05 + 0.2 * (n % 2)) for n in range(10)})
    access = ask(places, wires(**every))
    for size in (1, 3, 2, 0, 1):
        for gone in combinations(every, size):
            alone = ask(places, wires(**{name: spot for name, spot in every.items() if name not in gone}))
            pd.testing.assert_frame_equal(pd.DataFrame(access.what_if(reopen=gone).routes), pd.DataFrame(alone.routes), check_exact=False)


def test_days_are_answered_as_each_alone_with_reports_and_doubts(roads, village):
    """Reports that change their word, a closure of two possible places that comes and goes, villages of a country, of two, and of none."""
    goals = gpd.GeoDataFrame(
        {"target_set": ["town", "town", "far"], "target_id": list("tuf"), "name": list("TUF"), "for_country": ["KHM", "THA", "THA"]},
        geometry=[Point(at(0)), Point(at(3)), Point(at(3, 0.3))], crs=4326,
    )  # fmt: skip
    closures = gpd.GeoDataFrame(
        {
            "closure_id": ["either", "south"], "kind": "road", "passability": "blocked",
            "valid_from": pd.to_datetime(["2026-01-02", "2026-01-04"]).as_unit("s"),
            "valid_to": pd.to_datetime(["2026-01-05", None]).as_unit("s"), "position_radius_m": [400.0, 0.0],
        },
        geometry=[Point(at(1, 0.15)), Point(at(2))], crs=4326,
    )  # fmt: skip
    said = pd.DataFrame(
        {"place_id": ["a", "a", "c"], "status": ["accessible", "inaccessible", "accessible"], "reported_by": ["A", "A", "B"],
         "as_of": pd.to_datetime(["2026-01-02", "2026-01-03", "2026-01-05"])}
    )  # fmt: skip
    places = village(a=(*at(1.5, 0.05), 100), b=(*at(2.5, 0.15), 300), c=(*at(2.5, 0.3), 0), d=(*at(1.8), 0), e=(*at(2.9), 0))
    places = places.assign(country=["KHM", "KHM", "THA", None, "KHM/THA"]).assign(position_radius_m=[100, 300, 0, np.nan, 0])
    days = [f"2026-01-0{n}" for n in range(1, 8)]
    options = {"zones": bg.schema.ZONES.empty(), "roads": roads, "closures": closures, "targets": goals, "reports": said}
    spans = bg.access_over_time(places, days, **options)
    for day in days:
        one = bg.inaccessible_villages(places, as_of=day, **options).table.set_index("place_id")
        shown = spans[(spans["shown_from"] <= day) & (day <= spans["shown_to"])].set_index("place_id").loc[one.index]
        for name in ("in_zone", "cut_off", "cut_off_some", "cut_off_by", "reported", "status"):
            assert shown[name].tolist() == one[name].tolist(), (day, name)
    told = spans.drop(columns=["shown_from", "shown_to"]).astype("str")
    assert not (told == told.shift()).all(axis=1).any()  # neighbouring rows of a village differ
