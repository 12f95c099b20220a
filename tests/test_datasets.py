"""Loading joins, counts and labels: what goes in comes out, and unknown stays unknown.

Expected values are taken from the committed files with the csv module and plain loops, not with the code under test.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
from pyproj import Geod

import bordergis as bg
from bordergis import datasets, provenance, schema
from bordergis.errors import DataMissingError, SchemaError, UnknownNameError

DATA = Path(__file__).resolve().parents[1] / "data"
FINE = ("exact", "place", "area")
COARSENESS = (*FINE, "subdistrict", "district", "province", "border-wide", "unlocatable")


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def statements(*said):
    """Statements on one checkpoint: (status, for whom, first day, last day or None, author)."""
    columns = ["status", "for_whom", "valid_from", "valid_to", "reported_by"]
    table = pd.DataFrame(said, columns=columns).assign(checkpoint_id="osmach", source_url="https://example.org")
    return table.assign(valid_from=pd.to_datetime(table["valid_from"]), valid_to=pd.to_datetime(table["valid_to"]))


@pytest.fixture
def gate(monkeypatch):
    """Give the row of O'Smach on a day, if only some statements had been made."""

    def on(day, *said):
        monkeypatch.setattr(datasets, "load_checkpoint_status", lambda: statements(*said))
        return bg.load_checkpoints(day).set_index("checkpoint_id").loc["osmach"]

    return on


# ── every layer ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("load", "file"),
    [
        ("load_camps", "facts/camps.csv"),
        ("load_checkpoint_status", "facts/checkpoint_status.csv"),
        ("load_checkpoints", "facts/checkpoints.csv"),
        ("load_figures", "facts/figures.csv"),
        ("load_incident_places", "facts/incident_places.csv"),
        ("load_incidents", "facts/incidents.csv"),
        ("load_periods", "facts/periods.csv"),
        ("load_provisions", "facts/provisions.csv"),
        ("load_visits", "facts/visits.csv"),
    ],
)
def test_every_row_of_the_file_is_a_row_of_the_layer(load, file):
    layer, written = getattr(bg, load)(), rows(file)
    assert len(layer) == len(written)
    first = next(iter(written[0]))
    assert layer[first].astype(str).tolist() == [row[first] for row in written]


@pytest.mark.parametrize("name", ["camps", "checkpoints", "incident_places", "visits"])
def test_points_are_the_written_ones_and_only_those(name):
    layer, written = getattr(bg, f"load_{name}")(), rows(f"facts/{name}.csv")
    points = [None if shape is None else (shape.x, shape.y) for shape in layer.geometry]
    assert points == [(float(row["lon"]), float(row["lat"])) if row["lon"] else None for row in written]
    assert layer.crs.to_epsg() == 4326


@pytest.mark.parametrize("name", [name for name in bg.__all__ if name.startswith("load_") and name not in ("load_gazetteer", "load_rules")])
def test_every_layer_says_its_step_and_only_known_sources(name):
    origin = provenance.of(getattr(bg, name)())
    assert any(step.startswith(f"{name}(") for step in origin.steps)
    assert set(origin.sources) <= set(bg.sources().index)


def test_empty_cells_are_missing_and_the_word_none_or_na_is_text():
    figures, written = bg.load_figures(), rows("facts/figures.csv")
    assert figures["value"].isna().sum() == sum(not row["value"] for row in written)
    assert bg.load_camps()["geometry"].isna().tolist() == [not row["lon"] for row in rows("facts/camps.csv")]


def test_the_registry_and_the_sources_are_tables_by_id():
    assert bg.registry().index.is_unique
    assert bg.sources().index.is_unique


def test_a_file_that_is_not_there_says_what_to_do():
    with pytest.raises(DataMissingError, match=r"no-such\.csv is not in the package; install bordergis again"):
        datasets.path("no-such.csv")


def test_a_column_of_flags_is_read_as_true_false_or_missing(tmp_path, monkeypatch):
    (tmp_path / "flags.csv").write_text("place_id,name,redistributable\na,A,true\nb,B,false\nc,C,\n", encoding="utf-8")
    monkeypatch.setattr(datasets, "path", lambda name: tmp_path / name)
    flags = datasets._table("flags.csv", schema.PLACES)["redistributable"]  # noqa: SLF001  no embedded file has a flag yet
    assert flags.tolist() == [True, False, pd.NA]


# ── lines, places, villages ───────────────────────────────────────────────────────────────────────────────────────────


def test_one_line_or_all_of_them():
    assert bg.load_border("natural-earth-10m")["border_id"].tolist() == ["natural-earth-10m"]
    assert bg.load_border()["border_id"].tolist() == ["osm-2026c", "natural-earth-10m"]


