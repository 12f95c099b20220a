"""The map's file: what is in it, what is not, and that text of the data stays text."""

import base64
import gzip
import hashlib
import io
import json
import re
from dataclasses import replace
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType

import folium
import geopandas as gpd
import geopandas.testing
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, Point, box

import bordergis as bg
from bordergis import datasets
from bordergis.errors import (
    CRSMismatchError,
    DataMissingError,
    GeometryKindError,
    MissingCRSError,
    OnlineAssetsWarning,
    OutputError,
    UnknownNameError,
)
from bordergis.maps import SituationMap, TitleBlock, situation_map, style
from bordergis.maps.cells import OPEN, Text, cell_text, constant, days_of, joined, lengths, position_classes, source, texts
from bordergis.maps.content import page_content
from bordergis.maps.draw import draw_roads
from bordergis.maps.extras import origin_of
from bordergis.maps.island import escape_json, pack_days, pack_integers, pack_points, pack_shapes, pack_text
from bordergis.maps.landcover import land_picture
from bordergis.maps.layers import Pen, pack_layer
from bordergis.maps.timeline import day_number
from bordergis.schema import CONTRACTS
from bordergis.words import words_for

STATIC = Path(bg.__file__).parent / "maps" / "static"

HOSTILE = [
    "{{ 1234567*7 }}",
    "{% for i in range(3) %}looped{% endfor %}",
    "{# swallowed #}",
    "{{ cycler.__init__.__globals__.os.getcwd() }}",
    "</script><script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg/onload=window.__pwned=1>",
    "<!--<script>",
    "`;window.__pwned=1;`${window.__pwned=1}",
    "${1234567*7} $island $$title",
    "\"';window.__pwned=1;//",
    "line\u2028and\u2029paragraph",
    "javascript:window.__pwned=1",
    "&lt;b&gt;&amp;",
    "back\\slash\\u003c \\x3cscript\\x3e",
    "ភូមិព្រៃចាន់ บ้านหนองหญ้าแก้ว",
]


# --- reading a page back -------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The tags of a page, and the text of its inline scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.inline, self._open = [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag if tag in ("script", "style") else None
        if self._open:
            self.inline.append((tag, dict(attrs), ""))

    def handle_data(self, data):
        if self._open:
            tag, attrs, text = self.inline[-1]
            self.inline[-1] = (tag, attrs, text + data)

    def handle_endtag(self, _tag):
        self._open = None

    def block(self, name):
        return next(text for _, attrs, text in self.inline if attrs.get("id") == name)

    @cached_property
    def island(self):
        whole = gzip.decompress(base64.b64decode(self.block("bg-data")))
        end = 4 + int.from_bytes(whole[:4], "little")
        return {**json.loads(self.block("bg-start")), **with_numbers(json.loads(whole[4:end]), whole[end:])}

    @property
    def policy(self):
        content = next(attrs["content"] for _, attrs in self.tags if "http-equiv" in attrs)
        return {rule.split()[0]: rule.split()[1:] for rule in content.split(";")}

    def layer(self, layer_id):
        return next(layer for layer in self.island["layers"] if layer["id"] == layer_id)


PACKED = {"xy", "of", "runs", "i", "n", "start", "end", "radius", "row"}


def with_numbers(part, octets):
    """Put the packed numbers in the place of where they stand."""
    if isinstance(part, list):
        return [with_numbers(one, octets) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: octets[one[0] : sum(one)] if name in PACKED and isinstance(one, list) else with_numbers(one, octets)
        for name, one in part.items()
    }


def integers(packed):
    numbers, value, shift = [], 0, 0
    for octet in packed:
        value |= (octet & 127) << shift
        shift += 7
        if octet < 128:
            numbers.append(value)
            value, shift = 0, 0
    return numbers


def signed(packed):
    return [(step >> 1) ^ -(step & 1) for step in integers(packed)]


def coordinates(packed):
    return np.cumsum(np.reshape(signed(packed), (-1, 2)), axis=0) / 1e6


def days(packed):
    """Days since 1970, or None."""
    return [day - 100_000 if day else None for day in np.cumsum(signed(packed)).tolist()]


def rows(packed):
    return np.cumsum(integers(packed)).tolist()


def column(packed):
    if "n" in packed:
        return [f"{packed['p']}{n:0{packed['w']}}" for n in np.cumsum(signed(packed["n"])).tolist()]
    return packed["v"] if "v" in packed else [([None, *packed["d"]])[n] for n in integers(packed["i"])]


def field(layer, label):
    return next(column(part["text"]) for part in layer["fields"] if label in (part["label"], part["key"]))


def looks_on(layer, day):
    """The look of every row on a day, as the page's script finds it."""
    changes = layer["changes"]
    looks = [changes["first"]] * layer["rows"]
    for row, start, look in zip(rows(changes["row"]), days(changes["start"]), column(changes["look"]), strict=True):
        if start <= day_number(day):
            looks[row] = look
    return looks


def page_of(drawn):
    return Page(drawn.get_root().render())


# --- fixtures ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def situation():
    return bg.load("2026-01-14")


@pytest.fixture(scope="module")
def drawn(situation):
    return situation_map(situation)


