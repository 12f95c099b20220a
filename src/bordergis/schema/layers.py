"""Every contract: the columns of each layer, with their meaning, vocabulary and HXL tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bordergis.schema.contract import AREAS, LINES, POINTS, POINTS_OR_MULTI, Contract, Field
from bordergis.schema.parts import (
    CERTAINTIES,
    CHECKPOINT_STATUSES,
    CLAIM,
    COUNT,
    COUNTRIES,
    ID,
    MAYBE,
    METRES,
    ORIGIN,
    POSITION,
    POSITION_CLASSES,
    TEXT,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

BORDER = Contract(
    "border",
    {
        "border_id": ID("one line of one source"),
        "claimed_by": TEXT("who draws the line so"),
        "title": MAYBE("name of the line"),
        "line_date": MAYBE("edition of the line"),
        "accuracy_m": Field("number", "metres within which the line may differ from other published lines", least=0),
        "accuracy_note": MAYBE("what is known of its accuracy"),
        "left_side": TEXT("country on the left hand, in the direction of the line", words=("KHM", "THA")),
        "right_side": TEXT("country on the right hand", words=("KHM", "THA")),
        "status_note": MAYBE("what the line is not"),
        "source_id": ORIGIN["source_id"],
    },
    geometry=("LineString",),
)

PLACES = Contract(
    "places",
    {
        "place_id": ID("stable id", hxl="#loc+code"),
        "name": TEXT("name, in Latin script where there is one", hxl="#loc+name"),
        "name_alt": MAYBE("other names, separated by semicolons"),
        "name_km": MAYBE("name in Khmer"),
        "name_th": MAYBE("name in Thai"),
        "kind": MAYBE("village, town, heritage, bridge, …", hxl="#loc+type"),
        "country": MAYBE("country by which the source lists it; not a judgement on sovereignty", words=COUNTRIES, hxl="#country+code"),
        "adm1": MAYBE("province", hxl="#adm1+name"),
        "adm2": MAYBE("district", hxl="#adm2+name"),
        "adm1_pcode": MAYBE("code of the province, as text", hxl="#adm1+code"),
        "adm2_pcode": MAYBE("code of the district, as text", hxl="#adm2+code"),
        "adm3_pcode": MAYBE("code of the commune or subdistrict, as text", hxl="#adm3+code"),
        "village_code": MAYBE("official village code, as text; join on code and name", hxl="#adm4+code"),
        "population": Field("number", "people, as the source has it", required=False, filled=False, least=0, hxl="#population"),
        **POSITION,
        **ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

VILLAGES = Contract("villages", PLACES.fields, geometry=POINTS, located=False)

CAMPS = Contract(
    "camps",
    {
        "camp_id": ID("stable id"),
        "name": TEXT("name in Latin script"),
        "adm1": MAYBE("province"),
        "sensitivity": TEXT("always `sensitive`: positions are coarse", words=("sensitive",)),
        **POSITION,
        **ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

CHECKPOINTS = Contract(
    "checkpoints",
    {
        "checkpoint_id": ID("stable id"),
        "name": TEXT("both sides' names, countries in alphabetical order"),
        "name_khm_side": MAYBE("name used on the Cambodian side"),
        "name_tha_side": MAYBE("name used on the Thai side"),
        "name_km": MAYBE("name in Khmer"),
        "name_th": MAYBE("name in Thai"),
        "adm1_khm": MAYBE("Cambodian province"),
        "adm1_tha": MAYBE("Thai province"),
        "status": TEXT("status on the date of the layer", words=CHECKPOINT_STATUSES),
        "status_since": Field("date", "date from which the status is reported", required=False, filled=False),
        "status_reported_by": MAYBE("who reports the status"),
        **POSITION,
        **ORIGIN,
    },
    geometry=POINTS,
)

CHECKPOINT_STATUS = Contract(
    "checkpoint status",
    {
        "checkpoint_id": TEXT("the checkpoint"),
        "status": TEXT("reported status", words=CHECKPOINT_STATUSES),
        "for_whom": MAYBE("who may or may not pass"),
        "valid_from": Field("date", "first day the report speaks of"),
        "valid_to": Field("date", "last day, empty if none is known", filled=False),
        **CLAIM,
    },
)

INCIDENTS = Contract(
    "incidents",
    {
        "incident_id": ID("stable id", hxl="#event+id"),
        "source_event_id": MAYBE("id of the event at its source"),
        "source_version": MAYBE("edition or time stamp of the record at its source"),
        "date_start": Field("date", "first day of the event, local date (UTC+7)", hxl="#date+start"),
        "date_end": Field("date", "last day of the event", hxl="#date+end"),
        "date_precision": Field("whole", "1 exact day … 5 year (UCDP GED)", required=False, filled=False, least=1),
        "time_local": MAYBE("time of day as reported, local"),
        "category": TEXT("kind of event", hxl="#event+type"),
        "sub_category": MAYBE("finer kind of event"),
        "event_type": Field("text", "sub-event type as ACLED words it; empty for what is no event", filled=False, hxl="#event+subtype"),
        "description": MAYBE("what is reported, paraphrased", hxl="#description"),
        "weapon_as_reported": MAYBE("weapon or ordnance, as reported", hxl="#weapons"),
        "actor_a": MAYBE("first actor, as the source lists it; says nothing of who began", hxl="#group+name+first"),
        "actor_b": MAYBE("second actor, as the source lists it", hxl="#group+name+second"),
        "initiator_reported": MAYBE("who is said to have begun, and by whom: a claim"),
        "reported_by": TEXT("who says so", hxl="#meta+source"),
        "counter_claim": MAYBE("who denies it, or tells it otherwise"),
        "verification_status": MAYBE("what an independent body did", words=("unverified", "visited", "verified")),
        "verified_by": MAYBE("that body"),
        "provision_ref": MAYBE("point of an agreement the event concerns, and who says so"),
        "place_as_given": MAYBE("the place in the words of the report", hxl="#loc+name"),
        "name_khm_side": MAYBE("name used on the Cambodian side"),
        "name_tha_side": MAYBE("name used on the Thai side"),
        "adm1": MAYBE("province, as the source lists it", hxl="#adm1+name"),
        "adm2": MAYBE("district, as the source lists it", hxl="#adm2+name"),
        "killed_low": COUNT("deaths, lowest account", hxl="#affected+killed+min"),
        "killed_best": COUNT("deaths, if there is one account", hxl="#affected+killed"),
        "killed_high": COUNT("deaths, highest account", hxl="#affected+killed+max"),
        "injured_low": COUNT("injured, lowest account", hxl="#affected+injured+min"),
        "injured_best": COUNT("injured, if there is one account", hxl="#affected+injured"),
        "injured_high": COUNT("injured, highest account", hxl="#affected+injured+max"),
        "displaced": COUNT("people displaced by the event, as reported", hxl="#affected+displaced"),
        "n_places": COUNT("places the report names"),
        "n_places_located": COUNT("places with a position"),
        "source_url": CLAIM["source_url"],
        "sensitivity": MAYBE("`sensitive` where the place or person needs protection", words=("sensitive",)),
        **POSITION,
        "position_class": TEXT("how finely the position is known; zones are made of exact, place and area only", words=POSITION_CLASSES),
        "position_radius_m": Field(
            "number",
            "metres within which the true position lies; without it an incident makes no zone",
            filled=False,
            least=0,
            hxl="#geo+precision",
        ),
        **ORIGIN,
    },
    geometry=POINTS_OR_MULTI,
    located=False,
)

INCIDENT_PLACES = Contract(
    "incident places",
    {
        "incident_id": TEXT("the incident"),
        "n": Field("whole", "number of the place in the report", least=1),
        "place_as_given": MAYBE("the place in the words of the report"),
        "matched_name": MAYBE("the feature it was matched to"),
        "reasoning": MAYBE("why"),
        **POSITION,
        **ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

VISITS = Contract(
    "visits",
    {
        "visit_id": TEXT("one visit, one or more places"),
        "observer": TEXT("who looked"),
        "date": Field("date", "day of the visit"),
        "place_as_given": TEXT("the place in the words of the report"),
        "access": TEXT("whether the observers got there", words=("granted", "partial", "denied", "unknown")),
        "facilitated_by": MAYBE("who led or allowed the visit"),
        "observer_side": MAYBE("country on whose side of the line the observers were, where that is known", words=("KHM", "THA")),
        "seen_radius_m": METRES("metres round the place that the observers saw, where a source states it"),
        "incident_id": MAYBE("the incident the visit is recorded as, or was made for"),
        **CLAIM,
        "position_class": POSITION["position_class"],
        "position_radius_m": POSITION["position_radius_m"],
    },
    geometry=POINTS,
    located=False,
)

FIGURES = Contract(
    "figures",
    {
        "figure_id": ID("stable id"),
        "as_of": Field("date", "date the figure speaks of (first day where only the month is known)"),
        "as_of_precision": TEXT("how finely the date is known", words=("day", "month", "approximate")),
        "indicator": TEXT("what is counted"),
        "value": Field("number", "the number as published", filled=False),
        "value_low": Field("number", "lower end, where a range was published", filled=False),
        "value_high": Field("number", "upper end", filled=False),
        "unit": TEXT("unit of the number"),
        "place": TEXT("where"),
        "place_pcode": MAYBE("code of the place, as text, where the place is an administrative unit or a country", hxl="#adm+code"),
        "qualifier": TEXT("exact, more than, nearly, …"),
        "author": TEXT("who says so"),
        "source_id": TEXT("the source, as in the registry"),
        "source_url": CLAIM["source_url"],
    },
)

INDICATORS = Contract(
    "indicators",
    {
        "indicator": ID("what is counted, as in the figures"),
        "unit": TEXT("unit of its numbers"),
        "definition": TEXT("what is counted and what is not"),
        "stock_or_flow": TEXT("a count on the day, or one that has grown since a start", words=("stock", "flow")),
        "overlaps_with": Field("text", "indicators that may count the same people or things, separated by vertical bars", filled=False),
    },
)

PERIODS = Contract(
    "periods",
    {
        "period_id": ID("stable id"),
        "name": TEXT("name of the period"),
        "kind": TEXT("kind of period", words=("tension", "fighting", "ceasefire", "agreement")),
        "start": Field("time", "first moment"),
        "end": Field("time", "first moment after it; empty while it lasts", filled=False),
    },
)

PROVISIONS = Contract(
    "provisions",
    {
        "provision_id": ID("stable id"),
        "instrument": TEXT("the agreement"),
        "paraphrase": TEXT("the point, in our words"),
    },
)

PROVISION_LINKS = Contract(
    "provision links",
    {
        "incident_id": TEXT("the incident"),
        "provision_id": TEXT("the point that it is said to concern"),
        "said_by": TEXT("who says so; it is a statement, not a finding"),
        "source_id": ORIGIN["source_id"],
        "source_url": CLAIM["source_url"],
    },
)

DESIGNATED_AREAS = Contract(
    "designated areas",
    {
        "area_id": ID("stable id"),
        "name": TEXT("name of the area"),
        "valid_from": Field("date", "day it was designated"),
        "valid_to": Field("date", "last day; empty while it lasts", required=False, filled=False),
        "zone_class": MAYBE("class it is told under; with it and a citation the area can be a zone"),
        "citation": MAYBE("the text that bounds it"),
        "note": MAYBE("what it is"),
        "source_id": ORIGIN["source_id"],
    },
    geometry=AREAS,
)

ADMIN_AREAS = Contract(
    "admin areas",
    {
        "pcode": ID("code of the area, as text", hxl="#adm+code"),
        "level": Field("whole", "1 province, 2 district, 3 commune or subdistrict", least=0),
        "name": TEXT("name, in Latin script where there is one", hxl="#adm+name"),
        "name_local": MAYBE("name in Khmer or Thai"),
        "parent_pcode": MAYBE("code of the area one level above", hxl="#adm+code+parent"),
        "country": MAYBE("country whose data set lists the area; not a judgement on sovereignty", words=COUNTRIES, hxl="#country+code"),
        "valid_from": Field("date", "day from which the codes hold", required=False, filled=False, hxl="#date+start"),
        **ORIGIN,
    },
    geometry=AREAS,
)

HAZARDS = Contract(
    "hazards",
    {
        "hazard_id": TEXT("id of the area; a later record of the same area takes the place of an earlier one"),
        "kind": TEXT("recorded class (IMAS 07.11)", words=("suspected", "confirmed", "cancelled", "reduced", "cleared")),
        "evidence": MAYBE("class of evidence behind the record (IMAS 08.10)", words=("direct", "indirect")),
        "ordnance": MAYBE("what is recorded there"),
        "recorded_on": Field("date", "date of the record"),
        "adm1": MAYBE("province", hxl="#adm1+name"),
        "adm2": MAYBE("district", hxl="#adm2+name"),
        **CLAIM,
        **POSITION,
        **ORIGIN,
    },
    geometry=(*AREAS, *POINTS),
)

RESTRICTED_AREAS = Contract(
    "restricted areas",
    {
        "area_id": ID("stable id"),
        "name": MAYBE("name of the area"),
        "zone_class": TEXT("class it is told under, such as red, yellow, evacuation, demilitarized"),
        "valid_from": Field("date", "first day", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it lasts", filled=False, hxl="#date+end"),
        "citation": TEXT("who says so, and where"),
    },
    geometry=AREAS,
)

OBSTACLES = Contract(
    "obstacles",
    {
        "obstacle_id": ID("stable id"),
        "kind": TEXT("what stands there; an obstacle is never the border", words=("wire", "fence", "trench", "cordon")),
        "name": MAYBE("its name"),
        "valid_from": Field("date", "first day it was seen", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it stands", filled=False, hxl="#date+end"),
        **CLAIM,
        **POSITION,
        **ORIGIN,
    },
    geometry=LINES,
)

CLOSURES = Contract(
    "closures",
    {
        "closure_id": ID("stable id"),
        "kind": TEXT("what is closed", words=("road", "bridge", "checkpoint", "cordon")),
        "name": MAYBE("its name"),
        "ref": MAYBE("number of the road it lies on"),
        "passability": MAYBE("what can still pass", words=("blocked", "slow", "convoy only", "unknown")),
        "for_whom": MAYBE("for whom"),
        "valid_from": Field("date", "first day", hxl="#date+start"),
        "valid_to": Field("date", "last day; empty while it lasts", filled=False, hxl="#date+end"),
        **CLAIM,
        **POSITION,
        **ORIGIN,
    },
    geometry=(*POINTS, *LINES, *AREAS),
    located=False,
)

FACILITIES = Contract(
    "facilities",
    {
        "facility_id": ID("stable id", hxl="#loc+code"),
        "name": Field("text", "name", filled=False, hxl="#loc+name"),
        "kind": TEXT("school, hospital, health centre, …", hxl="#loc+type"),
        "status": MAYBE("reported status", words=("open", "closed", "reopened", "damaged", "destroyed", "unknown")),
        "status_since": Field("date", "date from which the status is reported", required=False, filled=False),
        "adm1": MAYBE("province", hxl="#adm1+name"),
        "adm2": MAYBE("district", hxl="#adm2+name"),
        **CLAIM,
        **POSITION,
        **ORIGIN,
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
        "highway_class": TEXT("class of the road, as OpenStreetMap words it"),
        "ref": MAYBE("road number"),
        "brunnel": MAYBE("bridge, tunnel, ford or ferry", words=("bridge", "tunnel", "ford", "ferry")),
        "oneway": Field("whole", "1 along the edge only, -1 against it only, 0 both ways", required=False, filled=False, least=-1),
        "surface": MAYBE("surface"),
        **ORIGIN,
    },
    geometry=("LineString",),
)

ROAD_SPEEDS = Contract(
    "road speeds",
    {
        "highway_class": TEXT("class of the road, as OpenStreetMap words it; `*` stands for every class without a row"),
        "surface": MAYBE("surface; with the class `*` the most that any road of this surface allows"),
        "kmh": Field("number", "speed in km/h", least=0.1),
        "certainty": MAYBE("how sure the number is: published, or assumed, and which"),
        "citation": TEXT("where the number comes from"),
    },
)

TARGETS = Contract(
    "targets",
    {
        "target_set": TEXT("what kind of place is to be reached: district-town, hospital, checkpoint, …"),
        "target_id": TEXT("stable id within its set"),
        "name": Field("text", "name", filled=False, hxl="#loc+name"),
        "for_country": MAYBE("only villages of this country have it as a target", words=("KHM", "THA")),
        "note": MAYBE("what a reader must know; of a set without any position, why there is none"),
        **POSITION,
        **ORIGIN,
    },
    geometry=POINTS,
    located=False,
)

ACCESS_REPORTS = Contract(
    "access reports",
    {
        "place_id": TEXT("the village"),
        "status": TEXT("what is reported", words=("accessible", "inaccessible"), hxl="#access"),
        "as_of": Field("date", "date of the report", hxl="#date+reported"),
        "kind": MAYBE("why", words=("physical", "hazard", "administrative", "security", "unknown")),
        "for_whom": MAYBE("for whom: everyone, residents, aid convoys, observers, …"),
        "reported_by": TEXT("who says so"),
        "source_url": CLAIM["source_url"],
    },
)

ACCESS_STATUSES = ("inaccessible", "restricted", "reachable", "unknown")

ACCESS_DECISIONS = Contract(
    "access decisions",
    {
        "decision_id": ID("one row of the table; the first whose conditions all hold decides"),
        "in_zone": MAYBE("condition: words joined by vertical bars; empty holds for every value"),
        "cut_off": MAYBE("condition on being cut off from every named target set"),
        "cut_off_some": MAYBE("condition on being cut off from at least one"),
        "cut_off_by": MAYBE("condition on what cuts it off: closures, map, none"),
        "reported": MAYBE("condition on what is reported of its inaccessibility"),
        "reported_for": MAYBE("condition on for whom that is reported"),
        "status": TEXT("what follows", words=ACCESS_STATUSES),
        "why": TEXT("the reason, in a sentence"),
    },
)

RULES = Contract(
    "rules",
    {
        "rule_id": TEXT("one rule, one or more event types"),
        "event_type": TEXT("event type the rule speaks of"),
        "weapon": MAYBE("only events whose reported weapon has this word; such a rule goes before the one for the type alone"),
        "radius_m": Field("number", "radius of the zone in metres; empty where the type makes no zone", filled=False, least=1),
        "lifetime_days": Field("whole", "days the zone lasts after the last day of the event", least=0),
        "certainty": MAYBE("how sure the numbers are: published, or assumed, and which"),
        "citation": TEXT("where the numbers come from"),
    },
)

ZONES = Contract(
    "zones",
    {
        "zone_id": ID("stable id"),
        "certainty": TEXT("holds for every, or for some position of its incidents", words=CERTAINTIES),
        "rule_id": TEXT("the rule that made it"),
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
