"""A cell is a position, a fault or missing; never a silent wrong value."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal

import mgrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Proj

from bordergis.errors import SchemaError
from bordergis.readers.coordinates import AREA, FORMS, parse_coordinates, parse_position

LAW = settings(deadline=None)
FUZZ = settings(max_examples=210, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEAST, MOST = 12, 14
"""Four fuzz tests of 210 columns of at least 12 cells make the 10,000 cases of each parser."""

GEOD = Geod(ellps="WGS84")
NAN = float("nan")
WEST, SOUTH, EAST, NORTH = AREA
LON, LAT = st.floats(WEST, EAST), st.floats(SOUTH, NORTH)


def read(text, **options):
    return parse_position(pd.Series([text], dtype="object"), **options).iloc[0]


def pair(lon, lat, **options):
    return parse_coordinates(pd.Series([lon], dtype="object"), pd.Series([lat], dtype="object"), **options).iloc[0]


def utm(lon, lat, zone):
    return Proj(proj="utm", zone=zone, ellps="WGS84")(lon, lat)


def dms(degrees, letters):
    seconds = round(abs(degrees) * 3600)
    return f"{seconds // 3600}°{seconds // 60 % 60:02d}'{seconds % 60:02d}\"{letters[degrees < 0]}"


def require_sound(table):
    """What holds for every answer, whatever the cells were."""
    placed, missing, faulty = table["lon"].notna(), table["form"] == "missing", table["fault"].notna()
    assert (placed.astype(int) + missing.astype(int) + faulty.astype(int) == 1).all()
    assert table["lat"].notna().equals(placed)
    assert table["lon"][placed].between(-180, 180).all()
    assert table["lat"][placed].between(-90, 90).all()
    assert table["form"][~faulty].isin(FORMS).all()
    assert table["form"][faulty].isna().all()
    assert table["flag"][faulty].isna().all()
    assert (table["cell_m"].notna() == placed).all()
    assert np.allclose(table["radius_m"][placed], table["cell_m"][placed] / math.sqrt(2))
    assert (table["cell_m"][placed] > 0).all()
    inside = table["lon"].between(WEST, EAST) & table["lat"].between(SOUTH, NORTH)
    assert table["flag"][placed & ~inside].str.contains("outside the area").all()
    assert table["flag"][table["form"] == "partial mgrs"].str.contains("inferred from the area").all()


# --- the rows of the reference, and positions worked out by hand ---


@pytest.mark.parametrize(
    ("text", "lon", "lat", "form", "cell_m"),
    [
        ("MGRS:WA 220 861", 105.204495, 14.347334, "partial mgrs", 100),
        ("MGRS:VA 950911", 104.954084, 14.392626, "partial mgrs", 100),
        ("MGRS:48PTA 55148 28943", 102.734944, 13.819707, "mgrs", 1),
        ("MGRS:48PTA 55099 28917", 102.734494, 13.819468, "mgrs", 1),
        ("MGRS:48PTA 55209 29042", 102.735500, 13.820607, "mgrs", 1),
        ("MGRS:48PTA 55208 29044", 102.735490, 13.820625, "mgrs", 1),
    ],
)
def test_the_grid_references_of_the_incidents_are_the_centres_of_their_cells(text, lon, lat, form, cell_m):
    got = read(text)
    assert (got["form"], got["cell_m"]) == (form, cell_m)
    assert GEOD.inv(got["lon"], got["lat"], lon, lat)[2] < 0.1


def test_the_cell_of_a_grid_reference_is_centred_whatever_its_size():
    for digits, cell_m in (("2 8", 10_000), ("22 86", 1_000), ("220 861", 100), ("2205 8615", 10), ("22050 86150", 1)):
        got = read(f"48PWA {digits}")
        east, north = utm(got["lon"], got["lat"], 48)
        assert got["cell_m"] == cell_m
        assert (east % cell_m, north % cell_m) == (pytest.approx(cell_m / 2, abs=1e-3), pytest.approx(cell_m / 2, abs=1e-3))


@pytest.mark.parametrize(
    "text", ["WA 220 861", "WA220861", "wa 220 861", "MGRS WA 220861", "48PWA220861", "48P WA 220 861", "48 P WA 220861"]
)
def test_a_grid_reference_may_be_spaced_and_prefixed_in_any_way(text):
    assert (read(text)["lon"], read(text)["lat"]) == (pytest.approx(105.2044946), pytest.approx(14.3473338))


@pytest.mark.parametrize(
    "text",
    ["48P 522050 1586150", "48N 522050mE 1586150mN", "UTM 48P 522050 1586150", "UTM zone 48N E 522050, N 1586150", "48P 522,050 1,586,150"],
)
def test_utm_is_read_as_the_projection_says(text):
    got = read(text)
    assert utm(got["lon"], got["lat"], 48) == (pytest.approx(522050, abs=1e-3), pytest.approx(1586150, abs=1e-3))
    assert (got["form"], got["cell_m"]) == ("utm", 1)
    assert pd.isna(got["flag"]) == ("," not in text or "UTM" in text)


@pytest.mark.parametrize(
    ("text", "cell_m"),
    [
        ("14°23'N 104°41'E", 1855),
        ("14°23\u2032 N, 104°41\u2032 E", 1855),
        ("104°41'E 14°23'N", 1855),
        ("N14°23' E104°41'", 1855),
        ("14 23 00 N 104 41 00 E", 31),
        ("14°23'00\"N 104°41'00\"E", 31),
        ("14°23'00''N; 104°41'00''E", 31),
        ("14:23:00N / 104:41:00E", 31),
        ("14-23-00N 104-41-00E", 31),
        ("14d23m00sN 104d41m00sE", 31),
        ("14 deg 23 min 00 sec N 104 deg 41 min 00 sec E", 31),
        ("14°23.000'N 104°41.000'E", 1.9),
        ("១៤°២៣'N ១០៤°៤១'E", 1855),
        ("๑๔°๒๓'N ๑๐๔°๔๑'E", 1855),
        ("១៤\u200b°២៣\u200b'N ១០\u200b៤°៤១'E", 1855),
        ("\ufeff14°23'N\u200b 104°41'E", 1855),
    ],
)
def test_degrees_and_minutes_are_read_however_they_are_marked(text, cell_m):
    got = read(text)
    assert (got["lon"], got["lat"]) == (pytest.approx(104 + 41 / 60), pytest.approx(14 + 23 / 60))
    assert (got["form"], got["cell_m"]) == ("dms", pytest.approx(cell_m, rel=0.03))
    assert pd.isna(got["flag"])


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("14.3833, 104.6833", NAN),
        ("14.3833 104.6833", NAN),
        ("+14.3833;+104.6833", NAN),
        ("14.3833N 104.6833E", NAN),
        ("E104.6833 N14.3833", NAN),
        ("lat=14.3833, lon=104.6833", NAN),
        ("Longitude: 104.6833 Latitude: 14.3833", NAN),
        ("Lat 14.3833 N Lon 104.6833 E", NAN),
        ("เหนือ 14.3833 ตะวันออก 104.6833", NAN),
        ("๑๔.๓๘๓๓, ๑๐๔.๖๘๓๓", NAN),
        ("14,3833; 104,6833", "decimal comma read"),
        ("14,3833 104,6833", "decimal comma read"),
        ("14,3833, 104,6833", "decimal comma read"),
    ],
)
def test_decimal_pairs_are_latitude_then_longitude_unless_they_say_otherwise(text, flag):
    got = read(text)
    assert (got["lon"], got["lat"], got["form"]) == (104.6833, 14.3833, "decimal")
    assert got["cell_m"] == pytest.approx(11.13, abs=0.01)
    assert got["flag"] is flag or got["flag"] == flag or (pd.isna(flag) and pd.isna(got["flag"]))


def test_degrees_without_letters_are_read_and_flagged():
    got = read("14 23 00 104 41 00")
    assert (got["lon"], got["lat"]) == (pytest.approx(104 + 41 / 60), pytest.approx(14 + 23 / 60))
    assert got["flag"] == "no N or E: read as north and east unless a minus says otherwise; read as latitude, longitude"


def test_two_columns_may_hold_numbers_commas_and_degrees():
    lon = pd.Series([104.6833, "104.6833", "104,6833", "104°41'E", "104.6833 E"], dtype="object")
    lat = pd.Series([14.3833, " 14.3833 ", "14,3833", "14 23 00 N", "14.3833"], dtype="object")
    got = parse_coordinates(lon, lat)
    assert np.allclose(got["lon"], 104.6833, atol=1e-4)
    assert np.allclose(got["lat"], 14.3833, atol=1e-4)
    assert got["form"].tolist() == ["decimal", "decimal", "decimal", "dms", "decimal"]
    assert got["flag"].fillna("").tolist() == ["", "", "decimal comma read", "", ""]


@pytest.mark.parametrize("kind", ["float64", "float32", "Float64", "object", "str"])
def test_every_kind_of_column_of_numbers_is_read(kind):
    got = parse_coordinates(pd.Series([104.5, None]).astype(kind), pd.Series([14.25, None]).astype(kind))
    assert got["lon"].tolist()[:1] == [104.5]
    assert got["form"].tolist() == ["decimal", "missing"]


@pytest.mark.parametrize(
    ("lon", "lat", "cell_m", "flag"),
    [
        ("104.5", "14.3", 11_132, NAN),
        ("104.50000", "14.30000", 1.1132, NAN),
        ("104.683312", "14.3833", 0.11132, NAN),
        ("104.683312", "14.383", 111.32, "cell taken from the number with fewer decimals"),
    ],
)
def test_the_cell_is_one_unit_of_the_last_digit(lon, lat, cell_m, flag):
    got = pair(lon, lat)
    assert got["cell_m"] == pytest.approx(cell_m)
    assert (pd.isna(got["flag"]) and pd.isna(flag)) or got["flag"] == flag


# --- refusals ---


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(14.3833, 104.6833), ("14.3833", "104.6833"), ("14,3833", "104,6833"), ("14°23'N", "104°41'E"), ("14.3833N", "104.6833")],
)
def test_a_swapped_pair_is_a_fault_that_gives_the_remedy_and_is_never_put_right(lon, lat):
    got = pair(lon, lat)
    assert math.isnan(got["lon"])
    assert re.match(r"latitude and longitude look swapped; write lon=104.*, lat=14", got["fault"])


def test_a_pair_of_text_in_the_other_order_is_a_fault_whose_remedy_works():
    fault = read("104.6833, 14.3833")["fault"]
    assert fault == "latitude and longitude look swapped; write lon=104.6833, lat=14.3833"
    remedy = read(fault.split("write ")[1])
    assert (remedy["lon"], remedy["lat"]) == (104.6833, 14.3833)


@pytest.mark.parametrize("text", ["", " ", "n/a", "-", "NaN", "nan", None, NAN, pd.NA, "null", "\u200b"])
def test_words_for_nothing_are_missing(text):
    assert read(text)["form"] == pair(text, text)["form"] == "missing"


def test_null_island_is_missing_and_said():
    for got in (read("0, 0"), read("0.0, 0.0"), pair(0, 0), pair("0", "0.0")):
        assert (got["form"], got["flag"]) == ("missing", "0, 0 read as missing")


@pytest.mark.parametrize(
    ("lon", "lat", "fault"),
    [(104, None, "latitude is missing"), ("n/a", "14.5", "longitude is missing"), ("", "14°23'N", "longitude is missing")],
)
def test_half_a_pair_is_a_fault(lon, lat, fault):
    assert fault in pair(lon, lat)["fault"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello", "is not a position; write"),
        ("14.3833", "not a pair"),
        ("14 23 00 N", "not a pair"),
        ("14,104", "not a pair"),
        ("14,3833,104,6833", "commas for decimals and between"),
        ("14,38,104,68", "commas for decimals and between"),
        ("14,3833,104.5", "commas for decimals and between"),
        ("95.0, 200.0", "are not degrees"),
        ("1586150 522050", "are not degrees; if they are metres"),
        ("inf, inf", "is not a position"),
        ("14°61'N 104°41'E", "60 or more"),
        ("14°23'60\"N 104°41'00\"E", "60 or more"),
        ("14.5 23 N 104 41 E", "decimals before the last number"),
        ("14'23°N 104°41'E", "out of order"),
        ("14°23'N 104°41'N", "same letter twice"),
        ("lat 14.3, lat 15.2", "same letter twice"),
        ("lat 14.3 E, lon 104.2", "says both"),
        ("-14.3N 104.6E", "is not a latitude and longitude"),
        ("14-23- 104-41-", "is not|breaks off"),
        ("14.3833-104.6833", "breaks off|not a"),
        ("14.3; 104.6; 12", "not a pair"),
        ("x" * 500, "a text of 500 characters"),
        ("48P 1586150 522050", "easting and northing look swapped; write 48P 522050 1586150"),
        ("48Q 522050 1586150", "has no place in 48Q"),
        ("61P 522050 1586150", "61P is not a UTM zone"),
        ("48I 522050 1586150", "48I is not a UTM zone"),
        ("48P 52205 1586150", "has no place in 48P"),
        ("48PTA 55148 2894", "as many digits"),
        ("48PTA 5514828943123", "as many digits"),
        ("WA 1 2 3 4", "as many digits"),
        ("48PIA 11 11", "square IA is not in a grid zone 48P"),
        ("61PWA 11 11", "square WA is not in a grid zone 61P"),
        ("WZ 11 11", r"in none of its grid zones \(47P, 48P\)"),
        ("QD 11 11", "in none of its grid zones"),
        ("48PTA", "is not a position"),
    ],
)
def test_what_cannot_be_read_is_a_fault_with_a_remedy(text, fault):
    got = read(text)
    assert re.search(fault, got["fault"]), got
    assert math.isnan(got["lon"])


def test_a_partial_reference_that_fits_two_zones_is_a_fault_naming_them():
    wide = (101.0, 10.0, 144.0, 16.0)  # the letters of the squares repeat every six zones
    assert "in several grid zones (48P, 54P)" in read("WA 220 861", area=wide)["fault"]


def test_an_area_beside_its_zone_names_that_zone():
    assert read("WA 220 861", area=(138.0, 10.0, 144.0, 16.0))["flag"] == "grid zone 54P inferred from the area"


def test_a_place_elsewhere_is_kept_and_flagged():
    assert read("40.7, -74.0")[["lon", "lat", "flag"]].tolist() == [-74.0, 40.7, "outside the area"]
    assert pair(100.5, 13.75)["flag"] == "outside the area"
    assert read("47N 665000 1520000")["flag"] == "outside the area"
    assert read("32VKM 1 1")["flag"] == "outside the area"


def test_a_grid_reference_beyond_its_zone_is_kept_and_flagged():
    assert read("47N 1000000 1586150")["flag"] == "lies outside its zone 47"
    assert read("48QWC 11 11")["flag"] == "lies outside its grid zone 48Q"


def test_the_letter_s_is_a_band_or_a_hemisphere_and_never_a_guess():
    assert read("48S 522050 1586150")["lat"] < 0
    assert "write the band of latitude" in read("48S 522050 4000000")["fault"]
    assert read("48S 522050 4000000", area=(100.0, 30.0, 110.0, 40.0))["lat"] > 0


def test_both_orders_inside_a_user_s_area_are_flagged():
    assert "the other order lies in the area too" in read("14.5, 15.5", area=(10.0, 10.0, 20.0, 20.0))["flag"]
    assert pd.isna(read("14.5N 15.5E", area=(10.0, 10.0, 20.0, 20.0))["flag"])


@pytest.mark.parametrize("area", [(107, 10, 101, 16), (101, 16, 107, 10), (101, 10, 500, 16), (NAN, 10, 107, 16)])
def test_an_area_that_is_no_box_of_degrees_is_refused(area):
    with pytest.raises(SchemaError, match="west, south, east, north"):
        read("14.5, 104.5", area=area)
    with pytest.raises(SchemaError, match="west, south, east, north"):
        pair(104.5, 14.5, area=area)


def test_columns_of_two_tables_are_refused():
    with pytest.raises(SchemaError, match="not on the same index"):
        parse_coordinates(pd.Series([1.0]), pd.Series([1.0], index=["a"]))


# --- laws ---


@LAW
@given(st.lists(st.sampled_from(["14.5, 104.5", "WA 220 861", "x", "", "104.5, 14.5", "14,5; 104,5"]), max_size=8), st.randoms())
def test_a_row_does_not_depend_on_the_others_and_nothing_is_changed(texts, random):
    cells = pd.Series(texts, index=[i % 3 for i in range(len(texts))], dtype="str")
    before = cells.copy()
    whole = parse_position(cells)
    order = random.sample(range(len(texts)), len(texts))
    assert whole.iloc[order].equals(parse_position(cells.iloc[order]))
    assert whole.index.equals(cells.index)
    assert cells.equals(before)


@LAW
@given(LON, LAT, st.integers(2, 7))
def test_decimals_come_back(lon, lat, places):
    lon, lat = f"{lon:.{places}f}", f"{lat:.{places}f}"
    for got in (
        pair(lon, lat),
        read(f"{lat}, {lon}"),
        read(f"{lat.replace('.', ',')}; {lon.replace('.', ',')}"),
        pair(float(lon), float(lat)),
    ):
        assert (got["lon"], got["lat"]) == (float(lon), float(lat))


@LAW
@given(st.floats(-179, 179), st.floats(-89, 89))
def test_degrees_minutes_seconds_come_back_to_half_a_second(lon, lat):
    assume(abs(lon) > 0.001 or abs(lat) > 0.001)
    got = read(f"{dms(lat, 'NS')} {dms(lon, 'EW')}")
    assert (got["lon"], got["lat"]) == (pytest.approx(lon, abs=0.5001 / 3600), pytest.approx(lat, abs=0.5001 / 3600))
    again = pair(dms(lon, "EW"), dms(lat, "NS"))
    assert (again["lon"], again["lat"]) == (got["lon"], got["lat"])


@LAW
@given(LON, LAT)
def test_utm_comes_back_to_half_a_metre(lon, lat):
    zone = 47 if lon < 102 else 48
    east, north = utm(lon, lat, zone)
    got = read(f"{zone}P {east:.0f} {north:.0f}")
    assert GEOD.inv(lon, lat, got["lon"], got["lat"])[2] <= math.sqrt(0.5) + 1e-3


@LAW
@given(st.floats(WEST + 0.01, EAST - 0.01), st.floats(SOUTH + 0.01, NORTH - 0.01), st.integers(3, 5))
def test_the_place_lies_within_the_radius_of_its_grid_cell(lon, lat, digits):
    full = mgrs.MGRS().toMGRS(lat, lon, MGRSPrecision=digits)
    for text, form in ((full, "mgrs"), (full[3:], "partial mgrs")):
        got = read(text)
        if form == "partial mgrs" and pd.notna(got["fault"]):  # the middle of a cell cut by the edge of its zone lies in the next
            assert abs(lon - 102) < 0.002
            continue
        assert got["form"] == form
        assert GEOD.inv(lon, lat, got["lon"], got["lat"])[2] <= got["radius_m"] * 1.001


# --- fuzz: 10,000 cases a parser ---

ANY_CHARACTER = st.characters(exclude_categories=())
DRAWN = "0123456789 .,;:°'\"NSEWnsewPTAVWQmD-+/=๑๔១៤\u200b\u00a0\u2032\u2033latonMGRSUTM"
GOOD = [
    "14.3833, 104.6833", "14°23'N 104°41'E", "14 23 00 N 104 41 00 E", "48P 522050 1586150", "48PTA 55148 28943", "WA 220 861",
    "14,3833; 104,6833", "lat=14.3833, lon=104.6833", "48N 522050mE 1586150mN", "0, 0", "n/a",
]  # fmt: skip
OBJECTS = st.one_of(
    st.none(), st.floats(), st.integers(), st.booleans(), st.binary(max_size=8), st.complex_numbers(), st.just(pd.NA), st.just(pd.NaT),
    st.decimals(), st.datetimes(), st.lists(st.integers(), max_size=2), st.tuples(st.floats(), st.floats()),
    st.sampled_from([Decimal("14.5"), np.float64(104.5), np.int64(14), dt.date(2025, 1, 1), object, {}]),
)  # fmt: skip


@st.composite
def spoilt(draw):
    """A good text with a few characters taken out, put in or changed."""
    text = list(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 2))] = draw(st.text(DRAWN, max_size=2))
    return "".join(text)


CELLS = [st.text(ANY_CHARACTER, max_size=30), st.text(DRAWN, max_size=30), spoilt(), OBJECTS]


def texts_of(cells):
    return [str(cell) for cell in cells]


@pytest.mark.parametrize("cells", CELLS, ids=["any", "drawn", "spoilt", "objects"])
def test_fuzz_one_column(cells):
    @FUZZ
    @given(st.lists(cells, min_size=LEAST, max_size=MOST))
    def fuzz(values):
        table = parse_position(pd.Series(values, dtype="object"))
        require_sound(table)
        for text, row in zip(texts_of(values), table.itertuples(), strict=True):
            if row.form == "decimal" and re.search(r"[0-9],[0-9]", text) and "." not in text:
                assert "comma" in row.flag

    fuzz()


@pytest.mark.parametrize("cells", CELLS, ids=["any", "drawn", "spoilt", "objects"])
def test_fuzz_two_columns(cells):
    part = cells | st.sampled_from(["104.6833", "14.3833", "104°41'E", "14°23'N", ""])

    @FUZZ
    @example([("104.6833", "14.3833"), ("14.3833", "104.6833"), ("inf", "nan")])
    @given(st.lists(st.tuples(part, part), min_size=LEAST, max_size=MOST))
    def fuzz(values):
        lon, lat = (pd.Series(list(column), dtype="object") for column in zip(*values, strict=True))
        table = parse_coordinates(lon, lat)
        require_sound(table)
        for (east, north), row in zip(values, table.itertuples(), strict=True):
            if row.form == "decimal" and re.fullmatch(r"[0-9]+\.[0-9]+", str(east)) and re.fullmatch(r"[0-9]+\.[0-9]+", str(north)):
                assert (row.lon, row.lat) == (float(east), float(north))

    fuzz()
