"""A GeoNames dump, written here line by line: every line is taken, or counted, or named with its fault."""

from __future__ import annotations

import unicodedata
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bordergis as bg
from bordergis import provenance, schema
from bordergis.errors import DataMissingError, SchemaError
from bordergis.readers import door, geonames

NAMES = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S")), min_size=1, max_size=12)
USUAL = {
    "latitude": "14.1", "longitude": "103.5", "feature_class": "P", "feature_code": "PPL", "country_code": "KH", "population": "0",
}  # fmt: skip


def row(number=1, name="Phum Thmei", **cells):
    """One line of a dump; what is not given is as in a usual row."""
    given = dict.fromkeys(geonames.COLUMNS, "") | USUAL | {"geonameid": str(number), "name": name, "asciiname": name} | cells
    return "\t".join(given.values())


@pytest.fixture
def dump(tmp_path):
    """Write a dump of some lines, plain."""

    def write(*lines, name="KH.txt"):
        file = tmp_path / name
        file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return file

    return write


@pytest.fixture
def zipped(tmp_path):
    """Write a zipped dump, with a member of any name."""

    def write(text, member="KH.txt"):
        with zipfile.ZipFile(tmp_path / "KH.zip", "w", zipfile.ZIP_DEFLATED) as folder:
            folder.writestr("readme.txt", "about")
            folder.writestr(member, text)
        return tmp_path / "KH.zip"

    return write


def villages(file):
    return bg.from_geonames(file).layer


def test_a_row_becomes_a_village_with_its_precision_and_source(dump):
    layer = villages(dump(row(1831898, "Anlong Veaeng", alternatenames="Anlong Veng,ភូមិ អន្លង់វែង", population="56927")))
    village = layer.iloc[0]
    assert village["place_id"] == "geonames:1831898"
    assert (village.geometry.x, village.geometry.y) == (103.5, 14.1)
    assert (village["country"], village["population"], village["position_radius_m"]) == ("KHM", 56_927.0, 1_000.0)
    assert village["name_alt"] == "Anlong Veng;ភូមិ អន្លង់វែង"
    schema.VILLAGES.validate(layer)


def test_a_zipped_dump_is_the_plain_one(dump, zipped):
    text = "\n".join([row(1, "A"), row(2, "ភូមិថ្មី")]) + "\n"
    plain, packed = villages(dump(*text.splitlines())), villages(str(zipped(text)))
    assert pd.DataFrame(packed).equals(pd.DataFrame(plain))


@pytest.mark.parametrize("name", ['Ban "Nong" Ya', '"', "O'Smach", "ភូមិ អូរស្មាច់", "บ้านช่องจอม", "null", "=1+1", "x,y;z", "<b>Ban</b>"])
def test_a_name_is_kept_to_the_letter(name, dump):
    assert villages(dump(row(1, name), row(2, "next")))["name"].tolist() == [name, "next"]


@given(names=st.lists(NAMES, min_size=1, max_size=8))
@settings(deadline=None, max_examples=25)
def test_no_name_moves_to_another_row_or_swallows_one(tmp_path_factory, names):
    file = tmp_path_factory.mktemp("dump") / "KH.txt"
    file.write_text("\n".join(row(n, f"Ban {name}") for n, name in enumerate(names)), encoding="utf-8", newline="")
    layer = villages(file)
    assert layer["place_id"].tolist() == [f"geonames:{n}" for n in range(len(names))]
    assert layer["name"].tolist() == [unicodedata.normalize("NFC", f"Ban {name}") for name in names]


def test_only_places_where_people_live_are_kept_and_the_rest_is_counted(dump):
    kinds = [("P", "PPL"), ("P", "PPLA2"), ("P", "PPLQ"), ("P", "PPLH"), ("P", "PPLW"), ("P", "PPLCH"), ("H", "STM"), ("A", "ADM1")]
    checked = bg.from_geonames(dump(*(row(n, feature_class=kind, feature_code=code) for n, (kind, code) in enumerate(kinds))))
    assert checked.layer["place_id"].tolist() == ["geonames:0", "geonames:1"]
    assert "8 features, 2 populated places kept, 6 of other kinds left out." in checked.report.notes
    assert provenance.of(checked.layer).sources == ("geonames",)


def test_a_population_of_zero_means_not_known(dump):
    assert villages(dump(row(1, population="0"), row(2, population="12")))["population"].isna().tolist() == [True, False]


