"""An origin is joined, never lost, never repeated."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from bordergis import provenance
from bordergis.provenance import Provenance, attach, inherit

WORDS = st.lists(st.sampled_from("abcde"), max_size=5).map(tuple)
ORIGINS = st.builds(Provenance, WORDS, WORDS, WORDS)


def table(**origin):
    return attach(pd.DataFrame({"n": [1, 2]}), Provenance(**origin))


def test_a_layer_that_bordergis_has_not_seen_has_no_origin():
    assert provenance.of(pd.DataFrame({"n": [1]})) == Provenance()


def test_what_is_attached_is_what_is_read():
    origin = Provenance(("geonames",), ("load_places()",), ("coarse",))
    assert provenance.of(attach(pd.Series([1.0]), origin)) == origin


def test_a_result_has_the_sources_of_all_its_inputs_in_order_and_the_new_step_last():
    left, right = table(sources=("b", "a"), steps=("one",)), table(sources=("a", "c"), steps=("two",), notes=("n",))
    origin = provenance.of(inherit(pd.Series([0.0]), left, right, step="three", sources=("d",), notes=["m"]))
    assert origin == Provenance(("b", "a", "c", "d"), ("one", "two", "three"), ("n", "m"))


def test_inheriting_leaves_the_inputs_alone_and_gives_back_the_result_itself():
    source, result = table(sources=("a",)), pd.DataFrame({"n": [3]})
    assert inherit(result, source, step="s") is result
    assert provenance.of(source) == Provenance(("a",))


def test_the_origin_survives_a_copy_a_slice_and_a_column():
    layer = table(sources=("a",))
    assert {provenance.of(part) for part in (layer.copy(), layer[layer["n"] > 1], layer["n"])} == {Provenance(("a",))}


def test_a_copy_does_not_share_its_origin_with_the_layer():
    layer = table(sources=("a",))
    attach(layer.copy(), Provenance(("z",)))
    assert provenance.of(layer).sources == ("a",)


def test_the_origin_survives_geoparquet(tmp_path, village):
    origin = Provenance(("geonames", "osm-2021"), ("load_villages()",), ("“unknown” is not ភូមិ",))
    attach(village(v=(103, 14)), origin).to_parquet(tmp_path / "v.parquet")
    assert provenance.of(gpd.read_parquet(tmp_path / "v.parquet")) == origin


@given(ORIGINS, ORIGINS, ORIGINS)
@settings(deadline=None)
def test_joining_does_not_depend_on_brackets_and_repeats_nothing(a, b, c):
    joined = a.merge(b, c)
    assert joined == a.merge(b).merge(c) == a.merge(b.merge(c))
    assert joined.merge(joined) == joined
    assert set(joined.sources) == {*a.sources, *b.sources, *c.sources}
    assert len(joined.notes) == len(set(joined.notes))