@pytest.fixture(scope="module")
def page(drawn):
    return page_of(drawn)


@pytest.fixture
def wells():
    """Two points of an analyst."""
    return gpd.GeoDataFrame({"name": ["north", "south"], "depth": [12.5, 30]}, geometry=[Point(103, 14.2), Point(103, 13.2)], crs=4326)


def poisoned(layer, keep=()):
    """Give a layer with every text cell replaced by one of the hostile texts."""
    made = layer.copy()
    for number, name in enumerate(made.columns):
        if name in keep or name == "geometry" or not pd.api.types.is_string_dtype(made[name].dtype):
            continue
        made[name] = [HOSTILE[(row + number) % len(HOSTILE)] for row in range(len(made))]
    return made


@pytest.fixture(scope="module")
def hostile(situation):
    """A map in which every text the map could show is hostile."""
    names = ("border", "checkpoints", "villages", "places", "camps", "incidents", "visits", "designated_areas", "periods", "zones")
    told = {name: CONTRACTS[name].fields for name in names}
    kept = {column for fields in told.values() for column, kind in fields.items() if kind.words or kind.unique or kind.kind == "list"}
    own = {name: poisoned(getattr(situation, name), kept) for name in names}
    extra = gpd.GeoDataFrame(dict.fromkeys(HOSTILE, HOSTILE), geometry=[Point(103, 14)] * len(HOSTILE), crs=4326)
    return situation_map(
        replace(situation, own=MappingProxyType(own)),
        layers=dict.fromkeys(HOSTILE, extra),
        title=TitleBlock(title=" ".join(HOSTILE), disclaimer=" ".join(HOSTILE)),
    )


# --- one file that needs nothing -----------------------------------------------------------------------------------------


def test_nothing_in_the_page_is_loaded_from_elsewhere(page):
    addresses = [attrs.get(name) for _, attrs in page.tags for name in ("src", "href", "srcset", "data", "action")]
    assert [address for address in addresses if address and not address.startswith("data:")] == []
    styles = "".join(text for tag, _, text in page.inline if tag == "style")
    assert re.findall(r"@import|url\((?!data:|#)", styles) == []
    assert "sourceMappingURL" not in "".join(text for _, _, text in page.inline)


def test_the_policy_names_every_script_and_style_and_nothing_else(page):
    run = [(tag, text) for tag, attrs, text in page.inline if "type" not in attrs]
    for tag in ("script", "style"):
        digests = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for kind, text in run if kind == tag]
        assert page.policy[f"{tag}-src"] == digests
    assert page.policy["default-src"] == page.policy["connect-src"] == page.policy["style-src-attr"] == ["'none'"]
    assert page.policy["img-src"] == page.policy["font-src"] == ["data:"]


def test_the_policy_comes_before_anything_it_governs(page):
    tags = [tag for tag, _ in page.tags]
    assert tags.index("meta") < min(tags.index("script"), tags.index("style"))
    assert "http-equiv" in [attrs for tag, attrs in page.tags if tag == "meta"][1]


def test_the_same_situation_gives_the_same_bytes(drawn, tmp_path):
    drawn.save(tmp_path / "one.html")
    again = situation_map(bg.load("2026-01-14"))
    folium.Map().get_root().render()
    again.save(tmp_path / "two.html")
    again.save(tmp_path / "three.html")
    one, two, three = (tmp_path.joinpath(f"{name}.html").read_bytes() for name in ("one", "two", "three"))
    assert one == two == three
    assert len(one) <= 700_000


def test_no_jquery_bootstrap_or_icon_font(page):
    scripts = "".join(text for tag, _, text in page.inline if tag == "script").lower()
    assert [name for name in ("jquery", "bootstrap", "fontawesome", "awesomemarkers") if name in scripts] == []


# --- what is drawn -------------------------------------------------------------------------------------------------------


def test_a_village_nobody_speaks_of_is_never_drawn_as_reachable(page, situation):
    layer = page.layer("villages")
    table = situation.access.table
    possible = (table["status"] == "unknown") & (table["in_zone"] == "possible")
    counts = table["status"].where(~possible, "possible").value_counts()
    legend = {part["look"]: part["n"] for part in layer["legend"]}
    assert legend == {look: counts.get(look, 0) for look in ("inaccessible", "restricted", "possible", "reachable", "unknown")}
    looks = style.GLYPHS["villages"]
    assert (looks["unknown"]["mark"], looks["unknown"]["fill"]) == ("question", style.WHITE)
    assert len({(look["shape"], look["mark"]) for look in looks.values()}) == 5


def test_without_zones_none_are_drawn_and_the_page_says_so(situation):
    island = page_of(situation_map(bg.load(situation.date, zones=situation.zones.iloc[:0]))).island
    assert [layer["id"] for layer in island["layers"] if layer["id"].startswith("zones")] == []
    assert "Exclusion zones" in [row["name"]["en"] for row in island["absent"]]


def test_points_come_back_where_they_were(page, situation):
    places = situation.checkpoints
    assert coordinates(page.layer("checkpoints")["shape"]["xy"]) == pytest.approx(shapely.get_coordinates(places.geometry), abs=6e-7)