def test_a_line_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(UnknownNameError, match="no border line 'unesco'; known: natural-earth-10m, osm-2026c"):
        bg.load_border("unesco")


@pytest.fixture
def twice():
    """Give the rows of places that stand in both tables: the named one and that of GeoNames."""
    geonames = {row["place_id"]: row for row in rows("built/places_geonames.csv")}
    named = rows("facts/named_places.csv")
    return [(row, geonames[f"geonames:{row['geonames_id']}"]) for row in named if f"geonames:{row['geonames_id']}" in geonames]


def test_a_place_in_both_tables_stands_once(situation, twice):
    places = set(situation.places["place_id"])
    assert len(twice) == 15
    assert len(places) == len(rows("facts/named_places.csv")) + len(rows("built/places_geonames.csv")) - len(twice)
    assert all(row["place_id"] in places and other["place_id"] not in places for row, other in twice)


def test_a_place_in_both_tables_is_one_place_within_its_precision(situation, twice):
    points = situation.places.set_index("place_id").geometry
    for row, other in twice:
        here = points[row["place_id"]]
        apart_m = Geod(ellps="WGS84").inv(here.x, here.y, float(other["lon"]), float(other["lat"]))[2]
        assert apart_m <= float(row["position_radius_m"])


def test_a_place_in_both_tables_keeps_its_hand_kept_row(situation, twice):
    places = situation.places.set_index("place_id")
    for row, _other in twice:
        kept = places.loc[row["place_id"]]
        assert (kept["name"], kept["source_id"], kept["source_ref"]) == (row["name"], row["source_id"], row["source_ref"])
        assert (kept.geometry.x, kept.geometry.y) == (float(row["lon"]), float(row["lat"]))


def test_no_place_is_written_twice(situation):
    assert situation.places["place_id"].is_unique


def test_villages_are_the_places_where_people_live(situation):
    settled = ("village", "town", "populated_place", "district_seat")
    kinds = Counter(situation.places["kind"])
    assert len(situation.villages) == sum(kinds[kind] for kind in settled)
    assert set(situation.villages["kind"]) == {kind for kind in settled if kinds[kind]}
    assert situation.villages.index.tolist() == list(range(len(situation.villages)))


def official_villages():
    provinces = ("01", "02", "09", "13", "15", "17", "22")
    return sum(row["level"] == "adm4" and row["code"][:2] in provinces for row in rows("built/gazetteer_khm.csv"))


def test_the_coverage_is_of_the_official_villages_of_the_seven_provinces(situation):
    names = ("Banteay Meanchey", "Battambang", "Koh Kong", "Oddar Meanchey", "Preah Vihear", "Pursat", "Siem Reap")
    assert datasets.village_coverage(situation.villages) == (sum(adm1 in names for adm1 in situation.villages["adm1"]), official_villages())


def test_a_layer_that_does_not_say_the_province_is_counted_by_country(village):
    layer = village(a=(103, 14), b=(103, 14), c=(103, 14)).assign(country=["KHM", "THA", None])
    assert datasets.village_coverage(layer) == (1, official_villages())


def test_a_gazetteer_is_text_to_the_last_zero():
    units = bg.load_gazetteer("KHM")
    assert len(units) == len(rows("built/gazetteer_khm.csv"))
    assert units["code"].map(type).eq(str).all()
    assert "01" in set(units["code"])
    assert provenance.of(units).steps == ("load_gazetteer(KHM)",)


def test_a_gazetteer_of_another_country_is_refused():
    with pytest.raises(UnknownNameError, match="no gazetteer of 'LAO'; known: KHM, THA"):
        bg.load_gazetteer("LAO")


# ── incidents ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def expected_position(places):
    """The rule of the documentation, with plain lists: fine places decide if there are any, else the coarse ones."""
    fine = [row for row in places if row["position_class"] in FINE and row["lon"]]
    used = fine or places
    return {
        "points": [(float(row["lon"]), float(row["lat"])) for row in fine],
        "class": max((row["position_class"] for row in used), key=COARSENESS.index),
        "radius": max((float(row["position_radius_m"]) for row in used if row["position_radius_m"]), default=None),
        "n": len(places),
    }


