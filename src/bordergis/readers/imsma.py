"""Read an export of IMSMA, the Information Management System for Mine Action: hazard areas, or accidents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis.crs import LONLAT
from bordergis.errors import UnknownNameError
from bordergis.readers.assemble import assemble
from bordergis.readers.cells import read_cells
from bordergis.readers.columns import carried, filled_from, named, remark, require_columns, with_remarks
from bordergis.readers.coordinates import parse_coordinates, parse_position
from bordergis.readers.precision import fine_points_only, position_precision, precision_table
from bordergis.readers.shapes import strange_positions
from bordergis.schema import HAZARDS, INCIDENTS

if TYPE_CHECKING:
    import os

    from bordergis.readers.assemble import Raw
    from bordergis.readers.checked import Checked

__all__ = ["LICENCE", "from_imsma"]

WHAT = ("hazards", "accidents")

LICENCE = "terms of the national mine action authority; ask it before passing on"

AUTHORITY = "national mine action authority (IMSMA)"
"""Who says so, where the file does not name the organisation that reported."""

HEADINGS = {
    "land_id": ("land_id", "hazard_id", "land_local_id", "hazard_local_id"),
    "accident_id": ("accident_id", "accident_local_id"),
    "land_class": ("land_classification", "hazard_classification", "hazard_type", "land_type", "classification"),
    "accident_class": ("accident_classification", "accident_type", "classification"),
    "status": ("status_changed_reason", "land_release_status", "land_status", "hazard_status", "status"),
    "evidence": ("evidence_of_contamination", "evidence"),
    "direct": ("direct_evidence",),
    "indirect": ("indirect_evidence",),
    "ordnance": ("type_of_contamination", "ordnance", "device_type"),
    "recorded_on": ("status_changed_date", "date_of_report", "report_date", "date_of_survey", "survey_date", "date"),
    "accident_date": ("date_of_accident", "accident_date", "date"),
    "organisation": ("reported_by", "organisation", "organization", "reporting_organisation"),
    "place": ("place", "location", "accident_name"),
    "adm1": ("province", "adm1", "admin1"),
    "adm2": ("district", "adm2", "admin2"),
    "killed": ("killed", "number_killed"),
    "injured": ("injured", "number_injured"),
    "point_type": ("point_type",),
    "outline": ("polygon_wkt", "outline", "wkt", "shape_wkt"),
    "lon": ("longitude", "lon"),
    "lat": ("latitude", "lat"),
    "position": ("mgrs", "utm", "coordinates", "position"),
    "easting": ("easting", "utm_easting"),
    "northing": ("northing", "utm_northing"),
    "zone": ("zone", "utm_zone"),
}
"""Headings by meaning: each authority sets its own, so a meaning has several. The codes in the cells are IMSMA's."""

CLASSES = {
    "suspected hazardous area (sha)": "suspected", "suspected hazardous area": "suspected", "sha": "suspected",
    "confirmed hazardous area (cha)": "confirmed", "confirmed hazardous area": "confirmed", "cha": "confirmed",
}  # fmt: skip

RELEASED = ("cancelled", "reduced", "cleared")
"""How land leaves the record (IMAS 07.11); only these very words count, for ``not cleared`` holds one of them too."""

NO_HAZARD_AREA = ("indication", "ammunition storage / stockpile", "eod spot task")
"""Classes of IMSMA that are no hazard areas."""

EVIDENCE = {"direct": "direct", "indirect": "indirect", "none": "", "not specified": "", "": ""}

MINE_OR_ORDNANCE = "Remote explosive/landmine/IED"
ACCIDENTS = {
    "demining accident": MINE_OR_ORDNANCE, "cluster accident": MINE_OR_ORDNANCE, "ied accident": MINE_OR_ORDNANCE,
    "mine accident": MINE_OR_ORDNANCE, "uxo/axo accident": MINE_OR_ORDNANCE, "stored ammunition accident": "",
    "other type of accident": "",
}  # fmt: skip
"""Accident classes of IMSMA and the sub-event type of ACLED that fits (our reading); none for accidents in stores."""

AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
SHAPES, POINT_TYPES = "imsma.shape", "imsma.point_type"
"""Schemes of the table of precision."""

HAZARD_NOTES = (
    "Recorded areas only: land without a record is not known to be safe; cancelled, reduced and cleared are the authority's words.",
)
ACCIDENT_NOTES = ("Accidents concern individuals: every row is `sensitive`, and its point is not for publication.",)


def from_imsma(
    path: str | os.PathLike[str], *, what: str = "hazards", precision: pd.DataFrame | None = None, on_error: str = "raise"
) -> Checked:
    r"""Read an IMSMA export (CSV or a spreadsheet) of hazard areas or of accidents.

    Positions may be outlines (WKT), longitude and latitude, UTM or MGRS.

    Parameters
    ----------
    path
        The export.
    what
        ``hazards`` or ``accidents``.
    precision
        What IMSMA's point types mean in classes and metres; by default :func:`~bordergis.readers.precision.precision_table`.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Hazard areas (:data:`bordergis.schema.HAZARDS`; suspected, confirmed, cancelled, reduced or cleared, as recorded), or accidents as
        incidents (:data:`bordergis.schema.INCIDENTS`). Points that mark a landmark, or where something was fired
        from, are left out and counted.

    Raises
    ------
    UnknownNameError
        If ``what`` is neither.
    SchemaError
        If the file is no such export.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> export = Path(tempfile.mkdtemp()) / "land.csv"
    >>> _ = export.write_text(
    ...     "Land ID,Land classification,Evidence of contamination,Report date,MGRS\n"
    ...     "BS/1,Confirmed hazardous area (CHA),Direct,2026-01-05,48PTA 55148 28943\n"
    ... )
    >>> from_imsma(export).layer[["hazard_id", "kind", "evidence", "position_radius_m"]].to_dict("records")
    [{'hazard_id': 'imsma:BS/1', 'kind': 'confirmed', 'evidence': 'direct', 'position_radius_m': 1000.0}]
    """
    if what not in WHAT:
        raise UnknownNameError(f"An IMSMA export holds {' or '.join(WHAT)}; {what!r} is neither.")
    table = read_cells(path)
    raw = replace(table, format=f"IMSMA export of {what}, {table.format}", sources=("imsma",))
    return _hazards(raw, precision, on_error) if what == "hazards" else _accidents(raw, precision, on_error)


def _hazards(raw: Raw, precision: pd.DataFrame | None, on_error: str) -> Checked:
    seen = _by_meaning(named(raw.cells))
    require_columns(seen.dropna(axis="columns", how="all"), ["land_id", "land_class"], "an IMSMA export of hazard areas")
    raw, seen = _without(
        raw, seen, _key(seen["land_class"]).isin(NO_HAZARD_AREA), "indications, stores and spot tasks, which are no hazard areas"
    )
    raw, seen, placed = _without_other_points(raw, seen, precision)

    kind, doubtful = _life_cycle(seen)
    columns = {
        "hazard_id": "imsma:" + seen["land_id"],
        "kind": kind,
        "evidence": _evidence(seen),
        "ordnance": seen["ordnance"],
        "recorded_on": seen["recorded_on"],
        **_shared(raw, seen, placed),
        **carried(named(raw.cells), _used(), HAZARDS),
    }
    shaped = replace(raw, geometry=placed["geometry"], notes=(*raw.notes, *HAZARD_NOTES))
    return assemble(with_remarks(shaped, doubtful, *_position_faults(placed, "rejected")), HAZARDS, columns, on_error=on_error)


