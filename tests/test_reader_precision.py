"""What a code of precision means is a table that everyone can read and replace; a coarse position never has a point."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

from bordergis import provenance, schema
from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers.assemble import Raw
from bordergis.readers.checked import Checked, Report
from bordergis.readers.columns import carried, filled_from, named, remark, with_remarks
from bordergis.readers.precision import date_precision, fine_points_only, position_precision, precision_table


def test_every_assumption_says_what_it_rests_on():
    table = precision_table()
    assert (table["basis"].str.len() > 15).all()
    assert table.loc[~table["stated"] & table["radius_m"].notna(), "basis"].str.startswith("our assumption").all()
    assert not table.duplicated(["scheme", "code"]).any()


def test_a_class_has_a_radius_exactly_if_it_has_a_point():
    table = precision_table()
    assert set(table["position_class"]) <= {*schema.POSITION_CLASSES, ""}
    fine = table["position_class"].isin(schema.POSITIONED)
    assert (table["radius_m"].notna() == fine).all()


def test_a_higher_code_is_never_finer():
    """ACLED 1-3, UCDP 1-7: the order of the classes follows the order of the codes."""
    rank = {name: n for n, name in enumerate(schema.POSITION_CLASSES)}
    for scheme in ("acled.geo_precision", "ucdp_ged.where_prec"):
        table = precision_table()
        assert table.loc[table["scheme"] == scheme, "position_class"].map(rank).is_monotonic_increasing
    for scheme in ("acled.time_precision", "ucdp_ged.date_prec"):
        table = precision_table("date")
        assert table.loc[table["scheme"] == scheme, "date_precision"].is_monotonic_increasing


def test_codes_are_mapped_on_their_own_index_and_unknown_ones_are_unlocatable():
    codes = pd.Series(["1", "x", None], index=[7, 8, 9])
    mapped = position_precision(codes, "acled.geo_precision")
    assert mapped["position_class"].to_dict() == {7: "place", 8: "unlocatable", 9: "unlocatable"}
    assert mapped["position_radius_m"].isna().to_dict() == {7: False, 8: True, 9: True}
    assert date_precision(codes, "ucdp_ged.date_prec").isna().to_list() == [False, True, True]


def test_tables_and_schemes_that_do_not_exist_are_refused():
    with pytest.raises(UnknownNameError, match="known: position, date"):
        precision_table("time")
    with pytest.raises(SchemaError, match=r"does not speak of gdelt; it has acled\.geo_precision"):
        position_precision(pd.Series(["1"]), "gdelt")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(columns="radius_m"), "lacks radius_m"),
        (lambda table: table.assign(position_class="somewhere"), "classes somewhere"),
        (lambda table: table.assign(radius_m=np.inf), "codes without a radius: 1, 2"),
        (lambda table: table.assign(radius_m=-1.0), "codes without a radius: 1, 2"),
    ],
)
def test_a_table_of_ones_own_must_be_whole(change, words):
    with pytest.raises(SchemaError, match=words):
        position_precision(pd.Series(["1"]), "acled.geo_precision", change(precision_table()))


@pytest.fixture
def read():
    """Three rows: a fine one, a coarse one with a point, a fine class without one."""
    layer = gpd.GeoDataFrame(
        {"position_class": ["place", "province", "exact"], "position_radius_m": [3_000.0, np.nan, 500.0]},
        geometry=[Point(103, 14), Point(104, 14), None], crs=4326,
    )  # fmt: skip
    report = Report("a.csv", "csv", "incidents", 3, 3, 0, 0, pd.DataFrame())
    return Checked(provenance.attach(layer, provenance.Provenance(("acled",))), report, pd.DataFrame())


def test_coarse_rows_lose_the_point_and_pointless_rows_their_class(read):
    before = read.layer.copy()
    cleared = fine_points_only(read)
    assert cleared.layer.geometry.notna().to_list() == [True, False, False]
    assert cleared.layer["position_class"].to_list() == ["place", "province", "unlocatable"]
    assert cleared.layer["position_radius_m"].notna().to_list() == [True, False, False]
    assert cleared.report.notes == (
        "1 of 3 rows are known only coarsely (province 1); kept without a point.",
        "1 of 3 rows have no coordinates that could be read; kept as unlocatable.",
    )
    assert provenance.of(cleared.layer).sources == ("acled",)
    assert read.layer.equals(before)


def test_doing_it_twice_changes_nothing_more(read):
    once = fine_points_only(read)
    assert fine_points_only(once).layer.equals(once.layer)


def test_headings_that_become_one_are_refused():
    with pytest.raises(SchemaError, match="Two columns are called event_date"):
        named(pd.DataFrame(columns=["Event Date", "event_date"]))


def test_the_first_filled_column_counts_and_blanks_are_missing():
    cells = pd.DataFrame({"a": [" ", "x"], "b": ["", "y"]}, dtype="str")
    assert filled_from(cells, ["a", "b"]).fillna("-").to_list() == ["-", "x"]


def test_a_carried_column_never_takes_the_name_of_another_meaning():
    cells = pd.DataFrame({"confidence": ["a"], "own": [""], "geometry": ["x"]}, dtype="str")
    found = carried(cells, {"used"}, schema.INCIDENTS)
    assert list(found) == ["source_confidence", "own", "source_geometry"]
    assert found["own"].isna().item()


def test_remarks_add_up(tmp_path):
    cells = pd.DataFrame({"a": ["x", "y"]}, dtype="str")
    raw = with_remarks(Raw(cells, tmp_path / "a.csv", "csv"), remark(cells["a"].iloc[:1], "a", "flagged", "is odd", "look"))
    assert with_remarks(raw, remark(cells["a"].iloc[1:], "a", "rejected", "is wrong", pd.Series(["p", "q"]))).remarks[
        "remedy"
    ].to_list() == ["look", "q"]
    assert with_remarks(raw) is not None
