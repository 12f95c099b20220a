"""Read the Displacement Tracking Matrix (DTM) of the International Organization for Migration: displaced people by area."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.readers.assemble import assemble
from bordergis.readers.cells import read_cells
from bordergis.readers.columns import carried, filled_from, named, require_columns
from bordergis.readers.precision import position_precision
from bordergis.schema import FIGURES, PLACES, Field

if TYPE_CHECKING:
    import os

    from bordergis.readers.checked import Checked

__all__ = ["LICENCE", "from_dtm"]

LICENCE = "IOM DTM: not to be passed on; cite IOM DTM and its date"

NEEDED = ("numpresentidpind", "admin0name")

ASSESSMENTS = ("BA", "ETT", "SA", "SRV", "FMS", "FMC", "FMSc", "REG")
"""Kinds of assessment: baseline, event tracking, site assessment, survey, flow monitoring (three kinds), registration."""

PLACE_NAMES = ("sitename", "site_name", "admin3name", "admin2name", "admin1name", "admin0name")
PLACE_CODES = ("admin3pcode", "admin2pcode", "admin1pcode", "admin0pcode")
POINTS = ("latitude", "longitude", "lat", "lon", "site_latitude", "site_longitude")

MALES_FEMALES = {"males": "numbermales", "females": "numberfemales"}
COLUMNS = {
    "assessment_type": "assessmenttype", "round": "roundnumber", "operation": "operation", "reason": "displacementreason",
    "origin_adm1": "idporiginadmin1name", "origin_adm1_pcode": "idporiginadmin1pcode",
}  # fmt: skip

_MAYBE = partial(Field, required=False, filled=False)
FIELDS = {
    "place_pcode": _MAYBE("text", "code of the area, as text", hxl="#adm+code"),
    "position_class": PLACES.fields["position_class"],
    "males": _MAYBE("whole", "males among them", least=0),
    "females": _MAYBE("whole", "females among them", least=0),
    "assessment_type": _MAYBE("text", "kind of assessment", words=ASSESSMENTS),
    "licence": PLACES.fields["licence"],
    "redistributable": PLACES.fields["redistributable"],
}
CONTRACT = replace(FIGURES, fields={**FIGURES.fields, "value": replace(FIGURES.fields["value"], least=0), **FIELDS})

NOTES = (
    "DTM counts the people present on the day (a stock): rounds are not to be added up, and host and site counts may overlap.",
    "A count is for its whole area: it has no point, and one of an area's middle would be wrong.",
    "DTM is not to be passed on: `redistributable` is false on every row.",
)


def from_dtm(path: str | os.PathLike[str], *, on_error: str = "raise") -> Checked:
    r"""Read displaced people by area from an IOM DTM export (fields of its API v3; CSV or a spreadsheet).

    Parameters
    ----------
    path
        The export; a row of HXL tags below the headings is passed over.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Figures (:data:`bordergis.schema.FIGURES`): one count of ``displaced_people`` a row, with ``place_pcode`` and the class of area in
        ``position_class`` (province, district, subdistrict). Points of sites are not carried: sites are sensitive.

    Raises
    ------
    SchemaError
        If the file is no DTM export.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> export = Path(tempfile.mkdtemp()) / "dtm.csv"
    >>> _ = export.write_text(
    ...     "id,admin0Name,admin0Pcode,admin1Name,admin1Pcode,adminLevel,numPresentIdpInd,reportingDate,roundNumber\n"
    ...     "91,Cambodia,KHM,Oddar Meanchey,KH22,1,120,2026-01-10T00:00:00,3\n"
    ... )
    >>> from_dtm(export).layer[["figure_id", "value", "place_pcode", "position_class"]].to_dict("records")
    [{'figure_id': 'iom-dtm:91', 'value': 120.0, 'place_pcode': 'KH22', 'position_class': 'province'}]
    """
    table = read_cells(path)
    raw = replace(table, format=f"IOM DTM export, {table.format}", notes=(*table.notes, *NOTES), sources=("iom-dtm",))
    cells = named(raw.cells)
    require_columns(cells, NEEDED, "an IOM DTM export")
    points = [name for name in POINTS if name in cells]
    if points:
        raw = replace(raw, notes=(*raw.notes, f"Columns left out, for the positions of sites are sensitive: {', '.join(points)}."))
    return assemble(raw, CONTRACT, _columns(cells.drop(columns=points)), on_error=on_error)


def _columns(cells: pd.DataFrame) -> dict[str, pd.Series]:
    day, precision = _day(cells)
    placed = position_precision(_level(cells), "iom_dtm.admin_level")
    fixed = {
        "indicator": "displaced_people", "unit": "people", "qualifier": "exact", "author": "IOM DTM", "source_id": "iom-dtm",
        "licence": LICENCE,
    }  # fmt: skip
    used = {*COLUMNS.values(), *MALES_FEMALES.values(), "numpresentidpind", "reportingdate"}
    return {
        "figure_id": _id(cells),
        "as_of": day,
        "as_of_precision": precision,
        "value": cells["numpresentidpind"],
        "value_low": pd.Series(float("nan"), cells.index),
        "value_high": pd.Series(float("nan"), cells.index),
        "place": filled_from(cells, PLACE_NAMES),
        "place_pcode": filled_from(cells, PLACE_CODES),
        "position_class": placed["position_class"],
        **{name: filled_from(cells, [foreign]) for name, foreign in {**COLUMNS, **MALES_FEMALES}.items()},
        **{name: pd.Series(value, cells.index) for name, value in fixed.items()},
        "redistributable": pd.Series(data=False, index=cells.index),
        **carried(cells, used, CONTRACT),
    }


def _id(cells: pd.DataFrame) -> pd.Series:
    """Take DTM's id of the row; without one, what tells its rows apart."""
    if "id" in cells:
        return "iom-dtm:" + filled_from(cells, ["id"])
    parts = [
        filled_from(cells, [name]).fillna("") for name in (*PLACE_CODES[:3], "sitename", "roundnumber", "reportingdate", *COLUMNS.values())
    ]
    joined = parts[0].str.cat(parts[1:], sep="|")
    return "iom-dtm:" + joined


def _day(cells: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Take the reporting date, or the first of the month where only that is told."""
    day = filled_from(cells, ["reportingdate"])
    month = filled_from(cells, ["yearreportingdate"]) + "-" + filled_from(cells, ["monthreportingdate"]).str.zfill(2)
    return day.fillna(month), day.mask(day.notna(), "day").fillna("month")


def _level(cells: pd.DataFrame) -> pd.Series:
    """Take the level DTM names, or the finest one that has a name; sites count as the commune they are in."""
    finest = pd.Series("0", cells.index)
    for level in ("1", "2", "3"):
        finest = finest.mask(filled_from(cells, [f"admin{level}name"]).notna(), level)
    told = filled_from(cells, ["adminlevel"])
    site = filled_from(cells, ["sitename", "site_name"]).notna()
    return told.fillna(finest).mask(site, "3")
