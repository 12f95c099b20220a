"""Every word the reader of the map sees, by language.

The page's script holds no words of its own: it takes them from here. A further language is a further table with the
same keys.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bordergis.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Words = Mapping[str, str]

__all__ = ["WORDS", "say", "words_for"]


_ENGLISH: Final[dict[str, str]] = {
    # the page
    "page.title": "Cambodia\N{EN DASH}Thailand border: situation map",
    "page.area": "Land border from the coast to the tripoint with Laos",
    "page.as_of": "As of",
    "page.period": "Period",
    "page.period_none": "no named period",
    "page.since": "since {start}",
    "page.no_script": ("This map is drawn by a script inside this file. Allow scripts to see it; nothing is loaded from the network."),
    "page.map": ("Map. Move with the arrow keys, zoom with plus and minus. Every feature is also listed in the panel, layer by layer."),
    "page.panel": "Layers, details and sources",
    "page.failed": "The map could not be drawn:",
    "page.disclaimer": (
        "Boundaries and names shown, and designations used, do not imply official endorsement or acceptance. "
        "Not for navigation. The absence of a mark is not evidence of safety or passability."
    ),
    # controls
    "ui.layers": "Layers",
    "ui.details": "Details",
    "ui.sources": "Sources",
    "ui.zoom_in": "Zoom in",
    "ui.zoom_out": "Zoom out",
    "ui.whole": "Show the whole border",
    "ui.list": "List",
    "ui.list_of": "List the features of this layer",
    "ui.back": "Back",
    "ui.close": "Close",
    "ui.open_panel": "Open or close the panel",
    "ui.show_on_map": "Show on the map",
    "ui.also_here": "Also here",
    "ui.nothing": "Choose a feature on the map, or a layer's list.",
    "ui.no_position": "no position",
    "ui.not_drawn": "not drawn",
    "ui.pointer": "Pointer",
    "ui.centre": "Centre",
    "ui.more": "more; zoom in or use the list",
    "ui.opens_new": "opens a new tab; needs the network",
    # layers
    "layer.border": "Mapped border lines",
    "layer.designated": "Designated areas",
    "layer.zones_definite": "Exclusion zones: definite",
    "layer.zones_possible": "Exclusion zones: possible",
    "layer.incidents": "Reported incidents",
    "layer.precision": "Precision of incident positions",
    "layer.villages": "Villages by access",
    "layer.checkpoints": "Checkpoints",
    "layer.visits": "Observer visits",
    "layer.places": "Towns, temples, bridges",
    "layer.camps": "Displacement sites",
    "layer.zones": "Exclusion zones",
    "layer.hazards": "Recorded hazard areas",
    "layer.land": "Land cover (background)",
    # what a reader must know beside a layer
    "note.border": "Only mapped lines are drawn; none is authoritative.",
    "note.border_osm": (
        "Only mapped lines are drawn; the Thai survey line differs by 102 m on average, up to 1,988 m, from the OpenStreetMap line. "
        "None is authoritative."
    ),
    "note.zones_definite": "Inside for every position the report allows.",
    "note.zones_possible": "Inside for some position the report allows.",
    "note.incidents": (
        "Reported, attributed; not a census. The dotted ring is the precision of the position; zoomed in, "
        "several reports on one spot stand in a row beside it."
    ),
    "note.precision": "The incident lies somewhere inside the ring.",
    "note.villages": "Unknown means nobody says; it never means reachable or safe.",
    "note.checkpoints": "Status as last reported on or before the date of the map; unknown where no source says.",
    "note.visits": "A visit is coverage: not observed is not the same as nothing happened.",
    "note.designated": "Drawn as the named instrument defines it.",
    "note.camps": "{n} known; positions are sensitive and not in this file.",
    "note.zones_none": "None is in force on this date under the rules used; that says nothing about the ground.",
    "note.hazards": "As recorded by mine action; never computed here. No record is not evidence of safety.",
    "note.hazards_none": "None is public for this border in the data used; that says nothing about the ground.",
    "note.land": "Cells of about 5.6 km: a background, not a measurement. It draws no border.",
    "note.extra": "Added by the analyst.",
    "note.unplaced": "{n} without a position fit to draw: see the list.",
    # looks
    "look.villages.inaccessible": "inaccessible (inside a zone or reported so)",
    "look.villages.unknown": "unknown",
    "look.villages.reachable": "reachable (a source says so)",
    "look.villages.restricted": "restricted",
    "look.checkpoints.open": "open",
    "look.checkpoints.restricted": "restricted",
    "look.checkpoints.closed": "closed",
    "look.checkpoints.unknown": "unknown, unclear or unspecified",
    "look.incidents.fire": "shelling, rockets",
    "look.incidents.clash": "armed clash, small arms",
    "look.incidents.air": "air strike, drone",
    "look.incidents.explosive": "mine, unexploded ordnance",
    "look.incidents.other": "other event or statement",
    "look.visits.visit": "place visited",
    "look.places.town": "town or commune",
    "look.places.heritage": "temple",
    "look.places.bridge": "bridge",
    "look.places.other": "other named place",
    "look.border.border": "mapped line, by source and date",
    "look.designated.designated": "designated area",
    "look.zones_definite.definite": "definite",
    "look.zones_possible.possible": "possible",
    "look.precision.precision": "position lies within",
    "look.hazards.hazards": "recorded hazard area",
    "look.land.water": "water",
    "look.land.forest": "forest",
    "look.land.shrub": "woody savanna, shrub",
    "look.land.grass": "savanna, grass",
    "look.land.crops": "cropland",
    "look.land.wetland": "wetland",
    "look.land.urban": "built-up",
    "look.land.bare": "bare",
    # fields
    "field.name_khm_side": "Name, Cambodian side",
    "field.name_tha_side": "Name, Thai side",
    "field.name_alt": "Other names",
    "field.name_km": "Khmer",
    "field.name_th": "Thai",
    "field.kind": "Kind",
    "field.country": "Country",
    "field.adm1": "Province",
    "field.adm2": "District",
    "field.adm1_khm": "Province, Cambodian side",
    "field.adm1_tha": "Province, Thai side",
    "field.population": "Population (source's figure)",
    "field.status": "Status",
    "field.status_since": "Status since",
    "field.status_reported_by": "Status reported by",
    "field.status_source_url": "Status source",
    "field.access": "Access",
    "field.in_zone": "In an exclusion zone",
    "field.reported_inaccessible": "Reported inaccessible",
    "field.reasons": "Reasons",
    "field.date": "Date",
    "field.category": "Kind of event",
    "field.side_as_reported": "Side, as reported",
    "field.place_as_given": "Place, as reported",
    "field.description": "What is reported",
    "field.casualties_as_reported": "Casualties, as reported",
    "field.weapon_as_reported": "Weapon, as reported",
    "field.reported_by": "Reported by",
    "field.counter_claim": "Counter-claim or denial",
    "field.verification_status": "Verification",
    "field.verified_by": "Verified by",
    "field.precision": "Position",
    "field.location_note": "How it was placed",
    "field.position_basis": "How it was placed",
    "field.confidence": "Confidence",
    "field.source": "Source",
    "field.source_url": "Published at",
    "field.note": "Note",
    "field.observer": "Observer",
    "field.facilitated_by": "Facilitated by",
    "field.claimed_by": "Line as mapped by",
    "field.line_date": "Date of the line",
    "field.accuracy_note": "Accuracy",
    "field.status_note": "Standing",
    "field.rule_id": "Rule",
    "field.radius_m": "Radius",
    "field.n_members": "Incidents in the zone",
    "field.members": "Incidents",
    "field.start": "From",
    "field.end": "Until",
    "field.recorded_on": "Recorded on",
    "field.zone_ids": "Zones",
    "field.in_zone_since": "In a zone since",
    "field.citation_rule": "Rule from",
    "field.valid_from": "Valid from",
    "field.licence": "Licence",
    "field.citation": "Citation",
    "field.file": "File",
    # values
    "value.none_recorded": "none recorded",
    "value.reported_inaccessible.true": "yes",
    "value.reported_inaccessible.false": "no: reported accessible",
    "value.withheld": "position withheld: sensitive",
    "value.about": "{place}, within about {radius}",
    "value.position_class.exact": "coordinates stated by the source",
    "value.position_class.place": "a named place",
    "value.position_class.area": "a named area",
    "value.position_class.subdistrict": "known to the subdistrict only",
    "value.position_class.district": "known to the district only",
    "value.position_class.province": "known to the province only",
    "value.position_class.border-wide": "along the border; no single place",
    "value.position_class.unlocatable": "no place can be told",
    "value.country.KHM": "Cambodia",
    "value.country.THA": "Thailand",
    "value.country.KHM/THA": "Cambodia / Thailand",
    "value.country.KHM/THA/LAO": "Cambodia / Laos / Thailand",
    "value.in_zone.definite": "yes, for every position the reports allow",
    "value.in_zone.possible": "possibly: for some position the reports allow",
    "value.in_zone.no": "no",
    "value.in_zone.unknown": "unknown: no position",
    "value.status.reachable": "reachable",
    "value.status.restricted": "restricted",
    "value.status.inaccessible": "inaccessible",
    # months
    "month.1": "January",
    "month.2": "February",
    "month.3": "March",
    "month.4": "April",
    "month.5": "May",
    "month.6": "June",
    "month.7": "July",
    "month.8": "August",
    "month.9": "September",
    "month.10": "October",
    "month.11": "November",
    "month.12": "December",
    # the panel's texts
    "gap.heading": "What this map cannot show",
    "gap.text": (
        "Not observed is not the same as nothing happened. Incidents are a sample of published claims, each with its "
        "speaker; villages are those with a point in the sources used, fewer than exist."
    ),
    "sources.heading": "Sources and licences",
    "disclaimer.heading": "Disclaimer",
}

WORDS: Final[Mapping[str, Words]] = MappingProxyType({"en": MappingProxyType(_ENGLISH)})
"""Language code to its table of words."""


def words_for(language: str) -> Words:
    """Give the table of words of a language.

    Raises
    ------
    UnknownNameError
        If there is no table for it.

    Examples
    --------
    >>> words_for("en")["ui.sources"]
    'Sources'
    """
    if language not in WORDS:
        raise UnknownNameError(f"The map has no words in {language!r}; it has: {', '.join(sorted(WORDS))}.")
    return WORDS[language]


def say(words: Words, group: str, value: str) -> str:
    """Give the words for a coded value, or the code itself with its underscores opened.

    Examples
    --------
    >>> words = words_for("en")
    >>> say(words, "value.country", "KHM"), say(words, "value.category", "armed_clash")
    ('Cambodia', 'armed clash')
    """
    return words.get(f"{group}.{value}", value.replace("_", " "))
