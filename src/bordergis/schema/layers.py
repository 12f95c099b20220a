"""One contract a layer: columns, kinds, vocabularies, key and geometry.

A contract is checked at the doors (readers and public functions), all at once, so that one error lists every bad row and why. Checking
never changes a layer: nothing is coerced, no CRS is set, columns the contract does not know are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from bordergis.crs import require_lonlat
from bordergis.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandera.pandas as pa

__all__ = [
    "ACCESS_REPORTS",
    "BORDER",
    "CAMPS",
    "CHECKPOINTS",
    "CHECKPOINT_STATUS",
    "CONTRACTS",
    "DESIGNATED_AREAS",
    "FIGURES",
    "HAZARDS",
    "INCIDENTS",
    "INCIDENT_PLACES",
    "PERIODS",
    "PLACES",
    "POSITIONED",
    "PROVISIONS",
    "RULES",
    "VILLAGES",
    "VISITS",
    "ZONES",
    "Contract",
    "Field",
]

POSITIONED = ("exact", "place", "area")
"""Location classes fine enough to be measured from; coarser ones are kept and counted, never drawn or buffered as a point."""

POSITION_CLASSES = (*POSITIONED, "subdistrict", "district", "province", "border-wide", "unlocatable")
CONFIDENCE = ("high", "medium", "low")
COUNTRIES = ("KHM", "THA", "KHM/THA", "KHM/THA/LAO")
CHECKPOINT_STATUSES = ("open", "restricted", "closed", "unspecified", "unclear", "unknown")
CERTAINTIES = ("definite", "possible")

FAULTS_SHOWN = 20

POINTS = ("Point",)
POINTS_OR_MULTI = ("Point", "MultiPoint")
AREAS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a contract.

    Attributes
    ----------
    kind
        ``text``, ``number``, ``whole``, ``date``, ``time`` (a moment with its UTC offset) or ``list``.
    meaning
        What the column says, with its unit.
    required
        Whether the column must be there.
    filled
        Whether every row must have a value.
    unique
        Whether a value may stand only once (the key).
    words
        The controlled vocabulary, if there is one.
    least
        The smallest value allowed, if there is one.
    """

    kind: str
    meaning: str
    required: bool = True
    filled: bool = True
    unique: bool = False
    words: tuple[str, ...] | None = None
    least: float | None = None


@dataclass(frozen=True)
class Contract:
    """What a layer must satisfy.

    Attributes
    ----------
    name
        The layer's name, in the plural.
    fields
        Its columns.
    geometry
        Geometry types allowed; empty for a plain table.
    located
        Whether every row must have a geometry. Where it need not, a row without one is kept and counted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> villages = gpd.GeoDataFrame({"place_id": ["a", "a"], "name": ["O", None]}, geometry=[Point(103, 14)] * 2, crs=4326)
    >>> VILLAGES.validate(villages)
    Traceback (most recent call last):
    ...
    bordergis.errors.SchemaError: villages: 3 faults.
      row 0, place_id = 'a': must be unique
      row 1, name = None: must have a value
      row 1, place_id = 'a': must be unique
    Mend these rows and try again.
    """

    name: str
    fields: Mapping[str, Field]
    geometry: tuple[str, ...] = ()
    located: bool = True

    def validate(self, layer: pd.DataFrame) -> None:
        """Check a layer against the contract.

        Raises
        ------
        SchemaError
            With every fault: row, column, value and rule.
        MissingCRSError, CRSMismatchError
            If a spatial layer is not lon/lat on WGS 84.
        """
        if self.geometry:
            if not isinstance(layer, gpd.GeoDataFrame):
                raise SchemaError(
                    f"{self.name}: expected a GeoDataFrame, got {type(layer).__name__}; make one with "
                    "`geopandas.GeoDataFrame(table, geometry=geopandas.points_from_xy(lon, lat), crs=4326)`."
                )
            require_lonlat(layer)

        faults = self._faults(layer)
        if faults:
            shown = "\n".join(f"  {fault}" for fault in faults[:FAULTS_SHOWN])
            more = f"\n  … and {len(faults) - FAULTS_SHOWN} more" if len(faults) > FAULTS_SHOWN else ""
            count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise SchemaError(f"{self.name}: {count}.\n{shown}{more}\nMend these rows and try again.")

    def _faults(self, layer: pd.DataFrame) -> list[str]:
        from pandera.errors import SchemaErrors  # noqa: PLC0415  with pandera itself, only when something is checked

        try:
            self._schema.validate(pd.DataFrame(layer), lazy=True)
        except SchemaErrors as found:
            cases = found.failure_cases
            order = cases.sort_values(["index", "column"], key=lambda part: part.astype(str), kind="stable")
            return [_fault(case) for case in order.to_dict("records")]
        return []

    @cached_property
    def _schema(self) -> pa.DataFrameSchema:
        import pandera.pandas as pa  # noqa: PLC0415  0.5 s: only when something is checked

        columns = {name: _column(field) for name, field in self.fields.items()}
        if self.geometry:
            kinds = pa.Check(partial(_is_geometry, kinds=self.geometry), name=f"must be {' or '.join(self.geometry)}")
            columns["geometry"] = pa.Column(nullable=not self.located, checks=kinds)
        return pa.DataFrameSchema(columns)


