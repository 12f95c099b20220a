"""One event told by several parties: proposals with a reason, accounts whole, points of agreements as somebody says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiPoint, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnitError, UnknownNameError

WGS84 = Geod(ellps="WGS84")


def reports(*rows):
    """Make reports: (id, first day, last day, lon, lat, radius, type, author)."""
    ids, first, last, lon, lat, radius, kind, author = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "incident_id": list(ids),
            "date_start": pd.to_datetime(list(first)).astype("datetime64[s]"),
            "date_end": pd.to_datetime(list(last)).astype("datetime64[s]"),
            "category": "armed_clash",
            "event_type": pd.Series(kind, dtype="str"),
            "reported_by": list(author),
            "position_class": "place",
            "position_radius_m": pd.Series(radius, dtype="float64"),
        },
        geometry=[Point(x, y) for x, y in zip(lon, lat, strict=True)],
        crs=4326,
    )


def report(name, **told):
    """One report: day, last, east_km (kilometres east of 103 E 14 N), radius, kind."""
    usual = {"day": "2026-01-02", "east_km": 0.0, "radius": 0.0, "kind": "Armed clash"}
    told = usual | told
    lon, lat, _ = WGS84.fwd(103, 14, 90, told["east_km"] * 1_000)
    return (name, told["day"], told.get("last", told["day"]), lon, lat, told["radius"], told["kind"], f"author of {name}")


def pairs(layer, **options):
    found = bg.link_reports(layer, **options)
    return list(zip(found["incident_id_a"], found["incident_id_b"], strict=True))


# ── proposals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_exact_reports_of_one_point_day_and_kind_have_the_full_score():
    found = bg.link_reports(reports(report("A"), report("B"))).iloc[0]
    assert (found["score"], found["distance_m"], found["days_apart"], found["same_kind"], found["same_author"]) == (1, 0, 0, True, False)
    assert found["reason"] == (
        "0.0 km apart, known to 0.0 km together; days that meet; both Armed clash; told by author of A, and by author of B"
    )


@pytest.mark.parametrize(
    ("other", "proposed"),
    [
        (report("B", east_km=4.9), True),
        (report("B", east_km=5.1), False),
        (report("B", east_km=5.1, radius=200), True),  # for some position it is near enough
        (report("B", day="2026-01-03"), True),
        (report("B", day="2026-01-04"), False),
        (report("B", day="2026-01-01", last="2026-01-09"), True),
        (report("B", day="2025-12-20", last="2025-12-31"), False),
    ],
)
def test_reports_are_proposed_by_place_and_days_with_their_precision(other, proposed):
    assert pairs(reports(report("A"), other), km=5, days=1) == ([("A", "B")] if proposed else [])


def test_the_score_falls_with_distance_days_precision_and_kind():
    best = bg.link_reports(reports(report("A"), report("B")))["score"].item()
    for worse in (
        report("B", east_km=2),
        report("B", day="2026-01-03"),
        report("B", radius=3_000),
        report("B", last="2026-01-06"),
        report("B", kind="Attack"),
    ):
        assert 0 < bg.link_reports(reports(report("A"), worse))["score"].item() < best


def test_a_precision_that_nobody_states_is_no_exact_one():
    layer = reports(report("A"), report("B", radius=np.nan), report("C", radius=3_000))
    found = bg.link_reports(layer).set_index(["incident_id_a", "incident_id_b"])
    assert found["slack_m"].isna().to_list() == [False, True, True]  # A and C, known to 3 km, come first
    assert found["score"].iloc[0] > 2 * found["score"].iloc[1] > 0
    assert "the precision of one or both not known" in found.loc[("A", "B"), "reason"]


def test_a_report_at_several_places_is_near_by_any_of_them():
    layer = reports(report("A"), report("B", east_km=50))
    layer.loc[1, "geometry"] = MultiPoint([layer.geometry[1], (103.01, 14)])
    found = bg.link_reports(layer)
    assert len(found) == 1
    assert found["distance_m"].item() == pytest.approx(WGS84.inv(103, 14, 103.01, 14)[2])


def test_reports_without_a_position_and_records_of_visits_are_not_compared_but_counted():
    layer = reports(report("A"), report("B"), report("C"))
    layer.loc[1, "geometry"] = None
    layer.loc[2, "category"] = "observer_visit"
    found = bg.link_reports(layer)
    assert len(found) == 0
    assert provenance.of(found).notes[0].startswith("0 pairs proposed among 1 reports; 2 without a position, or of visits")
    assert list(found.columns[:2]) == ["incident_id_a", "incident_id_b"]


def test_a_report_without_an_event_type_is_of_the_kind_of_its_category():
    layer = reports(report("A", kind=None), report("B", kind=None))
    assert bg.link_reports(layer)["same_kind"].item()


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 9), st.floats(0, 20), st.sampled_from([0.0, 500.0, 3_000.0, 9_000.0])),
        min_size=2,
        max_size=12,
    )
)
@settings(max_examples=20)
def test_the_proposals_are_those_of_every_pair_compared_one_by_one(rows):
    zero = pd.Timestamp("2026-01-01")
    day = [(f"{zero + pd.Timedelta(days=a):%Y-%m-%d}", f"{zero + pd.Timedelta(days=a + b):%Y-%m-%d}") for a, b, _, _ in rows]
    made = [report(f"R{n:02d}", day=day[n][0], last=day[n][1], east_km=row[2], radius=row[3]) for n, row in enumerate(rows)]
    expected = set()
    for n, one in enumerate(made):
        for other in made[n + 1 :]:
            apart = WGS84.inv(one[3], one[4], other[3], other[4])[2] - one[5] - other[5]
            gap = max((pd.Timestamp(other[1]) - pd.Timestamp(one[2])).days, (pd.Timestamp(one[1]) - pd.Timestamp(other[2])).days)
            if apart <= 5_000 and gap <= 1:
                expected.add((one[0], other[0]))
    assert set(pairs(reports(*made))) == expected
    pd.testing.assert_frame_equal(bg.link_reports(reports(*made[::-1])), bg.link_reports(reports(*made)))


def test_real_reports_of_one_place_and_day_are_proposed_and_nothing_is_merged():
    incidents = bg.load_incidents()
    copy = incidents.copy()
    found = bg.link_reports(incidents, km=5, days=1)
    assert ("KT044", "KT045") in set(zip(found["incident_id_a"], found["incident_id_b"], strict=True))
    assert found["score"].between(0, 1).all()
    assert found["score"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(incidents, copy)
    assert set(provenance.of(incidents).sources) <= set(provenance.of(found).sources)


def test_many_reports_are_linked_at_once():
    rng = np.random.default_rng(1)
    n = 20_000
    day = pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 5_000, n), unit="D")
    layer = gpd.GeoDataFrame(
        {
            "incident_id": np.char.add("R", np.arange(n).astype(str)),
            "date_start": day.astype("datetime64[s]"),
            "date_end": (day + pd.to_timedelta(rng.choice([0, 0, 0, 6, 29], n), unit="D")).astype("datetime64[s]"),
            "category": "armed_clash",
            "event_type": rng.choice(["Armed clash", "Attack"], n),
            "reported_by": rng.choice(["one", "another"], n),
            "position_class": "place",
            "position_radius_m": rng.choice([500.0, 3_000.0, 25_000.0], n),
        },
        geometry=gpd.points_from_xy(rng.uniform(102, 105, n), rng.uniform(13, 14.5, n)),
        crs=4326,
    )
    found = bg.link_reports(layer)
    assert len(found) > 1_000
    assert not found.duplicated(["incident_id_a", "incident_id_b"]).any()


@pytest.mark.parametrize("options", [{"km": -1}, {"km": float("nan")}, {"days": -1}, {"days": float("inf")}])
def test_a_distance_or_number_of_days_that_is_none_is_refused(options):
    with pytest.raises(UnitError, match="not a distance or number of days"):
        bg.link_reports(reports(report("A")), **options)


# ── accounts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_account_stands_whole_with_its_denial_and_range():
    table = bg.claims_table(bg.load_incidents(), ["KT058", "KT008", "KT058"])
    assert list(table.columns) == ["KT058", "KT008"]
    assert table.loc["counter_claim", "KT058"] == "Cambodia says Thai forces attacked first"
    assert table.loc[["killed_low", "killed_high"], "KT008"].to_list() == [2, 5]
    assert "killed_best" not in table.index  # neither has one, so none is made up
    assert table.loc["reported_by"].notna().all()


def test_every_account_is_the_row_of_the_report():
    incidents = bg.load_incidents()
    table = bg.claims_table(incidents, list(incidents["incident_id"]))
    for field in ("reported_by", "description", "killed_low", "injured_high", "source_id"):
        told = incidents.set_index("incident_id")[field]
        assert [value for value in table.loc[field] if pd.notna(value)] == told.dropna().to_list()


def test_no_column_of_an_account_is_left_out():
    layer = reports(report("A"), report("B")).assign(initiator_reported=["the other side, says A", None], displaced=[300, None])
    table = bg.claims_table(layer, ["A", "B"])
    assert set(table.index) == set(layer.columns) - {"incident_id", "geometry"}
    assert table.loc["initiator_reported", "A"] == "the other side, says A"


def test_a_report_that_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="incident 'KT999'"):
        bg.claims_table(bg.load_incidents(), ["KT999"])


# ── points of agreements ──────────────────────────────────────────────────────────────────────────────────────────────


def links(**columns):
    return pd.DataFrame({"incident_id": ["KT097"], "provision_id": ["js-2025-12-27-ceasefire"], "said_by": ["an author"]} | columns)


def test_a_point_is_concerned_according_to_somebody_with_the_denial_beside_it():
    table = bg.concerns_provision(bg.load_incidents(), bg.load_provisions(), links(source_url=["a page"], source_id=["press"]))
    row = table.iloc[0]
    assert row["words"] == "concerns js-2025-12-27-ceasefire according to an author; otherwise: Cambodia rejects as false"
    assert row[["instrument", "said_by", "source_id", "source_url"]].to_list() == ["JS-2025-12-27", "an author", "press", "a page"]
    assert "no finding" in provenance.of(table).notes[-1]


def test_two_authors_of_one_link_stand_side_by_side_and_the_index_is_kept():
    both = links(incident_id=["KT085"] * 2, provision_id=["js-2025-12-27-ceasefire"] * 2, said_by=["one", "another"]).set_axis([7, 9])
    table = bg.concerns_provision(bg.load_incidents(), bg.load_provisions(), both)
    assert table["said_by"].to_dict() == {7: "one", 9: "another"}
    assert table["words"].iloc[0] == "concerns js-2025-12-27-ceasefire according to one"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"incident_id": ["KT999"]}, "incident_id KT999 is not in the layer"),
        ({"provision_id": ["js-1"]}, "provision_id js-1 is not in the layer"),
        ({"said_by": [None]}, "must have a value"),
    ],
)
def test_a_link_without_an_incident_a_point_or_an_author_is_refused(fault, reason):
    with pytest.raises(SchemaError, match=reason):
        bg.concerns_provision(bg.load_incidents(), bg.load_provisions(), links(**fault))