def test_every_incident_has_the_points_class_and_radius_of_its_places():
    by_incident = defaultdict(list)
    for row in rows("facts/incident_places.csv"):
        by_incident[row["incident_id"]].append(row)
    incidents = bg.load_incidents().set_index("incident_id")
    assert set(by_incident) == set(incidents.index)
    for incident_id, places in by_incident.items():
        expected, found = expected_position(places), incidents.loc[incident_id]
        points = [] if found.geometry is None else [(p.x, p.y) for p in getattr(found.geometry, "geoms", [found.geometry])]
        assert sorted(points) == sorted(expected["points"])
        assert found["position_class"] == expected["class"]
        assert found["position_radius_m"] == expected["radius"] or (pd.isna(found["position_radius_m"]) and expected["radius"] is None)
        assert (found["n_places"], found["n_places_located"]) == (expected["n"], len(expected["points"]))


def test_one_place_is_a_point_several_are_a_multipoint_and_none_is_missing():
    incidents = bg.load_incidents()
    kinds = incidents.geometry.geom_type.fillna("none")
    assert set(kinds[incidents["n_places_located"] == 1]) == {"Point"}
    assert set(kinds[incidents["n_places_located"] > 1]) == {"MultiPoint"}
    assert set(kinds[incidents["n_places_located"] == 0]) == {"none"}


def test_a_coarse_place_beside_a_fine_one_is_named_not_drawn(monkeypatch):
    """KT001 at two places: a bridge known to 500 m, and "the district". Only the bridge is drawn; the district is said."""
    known = bg.load_incident_places()
    one = known[known["incident_id"] != "KT001"]
    bridge = known[known["incident_id"] == "KT001"].head(1).assign(position_class="place", position_radius_m=500.0)
    district = bridge.assign(n=2, place_as_given="the district", position_class="district", position_radius_m=20_000.0, confidence="low")
    monkeypatch.setattr(datasets, "load_incident_places", lambda: pd.concat([one, bridge, district], ignore_index=True))
    found = bg.load_incidents().set_index("incident_id").loc["KT001"]
    assert (found.geometry.geom_type, found["position_class"], found["position_radius_m"]) == ("Point", "place", 500.0)
    assert found["location_note"] == "named, but only coarsely located: the district"
    assert (found["n_places"], found["n_places_located"]) == (2, 1)


def test_the_confidence_of_an_incident_is_the_lowest_of_its_places(monkeypatch):
    known = bg.load_incident_places()
    rest, one = known[known["incident_id"] != "KT001"], known[known["incident_id"] == "KT001"].head(1).assign(position_class="place")
    both = pd.concat([rest, one.assign(confidence="high"), one.assign(n=2, confidence="low")], ignore_index=True)
    monkeypatch.setattr(datasets, "load_incident_places", lambda: both)
    assert bg.load_incidents().set_index("incident_id").loc["KT001", "confidence"] == "low"


def test_a_place_without_confidence_lends_none(monkeypatch):
    known = bg.load_incident_places()
    monkeypatch.setattr(datasets, "load_incident_places", lambda: known.assign(confidence=known["confidence"].where(known["n"] < 0)))
    assert bg.load_incidents()["confidence"].isna().all()


def test_an_incident_without_a_row_of_place_is_refused_not_dropped(monkeypatch):
    known = bg.load_incident_places()
    monkeypatch.setattr(datasets, "load_incident_places", lambda: known[known["incident_id"] != "KT075"])
    with pytest.raises(SchemaError, match="no row for KT075; an incident that cannot be located gets a row that says so"):
        bg.load_incidents()


# ── checkpoints by date ───────────────────────────────────────────────────────────────────────────────────────────────


def test_where_no_source_says_the_status_is_unknown(gate):
    row = gate("2025-06-06", ("closed", "everyone", "2025-06-07", None, "A"))
    assert row["status"] == "unknown"
    assert pd.isna(row["status_since"])


def test_a_statement_counts_from_its_first_day_to_its_last(gate):
    said = ("closed", "everyone", "2025-06-07", "2025-06-09", "A")
    days = [f"2025-06-{day:02}" for day in range(6, 11)]
    assert [gate(day, said)["status"] for day in days] == ["unknown", "closed", "closed", "closed", "unknown"]


def test_the_latest_statement_counts_and_is_attributed(gate):
    row = gate("2025-07-01", ("open", "everyone", "2025-06-01", None, "A"), ("closed", "everyone", "2025-06-20", None, "B"))
    assert (row["status"], row["status_reported_by"]) == ("closed", "B")
    assert row["status_since"] == pd.Timestamp("2025-06-20")


def test_when_the_latest_statement_has_ended_the_one_before_still_holds(gate):
    said = ("closed", "everyone", "2025-06-01", None, "A"), ("open", "everyone", "2025-06-20", "2025-06-21", "B")
    assert [gate(day, *said)["status"] for day in ("2025-06-21", "2025-06-22")] == ["open", "closed"]