def test_zones_of_the_analyst_come_back_with_every_ring(situation):
    zones = bg.exclusion_zones(situation.incidents, as_of=situation.date)
    layer = page_of(situation_map(bg.load(situation.date, zones=zones))).layer("zones_definite")
    definite = zones[zones["certainty"] == "definite"]
    assert layer["discs"] is None
    assert sum(integers(layer["shape"]["runs"])) == shapely.get_num_coordinates(definite.geometry.array).sum()
    west, south, east, north = definite.total_bounds
    found = coordinates(layer["shape"]["xy"])
    assert [*found.min(axis=0), *found.max(axis=0)] == pytest.approx([west, south, east, north], abs=1e-6)


def test_all_border_lines_look_alike_in_alphabetical_order(page, situation):
    layer = page.layer("border")
    assert set(column(layer["look"])) == {"border"}
    claims = field(layer, "Line as mapped by")
    assert claims == sorted(situation.border["claimed_by"])
    assert "1,988 m" in layer["note"]
    assert style.LINES["border"]["dash"]


def test_the_measured_difference_is_told_of_the_line_it_was_measured_on(situation):
    other = situation.border[situation.border["border_id"] != "osm-2026c"]
    note = page_of(situation_map(bg.load(situation.date, border=other))).layer("border")["note"]
    assert "none is authoritative" in note
    assert "1,988" not in note


def test_a_line_that_is_embedded_alone_names_the_command_that_adds_another(page, situation):
    assert "bordergis situation --line NAME=FILE" in page.layer("border")["note"]
    third = situation.border.head(1).assign(border_id="rtsd", claimed_by="Royal Thai Survey Department")
    both = bg.load(situation.date, border=bg.join_lines(situation.border, third))
    assert page_of(situation_map(both)).layer("border")["note_key"] == "note.border"
    older = situation.border.head(1).assign(border_id="osm-2017")
    same = bg.load(situation.date, border=bg.join_lines(situation.border, older))
    assert page_of(situation_map(same)).layer("border")["note_key"] == "note.border_osm"


def test_a_village_of_no_stated_precision_looks_as_it_is_answered(situation):
    """Nothing is certain of it: on the map of the date it must not look surer than in the table."""
    own = bg.load(situation.date, villages=situation.villages.drop(columns="position_radius_m"))
    layer = page_of(situation_map(own)).layer("villages")
    assert looks_on(layer, situation.date) == column(layer["look"])
    assert set(looks_on(layer, situation.date)) == {"possible", "unknown"}


def test_a_claim_stands_beside_its_denial(page, situation):
    layer = page.layer("incidents")
    assert [part["pair"] for part in layer["fields"] if part["label"] in ("Reported by", "Counter-claim or denial")] == ["claim"] * 2
    denials = field(layer, "Counter-claim or denial")
    assert denials.count(None) == situation.incidents["counter_claim"].isna().sum()


def test_incidents_without_a_fit_position_are_listed_not_drawn(page, situation):
    layer = page.layer("incidents")
    drawn = set(rows(layer["shape"]["of"]))
    fine = situation.incidents.geometry.notna() & (situation.incidents["sensitivity"] != "sensitive")
    assert set(situation.incidents.loc[fine, "position_class"]) <= {"exact", "place", "area"}
    assert layer["rows"] == len(situation.incidents)
    assert layer["undrawn"] == len(situation.incidents) - len(drawn) == (~fine).sum()


def test_the_precision_of_an_incident_is_a_circle_of_its_radius(page, situation):
    layer = page.layer("precision")
    fine = situation.incidents.geometry.notna() & (situation.incidents["sensitivity"] != "sensitive")
    radius = situation.incidents["position_radius_m"].where(fine).fillna(0)
    assert integers(layer["radius"]) == radius.round().astype(int).to_list()
    assert (layer["shape"], layer["places_of"]) == (None, "incidents")


def test_a_sensitive_row_keeps_its_text_and_loses_its_place(situation, wells):
    hidden = wells.assign(sensitivity=["sensitive", None])
    layer = page_of(situation_map(situation, layers={"wells": hidden})).layer("extra-1")
    assert coordinates(layer["shape"]["xy"]).tolist() == [[103.0, 13.2]]
    assert (layer["undrawn"], column(layer["title"])) == (1, ["north", "south"])


def test_the_place_and_date_of_the_page(page):
    assert page.island["days"]["as_of"] == day_number("2026-01-14")
    assert "27 December 2025" in page.island["periods"][-1]["name"]["en"]
    assert "not evidence of safety" in page.island["page"]["disclaimer"]["en"]


def test_every_source_drawn_is_listed_once_with_its_licence(page, situation):
    titles = [row["title"] for row in page.island["sources"]]
    assert titles == sorted(set(titles), key=str.casefold)
    known = datasets.sources()
    assert set(known.loc[list(bg.provenance.of(situation.villages).sources), "title"]) <= set(titles)
    assert all(row["licence"] for row in page.island["sources"])


def a_hazard(day, kind, shape):
    known = {"hazard_id": "h1", "kind": kind, "recorded_on": np.datetime64(day, "s"), "reported_by": "a registry"}
    return {**known, "geometry": shape}


