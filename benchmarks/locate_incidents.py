"""Measure how well `bordergis.naming` finds the places of the reported incidents.

The names of 98 incidents are looked up in GeoNames localities, official village points, the official lists of units, and the embedded
named places and crossings. The answers are compared with hand-checked positions: those of every second incident by default (which the
rules may be tuned on), those of the others with `--unseen` (which they may not).

    python benchmarks/locate_incidents.py [--unseen] [--without-named] [--rows]

Reads the reference data beside the project, in `../shared`; without it there is nothing to measure, and it says so.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from rapidfuzz import fuzz

import bordergis as bg
from bordergis import geodesy
from bordergis.naming import Located, locate, split_places, units_as_places
from bordergis.naming.gazetteer import alike, names_in, unit_key

SHARED = Path(__file__).resolve().parents[2] / "shared"
POSITIONED = ("exact", "place", "area")
COARSE = ("subdistrict", "district", "province")


def read(name: str) -> pd.DataFrame:
    """Read a table of the reference data as text."""
    return pd.read_csv(SHARED / name, dtype="str")


def points(table: pd.DataFrame, lon: pd.Series, lat: pd.Series) -> gpd.GeoDataFrame:
    """Make a layer of a table and its coordinates."""
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon.astype(float), lat.astype(float)), crs="EPSG:4326")


def khmer_localities() -> gpd.GeoDataFrame:
    """GeoNames localities of Cambodia, with the official names of their districts."""
    raw, official = read("data/places/wof_geonames_khm_localities.csv"), bg.load_gazetteer("KHM").drop_duplicates("code").set_index("code")
    table = pd.DataFrame(
        {
            "place_id": "wof:" + raw["wof_id"],
            "name": raw["name"],
            "name_alt": raw["variants"].str.replace("|", ";"),
            "name_km": raw["name_khm"],
            "kind": "village",
            "country": "KHM",
            "adm1": raw["adm1_geo"].map(official["name"]),
            "adm2": raw["district_geo"].map(official["name"]),
        }
    )
    return points(table, raw["lon"], raw["lat"])


def thai_localities() -> gpd.GeoDataFrame:
    """GeoNames localities of the seven Thai border provinces, with the district each lies in."""
    raw = read("data/places/wof_geonames_tha_localities_7prov.csv")
    table = pd.DataFrame(
        {
            "place_id": "wof:" + raw["wof_id"],
            "name": raw["name"],
            "name_alt": raw["variants"].str.replace("|", ";"),
            "name_th": raw["name_tha"],
            "kind": "village",
            "country": "THA",
            "adm1": raw["prov_name"],
        }
    )
    layer = points(table, raw["lon"], raw["lat"])[raw["src_geom"].to_numpy() == "geonames"]
    districts = gpd.read_file(SHARED / "data/admin/tha_adm3_rtsd_2022_border7_simplified.gpkg")[["ADM2_EN", "geometry"]]
    inside = gpd.sjoin(layer[["geometry"]], districts.to_crs(4326), predicate="within")["ADM2_EN"]
    return layer.assign(adm2=inside[~inside.index.duplicated()])


def official_villages() -> gpd.GeoDataFrame:
    """Official villages of the seven affected Cambodian provinces that have a point."""
    raw = read("data/places/khm_villages_open_ncdd_geonames.csv")
    raw = raw[raw["lat"].notna()]
    table = raw[["name_en", "name_km", "province_en", "district_en"]].set_axis(["name", "name_km", "adm1", "adm2"], axis=1)
    table = table.assign(place_id="ncdd:" + raw["code"] + "/" + raw.groupby("code").cumcount().astype(str), kind="village", country="KHM")
    return points(table, raw["lon"], raw["lat"])


def crossings() -> gpd.GeoDataFrame:
    """Embedded checkpoints as places."""
    gates = bg.load_checkpoints()
    columns = {"place_id": "checkpoint:" + gates["checkpoint_id"], "kind": "checkpoint", "country": "KHM/THA"}
    table = gates[["name", "name_km", "name_th", "position_class", "position_radius_m", "geometry"]].assign(**columns)
    return table.assign(adm1=gates["adm1_khm"] + " / " + gates["adm1_tha"])


def gazetteer(*, named: bool = True) -> gpd.GeoDataFrame:
    """Everything with a name, of all sources; `named` with the embedded named places, whose other names come from the incidents."""
    parts = [khmer_localities(), thai_localities(), official_villages(), crossings()]
    parts += [units_as_places(bg.load_gazetteer(country), country) for country in ("KHM", "THA")]
    parts += [bg.load_places()] if named else []
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs="EPSG:4326")


def pieces() -> pd.DataFrame:
    """List the places the incidents name, a row a place."""
    raw = read("reference/incidents.csv")
    within = raw["adm2_adm3_as_given"].fillna("") + "; " + raw["adm1_as_given"].fillna("")
    table = pd.DataFrame({"incident_id": raw["inc_id"], "name": raw["place_as_given"].fillna("").map(split_places), "within": within})
    return table.explode("name", ignore_index=True)


def hand_checked(*, unseen: bool) -> pd.DataFrame:
    """Hand-checked positions: of the odd incidents, or of the even ones."""
    if unseen:
        table = bg.load_incident_places()
        table = table.assign(lon=table.geometry.x, lat=table.geometry.y)
    else:
        names = {"inc_id": "incident_id", "precision_class": "position_class", "radius_m": "position_radius_m"}
        table = read("reference/incident_places_sample.csv").rename(columns=names)
    even = table["incident_id"].str.removeprefix("KT").astype(int) % 2 == 0
    numbers = {column: table[column].astype(float) for column in ("lon", "lat", "position_radius_m")}
    return table.assign(**numbers)[even == unseen].reset_index(drop=True)


def align(truth: pd.DataFrame, asked: pd.DataFrame) -> pd.Series:
    """Find, for each checked row, the piece of its incident's text that it is about; missing where the split lost it."""
    matched = []
    taken: set[int] = set()
    for row in truth.itertuples():
        own = asked[asked["incident_id"] == row.incident_id]
        likeness = own["name"].map(lambda name, text=str(row.place_as_given): fuzz.token_set_ratio(name.lower(), text.lower()))
        free = likeness[~likeness.index.isin(taken)]
        best = free.idxmax() if len(free) else (likeness.idxmax() if len(likeness) else -1)
        taken.add(best)
        matched.append(best)
    return pd.Series(matched, truth.index)


