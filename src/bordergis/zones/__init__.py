"""Exclusion zones: of reported incidents by rule, of recorded hazard areas, and of areas told to be kept out of.

An *exclusion zone* is the union of buffers that a rule makes of the incidents in force on a date, or an area as it is recorded. Rules
are data, each number with its citation; users replace them. Nothing here is a safety distance, and no area outside a zone is called safe.
"""

from bordergis.zones.build import exclusion_zones
from bordergis.zones.membership import near_zones, points_in_zones
from bordergis.zones.recorded import areas_of_units
from bordergis.zones.rules import load_rules, rule_presets
from bordergis.zones.time import zones_over_time

__all__ = ["areas_of_units", "exclusion_zones", "load_rules", "near_zones", "points_in_zones", "rule_presets", "zones_over_time"]