def test_no_other_names_are_missing_not_empty(dump):
    assert villages(dump(row(1), row(2, alternatenames="A")))["name_alt"].isna().tolist() == [True, False]


def test_a_place_of_thailand_says_so(dump):
    assert villages(dump(row(1, country_code="TH")))["country"].tolist() == ["THA"]


def test_a_dump_without_villages_is_an_empty_layer(dump):
    layer = villages(dump(row(1, feature_class="H")))
    assert layer.empty
    assert layer.crs.to_epsg() == 4326


def test_the_villages_go_straight_into_a_situation(dump):
    layer = villages(dump(row(1), row(2, name="B", longitude="104.0")))
    zones = bg.exclusion_zones(bg.load().incidents, as_of="2026-01-14")
    assert len(bg.inaccessible_villages(bg.load(villages=layer).villages, zones=zones).table) == 2


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataMissingError, match=r"There is no file .*KH\.zip"):
        bg.from_geonames(tmp_path / "KH.zip")


def test_a_zip_of_something_else_is_refused_with_what_is_inside(zipped):
    with pytest.raises(SchemaError, match=r"KH\.zip: expected .*kh\.txt.*inside, found readme\.txt, TH\.txt"):
        bg.from_geonames(zipped(row(), member="TH.txt"))


def test_a_zip_that_unpacks_to_too_much_is_refused(zipped, monkeypatch):
    monkeypatch.setattr(door.open_door, "__kwdefaults__", {"formats": None, "limits": door.Limits(unpacked_bytes=1_000_000)})
    with pytest.raises(SchemaError, match=r"KH\.zip: .*more than"):
        bg.from_geonames(zipped("\n".join(row(n) for n in range(20_000))))


def test_a_bomb_is_refused_by_how_much_it_grows(zipped):
    with pytest.raises(SchemaError, match=r"KH\.zip"):
        bg.from_geonames(zipped("0" * 50_000_000))


@pytest.mark.parametrize("line", ["geonameid\tname\tlatitude", "a\tb\tc", row() + "\textra"])
def test_another_number_of_columns_is_refused_with_both_numbers(line, dump):
    with pytest.raises(SchemaError, match=rf"expected the 19 tab-separated columns of a GeoNames dump, found {line.count(chr(9)) + 1} in"):
        bg.from_geonames(dump(line))


@pytest.mark.parametrize(
    "line",
    [
        "cut\tof",
        row(2) + "\textra",
        row(2, latitude="north"),
        row(2, longitude=""),
        row(2, latitude="95"),
        row(2, name=""),
        row(1, "twice"),
    ],
)
def test_a_damaged_line_is_refused_by_its_number_not_dropped(line, dump):
    with pytest.raises(SchemaError, match=r"KH\.txt.*rejected[\s\S]*row [12]"):
        bg.from_geonames(dump(row(1), line, row(3)))


def test_quarantined_lines_are_counted_and_the_rest_is_taken(dump):
    checked = bg.from_geonames(dump(row(1), row(2, latitude="north"), row(3), row(4, feature_class="H")), on_error="quarantine")
    assert checked.layer["place_id"].tolist() == ["geonames:1", "geonames:3"]
    assert (checked.report.rows_in, checked.report.rows_clean + checked.report.rows_flagged, checked.report.rows_rejected) == (3, 2, 1)
    assert len(checked.rejected) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe not text", b"PK\x03\x04 a zip that was cut", b"", b"<html>log in</html>"])
def test_bytes_that_are_no_dump_are_refused(content, tmp_path):
    (tmp_path / "KH.zip").write_bytes(content)
    with pytest.raises(SchemaError, match=r"KH\.zip"):
        bg.from_geonames(tmp_path / "KH.zip")


def test_a_zip_with_a_damaged_member_is_refused(zipped):
    file = zipped("\n".join(row(n) for n in range(500)))
    content = bytearray(file.read_bytes())
    content[content.index(b"KH.txt") + 40] ^= 0xFF
    file.write_bytes(bytes(content))
    with pytest.raises(SchemaError, match=r"KH\.zip"):
        bg.from_geonames(file)


def test_text_with_windows_line_ends_is_read_as_the_same(dump):
    plain, windows = villages(dump(row(1), row(2))), villages(dump(row(1) + "\r", row(2) + "\r", name="W.txt"))
    assert pd.DataFrame(windows).equals(pd.DataFrame(plain))
