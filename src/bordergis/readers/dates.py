"""Dates as people write them, in English, Khmer and Thai, of the Gregorian and the Buddhist era.

Every cell becomes exactly one of three things: a date with its precision, a fault that says what to do, or missing. Dates are local
(UTC+7, in both countries all year): a time without an offset keeps the date as written, a time with one gives the date it is there.
Whatever was assumed is said in ``flag``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from bordergis.readers.text import as_text, is_missing, plain_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

__all__ = ["LOCAL", "PRECISIONS", "parse_dates"]

LOCAL = timezone(timedelta(hours=7))
"""Local time of both countries (Asia/Bangkok, Asia/Phnom_Penh), without summer time."""

PRECISIONS = ("day", "month", "year", "missing")

FIRST_YEAR, LAST_YEAR = 1900, 2100
MONTHS = 12
EPOCH = 1970  # numpy counts years from here
BUDDHIST_YEARS = range(2400, 2601)
BUDDHIST_MINUS = 543
APRIL_YEARS_END = 2484
"""Until 2483 the Thai year began on 1 April; 2484 (1941) was the first to begin on 1 January."""

EXCEL_START = date(1899, 12, 30)
EXCEL_SERIALS = range(10_000, 73_416)
"""Serial numbers taken for dates: 1927-05-18 to 2100-12-31. Smaller ones are taken for years or are faults."""

ISO = (
    r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,12})?)?"
    r" ?(?P<offset>Z|UTC|(?P<sign>[+-])(?P<offset_hour>[0-9]{2}):?(?P<offset_minute>[0-9]{2})?)?)?$"
)
MOST_OFFSET_H = 14

WRITE = "write the date as 2025-07-24"
LONGEST = 100  # characters; a longer cell is a text, not a date
SHOWN = 40


def parse_dates(values: pd.Series, *, day_first: bool = True) -> pd.DataFrame:
    """Read dates from a column.

    Parameters
    ----------
    values
        Text, dates, or spreadsheet serial numbers.
    day_first
        Whether 03/04/2025 is the third of April (else the fourth of March); either way the reading is flagged.

    Returns
    -------
    pandas.DataFrame
        On the index of ``values``: ``date`` (datetime64[s]; the first day of a month or year given without day), ``precision``
        (:data:`PRECISIONS`; missing at a fault), ``flag`` (what was assumed), ``fault`` (why there is no date, and the remedy).

    Examples
    --------
    >>> parse_dates(pd.Series(["2025-07-24", "24 ก.ค. 2568", "July 2025", "31/02/2025"]))[["date", "precision", "flag"]]
            date precision                            flag
    0 2025-07-24       day                             NaN
    1 2025-07-24       day  Buddhist-era year 2568 is 2025
    2 2025-07-01     month                             NaN
    3        NaT       NaN                             NaN
    >>> parse_dates(pd.Series(["31/02/2025"]))["fault"][0]
    '2025-02-31 does not exist; correct the day or month'
    """
    if pd.api.types.is_datetime64_any_dtype(values):
        return _from_datetimes(values)

    text = as_text(values).str.strip()
    found = _iso_days(text)
    odd = np.isnat(found.day)
    odd[odd] = ~is_missing(text[odd]).to_numpy()
    _read_odd(text, odd, found, day_first=day_first)

    return found.table(values.index)


# --- whole columns at a time ---


@dataclass(frozen=True)
class _Found:
    """The columns of the answer, filled step by step; never seen outside this module."""

    day: NDArray[np.datetime64]
    precision: NDArray[np.object_]
    flag: NDArray[np.object_]
    fault: NDArray[np.object_]

    @classmethod
    def of(cls, day: NDArray[np.datetime64], written: NDArray[np.datetime64]) -> _Found:
        """Take dates of whole days; those that differ from the date written are flagged."""
        flag, fault = (np.full(len(day), None, dtype=object) for _ in range(2))
        moved = ~np.isnat(day) & (day != written)
        days, which = np.unique(day[moved], return_inverse=True)
        flag[moved] = np.array([_moved(one) for one in days], dtype=object)[which]
        return cls(day, np.where(np.isnat(day), "missing", "day").astype(object), flag, fault)

    def table(self, index: pd.Index) -> pd.DataFrame:
        words = {"precision": self.precision, "flag": self.flag, "fault": self.fault}
        columns = {name: pd.array(cells, dtype="str") for name, cells in words.items()}
        return pd.DataFrame({"date": self.day.astype("datetime64[s]")} | columns, index=index)


def _from_datetimes(values: pd.Series) -> pd.DataFrame:
    """Take the local date of values that are dates already."""
    written = values.dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    local = values.dt.tz_convert(LOCAL).dt.tz_localize(None).to_numpy().astype("datetime64[D]") if values.dt.tz is not None else written
    year = local.astype("datetime64[Y]").astype(int) + EPOCH
    beyond = ~np.isnat(local) & ((year < FIRST_YEAR) | (year > LAST_YEAR))
    found = _Found.of(np.where(beyond, np.datetime64("NaT", "D"), local), written)
    found.precision[beyond] = None
    found.fault[beyond] = [_beyond(int(one)) for one in year[beyond]]
    return found.table(values.index)


def _iso_days(text: pd.Series) -> _Found:
    """Read the ISO dates and timestamps that are plain; anything unusual stays NaT for a closer look."""
    parts = pc.extract_regex(pa.array(text, from_pandas=True), ISO)
    year, month, day = (_whole(parts, name) for name in ("year", "month", "day"))
    hour, minute, second = (_whole(parts, name) for name in ("hour", "minute", "second"))
    offset_hour, offset_minute = _whole(parts, "offset_hour"), _whole(parts, "offset_minute")
    months = (year - EPOCH) * MONTHS + np.clip(month, 1, MONTHS) - 1
    written = np.asarray(months.astype("datetime64[M]").astype("datetime64[D]") + (day - 1), dtype="datetime64[D]")
    good = (
        (year >= FIRST_YEAR)
        & (year <= LAST_YEAR)
        & (month == np.clip(month, 1, MONTHS))
        & (written.astype("datetime64[M]").astype(int) == months)
    )
    good &= (hour < 24) & (minute < 60) & (second < 60) & (offset_hour <= MOST_OFFSET_H) & (offset_minute < 60)  # noqa: PLR2004  # a clock

    has_offset = _texts(parts, "offset") != ""
    sign = np.where(_texts(parts, "sign") == "-", -1, 1)
    seconds = (hour * 60 + minute) * 60 + second + 7 * 3600 - sign * (offset_hour * 60 + offset_minute) * 60
    local = np.where(has_offset, (written.astype("datetime64[s]") + seconds).astype("datetime64[D]"), written)
    return _Found.of(np.where(good, local, np.datetime64("NaT", "D")), written)


def _texts(parts: pa.StructArray, name: str) -> NDArray[np.object_]:
    return pc.fill_null(pc.struct_field(parts, name), "").to_numpy(zero_copy_only=False)


def _whole(parts: pa.StructArray, name: str) -> Ints:
    """Take one part as a number; 0 where the text has none."""
    cells = pc.fill_null(pc.struct_field(parts, name), "")
    return pc.if_else(pc.equal(cells, ""), "0", cells).cast(pa.int64()).to_numpy(zero_copy_only=False)


def _moved(day: date | np.datetime64) -> str:
    return f"the time given is on {day} in UTC+7"


# --- one odd cell ---

ENGLISH = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?",
    "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
THAI = (
    "มกราคม|ม.ค.", "กุมภาพันธ์|ก.พ.", "มีนาคม|มี.ค.", "เมษายน|เม.ย.", "พฤษภาคม|พ.ค.", "มิถุนายน|มิ.ย.",
    "กรกฎาคม|ก.ค.", "สิงหาคม|ส.ค.", "กันยายน|ก.ย.", "ตุลาคม|ต.ค.", "พฤศจิกายน|พ.ย.", "ธันวาคม|ธ.ค.",
)  # fmt: skip
KHMER = ("មករា", "កុម្ភៈ|កុម្ភះ|កុម្ភ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

MONTH = re.compile(
    "|".join(
        rf"((?<![a-z])(?:{english})(?![a-z])\.?|{thai.replace('.', '[.]?')}|{khmer})"
        for english, thai, khmer in zip(ENGLISH, THAI, KHMER, strict=True)
    )
)
"""A month in any of the languages; the number of its group is its number."""

WEEKDAY = re.compile(r"(?<![a-z])(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|r|ur)?(?:day)?(?![a-z])\.?")
NOISE = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)(?![a-z])|(?<![a-z])of(?![a-z])|วันที่|เดือน|ปี|ថ្ងៃទី|ថ្ងៃ|ខែ|ឆ្នាំ")
BUDDHIST = re.compile(r"(?<![a-z])b\.?e(?![a-z])\.?|พ[.]?ศ[.]?|ព[.]?ស[.]?")
COMMON = re.compile(r"(?<![a-z])(?:a\.?d|c\.?e)(?![a-z])\.?|ค[.]?ศ[.]?|គ[.]?ស[.]?")
TIME = re.compile(r"[ t,]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?(?: ?[ap]\.?m\.?)?$")

NAMED = (
    re.compile(r"(?P<day>[0-9]{1,2}) @(?P<month>[0-9]+)@ (?P<year>[0-9]+)"),
    re.compile(r"@(?P<month>[0-9]+)@ (?P<day>[0-9]{1,2}) (?P<year>[0-9]+)"),
    re.compile(r"(?P<year>[0-9]{4}) @(?P<month>[0-9]+)@ (?P<day>[0-9]{1,2})"),
    re.compile(r"@(?P<month>[0-9]+)@ (?P<year>[0-9]{4})"),
    re.compile(r"(?P<year>[0-9]{4}) @(?P<month>[0-9]+)@"),
)
"""Orders of a date with the name of its month, once the name is ``@number@`` and everything between is one space."""

YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?:(?:\.0)?|[-/](?P<month>[0-9]{1,2}))")
DAY_LAST = re.compile(r"(?P<year>[0-9]{4})(?P<mark>[-/. ])(?P<month>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})")
COMPACT = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
MONTH_FIRST = re.compile(r"(?P<month>[0-9]{1,2})[-/](?P<year>[0-9]{4})")
YEAR_LAST = re.compile(r"(?P<one>[0-9]{1,2})(?P<mark>[-/. ])(?P<two>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})")
SHORT_YEAR = re.compile(r"[0-9]{1,2}(?P<mark>[-/. ])[0-9]{1,2}(?P=mark)(?P<year>[0-9]{2})")
SERIAL = re.compile(r"(?P<day>[0-9]{5})(?:\.[0-9]+)?")


class _UnreadError(ValueError):
    """Why a cell holds no date, and the remedy."""


@dataclass(frozen=True)
class _Read:
    """A date read from one odd cell."""

    day: date
    precision: str = "day"
    flags: tuple[str, ...] = ()

    def with_flag(self, *flags: str) -> _Read:
        return replace(self, flags=(*self.flags, *flags))


def _read_odd(text: pd.Series, odd: Mask, found: _Found, *, day_first: bool) -> None:
    """Read the odd cells, each distinct text once."""
    which, cells = pd.factorize(plain_text(text[odd]).to_numpy(dtype=object))
    answers = [_answer(cell, day_first=day_first) for cell in cells]
    for column, cell in zip((found.day, found.precision, found.flag, found.fault), zip(*answers, strict=True), strict=False):
        column[odd] = np.array(cell, dtype=column.dtype)[which]


def _answer(cell: str, *, day_first: bool) -> tuple[np.datetime64, str | None, str | None, str | None]:
    try:
        read = _read(cell, day_first=day_first)
    except _UnreadError as error:
        return np.datetime64("NaT", "D"), None, None, str(error)
    return np.datetime64(read.day, "D"), read.precision, "; ".join(read.flags) or None, None


def _read(cell: str, *, day_first: bool) -> _Read:
    text = " ".join(cell.casefold().split())
    if len(text) > LONGEST:
        raise _UnreadError(f"a text of {len(text)} characters is not a date; {WRITE}")
    if stamp := re.fullmatch(ISO, text.upper()):
        return _from_iso(stamp)
    bare = _without_time(text)
    if serial := SERIAL.fullmatch(bare):
        return _from_serial(int(serial["day"]), text)
    bare, era = _without_era(bare)
    bare, weekday = _without_weekday(" ".join(NOISE.sub(" ", bare).split()))
    read = _from_named(bare, era) if MONTH.search(bare) else _from_numbers(bare, era, day_first=day_first)
    return read.with_flag(f"{weekday} does not fit {read.day}") if weekday not in ("", WEEKDAYS[read.day.weekday()]) else read


def _shown(text: str) -> str:
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "\u2026")


def _beyond(year: int) -> str:
    return f"the year {year} is not in {FIRST_YEAR}-{LAST_YEAR}; correct the year"


def _dated(year: int, month: int = 1, day: int = 1, precision: str = "day", *, era: str = "") -> _Read:
    """Make a date of numbers that are known to be year, month and day; the year may be of the Buddhist era."""
    buddhist = year in BUDDHIST_YEARS
    if (era == "BE") != buddhist and era:
        raise _UnreadError(f"the year {year} is not of the era given ({era}); correct the year or the era")
    if buddhist and year < APRIL_YEARS_END and (precision == "year" or month <= 3):  # noqa: PLR2004  # March
        raise _UnreadError(f"before 2484 the Thai year began in April, so {year} may be either of two years; write the Gregorian year")
    common = year - BUDDHIST_MINUS if buddhist else year
    if not FIRST_YEAR <= common <= LAST_YEAR:
        raise _UnreadError(_beyond(year))
    try:
        made = date(common, month, day)
    except ValueError:
        raise _UnreadError(f"{common}-{month:02d}-{day:02d} does not exist; correct the day or month") from None
    return _Read(made, precision, (f"Buddhist-era year {year} is {common}",) if buddhist else ())


def _from_iso(stamp: re.Match[str]) -> _Read:
    read = _dated(int(stamp["year"]), int(stamp["month"]), int(stamp["day"]))
    if stamp["hour"] is None:
        return read
    hour, minute, second = int(stamp["hour"]), int(stamp["minute"]), int(stamp["second"] or 0)
    _require_clock(hour, minute, second)
    if stamp["offset"] is None:
        return read
    ahead = timedelta(hours=int(stamp["offset_hour"] or 0), minutes=int(stamp["offset_minute"] or 0))
    if ahead > timedelta(hours=MOST_OFFSET_H) or int(stamp["offset_minute"] or 0) > 59:  # noqa: PLR2004  # minutes
        raise _UnreadError(f"{stamp['offset']} is not an offset from UTC; write +07:00 for local time")
    utc = datetime(read.day.year, read.day.month, read.day.day, tzinfo=UTC) + (ahead if stamp["sign"] == "-" else -ahead)
    local = (utc + timedelta(hours=hour, minutes=minute, seconds=min(second, 59))).astimezone(LOCAL).date()
    if local == read.day or (hour == 24 and stamp["offset"] in ("+07", "+0700", "+07:00")):  # noqa: PLR2004  # the end of the day
        return read
    return replace(read, day=local).with_flag(_moved(local))


def _require_clock(hour: int, minute: int, second: int) -> None:
    if minute > 59 or second > 60 or (hour, minute, second) > (24, 0, 0):  # noqa: PLR2004  # a clock, with leap second
        raise _UnreadError(f"{hour:02d}:{minute:02d}:{second:02d} is not a time; correct it, or give the date alone")


def _without_time(text: str) -> str:
    found = TIME.search(text)
    if found is None:
        return text
    _require_clock(int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    return text[: found.start()]


def _without_era(text: str) -> tuple[str, str]:
    for era, words in (("BE", BUDDHIST), ("CE", COMMON)):
        bare, n = words.subn(" ", text)
        if n:
            return bare, era
    return text, ""


def _without_weekday(text: str) -> tuple[str, str]:
    found = WEEKDAY.search(text)
    return (WEEKDAY.sub(" ", text, count=1).strip(" ,"), found[1]) if found else (text, "")


def _from_serial(serial: int, text: str) -> _Read:
    if serial not in EXCEL_SERIALS:
        raise _UnreadError(f"{_shown(text)} is a number beyond the dates of a spreadsheet; {WRITE}")
    return _Read(EXCEL_START + timedelta(days=serial), flags=("read as a spreadsheet serial number (1900 system)",))


def _from_named(text: str, era: str) -> _Read:
    """Read a date whose month is a word."""
    bare = re.sub(r"[\s,./-]+", " ", MONTH.sub(lambda name: f" @{name.lastindex}@ ", text.replace("@", "?"))).strip()
    for order in NAMED:
        if found := order.fullmatch(bare):
            parts = found.groupdict()
            precision = "day" if "day" in parts else "month"
            return _dated(_full_year(parts["year"], text), int(parts["month"]), int(parts.get("day", 1)), precision, era=era)
    raise _UnreadError(f"{_shown(text)} is not one date with its year; {WRITE}")


def _full_year(year: str, text: str) -> int:
    if len(year) != 4:  # noqa: PLR2004  # digits
        raise _UnreadError(f"{_shown(text)}: the era of the year {year} is ambiguous (1900s, 2000s or Buddhist 2500s); write four digits")
    return int(year)


def _from_numbers(text: str, era: str, *, day_first: bool) -> _Read:
    """Read a date that is all numbers."""
    bare = re.sub(r" ?([-/.]) ?", r"\1", text)
    if found := DAY_LAST.fullmatch(bare) or COMPACT.fullmatch(bare):
        return _dated(int(found["year"]), int(found["month"]), int(found["day"]), era=era)
    if found := YEAR_FIRST.fullmatch(bare) or MONTH_FIRST.fullmatch(bare):
        return _dated(int(found["year"]), int(found["month"] or 1), precision="month" if found["month"] else "year", era=era)
    if found := SHORT_YEAR.fullmatch(bare):
        _full_year(found["year"], text)
    if found := YEAR_LAST.fullmatch(bare):
        return _from_day_and_month(int(found["year"]), int(found["one"]), int(found["two"]), era, day_first=day_first)
    raise _UnreadError(f"{_shown(text)} is not a date; {WRITE}")


def _from_day_and_month(year: int, one: int, two: int, era: str, *, day_first: bool) -> _Read:
    """Tell day from month: by the numbers where they leave no choice, else by the order of the file."""
    first, second = "day/month", "month/day"
    if not day_first:
        one, two, first, second = two, one, second, first  # now `one` is the day in the order of the file
    if two > MONTHS >= one:
        return _dated(year, one, two, era=era).with_flag(f"read as {second}: only so it is a date")
    read = _dated(year, two, one, era=era)
    if one > MONTHS or one == two:
        return read
    other = _dated(year, one, two, era=era).day
    return read.with_flag(f"read as {first}: {read.day} (as {second} it would be {other})")
