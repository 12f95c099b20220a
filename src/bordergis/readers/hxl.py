"""Read a table with a row of HXL tags (Humanitarian Exchange Language), as found on the Humanitarian Data Exchange."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from bordergis.errors import SchemaError, UnknownNameError
from bordergis.readers.assemble import Raw, assemble
from bordergis.readers.cells import TABLE_FORMATS, cells_of
from bordergis.readers.door import open_door
from bordergis.readers.precision import fine_points_only
from bordergis.schema import CONTRACTS, hxl_tags

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from bordergis.readers.checked import Checked
    from bordergis.schema import Contract

__all__ = ["KINDS", "from_hxl"]

KINDS = ("incidents", "facilities", "access_reports", "figures")
"""Layers that a table with HXL tags is read as."""

HARMLESS = ("num", "text", "total", "all", "en", "km", "th", "name")
"""Attributes that may stand beside those asked for. Any other narrows the meaning: ``#affected+killed+f`` is not all the killed."""

OTHER_TAGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "incidents": {
        "incident_id": ("#event+code", "#meta+id"), "date_start": ("#date+occurred", "#date+event", "#date"),
        "date_end": ("#date+occurred", "#date+event", "#date", "#date+start"), "category": ("#event", "#cause+type"),
        "place_as_given": ("#loc",), "adm1": ("#adm1",), "adm2": ("#adm2",), "actor_a": ("#group+name",),
        "initiator_reported": ("#group+perp",), "weapon_as_reported": ("#weapons", "#weapon"),
    },
    "facilities": {
        "facility_id": ("#loc+id", "#meta+id"), "name": ("#loc",), "kind": ("#sector",), "status": ("#status", "#loc+status"),
        "status_since": ("#date+status", "#date+reported", "#date"), "adm1": ("#adm1",), "adm2": ("#adm2",),
    },
    "access_reports": {
        "place_id": ("#loc+code", "#loc+id", "#adm4+code"), "status": ("#access+status", "#status"), "as_of": ("#date",),
        "kind": ("#access+type", "#cause+type"), "for_whom": ("#population+type", "#beneficiary+type"),
    },
    "figures": {
        "figure_id": ("#indicator+id", "#meta+id"), "as_of": ("#date+reported", "#date"),
        "indicator": ("#indicator+name", "#indicator+code"), "value": ("#indicator+value", "#value"),
        "value_low": ("#indicator+value+min", "#value+min"),
        "value_high": ("#indicator+value+max", "#value+max"),
        "unit": ("#indicator+unit", "#value+unit"),
        "place": ("#loc+name", "#adm3+name", "#adm2+name", "#adm1+name", "#country+name"), "author": ("#meta+source", "#org+name"),
        "source_url": ("#meta+url",),
    },
}  # fmt: skip
"""Tags in use for a column, beside the contract's own, the best first."""

ANY_KIND = {"reported_by": ("#meta+source", "#org+name"), "source_url": ("#meta+url",)}

NOT_METRES = ("position_radius_m",)
"""Columns never taken from a tag: ``#geo+precision`` holds classes in one file and metres in another."""

DEFAULTS = {
    "figures": {"as_of_precision": "day", "qualifier": "exact", "source_id": "press"},
    "incidents": {}, "facilities": {}, "access_reports": {},
}  # fmt: skip

LON, LAT, POSITION = "#geo+lon", "#geo+lat", "#geo+coord"


