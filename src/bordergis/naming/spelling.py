"""How a name is written: words, kinds of place, sounds, spelling families. No place is known here."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from bordergis import datasets

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Form", "Kinds", "coarse", "fold", "kinds", "name_forms", "sound", "vocabulary"]

FEWEST_LETTERS = 2
"""A word of a kind is taken off a name only where at least so many letters stay."""

FEWEST_LETTERS_OF_PART = 5
"""The part of a village (New, North, 2) is left aside only where the name that stays can carry a match."""

LARGEST_NUMBER_WORD = 10


_APOSTROPHE = re.compile("[\u2018\u2019\u02bc`\u00b4]")
_STREAM = re.compile(r"\b(?:o|ou)'\s*(?=\w)")
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_DOUBLED = re.compile(r"([^\W\d])\1+")


@dataclass(frozen=True, slots=True)
class Kinds:
    """The words for kinds of place, ready to look up.

    Attributes
    ----------
    lead, trail
        Word (or words) before and after a name, to the kind.
    column
        Value of a gazetteer's ``kind`` column, to the kind.
    proper
        Kinds whose leading word belongs to the proper name.
    words
        Kind in words: ``a village``.
    """

    lead: Mapping[str, str]
    trail: Mapping[str, str]
    column: Mapping[str, str]
    proper: frozenset[str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to read a name.

    Attributes
    ----------
    raw
        The letters that identify the place, as written.
    key
        The same by sound.
    words
        The words by sound, with spaces.
    stated
        Kinds the name's words state (``Ban`` a settlement, ``temple`` a temple).
    dropped
        Kind of the leading proper word that this reading leaves aside, else empty.
    part
        The part of a village (``mai``) that this reading leaves aside, else empty.
    """

    raw: str
    key: str
    words: str
    stated: frozenset[str]
    dropped: str = ""
    part: str = ""


@cache
def _tables() -> dict[str, object]:
    with datasets.path("facts/spellings.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def kinds() -> Kinds:
    """Read the words for kinds of place.

    Examples
    --------
    >>> kinds().lead["ban"], kinds().trail["point of entry"]
    ('settlement', 'checkpoint')
    """
    entries: list[dict[str, object]] = _tables()["kind"]  # type: ignore[assignment]

    def by(field: str) -> Mapping[str, str]:
        return MappingProxyType({word: str(entry["id"]) for entry in entries for word in entry.get(field, [])})  # type: ignore[attr-defined]

    return Kinds(
        lead=by("lead"),
        trail=by("trail"),
        column=by("of"),
        proper=frozenset(str(entry["id"]) for entry in entries if entry.get("proper")),
        words=MappingProxyType({str(entry["id"]): str(entry["words"]) for entry in entries}),
    )


@cache
def vocabulary(name: str) -> tuple[str, ...]:
    """Read a list of plain words, such as ``vague`` or ``reference``.

    Examples
    --------
    >>> "opposite" in vocabulary("reference")
    True
    """
    words: dict[str, list[str]] = _tables()["words"]  # type: ignore[assignment]
    return tuple(words[name])


@cache
def fold(text: str) -> str:
    r"""Write a name in plain small letters: no accents, apostrophes or signs; scripts other than Latin keep their marks.

    Examples
    --------
    >>> fold("O'Smach"), fold("Phumĭ Ta-Loep"), fold("ព្រៃ\u200bចាន់")
    ('ou smach', 'phumi ta loep', 'ព្រៃចាន់')
    """
    plain = text.lower() if text.isascii() else "".join(_bare(letter) for letter in unicodedata.normalize("NFC", text)).lower()
    if not plain.isascii():
        plain = _APOSTROPHE.sub("'", plain)
        plain = "".join(letter if letter == "'" or _in_a_word(letter) else " " for letter in plain)
    return " ".join(_SIGNS.sub(" ", _STREAM.sub("ou ", plain).replace("'", "")).split())


def _bare(letter: str) -> str:
    """Take the accents off a Latin letter, and read any digit as 0 to 9; drop what has no width."""
    if letter.isascii():
        return letter
    if letter.isdigit():
        return str(unicodedata.digit(letter, letter))
    if unicodedata.category(letter) == "Cf":
        return ""
    first = unicodedata.normalize("NFD", letter)[0]
    return first if first.isascii() else letter


def _in_a_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) in {"Mn", "Mc"}


@cache
def _sounds() -> tuple[tuple[re.Pattern[str], str], ...]:
    rules: list[dict[str, str]] = _tables()["sound"]  # type: ignore[assignment]
    return tuple((re.compile(rule["pattern"]), rule["becomes"]) for rule in rules)


@cache
def _families() -> Mapping[str, str]:
    entries: list[dict[str, list[str]]] = _tables()["family"]  # type: ignore[assignment]
    return MappingProxyType({word: entry["words"][0] for entry in entries for word in entry["words"]})


