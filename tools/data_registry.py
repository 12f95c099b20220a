"""Read ``data/registry.toml`` and keep its hashes and row counts right."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

import rasterio
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from pathlib import Path

REGISTRY = "registry.toml"


def read_registry(data: Path) -> dict[str, Any]:
    """Parse the registry."""
    return tomllib.loads((data / REGISTRY).read_text(encoding="utf-8"))


def rewrite_hashes(data: Path) -> None:
    """Write the sha256 and the row count of each file that is there into its entry; every other line stays as it is."""
    path = data / REGISTRY
    text = path.read_text(encoding="utf-8")
    entries = re.split(r"^(?=\[\[)", text, flags=re.MULTILINE)
    path.write_text("".join(_rewrite(entry, data) for entry in entries), encoding="utf-8", newline="\n")


def hash_faults(data: Path, registry: dict[str, Any]) -> list[str]:
    """Name every data file whose hash or row count is not what the registry says."""
    return [f"{entry['file']}: {fault}" for entry in registry["dataset"] if (fault := _fault(entry, data))]


def sha256(path: Path) -> str:
    """Hash a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def count_rows(path: Path) -> int:
    """Count the records of a table, features of a GeoJSON, cells of a raster, letters of a font, or entries of a TOML file."""
    if path.suffix == ".geojson":
        return len(json.loads(path.read_bytes())["features"])
    if path.suffix == ".tif":
        with rasterio.open(path, driver="GTiff") as raster:
            return int(raster.width * raster.height)
    if path.suffix == ".woff":
        return len(TTFont(path).getBestCmap())
    if path.suffix == ".toml":
        return sum(len(entries) for entries in tomllib.loads(path.read_text(encoding="utf-8")).values())
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def _rewrite(entry: str, data: Path) -> str:
    named = re.search(r'^file = "(.+)"$', entry, flags=re.MULTILINE)
    if not entry.startswith("[[dataset]]") or named is None or not (path := data / named[1]).is_file():
        return entry
    entry = re.sub(r"^sha256 = .*$", f'sha256 = "{sha256(path)}"', entry, flags=re.MULTILINE)
    return re.sub(r"^rows = .*$", f"rows = {count_rows(path)}", entry, flags=re.MULTILINE)


def _fault(entry: dict[str, Any], data: Path) -> str | None:
    path = data / entry["file"]
    if not path.is_file():
        return "is in the registry, but is not there"
    if sha256(path) != entry["sha256"]:
        return f"has another sha256 than {REGISTRY} says; run `python tools/build_data.py --hashes` if the change is meant"
    if count_rows(path) != entry["rows"]:
        return f"has {count_rows(path)} rows, data/{REGISTRY} says {entry['rows']}"
    return None
