"""One contract a layer: columns, kinds, vocabularies, key and geometry.

A contract is checked at the doors (readers and public functions), all at once, so that one error lists every bad row and why. Checking
never changes a layer: nothing is coerced, no CRS is set, columns the contract does not know are left alone.
"""

from bordergis.schema.contract import Contract, Field
from bordergis.schema.export import data_dictionary, describe, frictionless, hxl_tags
from bordergis.schema.layers import (
    ACCESS_REPORTS,
    ADMIN_AREAS,
    BORDER,
    CAMPS,
    CHECKPOINT_STATUS,
    CHECKPOINT_STATUSES,
    CHECKPOINTS,
    CLOSURES,
    CONTRACTS,
    DESIGNATED_AREAS,
    FACILITIES,
    FIGURES,
    HAZARDS,
    INCIDENT_PLACES,
    INCIDENTS,
    PERIODS,
    PLACES,
    POSITION_CLASSES,
    POSITIONED,
    PROVISIONS,
    RESTRICTED_AREAS,
    ROADS,
    RULES,
    VILLAGES,
    VISITS,
    ZONES,
)
from bordergis.schema.layers import CONFIDENCE as CONFIDENCE

__all__ = [
    "ACCESS_REPORTS",
    "ADMIN_AREAS",
    "BORDER",
    "CAMPS",
    "CHECKPOINTS",
    "CHECKPOINT_STATUS",
    "CHECKPOINT_STATUSES",
    "CLOSURES",
    "CONFIDENCE",
    "CONTRACTS",
    "DESIGNATED_AREAS",
    "FACILITIES",
    "FIGURES",
    "HAZARDS",
    "INCIDENTS",
    "INCIDENT_PLACES",
    "PERIODS",
    "PLACES",
    "POSITIONED",
    "POSITION_CLASSES",
    "PROVISIONS",
    "RESTRICTED_AREAS",
    "ROADS",
    "RULES",
    "VILLAGES",
    "VISITS",
    "ZONES",
    "Contract",
    "Field",
    "data_dictionary",
    "describe",
    "frictionless",
    "hxl_tags",
]
