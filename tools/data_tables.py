"""One way of writing CSV: UTF-8, LF, a header, an empty cell for what is missing."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def read_table(content: bytes) -> list[dict[str, str]]:
    """Read a CSV with a header, with or without a byte order mark."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    r"""Write rows as CSV.

    Examples
    --------
    >>> write_table(["code", "name"], [{"code": "01", "name": None}])
    b'code,name\n01,\n'
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
