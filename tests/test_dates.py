"""A cell is a date, a fault or missing; a date never shifts, and what was assumed is said."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bordergis.readers.dates import PRECISIONS, parse_dates

LAW = settings(deadline=None)
FUZZ = settings(max_examples=210, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LEAST, MOST = 12, 14
"""Four fuzz tests of 210 columns of at least 12 cells make the 10,000 cases."""

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
NOT_APRIL_YEARS = st.dates(dt.date(1941, 1, 1), dt.date(2057, 12, 31))
"""Days whose Buddhist year began on 1 January."""

ENGLISH = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
THAI = ["มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"]
THAI_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
KHMER = ["មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"]


def read(text, **options):
    return parse_dates(pd.Series([text], dtype="object"), **options).iloc[0]


def local_digits(text, zero):
    return str(text).translate({ord("0") + digit: zero + digit for digit in range(10)})


def require_sound(table):
    """What holds for every answer, whatever the cells were."""
    dated, missing, faulty = table["date"].notna(), table["precision"] == "missing", table["fault"].notna()
    assert (dated.astype(int) + missing.astype(int) + faulty.astype(int) == 1).all()
    assert table["date"].dtype == "datetime64[s]"
    assert table["date"][dated].between("1900-01-01", "2100-12-31").all()
    assert table["precision"][~faulty].isin(PRECISIONS).all()
    assert table["precision"][faulty].isna().all()
    assert table["flag"][~dated].isna().all()
    assert (table["date"].dt.day[table["precision"].isin(["month", "year"])] == 1).all()
    assert (table["date"].dt.month[table["precision"] == "year"] == 1).all()


# --- dates worked out by hand ---


@pytest.mark.parametrize(
    "text",
    [
        "2025-07-24",
        " 2025-07-24 ",
        "2025/07/24",
        "2025.7.24",
        "20250724",
        "24/07/2025",
        "24-7-2025",
        "24.07.2025",
        "24 / 07 / 2025",
        "24 07 2025",
        "24 Jul 2025",
        "24-Jul-2025",
        "24 JULY 2025",
        "24th of July 2025",
        "July 24, 2025",
        "Jul. 24 2025",
        "2025 Jul 24",
        "Thu 24 Jul 2025",
        "Thursday, July 24, 2025",
        "24 กรกฎาคม ค.ศ. 2025",
        "24 ก.ค. 2025",
        "24 กค 2025",
        "๒๔/๐๗/๒๐๒๕",
        "២៤ កក្កដា ២០២៥",
        "ថ្ងៃទី២៤ ខែកក្កដា ឆ្នាំ២០២៥",
        "២៤\u200bកក្កដា\u200b២០២៥",
        "2025-07-24T00:00:00",
        "2025-07-24 23:59:59.999999",
        "2025-07-24T23:59:59+07:00",
        "2025-07-24T16:59:59Z",
        "2025-07-24T00:00+0700",
        "2025-07-23T17:00:00Z",
        "24/07/2025 13:45",
        "24 Jul 2025, 1:45 PM",
        dt.date(2025, 7, 24),
        dt.datetime(2025, 7, 24, 23, 59),  # noqa: DTZ001  # as a spreadsheet gives it
        pd.Timestamp("2025-07-24 23:59", tz="Asia/Bangkok"),
    ],
)
def test_one_day_written_in_many_ways(text):
    got = read(text)
    assert (got["date"], got["precision"]) == (pd.Timestamp("2025-07-24"), "day")
    assert pd.isna(got["flag"]) or got["flag"] == "the time given is on 2025-07-24 in UTC+7"


@pytest.mark.parametrize(
    "text",
    [
        "24 กรกฎาคม 2568",
        "24ก.ค.2568",
        "วันที่ 24 เดือนกรกฎาคม พ.ศ. 2568",
        "๒๔ กรกฎาคม ๒๕๖๘",
        "2568-07-24",
        "24/7/2568",
        "24 July 2568 B.E.",
        "២៤ កក្កដា ព.ស. ២៥៦៨",
    ],
)
def test_a_year_of_the_buddhist_era_is_read_and_flagged(text):
    got = read(text)
    assert (got["date"], got["flag"]) == (pd.Timestamp("2025-07-24"), "Buddhist-era year 2568 is 2025")


@pytest.mark.parametrize(
    ("text", "date", "precision"),
    [
        ("2025-07", "2025-07-01", "month"),
        ("2025/7", "2025-07-01", "month"),
        ("07/2025", "2025-07-01", "month"),
        ("July 2025", "2025-07-01", "month"),
        ("2025 July", "2025-07-01", "month"),
        ("กรกฎาคม 2568", "2025-07-01", "month"),
        ("ខែកក្កដា ឆ្នាំ២០២៥", "2025-07-01", "month"),
        ("2025", "2025-01-01", "year"),
        ("2025.0", "2025-01-01", "year"),
        (2025, "2025-01-01", "year"),
        ("พ.ศ. 2568", "2025-01-01", "year"),
    ],
)
def test_a_month_or_a_year_alone_keeps_its_precision(text, date, precision):
    assert read(text)[["date", "precision"]].tolist() == [pd.Timestamp(date), precision]


@pytest.mark.parametrize(
    ("text", "day_first", "date", "flag"),
    [
        ("03/04/2025", True, "2025-04-03", "read as day/month: 2025-04-03 (as month/day it would be 2025-03-04)"),
        ("03/04/2025", False, "2025-03-04", "read as month/day: 2025-03-04 (as day/month it would be 2025-04-03)"),
        ("07/24/2025", True, "2025-07-24", "read as month/day: only so it is a date"),
        ("24/07/2025", False, "2025-07-24", "read as day/month: only so it is a date"),
        ("07/24/2025", False, "2025-07-24", None),
        ("24/07/2025", True, "2025-07-24", None),
        ("04/04/2025", True, "2025-04-04", None),
    ],
)
def test_the_order_of_day_and_month_is_said_wherever_it_was_chosen(text, day_first, date, flag):
    got = read(text, day_first=day_first)
    assert got["date"] == pd.Timestamp(date)
    assert got["flag"] == flag or (flag is None and pd.isna(got["flag"]))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-07-24T17:00:00Z", "2025-07-25"),
        ("2025-07-24T18:30:00.5Z", "2025-07-25"),
        ("2025-07-24 23:00-05:00", "2025-07-25"),
        ("2025-07-24T01:00+09", "2025-07-23"),
        ("2025-12-31T20:00Z", "2026-01-01"),
        ("2568-07-24T20:00Z", "2025-07-25"),
        ("2025-07-28T24:00Z", "2025-07-29"),
    ],
)
def test_a_time_with_an_offset_gives_the_local_date_and_says_so_when_it_differs(text, date):
    got = read(text)
    assert got["date"] == pd.Timestamp(date)
    assert f"the time given is on {date} in UTC+7" in got["flag"]


@pytest.mark.parametrize("text", ["2025-07-28 24:00", "2025-07-28T24:00+07:00", "2025-07-28T23:59:60+07:00"])
def test_the_end_of_a_day_stays_on_its_day(text):
    assert read(text)[["date", "precision"]].tolist() == [pd.Timestamp("2025-07-28"), "day"]
    assert pd.isna(read(text)["flag"])


@pytest.mark.parametrize("value", [45862, 45862.75, "45862", "45862.5", "๔๕๘๖๒"])
def test_a_serial_number_of_a_spreadsheet_is_read_and_flagged(value):
    got = read(value)
    assert (got["date"], got["flag"]) == (pd.Timestamp("2025-07-24"), "read as a spreadsheet serial number (1900 system)")


def test_a_weekday_that_does_not_fit_is_said():
    assert read("Friday 24 July 2025")["flag"] == "fri does not fit 2025-07-24"


@pytest.mark.parametrize("kind", ["datetime64[ns]", "datetime64[s]", "datetime64[ns, UTC]", "datetime64[us, Asia/Bangkok]"])
def test_columns_of_dates_keep_the_local_date(kind):
    stamps = pd.Series(pd.to_datetime(["2025-07-24 16:00", None, "1800-01-01 12:00"])).astype(kind.split(",")[0].rstrip("]") + "]")
    got = parse_dates(stamps.dt.tz_localize(kind.split(", ")[1].rstrip("]")) if "," in kind else stamps)
    require_sound(got)
    assert got["date"][0] == pd.Timestamp("2025-07-24")
    assert got["precision"].tolist()[:2] == ["day", "missing"]
    assert got["fault"][2] == "the year 1800 is not in 1900-2100; correct the year"


def test_a_column_of_times_in_utc_gives_local_dates_and_says_so():
    got = parse_dates(pd.Series(pd.to_datetime(["2025-07-24 20:00Z", "2025-07-24 10:00Z"])))
    assert got["date"].tolist() == [pd.Timestamp("2025-07-25"), pd.Timestamp("2025-07-24")]
    assert got["flag"].fillna("").tolist() == ["the time given is on 2025-07-25 in UTC+7", ""]


# --- refusals ---


@pytest.mark.parametrize("text", ["", " ", "n/a", "-", "NaT", "nan", None, float("nan"), pd.NaT, "\u200b"])
def test_words_for_nothing_are_missing(text):
    assert read(text)["precision"] == "missing"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("31/02/2025", "2025-02-31 does not exist; correct the day or month"),
        ("2025-02-29", "2025-02-29 does not exist"),
        ("29 กุมภาพันธ์ 2568", "2025-02-29 does not exist"),
        ("2025-13-01", "2025-13-01 does not exist"),
        ("2025-07-00", "2025-07-00 does not exist"),
        ("32 July 2025", "2025-07-32 does not exist"),
        ("1899-12-31", "the year 1899 is not in 1900-2100"),
        ("2101-01-01", "the year 2101 is not in 1900-2100"),
        ("24/07/2400", "before 2484|not in 1900-2100"),
        ("2450-02-01", "before 2484 the Thai year began in April"),
        ("2450", "before 2484 the Thai year began in April"),
        ("2601-01-01", "the year 2601 is not in 1900-2100"),
        ("24/7/68", "the era of the year 68 is ambiguous .* write four digits"),
        ("24/7/25", "the era of the year 25 is ambiguous"),
        ("24-Jul-25", "the era of the year 25 is ambiguous"),
        ("24 ก.ค. 68", "the era of the year 68 is ambiguous"),
        ("พ.ศ. 2025", r"the year 2025 is not of the era given \(BE\)"),
        ("24 July 2568 AD", r"the year 2568 is not of the era given \(CE\)"),
        ("24 July", "not one date with its year"),
        ("24-28 July 2025", "not one date with its year"),
        ("24 July - 28 July 2025", "not one date with its year"),
        ("24/07", "is not a date; write the date as 2025-07-24"),
        ("24/07/2025 - 28/07/2025", "is not a date"),
        ("24/07-2025", "is not a date"),
        ("-24/07/2025", "is not a date"),
        ("202507", "is not a date"),
        ("2025.5", "is not a date"),
        ("1.2025", "is not a date"),
        ("2025-Q3", "is not a date"),
        ("2025-W30", "is not a date"),
        ("yesterday", "is not a date"),
        ("24 @7@ 2025", "is not a date"),
        ("24/07/2025 18:00Z", "is not a date"),
        ("99999", "beyond the dates of a spreadsheet"),
        ("123", "is not a date"),
        ("-45862", "is not a date"),
        ("2025-07-24T25:00", "25:00:00 is not a time"),
        ("2025-07-24T24:01", "24:01:00 is not a time"),
        ("24/07/2025 12:60", "12:60:00 is not a time"),
        ("2025-07-24T12:00+15:00", r"\+15:00 is not an offset"),
        ("2025-07-24T12:00+07:75", "is not an offset"),
        ("x" * 500, "a text of 500 characters"),
    ],
)
def test_what_cannot_be_read_is_a_fault_with_a_remedy(text, fault):
    got = read(text)
    assert re.search(fault, got["fault"]), got["fault"]
    assert pd.isna(got["date"])


# --- laws ---


@LAW
@given(DAYS)
def test_a_day_comes_back_from_every_way_to_write_it(day):
    d, m, y = day.day, day.month, day.year
    english = ENGLISH[m - 1]
    ways = [
        day.isoformat(), f"{day}T23:59:59", f"{day} 00:00", f"{day}T12:00:00+07:00", f"{y}/{m}/{d}", f"{y}{m:02d}{d:02d}",
        f"{d:02d}/{m:02d}/{y}",
        f"{d}.{m}.{y}", f"{d} {english} {y}", f"{english} {d}, {y}", f"{d}-{english[:3]}-{y}", f"{d} {THAI[m - 1]} {y}",
        f"{d} {THAI_SHORT[m - 1]} {y}",
        f"{d} {KHMER[m - 1]} {y}", local_digits(f"{d} {KHMER[m - 1]} {y}", 0x17E0), local_digits(day, 0x0E50),
    ]  # fmt: skip
    got = parse_dates(pd.Series(ways))
    assert (got["date"] == pd.Timestamp(day)).all(), got
    assert (got["precision"] == "day").all()


@LAW
@given(NOT_APRIL_YEARS)
def test_a_buddhist_year_comes_back(day):
    ways = [f"{day.day}/{day.month}/{day.year + 543}", f"{day.year + 543}-{day:%m-%d}", f"{day.day} {THAI[day.month - 1]} {day.year + 543}"]
    got = parse_dates(pd.Series(ways))
    assert (got["date"] == pd.Timestamp(day)).all(), got
    assert got["flag"].str.contains(f"Buddhist-era year {day.year + 543} is {day.year}").all()


@LAW
@given(st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_a_time_with_an_offset_is_on_the_local_date_that_the_clock_library_says(moment, minutes):
    aware = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    local = aware.astimezone(dt.timezone(dt.timedelta(hours=7))).date()
    got = read(aware.isoformat())
    assert got["date"] == pd.Timestamp(local)
    assert pd.notna(got["flag"]) == (local != moment.date())


@LAW
@given(st.integers(10_000, 73_415))
def test_a_serial_number_counts_days(serial):
    assert read(serial)["date"] == pd.Timestamp("1899-12-30") + pd.Timedelta(days=serial)


@LAW
@given(st.integers(1, 31), st.integers(1, 12), st.integers(1900, 2100))
def test_a_day_that_does_not_exist_is_a_fault_in_every_order(day, month, year):
    ways = [f"{year}-{month:02d}-{day:02d}", f"{day}/{month}/{year}", f"{day} {ENGLISH[month - 1]} {year}"]
    exists = day <= calendar.monthrange(year, month)[1]
    assert (parse_dates(pd.Series(ways))["fault"].isna() == exists).all()


@LAW
@given(st.lists(st.sampled_from(["2025-07-24", "24/7/2568", "x", "", "03/04/2025", "July 2025"]), max_size=8), st.randoms())
def test_a_row_does_not_depend_on_the_others_and_nothing_is_changed(texts, random):
    cells = pd.Series(texts, index=[i % 3 for i in range(len(texts))], dtype="str")
    before = cells.copy()
    whole = parse_dates(cells)
    order = random.sample(range(len(texts)), len(texts))
    assert whole.iloc[order].equals(parse_dates(cells.iloc[order]))
    assert whole.index.equals(cells.index)
    assert cells.equals(before)


# --- fuzz: 10,000 cases ---

ANY_CHARACTER = st.characters(exclude_categories=())
DRAWN = "0123456789 .,/-:TZ+APMjulyกคพศขខែកក្កដា๒๕๖๘២០\u200b"
GOOD = [
    "2025-07-24", "24/07/2025", "03/04/2025", "24 Jul 2025", "July 24, 2025", "24 ก.ค. 2568", "๒๔ กรกฎาคม ๒๕๖๘", "២៤ កក្កដា ២០២៥", "45862",
    "2025-07-24T18:30:00Z", "2025-07", "2568", "24/7/68", "n/a", "Thursday, 24 July 2025",
]  # fmt: skip
OBJECTS = st.one_of(
    st.none(), st.floats(), st.integers(), st.booleans(), st.binary(max_size=8), st.just(pd.NA), st.just(pd.NaT), st.decimals(), st.dates(),
    st.datetimes(), st.times(), st.timedeltas(), st.datetimes(timezones=st.timezones()), st.lists(st.integers(), max_size=2),
    st.sampled_from([Decimal("45862.5"), np.datetime64("2025-07-24"), np.int64(45862), np.float64(2025), object, {}]),
)  # fmt: skip


@st.composite
def spoilt(draw):
    """A good text with a few characters taken out, put in or changed."""
    text = list(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 2))] = draw(st.text(DRAWN, max_size=2))
    return "".join(text)


CELLS = [st.text(ANY_CHARACTER, max_size=30), st.text(DRAWN, max_size=16), spoilt(), OBJECTS]


@pytest.mark.parametrize("cells", CELLS, ids=["any", "drawn", "spoilt", "objects"])
def test_fuzz(cells):
    @FUZZ
    @given(st.lists(cells, min_size=LEAST, max_size=MOST), st.booleans())
    def fuzz(values, day_first):
        table = parse_dates(pd.Series(values, dtype="object"), day_first=day_first)
        require_sound(table)
        for value, row in zip(values, table.itertuples(), strict=True):
            if isinstance(value, str) and pd.notna(row.date) and pd.isna(row.flag):
                assert re.search(str(row.date.year), "".join(str(int(c)) if c.isdecimal() else c for c in value.replace("\u200b", "")))

    fuzz()
