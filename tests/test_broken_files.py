"""Every format, good and broken in twelve ways: the user is told what is wrong, and no other error ever comes out."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[1] / "tools" / "broken_files.py"
PAGE = TOOL.parents[1] / "docs" / "readers.md"

_spec = importlib.util.spec_from_file_location("broken_files", TOOL)
tool = importlib.util.module_from_spec(_spec)
sys.modules["broken_files"] = tool
_spec.loader.exec_module(tool)

EXPECTED = {
    "good file": {"read"},
    "empty": {"refused"},
    "cut off": {"refused"},
    "another format": {"refused"},
    "no column": {"refused"},
    "no rows": {"read", "refused"},
    "swapped": {"flagged"},
    "no position": {"flagged"},
    "other CRS": {"refused", "flagged"},
    "id twice": {"row rejected"},
    "no value": {"row rejected"},
    "odd date": {"flagged"},
    "trick": {"refused"},
}
CASES = [(form, kind) for form in tool.WRITERS for kind in tool.KINDS if (form, kind) not in tool.NOT_POSSIBLE]


@pytest.mark.parametrize(("form", "kind"), CASES)
def test_the_user_sees_what_is_wrong(tmp_path, form, kind):
    case = tool.look(tmp_path, form, kind)
    assert case.outcome in EXPECTED[kind]
    assert str(tmp_path) not in case.message


def test_the_page_shows_what_the_code_says():
    text = PAGE.read_text(encoding="utf-8")
    shown = text.split(tool.BEGIN)[1].split(tool.END)[0].strip()
    lines = [line for line in shown.splitlines() if line.startswith("| ")]
    assert len(lines) == len(CASES) + len(tool.KINDS) + 1 + len(tool.WRITERS)
