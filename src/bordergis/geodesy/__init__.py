"""Measuring on the ellipsoid: the only package that knows its shape.

All functions take and give plain arrays of longitude and latitude in degrees (WGS 84) and metres. A *line* is an ``(n, 2)`` array of
vertices joined by geodesics. Nearness is found in three dimensions, where the chord between two points orders like their distance, and
the distance itself is then the geodesic one; so nothing depends on a projection.

Where there are many rows, the compiled kernels of :mod:`bordergis.kernels` give the same answers sooner;
:mod:`bordergis.geodesy.switch` chooses.
"""

from bordergis.geodesy.lines import LineFix, locate_on_line
from bordergis.geodesy.matching import Nearest, Pairs, nearest, pairs_within, points_in_polygon, within_any
from bordergis.geodesy.measuring import WGS84, area_m2, cartesian, conformal, densify, distance_m, forward, length_m, pieces
from bordergis.geodesy.rings import circle, facets, strip, union_of_circles

__all__ = [
    "WGS84",
    "LineFix",
    "Nearest",
    "Pairs",
    "area_m2",
    "cartesian",
    "circle",
    "conformal",
    "densify",
    "distance_m",
    "facets",
    "forward",
    "length_m",
    "locate_on_line",
    "nearest",
    "pairs_within",
    "pieces",
    "points_in_polygon",
    "strip",
    "union_of_circles",
    "within_any",
]