def _column(field: Field) -> pa.Column:
    import pandera.pandas as pa  # noqa: PLC0415

    checks = [pa.Check(_KINDS[field.kind], name=f"must be {_KIND_WORDS[field.kind]}")]
    if field.words is not None:
        checks.append(pa.Check.isin(field.words, name=f"must be one of {', '.join(field.words)}"))
    if field.least is not None:
        checks.append(pa.Check.ge(field.least, name=f"must be at least {field.least:g}"))
    return pa.Column(nullable=not field.filled, unique=field.unique, required=field.required, checks=checks)


def _fault(case: Mapping[Any, Any]) -> str:
    rule = str(case["check"])
    if rule == "column_in_dataframe":
        return f"column {case['failure_case']}: is missing"
    rule = {"not_nullable": "must have a value", "field_uniqueness": "must be unique"}.get(rule, rule)
    value = None if pd.isna(case["failure_case"]) else case["failure_case"]
    return f"row {case['index']}, {case['column']} = {value!r}: {rule}"


def _each(test: Callable[[Any], bool], values: pd.Series) -> pd.Series:
    return values.map(test).astype(bool)


def _is_geometry(values: pd.Series, *, kinds: tuple[str, ...]) -> pd.Series:
    found = gpd.GeoSeries(values)
    return found.geom_type.isin(kinds) & ~found.is_empty


def _is_text(values: pd.Series) -> pd.Series:
    return _each(lambda value: isinstance(value, str), values)


