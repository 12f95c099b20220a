"""Every contract: the columns of each layer, with their meaning, vocabulary and HXL tag."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bordergis.schema.contract import AREAS, LINES, POINTS, POINTS_OR_MULTI, Contract, Field

if TYPE_CHECKING:
    from collections.abc import Mapping

POSITIONED = ("exact", "place", "area")
"""Location classes fine enough to be measured from; coarser ones are kept and counted, never drawn or buffered as a point."""

POSITION_CLASSES = (*POSITIONED, "subdistrict", "district", "province", "border-wide", "unlocatable")
CONFIDENCE = ("high", "medium", "low")
COUNTRIES = ("KHM", "THA", "KHM/THA", "KHM/THA/LAO")
CHECKPOINT_STATUSES = ("open", "restricted", "closed", "unspecified", "unclear", "unknown")
CERTAINTIES = ("definite", "possible")

_ID = partial(Field, "text", unique=True)
_TEXT = partial(Field, "text")
_MAYBE = partial(Field, "text", required=False, filled=False)
_METRES = partial(Field, "number", required=False, filled=False, least=0)

_POSITION = {
    "position_class": _MAYBE("how finely the position is known", words=POSITION_CLASSES),
    "position_radius_m": _METRES("metres within which the true position lies", hxl="#geo+precision"),
    "confidence": _MAYBE("confidence in the match at that precision", words=CONFIDENCE),
    "coord_raw": _MAYBE("coordinate as the source prints it"),
    "coord_cell_m": _METRES("size of the cell the coordinate names, in metres"),
}
_ORIGIN = {
    "source_id": _MAYBE("the source, as in the registry", hxl="#meta+source+code"),
    "source_ref": _MAYBE("the record inside the source"),
    "licence": _MAYBE("licence of the record"),
    "redistributable": Field("flag", "whether the raw record may be passed on", required=False, filled=False),
}
_CLAIM = {
    "reported_by": _MAYBE("who says so", hxl="#meta+source"),
    "source_url": _MAYBE("where it was published", hxl="#meta+url"),
}
_COUNT = partial(Field, "whole", required=False, filled=False, least=0)

BORDER = Contract(
    "border",
    {
        "border_id": _ID("one line of one source"),
        "claimed_by": _TEXT("who draws the line so"),
        "title": _MAYBE("name of the line"),
        "line_date": _MAYBE("edition of the line"),
        "accuracy_m": Field("number", "metres within which the line may differ from other published lines", least=0),
        "accuracy_note": _MAYBE("what is known of its accuracy"),
        "left_side": _TEXT("country on the left hand, in the direction of the line", words=("KHM", "THA")),
        "right_side": _TEXT("country on the right hand", words=("KHM", "THA")),
        "status_note": _MAYBE("what the line is not"),
        "source_id": _ORIGIN["source_id"],
    },
    geometry=("LineString",),
)

PLACES = Contract(
    "places",
    {
        "place_id": _ID("stable id", hxl="#loc+code"),
        "name": _TEXT("name, in Latin script where there is one", hxl="#loc+name"),
        "name_alt": _MAYBE("other names, separated by semicolons"),
        "name_km": _MAYBE("name in Khmer"),
        "name_th": _MAYBE("name in Thai"),
        "kind": _MAYBE("village, town, heritage, bridge, …", hxl="#loc+type"),
        "country": _MAYBE("country by which the source lists it; not a judgement on sovereignty", words=COUNTRIES, hxl="#country+code"),
        "adm1": _MAYBE("province", hxl="#adm1+name"),
        "adm2": _MAYBE("district", hxl="#adm2+name"),
        "adm1_pcode": _MAYBE("code of the province, as text", hxl="#adm1+code"),
        "adm2_pcode": _MAYBE("code of the district, as text", hxl="#adm2+code"),
        "adm3_pcode": _MAYBE("code of the commune or subdistrict, as text", hxl="#adm3+code"),
        "village_code": _MAYBE("official village code, as text; join on code and name", hxl="#adm4+code"),
        "population": Field("number", "people, as the source has it", required=False, filled=False, least=0, hxl="#population"),
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

VILLAGES = Contract("villages", PLACES.fields, geometry=POINTS, located=False)

CAMPS = Contract(
    "camps",
    {
        "camp_id": _ID("stable id"),
        "name": _TEXT("name in Latin script"),
        "adm1": _MAYBE("province"),
        "sensitivity": _TEXT("always `sensitive`: positions are coarse", words=("sensitive",)),
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

CHECKPOINTS = Contract(
    "checkpoints",
    {
        "checkpoint_id": _ID("stable id"),
        "name": _TEXT("both sides' names, countries in alphabetical order"),
        "name_khm_side": _MAYBE("name used on the Cambodian side"),
        "name_tha_side": _MAYBE("name used on the Thai side"),
        "name_km": _MAYBE("name in Khmer"),
        "name_th": _MAYBE("name in Thai"),
        "adm1_khm": _MAYBE("Cambodian province"),
        "adm1_tha": _MAYBE("Thai province"),
        "status": _TEXT("status on the date of the layer", words=CHECKPOINT_STATUSES),
        "status_since": Field("date", "date from which the status is reported", required=False, filled=False),
        "status_reported_by": _MAYBE("who reports the status"),
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
)

CHECKPOINT_STATUS = Contract(
    "checkpoint status",
    {
        "checkpoint_id": _TEXT("the checkpoint"),
        "status": _TEXT("reported status", words=CHECKPOINT_STATUSES),
        "for_whom": _MAYBE("who may or may not pass"),
        "valid_from": Field("date", "first day the report speaks of"),
        "valid_to": Field("date", "last day, empty if none is known", filled=False),
        **_CLAIM,
    },
)

INCIDENTS = Contract(
    "incidents",
    {
        "incident_id": _ID("stable id", hxl="#event+id"),
        "source_event_id": _MAYBE("id of the event at its source"),
        "source_version": _MAYBE("edition or time stamp of the record at its source"),
        "date_start": Field("date", "first day of the event, local date (UTC+7)", hxl="#date+start"),
        "date_end": Field("date", "last day of the event", hxl="#date+end"),
        "date_precision": Field("whole", "1 exact day … 5 year (UCDP GED)", required=False, filled=False, least=1),
        "time_local": _MAYBE("time of day as reported, local"),
        "category": _TEXT("kind of event", hxl="#event+type"),
        "sub_category": _MAYBE("finer kind of event"),
        "event_type": Field("text", "sub-event type as ACLED words it; empty for what is no event", filled=False, hxl="#event+subtype"),
        "description": _MAYBE("what is reported, paraphrased", hxl="#description"),
        "weapon_as_reported": _MAYBE("weapon or ordnance, as reported", hxl="#weapons"),
        "actor_a": _MAYBE("first actor, as the source lists it; says nothing of who began", hxl="#group+name+first"),
        "actor_b": _MAYBE("second actor, as the source lists it", hxl="#group+name+second"),
        "initiator_reported": _MAYBE("who is said to have begun, and by whom: a claim"),
        "reported_by": _TEXT("who says so", hxl="#meta+source"),
        "counter_claim": _MAYBE("who denies it, or tells it otherwise"),
        "verification_status": _MAYBE("what an independent body did", words=("unverified", "visited", "verified")),
        "verified_by": _MAYBE("that body"),
        "provision_ref": _MAYBE("point of an agreement the event concerns, and who says so"),
        "place_as_given": _MAYBE("the place in the words of the report", hxl="#loc+name"),
        "name_khm_side": _MAYBE("name used on the Cambodian side"),
        "name_tha_side": _MAYBE("name used on the Thai side"),
        "adm1": _MAYBE("province, as the source lists it", hxl="#adm1+name"),
        "adm2": _MAYBE("district, as the source lists it", hxl="#adm2+name"),
        "killed_low": _COUNT("deaths, lowest account", hxl="#affected+killed+min"),
        "killed_best": _COUNT("deaths, if there is one account", hxl="#affected+killed"),
        "killed_high": _COUNT("deaths, highest account", hxl="#affected+killed+max"),
        "injured_low": _COUNT("injured, lowest account", hxl="#affected+injured+min"),
        "injured_best": _COUNT("injured, if there is one account", hxl="#affected+injured"),
        "injured_high": _COUNT("injured, highest account", hxl="#affected+injured+max"),
        "displaced": _COUNT("people displaced by the event, as reported", hxl="#affected+displaced"),
        "n_places": _COUNT("places the report names"),
        "n_places_located": _COUNT("places with a position"),
        "source_url": _CLAIM["source_url"],
        "sensitivity": _MAYBE("`sensitive` where the place or person needs protection", words=("sensitive",)),
        **_POSITION,
        "position_class": _TEXT("how finely the position is known; zones are made of exact, place and area only", words=POSITION_CLASSES),
        "position_radius_m": Field(
            "number",
            "metres within which the true position lies; without it an incident makes no zone",
            filled=False,
            least=0,
            hxl="#geo+precision",
        ),
        **_ORIGIN,
    },
    geometry=POINTS_OR_MULTI,
    located=False,
)

INCIDENT_PLACES = Contract(
    "incident places",
    {
        "incident_id": _TEXT("the incident"),
        "n": Field("whole", "number of the place in the report", least=1),
        "place_as_given": _MAYBE("the place in the words of the report"),
        "matched_name": _MAYBE("the feature it was matched to"),
        "reasoning": _MAYBE("why"),
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

VISITS = Contract(
    "visits",
    {
        "visit_id": _TEXT("one visit, one or more places"),
        "observer": _TEXT("who looked"),
        "date": Field("date", "day of the visit"),
        "place_as_given": _TEXT("the place in the words of the report"),
        "access": _TEXT("whether the observers got there", words=("granted", "partial", "denied", "unknown")),
        "facilitated_by": _MAYBE("who led or allowed the visit"),
        "observer_side": _MAYBE("country on whose side of the line the observers were, where that is known", words=("KHM", "THA")),
        "seen_radius_m": _METRES("metres round the place that the observers saw, where a source states it"),
        "incident_id": _MAYBE("the incident the visit is recorded as, or was made for"),
        **_CLAIM,
        "position_class": _POSITION["position_class"],
        "position_radius_m": _POSITION["position_radius_m"],
    },
    geometry=POINTS,
    located=False,
)

FIGURES = Contract(
    "figures",
    {
        "figure_id": _ID("stable id"),
        "as_of": Field("date", "date the figure speaks of (first day where only the month is known)"),
        "as_of_precision": _TEXT("how finely the date is known", words=("day", "month", "approximate")),
        "indicator": _TEXT("what is counted"),
        "value": Field("number", "the number as published", filled=False),
        "value_low": Field("number", "lower end, where a range was published", filled=False),
        "value_high": Field("number", "upper end", filled=False),
        "unit": _TEXT("unit of the number"),
        "place": _TEXT("where"),
        "place_pcode": _MAYBE("code of the place, as text, where the place is an administrative unit or a country", hxl="#adm+code"),
        "qualifier": _TEXT("exact, more than, nearly, …"),
        "author": _TEXT("who says so"),
        "source_id": _TEXT("the source, as in the registry"),
        "source_url": _CLAIM["source_url"],
    },
)

INDICATORS = Contract(
    "indicators",
    {
        "indicator": _ID("what is counted, as in the figures"),
        "unit": _TEXT("unit of its numbers"),
        "definition": _TEXT("what is counted and what is not"),
        "stock_or_flow": _TEXT("a count on the day, or one that has grown since a start", words=("stock", "flow")),
        "overlaps_with": Field("text", "indicators that may count the same people or things, separated by vertical bars", filled=False),
    },
)

PERIODS = Contract(
    "periods",
    {
        "period_id": _ID("stable id"),
        "name": _TEXT("name of the period"),
        "kind": _TEXT("kind of period", words=("tension", "fighting", "ceasefire", "agreement")),
        "start": Field("time", "first moment"),
        "end": Field("time", "first moment after it; empty while it lasts", filled=False),
    },
)

PROVISIONS = Contract(
    "provisions",
    {
        "provision_id": _ID("stable id"),
        "instrument": _TEXT("the agreement"),
        "paraphrase": _TEXT("the point, in our words"),
    },
)

PROVISION_LINKS = Contract(
    "provision links",
    {
        "incident_id": _TEXT("the incident"),
        "provision_id": _TEXT("the point that it is said to concern"),
        "said_by": _TEXT("who says so; it is a statement, not a finding"),
        "source_id": _ORIGIN["source_id"],
        "source_url": _CLAIM["source_url"],
    },
)

DESIGNATED_AREAS = Contract(
    "designated areas",
    {
        "area_id": _ID("stable id"),
        "name": _TEXT("name of the area"),
        "valid_from": Field("date", "day it was designated"),
        "valid_to": Field("date", "last day; empty while it lasts", required=False, filled=False),
        "zone_class": _MAYBE("class it is told under; with it and a citation the area can be a zone"),
        "citation": _MAYBE("the text that bounds it"),
        "note": _MAYBE("what it is"),
        "source_id": _ORIGIN["source_id"],
    },
    geometry=AREAS,
)

ADMIN_AREAS = Contract(
    "admin areas",
    {
        "pcode": _ID("code of the area, as text", hxl="#adm+code"),
        "level": Field("whole", "1 province, 2 district, 3 commune or subdistrict", least=0),
        "name": _TEXT("name, in Latin script where there is one", hxl="#adm+name"),
        "name_local": _MAYBE("name in Khmer or Thai"),
        "parent_pcode": _MAYBE("code of the area one level above", hxl="#adm+code+parent"),
        "country": _MAYBE("country whose data set lists the area; not a judgement on sovereignty", words=COUNTRIES, hxl="#country+code"),
        "valid_from": Field("date", "day from which the codes hold", required=False, filled=False, hxl="#date+start"),
        **_ORIGIN,
    },
    geometry=AREAS,
)

HAZARDS = Contract(
    "hazards",
    {
        "hazard_id": _TEXT("id of the area; a later record of the same area takes the place of an earlier one"),
        "kind": _TEXT("recorded class (IMAS 07.11)", words=("suspected", "confirmed", "cancelled", "reduced", "cleared")),
        "evidence": _MAYBE("class of evidence behind the record (IMAS 08.10)", words=("direct", "indirect")),
        "ordnance": _MAYBE("what is recorded there"),
        "recorded_on": Field("date", "date of the record"),
        "adm1": _MAYBE("province", hxl="#adm1+name"),
        "adm2": _MAYBE("district", hxl="#adm2+name"),
        **_CLAIM,
        **_POSITION,
        **_ORIGIN,
    },
    geometry=(*AREAS, *POINTS),
)

RESTRICTED_AREAS = Contract(
    "restricted areas",
    {
        "area_id": _ID("stable id"),
        "name": _MAYBE("name of the area"),
        "zone_class": _TEXT("class it is told under, such as red, yellow, evacuation, demilitarized"),
        "valid_from": Field("date", "first day", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it lasts", filled=False, hxl="#date+end"),
        "citation": _TEXT("who says so, and where"),
    },
    geometry=AREAS,
)

OBSTACLES = Contract(
    "obstacles",
    {
        "obstacle_id": _ID("stable id"),
        "kind": _TEXT("what stands there; an obstacle is never the border", words=("wire", "fence", "trench", "cordon")),
        "name": _MAYBE("its name"),
        "valid_from": Field("date", "first day it was seen", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it stands", filled=False, hxl="#date+end"),
        **_CLAIM,
        **_POSITION,
        **_ORIGIN,
    },
    geometry=LINES,
)

CLOSURES = Contract(
    "closures",
    {
        "closure_id": _ID("stable id"),
        "kind": _TEXT("what is closed", words=("road", "bridge", "checkpoint", "cordon")),
        "name": _MAYBE("its name"),
        "ref": _MAYBE("number of the road it lies on"),
        "passability": _MAYBE("what can still pass", words=("blocked", "slow", "convoy only", "unknown")),
        "for_whom": _MAYBE("for whom"),
        "valid_from": Field("date", "first day", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it lasts", filled=False, hxl="#date+end"),
        **_CLAIM,
        **_POSITION,
        **_ORIGIN,
    },
    geometry=(*POINTS, *LINES, *AREAS),
    located=False,
)

FACILITIES = Contract(
    "facilities",
    {
        "facility_id": _ID("stable id", hxl="#loc+code"),
        "name": Field("text", "name", filled=False, hxl="#loc+name"),
        "kind": _TEXT("school, hospital, health centre, …", hxl="#loc+type"),
        "status": _MAYBE("reported status", words=("open", "closed", "reopened", "damaged", "destroyed", "unknown")),
        "status_since": Field("date", "date from which the status is reported", required=False, filled=False),
        "adm1": _MAYBE("province", hxl="#adm1+name"),
        "adm2": _MAYBE("district", hxl="#adm2+name"),
        **_CLAIM,
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

ROADS = Contract(
    "roads",
    {
        "u": Field("whole", "node at which the edge begins"),
        "v": Field("whole", "node at which the edge ends"),
        "length_m": Field("number", "geodesic length of the edge in metres", least=0),
        "highway_class": _TEXT("class of the road, as OpenStreetMap words it"),
        "ref": _MAYBE("road number"),
        "brunnel": _MAYBE("bridge, tunnel, ford or ferry", words=("bridge", "tunnel", "ford", "ferry")),
        "oneway": Field("whole", "1 along the edge only, -1 against it only, 0 both ways", required=False, filled=False, least=-1),
        "surface": _MAYBE("surface"),
        **_ORIGIN,
    },
    geometry=("LineString",),
)

ROAD_SPEEDS = Contract(
    "road speeds",
    {
        "highway_class": _TEXT("class of the road, as OpenStreetMap words it; `*` stands for every class without a row"),
        "surface": _MAYBE("surface; with the class `*` the most that any road of this surface allows"),
        "kmh": Field("number", "speed in km/h", least=0.1),
        "certainty": _MAYBE("how sure the number is: published, or assumed, and which"),
        "citation": _TEXT("where the number comes from"),
    },
)

TARGETS = Contract(
    "targets",
    {
        "target_set": _TEXT("what kind of place is to be reached: district-town, hospital, checkpoint, …"),
        "target_id": _TEXT("stable id within its set"),
        "name": Field("text", "name", filled=False, hxl="#loc+name"),
        "for_country": _MAYBE("only villages of this country have it as a target", words=("KHM", "THA")),
        "note": _MAYBE("what a reader must know; of a set without any position, why there is none"),
        **_POSITION,
        **_ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

ACCESS_REPORTS = Contract(
    "access reports",
    {
        "place_id": _TEXT("the village"),
        "status": _TEXT("what is reported", words=("accessible", "inaccessible"), hxl="#access"),
        "as_of": Field("date", "date of the report", hxl="#date+reported"),
        "kind": _MAYBE("why", words=("physical", "hazard", "administrative", "security", "unknown")),
        "for_whom": _MAYBE("for whom: everyone, residents, aid convoys, observers, …"),
        "reported_by": _TEXT("who says so"),
        "source_url": _CLAIM["source_url"],
    },
)

ACCESS_STATUSES = ("inaccessible", "restricted", "reachable", "unknown")

ACCESS_DECISIONS = Contract(
    "access decisions",
    {
        "decision_id": _ID("one row of the table; the first whose conditions all hold decides"),
        "in_zone": _MAYBE("condition: words joined by vertical bars; empty holds for every value"),
        "cut_off": _MAYBE("condition on being cut off from every named target set"),
        "cut_off_some": _MAYBE("condition on being cut off from at least one"),
        "cut_off_by": _MAYBE("condition on what cuts it off: closures, map, none"),
        "reported": _MAYBE("condition on what is reported of its inaccessibility"),
        "reported_for": _MAYBE("condition on for whom that is reported"),
        "status": _TEXT("what follows", words=ACCESS_STATUSES),
        "why": _TEXT("the reason, in a sentence"),
    },
)

RULES = Contract(
    "rules",
    {
        "rule_id": _TEXT("one rule, one or more event types"),
        "event_type": _TEXT("event type the rule speaks of"),
        "weapon": _MAYBE("only events whose reported weapon has this word; such a rule goes before the one for the type alone"),
        "radius_m": Field("number", "radius of the zone in metres; empty where the type makes no zone", filled=False, least=1),
        "lifetime_days": Field("whole", "days the zone lasts after the last day of the event", least=0),
        "certainty": _MAYBE("how sure the numbers are: published, or assumed, and which"),
        "citation": _TEXT("where the numbers come from"),
    },
)

ZONES = Contract(
    "zones",
    {
        "zone_id": _ID("stable id"),
        "certainty": _TEXT("holds for every, or for some position of its incidents", words=CERTAINTIES),
        "rule_id": _TEXT("the rule that made it"),
        "start": Field("date", "first day of the first incident"),
        "end": Field("date", "last day the zone is in force; empty where none is told", filled=False),
        "discs": Field(
            "list", "the discs it is the union of: (incident_id, lon, lat, radius in metres, first day); none for a recorded outline"
        ),
    },
    geometry=AREAS,
)

CONTRACTS: Mapping[str, Contract] = {
    contract.name.replace(" ", "_"): contract
    for contract in (
        BORDER, PLACES, VILLAGES, CAMPS, CHECKPOINTS, CHECKPOINT_STATUS, INCIDENTS, INCIDENT_PLACES, VISITS, FIGURES,
        INDICATORS, PERIODS, PROVISIONS, PROVISION_LINKS, OBSTACLES, CLOSURES, FACILITIES, ROADS, ROAD_SPEEDS, TARGETS,
        DESIGNATED_AREAS, RESTRICTED_AREAS, ADMIN_AREAS,
        HAZARDS, ACCESS_REPORTS, ACCESS_DECISIONS, RULES, ZONES,
    )
}  # fmt: skip
"""Every contract by the name of its layer."""
