from __future__ import annotations

import bordergis as bg


def periods(tmp_path, start):
    file = tmp_path / "periods.csv"
    file.write_text(f"period_id,name,kind,start,end\np,Ceasefire,ceasefire,{start},\n", encoding="utf-8")
    return bg.from_table(file, "periods", on_error="quarantine")


def test_a_moment_keeps_its_instant(tmp_path):
    read = periods(tmp_path, "2025-12-27T05:00:00Z")
    assert read.layer["start"].item().isoformat() == "2025-12-27T12:00:00+07:00"
    assert read.report.rows_clean == 1


def test_a_moment_without_an_offset_is_local_and_says_so(tmp_path):
    read = periods(tmp_path, "2025-12-27 12:00")
    assert read.layer["start"].item().isoformat() == "2025-12-27T12:00:00+07:00"
    assert read.report.faults["remedy"].tolist() == ["local time (UTC+7); write the offset to be sure"]


def test_what_is_no_moment_is_rejected_with_the_remedy(tmp_path):
    read = periods(tmp_path, "noon")
    assert (read.report.rows_in, read.report.rows_rejected) == (1, 1)
    assert "2025-12-27T12:00:00+07:00" in read.report.faults["remedy"].item()


def test_every_row_is_accounted_for(tmp_path):
    file = tmp_path / "v.csv"
    file.write_text("place_id,name,lon,lat\na,A,103.5,14.1\nb,B,14.1,103.5\n,C,103.5,14.1\na,D,103.5,14.1\n", encoding="utf-8")
    report = bg.from_table(file, "villages", on_error="quarantine").report
    assert report.rows_in == report.rows_clean + report.rows_flagged + report.rows_rejected == 4
    assert report.faults[["row", "severity"]].to_numpy().tolist() == [[3, "flagged"], [4, "rejected"], [5, "rejected"]]


def test_the_digits_of_a_coordinate_do_not_make_a_village_exact(tmp_path):
    file = tmp_path / "v.csv"
    file.write_text("place_id,name,lon,lat\na,A,103.51234,14.12345\nb,B,103.5,14.1\n", encoding="utf-8")
    radius = bg.from_table(file, "villages").layer["position_radius_m"]
    assert radius.iloc[0] == 1_000
    assert radius.iloc[1] > 5_000  # one decimal is a cell of 11 km


def test_a_stated_precision_of_a_village_is_kept(tmp_path):
    file = tmp_path / "v.csv"
    file.write_text("place_id,name,lon,lat,position_radius_m\na,A,103.51234,14.12345,50\n", encoding="utf-8")
    assert bg.from_table(file, "villages").layer["position_radius_m"].item() == 50
