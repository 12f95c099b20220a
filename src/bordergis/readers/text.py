"""Text as it comes: decoded without guessing, cleaned for reading, and made into keys that join.

Three things differ: the *text*, which people read and which stays as it was written; the *key*, which two spellings of one name share;
and the *bytes*, whose encoding must be known and is never taken for Latin-1 because nothing else fits.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = ["Decoded", "as_text", "ascii_digits", "clean_text", "is_missing", "map_where", "plain_text", "read_text", "text_key"]

MISSING = frozenset(
    {"", "-", "--", "---", "\u2013", "\u2014", "?", ".", "n/a", "n.a.", "na", "#n/a", "nan", "nat", "none", "null", "nil", "<na>"}
)
"""What people and programs write for "no value" (in lower case)."""

SCRIPTS = "\u0e00-\u0eff\u1780-\u17ff\u19e0-\u19ff"
"""Thai, Lao and Khmer: written without spaces between words, so that a zero-width space shows where a line may break."""

JOINERS = "\u200b\u200c\u200d"
STRAY = re.compile("[\u00ad\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Soft hyphen, word joiner, byte order mark, marks of direction: nobody sees them, and no two files agree on them."""

JOINER_RUN = re.compile(f"[{JOINERS}]+")
OTHER_SCRIPTS = re.compile(f"[^{SCRIPTS}]+")
OF_SCRIPTS = re.compile(f"[{SCRIPTS}]")
ACCENTS = re.compile("(?<=[a-z\u00df-\u024f])[\u0300-\u036f]+")
APOSTROPHES = re.compile("[\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02c8\u2032\u00b4\u0060\uff07]")
DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
TONES = "\u0e48-\u0e4b"
SARA_AM = re.compile(f"\u0e4d([{TONES}]?)\u0e32")

DIGITS = {zero + value: str(value) for zero in (0x0E50, 0x17E0) for value in range(10)}
"""Thai and Khmer digits."""


class Decoded(NamedTuple):
    """A decoded file: its text, and the name of the encoding it was in."""

    text: str
    encoding: str


def as_text(values: pd.Series) -> pd.Series:
    """Give every cell as text; missing stays missing, and no cell can break it.

    Whole numbers of a numeric column have no ``.0``; halves of characters that no file can hold become U+FFFD.

    Examples
    --------
    >>> as_text(pd.Series([45862.0, None])).tolist()
    ['45862', nan]
    """
    if isinstance(values.dtype, pd.StringDtype):
        return values.astype("str")
    return pd.Series([_cell_text(cell) for cell in values.array], values.index, dtype="str", name=values.name)


def _cell_text(cell: object) -> str | None:
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    try:
        return str(cell).encode("utf-8", "replace").decode("utf-8")
    except ValueError:  # a whole number of thousands of digits
        return "a number too long to write"


def is_missing(values: pd.Series) -> pd.Series:
    """Say which cells hold no value: empty, or a word such as ``n/a`` (:data:`MISSING`).

    Examples
    --------
    >>> is_missing(pd.Series(["", " N/A ", "-", "0", None])).tolist()
    [True, True, True, False, True]
    """
    text = clean_text(values)
    return text.isna() | text.str.lower().isin(MISSING)


def map_where(values: pd.Series, where: Mask, function: Callable[[str], Any]) -> pd.Series:
    """Apply a function to the marked texts, once for each distinct text, and leave the others.

    Examples
    --------
    >>> map_where(pd.Series(["a", "b", "a"]), np.array([True, False, False]), str.upper).tolist()
    ['A', 'b', 'a']
    """
    if not where.any():
        return values
    cells = values.to_numpy(dtype=object, copy=True)
    answers = {text: function(text) for text in dict.fromkeys(cells[where])}
    cells[where] = [answers[text] for text in cells[where]]
    return pd.Series(cells, values.index, dtype=values.dtype, name=values.name)


