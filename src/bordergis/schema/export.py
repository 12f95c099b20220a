"""The contracts for people and for other software: data dictionary, Frictionless Table Schema, HXL tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from bordergis.schema.layers import CONTRACTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bordergis.schema.contract import Contract, Field

__all__ = ["data_dictionary", "describe", "frictionless", "hxl_tags"]

FRICTIONLESS_TYPES = {
    "text": "string", "number": "number", "whole": "integer", "date": "date", "time": "datetime", "flag": "boolean", "list": "array",
}  # fmt: skip

POSITION_TAGS = {"lon": "#geo+lon", "lat": "#geo+lat"}


def describe(contract: Contract) -> pd.DataFrame:
    """List the columns of a contract: kind, whether it is needed, vocabulary, meaning, HXL tag.

    Examples
    --------
    >>> from bordergis.schema import CLOSURES
    >>> describe(CLOSURES).loc["kind", "words"]
    'road, bridge, checkpoint, cordon'
    """
    rows = {
        name: {
            "kind": field.kind,
            "needed": _needed(field),
            "words": ", ".join(field.words or ()),
            "meaning": field.meaning,
            "hxl": field.hxl or "",
        }
        for name, field in contract.fields.items()
    }
    if contract.geometry:
        rows["geometry"] = {
            "kind": " or ".join(contract.geometry),
            "needed": "always" if contract.located else "column; may be empty",
            "words": "",
            "meaning": "longitude, latitude on WGS 84 (EPSG:4326)",
            "hxl": "#geo",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("column")


def frictionless(contract: Contract) -> dict[str, Any]:
    """Give the contract as a Frictionless Table Schema; points are two columns, ``lon`` and ``lat``.

    Examples
    --------
    >>> from bordergis.schema import VILLAGES
    >>> frictionless(VILLAGES)["primaryKey"]
    ['place_id']
    """
    fields = [_frictionless_field(name, field) for name, field in contract.fields.items()]
    if contract.geometry == ("Point",):
        needed = {"required": contract.located}
        fields += [{"name": name, "type": "number", "constraints": needed, "rdfType": tag} for name, tag in POSITION_TAGS.items()]
    elif contract.geometry:
        fields.append({"name": "geometry", "type": "geojson", "constraints": {"required": contract.located}})
    keys = [name for name, field in contract.fields.items() if field.unique]
    return {"$schema": "https://datapackage.org/profiles/2.0/tableschema.json", "fields": fields, "missingValues": [""], "primaryKey": keys}


def hxl_tags(contract: Contract) -> dict[str, str]:
    """Give the HXL tag of every column that has one.

    Examples
    --------
    >>> from bordergis.schema import INCIDENTS
    >>> hxl_tags(INCIDENTS)["date_start"]
    '#date+start'
    """
    tags = {name: field.hxl for name, field in contract.fields.items() if field.hxl}
    return tags | (POSITION_TAGS if contract.geometry == ("Point",) else {})


def data_dictionary(contracts: Mapping[str, Contract] = CONTRACTS) -> str:
    """Write the data dictionary of all layers, as Markdown (``docs/data-dictionary.md`` is this text).

    Examples
    --------
    >>> data_dictionary().startswith("# Data dictionary")
    True
    """
    parts = [
        "# Data dictionary",
        "",
        "Made from the contracts in `bordergis.schema` by `bordergis schema --as markdown`; do not edit by hand. Columns that a contract",
        "does not name are left alone. Coordinates are longitude, latitude on WGS 84; dates are local (UTC+7).",
    ]
    for name, contract in contracts.items():
        parts += ["", f"## {name}", "", "| column | kind | needed | words | meaning | HXL |", "|---|---|---|---|---|---|"]
        parts += [
            f"| `{row.Index}` | {row.kind} | {row.needed} | {row.words} | {row.meaning} | {f'`{row.hxl}`' if row.hxl else ''} |"
            for row in describe(contract).itertuples()
        ]
    return "\n".join(parts) + "\n"


def _needed(field: Field) -> str:
    if not field.required:
        return "optional"
    words = "always" if field.filled else "column; may be empty"
    return f"{words}, unique" if field.unique else words


def _frictionless_field(name: str, field: Field) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": field.required and field.filled}
    if field.unique:
        limits["unique"] = True
    if field.words is not None:
        limits["enum"] = list(field.words)
    if field.least is not None:
        limits["minimum"] = field.least
    described = {"name": name, "type": FRICTIONLESS_TYPES[field.kind], "description": field.meaning, "constraints": limits}
    return described | ({"rdfType": field.hxl} if field.hxl else {})
