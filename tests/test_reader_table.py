"""Tables of every kind become layers; codes keep their zeros, rows their numbers, and what was guessed is said."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pandas as pd
import pytest

from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers.cells import read_cells
from bordergis.readers.checked import FaultsError
from bordergis.readers.table import from_table

HEADER = "place_id,name,lat,lon\n"
GOOD = HEADER + "010203,O Smach,14.43,103.70\n010204,Chub Korki,14.41,103.71\n"


@pytest.fixture
def write(tmp_path):
    def make(content, name="villages.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return make


@pytest.fixture
def workbook(tmp_path):
    def make(*rows, name="villages.xlsx", formats=None, **sheets):
        book = openpyxl.Workbook()
        book.active.title = "Sheet1"
        for row in rows:
            book.active.append(row)
        for cell, number_format in (formats or {}).items():
            book.active[cell].number_format = number_format
        for title, lines in sheets.items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append(line)
        book.save(tmp_path / name)
        return tmp_path / name

    return make


def test_codes_stay_text(write):
    assert from_table(write(GOOD), "villages").layer["place_id"].tolist() == ["010203", "010204"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp874"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_delimiter_and_line_end_gives_the_same_cells(write, encoding, delimiter, line_end):
    rows = [["place_id", "name", "note"], ["010203", "บ้านหนองจาน", "a b"], ["010204", "บ้านโอบก", ""]]
    text = line_end.join(delimiter.join(row) for row in rows) + line_end
    cells = read_cells(write(text.encode(encoding))).cells
    assert cells.to_numpy().tolist() == rows[1:]
    assert list(cells) == rows[0]


def test_rows_keep_the_number_a_spreadsheet_shows(write):
    """Row 2 has a line break in quotes, row 3 is blank, row 4 has a bad position, row 5 none."""
    text = 'place_id,name,lat,lon\na,"Two\nlines",14.4,103.7\n\nb,B,103.7,14.4\nc,C,14.4,103.7\n'
    report = from_table(write(text), "villages").report
    assert report.rows_in == 3
    assert report.faults[["row", "column"]].to_numpy().tolist() == [[4, "position"]]
    assert "1 blank rows were left out." in report.notes


def test_rows_with_too_many_or_too_few_cells_are_named_and_the_others_keep_their_numbers(write, tmp_path):
    text = HEADER + "a,A,14.4,103.7\nb,Ban, the second,14.4,103.7\nc,C\nd,D,14.4,103.7\nd,D,14.4,103.7\n"
    with pytest.raises(FaultsError) as found:
        from_table(write(text), "villages")
    faults = found.value.report.faults.query("severity == 'rejected'")
    assert [3, "row"] in faults[["row", "column"]].to_numpy().tolist()
    assert [4, "row"] in faults[["row", "column"]].to_numpy().tolist()
    assert [6, "place_id"] in faults[["row", "column"]].to_numpy().tolist()
    read = from_table(write(text), "villages", on_error="quarantine")
    assert read.layer["place_id"].tolist() == ["a", "d"]
    assert read.rejected["row"].tolist() == [3, 4, 6]
    assert (tmp_path / "villages.csv.rejected.csv").exists()
    assert read.report.rows_in == read.report.rows_clean + read.report.rows_flagged + read.report.rows_rejected == 5


def test_delimiters_at_the_end_of_every_row_are_no_fault(write):
    read = from_table(write(HEADER + "a,A,14.43,103.70,,\nb,B,14.43,103.70,,\n"), "villages")
    assert read.report.rows_clean == 2
    assert any("2 rows end with more delimiters" in note for note in read.report.notes)


@pytest.mark.parametrize("row", ['a,"A,14.4,103.7\nb,B,14.4,103.7\n', 'a,"Ban "Nong" x",14.4,103.7\n'])
def test_quotes_that_make_rows_uncertain_are_refused_with_their_line(write, row):
    with pytest.raises(SchemaError, match=r"quotes .* line 2"):
        read_cells(write(HEADER + row))


def test_inches_in_plain_text_are_no_quotes(write):
    assert read_cells(write('a,b\npipe 5"x2,1\n')).cells["a"].tolist() == ['pipe 5"x2']


def test_title_rows_the_hint_of_excel_and_doubled_names_are_dealt_with_and_said(write):
    read = read_cells(write("sep=;\nVillages of the district;;\n;;\ncode;name;name\n01;A;B\n"))
    assert read.cells.to_dict("records") == [{"code": "01", "name": "A", "name (2)": "B"}]
    assert read.first_row == 4
    assert any("Rows 1 to 2" in note for note in read.notes)


def test_a_table_without_names_is_refused(write):
    with pytest.raises(SchemaError, match="should name the columns"):
        read_cells(write("103.7,14.4,5\n103.8,14.5,6\n"))


def test_a_mapping_is_followed_and_guesses_are_said(write):
    text = "ชื่อหมู่บ้าน,MGRS,ភូមិ\nบ้านหนองจาน,WA 220 861,ភូមិ\n"
    columns = {"name": "ชื่อหมู่บ้าน", "position": "MGRS"}
    read = from_table(write(text), "villages", columns=columns, number_rows=True)
    row = read.layer.iloc[0]
    assert (row["place_id"], row["name"], row["name_km"], row["coord_cell_m"]) == ("villages:2", "บ้านหนองจาน", "ភូមិ", 100.0)
    assert any("'ភូមិ' was read as name_km" in note for note in read.report.notes)


@pytest.mark.parametrize(
    ("columns", "told"), [({"nmae": "name"}, "has no column 'nmae'"), ({"name": "title"}, "The file has no column 'title'")]
)
def test_a_mapping_that_cannot_be_is_refused(write, columns, told):
    with pytest.raises(SchemaError, match=told):
        from_table(write(GOOD), "villages", columns=columns)


def test_hxl_tags_say_what_a_column_is(write):
    text = "Kode,Nom,A,B\n#loc+code,#loc+name,#geo+lat,#geo+lon\n010203,O Smach,14.4312,103.7012\n"
    read = from_table(write(text), "places")
    assert read.layer[["place_id", "name"]].to_numpy().tolist() == [["010203", "O Smach"]]
    assert read.report.rows_in == read.report.rows_clean == 1


def test_columns_no_contract_knows_are_carried(write):
    layer = from_table(
        write("place_id,name,well depth,geometry\na,A,12 m,x\n"), "villages", on_error="quarantine", columns={"name": "name"}
    )
    assert layer.layer["well depth"].tolist() == ["12 m"]


def test_shapes_as_text_are_read_and_broken_ones_are_faults(write):
    text = 'area_id,name,valid_from,wkt\na,A,2025-01-01,"POLYGON ((103 14, 104 14, 104 15, 103 14))"\nb,B,2025-01-01,POLYGON ((103\n'
    read = from_table(write(text), "designated_areas", on_error="quarantine")
    assert read.layer.geometry.iloc[0].area == pytest.approx(0.5)
    assert "is not a shape" in read.report.faults["rule"].tolist()


def test_a_located_layer_without_position_is_refused(write):
    with pytest.raises(SchemaError, match="no column says where"):
        from_table(write("checkpoint_id,name,status\na,A,open\n"), "checkpoints")


def test_an_unknown_kind_lists_the_known_ones(write):
    with pytest.raises(UnknownNameError, match="villages"):
        from_table(write(GOOD), "hamlets")


def test_hostile_text_is_only_carried(write):
    nasty = "{{ 7*7 }}<img src=x onerror=alert(1)>=cmd|' /C calc'!A0"
    layer = from_table(write(HEADER + f'a,"{nasty}",14.4,103.7\n'), "villages").layer
    assert layer["name"].tolist() == [nasty]


def test_only_column_names_give_an_empty_layer(write):
    read = from_table(write(HEADER), "villages")
    assert (read.report.rows_in, len(read.layer)) == (0, 0)


def test_a_zip_with_one_csv_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("export/villages.csv", GOOD)
    assert len(from_table(tmp_path / "a.zip", "villages").layer) == 2


# --- spreadsheets ---


def test_a_workbook_gives_what_it_shows(workbook):
    """A code formatted 000000, a whole float, a date, a moment, a truth."""
    file = workbook(
        ["place_id", "name", "n", "day", "moment", "seen"],
        [10203, "O Smach", 3.0, dt.date(2025, 7, 24), dt.datetime(2025, 7, 24, 13, 5), True],  # noqa: DTZ001
        formats={"A2": "000000"},
    )
    assert read_cells(file).cells.to_numpy().tolist() == [["010203", "O Smach", "3", "2025-07-24", "2025-07-24 13:05:00", "true"]]


def test_errors_and_formulas_without_value_are_faults(workbook):
    file = workbook(["place_id", "name", "adm1"], ["a", "A", "#REF!"], ["b", "=A2", "Surin"])
    with pytest.raises(FaultsError) as found:
        from_table(file, "villages")
    faults = found.value.report.faults
    assert ["is a formula without a stored value", "rejected"] in faults[["rule", "severity"]].to_numpy().tolist()
    assert ["is an error of the spreadsheet", "flagged"] in faults[["rule", "severity"]].to_numpy().tolist()


def test_several_sheets_are_a_question(workbook):
    file = workbook(["place_id", "name"], ["a", "A"], Other=[["place_id", "name"], ["b", "B"]])
    with pytest.raises(SchemaError, match="'Sheet1', 'Other'"):
        from_table(file, "villages")
    assert from_table(file, "villages", sheet="Other").layer["place_id"].tolist() == ["b"]
    with pytest.raises(SchemaError, match="no sheet 'Third'"):
        from_table(file, "villages", sheet="Third")


def test_merged_cells_are_said(workbook, tmp_path):
    file = workbook(["place_id", "name"], ["a", "A"], ["b", "B"])
    book = openpyxl.load_workbook(file)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "merged.xlsx")
    assert any("merged cells" in note for note in read_cells(tmp_path / "merged.xlsx").notes)


def ods(file, table):
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="Sheet1">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("content.xml", content)
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return file


def row(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def text(value, repeated=1):
    kind = 'office:value-type="string"'
    return f'<table:table-cell {kind} table:number-columns-repeated="{repeated}"><text:p>{value}</text:p></table:table-cell>'


def test_an_opendocument_sheet_gives_what_it_shows(tmp_path):
    """A code shown with its zero, a float, a date, spans and a comment; then rows of nothing to the end of the sheet."""
    table = row(text("place_id"), text("name"), text("population"), text("day"))
    table += row(
        '<table:table-cell office:value-type="float" office:value="10203"><text:p>010203</text:p></table:table-cell>',
        '<table:table-cell office:value-type="string"><office:annotation><text:p>no value</text:p></office:annotation>'
        "<text:p>O<text:s/><text:span>Smach</text:span></text:p></table:table-cell>",
        '<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,5</text:p></table:table-cell>',
        '<table:table-cell office:value-type="date" office:date-value="2025-07-24"><text:p>24/07/68</text:p></table:table-cell>',
    )
    table += row('<table:table-cell table:number-columns-repeated="16384"/>', repeated=1_048_574)
    cells = read_cells(ods(tmp_path / "a.ods", table)).cells
    assert cells.to_numpy().tolist() == [["010203", "O Smach", "12.5", "2025-07-24"]]


@pytest.mark.parametrize("bomb", [row(text("x", 10**9)), row(text("x"), repeated=10**9), row(text("x", 16_000), repeated=1_000_000)])
def test_a_sheet_that_repeats_itself_without_end_is_refused(tmp_path, bomb):
    with pytest.raises(SchemaError, match="more than the limit"):
        read_cells(ods(tmp_path / "a.ods", row(text("a"), text("b")) + bomb))


# --- Parquet ---


def test_parquet_keeps_its_types(tmp_path):
    table = pd.DataFrame(
        {"place_id": ["a", "b"], "name": ["A", "B"], "village_code": [10203.0, None], "population": [5, 6], "lon": [103.701, 103.7],
         "lat": [14.401, 14.4]}
    )  # fmt: skip
    table.to_parquet(tmp_path / "a.parquet")
    layer = from_table(tmp_path / "a.parquet", "villages").layer
    assert layer["village_code"].iloc[0] == "10203"
    assert layer["population"].tolist() == [5.0, 6.0]
    assert layer.geometry.x.tolist() == [103.701, 103.7]