def from_hxl(
    path: str | os.PathLike[str],
    kind: str,
    *,
    values: Mapping[str, object] | None = None,
    sheet: str | None = None,
    on_error: str = "raise",
) -> Checked:
    r"""Read a table whose columns are tagged in HXL.

    The file is read here, on this machine; nothing is fetched.

    Parameters
    ----------
    path
        The table (CSV or a spreadsheet); the row of tags may have titles above it.
    kind
        ``incidents``, ``facilities``, ``access_reports`` or ``figures``.
    values
        What the file does not say, the same for every row: ``{"reported_by": "OCHA"}``. HXL has no word for how fine a position is: for
        incidents with coordinates say it here, such as ``{"position_class": "place", "position_radius_m": 3000}``.
    sheet
        Name of the sheet, if the workbook has several.
    on_error
        ``raise`` if a row must be rejected, or ``quarantine`` it in ``FILE.rejected.csv``.

    Returns
    -------
    Checked
        The layer; columns with other tags are carried under their tag, and which tag was taken for which column stands in the notes.

    Raises
    ------
    UnknownNameError
        If ``kind`` is none of these, or ``values`` names a column that the contract does not know.
    SchemaError
        If there is no row of tags, or no tag for a column that is needed.
    FaultsError
        If rows must be rejected and ``on_error`` is ``raise``.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "access.csv"
    >>> _ = file.write_text(
    ...     "Code,Access,Date,Source,Pupils\n#loc+code,#access,#date+reported,#meta+source,#affected+pupils\n"
    ...     "22030101,inaccessible,2026-01-10,A test,31\n"
    ... )
    >>> from_hxl(file, "access_reports").layer.to_dict("records")
    [{'place_id': '22030101', 'status': 'inaccessible', 'as_of': Timestamp('2026-01-10 00:00:00'), 'reported_by': 'A test',
      '#affected+pupils': '31'}]
    """
    if kind not in KINDS:
        raise UnknownNameError(f"A table with HXL tags is read as {', '.join(KINDS)}, not {kind!r}.")
    contract = CONTRACTS[kind]
    fixed = {**DEFAULTS[kind], **(values or {})}
    _require_known_columns(fixed, contract)

    raw, tags = _tagged(path, sheet)
    chosen = _chosen(tags, kind, contract)
    notes = (*raw.notes, *_told(chosen, tags, raw))
    position, used = _position(raw, tags, contract)
    if kind == "incidents" and position is None:
        fixed = {"position_class": "unlocatable", **fixed}
    columns = _columns(raw, contract, chosen, fixed)
    _require_all(contract, columns, kind, raw)
    rest = _carried(raw, {at: tag for at, tag in tags.items() if at not in {*chosen.values(), *used}})
    read = assemble(replace(raw, notes=notes), contract, {**columns, **rest}, position=position, on_error=on_error)
    return fine_points_only(read) if kind == "incidents" else read


def _require_known_columns(values: Mapping[str, object], contract: Contract) -> None:
    strange = sorted(set(values) - set(contract.fields))
    if strange:
        raise UnknownNameError(f"{contract.name} have no column {', '.join(strange)}; known: {', '.join(contract.fields)}.")


def _tagged(path: str | os.PathLike[str], sheet: str | None) -> tuple[Raw, dict[int, str]]:
    """Read the cells, and the tag of every tagged column in one spelling."""
    from hxl.model import Column  # type: ignore[import-untyped]  # noqa: PLC0415  takes 0.2 s

    door = open_door(path, formats=TABLE_FORMATS)
    cells = cells_of(door, sheet)
    parsed = {at: Column.parse(cells.tags[name]) for at, name in enumerate(cells.table.columns) if name in cells.tags}
    tags = {at: str(column.get_display_tag(sort_attributes=True)) for at, column in parsed.items() if column}
    if not tags:
        raise SchemaError(
            f"{door.path.name}: no row of HXL tags below the headings; add one, such as `#event+id, #date+start, #geo+lat, #geo+lon`, "
            "or read the file with `from_table` and a mapping."
        )
    return Raw(cells.table, door.path, f"HXL, {door.words}", cells.first_row, notes=cells.notes, remarks=cells.remarks), tags


def _chosen(tags: Mapping[int, str], kind: str, contract: Contract) -> dict[str, int]:
    """For each column of the contract, the place of the column whose tag fits best."""
    own = {name: (tag,) for name, tag in hxl_tags(contract).items() if name in contract.fields and name not in NOT_METRES}
    wanted = {name: own.get(name, ()) + _others(kind).get(name, ()) for name in contract.fields}
    found = {name: _first(tags, patterns) for name, patterns in wanted.items()}
    return {name: at for name, at in found.items() if at is not None}