def test_latest_statements_that_contradict_each_other_are_unclear_with_both_authors(gate):
    row = gate("2025-06-20", ("open", "everyone", "2025-06-20", None, "B"), ("closed", "everyone", "2025-06-20", None, "A"))
    assert (row["status"], row["status_reported_by"]) == ("unclear", "B; A")


def test_two_authors_who_agree_are_both_named_once(gate):
    said = [("closed", "everyone", "2025-06-20", None, author) for author in ("A", "B", "A")]
    row = gate("2025-06-20", *said)
    assert (row["status"], row["status_reported_by"]) == ("closed", "A; B")


def test_a_statement_on_some_people_says_nothing_of_everyone(gate):
    said = ("restricted", "students and patients", "2025-06-20", None, "A"), ("closed", "cargo vehicles", "2025-06-20", None, "A")
    assert gate("2025-06-20", *said)["status"] == "unknown"


@pytest.mark.parametrize("day", ["2025-05-01", "2025-06-07", "2025-06-23", "2025-07-12", "2025-09-11", "2025-12-13", "2026-01-14"])
def test_every_status_is_that_of_the_written_statements(day):
    in_force = defaultdict(list)
    for row in rows("facts/checkpoint_status.csv"):
        if row["for_whom"] == "everyone" and row["valid_from"] <= day <= (row["valid_to"] or "9999"):
            in_force[row["checkpoint_id"]].append((row["valid_from"], row["status"]))
    latest = {gate: {status for day, status in said if day == max(said)[0]} for gate, said in in_force.items()}
    expected = {gate: said.pop() if len(said) == 1 else "unclear" for gate, said in latest.items()}
    found = bg.load_checkpoints(day).set_index("checkpoint_id")["status"]
    assert found.to_dict() == {row["checkpoint_id"]: expected.get(row["checkpoint_id"], "unknown") for row in rows("facts/checkpoints.csv")}


def test_a_date_and_its_text_are_one_day_and_the_default_is_the_last_day_spoken_of():
    last = max(row["valid_from"] for row in rows("facts/checkpoint_status.csv"))
    assert bg.load_checkpoints(dt.date.fromisoformat(last)).equals(bg.load_checkpoints(last))
    assert bg.load_checkpoints().equals(bg.load_checkpoints(last))


# ── areas and periods ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_zone_of_the_order_of_2011_has_its_four_corners_and_area():
    """Methods, section 4: corners A (104 41, 14 23), B (104 38 15, 14 24), C (104 38 40, 14 25), D (104 42 20, 14 25); 17.40 km²."""
    areas = bg.load_designated_areas()
    corners = [(104 + 41 / 60, 14 + 23 / 60), (104.6375, 14.4), (104 + 38 / 60 + 40 / 3600, 14 + 25 / 60), (104.705555556, 14 + 25 / 60)]
    drawn = list(areas.geometry.item().exterior.coords)
    assert len(drawn) == 5
    assert all(xy == pytest.approx(corner, abs=1e-6) for xy, corner in zip(drawn, corners, strict=False))
    assert abs(Geod(ellps="WGS84").geometry_area_perimeter(areas.geometry.item())[0]) / 1e6 == pytest.approx(17.40, abs=0.005)


def test_no_hazard_area_is_embedded_and_the_layer_says_what_that_means():
    hazards = bg.load_hazards()
    assert hazards.empty
    assert set(schema.HAZARDS.fields) <= set(hazards.columns)
    assert provenance.of(hazards).notes == ("No recorded hazard area is embedded; that says nothing about the ground.",)


def test_periods_keep_their_moment_and_offset():
    periods, written = bg.load_periods(), rows("facts/periods.csv")
    assert [moment.isoformat() for moment in periods["start"]] == [row["start"] for row in written]
    assert periods["end"].isna().tolist() == [not row["end"] for row in written]


def test_dates_are_the_written_days():
    assert bg.load_incidents()["date_start"].dt.strftime("%Y-%m-%d").tolist() == [row["date_start"] for row in rows("facts/incidents.csv")]


# ── read once ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("load", [bg.load_villages, bg.load_border, bg.load_figures, bg.load_designated_areas])
def test_what_a_caller_does_to_a_layer_reaches_nobody_else(load):
    before = load()
    mine = load()
    mine.iloc[:, 0] = "spoilt"
    mine.attrs["bordergis"]["sources"].append("spoilt")
    if "geometry" in mine:
        mine.loc[mine.index[0], "geometry"] = None
        mine.geometry.array[-1] = None
    after = load()
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
    assert provenance.of(after) == provenance.of(before)
    assert "spoilt" not in provenance.of(after).sources
