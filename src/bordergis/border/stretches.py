"""Sectors that somebody named: a table of stretches, each with its two ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from bordergis import geodesy
from bordergis.border.along import chainage, sectors_between
from bordergis.border.measures import accuracy_notes, one_line
from bordergis.crs import LONLAT
from bordergis.errors import SchemaError, UnitError, UnknownNameError
from bordergis.provenance import inherit

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["sectors_named"]

TOUCHING_M = 1e-3
"""Ends nearer to each other than a chainage is right count as one (docs/methods.md, "Chainage and sectors")."""

FARTHEST_M = 10_000.0
"""An end given by its position must lie this near to the line; one farther off is a mistake, such as lon and lat in the wrong order."""

WAYS = (("_m",), ("_lon", "_lat"), ("_id",))
"""How an end may be given: its chainage, its position, or the id of a mark."""


def sectors_named(
    border: gpd.GeoDataFrame, stretches: pd.DataFrame, *, marks: gpd.GeoDataFrame | None = None, mark_id: str = "checkpoint_id"
) -> gpd.GeoDataFrame:
    """Cut the line into the stretches of a table, each with a name and two ends.

    Parameters
    ----------
    border
        The line of one source.
    stretches
        A row a stretch, in any order: ``name``, and for each end (``from…``, ``to…``) one of three ways to give it: a chainage in metres
        (``from_m``), a position (``from_lon`` and ``from_lat``), of which the nearest point of the line counts, or the id of a mark
        (``from_id``). Which end comes first on the line does not matter.
    marks
        Points that ids refer to, such as checkpoints or boundary pillars.
    mark_id
        The column of their ids.

    Returns
    -------
    geopandas.GeoDataFrame
        Sectors from the start of the line to its end. Where the table leaves a gap, a sector without a name stands, so that nothing along
        the line is lost; how much of it is in no stretch, and how far the given ends lie from the line, stands in the provenance.

    Raises
    ------
    SchemaError
        If a row has no name or no end, an end is given in no way or in several or lies more than 10 km from the line, both ends of a
        stretch are the same, or stretches overlap; the message names the rows.
    UnknownNameError
        If an id is not among the marks.
    UnitError
        If a chainage is not on the line.

    Examples
    --------
    >>> import bordergis as bg
    >>> table = pd.DataFrame({"name": ["west", "east"], "from_id": ["poipet", "osmach"], "to_id": ["osmach", "an-ses"]})
    >>> sectors = bg.sectors_named(bg.load_border("osm-2026c"), table, marks=bg.load_checkpoints())
    >>> sectors["name"].fillna("(no name)").to_list()
    ['(no name)', 'west', 'east', '(no name)']
    """
    whole = geodesy.length_m(one_line(border))
    rows = stretches.reset_index(drop=True)
    _require(rows["name"].notna() if "name" in rows else pd.Series(False, rows.index), rows, "have no `name`")  # noqa: FBT003  a value
    given = [_ends(rows, end, border, _positions(marks, mark_id)) for end in ("from", "to")]
    ends = np.sort([end["chainage_m"] for end in given], axis=0)
    if not ((ends >= 0) & (ends <= whole * (1 + 1e-12))).all():
        raise UnitError(f"{ends[(ends < 0) | (ends > whole)][0]:g} m is not on the line, which is {whole:,.1f} m long.")
    _require(ends[1] - ends[0] > TOUCHING_M, rows, "begin and end at one place")

    order = np.argsort(ends[0], kind="stable")
    names, cuts = rows["name"].to_numpy(dtype=object)[order], _cuts(ends[:, order], rows["name"].take(order), whole)
    named = np.full(len(cuts) - 1, None, dtype=object)
    named[1::2] = names
    step = f"sectors_named({len(rows)} stretches)"
    sectors = sectors_between(border, cuts, named.tolist(), step)
    offset_m = max(float(end["offset_m"].abs().max()) for end in given) if len(rows) else 0.0
    notes = [
        *accuracy_notes(border),
        _gaps(sectors),
        *([f"Ends given by their positions lie up to {offset_m:,.0f} m from the line."] if offset_m else []),
    ]
    return inherit(sectors, border, *(layer for layer in (stretches, marks) if layer is not None), step=step, notes=notes)


def _positions(marks: gpd.GeoDataFrame | None, mark_id: str) -> gpd.GeoSeries:
    """Give the points of the marks by id."""
    if marks is None:
        return gpd.GeoSeries([], index=pd.Index([], dtype="object"), crs=LONLAT)
    points = marks.set_index(mark_id).geometry
    if points.index.has_duplicates:
        raise SchemaError(f"Two marks have the same `{mark_id}`: {', '.join(map(str, points.index[points.index.duplicated()].unique()))}.")
    return points


def _ends(rows: pd.DataFrame, end: str, border: gpd.GeoDataFrame, marks: gpd.GeoSeries) -> pd.DataFrame:
    """Give the chainage of one end of every stretch, and its offset from the line."""
    ways = [names for suffixes in WAYS if set(names := [end + suffix for suffix in suffixes]) <= set(rows.columns)]
    if len(ways) != 1:
        every = ", ".join(" and ".join(f"`{end}{suffix}`" for suffix in suffixes) for suffixes in WAYS)
        raise SchemaError(f"stretches: give `{end}` in one way, not {len(ways)}: {every}.")
    told = rows[ways[0]]
    _require(told.notna().all(axis=1), rows, f"have no {' and '.join(ways[0])}")
    if ways[0] == [f"{end}_m"]:
        return pd.DataFrame({"chainage_m": pd.to_numeric(told.iloc[:, 0]).astype("float64"), "offset_m": 0.0})
    if ways[0] == [f"{end}_id"]:
        points = _of_marks(told.iloc[:, 0], marks)
    else:
        points = gpd.GeoSeries(gpd.points_from_xy(*(pd.to_numeric(told[name]) for name in ways[0])), index=rows.index, crs=LONLAT)
    address = chainage(gpd.GeoDataFrame(geometry=points), border)
    _require(address["offset_m"].abs() <= FARTHEST_M, rows, f"have a `{end}` more than {FARTHEST_M:,.0f} m from the line")
    return address


def _of_marks(ids: pd.Series, marks: gpd.GeoSeries) -> gpd.GeoSeries:
    strangers = sorted(set(ids) - set(marks[marks.notna()].index))
    if strangers:
        known = ", ".join(map(str, marks.index)) or "none, pass `marks=…`"
        raise UnknownNameError(f"No mark with a position has the id {', '.join(map(str, strangers))}; known: {known}.")
    return gpd.GeoSeries(marks[ids].to_numpy(), index=ids.index, crs=marks.crs)


def _cuts(ends: NDArray[np.float64], names: pd.Series, whole: float) -> NDArray[np.float64]:
    """Give the start of the line, both ends of every stretch and the end of the line; ends that touch are made one."""
    before = np.maximum.accumulate(np.append(0.0, ends[1]))[:-1]
    overlap = before - ends[0]
    _require(overlap <= TOUCHING_M, names.to_frame(), "begin before the one before has ended; stretches may not overlap")
    low = np.where(ends[0] - before <= TOUCHING_M, before, ends[0])
    cuts = np.concatenate([[0.0], np.stack([low, ends[1]], axis=1).ravel(), [whole]])
    cuts[cuts >= whole - TOUCHING_M] = whole
    return cuts


def _gaps(sectors: gpd.GeoDataFrame) -> str:
    gaps = sectors[sectors["name"].isna()]
    spans = "; ".join(f"km {row.from_m / 1_000:.1f} to {row.to_m / 1_000:.1f}" for row in gaps.itertuples())
    return f"In no named stretch: {gaps['length_m'].sum() / 1_000:,.1f} km of the line{f' ({spans})' if spans else ''}."


def _require(held: NDArray[np.bool_] | pd.Series, rows: pd.DataFrame, wrong: str) -> None:
    """Refuse rows of the table by their names, or by their numbers where they have none."""
    bad = np.flatnonzero(~np.asarray(held, dtype=bool))
    if len(bad):
        names = rows["name"].iloc[bad].tolist() if "name" in rows else [None] * len(bad)
        told = ", ".join(f"row {row}" if pd.isna(name) else str(name) for row, name in zip(bad, names, strict=True))
        raise SchemaError(f"stretches: {len(bad)} of {len(rows)} {wrong}: {told}.")
