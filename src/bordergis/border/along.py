"""Chainage: places along the line, in metres from its start, and the sectors between them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.border.measures import accuracy_notes, label, locate, one_line
from bordergis.crs import require_same_crs
from bordergis.errors import SchemaError, UnitError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["chainage", "point_at", "sectors_at", "sectors_between", "sectors_by_length", "sectors_by_province"]

PROVINCE_STEP_M = 200.0
"""Step at which the provinces on both sides are looked up; a sector's ends are good to half of it."""

COUNTRIES = ("KHM", "THA")


def chainage(places: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> pd.DataFrame:
    """Address each place by its chainage and offset.

    Parameters
    ----------
    places
        Points, lon/lat; a row without a position stays, without an answer.
    border
        The line of one source.

    Returns
    -------
    pandas.DataFrame
        On the index of ``places``: ``chainage_m`` (metres along the line from its first vertex to the nearest point) and ``offset_m``
        (metres from the line; positive on the right hand of its direction).

    Raises
    ------
    MissingCRSError, CRSMismatchError, GeometryKindError, SchemaError
        As in :func:`bordergis.distance_to_border`.

    Examples
    --------
    >>> import bordergis as bg
    >>> gates = bg.load_checkpoints().set_index("checkpoint_id")
    >>> (bg.chainage(gates.loc[["osmach"]], bg.load_border("osm-2026c"))["chainage_m"] / 1000).round().item()
    564.0
    """
    fix, known = locate(places, border)
    address = pd.DataFrame({"chainage_m": np.nan, "offset_m": np.nan}, index=places.index)
    address.loc[known, "chainage_m"] = fix.chainage_m
    address.loc[known, "offset_m"] = np.where(fix.left, -fix.distance_m, fix.distance_m)
    return inherit(address, places, border, step=f"chainage({label(border)})", notes=accuracy_notes(border))


def point_at(border: gpd.GeoDataFrame, chainage_m: Sequence[float] | pd.Series) -> gpd.GeoSeries:
    """Find the points of the line at given chainages.

    Parameters
    ----------
    border
        The line of one source.
    chainage_m
        Metres from the first vertex, none beyond the line's end.

    Returns
    -------
    geopandas.GeoSeries
        Points, on the index of ``chainage_m`` if it is a ``Series``.

    Raises
    ------
    UnitError
        If a chainage is negative, not finite or beyond the end of the line.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.point_at(bg.load_border("osm-2026c"), [0.0]).x.round(4).item()
    102.9106
    """
    line = one_line(border)
    wanted = pd.Series(chainage_m, dtype="float64")
    lon, lat = _along(line, wanted.to_numpy())
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=wanted.index, crs=border.crs, name="geometry")
    return inherit(points, border, step=f"point_at({label(border)})", notes=accuracy_notes(border))


def sectors_by_length(border: gpd.GeoDataFrame, length_m: float) -> gpd.GeoDataFrame:
    """Cut the line into sectors of equal length; the last one is what is left.

    Examples
    --------
    >>> import bordergis as bg
    >>> len(bg.sectors_by_length(bg.load_border("osm-2026c"), 100_000))
    9
    """
    if not (np.isfinite(length_m) and length_m > 0):
        raise UnitError(f"{length_m!r} is not a length in metres; give such as 50_000 for 50 km.")
    whole = geodesy.length_m(one_line(border))
    full = np.ceil(whole / length_m * (1 - 1e-12))  # a length that divides the line leaves no sliver
    cuts = np.append(np.arange(full) * length_m, whole)
    names = [f"km {round(low / 1000, 3):.10g} to {round(high / 1000, 3):.10g}" for low, high in itertools.pairwise(cuts)]
    return sectors_between(border, cuts, names, f"sectors_by_length({length_m:g})")


def sectors_at(border: gpd.GeoDataFrame, marks: gpd.GeoDataFrame, *, name: str = "name") -> gpd.GeoDataFrame:
    """Cut the line at marks such as pillars or checkpoints; a sector is named by the marks at its ends.

    Parameters
    ----------
    border
        The line of one source.
    marks
        Points on or near the line (pillars, checkpoints), each with a name; they are taken in the order of their chainage.
    name
        The column of their names.

    Returns
    -------
    geopandas.GeoDataFrame
        Sectors, from the start of the line over every mark to its end.

    Raises
    ------
    SchemaError
        If a mark has no position or no name.

    Examples
    --------
    >>> import bordergis as bg
    >>> bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints(), name="name_khm_side")["name"].iloc[0]
    'Cham Yeam to Thma Da'
    """
    if marks.geometry.isna().any() or marks[name].isna().any():
        raise SchemaError("Every mark needs a position and a name; drop or complete the rows without.")
    along = chainage(marks, border)["chainage_m"]
    order = along.sort_values(kind="stable").index
    whole = geodesy.length_m(one_line(border))
    cuts = np.concatenate([[0.0], along[order].to_numpy(), [whole]])
    ends = ["start", *marks.loc[order, name], "end"]
    names = [f"{low} to {high}" for low, high in itertools.pairwise(ends)]
    return sectors_between(border, cuts, names, "sectors_at()")


