"""The map of changes: what differs between two situations, over the later one, with the earlier one to set beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis import datasets, provenance
from bordergis.change.comparing import PLACED
from bordergis.change.words import basis_in_words, cause_in_words, columns_in_words, state_in_words
from bordergis.maps import cells
from bordergis.maps.content import page_content
from bordergis.maps.layers import Column, MapLayer, drawn_geometries, kind_of
from bordergis.maps.map import SituationMap, beside, title_told
from bordergis.maps.profile import ZONED_LAYERS, apply_to_both, without_sensitive
from bordergis.maps.title import TitleBlock
from bordergis.words import LANGUAGES, day_in_words, say, words_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from bordergis.change import SituationChange
    from bordergis.maps.profile import Shown
    from bordergis.words import Words

__all__ = ["changes_map"]

KEPT_BY = {**PLACED, "figure": ("figures", "figure_id")}
"""The layer that each kind of difference is about, and its key."""

CAME = frozenset(
    {
        "added to the layer", "newly in force", "newly published", "newly reported", "of an earlier day, added since", "source added",
        "rule added", "software added", "newly in a zone for certain", "newly possibly in a zone",
        "newly cut off on the mapped roads for certain", "newly cut off on the mapped roads, possibly", "newly inaccessible",
    }
)  # fmt: skip
WENT = frozenset(
    {
        "removed from the layer", "no longer in force", "withdrawn", "source withdrawn", "rule removed", "software removed",
        "closure ended", "no longer in a zone", "no longer cut off on the mapped roads", "no longer inaccessible, now unknown",
        "no longer inaccessible, now restricted", "reopened",
    }
)  # fmt: skip
CLOSED = ("closure", "newly closed")  # of a checkpoint it is a change of status
NOT_THERE = "\u2014"  # in the place of a state: the thing was, or is, not in the situation
ANSWERS = ("access", "in_zone", "cut_off")  # whose reasons the layer of villages tells
BY_ID = ("incident", "zone")
ENDS = ("before", "after")
COLUMNS = {"change_what": "change", **{name: name for name in (*ENDS, "cause", "columns", "day")}}
"""Lines of the panel that are columns of the table."""


@dataclass(frozen=True, slots=True)
class Part:
    """The differences that make one layer: of one kind and change, of one shape, all real or none."""

    layer_id: str
    kind: str
    change: str
    real: bool
    rows: pd.DataFrame
    geometries: NDArray[np.object_]

    @property
    def look(self) -> str:
        """What is drawn: that it came, went or changed; by whom it was not reported, in grey."""
        came = self.change in CAME or (self.kind, self.change) == CLOSED
        way = "came" if came else "went" if self.change in WENT else "turned"
        return way if self.real else f"{way}_other"


def changes_map(change: SituationChange, *, lang: str = "en", profile: str = "internal", title: TitleBlock | None = None) -> SituationMap:
    """Draw what differs between two situations over the later one, a layer for each kind of change.

    What was reported since the first date stands apart from every other difference, which is drawn in grey. A difference without a
    position fit to draw is in the list of its layer, and counted. The button with two panes sets the earlier situation beside the later.

    Parameters
    ----------
    change
        What differs (:func:`bordergis.compare`).
    lang
        The language that the page opens in: ``en``, ``km`` or ``th``.
    profile
        ``internal``, or ``public``, as in :func:`bordergis.situation_map`; differences of rows that are left out are left out too, and
        those of zones where an incident is.
    title
        What the title block says, where it should not be the default: from which day to which.

    Returns
    -------
    SituationMap
        A folium map; ``save`` writes one HTML file that makes no network request.

    Raises
    ------
    UnknownNameError
        If there are no words in the language, or no such profile.

    Examples
    --------
    >>> import tempfile
    >>> import bordergis as bg
    >>> change = bg.compare(bg.load("2025-12-31"), bg.load("2026-01-14"))
    >>> bg.changes_map(change, lang="km").save(tempfile.mkdtemp() + "/changes.html")
    """
    block = title or TitleBlock()
    ends = apply_to_both(change.before, change.after, profile)
    table = _fit(change.table, ends) if profile == "public" else change.table
    parts = list(_parts(table, _shapes(ends)))
    withheld = {**ends[1].withheld, **_left_out(change.table, table)}
    content = page_content(ends[1].situation, layers={}, lang=lang, over=_layers(parts), withheld=withheld)
    for language in LANGUAGES:
        content["words"][language] |= _page_words(parts, words_for(language))
    content["page"]["title"] = {language: _title(change, words_for(language)) for language in LANGUAGES}
    content["page"].update(title_told(block))
    return SituationMap({**content, "compare": beside(ends[0].situation, lang, at_once=False)})


def _fit(table: pd.DataFrame, ends: Iterable[Shown]) -> pd.DataFrame:
    """Leave out the differences of what a public map leaves out; of zones too, whose incidents are counted in them."""
    hidden = pd.Series(data=False, index=table.index)
    if any(not end.withheld.keys().isdisjoint(ZONED_LAYERS) for end in ends):
        hidden |= table["kind"] == "zone"
    for kind, (layer, key) in KEPT_BY.items():
        kept = [without_sensitive(getattr(end.situation, layer))[key] for end in ends if kind != "zone"]
        hidden |= (table["kind"] == kind) & (kind != "zone") & ~table["id"].isin(set().union(*kept))
    return table[~hidden]


def _left_out(whole: pd.DataFrame, kept: pd.DataFrame) -> dict[str, int]:
    return {"changes": len(whole) - len(kept)} if len(kept) < len(whole) else {}


def _shapes(ends: tuple[Shown, Shown]) -> pd.Series:
    """Every geometry that may be drawn, on kind and id, as it is after or else was before."""
    found = {
        (kind, number): pd.Series(drawn_geometries(layer), index=layer[key], dtype=object)
        for number, end in enumerate(reversed(ends))
        for kind, (name, key) in PLACED.items()
        for layer in [getattr(end.situation, name)]
    }
    both = pd.concat(found, names=["kind", "end", "id"]).droplevel("end")
    return both[~both.index.duplicated()]


def _parts(table: pd.DataFrame, shapes: pd.Series) -> Iterator[Part]:
    """Cut the differences into layers, in the order of the table; what has no position goes with the points."""
    found = shapes.reindex(pd.MultiIndex.from_frame(table[["kind", "id"]])).to_numpy(dtype=object)
    drawn = np.where(pd.isna(found), None, found)
    shape = np.array([kind_of(np.array([one], dtype=object), "changes") for one in drawn])
    grouped = table.assign(shape=shape, at=np.arange(len(table))).groupby(["kind", "change", "real", "shape"], sort=False)
    for number, ((kind, change, real, _), rows) in enumerate(grouped, start=1):
        yield Part(f"change-{number}", str(kind), str(change), bool(real), rows, drawn[rows["at"].to_numpy()])


def _layers(parts: Iterable[Part]) -> list[MapLayer]:
    titles = datasets.sources()["title"]
    return [_layer(part, titles) for part in parts]


def _layer(part: Part, titles: Mapping[str, str]) -> MapLayer:
    words = words_for("en")
    return MapLayer(
        part.layer_id,
        _name(part, words),
        kind_of(part.geometries, part.change),
        part.geometries,
        cells.constant(part.look, len(part.rows)),
        ("thing", "change_what"),
        tuple(_columns(part, titles, words)),
        note_key=f"note.{part.layer_id}",
        legend=((part.look, _name(part, words)),),
        sources=provenance.of(part.rows).sources,
    )


def _columns(part: Part, titles: Mapping[str, str], words: Words) -> Iterator[Column]:
    """Make the lines of the panel: what it is, what it was before and is after, why it differs, and who says so."""
    coded = _coded(part)
    for key, text in _texts(part, titles).items():
        if text:
            kind = "date" if key == "day" else "code" if key in coded else "text"
            yield Column(key, words[f"change.field.{key}"], text, kind, coded.get(key, ("",))[0], "ends" if key in ENDS else "")


def _texts(part: Part, titles: Mapping[str, str]) -> dict[str, cells.Text]:
    rows = part.rows.assign(before=part.rows["before"].fillna(NOT_THERE), after=part.rows["after"].fillna(NOT_THERE))
    nothing = cells.constant(None, len(rows))
    plain = {key: cells.texts(rows, column) for key, column in COLUMNS.items()}
    return {
        "thing": cells.texts(rows, "id" if part.kind in BY_ID else "name"),
        **plain,
        "basis": nothing if part.kind in ANSWERS else cells.texts(rows, "reasons"),
        "sources": cells.texts(rows, "sources").map(lambda ids: "; ".join(titles.get(one, one) for one in ids.split("; "))),
        "id": nothing if part.kind in BY_ID else cells.texts(rows, "id"),
    }


def _coded(part: Part) -> dict[str, tuple[str, Callable[[str, Words], str]]]:
    """Name the group of words, and how they are made, of every line that the page tells in its own language."""
    state = (f"state_{part.kind}", lambda told, words: _state(part.kind, told, words))
    thing = {"thing": ("indicator", lambda name, words: say(words, "indicator", name))} if part.kind == "figure" else {}
    return {
        **thing,
        "change_what": ("change_what", lambda change, words: say(words, "change.what", change)),
        "before": state,
        "after": state,
        "cause": ("change_cause", cause_in_words),
        "columns": ("change_columns", columns_in_words),
        "basis": (f"basis_{part.kind}", lambda told, words: basis_in_words(part.kind, told, words)),
    }


def _page_words(parts: Iterable[Part], words: Words) -> dict[str, str]:
    """Give the words that the page needs to tell these differences in one language."""
    found = {f"field.{key.removeprefix('change.field.')}": text for key, text in words.items() if key.startswith("change.field.")}
    for part in parts:
        found[f"layer.{part.layer_id}"] = _name(part, words)
        found[f"note.{part.layer_id}"] = _note(part, words)
        texts = _texts(part, {})
        for key, (code, told) in _coded(part).items():
            found |= {f"value.{code}.{raw}": told(raw, words) for raw in texts[key].words}
    return found


def _name(part: Part, words: Words) -> str:
    told = {"kind": say(words, "change.kind", part.kind), "change": say(words, "change.what", part.change)}
    return words["change.layer" if part.real else "change.layer_other"].format(**told)


def _note(part: Part, words: Words) -> str:
    count = part.rows["cause"].value_counts()
    causes = "; ".join(words["change.note_cause"].format(n=n, cause=cause_in_words(str(cause), words)) for cause, n in count.items())
    return words["change.note" if part.real else "change.note_other"].format(causes=causes)


def _title(change: SituationChange, words: Words) -> str:
    days = {"before": day_in_words(change.before.date, words), "after": day_in_words(change.after.date, words)}
    return words["change.title" if change.before.date < change.after.date else "change.title_same"].format(**days)


def _state(kind: str, told: str, words: Words) -> str:
    return words["change.absent"] if told == NOT_THERE else state_in_words(kind, told, words)
