"""Why a village has its access, as the page gets it: codes and values that are the answer's own, and nothing that must stay at home."""

import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

import bordergis as bg
from bordergis import provenance
from bordergis.access.deciding import CUT_OFF, PARTS
from bordergis.access.wording import IN_ZONE, SINCE
from bordergis.maps.content import page_content
from bordergis.maps.grounds import GROUNDS, ground_columns
from bordergis.maps.layers import Pen
from bordergis.schema import ACCESS_REPORTS
from bordergis.words import LANGUAGES, retold, words_for

ENGLISH = words_for("en")
DAY = "2026-01-14"


def grounds_of(access):
    """The facts of every village, read as the page reads them."""
    columns = ground_columns(access, Pen(ENGLISH, {}))
    assert tuple(column.key for column in columns) == GROUNDS
    return {column.key: [json.loads(f"[{text}]") for text in column.text.to_list()] for column in columns}


@pytest.fixture(scope="module")
def grounds(situation):
    return grounds_of(situation.access)


@pytest.fixture(scope="module")
def reported():
    """Two authors who differ, one who speaks twice, and one whose words are hostile."""
    rows = [
        ("samraong", "inaccessible", "2026-01-02", "security", "aid convoys", "A"),
        ("samraong", "accessible", "2026-01-12", None, "residents", "B"),
        ("samraong", "inaccessible", "2026-01-10", "hazard", "aid convoys", "A"),
        ("ou-smach", "inaccessible", "2026-01-10", None, None, '"],{{7*7}}</script>`{who}`'),
    ]
    table = pd.DataFrame(rows, columns=["place_id", "status", "as_of", "kind", "for_whom", "reported_by"]).assign(source_url=None)
    return bg.load(DAY, access_reports=table.assign(as_of=pd.to_datetime(table["as_of"]).astype("datetime64[s]")))


@pytest.fixture(scope="module")
def roads():
    """A road from a to the town T; b beside it behind a closure, c far from any road, d without a position, e on an island of road."""
    edges = {"u": [1, 2, 8], "v": [2, 3, 9], "length_m": [10_000.0] * 3, "highway_class": ["primary"] * 3}
    lines = [LineString([(103.0, 14), (103.1, 14)]), LineString([(103.1, 14), (103.2, 14)]), LineString([(103, 13), (103.1, 13)])]
    places = {"a": Point(103.02, 14), "b": Point(103.18, 14), "c": Point(104, 14.4), "d": None, "e": Point(103.05, 13)}
    villages = gpd.GeoDataFrame(
        {"place_id": list(places), "name": list(places), "position_radius_m": [10.0] * len(places)},
        geometry=list(places.values()),
        crs=4326,
    )
    town = gpd.GeoDataFrame({"target_set": ["T"], "target_id": ["t"], "name": ["T"]}, geometry=[Point(103.0, 14)], crs=4326)
    table = {"closure_id": ["shut"], "kind": ["bridge"], "passability": ["blocked"], "reported_by": ["A"], "position_radius_m": [10.0]}
    days = {
        "valid_from": pd.to_datetime(["2026-01-01"]).astype("datetime64[s]"),
        "valid_to": pd.to_datetime([None]).astype("datetime64[s]"),
    }
    closures = gpd.GeoDataFrame({**table, **days}, geometry=[Point(103.12, 14)], crs=4326)
    return bg.inaccessible_villages(
        villages,
        zones=bg.schema.ZONES.empty(),
        roads=gpd.GeoDataFrame(edges, geometry=lines, crs=4326),
        closures=closures,
        targets=pd.concat([town, bg.target_sets(["hospital"])], ignore_index=True),
        as_of=DAY,
    )


# --- what the words say is what the answer says --------------------------------------------------------------------------


