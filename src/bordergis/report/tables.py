"""Results as files: CSV, GeoJSON and GeoParquet, each with a sidecar that says where it comes from."""

from __future__ import annotations

import hashlib
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from bordergis import provenance
from bordergis.crs import require_lonlat
from bordergis.errors import GeometryKindError, UnknownNameError
from bordergis.files import disarmed, write_atomic

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

__all__ = ["TABLE_FORMATS", "encode_table", "write_table"]

DISCLAIMER = (
    "Boundaries and names shown and the designations used do not imply official endorsement or acceptance. Not for navigation. "
    "The absence of a mark is not evidence of safety or passability."
)

STACK = ("bordergis", "geopandas", "pyproj", "shapely")


def write_table(layer: pd.DataFrame, path: str | os.PathLike[str], *, kind: str | None = None) -> Path:
    """Write a layer or table to a file, with a ``.meta.json`` beside it that says where it comes from.

    Parameters
    ----------
    layer
        Any result of bordergis.
    path
        The file to write.
    kind
        ``csv``, ``geojson`` or ``parquet``; by default what the file's ending says.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    UnknownNameError
        If the kind is not known.
    GeometryKindError
        If a table without geometry is to be GeoJSON.
    OutputError
        If the file cannot be written; what was there stays.

    Examples
    --------
    >>> import tempfile
    >>> import bordergis as bg
    >>> written = bg.write_table(bg.load_checkpoints("2026-01-14"), tempfile.mkdtemp() + "/checkpoints.csv")
    >>> sorted(file.name for file in written.parent.iterdir())
    ['checkpoints.csv', 'checkpoints.csv.meta.json']
    """
    target = Path(path)
    content = encode_table(layer, kind or target.suffix.removeprefix(".") or "csv")
    write_atomic(target, content)
    write_atomic(target.with_name(f"{target.name}.meta.json"), _sidecar(layer, content))
    return target


def encode_table(layer: pd.DataFrame, kind: str) -> bytes:
    r"""Turn a layer or table into the bytes of a file: the same layer gives the same bytes.

    Points become ``lon`` and ``lat`` columns in CSV, other shapes WKT.

    Examples
    --------
    >>> import pandas as pd
    >>> encode_table(pd.DataFrame({"name": ["=1+1"], "lon": [-3.5]}), "csv").decode()
    "name,lon\n'=1+1,-3.5\n"
    """
    if isinstance(layer, gpd.GeoDataFrame):
        require_lonlat(layer)
    if kind not in TABLE_FORMATS:
        raise UnknownNameError(f"There is no table format {kind!r}; known: {', '.join(TABLE_FORMATS)}.")
    return TABLE_FORMATS[kind](layer)


def _csv(layer: pd.DataFrame) -> bytes:
    spatial = [layer.geometry.name] if isinstance(layer, gpd.GeoDataFrame) else []
    table = _flat(pd.DataFrame(layer).drop(columns=spatial))
    if isinstance(layer, gpd.GeoDataFrame):
        if layer.geom_type.dropna().eq("Point").all():
            table = table.assign(lon=layer.geometry.x.round(6), lat=layer.geometry.y.round(6))
        else:
            table = table.assign(geometry=shapely.to_wkt(layer.geometry.array, rounding_precision=6))
    texts = table.select_dtypes(["str", "object", "category"]).columns
    table = table.assign(**{name: table[name].astype("object").map(disarmed) for name in texts})
    table.columns = [disarmed(name) for name in table.columns]
    return table.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


def _geojson(layer: pd.DataFrame) -> bytes:
    if not isinstance(layer, gpd.GeoDataFrame):
        raise GeometryKindError("A table without geometry cannot be GeoJSON; write it as csv or parquet.")
    plain = layer.set_geometry(gpd.GeoSeries(shapely.set_precision(layer.geometry.array, 1e-7), index=layer.index, crs=layer.crs))
    return json.dumps(json.loads(_dated(_flat(plain)).to_json(na="null", drop_id=True)), ensure_ascii=False).encode()


def _parquet(layer: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    _flat(layer).to_parquet(buffer)
    return buffer.getvalue()


TABLE_FORMATS: Mapping[str, Callable[[pd.DataFrame], bytes]] = {"csv": _csv, "geojson": _geojson, "parquet": _parquet}
"""How each kind of file is made."""


def _flat(layer: pd.DataFrame) -> pd.DataFrame:
    """Turn lists, such as the members of a zone, into text."""
    lists = [name for name in layer.columns if layer[name].map(lambda cell: isinstance(cell, (list, tuple))).any()]
    return layer.assign(**{name: layer[name].map(lambda cell: "; ".join(map(str, cell)), na_action="ignore") for name in lists})


def _dated(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Dates as plain days, so that no reader shifts them."""
    days = layer.select_dtypes("datetime").columns
    moments = layer.select_dtypes("datetimetz").columns
    told = {name: layer[name].dt.strftime("%Y-%m-%d") for name in days}
    return layer.assign(**told, **{name: layer[name].map(pd.Timestamp.isoformat, na_action="ignore") for name in moments})


def _sidecar(layer: pd.DataFrame, content: bytes) -> bytes:
    origin = provenance.of(layer)
    record = {
        "rows": len(layer),
        "sha256": hashlib.sha256(content).hexdigest(),
        "crs": "EPSG:4326" if isinstance(layer, gpd.GeoDataFrame) else None,
        "sources": origin.sources,
        "steps": origin.steps,
        "notes": origin.notes,
        "software": {name: version(name) for name in STACK},
        "disclaimer": DISCLAIMER,
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
