"""Text in lines of a given width, also in scripts that put no space between words."""

from __future__ import annotations

import unicodedata

__all__ = ["folded"]

KHMER = frozenset(map(chr, range(0x1780, 0x1800)))
KHMER_WIDTH = 1.35  # of a Latin letter of the same size
COENG = "\N{KHMER SIGN COENG}"  # makes the next letter a subscript of the one before


def folded(text: str, columns: int) -> str:
    """Fold a text into lines; a run without spaces, as Khmer and Thai have, is folded between its letters with their signs.

    Parameters
    ----------
    text
        Any text.
    columns
        Letters a line, signs above and below not counted.

    Examples
    --------
    >>> folded("ten columns wide", 11).splitlines()
    ['ten columns', 'wide']
    """
    lines, line, wide = [], "", 0.0
    for word in _words(text, columns):
        size = _columns(word)
        if line and wide + size > columns:
            lines.append(line.rstrip())
            line, wide, word = "", 0.0, word.lstrip()  # noqa: PLW2901  a line does not begin with a space
        line, wide = line + word, wide + size
    return "\n".join([*lines, line.rstrip()])


def _words(text: str, columns: int) -> list[str]:
    parts: list[str] = []
    for run in text.replace("\N{ZERO WIDTH SPACE}", "").split(" "):
        pieces = _letters(run) if _columns(run) > columns else [run]
        parts += [(" " if number == 0 and parts else "") + piece for number, piece in enumerate(pieces)]
    return parts


def _letters(run: str) -> list[str]:
    """Split a run before each letter that is not a sign on, or a subscript of, the letter before it."""
    letters: list[str] = []
    for sign in run:
        joined = unicodedata.category(sign).startswith("M") or (letters and letters[-1].endswith(COENG))
        letters = [*letters[:-1], letters[-1] + sign] if joined and letters else [*letters, sign]
    return letters


def _columns(text: str) -> float:
    return sum(KHMER_WIDTH if sign in KHMER else 1.0 for sign in text if not unicodedata.category(sign).startswith("M"))
