"""From the words of a report to questions for the gazetteer, and from their answers to one row a name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from bordergis.naming.deciding import CONTEXT_RADIUS_M, Answer, decide, rank
from bordergis.naming.gazetteer import Index, Parents, unit_key
from bordergis.naming.mention import ADMIN, Mention, read_mention, split_places
from bordergis.naming.scoring import asked_kind, score_names
from bordergis.naming.spelling import name_forms
from bordergis.schema import POSITIONED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bordergis.naming.pairing import Pairing

__all__ = ["Inquiry", "Question", "answer_all", "questions_for", "rival_rows", "row_for"]

COUNTERPART_COST = 3.0
"""Taken off where a place is found by the other side's name for it."""

_NO_RIVALS = pd.DataFrame(columns=["place", "score", "name", "distance_m", "reason"])
_FORM = ["raw", "key", "words", "stated", "dropped", "part"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to look up for one name.

    Attributes
    ----------
    row
        Number of the name.
    role
        ``name`` (the place itself), ``context`` (what it is at, or part of) or ``anchor`` (what it is only seen from).
    names
        Names of that one place.
    parents
        What it is said to lie in.
    wide
        Whether the area around it is meant.
    """

    row: int
    role: str
    names: tuple[str, ...]
    parents: Parents
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Inquiry:
    """All questions with their answers, and what they were asked of."""

    questions: list[Question]
    answers: list[Answer]
    index: Index
    pairing: Pairing


def questions_for(row: int, name: Any, scripts: Iterable[Any], within: Any, index: Index) -> list[Question]:  # noqa: ANN401  cells of a table
    """Ask what one name means, what it is at, and what it is seen from."""
    mention = read_mention(name) if isinstance(name, str) and name.strip() else Mention(vague="nothing")
    units = [text for text in mention.context if _is_unit(text, index)]
    stated = [text for text in (within,) if isinstance(text, str)]
    parents = index.units.parents([*stated, *mention.parents, *units])
    written = tuple(text for text in scripts if isinstance(text, str) and text.strip())
    asked = [Question(row, "name", mention.names + written, parents, mention.wide)]
    asked += [Question(row, "context", (text,), parents) for text in mention.context if text not in units]
    asked += [Question(row, "anchor", (mention.anchor,), parents)] if mention.anchor else []
    return asked


def _is_unit(text: str, index: Index) -> bool:
    """Whether a name given beside the place (``Ban Sako (Bak Dai)``) is that of a unit it lies in."""
    asked = {asked_kind(form.stated) for form in name_forms(text)}
    return asked <= {"", *ADMIN} and not index.units.find(text).empty


def answer_all(questions: list[Question], index: Index, pairing: Pairing, least: float) -> list[Answer]:
    """Answer every question; all are scored together, each is decided by itself."""
    wanted = pd.DataFrame(
        [(n, *reading) for n, question in enumerate(questions) for reading in _readings(question, pairing)],
        columns=["row", *_FORM, "cost", "only"],
    )
    ranked = rank(score_names(wanted, index, [question.parents for question in questions]), index)
    by_row = dict(list(ranked.groupby("row")))
    none = ranked.iloc[:0]
    return [
        _own_parent(question, index) or decide(by_row.get(n, none), question.parents, least=least, wide=question.wide)
        for n, question in enumerate(questions)
    ]


def _readings(question: Question, pairing: Pairing) -> list[tuple[Any, ...]]:
    """Every way to read a question's names, and the names of the same place on the other side."""
    rows = []
    for name in question.names:
        forms = name_forms(name)
        stated = frozenset().union(*(form.stated for form in forms))
        rows += [(*(getattr(form, field) for field in _FORM), 0.0, "") for form in forms]
        for other, only in pairing.other_names(name):
            alias = [replace(form, stated=form.stated | stated) for form in name_forms(other)]
            rows += [(*(getattr(form, field) for field in _FORM), COUNTERPART_COST, only) for form in alias]
    return rows


def _own_parent(question: Question, index: Index) -> Answer | None:
    """Answer a name that is the province or district it is itself said to lie in: it says no more than that unit."""
    parents = question.parents
    if question.role != "name" or len(question.names) != 1 or unit_key(question.names[0]) not in parents.names:
        return None
    name = question.names[0]
    if asked_kind(frozenset().union(*(form.stated for form in name_forms(name)))) not in {"", *ADMIN}:
        return None
    found = index.units.find(name)
    found = found[found["province"].isin(parents.provinces)]
    if found.empty:
        return None
    coarsest = found.sort_values("level", key=lambda level: level.map(ADMIN.index), ascending=False, kind="stable").iloc[0]
    level, unit = coarsest["level"], f"{coarsest['name']} {coarsest['level']}"
    if parents.level and {coarsest["province"]} == parents.provinces and ADMIN.index(parents.level) < ADMIN.index(level):
        level, unit = parents.level, parents.finest
    reason = f"the name is that of its own stated parent, so it says no more than {unit}"
    return Answer("located", -1, 100.0, unit, None, level, np.nan, unit, reason, _NO_RIVALS)


def row_for(row: int, name: Any, inquiry: Inquiry) -> dict[str, Any]:  # noqa: ANN401  a cell of a table
    """Write the answer to one name; ``chosen`` is the number of the question whose answer it is."""
    questions, answers, index = inquiry.questions, inquiry.answers, inquiry.index
    mine = [n for n, question in enumerate(questions) if question.row == row]
    mention = read_mention(name) if isinstance(name, str) and name.strip() else Mention(vague="nothing")
    chosen, answer = _choose(mine, mention, questions, answers)
    if isinstance(name, str) and (several := len(split_places(name))) > 1:
        chosen, answer = (
            mine[0],
            replace(_blank(answers[mine[0]]), decision="ambiguous", reason=f"names {several} places; see split_places()"),
        )
    anchor = next((answers[n] for n in mine if questions[n].role == "anchor"), None)
    facing = inquiry.pairing.facing_names(answer.matched) if answer.matched and answer.decision == "located" else ()
    return {
        "place_id": _cell(index, answer.place, "place_id"),
        "matched_name": answer.matched,
        "score": round(answer.score, 1),
        "decision": answer.decision,
        "parent_agrees": answer.agrees,
        "position_class": answer.position_class,
        "position_radius_m": answer.radius_m,
        "unit": answer.unit or None,
        "counterpart": "; ".join(facing) or None,
        "anchor": mention.anchor or None,
        "anchor_place_id": _cell(index, anchor.place, "place_id") if anchor else None,
        "reason": answer.reason + (f"; {facing[0]} faces it and is another place" if facing else "") + ".",
        "geometry": _point(index, answer),
        "chosen": chosen,
    }


def _choose(mine: list[int], mention: Mention, questions: list[Question], answers: list[Answer]) -> tuple[int, Answer]:
    """Take the answer for the name; else that for what it is at; a text that only points to a place has none."""
    own = answers[mine[0]]
    if mention.vague == "border" and not questions[mine[0]].parents.level:
        return mine[0], replace(_blank(own), position_class="border-wide", reason="the text says the border as a whole, and no place")
    if mention.vague:
        return mine[0], replace(own, reason=own.reason.replace("nothing of this name in the gazetteer", "the text names no place"))
    if not questions[mine[0]].names:
        return mine[0], replace(_blank(own), decision="reference only", reason=f"the text only says where it lies from {mention.anchor}")
    contexts = [n for n in mine if questions[n].role == "context" and answers[n].decision == "located"]
    if own.decision != "no match" or not contexts:
        return mine[0], own
    return contexts[0], _at(questions[contexts[0]].names[0], answers[contexts[0]])


def _at(name: str, context: Answer) -> Answer:
    """Place what has no entry of its own by the place it is given with: an area at best."""
    reason = f"without an entry of its own; placed by {name!r}, with which it is given: {context.reason}"
    if context.position_class in POSITIONED:
        return replace(context, position_class="area", radius_m=max(context.radius_m, CONTEXT_RADIUS_M), reason=reason)
    return replace(context, decision="no match", place=-1, matched=None, reason=reason)


def _blank(answer: Answer) -> Answer:
    return replace(
        answer,
        decision="no match",
        place=-1,
        score=0.0,
        matched=None,
        agrees=None,
        position_class="unlocatable",
        radius_m=np.nan,
        unit="",
        rivals=_NO_RIVALS,
    )


def _cell(index: Index, place: int, column: str) -> Any:  # noqa: ANN401  a cell
    return index.places[column].iloc[place] if place >= 0 else None


def _point(index: Index, answer: Answer) -> shapely.Point | None:
    if answer.place < 0 or answer.position_class not in POSITIONED:
        return None
    return shapely.Point(_cell(index, answer.place, "lon"), _cell(index, answer.place, "lat"))


def rival_rows(label: Any, answer: Answer, index: Index) -> pd.DataFrame:  # noqa: ANN401  a label of an index
    """List the rivals of one answer under the label of its name."""
    rivals = answer.rivals
    return pd.DataFrame(
        {
            "name_index": pd.Series([label] * len(rivals), dtype="object"),
            "place_id": index.places["place_id"].reindex(rivals["place"]).to_numpy(dtype=object),
            "matched_name": rivals["name"].to_numpy(dtype=object),
            "score": rivals["score"].to_numpy(dtype=float),
            "distance_m": rivals["distance_m"].to_numpy(dtype=float),
            "reason": rivals["reason"].to_numpy(dtype=object),
        }
    )
