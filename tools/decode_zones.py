"""Print the rings of some time zones as JSON. Runs alone: ``python -I decode_zones.py FOLDER ZONE …``.

FOLDER is where timezonefinder and its data were installed; nothing else of the project is imported here.
"""

from __future__ import annotations

import json
import sys


def main() -> None:
    """Decode the zones named on the command line."""
    folder, *zones = sys.argv[1:]
    sys.path.insert(0, folder)
    from timezonefinder import TimezoneFinder  # noqa: PLC0415  it lies in FOLDER

    finder = TimezoneFinder()
    rings = {
        zone: [
            [(float(lon), float(lat)) for lon, lat in ring]
            for polygon in finder.get_geometry(tz_name=zone, coords_as_pairs=True)
            for ring in polygon
        ]
        for zone in zones
    }
    json.dump(rings, sys.stdout)


if __name__ == "__main__":
    main()
