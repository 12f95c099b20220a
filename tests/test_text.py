"""Text keeps what people read; keys join what is the same; bytes are never taken for Latin-1."""

from __future__ import annotations

import unicodedata

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis.errors import SchemaError
from bordergis.readers.text import as_text, ascii_digits, clean_text, is_missing, map_where, read_text, text_key

LAW = settings(deadline=None)

THAI = "name,province\nบ้านหนองจาน,สระแก้ว\nน้ำยืน,อุบลราชธานี\n"
KHMER = "name\nសំរោង\nបន្ទាយមានជ័យ\n"


def one(function, text):
    return function(pd.Series([text]))[0]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Samraong ", "Samraong"),
        ("\ufeffSamraong", "Samraong"),
        ("Sam\u00adraong", "Samraong"),
        ("0102\u200b03", "010203"),
        ("Qu\u006f\u0302\u0301c", "Qu\u1ed1c"),
        ("\u200bប្រាសាទ\u200bព្រះវិហារ\u200b", "ប្រាសាទ\u200bព្រះវិហារ"),
        ("line one\nline two", "line one\nline two"),
    ],
)
def test_clean_text_removes_what_nobody_sees(raw, clean):
    assert one(clean_text, raw) == clean


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("O\u2019Smach", "O'SMACH"),
        ("Phnom\u00a0Penh", "phnom  penh"),
        ("Ta\u2013Phraya", "ta-phraya"),
        ("Quốc", "quoc"),
        ("ប្រាសាទ\u200bព្រះវិហារ", "ប្រាសាទព្រះវិហារ"),
        ("น้ำยืน", "น้\u0e4d\u0e32ยืน"),
        ("เเก้ว", "แก้ว"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(left, right):
    assert one(text_key, left) == one(text_key, right)


@pytest.mark.parametrize("name", ["บ้านหนองจาน", "น้ำยืน", "សំរោង", "បន្ទាយមានជ័យ", "й"])
def test_letters_of_other_scripts_stay_in_the_key(name):
    assert one(text_key, name) == name


def test_names_that_differ_by_a_tone_or_a_vowel_sign_keep_two_keys():
    assert text_key(pd.Series(["ป่า", "ป้า", "กา", "កា", "កី"])).is_unique


@LAW
@given(st.text())
def test_cleaning_and_keys_change_nothing_the_second_time(text):
    for function in (clean_text, text_key, ascii_digits):
        once = one(function, text)
        assert one(function, once) == once


@LAW
@given(st.lists(st.none() | st.text(), max_size=6))
def test_index_order_and_missing_cells_are_kept_and_nothing_is_changed(texts):
    cells = pd.Series(texts, index=[f"r{i}" for i in range(len(texts))], dtype="str")
    before = cells.copy()
    for function in (clean_text, text_key, ascii_digits):
        answer = function(cells)
        assert answer.index.equals(cells.index)
        assert answer.isna().equals(cells.isna())
        assert answer[::-1].equals(function(cells[::-1]))
    assert cells.equals(before)


@LAW
@given(st.integers(0, 10**9))
def test_digits_of_three_scripts_are_one_number(number):
    for zero in (0x0E50, 0x17E0):
        local = str(number).translate({ord("0") + digit: zero + digit for digit in range(10)})
        assert one(ascii_digits, f"{local} x") == f"{number} x"


def test_cells_of_any_kind_become_text():
    cells = pd.Series([1.0, 2.5, "a", None, float("nan"), pd.NaT, [1], "\ud800", float("inf")], dtype="object")
    assert as_text(cells).fillna("").tolist() == ["1", "2.5", "a", "", "", "", "[1]", "?", "inf"]


def test_a_number_of_thousands_of_digits_breaks_nothing():
    assert one(as_text, 10**5_000) == "a number too long to write"


def test_words_for_no_value_are_missing_and_zero_is_not():
    assert is_missing(pd.Series(["", " ", "N/A", "-", "—", "NaN", "null", None])).all()
    assert not is_missing(pd.Series(["0", "no", "Na Phum", "-1"])).any()


def test_a_function_is_applied_once_for_each_distinct_text():
    asked = []
    map_where(pd.Series(["a", "a", "b"]), pd.Series([True, True, False]).to_numpy(), lambda text: asked.append(text) or text)
    assert asked == ["a"]


@pytest.mark.parametrize("text", [THAI, KHMER, "name,lon\nO'Smach,103.7\n"])
@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_every_unicode_file_is_told_and_read(text, codec, mark, name):
    assert read_text(mark + text.encode(codec)) == (text, name)


def test_thai_of_the_old_code_page_is_read_as_thai():
    assert read_text(THAI.encode("cp874")) == (THAI, "cp874")


def test_an_empty_file_is_empty_text():
    assert read_text(b"") == ("", "utf-8")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name\nThéâtre\n".encode("latin-1"), r"0xe9 in line 2 is not UTF-8, .* Windows-1252 or Latin-1"),
        ("naïve, façade, père, Noël, être".encode("cp1252"), "Latin-1"),
        ("it\u2019s".encode("cp1252"), "Latin-1"),
        (b"a\xdb\xfc\xfd", "Latin-1"),
        ("x".encode("utf-32"), "utf-32"),
        (b"\xff\xfea\x00b", "damaged"),
        (b"\xef\xbb\xbf\xff", "begins as utf-8-sig but byte 0"),
        (b"\xef\xbb\xbfa\x00", "zero bytes"),
        (b"\x89PNG\x00\x00\x00\x01", "zero bytes"),
        (b"a\x00b", "zero bytes"),
    ],
)
def test_bytes_that_cannot_be_told_are_refused_with_the_remedy(content, words):
    with pytest.raises(SchemaError, match=f"{words}.*Save the file as UTF-8"):
        read_text(content)


@LAW
@given(st.text(alphabet=st.characters(codec="latin-1", categories=["L", "Zs", "Po"]), min_size=1).filter(lambda text: not text.isascii()))
def test_latin_text_is_never_silently_something_else(text):
    content = f"place,{text},ok".encode("latin-1")
    try:
        decoded = read_text(content)
    except SchemaError:
        return
    assert decoded.encoding == "utf-8" or all(unicodedata.name(c, "").startswith(("THAI", "LATIN")) or c.isascii() for c in decoded.text)


@LAW
@given(st.binary())
def test_any_bytes_are_read_or_refused(content):
    try:
        decoded = read_text(content)
    except SchemaError:
        return
    assert "\x00" not in decoded.text
