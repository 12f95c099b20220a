"""The types of the page's script (frontend/page.d.ts) tell what Python packs: every name, and what stands under it."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shapely import box

import bordergis as bg
from bordergis.maps import page, situation_map
from bordergis.maps.cells import OPEN, texts
from bordergis.maps.layers import Changes, Column, Days, Discs, MapLayer, pack_layer

TYPES = Path(__file__).parents[1] / "frontend" / "page.d.ts"
STATIC = Path(bg.__file__).parent / "maps" / "static"
PLAIN = {"string": str, "boolean": bool, "null": type(None), "PackedNumbers": bytes}
MOST_LINES = 400


def declared():
    """Interfaces by name, each as name and type of its members; other types by what they stand for."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", TYPES.read_text(encoding="utf-8"), flags=re.DOTALL)
    interfaces = {
        name: dict(re.findall(r"^  (\w+\??): (.+);$", body, flags=re.MULTILINE))
        for name, body in re.findall(r"^interface (\w+) \{\n(.*?)^\}", text, flags=re.MULTILINE | re.DOTALL)
    }
    return interfaces, dict(re.findall(r"^type (\w+) = (.+);$", text, flags=re.MULTILINE))


INTERFACES, ALIASES = declared()


def misfits(value, told, at="island"):
    """Where a value is not of the type told; nothing if it is."""
    choices = [misfits_of_one(value, one, at) for one in options(told)]
    return [] if [] in choices else min(choices, key=len)


def options(told):
    """The types of a union that is not inside brackets."""
    cuts = [
        i
        for i, letter in enumerate(told)
        if letter == "|" and told[:i].count("<") + told[:i].count("(") == told[:i].count(">") + told[:i].count(")")
    ]
    return [told[start + 1 : end].strip() for start, end in pairwise([-1, *cuts, len(told)])]


def misfits_of_one(value, told, at):
    if told in PLAIN:
        fits = isinstance(value, PLAIN[told])
    elif told == "number":
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif told.startswith("'"):
        fits = value == told.strip("'")
    elif told in INTERFACES:
        return misfits_of_members(value, INTERFACES[told], at)
    elif told in ALIASES:
        return misfits(value, ALIASES[told], at)
    elif told == "[number, number]":
        fits = isinstance(value, (list, tuple)) and [type(one) for one in value] in ([float, float], [int, int], [int, float], [float, int])
    elif told.endswith("[]"):
        inner = told[:-2].strip("()") if told.endswith(")[]") else told[:-2]
        return (
            [wrong for one in value for wrong in misfits(one, inner, f"{at}[]")] if isinstance(value, (list, tuple)) else [f"{at}: no list"]
        )
    elif told.startswith("Record<string, "):
        inner = told.removeprefix("Record<string, ")[:-1]
        return (
            [wrong for name, one in value.items() for wrong in misfits(one, inner, f"{at}.{name}")]
            if isinstance(value, dict)
            else [f"{at}: no table"]
        )
    else:
        raise AssertionError(f"A type that this test cannot read: {told}")
    return [] if fits else [f"{at}: {value!r:.40} is no {told}"]


def misfits_of_members(value, members, at):
    if not isinstance(value, dict):
        return [f"{at}: no table"]
    needed = {name for name in members if not name.endswith("?")}
    known = {name.rstrip("?"): kind for name, kind in members.items()}
    wrong = [f"{at}.{name}: not packed" for name in needed - set(value)] + [f"{at}.{name}: not told" for name in set(value) - set(known)]
    return wrong + [one for name in set(value) & set(known) for one in misfits(value[name], known[name], f"{at}.{name}")]


@pytest.fixture
def island(situation, monkeypatch):
    """What is packed into a page with everything: another date beside it, a layer of the analyst."""
    seen, split = {}, page.split_island
    monkeypatch.setattr(page, "split_island", lambda parts: seen.update(parts) or split(parts))
    situation_map(situation, compare=bg.load("2025-12-20"), layers={"mine": situation.checkpoints.iloc[:2]}).get_root().render()
    return seen


def test_the_island_is_what_the_types_tell(island):
    told = INTERFACES["Start"] | INTERFACES["Packed"]
    assert misfits_of_members(island, told, "island") == []


def test_a_layer_with_everything_is_what_the_types_tell():
    rows = pd.DataFrame({"look": ["definite", "definite"], "name": ["E1", "E2"]})
    day, row = np.array([20_000, OPEN]), np.array([0, 1])
    layer = MapLayer(
        "zones_definite",
        "zones",
        "area",
        np.array([box(102, 13, 103, 14), None], dtype=object),
        texts(rows, "look"),
        texts(rows, "name"),
        columns=(Column("days", "Days", None, "span"), Column("name", "Name", texts(rows, "name"))),
        radius_m=np.array([5, 6]),
        days=Days(day, day),
        discs=Discs(np.array([[102.5, 13.5], [102.6, 13.6]]), row, np.array([500.0, 600.0]), day, day),
        changes=Changes(row, day, texts(rows, "look")),
    )
    packed = pack_layer(layer, 20_000)
    assert misfits(packed, "PackedLayer", "layer") == []
    assert not [name for name, part in packed.items() if part is None]


@pytest.mark.parametrize(
    ("value", "told", "wrong"),
    [
        ({"d": ["open"], "i": b"\x01", "x": 1}, "PackedCodes", ["a.x: not told"]),
        ({"d": ["open"]}, "PackedCodes", ["a.i: not packed"]),
        ({"d": [1], "i": b""}, "PackedText", ["a.d[]: 1 is no string"]),
        (True, "number", ["a: True is no number"]),
        ("dot", "Kind", ["a: 'dot' is no 'point'"]),
        (["a", None], "(string | null)[]", []),
    ],
)
def test_what_does_not_fit_is_found(value, told, wrong):
    assert misfits(value, told, "a") == wrong


def test_every_script_says_its_concern_and_stays_short():
    scripts = sorted(STATIC.glob("[0-9]*.js"))
    assert scripts
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert re.match(r"/\* [A-Z][^\n]{20,} \*/\n\n", text), script.name
        assert len(text.splitlines()) <= MOST_LINES, script.name


def types_in(script):
    """The types that the comments of a script tell, with what stands between their braces."""
    for start in re.finditer(r"@(?:param|type|returns|satisfies|template) \{", script):
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(script[end], 0)
            end += 1
        yield script[start.end() : end - 1]


def test_no_type_is_left_open():
    open_type = re.compile(r"\b(any|object|Function)\b")
    for script in STATIC.glob("[0-9]*.js"):
        text = script.read_text(encoding="utf-8")
        assert not [told for told in types_in(text) if open_type.search(told)], script.name
        assert "@ts-" not in text, script.name
    assert not [told for members in INTERFACES.values() for told in members.values() if open_type.search(told)]