def _is_number(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        return values.abs() < float("inf")
    return pd.Series(data=False, index=values.index)


def _is_whole(values: pd.Series) -> pd.Series:
    numeric = _is_number(values)
    return numeric & (values % 1 == 0) if numeric.all() else numeric


def _is_date(values: pd.Series) -> pd.Series:
    plain = pd.api.types.is_datetime64_dtype(values)
    return values == values.dt.normalize() if plain else pd.Series(data=False, index=values.index)


def _is_moment(values: pd.Series) -> pd.Series:
    return pd.Series(data=isinstance(values.dtype, pd.DatetimeTZDtype), index=values.index)


def _is_list(values: pd.Series) -> pd.Series:
    return _each(lambda value: isinstance(value, (list, tuple)), values)


_KINDS: Mapping[str, Callable[[pd.Series], pd.Series]] = {
    "text": _is_text,
    "number": _is_number,
    "whole": _is_whole,
    "date": _is_date,
    "time": _is_moment,
    "list": _is_list,
}
_KIND_WORDS = {
    "text": "text",
    "number": "a finite number",
    "whole": "a whole number",
    "date": "a calendar date (datetime64 without time or zone)",
    "time": "a moment with its UTC offset",
    "list": "a list",
}

_ID = partial(Field, "text", unique=True)
_TEXT = partial(Field, "text")
_MAYBE = partial(Field, "text", required=False, filled=False)
_METRES = partial(Field, "number", required=False, filled=False, least=0)

_POSITION = {
    "position_class": _MAYBE("how finely the position is known", words=POSITION_CLASSES),
    "position_radius_m": _METRES("metres within which the true position lies"),
    "confidence": _MAYBE("confidence in the match at that precision", words=CONFIDENCE),
}
_ORIGIN = {
    "source_id": _MAYBE("the source, as in the registry"),
    "source_ref": _MAYBE("the record inside the source"),
}
_CLAIM = {
    "reported_by": _MAYBE("who says so"),
    "source_url": _MAYBE("where it was published"),
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
        "place_id": _ID("stable id"),
        "name": _TEXT("name in Latin script"),
        "name_alt": _MAYBE("other names, separated by semicolons"),
        "name_km": _MAYBE("name in Khmer"),
        "name_th": _MAYBE("name in Thai"),
        "kind": _MAYBE("village, town, heritage, bridge, …"),
        "country": _MAYBE("country by which the source lists it; not a judgement on sovereignty", words=COUNTRIES),
        "adm1": _MAYBE("province"),
        "adm2": _MAYBE("district"),
        "population": Field("number", "people, as the source has it", required=False, filled=False, least=0),
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
        "incident_id": _ID("stable id"),
        "date_start": Field("date", "first day of the event, local date (UTC+7)"),
        "date_end": Field("date", "last day of the event"),
        "date_precision": Field("whole", "1 exact day … 5 year (UCDP GED)", required=False, filled=False, least=1),
        "category": _TEXT("kind of event"),
        "event_type": Field("text", "sub-event type as ACLED words it; empty for what is no event", filled=False),
        "description": _MAYBE("what is reported, paraphrased"),
        "reported_by": _TEXT("who says so"),
        "counter_claim": _MAYBE("who denies it, or tells it otherwise"),
        "verification_status": _MAYBE("unverified, visited, verified", words=("unverified", "visited", "verified")),
        "killed_low": _COUNT("deaths, lowest account"),
        "killed_best": _COUNT("deaths, if there is one account"),
        "killed_high": _COUNT("deaths, highest account"),
        "injured_low": _COUNT("injured, lowest account"),
        "injured_best": _COUNT("injured, if there is one account"),
        "injured_high": _COUNT("injured, highest account"),
        "n_places": _COUNT("places the report names"),
        "n_places_located": _COUNT("places with a position"),
        "source_url": _CLAIM["source_url"],
        **_POSITION,
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
        "qualifier": _TEXT("exact, more than, nearly, …"),
        "author": _TEXT("who says so"),
        "source_id": _TEXT("the source, as in the registry"),
        "source_url": _CLAIM["source_url"],
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

DESIGNATED_AREAS = Contract(
    "designated areas",
    {
        "area_id": _ID("stable id"),
        "name": _TEXT("name of the area"),
        "valid_from": Field("date", "day it was designated"),
        "note": _MAYBE("what it is"),
        "source_id": _ORIGIN["source_id"],
    },
    geometry=AREAS,
)

HAZARDS = Contract(
    "hazards",
    {
        "hazard_id": _ID("stable id"),
        "kind": _TEXT("recorded class (IMAS 07.11)", words=("suspected", "confirmed", "cancelled", "reduced", "cleared")),
        "recorded_on": Field("date", "date of the record"),
        **_CLAIM,
    },
    geometry=AREAS,
)

ACCESS_REPORTS = Contract(
    "access reports",
    {
        "place_id": _TEXT("the village"),
        "status": _TEXT("what is reported", words=("accessible", "inaccessible")),
        "as_of": Field("date", "date of the report"),
        "kind": _MAYBE("why", words=("physical", "hazard", "administrative", "security", "unknown")),
        "for_whom": _MAYBE("for whom: everyone, residents, aid convoys, observers, …"),
        "reported_by": _TEXT("who says so"),
        "source_url": _CLAIM["source_url"],
    },
)

RULES = Contract(
    "rules",
    {
        "rule_id": _TEXT("one rule, one or more event types"),
        "event_type": _ID("event type the rule speaks of"),
        "radius_m": Field("number", "radius of the zone in metres; empty where the type makes no zone", filled=False, least=1),
        "lifetime_days": Field("whole", "days the zone lasts after the last day of the event", least=0),
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
        "end": Field("date", "last day the zone is in force"),
        "discs": Field("list", "the discs it is the union of: (incident_id, lon, lat, radius in metres)"),
    },
    geometry=AREAS,
)

CONTRACTS: Mapping[str, Contract] = {
    contract.name.replace(" ", "_"): contract
    for contract in (
        BORDER, PLACES, VILLAGES, CAMPS, CHECKPOINTS, CHECKPOINT_STATUS, INCIDENTS, INCIDENT_PLACES, VISITS, FIGURES,
        PERIODS, PROVISIONS, DESIGNATED_AREAS, HAZARDS, ACCESS_REPORTS, RULES, ZONES,
    )
}  # fmt: skip
"""Every contract by the name of its layer."""
