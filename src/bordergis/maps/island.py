"""The data of the page, packed: numbers quantised, text coded by dictionary, everything in one compressed block.

The block is inert: a browser does not run it, and its letters are those of base64, so that no text in it can end it. What the page needs
before it is unpacked stands beside it as JSON, with ``<``, ``>``, ``&`` and the line separators of JavaScript escaped. Coordinates are
whole millionths of a degree (0.11 m), as differences from the point before, in a variable number of bytes.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from os.path import commonprefix
from string import digits
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from bordergis.maps.cells import Text

__all__ = [
    "escape_json",
    "pack_coordinates",
    "pack_days",
    "pack_integers",
    "pack_island",
    "pack_points",
    "pack_rows",
    "pack_shapes",
    "pack_text",
    "split_island",
]

STEP_DEG = 1e-6  # the quantum of every coordinate: 0.11 m of latitude
AREA = 2  # dimensions of a polygon
VARINT_BITS = 7
VARINT_LIMIT = 1 << VARINT_BITS
MAX_UNSIGNED = 2**31 - 1  # the script reads them with 32-bit arithmetic
FIRST_DAY = -100_000  # days before 1970 (the year 1696), so that a day is a number above 0, and 0 is a day that is not told
EFFORT = 6  # of compression; beyond it the file shrinks by a hundredth and the work doubles
MOST_DIGITS = 9  # of a number at the end of a name; more do not fit
START_KEYS = ("map_id", "icons", "bounds", "language")  # what the page needs before the rest is unpacked

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_NEEDS_ESCAPE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def escape_json(data: object, other: Callable[[Any], object] | None = None) -> str:
    r"""Write data as JSON that can stand inside a ``<script>`` element; ``other`` turns what JSON does not know into what it does.

    Examples
    --------
    >>> escape_json({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=other)
    return _NEEDS_ESCAPE.sub(lambda hit: _ESCAPES.get(hit[0], f"\\u{ord(hit[0]):04x}"), text)


def split_island(island: Mapping[str, Any]) -> tuple[str, str]:
    """Give the data of the page as two blocks: what it needs at once, as JSON, and the rest, compressed.

    Examples
    --------
    >>> split_island({"map_id": "map_bordergis", "layers": []})[0]
    '{"map_id":"map_bordergis"}'
    """
    start = {name: island[name] for name in START_KEYS if name in island}
    return escape_json(start), pack_island({name: part for name, part in island.items() if name not in start})


def pack_island(data: object) -> str:
    r"""Compress data: the length of their JSON, the JSON, then all packed numbers, to which it points by place and length.

    There is no clock in it: the same data give the same letters of base64.

    Examples
    --------
    >>> whole = gzip.decompress(base64.b64decode(pack_island({"name": "</script>", "numbers": pack_integers([1, 300])})))
    >>> whole[4 : -3].decode(), list(whole[-3:])
    ('{"name":"\\u003c/script\\u003e","numbers":[0,3]}', [1, 172, 2])
    """
    numbers = bytearray()

    def point_to(octets: bytes) -> list[int]:
        numbers.extend(octets)
        return [len(numbers) - len(octets), len(octets)]

    text = escape_json(data, point_to).encode("utf-8")
    whole = len(text).to_bytes(4, "little") + text + bytes(numbers)
    return base64.b64encode(gzip.compress(whole, EFFORT, mtime=0)).decode("ascii")


def pack_integers(values: Sequence[int] | NDArray[np.int64]) -> bytes:
    r"""Pack whole numbers, 0 or more, as little-endian base-128 groups.

    Raises
    ------
    ValueError
        If a number is negative or too large for the page's script (2**31 - 1).

    Examples
    --------
    >>> pack_integers([1, 300])
    b'\x01\xac\x02'
    """
    numbers = np.asarray(values, dtype=np.int64)
    if numbers.size and (numbers.min() < 0 or numbers.max() > MAX_UNSIGNED):
        raise ValueError(f"Only whole numbers from 0 to {MAX_UNSIGNED} can be packed; got {numbers.min()} to {numbers.max()}.")
    most = max(1, -(-int(numbers.max(initial=0)).bit_length() // VARINT_BITS))
    rest, octets, used = numbers.astype(np.uint32), np.empty((len(numbers), most), np.uint8), np.ones((len(numbers), most), bool)
    for group in range(most):  # at most five of them
        octets[:, group] = rest & (VARINT_LIMIT - 1)
        rest >>= VARINT_BITS
        if group + 1 < most:
            used[:, group + 1] = rest > 0
            octets[:, group] |= used[:, group + 1].astype(np.uint8) << VARINT_BITS
    return octets[used].tobytes() if most > 1 else octets.tobytes()


def pack_signed(values: NDArray[np.int64]) -> bytes:
    """Pack whole numbers of either sign (0, -1, 1, -2 … become 0, 1, 2, 3 …)."""
    return pack_integers((values << 1) ^ (values >> 63))


def pack_coordinates(lonlat: NDArray[np.float64]) -> bytes:
    """Pack an (n, 2) array of degrees as differences from the point before."""
    whole = np.rint(lonlat / STEP_DEG).astype(np.int64)
    return pack_signed(np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel())


def pack_days(days: NDArray[np.int64], missing: int) -> bytes:
    """Pack whole days since 1970-01-01 as differences from the row before; ``missing`` is a day that is not told."""
    return pack_signed(_steps(np.where(days == missing, 0, days - FIRST_DAY)))


def pack_text(text: Text) -> dict[str, Any]:
    r"""Pack a column of text: a dictionary and codes (0 is missing), or the plain list where that is shorter.

    Examples
    --------
    >>> from bordergis.maps.cells import Text
    >>> pack_text(Text(["open"], np.array([1, 0, 1, 1])))
    {'d': ['open'], 'i': b'\x01\x00\x01\x01'}
    >>> pack_text(Text(["Choam", "Poipet"], np.array([1, 2])))
    {'v': ['Choam', 'Poipet']}
    """
    if 2 * len(text.words) > len(text.codes):
        whole = text.to_list()
        return _pack_numbered(whole) or {"v": whole}
    return {"d": text.words, "i": pack_integers(text.codes)}


def _pack_numbered(words: list[str | None]) -> dict[str, Any] | None:
    """Pack names that differ in a number at their end, such as ids: what they begin with, how many digits (0 is as many as it takes)."""
    if not words or None in words:
        return None
    known = [word for word in words if word is not None]
    start = len(commonprefix([min(known), max(known)]).rstrip(digits))  # noqa: RUF071  names, letter by letter
    tails = [word[start:] for word in known]
    lengths = set(map(len, tails))
    wide = lengths.pop() if len(lengths) == 1 else 0
    if max(lengths, default=wide) > MOST_DIGITS or not "".join(tails).isascii() or not all(map(str.isdigit, tails)):
        return None
    if not wide and any(tail[0] == "0" for tail in tails if len(tail) > 1):
        return None
    return {"p": known[0][:start], "w": wide, "n": pack_signed(_steps(np.array(tails, dtype=np.int64)))}


def pack_points(geometries: Sequence[Any] | NDArray[np.object_]) -> dict[str, Any]:
    """Pack points and multipoints; rows without a position are simply absent from ``of``.

    Returns
    -------
    dict
        ``xy`` (packed coordinates) and ``of`` (packed differences of the row number of each position).
    """
    lonlat, of = shapely.get_coordinates(np.asarray(geometries, dtype=object), return_index=True)
    return {"xy": pack_coordinates(lonlat), "of": pack_rows(of)}


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
    return {"xy": pack_coordinates(lonlat), "runs": pack_integers(runs), "of": pack_rows(row_of_part)}


def pack_rows(rows: NDArray[np.int64]) -> bytes:
    """Pack row numbers that never fall as differences."""
    whole = np.asarray(rows, dtype=np.int64)
    return pack_integers(_steps(whole))


def _steps(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return numbers - np.concatenate([np.zeros(1, np.int64), numbers])[: len(numbers)]