def sectors_by_province(border: gpd.GeoDataFrame, provinces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut the line where the pair of provinces beside it changes.

    Parameters
    ----------
    border
        The line of one source.
    provinces
        Areas of both countries with ``country`` (KHM, THA) and ``name``. The nearest of each country counts, so gaps and overlaps
        between the two countries' data sets do no harm.

    Returns
    -------
    geopandas.GeoDataFrame
        Sectors named such as ``Oddar Meanchey / Surin``; their ends are good to 100 m.

    Raises
    ------
    SchemaError
        If one of the two countries has no province in the layer.

    Examples
    --------
    >>> import bordergis as bg
    >>> from shapely import box
    >>> halves = {"country": ["KHM", "THA", "KHM"], "name": ["South", "West", "North"]}  # made up
    >>> areas = gpd.GeoDataFrame(halves, geometry=[box(103, 10, 107, 13), box(99, 10, 102, 16), box(103, 13, 107, 16)], crs=4326)
    >>> bg.sectors_by_province(bg.load_border("osm-2026c"), areas)["name"].to_list()
    ['South / West', 'North / West']
    """
    require_same_crs(border, provinces)
    line = one_line(border)
    whole = geodesy.length_m(line)
    steps = np.arange(0.0, whole, PROVINCE_STEP_M) + PROVINCE_STEP_M / 2
    lon, lat = _along(line, np.minimum(steps, whole))
    sides = [_nearest_names(np.asarray(shapely.points(lon, lat)), provinces, country) for country in COUNTRIES]
    pair = pd.Series(sides[0]) + " / " + pd.Series(sides[1])
    begins = np.flatnonzero(pair != pair.shift())
    cuts = np.concatenate([steps[begins] - PROVINCE_STEP_M / 2, [whole]])
    return sectors_between(border, cuts, pair.iloc[begins].tolist(), "sectors_by_province()")


def _nearest_names(points: NDArray[np.object_], provinces: gpd.GeoDataFrame, country: str) -> NDArray[np.object_]:
    """Name the province of one country nearest to each point (degrees serve: only the order matters at this distance)."""
    own = provinces[provinces["country"] == country]
    if own.empty:
        raise SchemaError(f"There is no province of {country} in the layer; a sector is named by one of each country.")
    tree = shapely.STRtree(np.asarray(own.geometry.array))
    return own["name"].to_numpy(dtype=object)[tree.nearest(points)]


def _along(line: NDArray[np.float64], chainage_m: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    start, bearing, metres = geodesy.pieces(line)
    whole = start[-1] + metres[-1]
    bad = ~((chainage_m >= 0) & (chainage_m <= whole * (1 + 1e-12)))
    if bad.any():
        raise UnitError(f"{chainage_m[bad][0]:g} m is not on the line, which is {whole:,.1f} m long.")
    piece = np.clip(np.searchsorted(start, chainage_m, side="right") - 1, 0, len(start) - 1)
    return geodesy.forward(line[piece, 0], line[piece, 1], bearing[piece], chainage_m - start[piece])


def sectors_between(border: gpd.GeoDataFrame, cuts: NDArray[np.float64], names: Sequence[str | None], step: str) -> gpd.GeoDataFrame:
    """Cut the line at chainages that grow; where two are the same there is no sector."""
    line = one_line(border)
    lines = [part_of(line, low, high) for low, high in itertools.pairwise(cuts)]
    table = pd.DataFrame(
        {
            "name": names,
            "from_m": cuts[:-1],
            "to_m": cuts[1:],
            "length_m": np.diff(cuts),
        }
    )
    real = table["length_m"] > 0  # a mark at an end of the line begins no sector
    sectors = gpd.GeoDataFrame(table, geometry=lines, crs=border.crs)[real].reset_index(drop=True)
    sectors.insert(0, "sector_id", [f"{label(border)}:{number:03d}" for number in range(1, len(sectors) + 1)])
    return inherit(sectors, border, step=step, notes=accuracy_notes(border))


def part_of(line: NDArray[np.float64], low_m: float, high_m: float) -> shapely.LineString:
    """Cut the stretch between two chainages out of a line; its own vertices stay."""
    start, _, metres = geodesy.pieces(line)
    at = np.append(start, start[-1] + metres[-1])
    inside = (at > low_m) & (at < high_m)
    ends = np.stack(_along(line, np.array([low_m, high_m])), axis=-1)
    return shapely.LineString(np.concatenate([ends[:1], line[inside], ends[1:]]))