def clean_text(values: pd.Series) -> pd.Series:
    r"""Clean text for reading: composed characters (NFC), no space at the ends, no invisible characters.

    A zero-width space between Thai, Lao or Khmer letters stays, for it says where a line may break; :func:`text_key` drops it.

    Examples
    --------
    >>> clean_text(pd.Series(["\ufeff Samraong\u200b ", "0102\u200b03", None])).tolist()
    ['Samraong', '010203', nan]
    """
    text = as_text(values).str.strip()
    return map_where(text, _beyond_ascii(text), _clean)


def text_key(values: pd.Series) -> pd.Series:
    r"""Make the key by which two spellings of one name join.

    Case is folded, accents of Latin letters go, invisible characters go; every kind of space, apostrophe and hyphen becomes the plain one.
    Thai and Khmer letters, vowels and tones stay.

    Examples
    --------
    >>> text_key(pd.Series(["O\u2019Smach", "o'SMACH\u200b", "Ph\u00fa  Qu\u1ed1c"])).tolist()
    ["o'smach", "o'smach", 'phu quoc']
    """
    text = as_text(values)
    return map_where(text, text.notna().to_numpy(), _key)


def ascii_digits(values: pd.Series) -> pd.Series:
    r"""Write Thai and Khmer digits as 0-9; leave everything else.

    Examples
    --------
    >>> ascii_digits(pd.Series(["\u0e52\u0e55\u0e56\u0e58", "\u17e2\u17e0\u17e2\u17e5", "2025"])).tolist()
    ['2568', '2025', '2025']
    """
    text = as_text(values)
    return map_where(text, _beyond_ascii(text), _digits)


def plain_text(values: pd.Series) -> pd.Series:
    r"""Make text ready for a parser: cleaned, without any invisible character, with digits 0-9.

    Examples
    --------
    >>> plain_text(pd.Series([" \u17e2\u17e4\u200b/\u17e0\u17e7 "])).tolist()
    ['24/07']
    """
    text = as_text(values).str.strip()
    return map_where(text, _beyond_ascii(text), _plain)


def _plain(text: str) -> str:
    return _clean(_digits(JOINER_RUN.sub("", text)))


def _digits(text: str) -> str:
    return text.translate(DIGITS)


def _beyond_ascii(text: pd.Series) -> Mask:
    """Mark the texts that hold anything but ASCII (missing ones do not)."""
    plain = pc.fill_null(pc.string_is_ascii(pa.array(text, from_pandas=True)), fill_value=True)
    return ~plain.to_numpy(zero_copy_only=False)


def _clean(text: str) -> str:
    seen = JOINER_RUN.sub(_kept_joiner, STRAY.sub("", text))
    return unicodedata.normalize("NFC", seen).strip()


