"""The sheet of paper: the same bytes twice, Khmer shaped, true scale, nothing sensitive on the public one."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point

import bordergis as bg
from bordergis.errors import OutputError, UnknownNameError
from bordergis.maps.folding import folded
from bordergis.maps.fonts import register_fonts
from bordergis.words import words_for

GEOD = Geod(ellps="WGS84")


@pytest.fixture(scope="module")
def sheet(situation):
    return bg.plot_situation(situation)


def texts(figure):
    import matplotlib.text  # noqa: PLC0415

    return [text.get_text() for text in figure.findobj(matplotlib.text.Text) if text.get_text()]


def test_the_sheet_says_what_a_map_must_say(sheet, situation):
    words = " ".join(texts(sheet)).replace("\n", " ")
    assert "As of 14 January 2026" in words
    assert situation.period in words
    assert "unknown 210 / 230" in words
    assert "does not" not in words.partition("Boundaries and names shown")[0]
    assert "do not imply official endorsement" in words
    assert "OpenStreetMap contributors" in words
    assert "Not observed is not the same as nothing happened" in words


def test_the_embedded_line_is_said_not_to_be_the_only_one(sheet, situation):
    words = " ".join(texts(sheet)).replace("\n", " ")
    assert "the Thai survey's line, which differs from it by 102 m on average, up to 1,988 m, is not drawn" in words
    assert "bordergis situation --line NAME=FILE" in words
    other = bg.load(situation.date, border=situation.border.assign(border_id=["a", "b"]))
    plain = " ".join(texts(bg.plot_situation(other))).replace("\n", " ")
    assert "Only mapped lines are drawn; none is authoritative." in plain
    assert "1,988" not in plain


@pytest.mark.parametrize("lang", ["en", "km", "th"])
def test_the_public_sheet_says_what_it_leaves_out_and_nothing_lies_over_another(situation, lang):
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415

    figure = bg.plot_situation(situation, profile="public", lang=lang)
    said = "".join("".join(texts(figure)).split())
    n = len(situation.visits)
    assert "".join(f"{words_for(lang)['layer.visits']} {n}".split()) in said
    renderer = FigureCanvasAgg(figure).get_renderer()
    column = [figure.axes[0].get_legend(), *(text for text in figure.texts if text.get_position()[0] > 0.7)]
    boxes = sorted((part.get_window_extent(renderer) for part in column), key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))
    assert min(box.y0 for box in boxes) >= 0
    assert max(box.x1 for box in boxes) <= figure.bbox.x1


def test_the_internal_sheet_leaves_out_nothing(sheet):
    assert "left out of this public version" not in " ".join(texts(sheet)).replace("\n", " ")


def test_the_legend_counts_what_is_drawn(sheet, situation):
    legend = [text.get_text().replace("\n", " ") for text in sheet.axes[0].get_legend().get_texts()]
    drawn = int((situation.access.table["status"].eq("inaccessible") & situation.access.table.geometry.notna()).sum())
    assert any(re.search(rf"inaccessible .*\({drawn}\)$", line) for line in legend)
    assert f"Checkpoints: closed ({(situation.checkpoints['status'] == 'closed').sum()})" in legend


def test_every_look_of_the_villages_has_its_own_marker_or_fill(sheet):
    villages = [handle for handle in sheet.axes[0].get_legend().legend_handles if "Villages" in handle.get_label()]
    looks = {(handle.get_marker(), handle.get_markerfacecolor()) for handle in villages}
    assert len(looks) == len(villages) > 1


def test_the_scale_bar_is_as_long_as_it_says(sheet):
    axes = sheet.axes[0]
    bar = next(patch for patch in axes.patches if len(patch.get_xy()) == 5)
    corners = gpd.GeoSeries([Point(*bar.get_xy()[0]), Point(*bar.get_xy()[1])], crs="EPSG:3857").to_crs(4326)
    middle = gpd.GeoSeries([Point(0, np.mean(axes.get_ylim()))], crs="EPSG:3857").to_crs(4326).y.item()
    said_km = next(int(text.removesuffix(" km")) for text in texts(sheet) if re.fullmatch(r"\d+ km", text))
    metres = GEOD.inv(corners.x.iloc[0], middle, corners.x.iloc[1], middle)[2]
    assert metres == pytest.approx(said_km * 1_000, rel=0.002)


def test_both_mapped_lines_look_alike(sheet):
    lines = [part for part in sheet.axes[0].collections if part.get_zorder() == 3]
    assert len(lines) == 1
    assert len(np.unique(lines[0].get_colors(), axis=0)) == 1
    assert len(lines[0].get_paths()) == 2


@pytest.mark.parametrize("form", ["pdf", "png", "svg"])
def test_the_same_sheet_gives_the_same_bytes(form, sheet, tmp_path):
    one, two = (bg.save_plot(sheet, tmp_path / f"{name}.{form}").read_bytes() for name in "ab")
    assert one == two
    assert len(one) > 100_000


def test_another_form_is_refused_and_nothing_is_written(sheet, tmp_path):
    with pytest.raises(UnknownNameError, match="no form 'gif'; known: pdf, png, svg"):
        bg.save_plot(sheet, tmp_path / "map.gif")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_said(sheet, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError):
        bg.save_plot(sheet, tmp_path / "file" / "map.png")


@pytest.mark.parametrize(("option", "value"), [("paper", "A5"), ("lang", "fr"), ("profile", "secret")])
def test_what_is_not_known_is_refused(option, value, situation):
    with pytest.raises(UnknownNameError, match=value):
        bg.plot_situation(situation, **{option: value})


def test_hostile_words_are_only_words(situation):
    """matplotlib reads text between dollar signs as mathematics; a broken formula would stop the drawing."""
    block = bg.TitleBlock(title="$\\frac{1}{$ {{7*7}} <img src=x onerror=alert(1)>", disclaimer="$\\undefined$ 100 %")
    figure = bg.plot_situation(situation, title=block)
    figure.savefig(io.BytesIO(), format="png", dpi=30)
    assert block.title in texts(figure)


def test_khmer_is_shaped():
    """The subscript of ឧត្តរ stands under its letter: drawn with its font the word is narrower than its letters one by one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(dpi=100)
    renderer = FigureCanvasAgg(figure).get_renderer()
    word = "ឧត្តរ"
    families = list(register_fonts())
    widths = [figure.text(0, 0, part, family=families, size=40).get_window_extent(renderer).width for part in (word, *word)]
    assert 0 < widths[0] < 0.8 * sum(widths[1:])


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 7, ["one two", "three"]),
        ("one", 2, ["on", "e"]),
        ("ก็ไม่รู้", 2, ["ก็ไ", "ม่รู้"]),
        ("ស្ថានភាព", 2, None),
    ],
)
def test_text_is_folded_between_letters_with_their_signs(text, columns, lines):
    found = folded(text, columns).splitlines()
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "\u17d2\u0e47\u0e48\u0e49" for line in found)
    assert lines is None or len(found) > 1


@given(st.text(alphabet="ab ่ก្កា", max_size=40), st.integers(2, 12))
def test_folding_loses_no_letter(text, columns):
    assert "".join(folded(text, columns).split()) == "".join(text.split())