def test_a_recorded_hazard_is_drawn_until_the_next_record_of_it(situation):
    area = box(103, 14, 103.1, 14.1)
    told = [
        a_hazard("2025-12-20", "cleared", area),
        a_hazard("2025-09-01", "suspected", area),
        a_hazard("2025-10-01", "confirmed", Point(103, 14)),
    ]
    hazards = gpd.GeoDataFrame(told, crs=4326).astype({"recorded_on": "datetime64[s]"})
    found = page_of(situation_map(bg.load(situation.date, hazards=hazards, zones=situation.zones)))
    layer, spot = found.layer("hazards"), found.layer("hazard_spots")
    assert field(layer, "kind") == ["cleared", "suspected"]
    assert days(layer["days"]["start"]) == [day_number("2025-12-20"), day_number("2025-09-01")]
    assert days(layer["days"]["end"]) == [None, day_number("2025-09-30")]
    assert days(spot["days"]["end"]) == [day_number("2025-12-19")]
    assert "Recorded hazard areas" not in [row["name"]["en"] for row in found.island["absent"]]


def test_what_is_closed_is_drawn_as_spots_stretches_and_areas(situation):
    shapes = [Point(103, 14), LineString([(103, 14), (103.2, 14)]), box(103, 14, 103.1, 14.1), None]
    closures = gpd.GeoDataFrame(
        {
            "closure_id": list("abcd"),
            "kind": ["bridge", "road", "cordon", "road"],
            "valid_from": pd.to_datetime(["2025-08-01"] * 4).astype("datetime64[s]"),
            "valid_to": pd.to_datetime([None, "2025-09-01", None, None]).astype("datetime64[s]"),
        },
        geometry=shapes,
        crs=4326,
    )
    found = page_of(situation_map(bg.load(situation.date, closures=closures)))
    told = {name: (found.layer(name)["kind"], found.layer(name)["rows"]) for name in ("closure_spots", "closures", "closure_areas")}
    assert told == {"closure_spots": ("point", 2), "closures": ("line", 1), "closure_areas": ("area", 1)}
    assert found.layer("closure_spots")["undrawn"] == 1
    assert days(found.layer("closures")["days"]["end"]) == [day_number("2025-09-01")]


def an_obstacle():
    table = {"obstacle_id": ["o"], "kind": ["wire"], "valid_from": pd.to_datetime(["2025-08-20"]).astype("datetime64[s]")}
    table["valid_to"] = pd.to_datetime([None]).astype("datetime64[s]")
    return gpd.GeoDataFrame(table, geometry=[LineString([(103, 14), (103.1, 14)])], crs=4326)


def test_wire_is_an_obstacle_and_never_the_border(situation):
    found = page_of(situation_map(bg.load(situation.date, obstacles=an_obstacle())))
    layer = found.layer("obstacles")
    assert (layer["kind"], layer["title"], field(layer, "kind")) == ("line", ["kind", "name"], ["wire"])
    assert "never the border" in layer["note"]
    assert style.LINES["obstacles"] != style.LINES["border"]
    assert found.layer("border") == page_of(situation_map(situation)).layer("border")


def test_schools_and_places_of_health_care_are_told_apart(situation):
    table = {"facility_id": ["a", "b", "c"], "name": ["A", None, "C"], "kind": ["school", "health centre", "market"]}
    facilities = gpd.GeoDataFrame(table, geometry=[Point(103, 14)] * 3, crs=4326)
    layer = page_of(situation_map(bg.load(situation.date, facilities=facilities))).layer("facilities")
    assert column(layer["look"]) == ["school", "health", "other"]


def test_only_main_roads_are_drawn_and_hidden_at_first():
    table = {"u": [1, 2], "v": [2, 3], "length_m": [1.0, 1.0], "highway_class": ["primary_link", "track"], "ref": ["68", None]}
    roads = gpd.GeoDataFrame(table, geometry=[LineString([(103, 14), (103.1, 14)])] * 2, crs=4326)
    layer = draw_roads(roads, Pen(words_for("en"), {}))
    assert (layer.layer_id, layer.titles, layer.kind) == ("roads", ("ref", "highway_class"), "line")
    assert pack_layer(layer, 0)["shown"] is False


