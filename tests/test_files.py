"""A file is whole or it is the old one."""

from __future__ import annotations

import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis.errors import OutputError
from bordergis.files import write_atomic


@given(content=st.binary(max_size=2_000))
@settings(deadline=None)
def test_the_file_holds_the_bytes_given(tmp_path_factory, content):
    target = tmp_path_factory.mktemp("files") / "a.bin"
    assert write_atomic(target, content) == target
    assert target.read_bytes() == content


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path):
    target = write_atomic(tmp_path / "a/b/c.txt", b"x")
    assert [file.name for file in target.parent.iterdir()] == ["c.txt"]


def test_an_old_file_is_replaced(tmp_path):
    target = write_atomic(tmp_path / "a.txt", b"a long old text")
    assert write_atomic(str(target), b"new").read_bytes() == b"new"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_no_draft(step, tmp_path, monkeypatch):
    target = write_atomic(tmp_path / "a.txt", b"old")

    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OutputError, match=r"Could not write .*a\.txt: No space left on device; nothing was changed there"):
        write_atomic(target, b"new")
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_an_interrupted_write_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    target = write_atomic(tmp_path / "a.txt", b"old")

    def interrupted(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(target, b"new")
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"old"]


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    blocker = write_atomic(tmp_path / "a", b"x")
    with pytest.raises(OutputError, match="Could not write"):
        write_atomic(blocker / "b.txt", b"x")


def test_a_target_that_is_a_folder_is_refused_and_stays(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        write_atomic(tmp_path / "a", b"x")
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_others_may_read_the_file_as_the_mask_allows(tmp_path):
    before = os.umask(0o027)
    try:
        mode = write_atomic(tmp_path / "a.txt", b"x").stat().st_mode
    finally:
        os.umask(before)
    assert stat.S_IMODE(mode) == 0o640
    assert os.umask(before) == before
