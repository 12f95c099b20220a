"""Read the UCDP Georeferenced Event Dataset (GED)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.readers.assemble import assemble
from bordergis.readers.cells import read_cells
from bordergis.readers.columns import carried, filled_from, named, remark, require_columns, with_remarks
from bordergis.readers.precision import date_precision, fine_points_only, position_precision
from bordergis.schema import INCIDENTS, Field

if TYPE_CHECKING:
    import os

    from bordergis.readers.assemble import Raw
    from bordergis.readers.checked import Checked

__all__ = ["DYAD", "LICENCE", "from_ucdp_ged"]

DYAD = "Government of Cambodia (Kampuchea) - Government of Thailand"
"""The dyad of this border, as UCDP names it."""

LICENCE = "CC BY 4.0"

VIOLENCE = {"1": "state-based violence", "2": "non-state violence", "3": "one-sided violence"}
"""What ``type_of_violence`` says."""

NEEDED = (
    "id", "type_of_violence", "dyad_name", "side_a", "side_b", "where_prec", "where_coordinates", "latitude", "longitude", "date_prec",
    "date_start", "date_end", "best", "low", "high",
)  # fmt: skip

COLUMNS = {
    "source_event_id": "id", "actor_a": "side_a", "actor_b": "side_b", "place_as_given": "where_coordinates", "adm1": "adm_1",
    "adm2": "adm_2", "date_start": "date_start", "date_end": "date_end", "killed_low": "low", "killed_best": "best",
    "killed_high": "high", "where_prec": "where_prec", "date_prec": "date_prec", "deaths_a": "deaths_a", "deaths_b": "deaths_b",
    "deaths_civilians": "deaths_civilians",
    "deaths_unknown": "deaths_unknown", "event_clarity": "event_clarity", "dyad_name": "dyad_name",
}  # fmt: skip
"""Which column of the file is which column of the contract."""

REPORTERS = ("source_original", "source_office", "source_article")
"""Who says so: the person or office quoted; else the publisher; else the article."""

_DEATHS = Field("whole", "deaths, best account, of the group the column names", required=False, filled=False, least=0)
FIELDS = {
    "where_prec": Field("text", "precision of the place, as UCDP codes it", required=False, filled=False, words=tuple("1234567")),
    "date_prec": Field("text", "precision of the date, as UCDP codes it", required=False, filled=False, words=tuple("12345")),
    "event_clarity": Field("text", "1 one event, 2 an aggregated report", required=False, filled=False, words=("1", "2")),
    **dict.fromkeys(("deaths_a", "deaths_b", "deaths_civilians", "deaths_unknown"), _DEATHS),
}
CONTRACT = replace(INCIDENTS, fields={**INCIDENTS.fields, **FIELDS})

NOTES = (
    "GED holds only events with at least one death: an accident or attack with injured people alone is not in it.",
    "GED does not say what kind of weapon or fight it was: `event_type` is empty, so its events make no zone until one is given.",
    "GED's `country` is UCDP's listing, not a judgement on sovereignty.",
)


def from_ucdp_ged(
    path: str | os.PathLike[str], *, dyad: str | None = DYAD, precision: pd.DataFrame | None = None, on_error: str = "raise"
) -> Checked:
    r"""Read UCDP GED (the CSV, or the zip it comes in) as incidents.

    Parameters
    ----------
    path
        The file, such as ``ged261-csv.zip``.
    dyad
        The pair of actors to keep, as UCDP names it; ``None`` keeps all. What is left out is counted in the report's notes.
    precision
        What ``where_prec`` means in classes and metres; by default :func:`~bordergis.readers.precision.precision_table`.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        Incidents (:data:`bordergis.schema.INCIDENTS`), ``incident_id`` such as ``ucdp-ged:500123``. Only ``where_prec`` 1 and 2
        keep a point; 5 is border-wide if the place is called a border. Deaths by group and all other columns are carried.

    Raises
    ------
    SchemaError
        If the file is not GED.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> columns = (
    ...     "id,type_of_violence,dyad_name,side_a,side_b,where_prec,where_coordinates,latitude,longitude,date_prec,date_start,date_end,"
    ...     "best,low,high,source_original"
    ... )
    >>> sides = "Government of Cambodia (Kampuchea),Government of Thailand"
    >>> row = f"7,1,{DYAD},{sides},5,Cambodia/Thailand border,14.2,103.5,1,2025-07-24,2025-07-24,2,1,3,\"Two\nlines\""
    >>> file = Path(tempfile.mkdtemp()) / "ged.csv"
    >>> _ = file.write_text(f"{columns}\n{row}\n")
    >>> layer = from_ucdp_ged(file).layer
    >>> layer[["incident_id", "position_class", "killed_low", "killed_best", "killed_high", "geometry"]].to_dict("records")
    [{'incident_id': 'ucdp-ged:7', 'position_class': 'border-wide', 'killed_low': 1, 'killed_best': 2, 'killed_high': 3, 'geometry': None}]
    """
    table = read_cells(path)
    require_columns(named(table.cells), NEEDED, "UCDP GED")
    raw = _of_dyad(replace(table, format=f"UCDP GED, {table.format}", notes=(*table.notes, *NOTES), sources=("ucdp-ged",)), dyad)
    cells = named(raw.cells)
    position = (cells["longitude"], cells["latitude"])
    remarked = with_remarks(raw, *_strange_deaths(cells))
    return fine_points_only(assemble(remarked, CONTRACT, _columns(cells, precision), position=position, on_error=on_error))


def _of_dyad(raw: Raw, dyad: str | None) -> Raw:
    """Keep the rows of one dyad, with the row numbers they have in the file."""
    if dyad is None:
        return raw
    kept = named(raw.cells)["dyad_name"].str.strip() == dyad
    note = (
        f"{len(raw.cells)} events in the file, {int(kept.sum())} of the dyad {dyad!r} kept, {int((~kept).sum())} of other dyads left out."
    )
    return replace(raw, cells=raw.cells[kept], notes=(note, *raw.notes))


def _columns(cells: pd.DataFrame, precision: pd.DataFrame | None) -> dict[str, pd.Series]:
    plain = {name: cells[foreign] for name, foreign in COLUMNS.items() if foreign in cells}
    number = cells["id"].str.strip()
    return {
        "incident_id": "ucdp-ged:" + number.mask(number == ""),
        **plain,
        "date_precision": date_precision(cells["date_prec"].str.strip(), "ucdp_ged.date_prec"),
        "category": cells["type_of_violence"].str.strip().map(VIOLENCE).fillna("unknown type of violence"),
        "event_type": pd.Series(pd.NA, cells.index, dtype="str"),
        "description": filled_from(cells, ["source_headline"]),
        "reported_by": filled_from(cells, REPORTERS),
        **_position(cells, precision),
        "source_id": pd.Series("ucdp-ged", cells.index),
        "source_ref": cells["id"],
        "licence": pd.Series(LICENCE, cells.index),
        "redistributable": pd.Series(data=True, index=cells.index),
        **carried(cells, {*COLUMNS.values(), "latitude", "longitude", "source_headline"}, CONTRACT),
    }


def _position(cells: pd.DataFrame, precision: pd.DataFrame | None) -> pd.DataFrame:
    """Class and radius; a vague feature that is not called a border is nowhere in particular."""
    placed = position_precision(cells["where_prec"].str.strip(), "ucdp_ged.where_prec", precision)
    vague = (placed["position_class"] == "border-wide") & ~cells["where_coordinates"].str.contains("border", case=False)
    return placed.assign(position_class=placed["position_class"].mask(vague, "unlocatable"))


def _strange_deaths(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """Remark on events whose counts of deaths do not fit together."""
    low, best, high = (pd.to_numeric(cells[name], errors="coerce") for name in ("low", "best", "high"))
    groups = [pd.to_numeric(cells[name], errors="coerce") for name in FIELDS if name.startswith("deaths_") and name in cells]
    total = sum(groups) if groups else best
    rules = {
        "is not between low and high": (best < low) | (best > high),
        "is not the sum of the deaths by group": best.notna() & total.notna() & (best != total),
        "says that nobody was killed, which GED's rule excludes": best.eq(0) & high.eq(0),
    }
    remedy = "look the event up at its source"
    return [remark(cells.loc[bad, "best"], "best", "flagged", rule, remedy) for rule, bad in rules.items()]
