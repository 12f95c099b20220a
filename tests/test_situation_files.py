"""A saved situation is the same bytes for the same situation, opens as it was, and is refused if a byte of it is not."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

import bordergis as bg
from bordergis import provenance
from bordergis.errors import DataMissingError, OutputError, SavedFileError, SchemaError, UnknownNameError
from bordergis.situation import LAYERS
from bordergis.situation_files import MANIFEST, Answers, Record, read_record, software, write_record


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return bg.load("2026-01-14").save(tmp_path_factory.mktemp("saved") / "2026-01-14.situation")


@pytest.fixture(scope="module")
def opened(saved):
    return bg.open_situation(saved)


@pytest.fixture
def record():
    """The smallest record: no layers, empty zones and access."""

    def make(**layers):
        zones = bg.schema.ZONES.empty()
        return Record("2026-01-14", None, pd.DataFrame({"rule_id": ["a"]}), Answers(zones, zones, {"bordergis": "0"}), layers)

    return make


def rewrite(path, target, change, comment=None):
    """Write the archive again with members changed, as someone who edits it would."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        new.comment = old.comment if comment is None else comment
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


# ── the same bytes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_saving_twice_gives_the_same_bytes(saved, tmp_path):
    again = bg.load("2026-01-14").save(tmp_path / "again.situation")
    assert again.read_bytes() == saved.read_bytes()


def test_saving_an_opened_one_gives_the_same_bytes(opened, saved, tmp_path):
    assert opened.save(tmp_path / "copy.situation").read_bytes() == saved.read_bytes()


def test_answering_an_opened_one_anew_gives_the_same_bytes(opened, saved, tmp_path):
    fresh = replace(opened, saved=None)
    assert fresh.save(tmp_path / "fresh.situation").read_bytes() == saved.read_bytes()


def test_another_date_or_rule_gives_other_bytes(saved, tmp_path):
    other = (
        bg.load("2026-01-13").save(tmp_path / "day.situation"),
        bg.load("2026-01-14", rules="acled-1km").save(tmp_path / "rule.situation"),
    )
    assert len({file.read_bytes() for file in (saved, *other)}) == 3


# ── the same situation ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [*LAYERS, "zones"])
def test_a_layer_opens_as_it_was(opened, situation, name):
    before, after = getattr(situation, name), getattr(opened, name)
    assert type(after) is type(before)
    assert after.equals(before)
    assert after.dtypes.astype("str").equals(before.dtypes.astype("str"))
    assert after.index.equals(before.index)
    assert getattr(after, "crs", None) == getattr(before, "crs", None)
    if name != "zones":
        assert provenance.of(after) == provenance.of(before)


def test_the_answers_open_as_they_were_given(opened, situation):
    answers = opened.saved
    assert answers.zones.equals(situation.zones)
    assert answers.access.equals(situation.access.table)
    assert provenance.of(answers.access) == provenance.of(situation.access.table)
    assert dict(answers.software) == software()


def test_members_and_discs_stay_tuples_with_every_digit(opened, situation):
    zones = opened.saved.zones
    assert zones["discs"].map(type).eq(tuple).all()
    assert zones["discs"].to_list() == situation.zones["discs"].to_list()
    assert zones["members"].to_list() == situation.zones["members"].to_list()


def test_periods_keep_their_time_zone_and_dates_their_unit(opened):
    assert str(opened.periods["start"].dtype.tz) == "Asia/Phnom_Penh"
    assert str(opened.incidents["date_start"].dtype) == "datetime64[s]"
    assert str(opened.incidents["killed_best"].dtype) == "Int64"


def test_a_saved_situation_can_be_asked_for_another_day_and_has_then_no_old_answers(opened):
    later = opened.as_of("2026-02-20")
    assert later.saved is None
    assert len(later.figures) == len(bg.load_figures())
    assert opened.as_of("2025-12-31").incidents.equals(bg.load("2025-12-31").incidents)


def test_layers_of_ones_own_are_saved_and_so_is_a_table_of_rules(tmp_path, incident, village, one_rule):
    own = bg.load(
        "2026-01-01", rules=one_rule, incidents=incident(KT1=(103.5, 14.2, 100)), villages=village(v1=(103.5, 14.2), v2=(104.5, 14.2))
    )
    opened = bg.open_situation(own.save(tmp_path / "own.situation"))
    assert opened.access.table["in_zone"].to_list() == ["definite", "no"]
    assert opened.rules.equals(one_rule)
    assert opened.save(tmp_path / "copy.situation").read_bytes() == (tmp_path / "own.situation").read_bytes()


