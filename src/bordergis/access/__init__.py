"""Inaccessible villages: inside a zone, cut off, reported, unknown; four answers that are never merged without their parts."""

from bordergis.access.answers import inaccessible_villages
from bordergis.access.conditions import RoadConditions
from bordergis.access.deciding import load_access_decisions
from bordergis.access.result import InaccessibleVillages
from bordergis.access.targets import own_network, target_sets
from bordergis.access.through_time import access_over_time

__all__ = [
    "InaccessibleVillages",
    "RoadConditions",
    "access_over_time",
    "inaccessible_villages",
    "load_access_decisions",
    "own_network",
    "target_sets",
]
