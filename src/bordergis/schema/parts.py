"""What several contracts share: vocabularies, kinds of column, and columns that belong together."""

from __future__ import annotations

from functools import partial

from bordergis.schema.contract import Field

__all__ = [
    "CERTAINTIES",
    "CHECKPOINT_STATUSES",
    "CLAIM",
    "CONFIDENCE",
    "COUNT",
    "COUNTRIES",
    "ID",
    "MAYBE",
    "METRES",
    "ORIGIN",
    "POSITION",
    "POSITIONED",
    "POSITION_CLASSES",
    "TEXT",
]

POSITIONED = ("exact", "place", "area")
"""Location classes fine enough to be measured from; coarser ones are kept and counted, never drawn or buffered as a point."""

POSITION_CLASSES = (*POSITIONED, "subdistrict", "district", "province", "border-wide", "unlocatable")
CONFIDENCE = ("high", "medium", "low")
COUNTRIES = ("KHM", "THA", "KHM/THA", "KHM/THA/LAO")
CHECKPOINT_STATUSES = ("open", "restricted", "closed", "unspecified", "unclear", "unknown")
CERTAINTIES = ("definite", "possible")

ID = partial(Field, "text", unique=True)
TEXT = partial(Field, "text")
MAYBE = partial(Field, "text", required=False, filled=False)
METRES = partial(Field, "number", required=False, filled=False, least=0)

POSITION = {
    "position_class": MAYBE("how finely the position is known", words=POSITION_CLASSES),
    "position_radius_m": METRES("metres within which the true position lies", hxl="#geo+precision"),
    "confidence": MAYBE("confidence in the match at that precision", words=CONFIDENCE),
    "coord_raw": MAYBE("coordinate as the source prints it"),
    "coord_cell_m": METRES("size of the cell the coordinate names, in metres"),
}
ORIGIN = {
    "source_id": MAYBE("the source, as in the registry", hxl="#meta+source+code"),
    "source_ref": MAYBE("the record inside the source"),
    "licence": MAYBE("licence of the record"),
    "redistributable": Field("flag", "whether the raw record may be passed on", required=False, filled=False),
}
CLAIM = {
    "reported_by": MAYBE("who says so", hxl="#meta+source"),
    "source_url": MAYBE("where it was published", hxl="#meta+url"),
}
COUNT = partial(Field, "whole", required=False, filled=False, least=0)