def test_marks_along_the_lines_are_there_and_hidden_at_first(page, situation):
    ticks, sectors = page.layer("chainage"), page.layer("sectors")
    assert (ticks["shown"], sectors["shown"], page.layer("border")["shown"]) == (False, False, True)
    lines = bg.border_length(situation.border.iloc[[0]]).item(), bg.border_length(situation.border.iloc[[1]]).item()
    assert ticks["rows"] == sum(int(length // 10) + 1 for length in lines)
    assert {"km 0", "km 10", "km 800"} <= set(column(ticks["title"]))


def test_heritage_is_a_layer_of_its_own(page, situation):
    heritage = situation.places[situation.places["kind"] == "heritage"]
    assert column(page.layer("heritage")["title"]) == heritage["name"].to_list()
    assert not set(heritage["name"]) & set(column(page.layer("places")["title"]))


# --- time ----------------------------------------------------------------------------------------------------------------


DAYS = ["2025-05-01", "2025-07-24", "2025-07-25", "2025-07-30", "2025-10-26", "2025-12-07", "2025-12-08", "2025-12-31", "2026-01-14"]


def discs_on(found, day):
    """What the page would draw of the zones on a day: certainty, position and radius of each disc."""
    drawn_ = set()
    for certainty in ("definite", "possible"):
        discs = found.layer(f"zones_{certainty}")["discs"]
        spans = zip(days(discs["start"]), days(discs["end"]), strict=True)
        shown = [start <= day_number(day) <= end for start, end in spans]
        places = zip(coordinates(discs["xy"]).round(6).tolist(), integers(discs["radius"]), shown, strict=True)
        drawn_ |= {(certainty, *lonlat, radius) for lonlat, radius, is_shown in places if is_shown}
    return drawn_


@pytest.mark.parametrize("day", DAYS)
def test_the_zones_of_every_day_are_those_of_that_day(page, situation, day):
    zones = situation.as_of(day).zones
    pairs = [(zone.certainty, disc) for zone in zones.itertuples() for disc in zone.discs]
    assert discs_on(page, day) == {
        (certainty, round(lon, 6), round(lat, 6), round(radius)) for certainty, (_, lon, lat, radius, _) in pairs
    }


def test_zones_that_ended_before_the_date_are_there_for_their_days(situation):
    rules = bg.load_rules("acled-by-type").assign(lifetime_days=3)
    found = page_of(situation_map(bg.load(situation.date, rules=rules)))
    for day in DAYS:
        zones = bg.load(day, rules=rules).zones
        pairs = [(zone.certainty, disc) for zone in zones.itertuples() for disc in zone.discs]
        assert {(name, radius) for name, *_, radius in discs_on(found, day)} == {(name, round(disc[3])) for name, disc in pairs}


@pytest.mark.parametrize("day", DAYS)
def test_villages_look_on_every_day_as_they_would_on_that_day(page, situation, day):
    table = situation.as_of(day).access.table
    possible = (table["status"] == "unknown") & (table["in_zone"] == "possible")
    assert looks_on(page.layer("villages"), day) == table["status"].where(~possible, "possible").to_list()


@pytest.mark.parametrize("day", [*DAYS, "2025-06-07", "2025-06-08", "2025-06-23"])
def test_checkpoints_look_on_every_day_as_reported_for_that_day(page, day):
    status = bg.load_checkpoints(day)["status"]
    assert looks_on(page.layer("checkpoints"), day) == status.where(status.isin(["open", "restricted", "closed"]), "unknown").to_list()


def test_what_is_known_of_the_date_alone_says_so(situation):
    own = bg.load(situation.date, zones=situation.zones, checkpoints=situation.checkpoints)
    found = page_of(situation_map(own))
    assert [found.layer(name)["as_of_only"] for name in ("villages", "checkpoints")] == [True, True]
    assert [found.layer(name)["changes"] for name in ("villages", "checkpoints")] == [None, None]
    assert found.layer("zones_possible")["as_of_only"] is False


def test_the_slider_counts_the_incidents_of_each_day(page, situation):
    told = page.island["days"]
    assert (told["first"], told["last"], told["as_of"]) == (day_number("2025-05-01"), day_number("2026-01-14"), day_number("2026-01-14"))
    begun = situation.incidents["date_start"]
    assert sum(told["incidents"]) == (begun >= "2025-05-01").sum()
    assert told["incidents"][day_number("2025-07-24") - told["first"]] == (begun == "2025-07-24").sum()


def test_the_slider_covers_the_days_asked_for(situation):
    told = page_content(situation, layers={}, days=("2025-12-07", "2026-03-01"))["days"]
    assert (told["first"], told["last"]) == (day_number("2025-12-07"), day_number("2026-01-14"))
    assert len(told["incidents"]) == told["last"] - told["first"] + 1


def test_a_situation_before_the_slider_has_one_day():
    told = page_of(situation_map(bg.load("2000-01-01"))).island["days"]
    assert (told["first"], told["last"], told["incidents"]) == (day_number("2000-01-01"), day_number("2000-01-01"), [0])


def test_named_periods_carry_the_hour(page):
    told = {period["key"]: period for period in page.island["periods"]}
    assert told["fighting-2025-12"]["end"] == told["ceasefire-2025-12"]["start"] == day_number("2025-12-27") + 0.5
    assert told["ceasefire-2025-12"]["end"] is None


def test_incidents_carry_their_days(page, situation):
    layer = page.layer("incidents")
    assert days(layer["days"]["start"]) == [day_number(day) for day in situation.incidents["date_start"]]
    assert days(layer["days"]["end"]) == [day_number(day) for day in situation.incidents["date_end"]]
    assert layer["days"]["since"] is True
    assert layer["title"] == ["date", "category", "place_as_given"]


# --- layers of the analyst -----------------------------------------------------------------------------------------------


def test_an_own_layer_shows_all_its_columns(situation, wells):
    layer = page_of(situation_map(situation, layers={"wells": wells})).layer("extra-1")
    assert (layer["name"], layer["kind"], layer["rows"]) == ("wells", "point", 2)
    assert field(layer, "depth") == ["12.5", "30"]


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (MultiPoint([(103, 14), (103.1, 14)]), "point"),
        (LineString([(103, 14), (104, 14)]), "line"),
        (box(103, 14, 104, 15), "area"),
    ],
)
def test_own_layers_of_every_kind(situation, geometry, kind):
    own = gpd.GeoDataFrame({"what": ["thing"]}, geometry=[geometry], crs=4326)
    layer = page_of(situation_map(situation, layers={"mine": own})).layer("extra-1")
    assert (layer["kind"], column(layer["title"])) == (kind, ["mine 1"])
    assert len(coordinates(layer["shape"]["xy"])) == shapely.get_num_coordinates(geometry)


