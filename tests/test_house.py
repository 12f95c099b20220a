"""The rules of the house that a machine can check: lazy, offline, documented, one root of all errors."""

from __future__ import annotations

import builtins
import contextlib
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys

import pytest

import bordergis as bg
from bordergis import errors

HEAVY = (
    "geopandas",
    "pandas",
    "numpy",
    "folium",
    "shapely",
    "pyproj",
    "rasterio",
    "scipy",
    "pandera",
    "pyarrow",
    "requests",
    "pooch",
    "typer",
)

NO_NETWORK = """
import socket

def refuse(*_args, **_options):
    raise AssertionError("the network was used")

class NoSocket(socket.socket):
    __init__ = connect = connect_ex = refuse

socket.socket = NoSocket
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""

EVERYTHING = """
import bordergis as bg

names = [name for name in bg.__all__ if name.startswith("load_") and name != "load_gazetteer"]
layers = [getattr(bg, name)() for name in names] + [bg.load_gazetteer("KHM"), bg.load_gazetteer("THA")]
now = bg.load("2026-01-14")
access = now.access.table
summary = bg.situation_summary(now)
bg.encode_table(access, "geojson")
bg.situation_map(now)
now._repr_html_()
print(len(layers), len(summary.sentences))
"""


def python(code, *options):
    return subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False, timeout=120)


NAMES = [module.name for module in pkgutil.walk_packages(bg.__path__, "bordergis.") if not module.name.startswith("bordergis.maps")]


def modules():
    """Every module of the package outside the maps that can be imported (that each can is a test of its own)."""
    found = []
    for name in NAMES:
        with contextlib.suppress(ImportError):
            found.append(importlib.import_module(name))
    return found


def public_functions():
    """Every function that an analyst types from the top level (that every name resolves is a test of its own)."""
    found = {}
    for name in bg.__all__:
        with contextlib.suppress(ImportError):
            found[name] = getattr(bg, name)
    return {name: item for name, item in found.items() if inspect.isfunction(item)}


FUNCTIONS = public_functions()

LAYERS_OF_EVIDENCE = ("access_over_time", "inaccessible_villages")
"""One option a layer that bears on access: the contract of issue 5, whose names analysts and answers share."""


# ── light ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_importing_brings_in_nothing_heavy():
    done = python(f"import sys, bordergis; print(*[name for name in {HEAVY} if name in sys.modules])")
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.parametrize("name", NAMES)
def test_every_module_can_be_imported(name):
    assert importlib.import_module(name).__doc__


def test_importing_the_errors_brings_in_nothing_heavy():
    done = python(f"import sys, bordergis.errors; print(*[name for name in {HEAVY} if name in sys.modules])")
    assert (done.stdout, done.stderr) == ("\n", "")


def test_every_public_name_resolves_in_a_fresh_process():
    done = python("import bordergis as bg; print(*[name for name in bg.__all__ if getattr(bg, name, None) is None])")
    assert (done.stdout, done.stderr) == ("\n", "")


@pytest.mark.parametrize("name", bg.__all__)
def test_every_public_name_is_listed_and_resolves(name):
    assert getattr(bg, name) is not None
    assert name in dir(bg)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_every_name_a_module_offers_is_there(module):
    assert [name for name in getattr(module, "__all__", ()) if not hasattr(module, name)] == []


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_verb"):
        bg.no_such_verb  # noqa: B018  asking is the test


# ── offline and quiet ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_but_fetch_uses_the_network_and_nothing_warns():
    done = python(NO_NETWORK + EVERYTHING, "-W", "error")
    assert (done.returncode, done.stderr) == (0, "")
    layers, sentences = map(int, done.stdout.split())
    assert layers > 15
    assert sentences > 5


def test_the_block_on_the_network_is_real(tmp_path):
    done = python(NO_NETWORK + f"import bordergis as bg; bg.fetch('geonames-kh', cache={str(tmp_path)!r}, url='http://127.0.0.1:9/KH.zip')")
    assert done.returncode == 1
    assert "the network was used" in done.stderr


def test_nothing_is_written_at_import(tmp_path):
    code = "import bordergis as bg; [getattr(bg, name) for name in bg.__all__]"
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tmp_path, env={"HOME": str(tmp_path)}, check=True, timeout=120)
    assert list(tmp_path.rglob("*")) == []


# ── documented ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_has_an_example(name):
    assert re.search(r"\n *Examples\n *-{8}\n[\s\S]*>>> ", FUNCTIONS[name].__doc__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_documented_parameter_is_a_parameter_and_the_other_way_round(name):
    text = inspect.cleandoc(FUNCTIONS[name].__doc__)
    section = re.search(r"^Parameters\n-{10}\n([\s\S]*?)(?=^[A-Z]\w+\n---|\Z)", text, re.MULTILINE)
    lines = re.findall(r"^(\S.*)$", section[1], re.MULTILINE) if section else []
    documented = {word.strip(" *") for line in lines for word in line.split(",")}
    assert documented in (set(inspect.signature(FUNCTIONS[name]).parameters), set())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_takes_data_first_and_options_by_name(name):
    parameters = list(inspect.signature(FUNCTIONS[name]).parameters.values())
    assert sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters) <= 3
    most = 7 if name.startswith("from_") else 6  # a reader's options describe the file, one each
    most += name in LAYERS_OF_EVIDENCE
    assert len(parameters) <= most


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────

KINDS = [getattr(errors, name) for name in errors.__all__]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind, Warning)])
def test_every_error_is_one_of_bordergis(kind):
    assert issubclass(kind, errors.BorderGISError)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not issubclass(kind, Warning) and kind is not errors.BorderGISError])
def test_every_error_is_also_the_kind_of_error_it_is(kind):
    built_in = [base for base in kind.__mro__ if base.__module__ == builtins.__name__ and base not in (Exception, BaseException, object)]
    assert built_in


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_says_when_it_is_raised_and_shows_its_message_plainly(kind):
    assert kind.__doc__
    assert str(kind("There is no 'x'; known: y.")) == "There is no 'x'; known: y."
    assert str(kind()) == ""


def test_every_error_class_is_offered():
    defined = {name for name, item in vars(errors).items() if inspect.isclass(item) and item.__module__ == errors.__name__}
    assert defined == set(errors.__all__)