def test_zones_given_by_hand_come_back(tmp_path):
    zones = bg.load("2026-01-14").zones.head(1)
    opened = bg.open_situation(bg.load("2026-01-14", zones=zones).save(tmp_path / "zones.situation"))
    assert opened.zones.equals(zones)


def test_a_preset_stays_a_preset_and_one_whose_numbers_changed_becomes_a_table(opened, saved, tmp_path):
    assert opened.rules == "acled-by-type"
    kept = read_record(saved)
    other = kept.rules.assign(lifetime_days=kept.rules["lifetime_days"] + 1)
    opened = bg.open_situation(write_record(tmp_path / "older.situation", replace(kept, rules=other)))
    assert opened.rules.equals(other)


def test_a_layer_that_breaks_its_contract_is_refused_when_it_is_opened(saved, tmp_path):
    kept = read_record(saved)
    broken = {**kept.layers, "figures": kept.layers["figures"].assign(figure_id="F001")}
    file = write_record(tmp_path / "broken.situation", replace(kept, layers=broken))
    with pytest.raises(SchemaError, match="must be unique"):
        bg.open_situation(file)


def test_a_layer_that_nobody_knows_is_refused(tmp_path, record):
    file = write_record(tmp_path / "odd.situation", record(odd=pd.DataFrame({"a": [1]})))
    with pytest.raises(UnknownNameError, match="no layer 'odd'"):
        bg.open_situation(file)


# ── round trip, drawn ─────────────────────────────────────────────────────────────────────────────────────────────────


TEXTS = st.lists(st.one_of(st.none(), st.text(st.characters(blacklist_categories=("Cs",)), max_size=8)), min_size=3, max_size=3)


@settings(max_examples=10)
@given(
    texts=TEXTS,
    numbers=st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=3, max_size=3),
    lists=st.lists(
        st.lists(st.one_of(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False)), max_size=3), min_size=3, max_size=3
    ),
)
def test_any_table_comes_back_as_it_was(tmp_path_factory, texts, numbers, lists):
    table = pd.DataFrame(
        {
            "text": pd.array(texts, dtype="str"),
            "number": pd.array(numbers, dtype="float64"),
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "day": pd.to_datetime(["2026-01-14", None, "1999-12-31"]).astype("datetime64[s]"),
            "moment": pd.to_datetime(["2026-01-14T12:00+07:00"] * 3).tz_convert("Asia/Phnom_Penh"),
            "some": pd.Series([tuple(cell) for cell in lists], dtype="object").array,
        },
        index=[5, 5, 7],
    )
    spatial = gpd.GeoDataFrame(table, geometry=[Point(103, 14), None, box(103, 14, 104, 15)], crs=4326)
    zones = bg.schema.ZONES.empty()
    record = Record("2026-01-14", "x", table, Answers(zones, zones, {}), {"plain": table, "spatial": spatial})
    file = write_record(tmp_path_factory.mktemp("drawn") / "a.situation", record)
    opened = read_record(file)
    pd.testing.assert_frame_equal(opened.layers["plain"], table)
    pd.testing.assert_frame_equal(pd.DataFrame(opened.layers["spatial"]), pd.DataFrame(spatial))
    assert opened.layers["spatial"].crs == spatial.crs
    assert write_record(file.with_name("b.situation"), opened).read_bytes() == file.read_bytes()


def test_saving_changes_nothing_in_the_layers(tmp_path, record):
    table = pd.DataFrame({"some": [("a", 1.5)]})
    table.attrs["other"] = "kept with the caller, not saved"
    before = table.copy()
    opened = read_record(write_record(tmp_path / "a.situation", record(plain=table)))
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == {"other": "kept with the caller, not saved"}
    assert set(opened.layers["plain"].attrs) == {"bordergis"}