def test_an_empty_own_layer_is_drawn_as_nothing(situation, wells):
    layer = page_of(situation_map(situation, layers={"none": wells.head(0)})).layer("extra-1")
    assert (layer["rows"], layer["shape"]["xy"]) == (0, b"")


def test_mixed_geometries_are_refused(situation):
    mixed = gpd.GeoDataFrame(geometry=[Point(103, 14), box(103, 14, 104, 15)], crs=4326)
    with pytest.raises(GeometryKindError, match=r"mixes geometries \(Point, Polygon\); give points, lines and areas"):
        situation_map(situation, layers={"mixed": mixed})


def test_a_layer_without_or_in_another_crs_is_refused(situation, wells):
    with pytest.raises(MissingCRSError):
        situation_map(situation, layers={"wells": wells.set_crs(None, allow_override=True)})
    with pytest.raises(CRSMismatchError):
        situation_map(situation, layers={"wells": wells.to_crs(32648)})


def test_nothing_given_is_changed(situation, wells):
    layers = (situation.zones, situation.access.table, situation.incidents, wells)
    before = [layer.copy() for layer in layers]
    situation_map(situation, layers={"wells": wells}).get_root().render()
    for was, now in zip(before, layers, strict=True):
        geopandas.testing.assert_geodataframe_equal(was, now)


# --- folium layers of the analyst ----------------------------------------------------------------------------------------


def with_markers(situation):
    made = situation_map(situation)
    folium.Marker([14.2, 103.5], popup="a popup", tooltip="a tooltip").add_to(made)
    group = folium.FeatureGroup("circles").add_to(made)
    folium.CircleMarker([14.0, 103.5]).add_to(group)
    folium.LayerControl().add_to(made)
    return made


def test_folium_layers_are_drawn_by_folium_on_our_map(situation):
    page = page_of(with_markers(situation))
    script = page.inline[-1][2]
    assert "const map_bordergis = window.bordergis.map" in script
    assert "L.marker(" in script
    assert "L.circleMarker(" in script
    assert page.island["icons"]["iconUrl"].startswith("data:image/png")


def test_folium_layers_give_the_same_bytes_too(situation):
    assert with_markers(situation).get_root().render() == with_markers(situation).get_root().render()


def test_folium_layers_are_in_the_policy(situation):
    made = with_markers(situation)
    made.get_root().header.add_child(folium.Element("<style>.mine{color:inherit}</style><script>window.mine=1</script>"))
    page = page_of(made)
    run = [text for tag, attrs, text in page.inline if tag == "script" and "type" not in attrs]
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in run}
    assert digests == set(page.policy["script-src"])
    assert len(page.policy["style-src"]) == 4


def test_layers_that_want_the_network_are_named(situation, tmp_path):
    made = situation_map(situation)
    folium.TileLayer("https://{s}.tiles.example/{z}/{x}/{y}.png", attr="tiles").add_to(made)
    folium.Marker([14, 103], icon=folium.Icon(color="red")).add_to(made)
    with pytest.warns(OnlineAssetsWarning, match=r"tiles\.example") as told:
        made.save(tmp_path / "online.html")
    assert "awesome-markers" in str(told[0].message)
    assert told[0].filename == __file__
    policy = Page(tmp_path.joinpath("online.html").read_text(encoding="utf-8")).policy
    assert "https://*.tiles.example" in policy["img-src"]


def test_origins_for_the_policy_hold_no_path():
    assert origin_of("//cdn.example/a;script-src *") == "https://cdn.example"


def test_maps_do_not_share_what_is_added_to_one(situation):
    one, two = situation_map(situation), situation_map(situation)
    one.add_js_link("mine", "https://cdn.example/mine.js")
    assert two.default_js == []
    with pytest.warns(OnlineAssetsWarning, match=r"cdn\.example/mine\.js"):
        one.get_root().render()


def test_layers_kept_in_front(situation):
    made = situation_map(situation)
    circle = folium.CircleMarker([14, 103]).add_to(made)
    made.keep_in_front(circle)
    assert "bringToFront()" in page_of(made).inline[-1][2]


# --- writing -------------------------------------------------------------------------------------------------------------