def _accidents(raw: Raw, precision: pd.DataFrame | None, on_error: str) -> Checked:
    seen = _by_meaning(named(raw.cells))
    require_columns(seen.dropna(axis="columns", how="all"), ["accident_id", "accident_class"], "an IMSMA export of accidents")
    raw, seen, placed = _without_other_points(raw, seen, precision)

    known = _key(seen["accident_class"])
    columns = {
        "incident_id": "imsma:" + seen["accident_id"],
        "source_event_id": seen["accident_id"],
        "date_start": seen["accident_date"],
        "date_end": seen["accident_date"],
        "category": seen["accident_class"],
        "event_type": known.map(ACCIDENTS).replace("", pd.NA),
        "weapon_as_reported": seen["ordnance"],
        "place_as_given": seen["place"],
        "killed_best": seen["killed"],
        "injured_best": seen["injured"],
        "sensitivity": pd.Series("sensitive", raw.cells.index),
        **_shared(raw, seen, placed),
        **carried(named(raw.cells), _used(), INCIDENTS),
    }
    strange = known.notna() & ~known.isin(list(ACCIDENTS))
    remedy = f"use one of {', '.join(ACCIDENTS)}; the accident is taken without an event type"
    told = remark(seen.loc[strange, "accident_class"], "accident class", "flagged", "is no accident class of IMSMA", remedy)
    shaped = replace(raw, geometry=placed["geometry"], notes=(*raw.notes, *ACCIDENT_NOTES))
    remarked = with_remarks(shaped, told, *_position_faults(placed, "flagged"))
    return fine_points_only(assemble(remarked, INCIDENTS, columns, on_error=on_error))


def _by_meaning(cells: pd.DataFrame) -> pd.DataFrame:
    """Give the columns by what they mean; a meaning the file lacks is missing everywhere."""
    return pd.DataFrame({meaning: filled_from(cells, headings) for meaning, headings in HEADINGS.items()}, index=cells.index)


def _used() -> set[str]:
    kept = ("status", "point_type", "direct", "indirect")
    return {heading for meaning, headings in HEADINGS.items() if meaning not in kept for heading in headings}


def _shared(raw: Raw, seen: pd.DataFrame, placed: gpd.GeoDataFrame) -> dict[str, pd.Series]:
    return {
        "adm1": seen["adm1"],
        "adm2": seen["adm2"],
        "reported_by": seen["organisation"].fillna(AUTHORITY),
        **{name: placed[name] for name in ("position_class", "position_radius_m", "coord_raw", "coord_cell_m")},
        "source_id": pd.Series("imsma", raw.cells.index),
        "licence": pd.Series(LICENCE, raw.cells.index),
        "redistributable": pd.Series(data=False, index=raw.cells.index),
    }


def _key(words: pd.Series) -> pd.Series:
    return words.str.strip().str.casefold()


def _without(raw: Raw, seen: pd.DataFrame, out: pd.Series, what: str) -> tuple[Raw, pd.DataFrame]:
    """Leave rows out, and say how many; the others keep their row numbers."""
    if not out.any():
        return raw, seen
    note = f"{int(out.sum())} of {len(seen)} rows left out: {what}."
    return replace(raw, cells=raw.cells[~out], notes=(*raw.notes, note)), seen[~out]


def _without_other_points(raw: Raw, seen: pd.DataFrame, precision: pd.DataFrame | None) -> tuple[Raw, pd.DataFrame, gpd.GeoDataFrame]:
    """Leave out landmarks, benchmarks and firing points, and place the rest."""
    placed = _placed(seen, precision)
    out = placed["position_class"] == ""
    raw, seen = _without(raw, seen, out, "landmarks, benchmarks and firing points, which are not where the hazard is")
    return raw, seen, placed[~out]