def test_the_english_words_are_those_of_the_explanation():
    assert {key: ENGLISH[f"value.in_zone.{key}"] for key in IN_ZONE} == IN_ZONE
    assert {key: ENGLISH[f"value.since.{key}"] for key in SINCE} == SINCE
    decisions = bg.load_access_decisions().set_index("decision_id")["why"]
    assert {key: ENGLISH[f"value.decided_by.{key}"] for key in decisions.index} == decisions.to_dict()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_that_is_packed_has_words(lang):
    words = words_for(lang)
    asked = [f"value.in_zone.{word}" for word in PARTS["in_zone"]] + [f"value.cut_off.{word}" for word in CUT_OFF]
    asked += [f"value.reported.{word}" for word in PARTS["reported"]] + ["value.cut_off_by.closures", "value.cut_off_by.map"]
    asked += [f"value.report_status.{word}" for word in ACCESS_REPORTS.fields["status"].words]
    asked += [f"value.report_kind.{word}" for word in ACCESS_REPORTS.fields["kind"].words]
    asked += [f"value.target_set.{name}" for name in (*bg.access.targets.TARGET_SETS, bg.access.targets.OWN_NETWORK)]
    assert [key for key in asked if key not in words] == []


def test_the_facts_of_every_village_are_those_of_the_table(grounds, situation):
    table = situation.access.table
    assert [facts[0]["row"] for facts in grounds["decided_by"]] == table["decided_by"].tolist()
    assert [facts[0]["is"] for facts in grounds["in_zone"]] == table["in_zone"].tolist()
    for (zone,), (_, village) in zip(grounds["in_zone"], table.iterrows(), strict=True):
        known = pd.notna(village["zone_ids"])
        assert zone.get("zones") == (village["zone_ids"] if known else None)
        assert zone.get("depth") == (round(village["depth_m"]) if known else None)
        assert zone.get("since") == (village["in_zone_since"].date().isoformat() if known else None)
    assert grounds["cut_off"] == [[{"is": "not_computed", "by": "none"}]] * len(table)
    assert grounds["reported"] == [[{"is": "missing", "for": "missing"}]] * len(table)


def test_villages_of_which_the_same_is_known_share_one_text(situation):
    for column in ground_columns(situation.access, Pen(ENGLISH, {})):
        assert len(column.text.words) == len(set(column.text.words)) < len(situation.villages) / 4


def test_an_own_decision_goes_with_its_sentence(situation):
    table = bg.load_access_decisions()
    own = table.assign(why=table["why"].mask(table["decision_id"] == "default", "Nobody told us."))
    told = grounds_of(situation.access.decide(own))["decided_by"]
    assert {facts[0]["row"]: facts[0].get("why") for facts in told} == {"default": "Nobody told us.", "in-zone": None}


def test_each_road_is_answered_by_its_set_with_what_bars_it(roads):
    told = dict(zip(roads.table["place_id"], grounds_of(roads)["cut_off"], strict=True))
    none = retold("no layer of facilities was given")
    assert {place: (facts[0]["is"], facts[1]["said"]) for place, facts in told.items()} == {
        "a": ("no", "reached"),
        "b": ("definite", "cut"),
        "c": ("unknown", "off_network"),
        "d": ("not_computed", "not_computed"),
        "e": ("definite", "cut_map"),
    }
    assert told["b"][1] == {"to": "T", "said": "cut", "by": "shut"}
    assert told["c"][1]["limit"] == 2_000
    assert told["d"][1]["why"] == retold("it has no position")
    assert (told["b"][0]["by"], told["e"][0]["by"]) == ("closures", "map")
    assert all(facts[2] == {"to": "hospital", "said": "not_computed", "why": none} for facts in told.values())


def test_what_holds_for_some_positions_only_is_told_so(roads):
    doubted = replace(
        roads, routes=roads.routes.assign(certainty=roads.routes["certainty"].mask(roads.routes["answer"] != "none", "possible"))
    )
    said = [facts[1]["said"] for facts in grounds_of(doubted)["cut_off"]]
    assert said == ["reached_maybe", "cut_maybe", "off_network", "not_computed", "cut_map"]
    inside = replace(roads, routes=roads.routes.assign(answer="on_barrier"))
    assert {facts[1]["said"] for facts in grounds_of(inside)["cut_off"]} == {"on_barrier"}


