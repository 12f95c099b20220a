"""Inside a zone, reported inaccessible, unknown: separate answers, and unknown is the default."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

import bordergis as bg
from bordergis import provenance
from bordergis.access.routes import NO_ROADS
from bordergis.errors import CRSMismatchError, SchemaError

GEOD = Geod(ellps="WGS84")
DAY = "2026-01-14"


def east(metres):
    """Give the point that many metres east of 104 E 14 N."""
    lon, lat, _ = GEOD.fwd(104, 14, 90, metres)
    return lon, lat


@pytest.fixture
def zones(incident, one_rule):
    """One clash at 104 E 14 N, known to 1 km, with a rule of 5 km: surely within 4 km of the point, possibly within 6."""
    return bg.exclusion_zones(incident(k1=(104, 14, 1_000)), as_of=DAY, rules=one_rule)


@pytest.fixture
def no_zones(zones):
    return zones[:0]


@pytest.fixture
def reports():
    """Make reports, a tuple each: (village, status, day, author)."""

    def make(*said):
        table = pd.DataFrame(said, columns=["place_id", "status", "as_of", "reported_by"])
        return table.assign(as_of=pd.to_datetime(table["as_of"]))

    return make


def answers(villages, column, **options):
    return bg.inaccessible_villages(villages, **options).table.set_index("place_id")[column].to_dict()


def test_a_village_is_surely_possibly_or_not_in_the_zone(zones, village):
    """Zone: sure to 4 km, possible to 6 km. Villages at 3.9, 4.1, 5.9 and 6.1 km."""
    places = village(a=east(3_900), b=east(4_100), c=east(5_900), d=east(6_100))
    assert answers(places, "in_zone", zones=zones) == {"a": "definite", "b": "possible", "c": "possible", "d": "no"}


def test_the_precision_of_the_village_counts_too(zones, village):
    """A village known to 1 km: sure only where it lies 1 km inside the sure zone, possible until 1 km outside the possible one."""
    places = village(a=(*east(2_900), 1_000), b=(*east(3_100), 1_000), c=(*east(6_900), 1_000), d=(*east(7_100), 1_000))
    assert answers(places, "in_zone", zones=zones) == {"a": "definite", "b": "possible", "c": "possible", "d": "no"}


def test_only_what_is_certain_makes_a_village_inaccessible(zones, village):
    places = village(a=east(0), b=east(5_000), c=east(9_000))
    assert answers(places, "status", zones=zones) == {"a": "inaccessible", "b": "unknown", "c": "unknown"}


def test_no_zone_and_no_report_is_unknown_not_accessible(no_zones, village):
    access = bg.inaccessible_villages(village(a=east(0), b=east(9_000)), zones=no_zones).table
    assert access["status"].tolist() == ["unknown", "unknown"]
    assert access["in_zone"].tolist() == ["no", "no"]
    assert access["zone_ids"].isna().all()
    assert access["reasons"].tolist() == [f"in no zone; {NO_ROADS}; no report on this village."] * 2


def test_villages_far_from_every_zone_are_unknown(zones, village):
    access = bg.inaccessible_villages(village(a=east(90_000)), zones=zones).table
    assert access[["in_zone", "status"]].iloc[0].tolist() == ["no", "unknown"]


def test_a_village_without_a_position_is_in_no_known_relation_to_zones(zones, village):
    lost = village(a=east(0), b=east(0))
    lost = lost.set_geometry(gpd.GeoSeries([lost.geometry[0], None], crs=lost.crs))
    access = bg.inaccessible_villages(lost, zones=zones).table.set_index("place_id")
    assert access.loc["b", ["in_zone", "status"]].tolist() == ["unknown", "unknown"]
    assert access.loc["b", "reasons"] == f"no position, so no answer on zones; {NO_ROADS}; no report on this village."


@pytest.mark.parametrize(
    ("said", "statuses"),
    [
        ("accessible", ["inaccessible", "unknown", "reachable"]),
        ("inaccessible", ["inaccessible", "inaccessible", "inaccessible"]),
    ],
)
def test_the_status_follows_from_zone_and_report(said, statuses, zones, village, reports):
    """One village surely in the zone, one possibly, one outside; the same is reported of all three."""
    places = village(a=east(0), b=east(5_000), c=east(9_000))
    access = bg.inaccessible_villages(places, zones=zones, reports=reports(*((name, said, DAY, "A") for name in "abc")), as_of=DAY).table
    assert access["status"].tolist() == statuses
    assert access["reported_inaccessible"].eq(said == "inaccessible").all()


def test_a_report_on_a_village_without_a_position_counts(zones, village, reports):
    lost = village(a=east(0)).set_geometry([None], crs="EPSG:4326")
    said = {word: reports(("a", word, DAY, "A")) for word in ("accessible", "inaccessible")}
    assert [answers(lost, "status", zones=zones, reports=said[word], as_of=DAY)["a"] for word in said] == ["unknown", "inaccessible"]


def test_the_latest_word_of_an_author_counts_and_is_said_with_its_day(no_zones, village, reports):
    said = reports(("a", "accessible", "2026-01-12", "A"), ("a", "inaccessible", "2026-01-10", "A"))
    access = bg.inaccessible_villages(village(a=east(0)), zones=no_zones, reports=said, as_of=DAY).table
    assert access["status"].tolist() == ["reachable"]
    assert access["reasons"].tolist() == [f"in no zone; {NO_ROADS}; accessible according to A (2026-01-12)."]


def test_authors_who_differ_stand_side_by_side_and_nobody_is_believed_over_the_other(no_zones, village, reports):
    said = reports(("a", "inaccessible", "2026-01-10", "A"), ("a", "accessible", "2026-01-12", "B"))
    access = bg.inaccessible_villages(village(a=east(0)), zones=no_zones, reports=said, as_of=DAY).table
    assert access["status"].tolist() == ["inaccessible"]
    assert access["reasons"].item().endswith("inaccessible according to A (2026-01-10), accessible according to B (2026-01-12).")


def test_an_author_who_says_both_on_one_day_is_not_silently_sided_with(no_zones, village, reports):
    said = reports(("a", "inaccessible", DAY, "A"), ("a", "accessible", DAY, "A"))
    access = bg.inaccessible_villages(village(a=east(0)), zones=no_zones, reports=said, as_of=DAY).table
    assert access["status"].tolist() == ["inaccessible"]
    assert "inaccessible according to A (2026-01-14), accessible according to A (2026-01-14)" in access["reasons"].item()


def test_a_report_of_a_later_day_does_not_count(no_zones, village, reports):
    said = reports(("a", "accessible", "2026-01-15", "A"))
    access = bg.inaccessible_villages(village(a=east(0)), zones=no_zones, reports=said, as_of=DAY).table
    assert access["status"].tolist() == ["unknown"]
    assert access["reported_inaccessible"].isna().all()


def test_reports_without_a_date_to_count_for_are_refused(no_zones, village, reports):
    with pytest.raises(SchemaError, match="say for which date with `as_of=…`"):
        bg.inaccessible_villages(village(a=east(0)), zones=no_zones, reports=reports(("a", "accessible", DAY, "A")))


def test_a_village_nobody_speaks_of_has_no_reported_answer(no_zones, village, reports):
    access = bg.inaccessible_villages(
        village(a=east(0), b=east(9)), zones=no_zones, reports=reports(("a", "accessible", DAY, "A")), as_of=DAY
    ).table
    assert access["reported_inaccessible"].isna().tolist() == [False, True]
    assert access["status"].tolist() == ["reachable", "unknown"]


def test_no_reports_and_an_empty_list_of_reports_are_the_same(zones, village, reports):
    places = village(a=east(0), b=east(9_000))
    without, empty = (bg.inaccessible_villages(places, zones=zones, reports=said, as_of=DAY).table for said in (None, reports()))
    assert pd.DataFrame(without).equals(pd.DataFrame(empty))


def test_a_report_on_a_village_that_is_not_in_the_layer_is_refused_not_lost(zones, village, reports):
    said = reports(("a", "accessible", DAY, "A"), ("x", "inaccessible", DAY, "A"))
    with pytest.raises(SchemaError, match=r"1 of 2 villages are not in the village layer: x; add them"):
        bg.inaccessible_villages(village(a=east(0)), zones=zones, reports=said, as_of=DAY)


def test_a_report_in_other_words_is_refused(zones, village, reports):
    with pytest.raises(SchemaError, match="cut off"):
        bg.inaccessible_villages(village(a=east(0)), zones=zones, reports=reports(("a", "cut off", DAY, "A")), as_of=DAY)


def test_villages_in_another_system_are_refused(zones, village):
    with pytest.raises(CRSMismatchError):
        bg.inaccessible_villages(village(a=east(0)).to_crs("EPSG:32648"), zones=zones)


def test_the_zones_and_the_deepest_incident_are_named(incident, village, one_rule):
    """k1 is 3 km away, k2 is 1 km away: the village is deeper in the disc of k2."""
    both = bg.exclusion_zones(incident(k1=(*east(3_000), 0), k2=(*east(1_000), 0)), as_of=DAY, rules=one_rule)
    access = bg.inaccessible_villages(village(a=east(0)), zones=both).table
    assert access["zone_ids"].tolist() == ["clash:definite, clash:possible"]
    assert access["in_zone_since"].tolist() == [pd.Timestamp("2025-12-10")]
    assert access["reasons"].item().startswith("in clash:definite, clash:possible (deepest: k2); ")


def test_the_day_since_when_is_of_the_certainty_that_is_told(incident, village, one_rule):
    """The older report is so coarse that it only may reach the village; the village certainly lies in a zone since the later one."""
    both = pd.concat([incident(start="2025-11-01", old=(*east(1_000), 4_500)), incident(start="2025-12-10", new=(*east(1_000), 0))])
    zones = bg.exclusion_zones(both, as_of=DAY, rules=one_rule)
    access = bg.inaccessible_villages(village(sure=east(0), maybe=(*east(8_000), 0)), zones=zones)
    assert access.table["in_zone"].tolist() == ["definite", "possible"]
    assert access.table["in_zone_since"].tolist() == [pd.Timestamp("2025-12-10"), pd.Timestamp("2025-11-01")]
    assert "; for every such position since 2025-12-10." in access.explain("sure")
    assert "; possibly since 2025-11-01." in access.explain("maybe")


def test_an_empty_layer_of_villages_has_an_empty_answer(zones, village):
    access = bg.inaccessible_villages(village(a=east(0))[:0], zones=zones).table
    assert access.empty
    assert {"in_zone", "reported_inaccessible", "status", "reasons"} <= set(access.columns)


@pytest.mark.parametrize("labels", [["x", "y"], [7, 7]])
def test_the_index_is_kept_whatever_it_is(labels, zones, village):
    access = bg.inaccessible_villages(village(a=east(0), b=east(9_000)).set_axis(labels), zones=zones).table
    assert access.index.tolist() == labels
    assert access["in_zone"].tolist() == ["definite", "no"]


def test_nothing_is_changed_and_the_counts_stand_in_the_provenance(zones, village, reports):
    places, said = village(a=east(0), b=east(9_000), c=east(9_500)), reports(("c", "accessible", DAY, "A"))
    before = [layer.copy() for layer in (places, zones, said)]
    access = bg.inaccessible_villages(places, zones=zones, reports=said, as_of=DAY).table
    assert all(layer.equals(copy) for layer, copy in zip((places, zones, said), before, strict=True))
    assert provenance.of(access).notes[-1] == (
        "Access is unknown for 1 of 3 villages (33%); 1 inaccessible, 0 restricted, 1 reachable. Unknown does not mean reachable."
    )
    assert provenance.of(access).steps[-3:] == ("inaccessible_villages()", "load_access_decisions()", "decided (9 rows)")


PLACES = st.dictionaries(
    st.sampled_from("abcdefgh"), st.tuples(st.floats(103.9, 104.1), st.floats(13.9, 14.1), st.floats(0, 3_000)), min_size=1
)
DISCS = st.dictionaries(
    st.sampled_from(["k1", "k2", "k3"]), st.tuples(st.floats(103.9, 104.1), st.floats(13.9, 14.1), st.floats(0, 6_000)), min_size=1
)


@given(places=PLACES, discs=DISCS)
@settings(max_examples=60, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_the_answer_equals_measuring_every_pair(places, discs, village, incident, one_rule):
    """Sure: some incident within 5 km, less both doubts. Possible: some incident within 5 km, plus both doubts."""
    zones = bg.exclusion_zones(incident(**discs), as_of=DAY, rules=one_rule)
    found = answers(village(**places), "in_zone", zones=zones)
    for name, (lon, lat, doubt) in places.items():
        apart = [(GEOD.inv(lon, lat, x, y)[2], precision) for x, y, precision in discs.values()]
        sure = any(precision < 5_000 and metres <= 5_000 - precision - doubt for metres, precision in apart)
        possible = any(metres <= 5_000 + precision + doubt for metres, precision in apart)
        assert found[name] == ("definite" if sure else "possible" if possible else "no")


@given(places=PLACES, discs=DISCS)
@settings(max_examples=30, deadline=None, suppress_health_check=["function_scoped_fixture"])
def test_order_never_matters_and_more_incidents_never_free_a_village(places, discs, village, incident, one_rule):
    villages = village(**places)
    zones = bg.exclusion_zones(incident(**discs), as_of=DAY, rules=one_rule)
    fewer = bg.exclusion_zones(incident(**dict(list(discs.items())[1:])), as_of=DAY, rules=one_rule)
    answer = answers(villages, "in_zone", zones=zones)
    assert answers(villages[::-1], "in_zone", zones=zones[::-1]) == answer
    rank = {"no": 0, "possible": 1, "definite": 2}
    assert all(rank[word] <= rank[answer[name]] for name, word in answers(villages, "in_zone", zones=fewer).items())
