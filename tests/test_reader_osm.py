"""OpenStreetMap: roads meet only at nodes they share, nothing is lost silently, and every element can be found again."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way

from bordergis.errors import CRSMismatchError, DataMissingError, SchemaError, UnknownNameError
from bordergis.provenance import of
from bordergis.readers.checked import FaultsError
from bordergis.readers.osm import from_osm
from bordergis.readers.osm_graph import Nodes, edge_length_m, split_ways
from bordergis.schema import FACILITIES, PLACES, ROADS

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared geodata are not beside the project")

PER_HUNDREDTH_M = 1_080.2
"""Metres of a hundredth of a degree of longitude at 14° N: 2 pi 6,378,137 cos(14°) / sqrt(1 - e² sin²(14°)) / 36,000."""

NODES = {n: (103.0 + n / 100, 14.0) for n in range(1, 10)} | {n: (103.0 + (n - 10) / 100, 14.01) for n in range(11, 20)}
"""Two rows of nodes, a hundredth of a degree apart: 1 to 9 at 14.00° N, 11 to 19 above them at 14.01° N."""


@pytest.fixture(params=["osm", "osm.pbf"])
def written(request, tmp_path):
    """Write ways (id: nodes, tags), tagged nodes and relations to a file, as XML and as PBF."""

    def write(ways=(), tagged=(), relations=(), without=()):
        file = tmp_path / f"sample.{request.param}"
        file.unlink(missing_ok=True)
        tags = dict(tagged)
        with osmium.SimpleWriter(str(file)) as writer:
            for node, place in NODES.items():
                if node not in without:
                    writer.add_node(Node(id=node, version=1, location=place, tags=tags.get(node, {})))
            for number, nodes, told in ways:
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=told))
            for number, members, told in relations:
                writer.add_relation(Relation(id=number, version=1, members=members, tags=told))
        return file

    return write


def road(number, nodes, **tags):
    return number, nodes, {"highway": "residential"} | tags


def ends(layer):
    return list(zip(layer["u"].tolist(), layer["v"].tolist(), strict=True))


# Roads as a graph


def test_ways_are_split_where_they_share_a_node(written):
    """1 ── 2 ── 3, and 12 ── 2 from above."""
    read = from_osm(written([road(7, [1, 2, 3]), road(8, [12, 2])]))
    assert ends(read.layer) == [(1, 2), (2, 3), (12, 2)]
    assert read.layer["source_ref"].tolist() == ["way/7", "way/7", "way/8"]
    assert read.report.rows_in == read.report.rows_clean == 3
    ROADS.validate(read.layer)


def test_a_node_that_only_bends_a_way_is_no_junction(written):
    layer = from_osm(written([road(7, [1, 2, 3])])).layer
    assert ends(layer) == [(1, 3)]
    assert layer["length_m"].item() == pytest.approx(2 * PER_HUNDREDTH_M, abs=0.5)
    assert layer.geometry.item().wkt == "LINESTRING (103.01 14, 103.02 14, 103.03 14)"


def test_a_bridge_does_not_join_the_road_under_it(written):
    """The bridge 2 ── 12 crosses the road 1 ── 13 in the air: they share no node."""
    read = from_osm(written([road(7, [1, 13]), road(8, [2, 12], bridge="yes", layer="1")]))
    assert ends(read.layer) == [(1, 13), (2, 12)]
    assert read.layer.geometry.iloc[0].crosses(read.layer.geometry.iloc[1])
    assert read.layer["brunnel"].fillna("").tolist() == ["", "bridge"]


def test_parallel_roads_between_the_same_nodes_stay_two_edges(written):
    layer = from_osm(written([road(7, [1, 2]), road(8, [1, 11, 12, 2])])).layer
    assert ends(layer) == [(1, 2), (1, 2)]
    assert layer["length_m"].iloc[1] > layer["length_m"].iloc[0]


def test_a_roundabout_is_split_where_roads_leave_it_and_is_one_way(written):
    """1 ── 2 ⟳ 13 ── 14: the ring 2, 3, 13, 12, 2."""
    layer = from_osm(written([road(7, [1, 2]), road(8, [2, 3, 13, 12, 2], junction="roundabout"), road(9, [13, 14])])).layer
    assert ends(layer) == [(1, 2), (2, 13), (13, 2), (13, 14)]
    assert layer["oneway"].tolist() == [0, 1, 1, 0]


def test_a_ring_that_touches_nothing_is_a_loop(written):
    layer = from_osm(written([road(8, [2, 3, 13, 12, 2])])).layer
    assert ends(layer) == [(2, 2)]
    assert layer.geometry.item().is_closed


def test_a_way_that_meets_itself_is_split_there(written):
    layer = from_osm(written([road(7, [1, 2, 3, 13, 12, 2])])).layer
    assert ends(layer) == [(1, 2), (2, 2)]


def test_a_node_written_twice_in_a_row_counts_once(written):
    layer = from_osm(written([road(7, [1, 2, 2, 3])])).layer
    assert ends(layer) == [(1, 3)]
    assert len(layer.geometry.item().coords) == 3


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no", "junction": "roundabout"}, 0),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
    ],
)
def test_the_direction_is_read_and_where_untagged_follows_from_the_kind_of_road(tags, expected, written):
    assert from_osm(written([road(7, [1, 2], **tags)])).layer["oneway"].tolist() == [expected]


def test_a_direction_that_changes_is_unknown_and_flagged(written):
    read = from_osm(written([road(7, [1, 2], oneway="reversible")]))
    assert read.layer["oneway"].isna().all()
    assert read.report.faults[["row", "column", "value", "severity"]].to_numpy().tolist() == [[1, "oneway", "reversible", "flagged"]]


def test_bridge_tunnel_ford_and_ferry_are_told_apart_and_a_no_is_a_no(written):
    ways = [
        road(1, [1, 2], bridge="viaduct"),
        road(2, [2, 3], tunnel="yes"),
        road(3, [3, 4], ford="yes"),
        (4, [4, 5], {"route": "ferry", "name": "Stung Treng ferry"}),
        road(5, [5, 6], bridge="no"),
    ]
    layer = from_osm(written(ways)).layer
    assert layer["brunnel"].fillna("").tolist() == ["bridge", "tunnel", "ford", "ferry", ""]
    assert layer["highway_class"].tolist()[3] == "ferry"


def test_names_numbers_and_surface_are_carried_as_they_stand(written):
    hostile = "{{cycler}}<img onerror=x>=1+1"
    layer = from_osm(
        written([road(7, [1, 2], ref="068", name="ផ្លូវជាតិលេខ ៦៨", surface="laterite", access="private"), road(8, [3, 4], name=hostile)])
    ).layer
    first = layer.iloc[0]
    assert (first["ref"], first["name"], first["surface"], first["access"]) == ("068", "ផ្លូវជាតិលេខ ៦៨", "laterite", "private")
    assert layer["name"].iloc[1] == hostile


def test_what_is_no_road_is_left_out_and_counted_by_kind(written):
    ways = [
        road(1, [1, 2]),
        road(2, [2, 3], highway="proposed"),
        road(3, [3, 4], highway="construction"),
        road(4, [4, 5, 15, 4], highway="pedestrian", area="yes"),
        (5, [5, 6], {}),
        (6, [6, 7], {"building": "yes"}),
        (7, [6, 7], {"route": "hiking"}),
    ]
    read = from_osm(written(ways))
    assert ends(read.layer) == [(1, 2)]
    assert "3 ways of other kinds were left out: area 1, construction 1, proposed 1." in read.report.notes


def test_a_road_that_is_left_out_makes_no_junction(written):
    assert ends(from_osm(written([road(1, [1, 2, 3]), road(2, [2, 12], highway="proposed")])).layer) == [(1, 3)]


def test_a_road_over_a_missing_node_ends_there_and_is_flagged(written):
    """1 ── 2 ── (3 is not in the file) ── 4 ── 5."""
    read = from_osm(written([road(7, [1, 2, 3, 4, 5]), road(8, [1, 11])], without=[3]))
    assert ends(read.layer) == [(1, 2), (4, 5), (1, 11)]
    assert read.report.faults["row"].tolist() == [1, 2]
    assert read.report.faults["value"].tolist() == ["way/7", "way/7"]
    assert set(read.report.faults["rule"]) == {"goes on over a node that is not in the file"}
    assert (read.report.rows_clean, read.report.rows_flagged, read.report.rows_rejected) == (1, 2, 0)


def test_a_road_of_which_nothing_is_left_is_rejected_with_its_id(written):
    file = written([road(7, [1, 2]), road(8, [3, 4]), road(9, [5])], without=[3])
    with pytest.raises(FaultsError) as caught:
        from_osm(file)
    assert set(caught.value.report.faults["value"].dropna()) >= {"way/8", "way/9"}
    read = from_osm(file, on_error="quarantine")
    assert ends(read.layer) == [(1, 2)]
    assert read.rejected["element"].tolist() == ["way/8", "way/9"]
    assert (read.report.rows_in, read.report.rows_clean, read.report.rows_rejected) == (3, 1, 2)


def test_two_nodes_on_one_point_joined_by_a_road_are_one(tmp_path):
    """1 ── 2=3 ── 4: the way 2 ── 3 has no length, and without it the road would be cut."""
    file = tmp_path / "point.osm"
    nodes = "".join(f'<node id="{n}" lon="{lon}" lat="14"/>' for n, lon in [(1, 103), (2, 103.01), (3, 103.01), (4, 103.02)])
    ways = "".join(
        f'<way id="{n}"><nd ref="{u}"/><nd ref="{v}"/><tag k="highway" v="track"/></way>'
        for n, (u, v) in enumerate([(1, 2), (2, 3), (3, 4)], 1)
    )
    file.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    read = from_osm(file)
    assert ends(read.layer) == [(1, 2), (2, 4)]
    assert "1 nodes that lie on the point of another, joined to it by a road, were taken as that one." in read.report.notes


def test_three_nodes_on_one_point_are_one_however_they_are_joined():
    """4 ── 1=2=3 ── 5, where each of 1, 2, 3 is joined to both others."""
    nodes = Nodes.of(np.arange(1, 6), np.array([103, 103, 103, 102, 104.0]), np.full(5, 14.0))
    edges = split_ways(np.array([4, 1, 1, 2, 2, 3, 3, 1, 3, 5]), np.full(5, 2), nodes)
    assert (edges.u.tolist(), edges.v.tolist(), edges.merged) == ([4, 1], [1, 5], 2)


def test_roads_across_the_border_are_kept_whole(written):
    assert len(from_osm(written([road(7, list(range(1, 10)))])).layer) == 1


def test_a_file_without_roads_gives_an_empty_layer(written):
    read = from_osm(written([(5, [1, 2], {"building": "yes"})]))
    assert len(read.layer) == read.report.rows_in == 0


def test_negative_ids_of_an_editor_are_read(tmp_path):
    file = tmp_path / "drawn.osm"
    file.write_text(
        '<osm version="0.6"><node id="-1" lon="103" lat="14"/><node id="-2" lon="103.01" lat="14"/>'
        '<way id="-3"><nd ref="-1"/><nd ref="-2"/><tag k="highway" v="path"/></way></osm>',
        encoding="utf-8",
    )
    read = from_osm(file)
    assert ends(read.layer) == [(-1, -2)]
    assert read.layer["source_ref"].tolist() == ["way/-3"]


def test_origin_and_licence_travel_with_the_layer(written):
    layer = from_osm(written([road(7, [1, 2])])).layer
    assert layer[["source_id", "licence", "redistributable"]].to_numpy().tolist() == [["osm", "ODbL-1.0", True]]
    assert of(layer).sources == ("osm",)


# Laws of the graph


@st.composite
def streets(draw):
    return draw(st.lists(st.lists(st.integers(0, 24), min_size=2, max_size=8), min_size=1, max_size=8))


def grid(streets):
    number = np.arange(25)
    nodes = Nodes.of(number, 103 + number % 5 / 100, 14 + number // 5 / 100)
    return split_ways(np.concatenate([np.array(street) for street in streets]), np.array([len(street) for street in streets]), nodes)


@settings(deadline=None)
@given(streets())
def test_no_length_is_lost_or_made_by_splitting(streets):
    whole = [shapely.LineString([(103 + n % 5 / 100, 14 + n // 5 / 100) for n in street]) for street in streets]
    assert grid(streets).length_m.sum() == pytest.approx(np.nansum(edge_length_m(np.array(whole))))


@settings(deadline=None)
@given(streets())
def test_no_edge_goes_through_a_node_that_another_road_uses(streets):
    edges = grid(streets)
    ends = {shapely.get_point(line, place).wkt for line in edges.geometry for place in (0, -1)}
    inner = [shapely.Point(xy).wkt for line in edges.geometry for xy in line.coords[1:-1]]
    assert not ends & set(inner)
    assert len(inner) == len(set(inner))


@settings(deadline=None)
@given(streets())
def test_the_order_of_the_roads_does_not_change_the_graph(streets):
    def key(edges):
        return sorted((tuple(sorted(ends)), round(metres, 6)) for *ends, metres in zip(edges.u, edges.v, edges.length_m, strict=True))

    assert key(grid(streets)) == key(grid(streets[::-1]))


# Places and facilities


def test_places_are_named_by_script_and_keep_their_element(written):
    tagged = {
        1: {
            "place": "village",
            "name": "ភូមិព្រៃចាន់",
            "name:en": "Prey Chan",
            "population": "1,200",
            "int_name": "Prey Chan",
            "alt_name": "Prey Chan Village",
        },
        2: {"place": "hamlet", "name": "บ้านหนองหญ้าแก้ว"},
        3: {"place": "country", "name": "Kampuchea"},
    }
    read = from_osm(written(tagged=tagged.items()), what="places")
    first, second = read.layer.to_dict("records")
    assert (first["place_id"], first["name"], first["name_km"], first["name_alt"]) == (
        "osm:node/1",
        "Prey Chan",
        "ភូមិព្រៃចាន់",
        "Prey Chan;Prey Chan Village",
    )
    assert (first["kind"], first["population"], first["position_radius_m"]) == ("village", 1200.0, 1000.0)
    assert (second["name"], second["name_th"], second["kind"]) == ("บ้านหนองหญ้าแก้ว", "บ้านหนองหญ้าแก้ว", "hamlet")
    assert "1 elements of other kinds were left out: country 1." in read.report.notes
    PLACES.validate(read.layer)


def test_a_place_without_a_name_is_kept_and_flagged(written):
    read = from_osm(written(tagged={1: {"place": "village"}}.items()), what="places")
    assert read.layer["name"].tolist() == ["unnamed (node/1)"]
    assert read.report.rows_flagged == 1


def test_a_population_that_is_no_number_is_missing_and_flagged(written):
    read = from_osm(written(tagged={1: {"place": "village", "name": "A", "population": "about 300"}}.items()), what="places")
    assert read.layer["population"].isna().all()
    assert read.report.faults["column"].tolist() == ["population"]


def test_a_school_drawn_as_an_area_lies_in_its_middle_within_its_reach(written):
    """The square 1, 2, 12, 11: 1,080 m wide and 1,106 m high, so that its corners lie 773 m from its middle."""
    read = from_osm(written([(5, [1, 2, 12, 11, 1], {"amenity": "school", "name": "Sala"})]), what="facilities")
    row = read.layer.iloc[0]
    assert (row["facility_id"], row["kind"]) == ("osm:way/5", "school")
    assert (row.geometry.x, row.geometry.y) == (pytest.approx(103.015), pytest.approx(14.005))
    assert row["position_radius_m"] == pytest.approx(773, abs=1)
    FACILITIES.validate(read.layer)


def test_a_campus_of_several_ways_lies_in_the_middle_of_all(written):
    ways = [(5, [1, 2], {}), (6, [11, 12], {})]
    read = from_osm(written(ways, relations=[(9, [("w", 5, "outer"), ("w", 6, "outer")], {"amenity": "hospital"})]), what="facilities")
    assert read.layer["facility_id"].tolist() == ["osm:relation/9"]
    assert read.layer.geometry.item().equals_exact(shapely.Point(103.015, 14.005), 1e-9)


def test_schools_and_health_are_told_apart_and_others_are_counted(written):
    tagged = {
        1: {"amenity": "school"},
        2: {"amenity": "clinic", "healthcare": "clinic"},
        3: {"healthcare": "centre", "name": "Health Centre"},
        4: {"amenity": "doctors"},
        5: {"amenity": "pharmacy", "healthcare": "pharmacy"},
        6: {"amenity": "restaurant"},
    }
    read = from_osm(written(tagged=tagged.items()), what="facilities")
    assert read.layer["kind"].tolist() == ["school", "clinic", "health centre", "doctors"]
    assert any("pharmacy 1" in note for note in read.report.notes)


def test_an_element_whose_nodes_are_missing_is_kept_without_a_point_and_flagged(written):
    ways = [(5, [3], {"amenity": "school"}), (6, [1, 3], {"amenity": "school"})]
    read = from_osm(written(ways, relations=[(9, [("w", 99, "outer")], {"amenity": "school"})], without=[3]), what="facilities")
    assert read.layer.geometry.isna().tolist() == [True, False, True]
    assert read.layer["position_class"].tolist() == ["unlocatable", "exact", "unlocatable"]
    assert read.report.rows_flagged == 3


# Layers exported from OpenStreetMap


@pytest.fixture
def edges():
    return gpd.GeoDataFrame(
        {
            "u": [1, 2],
            "v": [2, 3],
            "length_m": [1080.2, 1080.2],
            "highway_class": ["minor", "major"],
            "ref": ["068", None],
            "oneway": [0, 1],
        },
        geometry=[shapely.LineString([NODES[1], NODES[2]]), shapely.LineString([NODES[2], NODES[3]])],
        crs="EPSG:4326",
    )


def saved(edges, folder, kind):
    file = folder / f"edges.{kind}"
    plain = pd.DataFrame(edges.drop(columns="geometry"))
    if kind == "parquet":
        edges.to_parquet(file)
    elif kind == "wkb.parquet":
        plain.assign(geometry=edges.to_wkb()["geometry"]).to_parquet(file)
    elif kind == "csv":
        plain.assign(wkt=edges.geometry.to_wkt()).to_csv(file, index=False)
    else:
        edges.to_file(file, driver={"gpkg": "GPKG", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}[kind])
    return file


@pytest.mark.parametrize("kind", ["parquet", "wkb.parquet", "csv", "gpkg", "geojson", "fgb"])
def test_an_exported_graph_is_the_same_in_every_format(kind, edges, tmp_path):
    read = from_osm(saved(edges, tmp_path, kind))
    layer = read.layer.sort_values("u")
    assert ends(layer) == [(1, 2), (2, 3)]
    assert layer["ref"].fillna("").tolist() == ["068", ""]
    assert layer["oneway"].tolist() == [0, 1]
    assert layer.geometry.to_wkt().tolist() == ["LINESTRING (103.01 14, 103.02 14)", "LINESTRING (103.02 14, 103.03 14)"]
    assert read.report.rows_clean == 2


def test_a_graph_without_lengths_is_measured(edges, tmp_path):
    read = from_osm(saved(edges.drop(columns="length_m"), tmp_path, "parquet"))
    assert read.layer["length_m"].tolist() == pytest.approx([PER_HUNDREDTH_M] * 2, abs=0.3)
    assert any("measured along the shapes" in note for note in read.report.notes)


def test_lengths_that_differ_from_the_shapes_are_kept_and_counted(edges, tmp_path):
    read = from_osm(saved(edges.assign(length_m=[1080.2, 1200.0]), tmp_path, "parquet"))
    assert read.layer["length_m"].tolist() == [1080.2, 1200.0]
    assert any(note.startswith("1 edges state a length that differs") for note in read.report.notes)


def test_a_direction_in_words_is_read_and_an_unclear_one_is_unknown_and_flagged(edges, tmp_path):
    read = from_osm(saved(edges.assign(oneway=["yes", "alternating"]), tmp_path, "csv"))
    assert read.layer["oneway"].fillna(99).tolist() == [1, 99]
    assert read.report.faults[["row", "value"]].to_numpy().tolist() == [[3, "alternating"]]


def test_two_graphs_in_one_table_are_noticed(edges, tmp_path):
    other = edges.set_geometry(edges.geometry.translate(xoff=1.0))
    read = from_osm(saved(pd.concat([edges, other]), tmp_path, "parquet"))
    assert read.report.faults["row"].tolist() == [3, 4]
    assert set(read.report.faults["rule"]) == {"has a node that lies elsewhere in an earlier row"}


def test_shapes_and_ids_that_cannot_be_read_are_rejected_with_their_row(tmp_path):
    file = tmp_path / "edges.csv"
    file.write_text(
        'u,v,length_m,highway_class,wkt\n1,2,1080,minor,"LINESTRING (103.01 14, 103.02 14)"\n'
        'x,2,1080,minor,"LINESTRING (103.01 14, 103.02 14)"\n1,2,1080,minor,LINESTRING (103\n1,2,1080,minor,POINT (103 14)\n',
        encoding="utf-8",
    )
    read = from_osm(file, on_error="quarantine")
    assert read.rejected["row"].tolist() == [3, 4, 5]
    assert len(read.layer) == 1


@pytest.mark.parametrize("column", ["u", "v", "highway_class"])
def test_a_table_without_a_column_of_the_graph_is_refused(column, edges, tmp_path):
    with pytest.raises(SchemaError, match=f"no column for {column}"):
        from_osm(saved(edges.drop(columns=column), tmp_path, "parquet"))


def test_a_table_without_shapes_is_refused(edges, tmp_path):
    pd.DataFrame(edges.drop(columns="geometry")).to_parquet(tmp_path / "edges.parquet")
    with pytest.raises(SchemaError, match="no column has the shapes of the roads"):
        from_osm(tmp_path / "edges.parquet")


def test_metres_are_refused(edges, tmp_path):
    with pytest.raises(CRSMismatchError):
        from_osm(saved(edges.to_crs("EPSG:32648"), tmp_path, "gpkg"))


def test_a_file_with_several_layers_is_refused_with_their_names(edges, tmp_path):
    for layer in ("major", "minor"):
        edges.to_file(tmp_path / "both.gpkg", layer=layer, driver="GPKG")
    with pytest.raises(SchemaError, match="holds the layers major, minor"):
        from_osm(tmp_path / "both.gpkg")


def test_exported_schools_without_ids_are_numbered_by_row(tmp_path):
    (tmp_path / "schools.csv").write_text("name,category,lat,lon,province\n,school,13.6544,102.565822,Banteay Meanchey\n", encoding="utf-8")
    read = from_osm(tmp_path / "schools.csv", what="facilities")
    assert read.layer[["facility_id", "kind", "adm1"]].to_numpy().tolist() == [["schools:2", "school", "Banteay Meanchey"]]
    assert read.layer.geometry.item().wkt == "POINT (102.565822 13.6544)"


def test_exported_places_keep_their_ids_and_a_nameless_one_is_flagged(tmp_path):
    places = gpd.GeoDataFrame(
        {"osm_id": ["11", "12"], "fclass": ["village", "hamlet"], "name": ["A", None]},
        geometry=gpd.points_from_xy([103, 104], [14, 14]),
        crs=4326,
    )
    places.to_file(tmp_path / "places.gpkg", driver="GPKG")
    read = from_osm(tmp_path / "places.gpkg", what="places")
    assert read.layer[["place_id", "name", "kind"]].to_numpy().tolist() == [["11", "A", "village"], ["12", "unnamed (12)", "hamlet"]]
    assert read.report.rows_flagged == 1


# Refusals


def test_anything_else_is_not_read_from_openstreetmap(written):
    with pytest.raises(UnknownNameError, match="roads, places, facilities, not for 'rivers'"):
        from_osm(written(), what="rivers")


@pytest.mark.parametrize("address", ["https://example.org/a.osm.pbf", "/vsicurl/https://example.org/a.osm", "s3://bucket/a.osm.pbf"])
def test_addresses_are_refused(address):
    with pytest.raises(SchemaError):
        from_osm(address)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(DataMissingError):
        from_osm(tmp_path / "cambodia-latest.osm.pbf")


def test_half_a_download_is_refused(written):
    file = written([road(7, [1, 2])])
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(SchemaError, match=r"damaged|well-formed"):
        from_osm(file)


@pytest.mark.parametrize("node", ['<node id="x" lon="103" lat="14"/>', '<node id="1" lon="east" lat="14"/>', "<node"])
def test_nonsense_in_a_file_is_refused(node, tmp_path):
    file = tmp_path / "sample.osm"
    ways = '<way id="5"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'
    file.write_text(f'<osm version="0.6">{node}{ways}</osm>', encoding="utf-8")
    with pytest.raises(SchemaError, match=r"damaged|well-formed"):
        from_osm(file)


def test_a_node_outside_the_world_is_a_missing_node(tmp_path):
    file = tmp_path / "sample.osm"
    nodes = '<node id="1" lon="203" lat="14"/><node id="2" lon="103" lat="14"/><node id="3" lon="103.01" lat="14"/>'
    ways = '<way id="5"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="path"/></way>'
    file.write_text(f'<osm version="0.6">{nodes}{ways}</osm>', encoding="utf-8")
    read = from_osm(file)
    assert ends(read.layer) == [(2, 3)]
    assert read.report.rows_flagged == 1


# Real input


@needs_shared
def test_the_motorable_roads_of_the_border_are_read_whole():
    read = from_osm(SHARED / "roads" / "osm_roads_motorable_border50km.parquet")
    assert len(read.layer) == read.report.rows_clean == 139_524
    assert read.layer["brunnel"].value_counts().to_dict() == {"bridge": 906, "ford": 2, "tunnel": 1}


@needs_shared
@pytest.mark.parametrize("name", ["osm2021_khm_schools", "osm2021_tha_schools", "osm2021_khm_health", "osm2021_tha_health"])
def test_the_exported_schools_and_health_points_are_read_whole(name):
    file = SHARED / "places" / f"{name}.csv"
    read = from_osm(file, what="facilities", on_error="raise")
    assert len(read.layer) == len(pd.read_csv(file))
