"""Inaccessible villages: inside a zone, cut off, reported, unknown; four answers that are never merged without their parts."""

from bordergis.access.answers import inaccessible_villages
from bordergis.access.result import InaccessibleVillages

__all__ = ["InaccessibleVillages", "inaccessible_villages"]