@cache
def sound(word: str) -> str:
    """Write one folded word by its sound; spellings of one family become one.

    Examples
    --------
    >>> sound("joop") == sound("chup"), sound("chorak") == sound("charok"), sound("chorak") == sound("chok")
    (True, True, False)
    """
    word = _families().get(word, word)
    for pattern, becomes in _sounds():
        word = pattern.sub(becomes, word)
    return word


@cache
def coarse(key: str) -> str:
    """Write a name by sound with three vowels only, as romanisations of one vowel differ most.

    Examples
    --------
    >>> coarse("prum") == coarse("prom"), coarse("prum") == coarse("pram")
    (True, False)
    """
    return re.sub("[aeiouy]+", lambda run: "o" if set(run[0]) & set("ou") else "e" if set(run[0]) & set("eiy") else "a", key)


@cache
def name_forms(name: str) -> tuple[Form, ...]:
    """Read one name in every way that may identify the place: with its parts, and with kind or ward left aside.

    Examples
    --------
    >>> [(form.raw, form.dropped, form.part) for form in name_forms("Ban Sai Taku Kao")]
    [('saitakukao', '', ''), ('saitaku', '', 'kao')]
    >>> [(form.raw, sorted(form.stated), form.dropped) for form in name_forms("Prasat Ta Khwai")]
    [('temple takhwai', ['temple'], ''), ('takhwai', ['temple'], 'temple')]
    """
    words, trail = _without_trail(tuple(fold(name).split()))
    words, prefix = _without_prefix(words)
    lead, core = _proper_lead(words)
    stated = frozenset({trail, prefix, lead} - {""})
    forms = []
    for reading in _number_readings(core):
        whole, part = _without_part(reading)
        forms += [_form(reading, lead, stated)]
        forms += [_form(reading, "", stated, dropped=lead)] if lead else []
        forms += [_form(whole, lead, stated, part=part)] if part else []
    return tuple(dict.fromkeys(form for form in forms if form.raw))


def _form(core: tuple[str, ...], lead: str, stated: frozenset[str], *, dropped: str = "", part: str = "") -> Form:
    head = f"{lead} " if lead else ""
    words = [sound(word) for word in core]
    return Form(head + "".join(core), head + _DOUBLED.sub(r"\1", "".join(words)), head + " ".join(words), stated, dropped, part)


def _without_trail(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Take the words of a kind off the end, and those that only widen: ``Choam international checkpoint area``."""
    wide, trail = vocabulary("wide"), kinds().trail
    found = ""
    while len(words) > 1:
        length = next((n for n in (4, 3, 2, 1) if n < len(words) and " ".join(words[-n:]) in trail), 0)
        if length:
            found = found or trail[" ".join(words[-length:])]
        elif words[-1] in wide:
            length = 1
        else:
            break
        words = words[:-length]
    return words, found


def _without_prefix(words: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Take off a leading word that may be left out of a name: Ban, Phum, district."""
    kind, rest = _leading(words)
    return (rest, kind) if kind and kind not in kinds().proper else (words, "")


def _proper_lead(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    kind, rest = _leading(words)
    return (kind, rest) if kind in kinds().proper else ("", words)


def _leading(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Find a leading word of a kind; Thai and Khmer write it without a space."""
    lead = kinds().lead
    for length in (2, 1):
        head, rest = " ".join(words[:length]), words[length:]
        if head in lead and len("".join(rest)) >= FEWEST_LETTERS:
            return lead[head], rest
    if words and not words[0].isascii():
        for head in sorted((word for word in lead if not word.isascii()), key=len, reverse=True):
            rest_of_word = words[0].removeprefix(head)
            if rest_of_word != words[0] and len(rest_of_word) >= FEWEST_LETTERS:
                return lead[head], (rest_of_word, *words[1:])
    return "", words


def _number_readings(core: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Read digits as they are, and as the words of each language: Sai Tho 10, Sai Tho Sip."""
    numbers: dict[str, list[str]] = _tables()["numbers"]  # type: ignore[assignment]
    if len(core) == 1 or not any(word.isdigit() and int(word) <= LARGEST_NUMBER_WORD for word in core):
        return [core]
    read = [tuple(_number(word, names) for word in core) for names in numbers.values()]
    return [core, *read]


def _number(word: str, names: list[str]) -> str:
    return names[int(word)] if word.isdigit() and int(word) <= LARGEST_NUMBER_WORD else word


def _without_part(core: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Take the part of a village off the end, where enough of the name stays."""
    parts = vocabulary("part")
    n = len(core)
    while n > 1 and (core[n - 1] in parts or core[n - 1].isdigit()):
        n -= 1
    enough = len("".join(core[:n])) >= FEWEST_LETTERS_OF_PART
    return (core[:n], " ".join(core[n:])) if n < len(core) and enough else (core, "")
