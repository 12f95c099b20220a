"""Every notebook runs from top to bottom, offline and without a warning, and is committed without what it showed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TIME_LIMIT_S = 120

NO_NETWORK = '''\
"""Run by Python as the kernel starts: whatever would reach another machine fails from then on."""
import sys


def refuse(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        raise OSError(f"the network is blocked in this test: {event}")


sys.addaudithook(refuse)
'''


@pytest.fixture
def offline(tmp_path, monkeypatch):
    """A working folder whose kernels reach no network: not from Python, nor (a dead proxy) from GDAL."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(hooks))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "GDAL_HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    work = tmp_path / "work"
    work.mkdir()
    return work


def run(notebook, folder):
    place = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=TIME_LIMIT_S, kernel_name="python3", resources=place).execute()


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(notebook):
    """All that the cells show as plain text."""
    printed = [output.get("text", "") for output in outputs(notebook)]
    values = [output.get("data", {}).get("text/plain", "") for output in outputs(notebook)]
    return "\n".join(printed + values)


def test_there_are_notebooks():
    assert [path.name for path in NOTEBOOKS][:3] == ["01-situation.ipynb", "02-border-and-claims.ipynb", "03-zones-in-time.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_offline_without_an_error_or_a_warning(path, offline):
    done = run(read(path), offline)
    assert outputs(done)
    assert not [output for output in outputs(done) if output.output_type == "error" or output.get("name") == "stderr"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_committed_without_outputs(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert outputs(notebook) == []
    assert {cell.execution_count for cell in notebook.cells if cell.cell_type == "code"} == {None}


def test_the_situation_notebook_shows_the_reported_figure_beside_ours_and_writes_its_files(offline):
    text = shown(run(read(FOLDER / "01-situation.ipynb"), offline))
    assert "Oddar Meanchey: 84 villages reported inaccessible" in text
    assert "Ministry of Interior (KHM)" in text
    assert {path.name for path in offline.iterdir()} == {"situation.html", "villages.csv", "villages.csv.meta.json"}


def test_the_border_notebook_finds_no_settlement_on_both_sides_and_is_honest_without_more_lines(offline):
    text = shown(run(read(FOLDER / "02-border-and-claims.ipynb"), offline))
    assert "Only the embedded lines are measured." in text
    assert "0 of them are KHM by one line and THA by another." in text
    assert "Refused: 1,000 m is finer than the line natural-earth-10m supports (4,560 m)" in text


def test_the_zones_notebook_tells_definite_from_possible_and_lets_a_recorded_area_shrink_and_leave(offline):
    text = shown(run(read(FOLDER / "03-zones-in-time.ipynb"), offline))
    assert "Of 230 settlements 20 are certainly in a zone and 22 possibly." in text
    assert "2024-12-31 {'hazard-suspected:EXAMPLE-1': 19.4}" in text
    assert "2026-01-14 {'hazard-confirmed:EXAMPLE-2': 4.9}" in text


ASK_NETWORK = {
    "by address": "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
    "by name": "import socket; socket.getaddrinfo('a.test', 80)",
}


@pytest.mark.parametrize("question", ASK_NETWORK.values(), ids=ASK_NETWORK)
def test_the_block_on_the_network_holds(question, offline):
    asking = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(question)])
    with pytest.raises(CellExecutionError, match="the network is blocked in this test"):
        run(asking, offline)


def test_the_monitoring_notebook_keeps_reports_observation_and_figures_apart(offline):
    text = shown(run(read(FOLDER / "06-monitoring-a-ceasefire.ipynb"), offline))
    assert "721 km of 825 km of line with no recorded visit in reach since 27 December 2025" in text
    assert "78.0 = 78.0" in text
    assert "overlap, so they must not be added" in text
    assert "74 schools closed" in text
    assert "84 villages in Oddar Meanchey remain inaccessible" in text


def test_the_maps_notebook_writes_its_maps_twice_alike_and_says_what_the_public_one_leaves_out(offline):
    text = shown(run(read(FOLDER / "05-maps.ipynb"), offline))
    assert "the same bytes: True" in text
    assert "Observer visits: 12 left out of this public version" in text
    assert "Refused: The disclaimer is empty." in text
    assert "44 differences, 44 of them reported since" in text
    written = {path.name for path in offline.iterdir()} - {"situation.png"}  # only where there is a browser
    pages = ("situation", "situation-en", "situation-km", "situation-th", "with-own-layer", "titled", "situation-public", "two-dates",
             "two-rules", "changes", "one", "two")  # fmt: skip
    assert written == {f"{name}.html" for name in pages} | {"situation-km.pdf"}
    assert all((offline / f"{name}.html").stat().st_size < 1_000_000 for name in pages)
