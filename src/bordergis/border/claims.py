"""Several lines for one border: every measure for each, and where the lines differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import geodesy
from bordergis.border.along import part_of, point_at
from bordergis.border.measures import label, one_line
from bordergis.crs import require_same_crs
from bordergis.errors import UnitError
from bordergis.provenance import inherit
from bordergis.schema import BORDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["BorderComparison", "by_claim", "compare_borders", "join_lines"]

STEP_M = 50.0
"""Step at which two lines are compared, as in docs/methods.md ("Lines of several sources")."""


def join_lines(*borders: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put the lines of several sources into one layer.

    Raises
    ------
    SchemaError
        If two lines have the same ``border_id``, or one breaks its contract.

    Examples
    --------
    >>> import bordergis as bg
    >>> len(bg.join_lines(bg.load_border("osm-2026c"), bg.load_border("natural-earth-10m")))
    2
    """
    joined = gpd.GeoDataFrame(pd.concat(borders, ignore_index=True), geometry="geometry", crs=borders[0].crs)
    BORDER.validate(joined)
    return inherit(joined, *borders, step="join_lines()")


def by_claim(
    measure: Callable[..., pd.Series], places: gpd.GeoDataFrame, borders: gpd.GeoDataFrame, *, tolerance: float = 0.0, **options: object
) -> pd.DataFrame:
    """Take a measure from the line of every source, and say where the answers differ.

    Parameters
    ----------
    measure
        ``distance_to_border``, ``side_of_border`` or another function of places and one line.
    places
        Points, lon/lat.
    borders
        One or more lines (:data:`bordergis.schema.BORDER`).
    tolerance
        For numbers: the spread up to which answers count as the same (in the measure's unit).
    **options
        What else the measure takes.

    Returns
    -------
    pandas.DataFrame
        On the index of ``places``: one column a line, by ``border_id``, and ``differs_by_claim``.

    Raises
    ------
    SchemaError
        If the lines break their contract.

    Examples
    --------
    >>> import bordergis as bg
    >>> places = bg.load_places().set_index("place_id").loc[["samraong", "prey-chan"]]
    >>> bg.by_claim(bg.side_of_border, places, bg.load_border())["differs_by_claim"].to_list()
    [False, False]
    """
    BORDER.validate(borders)
    answers = {line: measure(places, borders[borders["border_id"] == line], **options) for line in borders["border_id"]}
    table = pd.DataFrame(answers, index=places.index)
    if all(pd.api.types.is_numeric_dtype(answer) for answer in answers.values()):
        differs = (table.max(axis=1) - table.min(axis=1)) > tolerance
    else:
        differs = table.ne(table.iloc[:, 0], axis=0).any(axis=1)
    step = f"by_claim({measure.__name__}, {', '.join(answers)})"
    return inherit(table.assign(differs_by_claim=differs), *answers.values(), step=step)


@dataclass(frozen=True)
class BorderComparison:
    """How two lines differ.

    Attributes
    ----------
    summary
        ``length_a_km``, ``length_b_km``; distances of A from B: ``mean_m``, ``median_m``, ``p95_m``, ``max_m``; of B from A:
        ``mean_back_m``, ``max_back_m``; ``hausdorff_m``; ``share_over_100_m`` and ``share_over_500_m`` of A's length.
    stretches
        Stretches of A farther than the limit from B: ``from_m``, ``to_m``, ``length_m``, ``max_m``, ``area_km2`` between the lines,
        and the area as geometry.
    """

    summary: pd.Series
    stretches: gpd.GeoDataFrame