def compare(truth: pd.DataFrame, found: Located, asked: pd.DataFrame) -> pd.DataFrame:
    """Put the answers beside the hand-checked rows, with a verdict."""
    ours = found.table.assign(asked=asked["name"]).loc[align(truth, asked)].reset_index(drop=True)
    both = truth[
        ["incident_id", "place_as_given", "matched_name", "position_class", "position_radius_m", "adm1", "adm2", "lon", "lat"]
    ].join(
        ours[["asked", "decision", "place_id", "position_class", "position_radius_m", "matched_name", "unit", "reason"]],
        suffixes=("", "_ours"),
    )
    here = ours.geometry.x.to_numpy(dtype=float), ours.geometry.y.to_numpy(dtype=float)
    there = truth["lon"].to_numpy(dtype=float), truth["lat"].to_numpy(dtype=float)
    known = np.isfinite(here[0]) & np.isfinite(there[0])
    off = np.full(len(both), np.nan)
    off[known] = geodesy.distance_m(here[0][known], here[1][known], there[0][known], there[1][known])
    both = both.assign(off_m=off, pointed=np.isfinite(here[0]))
    return both.assign(verdict=[verdict(row) for row in both.itertuples()])


def verdict(row: object) -> str:
    """Say how one answer stands against the hand-checked row."""
    true = row.position_class  # type: ignore[attr-defined]
    if row.pointed:  # type: ignore[attr-defined]
        if true not in POSITIONED:
            return "point where the check has none"
        if row.off_m <= row.position_radius_m:  # type: ignore[attr-defined]
            return "right point"
        return "consistent point" if row.off_m <= row.position_radius_m + row.position_radius_m_ours else "wrong point"  # type: ignore[attr-defined]
    if row.position_class_ours in COARSE:  # type: ignore[attr-defined]
        if true == row.position_class_ours:  # type: ignore[attr-defined]
            return "unit without a name" if pd.isna(row.unit) else "right unit" if same_unit(row) else "wrong unit"  # type: ignore[attr-defined]
        return "coarser than the check" if true in (*POSITIONED, *COARSE) else "unit where the check has none"
    return "right: nothing" if true in {"border-wide", "unlocatable"} else "missed"


