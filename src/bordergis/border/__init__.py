"""The border line: distances, sides, chainage, sectors, quality, and what differs between the lines of several sources.

A border is a line **as one source draws it**. No line here is authoritative, and every measure is taken from one line at a time; the
result says from which, and its provenance says how far that line is known to differ from others.
"""

from bordergis.border.along import chainage, point_at, sectors_at, sectors_by_length, sectors_by_province
from bordergis.border.claims import BorderComparison, by_claim, compare_borders, join_lines
from bordergis.border.measures import border_length, distance_to_border, nearest_point_on_border, side_of_border
from bordergis.border.quality import border_quality, require_fine_line
from bordergis.border.stretches import sectors_named
from bordergis.border.strips import border_strip

__all__ = [
    "BorderComparison",
    "border_length",
    "border_quality",
    "border_strip",
    "by_claim",
    "chainage",
    "compare_borders",
    "distance_to_border",
    "join_lines",
    "nearest_point_on_border",
    "point_at",
    "require_fine_line",
    "sectors_at",
    "sectors_by_length",
    "sectors_by_province",
    "sectors_named",
    "side_of_border",
]