def test_every_statement_on_roads_has_words():
    told = {"reached", "reached_maybe", "cut", "cut_map", "cut_maybe", "on_barrier", "on_barrier_maybe", "off_network"}
    assert {key.removeprefix("value.road.") for key in ENGLISH if key.startswith("value.road.")} == told


def test_no_minute_and_no_target_goes_into_the_page(roads):
    assert roads.routes["time_min"].notna().any()
    told = json.dumps(grounds_of(roads)["cut_off"])
    assert "min" not in told
    assert '"t"' not in told


def test_reports_stand_side_by_side_with_author_and_day(reported):
    told = dict(zip(reported.villages["place_id"], grounds_of(reported.access)["reported"], strict=True))
    assert told["samraong"] == [
        {"is": "conflicting", "for": "some"},
        {"said": "inaccessible", "who": "A", "on": "2026-01-02", "kind": "security", "whom": "aid convoys", "old": "yes"},
        {"said": "accessible", "who": "B", "on": "2026-01-12", "whom": "residents"},
        {"said": "inaccessible", "who": "A", "on": "2026-01-10", "kind": "hazard", "whom": "aid convoys"},
    ]
    assert told["ou-smach"][1] == {"said": "inaccessible", "who": '"],{{7*7}}</script>`{who}`', "on": "2026-01-10"}
    assert told["poipet"] == [{"is": "missing", "for": "missing"}]


def test_a_public_map_gives_neither_reporter_nor_zone_nor_depth(reported, told_in):
    page = told_in(bg.situation_map(reported, profile="public").get_root().render())
    assert "7*7" not in page
    assert '\\"who\\"' not in page
    assert '\\"zones\\"' not in page
    assert '\\"depth\\"' not in page
    assert '\\"is\\":\\"conflicting\\"' in page
    internal = told_in(bg.situation_map(reported).get_root().render())
    assert '\\"who\\"' in internal
    assert '\\"zones\\"' in internal


def test_no_village_has_no_ground(situation):
    empty = bg.inaccessible_villages(situation.villages[:0], zones=situation.zones)
    assert grounds_of(empty) == {name: [] for name in GROUNDS}


# --- sentences of ours beside the data ------------------------------------------------------------------------------------


def test_every_note_of_the_map_is_told_in_every_language(situation, roads):
    notes = [note for layer in (situation.zones, situation.access.table, roads.table) for note in provenance.of(layer).notes]
    assert len(notes) > 4
    for note in notes:
        told = retold(note)
        assert told["en"] == note
        assert set(told) == set(LANGUAGES)
        assert "{" not in "".join(told.values())
    assert all(set(note) == set(LANGUAGES) for note in page_content(situation, layers={})["notes"])


def test_every_reason_for_an_answer_that_is_missing_is_told_in_every_language(situation):
    layers = {"places": situation.places[:0], "checkpoints": situation.checkpoints, "camps": situation.camps}
    built = bg.target_sets(["district-town", "hospital", "checkpoint", "camp"], **layers)
    hospitals = bg.schema.FACILITIES.empty()
    notes = [*built["note"], bg.target_sets(["hospital"], facilities=hospitals)["note"].item()]
    assert len(notes) == 5
    assert [note for note in notes if retold(note) is None] == []
    assert retold("the layer holds no target of this set in THA")["km"].count(words_for("km")["value.country.THA"]) == 1


def test_a_sentence_that_is_not_ours_stays_as_it_is(situation):
    assert retold("An analyst's own remark.") is None
    own = provenance.attach(situation.zones.copy(), provenance.Provenance(notes=("An analyst's own {remark}.",)))
    assert "An analyst's own {remark}." in page_content(bg.load(DAY, zones=own), layers={})["notes"]


def test_blanks_are_filled_with_what_stood_there_even_if_it_looks_like_a_blank():
    assert retold("What if: closed: {said} {0}.")["th"] == words_for("th")["told.what_if"].format(said="closed: {said} {0}")
