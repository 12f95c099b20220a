"""What a text says of a place: its names, what it lies in, what it is only seen from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from bordergis.naming.spelling import fold, kinds, name_forms, vocabulary

__all__ = ["ADMIN", "Mention", "read_mention", "split_places", "split_units"]

ADMIN = ("subdistrict", "district", "province")
"""Kinds that are administrative units, finest first."""

_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_SEPARATOR = re.compile(r"\s*;\s*|\s+/\s+|(?<!\d)/(?!\d)|\s+(?:and|&)\s+|\s+[-\u2013\u2014]\s+")
_INSIDE = re.compile(r",?\s+(?:in|inside|within)\s+(?:the\s+)?", re.IGNORECASE)
_AT = re.compile(r"^(?:at|around|in|inside|within)\s+(?:the\s+)?", re.IGNORECASE)
_LISTED = re.compile(r"\s(?:and|&)\s")


@dataclass(frozen=True, slots=True)
class Mention:
    """One place as a text gives it.

    Attributes
    ----------
    names
        Its names, the one outside brackets first; empty where the text only points from another place, or names none.
    parents
        Administrative units it is said to lie in.
    context
        Named places it is said to be part of or at (``Hill 677, Chong An Ma``), or names in brackets that may be either.
    anchor
        The place it is only described from (``opposite X``).
    wide
        Whether the text says the area around the name.
    vague
        ``border`` for the border as a whole, ``nothing`` where no place is named, else empty.
    """

    names: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    anchor: str = ""
    wide: bool = False
    vague: str = ""


def split_places(text: str) -> list[str]:
    """Split a text that names several places into one text a place.

    ``;``, `` / ``, `` and `` and `` - `` separate. A comma separates only where both sides are places of their own; after a site, a
    numbered hill or before a district it says where the one place is. A crossing named for both its ends stays one. A plural is
    given to each: ``A and B villages``.

    Parameters
    ----------
    text
        The place or places in the words of a report.

    Returns
    -------
    list of str
        At least one text, in the order given.

    Examples
    --------
    >>> split_places("Chok Chey and Prey Chan villages; Boeung Trakuon area")
    ['Chok Chey villages', 'Prey Chan villages', 'Boeung Trakuon area']
    >>> split_places("PTT gas station, Ban Phue")
    ['PTT gas station, Ban Phue']
    >>> split_places("Ban Pak Khlong, Koh Yor opposite Ban Hat Lek")
    ['Ban Pak Khlong', 'Koh Yor opposite Ban Hat Lek']
    """
    places: list[str] = []
    for segment in _outside_brackets(re.compile(r"\s*;\s*"), text):
        parts = _parts(segment)
        places += _share_words([piece for part in parts for piece in _comma_parts(part, listed=bool(_LISTED.search(segment)))])
    named = [place for place in places if not _vague(place)]
    return named or [text.strip()]


def split_units(text: str) -> list[str]:
    """Split a text that names administrative units: every separator and comma counts, remarks in brackets do not.

    Examples
    --------
    >>> split_units("O'Bei Choan commune, O'Chrov district / Khok Sung district; Sa Kaeo (Thai side)")
    ["O'Bei Choan commune", "O'Chrov district", 'Khok Sung district', 'Sa Kaeo']
    """
    stretches = [stretch for stretch in re.split("[,;]", _BRACKET.sub("", text)) if stretch.strip()]
    return [unit for stretch in stretches for unit in _share_words([part.strip() for part in _SEPARATOR.split(stretch) if part.strip()])]


@cache
def read_mention(text: str) -> Mention:
    """Read what one text (of one place) says.

    Examples
    --------
    >>> read_mention("Ekphap village area (iNews.id), Veal Veng district")
    Mention(names=('Ekphap village area',), parents=('Veal Veng district',), context=(), anchor='', wide=True, vague='')
    >>> read_mention("c.2 km from Ban Nong Chan").anchor, read_mention("along the c.800 km border").vague
    ('Ban Nong Chan', 'border')
    >>> read_mention("border area in Surin province").parents
    ('Surin province',)
    """
    if _vague(text):
        return Mention(vague="border" if set(fold(text).split()) & set(vocabulary("border")) else "nothing")
    plain, remarks = _brackets(text)
    before, anchor = _reference(_INSIDE.sub(", ", _AT.sub("", plain)))
    if any(fold(remark) in vocabulary("reference") for remark in remarks):
        before, anchor = "", plain
    if not before or _vague(before):
        return Mention(anchor=anchor, vague="" if anchor else "nothing")
    head, *rest = [part.strip() for part in before.split(",") if part.strip()]
    if _vague(head):
        return Mention(parents=tuple(rest), vague="nothing")
    parents = tuple(part for part in rest if _admin(part))
    beside = tuple(part for part in rest if part not in parents and not _road(part))
    others = tuple(remark for remark in remarks if not _remark(remark))
    wide = bool(set(fold(head).split()) & set(vocabulary("wide")))
    respelled = _respelled(text, head)
    return Mention(_both_ends(head) + respelled, parents, beside + (() if respelled else others), anchor, wide)


def _both_ends(name: str) -> tuple[str, ...]:
    """Read a crossing named for both its ends as two names of the one crossing."""
    ends = _SEPARATOR.split(name)
    words = fold(ends[-1]).split()
    kind = next((" ".join(words[-n:]) for n in (4, 3, 2, 1) if kinds().trail.get(" ".join(words[-n:])) == "checkpoint"), "checkpoint")
    return (name,) if len(ends) == 1 else (*(f"{end} {kind}" for end in ends[:-1]), ends[-1])


def _outside_brackets(separator: re.Pattern[str], text: str) -> list[str]:
    """Split, but not inside brackets."""
    hidden = _BRACKET.sub(lambda found: "\0" * len(found[0]), text)
    ends = [0, *(end for found in separator.finditer(hidden) for end in found.span()), len(text)]
    pieces = [text[start:end].strip() for start, end in zip(ends[::2], ends[1::2], strict=True)]
    return [piece for piece in pieces if piece]


def _parts(segment: str) -> list[str]:
    """Split at the separators; a crossing named for both its ends, and the two ends of `between A and B`, stay together."""
    if fold(segment).startswith("between "):
        return [segment]
    parts = _outside_brackets(_SEPARATOR, segment)
    dashed = len(_outside_brackets(re.compile(r"\s+[-\u2013\u2014]\s+"), segment)) == len(parts) > 1
    return [segment] if dashed and "checkpoint" in _stated(parts[-1]) else parts


def _comma_parts(text: str, *, listed: bool) -> list[str]:
    head, *rest = _outside_brackets(re.compile(r"\s*,\s*"), text)
    pieces = [head]
    for part in rest:
        separate = not _admin(part) and not _road(part) and not _site(pieces[-1]) and (listed or (_kinded(pieces[-1]) and _kinded(part)))
        pieces = [*pieces, part] if separate else [*pieces[:-1], f"{pieces[-1]}, {part}"]
    return pieces


def _share_words(pieces: list[str]) -> list[str]:
    """Give the plural at the end to each piece before it, and the leading word of `Hills 1 and 2` to the numbers after it."""
    if len(pieces) < 2:  # noqa: PLR2004  a single piece shares with none
        return pieces
    last = fold(pieces[-1]).split()[-1:]
    plural = last[0] if last and last[0].endswith("s") and last[0] in kinds().trail else ""
    shared = [
        piece if not plural or _stated(piece) & (set(kinds().column.values()) - kinds().proper) else f"{piece} {plural}"
        for piece in pieces[:-1]
    ]
    first = fold(pieces[0]).split()[:1]
    lead = pieces[0].split()[0] if first and first[0] in kinds().lead else ""
    return [f"{lead} {piece}" if lead and fold(piece).isdigit() else piece for piece in [*shared, pieces[-1]]]


def _stated(text: str) -> frozenset[str]:
    return frozenset(kind for form in name_forms(_BRACKET.sub("", text)) for kind in form.stated)


def _admin(text: str) -> bool:
    return bool(_stated(text) & set(ADMIN))


def _road(text: str) -> bool:
    words = fold(text).split()
    return any(" ".join(words[:n]) in vocabulary("road") or " ".join(words[-n:]) in vocabulary("road") for n in (1, 2))


def _site(text: str) -> bool:
    """Whether a piece is a site or a numbered feature, which the part after a comma places."""
    return "facility" in _stated(text) or (fold(text).split()[-1:] != [] and fold(text).split()[-1].isdigit())


def _kinded(text: str) -> bool:
    return bool(_stated(text))


def _vague(text: str) -> bool:
    """Whether a text holds only words that name no place, and numbers."""
    known = {*vocabulary("vague"), *vocabulary("wide"), *(word for word in kinds().trail if " " not in word)}
    words = re.sub(r"(\d)([a-z])", r"\1 \2", fold(text)).split()
    return all(word.isdigit() or word in known for word in words) and not _numbered(words)


def _numbered(words: list[str]) -> bool:
    """Whether it is a feature known by number: ``Hill 350``."""
    return len(words) == 2 and words[0] in kinds().lead and words[1].isdigit()  # noqa: PLR2004  a word and a number


def _brackets(text: str) -> tuple[str, tuple[str, ...]]:
    return _BRACKET.sub("", text).strip(), tuple(found.strip() for found in _BRACKET.findall(text))


def _remark(text: str) -> bool:
    """Whether brackets hold a remark (a country, a language, a source with its date) and not a name."""
    words = fold(text).split()
    return "." in text or any(word.isdigit() for word in words) or all(word in vocabulary("remark") for word in words)


def _respelled(text: str, head: str) -> tuple[str, ...]:
    """Read a single word in brackets as another spelling of the word before it: ``Phnom Prich (Proek)``."""
    found = re.search(r"(\w+)\s*\((\w+)\)", text)
    if not found or _remark(found[2]) or found[1] not in head.split() or len(head.split()) == 1:
        return ()
    return (head.replace(found[1], found[2]),)


@cache
def _reference_words() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(vocabulary("reference"), key=len, reverse=True))
    units = "|".join(vocabulary("units"))
    length = rf"(?:c\.?\s*|ca\.?\s*|about\s+|some\s+|approximately\s+|~\s*)?\d[\d.,]*\s*(?:{units})\b"
    return re.compile(rf"(?:^|\s)(?:{length}(?:[\w\s-]*?)\b(?:from|of|{words})|(?:just\s+)?(?:{words}))\s+", re.IGNORECASE)


def _reference(text: str) -> tuple[str, str]:
    """Part a text at its first word of reference: the place before it, and the place it is seen from."""
    found = _reference_words().search(text)
    return (text[: found.start()].strip(" ,"), text[found.end() :].strip()) if found else (text, "")