def compare_borders(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, *, limit_m: float = 500.0, step_m: float = STEP_M) -> BorderComparison:
    """Compare two lines: how far they run apart, where, and how much land lies between.

    The differences are between data sets; they are not claims of a government unless its own line is compared.

    Parameters
    ----------
    a, b
        Two borders of one line each.
    limit_m
        Stretches of A farther than this from B are listed.
    step_m
        Step along the lines at which they are compared.

    Returns
    -------
    BorderComparison
        Summary and stretches.

    Raises
    ------
    SchemaError
        If a border holds more than one line.
    UnitError
        If the limit or step is not a positive number of metres.

    Examples
    --------
    >>> import bordergis as bg
    >>> found = bg.compare_borders(bg.load_border("natural-earth-10m"), bg.load_border("osm-2026c"), limit_m=3_000)
    >>> found.summary["mean_m"].round(-1)
    np.float64(1270.0)
    """
    require_same_crs(a, b)
    if not (limit_m > 0 and step_m > 0 and np.isfinite(limit_m + step_m)):
        raise UnitError(f"Limit and step are positive lengths in metres, not {limit_m!r} and {step_m!r}.")
    out, back = _apart(a, b, step_m), _apart(b, a, step_m)
    summary = pd.Series(
        {
            "length_a_km": out.length_m / 1_000,
            "length_b_km": back.length_m / 1_000,
            "mean_m": out.fix.distance_m.mean(),
            "median_m": float(np.median(out.fix.distance_m)),
            "p95_m": float(np.quantile(out.fix.distance_m, 0.95)),
            "max_m": out.fix.distance_m.max(),
            "mean_back_m": back.fix.distance_m.mean(),
            "max_back_m": back.fix.distance_m.max(),
            "hausdorff_m": max(out.fix.distance_m.max(), back.fix.distance_m.max()),
            "share_over_100_m": float((out.fix.distance_m > 100).mean()),  # noqa: PLR2004  the limits of docs/methods.md
            "share_over_500_m": float((out.fix.distance_m > 500).mean()),  # noqa: PLR2004
        },
        name=f"{label(a)} against {label(b)}",
    )
    step = f"compare_borders({label(a)}, {label(b)}, limit_m={limit_m:g}, step_m={step_m:g})"
    return BorderComparison(inherit(summary, a, b, step=step), inherit(_stretches(out, limit_m, a.crs), a, b, step=step))


@dataclass(frozen=True)
class _Apart:
    """Samples along one line, and where each is nearest to the other; with the vertices of both."""

    line: NDArray[np.float64]
    other: NDArray[np.float64]
    at_m: NDArray[np.float64]
    fix: geodesy.LineFix
    length_m: float


def _apart(a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, step_m: float) -> _Apart:
    line, other = one_line(a), one_line(b)
    whole = geodesy.length_m(line)
    at_m = np.append(np.arange(0.0, whole, step_m), whole)
    samples = point_at(a, at_m)
    return _Apart(line, other, at_m, geodesy.locate_on_line(samples.x.to_numpy(), samples.y.to_numpy(), other), whole)


def _stretches(apart: _Apart, limit_m: float, crs: object) -> gpd.GeoDataFrame:
    far = apart.fix.distance_m > limit_m
    edge = np.diff(far.astype(int), prepend=0, append=0)
    first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1
    rows = [_stretch(apart, low, high) for low, high in zip(first.tolist(), last.tolist(), strict=True)]
    columns = ["from_m", "to_m", "length_m", "max_m", "area_km2", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=crs)


def _stretch(apart: _Apart, low: int, high: int) -> tuple[object, ...]:
    """One stretch with the land between the lines; it reaches a sample beyond its ends, so that single samples have an area too."""
    low, high = max(low - 1, 0), min(high + 1, len(apart.at_m) - 1)
    here = shapely.get_coordinates(part_of(apart.line, apart.at_m[low], apart.at_m[high]))
    ends = apart.fix.chainage_m[[low, high]]
    there = shapely.get_coordinates(part_of(apart.other, ends.min(), ends.max()))
    back = there[::-1] if ends[0] <= ends[1] else there
    between = shapely.make_valid(shapely.Polygon(np.concatenate([here, back])))
    area = geodesy.area_m2(between) / 1e6
    return apart.at_m[low], apart.at_m[high], apart.at_m[high] - apart.at_m[low], apart.fix.distance_m[low : high + 1].max(), area, between
