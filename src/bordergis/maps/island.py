"""The data of the page, packed: numbers quantised, text coded by dictionary, everything in one block of JSON.

The block is inert: a browser does not run it, and ``<``, ``>``, ``&`` and the line separators of JavaScript are escaped
so that no text in it can end it. Coordinates are whole millionths of a degree (0.11 m), as differences from the point
before, in a variable number of bytes.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["escape_json", "pack_integers", "pack_points", "pack_shapes", "pack_text"]

STEP_DEG = 1e-6  # the quantum of every coordinate: 0.11 m of latitude
AREA = 2  # dimensions of a polygon
VARINT_BITS = 7
VARINT_LIMIT = 1 << VARINT_BITS
VARINT_OCTETS = 5  # enough for 32 bits
MAX_UNSIGNED = 2**31 - 1  # the script reads them with 32-bit arithmetic

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_NEEDS_ESCAPE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def escape_json(data: object) -> str:
    r"""Write data as JSON that can stand inside a ``<script>`` element.

    Examples
    --------
    >>> escape_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _NEEDS_ESCAPE.sub(lambda hit: _ESCAPES.get(hit[0], f"\\u{ord(hit[0]):04x}"), text)


def pack_integers(values: Sequence[int] | NDArray[np.int64]) -> str:
    """Pack whole numbers, 0 or more, as base64 of little-endian base-128 groups.

    Raises
    ------
    ValueError
        If a number is negative or too large for the page's script (2**31 - 1).

    Examples
    --------
    >>> pack_integers([1, 300])
    'AawC'
    """
    numbers = np.asarray(values, dtype=np.int64)
    if numbers.size and (numbers.min() < 0 or numbers.max() > MAX_UNSIGNED):
        raise ValueError(f"Only whole numbers from 0 to {MAX_UNSIGNED} can be packed; got {numbers.min()} to {numbers.max()}.")
    groups = numbers[:, None] >> (VARINT_BITS * np.arange(VARINT_OCTETS))[None, :]
    used = np.maximum((groups > 0).sum(axis=1), 1)
    place = np.arange(VARINT_OCTETS)[None, :]
    more = np.where(place < used[:, None] - 1, VARINT_LIMIT, 0)
    octets = ((groups & (VARINT_LIMIT - 1)) | more).astype(np.uint8)
    return base64.b64encode(octets[place < used[:, None]].tobytes()).decode("ascii")


def pack_signed(values: NDArray[np.int64]) -> str:
    """Pack whole numbers of either sign (0, -1, 1, -2 … become 0, 1, 2, 3 …)."""
    return pack_integers((values << 1) ^ (values >> 63))


def pack_coordinates(lonlat: NDArray[np.float64]) -> str:
    """Pack an (n, 2) array of degrees as differences from the point before."""
    whole = np.rint(lonlat / STEP_DEG).astype(np.int64)
    return pack_signed(np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel())


def pack_text(values: Sequence[str | None]) -> dict[str, Any]:
    """Pack a column of text: a dictionary and indices (0 is missing), or the plain list where that is shorter.

    Examples
    --------
    >>> pack_text(["open", None, "open", "open"])
    {'d': ['open'], 'i': 'AQABAQ=='}
    >>> pack_text(["Choam", "Poipet"])
    {'v': ['Choam', 'Poipet']}
    """
    unique = list(dict.fromkeys(value for value in values if value is not None))
    if 2 * len(unique) > len(values):
        return {"v": list(values)}
    index = {value: number for number, value in enumerate(unique, start=1)}
    return {"d": unique, "i": pack_integers([0 if value is None else index[value] for value in values])}


def pack_points(geometries: Sequence[Any] | NDArray[np.object_]) -> dict[str, Any]:
    """Pack points and multipoints; rows without a position are simply absent from ``of``.

    Returns
    -------
    dict
        ``xy`` (packed coordinates) and ``of`` (packed differences of the row number of each position).
    """
    lonlat, of = shapely.get_coordinates(np.asarray(geometries, dtype=object), return_index=True)
    return {"xy": pack_coordinates(lonlat), "of": _pack_rows(of)}


def pack_shapes(geometries: Sequence[Any] | NDArray[np.object_]) -> dict[str, Any]:
    """Pack lines or polygons as runs of coordinates.

    Polygons are wound the same way (shells anticlockwise, holes clockwise), so that filling by the non-zero rule shows
    their union.

    Returns
    -------
    dict
        ``xy`` (packed coordinates), ``runs`` (packed count of coordinates of each line or ring) and ``of`` (packed
        differences of the row number of each run).
    """
    parts, row_of_part = shapely.get_parts(np.asarray(geometries, dtype=object), return_index=True)
    if len(parts) and (shapely.get_dimensions(parts) == AREA).all():
        parts, part_of_ring = shapely.get_rings(shapely.orient_polygons(parts, exterior_cw=False), return_index=True)
        row_of_part = row_of_part[part_of_ring]
    lonlat, run = shapely.get_coordinates(parts, return_index=True)
    runs = np.bincount(run, minlength=len(parts)).astype(np.int64)
    return {"xy": pack_coordinates(lonlat), "runs": pack_integers(runs), "of": _pack_rows(row_of_part)}


def _pack_rows(rows: NDArray[np.int64]) -> str:
    whole = np.asarray(rows, dtype=np.int64)
    return pack_integers(whole - np.concatenate([np.zeros(1, np.int64), whole])[: len(whole)])