def test_save_takes_what_folium_takes(drawn, tmp_path):
    wanted = drawn.get_root().render().encode()
    target = tmp_path / "map.html"
    for name in (target, str(target), str(target).encode()):
        drawn.save(name)
        assert target.read_bytes() == wanted
        target.unlink()
    kept, closed = io.BytesIO(), io.BytesIO()
    drawn.save(kept, close_file=False)
    drawn.save(closed)
    assert kept.getvalue() == wanted
    assert closed.closed


def test_a_failed_save_leaves_the_old_file_and_no_other(drawn, tmp_path, monkeypatch):
    target = tmp_path / "map.html"
    target.write_text("the old one")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match="disk full"):
        drawn.save(target)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("map.html", "the old one")]


def test_the_notebook_frame_may_run_scripts_and_nothing_else(drawn):
    (tag, attrs), *others = Page(drawn._repr_html_()).tags
    assert (tag, attrs["sandbox"], others) == ("iframe", "allow-scripts", [])
    assert attrs["srcdoc"] == drawn.get_root().render()


def test_it_is_a_folium_map(drawn):
    assert isinstance(drawn, folium.Map)
    assert isinstance(drawn, SituationMap)


# --- hostile text --------------------------------------------------------------------------------------------------------


def test_hostile_text_is_not_evaluated(hostile):
    found = page_of(hostile)
    for text in (hostile.get_root().render(), json.dumps(found.island, default=str)):
        assert "8641969" not in text
        assert "looped" * 3 not in text
        assert str(Path.cwd()) not in text
    assert "{# swallowed #}" in json.dumps(found.island, default=str)


def test_hostile_text_adds_no_tag(hostile, page):
    assert [tag for tag, _ in page_of(hostile).tags] == [tag for tag, _ in page.tags]


def test_hostile_text_stands_only_in_the_compressed_block_and_the_title(hostile):
    page = page_of(hostile)
    outside = "".join(text for _, _, text in page.inline)
    assert "__pwned" not in outside
    assert "__pwned" not in str(page.tags)


def test_hostile_text_comes_back_letter_for_letter(hostile):
    island = page_of(hostile).island
    assert island["page"]["title"] == island["page"]["disclaimer"] == " ".join(HOSTILE)
    extra = [layer for layer in island["layers"] if layer["id"].startswith("extra")]
    assert [layer["name"] for layer in extra] == HOSTILE
    for layer in extra:
        assert [part["label"] for part in layer["fields"]] == HOSTILE
        assert all(column(part["text"]) == HOSTILE for part in layer["fields"])


def test_every_text_column_of_the_situation_can_be_hostile(hostile):
    for layer in page_of(hostile).island["layers"]:
        shown = [text for part in layer["fields"] if part["text"] for text in column(part["text"]) if text]
        assert layer["id"] in ("precision", "sectors", "chainage", "closure_spots") or set(shown) & set(HOSTILE), layer["id"]


def test_hostile_text_in_a_notebook_stays_in_the_attribute(hostile):
    assert [tag for tag, _ in Page(hostile._repr_html_()).tags] == ["iframe"]


# --- packing -------------------------------------------------------------------------------------------------------------


def test_integers_come_back():
    numbers = [0, 1, 127, 128, 300, 16_383, 16_384, 2**31 - 1]
    assert integers(pack_integers(numbers)) == numbers
    assert pack_integers([]) == b""


@pytest.mark.parametrize("number", [-1, 2**31])
def test_integers_the_page_cannot_read_are_refused(number):
    with pytest.raises(ValueError, match="Only whole numbers from 0 to 2147483647"):
        pack_integers([number])


def test_text_columns_come_back():
    for values in (["a", None, "a", "a", ""], ["a", "b", None], [None, None], []):
        packed = pack_text(texts(pd.DataFrame({"text": pd.array(values, dtype="str")}), "text"))
        assert column(packed) == [value or None for value in values]


@given(st.lists(st.none() | st.text(max_size=3), max_size=30))
@settings(max_examples=50)
def test_any_text_column_comes_back(values):
    for kind in ("str", "object"):
        found = texts(pd.DataFrame({"text": pd.Series(values, dtype=kind)}), "text")
        assert found.to_list() == [value or None for value in values]
        assert column(pack_text(found)) == found.to_list()


@pytest.mark.parametrize(
    ("values", "is_short"),
    [
        (["E0007", "E0012", "E0003"], True),
        (["village 9", "village 10"], True),
        (["7", "12"], True),
        (["a1", "a01"], False),
        (["a1", "b1"], False),
        (["a1", "a1234567890"], False),
        (["a", "a1"], False),
        (["a\u0663", "a2"], False),
        (["a1", None], False),
    ],
)
def test_ids_that_differ_in_a_number_come_back(values, is_short):
    packed = pack_text(texts(pd.DataFrame({"text": pd.array(values, dtype="str")}), "text"))
    assert ("n" in packed) is is_short
    assert column(packed) == values


@given(st.lists(st.none() | st.integers(-90_000, 90_000), max_size=30))
def test_any_days_come_back(values):
    packed = pack_days(np.array([OPEN if day is None else day for day in values], dtype=np.int64), OPEN)
    assert days(packed) == values


