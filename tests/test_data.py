"""The embedded data are what the registry and the documentation say. Reads the committed files only; no network.

Expected numbers come from elsewhere than the build: published totals, counts taken from the packages by hand, and
measurements with another method than the build's.
"""

import csv
import hashlib
import itertools
import json
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.windows
from pyproj import Geod
from shapely import LineString, Point, Polygon

DATA = Path(__file__).resolve().parents[1] / "data"
WGS84 = Geod(ellps="WGS84")

BORDER_SEVEN = {"01", "02", "09", "13", "15", "22", "24"}  # touch the border
AFFECTED_SEVEN = {"01", "02", "09", "13", "15", "17", "22"}  # named by the Ministry of Interior in January 2026


def table(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables():
    return sorted(path.relative_to(DATA).as_posix() for path in DATA.rglob("*.csv"))


REGISTRY = tomllib.loads((DATA / "registry.toml").read_text(encoding="utf-8"))
DATASETS = {entry["file"]: entry for entry in REGISTRY["dataset"]}
SOURCES = {entry["id"]: entry for entry in REGISTRY["source"]}


@pytest.fixture(scope="module")
def lines():
    features = json.loads((DATA / "built/border.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["border_id"]: feature for feature in features}


@pytest.fixture(scope="module")
def osm(lines):
    return np.array(lines["osm-2026c"]["geometry"]["coordinates"])


@pytest.fixture(scope="module")
def natural_earth(lines):
    return np.array(lines["natural-earth-10m"]["geometry"]["coordinates"])


@pytest.fixture(scope="module")
def places():
    return table("built/places_geonames.csv")


@pytest.fixture(scope="module")
def khm():
    return table("built/gazetteer_khm.csv")


@pytest.fixture(scope="module")
def tha():
    return table("built/gazetteer_tha.csv")


# ── the registry ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_is_in_the_registry_and_every_entry_has_a_file():
    about = {"README.md", "registry.toml"}
    there = {path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file()}
    assert {name for name in there if name not in about and not name.startswith("licences/")} == set(DATASETS)


def test_ids_stand_once():
    for kind in ("dataset", "source"):
        ids = [entry["id"] for entry in REGISTRY[kind]]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_the_hash_is_the_registrys(name):
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == DATASETS[name]["sha256"]


@pytest.mark.parametrize("name", [name for name in sorted(DATASETS) if name.endswith(".csv")])
def test_the_row_count_is_the_registrys(name):
    assert len(table(name)) == DATASETS[name]["rows"]


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_an_entry_says_all_it_must(name):
    entry = DATASETS[name]
    for field in ("id", "title", "publisher", "licence", "version", "citation", "notes"):
        assert entry[field].strip()
    assert entry["retrieved"] == "2026-11-22"
    assert set(entry["sources"]) <= set(SOURCES)
    assert ("package" in entry) == name.startswith("built/")


@pytest.mark.parametrize("source_id", sorted(SOURCES))
def test_a_source_can_be_cited(source_id):
    source = SOURCES[source_id]
    assert all(source[field].strip() for field in ("title", "publisher", "licence", "citation"))
    assert ("package" in source) == ("source_sha256" in source)


def test_every_licence_is_there_and_none_is_idle():
    named = {entry["licence_file"] for kind in ("dataset", "source") for entry in REGISTRY[kind]}
    assert named == {path.relative_to(DATA).as_posix() for path in (DATA / "licences").iterdir()}


def test_a_built_files_packages_are_those_of_its_sources():
    packages = {source["package"] for source in SOURCES.values() if "package" in source}
    named = {package for entry in DATASETS.values() if "package" in entry for package in entry["package"].split(", ")}
    assert named == packages


@pytest.mark.parametrize("name", tables())
def test_every_source_id_is_in_the_registry_and_in_the_files_entry(name):
    rows = table(name)
    used = {row["source_id"] for row in rows} if "source_id" in rows[0] else set()
    assert used <= set(DATASETS[name]["sources"])


def test_the_sources_of_the_rules_are_in_the_registry():
    presets = tomllib.loads((DATA / "facts/rules.toml").read_text(encoding="utf-8"))["preset"]
    assert {source for preset in presets for source in preset["source_ids"]} <= set(SOURCES)


@pytest.mark.parametrize("name", tables())
def test_tables_are_plain(name):
    raw = (DATA / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert all(None not in row and None not in row.values() for row in table(name))  # as many cells as columns


# ── the border lines ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_is_one_line_a_publisher(lines):
    assert list(lines) == ["osm-2026c", "natural-earth-10m"]
    assert {feature["geometry"]["type"] for feature in lines.values()} == {"LineString"}
    assert {feature["properties"]["source_id"] for feature in lines.values()} <= set(SOURCES)


def test_both_lines_say_they_are_not_authoritative(lines):
    assert {feature["properties"]["status_note"] for feature in lines.values()} == {"mapped line, not authoritative"}


def test_a_line_says_how_far_it_may_be_off(lines):
    assert {name: feature["properties"]["accuracy_m"] for name, feature in lines.items()} == {
        "osm-2026c": 1990,
        "natural-earth-10m": 4560,
    }


def test_the_openstreetmap_line_has_its_vertices_and_length(osm):
    assert osm.shape == (5770, 2)
    assert WGS84.line_length(*osm.T) / 1000 == pytest.approx(824.6, abs=0.05)


def test_the_natural_earth_line_has_its_vertices_and_length(natural_earth):
    assert natural_earth.shape == (243, 2)
    assert WGS84.line_length(*natural_earth.T) / 1000 == pytest.approx(665.4, abs=0.05)


def test_the_openstreetmap_line_runs_from_coast_to_tripoint(osm):
    assert osm[0] == pytest.approx((102.911, 11.652), abs=5e-4)
    assert osm[-1] == pytest.approx((105.2065, 14.3433), abs=5e-5)


def test_the_natural_earth_line_runs_from_coast_to_tripoint(natural_earth):
    assert natural_earth[0] == pytest.approx((102.911, 11.652), abs=0.01)
    assert natural_earth[-1] == pytest.approx((105.2065, 14.3433), abs=0.03)


def test_natural_earth_stands_on_its_grid(natural_earth):
    columns = (natural_earth[:, 0] + 180) / 0.0036000360003600037  # the scale and shift of the TopoJSON
    rows = (natural_earth[:, 1] + 85.22193775799991) / 0.0016885772698826986
    assert columns == pytest.approx(columns.round(), abs=5e-4)
    assert rows == pytest.approx(rows.round(), abs=5e-4)


def test_the_longest_edges_are_those_documented(osm, natural_earth):
    longest = [WGS84.inv(*line[:-1].T, *line[1:].T)[2].max() for line in (osm, natural_earth)]
    assert longest == pytest.approx([6_838, 18_271], abs=1)


@pytest.mark.parametrize("name", ["osm-2026c", "natural-earth-10m"])
def test_a_line_does_not_cross_itself_or_stand_still(lines, name):
    coordinates = lines[name]["geometry"]["coordinates"]
    assert LineString(coordinates).is_simple
    assert all(here != there for here, there in itertools.pairwise(coordinates))
    assert all(round(value, 6) == value for point in coordinates for value in point)


TOWNS = [  # well over 4 km from either line
    ("Battambang", "KHM", 103.199, 13.103),
    ("Pailin", "KHM", 102.609, 12.849),
    ("Samraong", "KHM", 103.518, 14.181),
    ("Sisophon", "KHM", 102.974, 13.586),
    ("Sra Em", "KHM", 104.707, 14.241),
    ("Buri Ram", "THA", 103.103, 14.993),
    ("Kantharalak", "THA", 104.650, 14.639),
    ("Sa Kaeo", "THA", 102.072, 13.824),
    ("Surin", "THA", 103.494, 14.882),
    ("Trat", "THA", 102.517, 12.243),
]


@pytest.mark.parametrize("name", ["osm-2026c", "natural-earth-10m"])
@pytest.mark.parametrize("town", TOWNS, ids=lambda town: town[0])
def test_cambodian_towns_lie_right_of_the_line_and_thai_towns_left(lines, name, town):
    """Go along the line and come back round the south-east: clockwise, so what is inside is on the right hand."""
    feature, (_, country, lon, lat) = lines[name], town
    (west, _), (_, north) = feature["geometry"]["coordinates"][0], feature["geometry"]["coordinates"][-1]
    right = Polygon([*feature["geometry"]["coordinates"], (110, north), (110, 8), (west, 8)])
    side = "right_side" if right.contains(Point(lon, lat)) else "left_side"

    assert right.is_valid
    assert not right.exterior.is_ccw
    assert feature["properties"][side] == country


# ── places ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_places_on_both_sides_are_all_there(places):
    assert Counter(place["country"] for place in places) == {"KHM": 79, "THA": 114}
    assert len({place["place_id"] for place in places}) == len(places)


def test_a_place_is_as_precise_as_we_assume(places):
    said = {(place["position_class"], place["position_radius_m"], place["confidence"]) for place in places}
    assert said == {("place", "1000", "medium")}
    assert all(place["source_ref"] == place["place_id"] for place in places)


def test_distances_to_the_line_agree_with_another_method(places, osm):
    """The build projects; here the line is cut into steps of at most 50 m and each is measured on the ellipsoid."""
    steps = [
        np.linspace(here, there, int(length // 50) + 2)[:-1]
        for here, there, length in zip(osm[:-1], osm[1:], WGS84.inv(*osm[:-1].T, *osm[1:].T)[2], strict=True)
    ]
    lon, lat = np.vstack([*steps, osm[-1:]]).T
    for place in [*places[:5], *places[-5:]]:
        x, y = np.full_like(lon, float(place["lon"])), np.full_like(lat, float(place["lat"]))
        nearest = WGS84.inv(x, y, lon, lat)[2].min()
        assert float(place["border_distance_km"]) * 1000 == pytest.approx(nearest, abs=1.5)


def test_no_place_is_farther_than_100_km(places):
    distances = [float(place["border_distance_km"]) for place in places]
    assert distances == sorted(distances)
    assert distances[-1] <= 100


def test_a_place_just_inside_100_km_is_kept(places):
    """Si Maha Phot: 99,996 m on the ellipsoid, 100,093 m in UTM zone 48N."""
    (found,) = [place for place in places if place["place_id"] == "geonames:1606291"]
    assert (found["name"], found["border_distance_km"]) == ("Si Maha Phot", "99.996")


@pytest.mark.parametrize(
    ("town", "province"),
    [
        ("Battambang", "Battambang"),
        ("Chanthaburi", "Chanthaburi"),
        ("Kabin Buri", "Prachin Buri"),
        ("Kantharalak", "Si Sa Ket"),
        ("Khon Buri", "Nakhon Ratchasima"),
        ("Klaeng", "Rayong"),
        ("Koh Kong", "Koh Kong"),
        ("Nang Rong", "Buri Ram"),
        ("Pailin", "Pailin"),
        ("Paoy Paet", "Banteay Meanchey"),
        ("Samraong", "Oddar Meanchey"),
        ("Sanam Chai Khet", "Chachoengsao"),
        ("Si Sa Ket", "Si Sa Ket"),
        ("Surin", "Surin"),
        ("Aranyaprathet", "Sa Kaeo"),
        ("Bo Thong", "Chon Buri"),
        ("Kralanh", "Siem Reap"),
        ("Tbeng Meanchey", "Preah Vihear"),
        ("Trat", "Trat"),
        ("Veal Veaeng", "Pursat"),
        ("Det Udom", "Ubon Ratchathani"),
    ],
)
def test_a_well_known_town_lies_in_its_province(places, town, province):
    assert {place["adm1"] for place in places if place["name"] == town} == {province}


def test_provinces_are_named_as_in_the_gazetteers_but_for_two_usual_spellings(places, khm, tha):
    usual = {"Otdar Meanchey": "Oddar Meanchey", "Siemreap": "Siem Reap"}
    names = {("KHM", usual.get(row["name"], row["name"])) for row in khm if row["level"] == "adm1"}
    names |= {("THA", row["name"]) for row in tha if row["level"] == "adm1"}
    assert {(place["country"], place["adm1"]) for place in places} <= names


def test_unknown_population_is_empty_not_zero(places):
    assert "0" not in {place["population"] for place in places}
    assert any(place["population"] == "" for place in places)


def test_further_names_are_readable_here(places):
    """Latin ends at U+036F with its accents and goes on at U+1E00; Thai and Khmer have their own blocks."""
    blocks = ((0x20, 0x36F), (0xE00, 0xE7F), (0x1780, 0x17FF), (0x1E00, 0x1EFF))
    letters = {ord(letter) for place in places for letter in place["name_alt"]}
    assert not [hex(code) for code in letters if not any(first <= code <= last for first, last in blocks)]
    poipet = next(place for place in places if place["name"] == "Paoy Paet")
    assert {"Poipet", "ប៉ោយប៉ែត"} <= set(poipet["name_alt"].split(";"))


# ── gazetteers ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_gazetteer_of_cambodia_is_complete(khm):
    assert Counter(row["level"] for row in khm) == {"adm1": 25, "adm2": 210, "adm3": 1661, "adm4": 14576}


def test_the_gazetteer_of_thailand_is_complete(tha):
    assert Counter(row["level"] for row in tha) == {"adm1": 77, "adm2": 928, "adm3": 7436}


def test_villages_of_the_seven_provinces_are_all_there(khm):
    """The list of the NCDD of October 2024 has 2,779 and 3,596: a few were added since."""
    villages = [row["code"][:2] for row in khm if row["level"] == "adm4"]
    assert sum(code in BORDER_SEVEN for code in villages) == 2785
    assert sum(code in AFFECTED_SEVEN for code in villages) == 3602


@pytest.mark.parametrize("country", ["khm", "tha"])
def test_a_parent_is_there_and_one_level_up(country, request):
    rows = request.getfixturevalue(country)
    levels = {row["code"]: row["level"] for row in rows}
    above = {"adm2": "adm1", "adm3": "adm2", "adm4": "adm3"}
    children = [row for row in rows if row["parent_code"]]
    assert all(levels[row["parent_code"]] == above[row["level"]] for row in children)
    assert all(row["code"].startswith(row["parent_code"][:4]) for row in children)  # the district is never in doubt


def test_only_provinces_and_one_missing_commune_leave_no_parent(khm, tha):
    without = [row for row in khm if not row["parent_code"] and row["level"] != "adm1"]
    assert {(row["level"], row["code"][:6]) for row in without} == {("adm4", "120913")}
    assert len(without) == 13
    assert {row["level"] for row in tha if not row["parent_code"]} == {"adm1"}


def test_codes_are_text_of_their_length(khm, tha):
    lengths = {"adm1": 2, "adm2": 4, "adm3": 6, "adm4": 8}
    assert all(len(row["code"]) == lengths[row["level"]] for row in khm + tha)
    assert {row["code"] for row in khm if not row["code"].isdigit()} == {"0506140-"}  # as published


def test_codes_are_unique_but_for_the_known_village_codes(khm, tha):
    twice = {code: n for code, n in Counter(row["code"] for row in khm).items() if n > 1}
    assert (len(twice), sum(twice.values())) == (26, 80)
    assert Counter(code[:4] for code in twice) == {"1411": 11, "0214": 7, "1209": 4, "0812": 3, "0506": 1}
    assert len({row["code"] for row in tha}) == len(tha)


def test_code_and_name_together_are_a_key(khm):
    assert len({(row["code"], row["name"]) for row in khm}) == len(khm)


@pytest.mark.parametrize(
    ("country", "code", "name", "name_local"),
    [
        ("khm", "22", "Otdar Meanchey", "ឧត្ដរមានជ័យ"),
        ("khm", "01", "Banteay Meanchey", "បន្ទាយមានជ័យ"),
        ("tha", "32", "Surin", "สุรินทร์"),
        ("tha", "33", "Si Sa Ket", "ศรีสะเกษ"),
    ],
)
def test_names_stand_in_latin_and_in_the_local_script(country, code, name, name_local, request):
    (row,) = [row for row in request.getfixturevalue(country) if row["code"] == code]
    assert (row["name"], row["name_local"]) == (name, name_local)


# ── land cover ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def landcover():
    with rasterio.open(DATA / "built/landcover.tif", driver="GTiff") as raster:
        yield raster


def test_the_land_cover_is_a_small_cloud_optimized_geotiff(landcover):
    assert landcover.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert (landcover.dtypes, landcover.nodata, landcover.crs.to_epsg()) == (("uint8",), 255, 4326)
    assert landcover.compression.value == "DEFLATE"
    assert (DATA / "built/landcover.tif").stat().st_size < 10_000


def test_the_land_cover_lies_where_it_should(landcover):
    assert landcover.shape == (160, 230)
    assert tuple(landcover.bounds) == pytest.approx((98.0, 9.0, 109.5, 17.0))


def test_the_land_cover_has_the_classes_of_the_product(landcover):
    focus = rasterio.windows.from_bounds(101.5, 10.5, 106.5, 15.5, landcover.transform)
    classes, counts = np.unique(landcover.read(1, window=focus), return_counts=True)
    assert dict(zip(classes.tolist(), counts.tolist(), strict=True)) == {
        0: 1346, 2: 1533, 4: 123, 5: 45, 8: 378, 9: 1540, 10: 922, 11: 92, 12: 3866, 13: 15, 14: 140,
    }  # fmt: skip
    assert landcover.tags()["CLASS_12"] == "Croplands"


@pytest.mark.parametrize(
    ("place", "lon", "lat", "expected"),
    [
        ("Tonle Sap lake", 104.08, 12.87, 0),
        ("Gulf of Thailand", 102.2, 10.9, 0),
        ("Cardamom mountains", 103.3, 12.0, 2),
        ("rice plain of Surin", 103.7, 15.1, 12),
    ],
)
def test_the_land_cover_agrees_with_the_map(landcover, place, lon, lat, expected):
    assert next(landcover.sample([(lon, lat)]))[0] == expected, place