def _life_cycle(seen: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
    """Say what the land is recorded as; anything but the very word of release leaves it the hazard it was."""
    status = _key(seen["status"]).replace("canceled", "cancelled")
    kind = status.where(status.isin(RELEASED), _key(seen["land_class"]).map(CLASSES).fillna(seen["land_class"]))
    doubt = ~status.isin(RELEASED) & status.str.contains("|".join(RELEASED)).fillna(value=False).astype(bool)
    remedy = f"write {', '.join(RELEASED)} alone if the land was released; until then it stays as it was classified"
    return kind, remark(seen.loc[doubt, "status"], "status", "flagged", "was not read as released land", remedy)


def _evidence(seen: pd.DataFrame) -> pd.Series:
    """Take the class of evidence, or what the finer columns say; direct outweighs indirect."""
    told = _key(seen["evidence"]).fillna("")
    finer = pd.Series(np.where(_says(seen["direct"]), "direct", np.where(_says(seen["indirect"]), "indirect", "")), seen.index)
    known = told.map(EVIDENCE).fillna(seen["evidence"])
    return known.where(known != "", finer).replace("", pd.NA)


def _says(cells: pd.Series) -> pd.Series:
    return cells.notna() & (_key(cells) != "not specified")


def _placed(seen: pd.DataFrame, precision: pd.DataFrame | None) -> gpd.GeoDataFrame:
    """Shape, class, radius and faults of every row: by its outline, else by its point."""
    outline, bad = _outlines(seen["outline"])
    point, printed = _points(seen)
    shapes = np.where(outline.notna(), outline, shapely.points(point["lon"], point["lat"]))
    shapes = np.where(outline.notna() | point["lon"].notna(), shapes, None)

    areal = np.isin(shapely.get_type_id(outline.to_numpy()), AREAL)
    assumed = position_precision(pd.Series(np.where(areal, "polygon", "point"), seen.index), SHAPES, precision)
    typed = position_precision(_point_type(seen["point_type"]), POINT_TYPES, precision)
    use_type = ~areal & (typed["position_class"] != "unlocatable")
    chosen = assumed.where(~use_type, typed)
    return gpd.GeoDataFrame(
        {
            "position_class": chosen["position_class"],
            "position_radius_m": np.fmax(chosen["position_radius_m"], point["radius_m"].where(outline.isna())),
            "coord_raw": printed.where(outline.isna() & point["lon"].notna()),
            "coord_cell_m": point["cell_m"].where(outline.isna()),
            "value": seen["outline"].where(bad, printed),
            "fault": point["fault"].mask(outline.notna()).mask(bad, "write the outline as WKT, such as POLYGON ((103 14, …))"),
            "flag": point["flag"].mask(outline.notna()),
        },
        geometry=gpd.GeoSeries(shapes, index=seen.index, crs=LONLAT),
    )


def _outlines(cells: pd.Series) -> tuple[pd.Series, pd.Series]:
    texts = cells.astype("object").where(cells.notna(), None).to_numpy()
    with np.errstate(over="ignore"):  # a number too large for a coordinate becomes infinite, and is rejected as such
        shapes = shapely.force_2d(shapely.from_wkt(texts, on_invalid="ignore"))
    outline = pd.Series(np.where(shapely.is_empty(shapes), None, shapes), cells.index, dtype="object")
    return outline, cells.notna() & shapely.is_missing(shapes)


def _points(seen: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Read the position where it stands: longitude and latitude, else UTM in three columns, else one cell of any form."""
    grid = seen["zone"] + " " + seen["easting"] + " " + seen["northing"]
    text = seen["position"].where(seen["position"].notna(), grid)
    degrees = seen["lon"].notna() | seen["lat"].notna()
    by_degrees, by_text = parse_coordinates(seen["lon"].fillna(""), seen["lat"].fillna("")), parse_position(text.fillna(""))
    printed = text.where(~degrees, seen["lon"].fillna("") + ", " + seen["lat"].fillna(""))
    return by_degrees.where(degrees, by_text), printed


def _point_type(cells: pd.Series) -> pd.Series:
    """Give the point type IMSMA's spelling, whatever its case."""
    codes = precision_table().query(f"scheme == {POINT_TYPES!r}")["code"]
    return _key(cells).map({code.casefold(): code for code in codes})


def _position_faults(placed: gpd.GeoDataFrame, severity: str) -> tuple[pd.DataFrame, ...]:
    """Remark on points that could not be read or were assumed, and on outlines that cannot be where they say."""
    outlines = placed[placed["coord_raw"].isna() & placed.geometry.notna()]
    strange = strange_positions(np.asarray(outlines.geometry.array))
    bad = placed["fault"].notna()
    assumed = placed["flag"].notna() & ~bad
    return (
        remark(placed.loc[bad, "value"], "position", severity, "is not a position", placed["fault"]),
        remark(placed.loc[assumed, "value"], "position", "flagged", "was read with an assumption", placed["flag"]),
        *(() if strange is None else (strange.set_axis(outlines.index[strange.index]),)),
    )