def _kept_joiner(found: re.Match[str]) -> str:
    """Keep a zero-width space only between two letters of a script that needs it."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return found.group() if OF_SCRIPTS.match(before) and OF_SCRIPTS.match(after) else ""


def _key(text: str) -> str:
    seen = JOINER_RUN.sub("", STRAY.sub("", text))
    folded = OTHER_SCRIPTS.sub(_folded, unicodedata.normalize("NFC", seen))
    thai = SARA_AM.sub("\\1\u0e33", folded).replace("\u0e40\u0e40", "\u0e41")  # two ways to type one vowel, twice
    return " ".join(unicodedata.normalize("NFC", thai).split())


def _folded(found: re.Match[str]) -> str:
    """Fold what is not Thai, Lao or Khmer, until folding changes nothing more."""
    text, again = "", found.group()
    while again != text:
        text = again
        bare = ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
        again = unicodedata.normalize("NFC", DASHES.sub("-", APOSTROPHES.sub("'", bare)))
    return text


# --- bytes ---

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
READ = ("utf-8-sig", "utf-16-le", "utf-16-be")

THAI_BYTES = "\u0e01-\u0e3a\u0e3f-\u0e5b"
BASE = "\u0e01-\u0e2e"
ABOVE_BELOW = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
LEADING = "\u0e40-\u0e44"

THAI_RUN = re.compile(f"[{THAI_BYTES}]+")
AGAINST_SPELLING = re.compile(f"(?<![{BASE}{ABOVE_BELOW}])[{ABOVE_BELOW}]|[{LEADING}](?![{BASE}])")
"""A vowel sign or tone without its consonant, or a leading vowel before none: what Latin accents become when read as Thai."""

LEAST_THAI = 0.9
"""Share of the letters beyond ASCII that must stand in Thai words of two letters or more before bytes are taken for Thai."""

MOST_MISSPELT = 0.02
"""Share of Thai letters that may stand where Thai spelling has no place for them (typing errors)."""

SAVE_AS_UTF8 = 'Save the file as UTF-8 (in a spreadsheet: "CSV UTF-8").'


def read_text(content: bytes) -> Decoded:
    r"""Decode the bytes of a text file, and say from which encoding.

    UTF-8 (with or without a byte order mark), UTF-16, and the Thai code page cp874 where the letters make Thai words. Anything else is
    refused: nearly all bytes are *some* Latin-1 text, so Latin-1 is never assumed.

    Parameters
    ----------
    content
        The bytes of the file.

    Returns
    -------
    Decoded
        ``text`` without the byte order mark, and ``encoding``: ``utf-8``, ``utf-8-sig``, ``utf-16-le``, ``utf-16-be`` or ``cp874``.

    Raises
    ------
    SchemaError
        If the bytes are in none of these; the message says where the first strange byte stands and what to do.

    Examples
    --------
    >>> read_text("\u0e2a\u0e38\u0e23\u0e34\u0e19\u0e17\u0e23\u0e4c".encode("cp874")).encoding
    'cp874'
    >>> read_text(b"\xef\xbb\xbfname").text
    'name'
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return Decoded(_decoded(content[len(mark) :], encoding), encoding)
    if b"\x00" in content:
        encoding = _wide(content)
        return Decoded(_decoded(content, encoding), encoding)
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return Decoded(_thai(content, error), "cp874")


def _decoded(content: bytes, encoding: str) -> str:
    if encoding not in READ:
        raise SchemaError(f"The text is {encoding}, which is not read here. {SAVE_AS_UTF8}")
    try:
        text = content.decode(encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        raise SchemaError(f"The text begins as {encoding} but byte {error.start} is not: the file is damaged. {SAVE_AS_UTF8}") from error
    if "\x00" in text:
        raise SchemaError(f"The file holds zero bytes: it is not text, or it is damaged. {SAVE_AS_UTF8}")
    return text


def _wide(content: bytes) -> str:
    """Tell the byte order of UTF-16 without a mark: the zero bytes of its spaces, commas and line ends stand on one side."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if len(content) % 2 or (even and odd):
        raise SchemaError(f"The file holds zero bytes: it is not text, or it is damaged. {SAVE_AS_UTF8}")
    return "utf-16-le" if odd else "utf-16-be"


def _thai(content: bytes, error: UnicodeDecodeError) -> str:
    """Decode as cp874 if the letters beyond ASCII make Thai words."""
    try:
        text = content.decode("cp874")
    except UnicodeDecodeError:
        text = ""
    if not _reads_as_thai(text):
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise SchemaError(
            f"Byte 0x{byte:02x} in line {line} is not UTF-8, and the text is not Thai (cp874): it may be Windows-1252 or Latin-1, "
            f"which cannot be told apart safely. {SAVE_AS_UTF8}"
        )
    return text


def _reads_as_thai(text: str) -> bool:
    beyond = sum(not letter.isascii() for letter in text)
    runs = [run for run in THAI_RUN.findall(text) if len(run) > 1]
    thai = sum(map(len, runs))
    misspelt = sum(len(AGAINST_SPELLING.findall(run)) for run in runs)
    return thai > 0 and thai >= LEAST_THAI * beyond and misspelt <= MOST_MISSPELT * thai