# ── whole, or not at all ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_there_is_replaced_whole(opened, saved, tmp_path):
    target = tmp_path / "a.situation"
    target.write_bytes(b"old" * 10_000_000)
    opened.save(target)
    assert target.read_bytes() == saved.read_bytes()
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_is_not_overwritten(opened, tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError):
        opened.save(tmp_path / "folder")
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_killed_writer_leaves_the_old_file(saved, tmp_path):
    target = tmp_path / "a.situation"
    target.write_bytes(b"old")
    code = (
        "import os, sys, bordergis as bg\n"
        "situation = bg.open_situation(sys.argv[1])\n"
        "os.fsync = lambda _: (print('writing', flush=True), __import__('time').sleep(60))\n"
        "situation.save(sys.argv[2])\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, saved, target], stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "writing\n"
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert target.read_bytes() == b"old"


# ── tampering ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_file_is_named_with_what_to_do(tmp_path):
    with pytest.raises(DataMissingError, match="bordergis save"):
        bg.open_situation(tmp_path / "none.situation")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip" * 100])
def test_what_is_no_archive_is_refused(tmp_path, content):
    file = tmp_path / "a.situation"
    file.write_bytes(content)
    with pytest.raises(SavedFileError, match="is not a saved situation"):
        bg.open_situation(file)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(saved, tmp_path, share):
    file = tmp_path / "cut.situation"
    file.write_bytes(saved.read_bytes()[: int(len(saved.read_bytes()) * share)])
    with pytest.raises(SavedFileError, match="cut short"):
        bg.open_situation(file)


@settings(max_examples=30)
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_a_flipped_byte_is_noticed_or_changes_nothing(saved, tmp_path_factory, where, flip):
    content = bytearray(saved.read_bytes())
    content[int(where * len(content))] ^= flip
    file = tmp_path_factory.mktemp("flipped") / "a.situation"
    file.write_bytes(content)
    try:
        opened = read_record(file)
    except SavedFileError:
        return
    kept = read_record(saved)  # a byte of the archive's own headers, such as the moment written
    assert opened.date == kept.date
    assert all(opened.layers[name].equals(kept.layers[name]) for name in kept.layers)


def test_a_changed_layer_is_named(saved, tmp_path):
    with zipfile.ZipFile(saved) as archive:
        villages = archive.read("layer.places.parquet")
    file = rewrite(saved, tmp_path / "a.situation", lambda name, content: villages if name == "layer.villages.parquet" else content)
    with pytest.raises(SavedFileError, match=r"layer\.villages\.parquet was changed after saving"):
        bg.open_situation(file)


def test_a_layer_taken_out_is_named(saved, tmp_path):
    file = rewrite(saved, tmp_path / "a.situation", lambda name, content: None if name == "answer.zones.parquet" else content)
    with pytest.raises(SavedFileError, match=r"answer\.zones\.parquet is missing"):
        bg.open_situation(file)


def test_a_changed_date_is_noticed(saved, tmp_path):
    file = rewrite(
        saved,
        tmp_path / "a.situation",
        lambda name, content: content.replace(b"2026-01-14", b"2026-01-15") if name == MANIFEST else content,
    )
    with pytest.raises(SavedFileError, match=r"manifest\.json was changed"):
        bg.open_situation(file)


def test_an_archive_without_a_manifest_is_no_situation(saved, tmp_path):
    file = rewrite(saved, tmp_path / "a.situation", lambda name, content: None if name == MANIFEST else content)
    with pytest.raises(SavedFileError, match="has no manifest"):
        bg.open_situation(file)


def test_a_compressed_member_is_refused_before_it_is_unpacked(tmp_path):
    file = tmp_path / "bomb.situation"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b"0" * 10_000_000)
    with pytest.raises(SavedFileError, match="is compressed"):
        bg.open_situation(file)


def forge(saved, target, change=lambda _: None, members=lambda _: None):
    """Change an archive as somebody who writes every hash anew, so that only what it says can give it away."""
    with zipfile.ZipFile(saved) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    members(inside)
    manifest = json.loads(inside[MANIFEST])
    for about in manifest["tables"].values():
        about["sha256"] = hashlib.sha256(inside[about["file"]]).hexdigest()
    told = change(manifest)
    inside[MANIFEST] = told if isinstance(told, bytes) else json.dumps(manifest).encode()
    with zipfile.ZipFile(target, "w") as archive:
        archive.comment = hashlib.sha256(inside[MANIFEST]).hexdigest().encode()
        for name, content in inside.items():
            archive.writestr(name, content)
    return target


def test_the_forger_of_these_tests_changes_nothing_by_itself(saved, tmp_path):
    assert bg.open_situation(forge(saved, tmp_path / "a.situation")).date.isoformat() == "2026-01-14"


@pytest.mark.parametrize("told", [b"[]", b"{", b"{}", b"[" * 200_000, b"\xff"])
def test_a_manifest_that_is_none_is_refused(saved, tmp_path, told):
    with pytest.raises(SavedFileError):
        bg.open_situation(forge(saved, tmp_path / "a.situation", lambda _: told))


@pytest.mark.parametrize("value", [None, [1], 0, 0.5, "nope"])
@pytest.mark.parametrize("name", ["format", "format_version", "date", "software", "tables"])
def test_a_manifest_with_an_odd_entry_is_refused(saved, tmp_path, name, value):
    with pytest.raises(SavedFileError):
        bg.open_situation(forge(saved, tmp_path / "a.situation", lambda manifest: manifest.update({name: value})))


