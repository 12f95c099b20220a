"""Read an export of ACLED, the Armed Conflict Location and Event Data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.readers.assemble import assemble
from bordergis.readers.cells import read_cells
from bordergis.readers.columns import carried, filled_from, missing_text, named, require_columns
from bordergis.readers.precision import date_precision, fine_points_only, position_precision
from bordergis.schema import INCIDENTS, Field

if TYPE_CHECKING:
    import os

    from bordergis.readers.checked import Checked

__all__ = ["EVENT_TYPES", "LICENCE", "from_acled"]

LICENCE = "ACLED terms of use: raw rows may not be passed on; aggregates may, with attribution"

EVENT_TYPES = {
    "Battles": ("Armed clash", "Government regains territory", "Non-state actor overtakes territory"),
    "Explosions/Remote violence": (
        "Chemical weapon", "Air/drone strike", "Suicide bomb", "Shelling/artillery/missile attack", "Remote explosive/landmine/IED",
        "Grenade",
    ),
    "Protests": ("Peaceful protest", "Protest with intervention", "Excessive force against protesters"),
    "Riots": ("Violent demonstration", "Mob violence"),
    "Strategic developments": (
        "Agreement", "Arrests", "Change to group/activity", "Disrupted weapons use", "Headquarters or base established",
        "Looting/property destruction", "Non-violent transfer of territory", "Other",
    ),
    "Violence against civilians": ("Sexual violence", "Attack", "Abduction/forced disappearance"),
}  # fmt: skip
"""Event types and sub-event types, as ACLED publishes them."""

SPELLINGS = {"excessive force against protestors": "Excessive force against protesters"}
"""Sub-event types that ACLED itself spells in two ways."""

NEEDED = ("event_id_cnty", "event_date", "event_type", "sub_event_type", "latitude", "longitude", "geo_precision", "source")

FIELDS = {
    "event_type": replace(INCIDENTS.fields["event_type"], words=tuple(sub for subs in EVENT_TYPES.values() for sub in subs)),
    "geo_precision": Field("text", "precision of the place, as ACLED codes it", required=False, filled=False, words=("1", "2", "3")),
    "time_precision": Field("text", "precision of the date, as ACLED codes it", required=False, filled=False, words=("1", "2", "3")),
}
CONTRACT = replace(INCIDENTS, fields={**INCIDENTS.fields, **FIELDS})

COLUMNS = {
    "source_event_id": "event_id_cnty", "source_version": "timestamp", "category": "event_type", "sub_category": "sub_event_type",
    "actor_a": "actor1", "actor_b": "actor2", "reported_by": "source", "place_as_given": "location", "adm1": "admin1", "adm2": "admin2",
    "description": "notes", "killed_best": "fatalities", "geo_precision": "geo_precision", "time_precision": "time_precision",
}  # fmt: skip
"""Which column of the export is which column of the contract."""

NOTES = (
    "ACLED's terms forbid passing on its rows: `redistributable` is false on every row; publish aggregates, with attribution.",
    "Which actor stands first says nothing of who began.",
    "ACLED is revised every week: keep the export, and compare it with the next by `update_incidents`.",
)


def from_acled(path: str | os.PathLike[str], *, precision: pd.DataFrame | None = None, on_error: str = "raise") -> Checked:
    r"""Read an ACLED export (CSV or a spreadsheet) as incidents.

    Parameters
    ----------
    path
        The export, with the columns that ACLED publishes.
    precision
        What ``geo_precision`` means in classes and metres; by default :func:`~bordergis.readers.precision.precision_table`.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Incidents (:data:`bordergis.schema.INCIDENTS`), ``incident_id`` such as ``acled:CAM1234``. An event of ``geo_precision`` 3 has no
        point: what ACLED prints stays in ``coord_raw``. No row may be passed on (``redistributable`` is false). Columns that the contract
        does not know are carried.

    Raises
    ------
    SchemaError
        If the file is no ACLED export.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> export = Path(tempfile.mkdtemp()) / "acled.csv"
    >>> _ = export.write_text(
    ...     "event_id_cnty,event_date,event_type,sub_event_type,latitude,longitude,geo_precision,source,fatalities\n"
    ...     "CAM1234,24 July 2025,Battles,Armed clash,14.35,103.26,1,A newspaper,0\n"
    ... )
    >>> from_acled(export).layer[["incident_id", "event_type", "position_class", "redistributable"]].to_dict("records")
    [{'incident_id': 'acled:CAM1234', 'event_type': 'Armed clash', 'position_class': 'place', 'redistributable': False}]
    """
    table = read_cells(path)
    cells = named(table.cells)
    require_columns(cells, NEEDED, "an ACLED export")
    raw = replace(table, format=f"ACLED export, {table.format}", notes=(*table.notes, *NOTES), sources=("acled",))
    columns = _columns(cells, precision)
    return fine_points_only(assemble(raw, CONTRACT, columns, position=(cells["longitude"], cells["latitude"]), on_error=on_error))


def _columns(cells: pd.DataFrame, precision: pd.DataFrame | None) -> dict[str, pd.Series]:
    plain = {name: cells[foreign] for name, foreign in COLUMNS.items() if foreign in cells}
    day = _iso(cells["event_date"])
    used = {*COLUMNS.values(), "event_date", "latitude", "longitude"}
    return {
        "incident_id": "acled:" + cells["event_id_cnty"].str.strip().mask(cells["event_id_cnty"].str.strip() == ""),
        **plain,
        "date_start": day,
        "date_end": day,
        "date_precision": date_precision(filled_from(cells, ["time_precision"]), "acled.time_precision"),
        "event_type": _spelt(cells["sub_event_type"]),
        "killed_low": missing_text(cells),
        "killed_high": missing_text(cells),
        "source_url": filled_from(cells, ["source_url"]),
        **position_precision(cells["geo_precision"].str.strip(), "acled.geo_precision", precision),
        "source_id": pd.Series("acled", cells.index),
        "source_ref": cells["event_id_cnty"],
        "licence": pd.Series(LICENCE, cells.index),
        "redistributable": pd.Series(data=False, index=cells.index),
        **carried(cells, used, CONTRACT),
    }


def _iso(dates: pd.Series) -> pd.Series:
    """Write the publisher's own form, dd-mm-yyyy, as ISO; leave all else to the parser of dates."""
    known = pd.to_datetime(dates.str.strip(), format="%d-%m-%Y", errors="coerce")
    return dates.where(known.isna(), known.dt.strftime("%Y-%m-%d"))


def _spelt(sub_types: pd.Series) -> pd.Series:
    """Give the sub-event type ACLED's present spelling, whatever its case; leave what is unknown as it is."""
    known = {sub.casefold(): sub for subs in EVENT_TYPES.values() for sub in subs} | SPELLINGS
    return sub_types.str.strip().str.casefold().map(known).fillna(sub_types)
