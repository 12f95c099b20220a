"""Circles on the ellipsoid by Legendre's series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bordergis.kernels._jit import compiled, plain
from bordergis.kernels.ellipsoid import EP2, RADIUS_MAX_M, A

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["circles", "in_reach"]

SERIES_REACH = 0.05
"""Largest radius, in units of the earth's over (1 + tan latitude), drawn by the series: see :func:`in_reach`."""

SEAM_DEG = 179.0


def in_reach(lon: Floats, lat: Floats, radius_m: Floats) -> NDArray[np.bool_]:
    """Tell which circles the series draws to 0.2 mm or better: up to 255 km at 14°, 117 km at 60°, 48 km at 80°; none over the seam."""
    tangent = np.tan(np.radians(np.abs(lat)))
    across = np.degrees(radius_m / A) * np.sqrt(1 + tangent**2)
    return np.asarray((radius_m / A * (1 + tangent) <= SERIES_REACH) & (np.abs(lon) + across < SEAM_DEG) & (radius_m >= 0))


def circles(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> Floats:
    """Vertices of circles in reach of the series: ``(len(lon), n + 1, 2)``, closed, counter-clockwise from north."""
    lon, lat, radius_m = plain(lon, lat, radius_m)
    return _circles(lon, lat, radius_m, n)


@compiled
def _circles(lon: Floats, lat: Floats, radius_m: Floats, n: int) -> Floats:
    half = n // 2 + 1
    cosine, sine = np.empty(half), np.empty(half)
    for i in range(half):
        cosine[i], sine[i] = math.cos(2 * math.pi * i / n), math.sin(2 * math.pi * i / n)

    out = np.empty((len(lon), n + 1, 2))
    for k in range(len(lon)):
        a0, a1, a2, a3, a4, a5, a6 = _northing(lat[k], radius_m[k])
        b0, b1, b2, b3, b4, b5 = _easting(lat[k], radius_m[k])
        for i in range(half):  # east and west of the meridian through the centre mirror each other
            c = cosine[i]
            north = lat[k] + (a0 + c * (a1 + c * (a2 + c * (a3 + c * (a4 + c * (a5 + c * a6))))))
            east = sine[i] * (b0 + c * (b1 + c * (b2 + c * (b3 + c * (b4 + c * b5)))))
            out[k, i, 0], out[k, i, 1] = lon[k] - east, north
            out[k, n - i, 0], out[k, n - i, 1] = lon[k] + east, north
        out[k, n, 0], out[k, n, 1] = out[k, 0, 0], out[k, 0, 1]
    return out


# Legendre's series for the direct problem (W. Torge, J. Müller, Geodesy, 4th ed., section 6.3), rearranged as polynomials in the cosine c
# of the bearing: latitude = sum a_k c^k, longitude = sin(bearing) sum b_k c^k. With t = tan(latitude), h = e'^2 cos^2(latitude). Orders 1
# to 4 are complete; of the fifth and sixth only what exceeds a micrometre at 100 km is kept (first order in h, and the sphere).


@compiled
def _northing(lat: float, radius_m: float) -> tuple[float, float, float, float, float, float, float]:
    phi = math.radians(lat)
    t, h = math.tan(phi), EP2 * math.cos(phi) ** 2
    t2, t4, v2 = t * t, t**4, 1 + h
    s = radius_m / RADIUS_MAX_M * math.sqrt(v2)
    s5, s6 = s**5 / v2**2, s**6 / v2**3

    p3 = 9 * h * t2 - h - 3 * t2 - 1
    p12 = v2 * s**3 / 6 * p3
    p30 = v2 * s**3 / 2 * h * (5 * h * t2 - h + t2 - 1)
    p04 = -v2 * s**4 * t / 24 * p3
    p22 = -v2 * s**4 * t / 12 * (45 * h * h * t2 - 17 * h * h - 9 * h * t2 - 13 * h + 6 * t2 + 4)
    p40 = -v2 * s**4 * t / 8 * h * (35 * h * h * t2 - 19 * h * h + 15 * h * t2 - 23 * h - 4)
    p14 = s5 / 120 * (45 * h * t4 + 18 * h * t2 + 5 * h + 45 * t4 + 30 * t2 + 1)
    p32 = -s5 / 60 * (45 * h * t4 + 72 * h * t2 + 3 * h + 30 * t4 + 30 * t2 + 4)
    p50 = -s5 / 10 * h * (t2 - 1)
    p06 = -s6 * t / 720 * (45 * t4 + 30 * t2 + 1)
    p24 = s6 * t / 180 * (135 * t4 + 135 * t2 + 22)
    p42 = -s6 * t / 90 * (45 * t4 + 60 * t2 + 17)

    p02, p20 = -v2 * s * s * t / 2, -v2 * s * s * t / 2 * 3 * h
    return (
        math.degrees(p02 + p04 + p06),
        math.degrees(v2 * s + p12 + p14),
        math.degrees(p20 - p02 + p22 - 2 * p04 + p24 - 3 * p06),
        math.degrees(p30 - p12 + p32 - 2 * p14),
        math.degrees(p40 - p22 + p04 + p42 - 2 * p24 + 3 * p06),
        math.degrees(p50 - p32 + p14),
        math.degrees(p24 - p42 - p06),
    )


@compiled
def _easting(lat: float, radius_m: float) -> tuple[float, float, float, float, float, float]:
    phi = math.radians(lat)
    t, h = math.tan(phi), EP2 * math.cos(phi) ** 2
    t2, t4, v2 = t * t, t**4, 1 + h
    s = radius_m / RADIUS_MAX_M * math.sqrt(v2)
    s5, s6 = s**5 / v2**2, s**6 / v2**3
    unit = math.degrees(1 / math.cos(phi))

    q03 = -(s**3) * t2 / 3
    q21 = s**3 / 3 * (h + 3 * t2 + 1)
    q13 = -(s**4) * t / 3 * (h + 3 * t2 + 1)
    q31 = s**4 * t / 3 * (-h * h + h + 3 * t2 + 2)
    q05 = s5 * t2 / 15 * (6 * h * t2 + 3 * h + 3 * t2 + 1)
    q23 = -s5 / 15 * (60 * h * t4 + 53 * h * t2 + 4 * h + 30 * t4 + 20 * t2 + 1)
    q41 = s5 / 15 * (30 * h * t4 + 36 * h * t2 + 7 * h + 15 * t4 + 15 * t2 + 2)
    q15 = s6 * t / 45 * (45 * t4 + 30 * t2 + 2)
    q33 = -s6 * 2 * t / 45 * (75 * t4 + 75 * t2 + 13)
    q51 = s6 * t / 45 * (45 * t4 + 60 * t2 + 17)

    return (
        unit * (s + q03 + q05),
        unit * (s * s * t + q13 + q15),
        unit * (q21 - q03 + q23 - 2 * q05),
        unit * (q31 - q13 + q33 - 2 * q15),
        unit * (q41 - q23 + q05),
        unit * (q51 - q33 + q15),
    )