def _others(kind: str) -> dict[str, tuple[str, ...]]:
    return {**ANY_KIND, **OTHER_TAGS[kind]}


def _first(tags: Mapping[int, str], patterns: tuple[str, ...]) -> int | None:
    for pattern in patterns:
        fitting = [at for at, tag in tags.items() if _fits(tag, pattern)]
        if fitting:
            return min(fitting, key=lambda at: (tags[at].count("+"), at))
    return None


def _fits(tag: str, pattern: str) -> bool:
    """Whether a tag says what is asked for, and nothing that narrows it."""
    name, *attributes = tag.split("+")
    wanted, *needed = pattern.split("+")
    more = set(attributes) - set(needed)
    harmless = all(word in HARMLESS or word.startswith(("v_", "i_")) for word in more)
    return name == wanted and set(needed) <= set(attributes) and harmless


def _told(chosen: Mapping[str, int], tags: Mapping[int, str], raw: Raw) -> tuple[str, ...]:
    taken = ", ".join(f"{name} from {tags[at]}" for name, at in chosen.items())
    untagged = [str(name) for at, name in enumerate(raw.cells.columns) if at not in tags]
    left = (f"Columns without a tag left out: {', '.join(untagged)}.",) if untagged else ()
    return (f"Tags read: {taken or 'none'}.", *left)


def _columns(raw: Raw, contract: Contract, chosen: Mapping[str, int], fixed: Mapping[str, object]) -> dict[str, pd.Series]:
    """Cells of each column: the tagged ones, then what the caller says, then nothing where nothing is needed."""
    cells = raw.cells
    found = {name: cells.iloc[:, at] for name, at in chosen.items()}
    given = {name: pd.Series([value] * len(cells), cells.index) for name, value in fixed.items() if name not in found}
    precise = ("position_class", "position_radius_m")
    empty = [name for name, told in contract.fields.items() if not told.filled and (told.required or name in precise)]
    nothing = {name: pd.Series(pd.NA, cells.index, dtype="str") for name in empty if name not in {*found, *given}}
    columns = {**found, **given, **nothing}
    return {name: columns[name] for name in contract.fields if name in columns}


def _require_all(contract: Contract, columns: Mapping[str, pd.Series], kind: str, raw: Raw) -> None:
    missing = [name for name, told in contract.fields.items() if told.required and name not in columns]
    if missing:
        tags = {**hxl_tags(contract), **{name: tags[0] for name, tags in _others(kind).items() if name not in hxl_tags(contract)}}
        words = ", ".join(f"{name} (tag it {tags[name]})" if name in tags else name for name in missing)
        raise SchemaError(
            f"{raw.file.name}: as {contract.name}, nothing says {words}; add the tag, or give the same value to all rows: "
            f"values={{{missing[0]!r}: …}}."
        )


def _position(
    raw: Raw, tags: Mapping[int, str], contract: Contract
) -> tuple[tuple[pd.Series, pd.Series] | pd.Series | None, tuple[int, ...]]:
    """Find the cells that hold the position, where the layer has one."""
    lon, lat, both = (_first(tags, (tag,)) for tag in (LON, LAT, POSITION))
    if not contract.geometry:
        return None, ()
    if lon is not None and lat is not None:
        return (raw.cells.iloc[:, lon], raw.cells.iloc[:, lat]), (lon, lat)
    return (None, ()) if both is None else (raw.cells.iloc[:, both], (both,))


def _carried(raw: Raw, tags: Mapping[int, str]) -> dict[str, pd.Series]:
    """Keep the cells of all other tags as they are, under their tag; a tag that stands twice gets a number."""
    names: dict[str, int] = {}
    for at, tag in tags.items():
        count = sum(known.partition(" ")[0] == tag for known in names)
        names[f"{tag} ({count + 1})" if count else tag] = at
    return {name: raw.cells.iloc[:, at].mask(raw.cells.iloc[:, at] == "") for name, at in names.items()}