def same_unit(row: object) -> bool:
    """Whether the answer's unit is the check's; a subdistrict counts by its district where the check names only its own map's label."""
    level = row.position_class_ours  # type: ignore[attr-defined]
    checked = {"province": row.adm1, "district": row.adm2, "subdistrict": str(row.matched_name).removesuffix(" commune")}[level]  # type: ignore[attr-defined]
    said = frozenset(unit_key(name) for name in names_in(str(row.unit)))  # type: ignore[attr-defined]
    return bool(alike(frozenset(unit_key(name) for name in names_in(str(checked))), said))


def share(part: int, whole: int) -> str:
    """Write a share with its two numbers."""
    return f"{part}/{whole} = {part / whole:.1%}" if whole else f"{part}/{whole}"


def report(both: pd.DataFrame) -> str:
    """Precision and recall in words."""
    count = both["verdict"].value_counts()
    pointed, checked = both["pointed"].sum(), both["position_class"].isin(POSITIONED).sum()
    right, consistent = count.get("right point", 0), count.get("consistent point", 0)
    coarse = both["position_class"].isin(COARSE).sum()
    empty = len(both) - checked - coarse
    lines = [
        f"{len(both)} hand-checked rows: {checked} with a point, {coarse} known to a unit, {empty} without a place.",
        f"Points given: {pointed}; right (within the checked radius): {right}; consistent (the two radii overlap): {consistent}.",
        f"Precision of points: {share(right, pointed)}; with consistent {share(right + consistent, pointed)}.",
        f"Recall of points: {share(right, checked)}; with consistent {share(right + consistent, checked)}.",
        f"Units: right {share(count.get('right unit', 0), coarse)}; rightly nothing: {share(count.get('right: nothing', 0), empty)}.",
        "Verdicts: " + "; ".join(f"{word} {n}" for word, n in count.items()) + ".",
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--unseen", action="store_true", help="the even incidents, which no rule was tuned on")
    parser.add_argument("--without-named", action="store_true", help="leave out the embedded named places")
    parser.add_argument("--rows", action="store_true", help="print every row")
    options = parser.parse_args()
    if not SHARED.is_dir():
        sys.stdout.write(f"The reference data ({SHARED.name}/, beside the project) is absent: nothing to measure.\n")
        return 0
    start = time.perf_counter()
    layer, asked = gazetteer(named=not options.without_named), pieces()
    read_s = time.perf_counter() - start
    start = time.perf_counter()
    found = locate(asked["name"], layer, within=asked["within"])
    match_s = time.perf_counter() - start
    both = compare(hand_checked(unseen=options.unseen), found, asked)
    shown = both if options.rows else both[both["verdict"].isin(["wrong point", "point where the check has none", "wrong unit"])]
    for row in shown.itertuples():
        where = f"{row.off_m:.0f} m off ({row.position_radius_m:.0f} allowed)" if np.isfinite(row.off_m) else ""
        sys.stdout.write(f"{row.incident_id} {row.asked!r} [{row.verdict}] {where} checked: {row.position_class} {row.matched_name}\n")
        sys.stdout.write(f"    {row.decision}, {row.position_class_ours}: {row.reason}\n")
    sys.stdout.write(report(both) + "\n")
    sys.stdout.write(f"{len(asked)} names of 98 incidents x {len(layer)} places: reading {read_s:.1f} s, matching {match_s:.1f} s.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