def test_points_far_apart_and_missing_ones_come_back():
    packed = pack_points([Point(-180, -85), None, MultiPoint([(180, 85), (0, 0)])])
    assert coordinates(packed["xy"]).tolist() == [[-180, -85], [180, 85], [0, 0]]
    assert np.cumsum(integers(packed["of"])).tolist() == [0, 2, 2]


def test_shells_and_holes_are_wound_apart():
    ring = shapely.Polygon(box(0, 0, 4, 4).exterior.coords, [box(1, 1, 2, 2).exterior.coords])
    packed = pack_shapes([None, ring])
    lonlat = coordinates(packed["xy"])
    shell, hole = lonlat[:5], lonlat[5:]
    assert (shapely.LinearRing(shell).is_ccw, shapely.LinearRing(hole).is_ccw) == (True, False)
    assert (integers(packed["runs"]), np.cumsum(integers(packed["of"])).tolist()) == ([5, 5], [1, 1])


def test_json_for_a_script_element_survives_half_characters():
    written = escape_json({"text": "\ud800<\u2028&"})
    assert written.encode() == b'{"text":"\\ud800\\u003c\\u2028\\u0026"}'
    assert json.loads(written) == {"text": "\ud800<\u2028&"}


# --- words, colours, cells -----------------------------------------------------------------------------------------------


def test_every_word_the_script_asks_for_is_there():
    words = words_for("en")
    scripts = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    asked = set(re.findall(r"words\['([^']+)'\]", scripts))
    assert asked <= set(words)
    assert {f"look.{layer}.{look}" for layer, looks in style.GLYPHS.items() if layer != "extra" for look in looks} <= set(words)


def test_a_language_without_words_is_refused():
    with pytest.raises(UnknownNameError, match=r"no words in 'xx'; there are: en, km, th"):
        words_for("xx")


def test_colours_stand_in_the_style_module_alone():
    for path in STATIC.iterdir():
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(\d", path.read_text(encoding="utf-8"))
        assert found == [], path.name


def test_no_script_writes_markup_from_data():
    for path in STATIC.glob("[0-9]*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", path.read_text(encoding="utf-8")
        )


def test_cells_of_every_kind():
    cells = [
        np.True_,
        pd.NA,
        pd.NaT,
        None,
        np.float64(2.0),
        2.5,
        np.datetime64("2026-01-14"),
        [],
        pd.Timestamp("2026-01-14T09:30"),
    ]
    assert [cell_text(cell) for cell in cells] == ["true", None, None, None, "2", "2.5", "2026-01-14", None, "2026-01-14T09:30"]


def test_columns_by_dictionary():
    frame = pd.DataFrame(
        {
            "position_class": ["place", "district", None],
            "sensitivity": [None, None, "sensitive"],
            "position_radius_m": [500.0, np.nan, 5000.0],
            "source_id": ["geonames", "nobody", None],
            "source_ref": ["12", None, None],
            "members": [("a", "b"), (), ("a", "b")],
            "date": pd.to_datetime(["2025-07-24", None, "1969-12-31"]),
        }
    )
    assert position_classes(frame).to_list() == ["place", "district", "withheld"]
    assert lengths(frame, "position_radius_m").to_list() == ["500 m", None, "5 km"]
    assert source(frame, {"geonames": "GeoNames"}).to_list() == ["GeoNames; 12", "nobody", None]
    assert texts(frame, "members").to_list() == ["a, b", None, "a, b"]
    assert texts(frame, "absent").to_list() == [None] * 3
    assert days_of(frame, "date").tolist() == [20293, OPEN, -1]
    assert days_of(frame, "absent").tolist() == [OPEN] * 3


def test_a_column_can_be_changed_chosen_and_joined():
    text = Text(["a", "b"], np.array([1, 0, 2, 1]))
    assert text.map(str.upper, missing="?").to_list() == ["A", "?", "B", "A"]
    assert text.map(lambda _: "same").to_list() == ["same", None, "same", "same"]
    assert text.take(np.array([3, 1])).to_list() == ["a", None]
    assert text.is_any_of(["b"]).tolist() == [False, False, True, False]
    assert joined(text, constant("x", 4), "-").to_list() == ["a-x", "x", "b-x", "a-x"]
    assert (bool(text), bool(constant(None, 4))) == (True, False)


# --- the background ------------------------------------------------------------------------------------------------------


def test_the_background_lies_where_its_file_lies(page):
    land = page.island["land"]
    with rasterio.open(datasets.path("built/landcover.tif")) as raster:
        west, south, east, north = raster.bounds
    assert land["bounds"] == pytest.approx([south, west, north, east], abs=0.06)
    assert {"water", "forest", "cropland"} <= {part["label"] for part in land["legend"]}
    assert base64.b64decode(land["src"].partition(",")[2]).startswith(b"\x89PNG")


def test_a_background_that_is_absent_or_huge_is_refused(tmp_path, monkeypatch):
    with pytest.raises(DataMissingError, match=r"landcover\.tif is not there"):
        land_picture(tmp_path / "landcover.tif", words_for("en"))
    monkeypatch.setattr("bordergis.maps.landcover.MOST_CELLS", 10)
    with pytest.raises(DataMissingError, match="a background has at most 10"):
        land_picture(datasets.path("built/landcover.tif"), words_for("en"))