@pytest.mark.parametrize(
    "about",
    [
        {"file": "../../../etc/passwd"}, {"file": ["rules.parquet"]}, {"rows": 10**9}, {"spatial": True}, {"lists": ["nope"]},
        {"lists": ["rule_id"]}, {"dtypes": {"nope": "str"}}, {"dtypes": {"rule_id": "float64"}}, {"dtypes": {"rule_id": "zzz"}},
        {"dtypes": [1]},
    ],
)  # fmt: skip
def test_a_table_told_otherwise_than_it_is_is_refused(saved, tmp_path, about):
    with pytest.raises(SavedFileError):
        bg.open_situation(forge(saved, tmp_path / "a.situation", lambda manifest: manifest["tables"]["rules"].update(about)))


@pytest.mark.parametrize("name", ["rules", "answer.access", "layer.villages", "layer.roads"])
def test_a_situation_without_one_of_its_tables_is_refused_and_not_filled_with_embedded_data(saved, tmp_path, name):
    def drop(manifest):
        del manifest["tables"][name]

    file = forge(saved, tmp_path / "a.situation", drop)
    file = rewrite(file, tmp_path / "b.situation", lambda member, content: None if member == f"{name}.parquet" else content)
    with pytest.raises(SavedFileError, match=r"has no layer|KeyError"):
        bg.open_situation(file)


@pytest.mark.parametrize("extra", ["evil.py", "../../evil.py"])
def test_a_member_that_the_manifest_does_not_name_is_refused(saved, tmp_path, extra):
    file = forge(saved, tmp_path / "a.situation", members=lambda inside: inside.update({extra: b"import os"}))
    with pytest.raises(SavedFileError, match="does not name"):
        bg.open_situation(file)
    assert not (tmp_path.parent / "evil.py").exists()


def test_members_that_share_their_bytes_are_refused_before_they_are_read(tmp_path):
    file = tmp_path / "bomb.situation"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, b"0" * 100_000)
        archive.filelist *= 50  # fifty entries of the directory point at one member
    with pytest.raises(SavedFileError, match="larger than itself"):
        bg.open_situation(file)


def test_many_rows_in_few_bytes_are_refused_before_they_are_read(saved, tmp_path):
    many = io.BytesIO()
    pd.DataFrame({"rule_id": pd.array(["a"] * 1_000_000, dtype="str")}).to_parquet(many)

    def swap(inside):
        inside["rules.parquet"] = many.getvalue()

    file = forge(saved, tmp_path / "a.situation", lambda manifest: manifest["tables"]["rules"].update(rows=1_000_000), swap)
    with pytest.raises(SavedFileError, match="1,000,000 rows in"):
        bg.open_situation(file)


def test_answers_and_rules_that_break_their_contract_are_refused(saved, tmp_path):
    kept = read_record(saved)
    odd = Answers(kept.answers.zones.drop(columns="certainty"), kept.answers.access, kept.answers.software)
    for record in (replace(kept, rules=kept.rules.drop(columns="radius_m")), replace(kept, answers=odd)):
        with pytest.raises(SchemaError, match="is missing"):
            bg.open_situation(write_record(tmp_path / "odd.situation", record))


@pytest.mark.parametrize("told", [b'{"bordergis": {"sources": 5}}', b"[", b'"x"'])
def test_an_origin_that_is_none_is_refused(saved, tmp_path, told):
    def swap(inside):
        table = pq.read_table(io.BytesIO(inside["layer.villages.parquet"]))
        content = io.BytesIO()
        pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"PANDAS_ATTRS": told}), content)
        inside["layer.villages.parquet"] = content.getvalue()

    with pytest.raises(SavedFileError):
        bg.open_situation(forge(saved, tmp_path / "a.situation", members=swap))


@pytest.mark.parametrize(("name", "value"), [("FORMAT", "another"), ("FORMAT_VERSION", 99), ("FORMAT_VERSION", 0)])
def test_another_or_later_format_is_refused(tmp_path, record, monkeypatch, name, value):
    monkeypatch.setattr(f"bordergis.situation_files.{name}", value)
    file = write_record(tmp_path / "a.situation", record())
    monkeypatch.undo()
    with pytest.raises(SavedFileError, match="install a later bordergis"):
        read_record(file)


def test_a_table_that_is_no_parquet_is_refused(tmp_path, record, monkeypatch):
    monkeypatch.setattr(pd.DataFrame, "to_parquet", lambda _, buffer: buffer.write(b"PAR1 no"))
    file = write_record(tmp_path / "a.situation", replace(record(), answers=record().answers))
    monkeypatch.undo()
    with pytest.raises(SavedFileError, match="cannot be read"):
        read_record(file)


def test_no_member_can_run_code(saved):
    with zipfile.ZipFile(saved) as archive:
        assert {name.rsplit(".", 1)[1] for name in archive.namelist()} == {"json", "parquet"}
