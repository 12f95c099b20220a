"""Names without coordinates: what must be found, what must stay without a position, and the laws of the matcher."""

from __future__ import annotations

import runpy
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError
from bordergis.naming import locate, split_places, units_as_places
from bordergis.naming.mention import read_mention, split_units
from bordergis.naming.spelling import name_forms, sound

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def place(name, lon=103.0, lat=14.0, **columns):
    """One row of a gazetteer; without a point if ``lon`` is None."""
    row = {"name": name, "kind": "village", "country": "THA", "adm1": "Surin", "adm2": "Kap Choeng", **columns}
    row.setdefault("place_id", f"{name}, {row['adm2']}, {row['adm1']}, {row['kind']}")
    return {**row, "geometry": None if lon is None else Point(lon, lat)}


def gazetteer(*rows):
    return gpd.GeoDataFrame(list(rows), geometry="geometry", crs="EPSG:4326")


def ask(name, places, within=None, **options):
    """The row of the table for one name."""
    stated = None if within is None else pd.Series([within])
    return locate(pd.Series([name]), places, within=stated, **options).table.iloc[0]


@pytest.fixture(scope="module")
def embedded():
    """The embedded named places and crossings."""
    gates = bg.load_checkpoints()
    columns = {"place_id": "checkpoint:" + gates["checkpoint_id"], "kind": "checkpoint", "country": "KHM/THA"}
    crossings = gates[["name", "name_km", "name_th", "position_class", "position_radius_m", "geometry"]].assign(**columns)
    crossings["adm1"] = gates["adm1_khm"] + " / " + gates["adm1_tha"]
    return gpd.GeoDataFrame(pd.concat([bg.load_places(), crossings], ignore_index=True), geometry="geometry", crs="EPSG:4326")


@pytest.fixture(scope="module")
def official(embedded):
    """The same with every official unit, without points."""
    units = [units_as_places(bg.load_gazetteer(country), country) for country in ("KHM", "THA")]
    return gpd.GeoDataFrame(pd.concat([embedded, *units], ignore_index=True), geometry="geometry", crs="EPSG:4326")


# --- texts -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Ban A; Ban B", ["Ban A", "Ban B"]),
        ("Ban Kut / Ban Chan", ["Ban Kut", "Ban Chan"]),
        ("Ban Kut and Ban Chan", ["Ban Kut", "Ban Chan"]),
        ("Ban Kut - Ban Chan", ["Ban Kut", "Ban Chan"]),
        ("PTT gas station, Ban Phue", ["PTT gas station, Ban Phue"]),
        ("Ban Nong Mek, Sao Thong Chai subdistrict", ["Ban Nong Mek, Sao Thong Chai subdistrict"]),
        ("O'Chik Bridge, Highway 68", ["O'Chik Bridge, Highway 68"]),
        ("Hill 677, Chong An Ma", ["Hill 677, Chong An Ma"]),
        ("Ban Kut, Ban Chan", ["Ban Kut", "Ban Chan"]),
        ("Ban Kut, Ban Chan and Ban La", ["Ban Kut", "Ban Chan", "Ban La"]),
        ("Chok Chey and Prey Chan villages", ["Chok Chey villages", "Prey Chan villages"]),
        ("Hills 350 and 469", ["Hills 350", "Hills 469"]),
        ("Ban Pak Kard - Prum International Point of Entry", ["Ban Pak Kard - Prum International Point of Entry"]),
        ("Choam checkpoint area and homes", ["Choam checkpoint area"]),
        ("Thai territory / border (unspecified)", ["Thai territory / border (unspecified)"]),
        ("Ban Kut (near A / B)", ["Ban Kut (near A / B)"]),
        ("between Ban Kut and Ban Chan", ["between Ban Kut and Ban Chan"]),
    ],
)
def test_separators_part_places_and_commas_that_belong_to_one_do_not(text, places):
    assert split_places(text) == places


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("opposite Ban Hat Lek", "Ban Hat Lek"),
        ("Ban Hat Lek (opposite)", "Ban Hat Lek"),
        ("near Poipet", "Poipet"),
        ("c.2 km from Poipet", "Poipet"),
        ("1 km west of Poipet", "Poipet"),
        ("500 m SE of Poipet", "Poipet"),
        ("disputed territory near Preah Vihear temple", "Preah Vihear temple"),
    ],
)
def test_a_reference_is_not_the_place(text, anchor, embedded):
    row = ask(text, embedded)
    assert (row["decision"], row["anchor"], row["geometry"]) == ("reference only", anchor, None)


def test_the_anchor_of_a_reference_is_said_where_it_is_known(embedded):
    assert ask("opposite Ban Hat Lek", embedded, "Trat")["anchor_place_id"] == "ban-hat-lek"


def test_a_place_with_a_reference_after_it_is_the_place():
    assert read_mention("Koh Yor opposite Ban Hat Lek").names == ("Koh Yor",)


@pytest.mark.parametrize("text", ["border area", "border (unspecified)", "disputed border areas / villages", "along the c.800 km border"])
def test_the_border_as_a_whole_has_no_point(text, embedded):
    row = ask(text, embedded)
    assert (row["decision"], row["position_class"], row["geometry"]) == ("no match", "border-wide", None)


@pytest.mark.parametrize("text", ["Kuala Lumpur", "Malaysia", "12 areas incl. 4 villages", "", None, "   "])
def test_a_place_abroad_and_no_place_at_all_have_no_point(text, embedded):
    assert ask(text, embedded)[["decision", "position_class"]].to_list() == ["no match", "unlocatable"]


def test_units_are_parted_at_every_separator():
    assert split_units("Bak Dai / Ta Miang subdistricts, Surin (Thai side)") == ["Bak Dai subdistricts", "Ta Miang subdistricts", "Surin"]


def test_a_place_in_a_district_lies_in_it():
    assert read_mention("villages in Surin province").parents == ("Surin province",)
    assert read_mention("Ban Kut in Nam Yuen district").parents == ("Nam Yuen district",)


# --- spelling --------------------------------------------------------------------------------------------------------------------

FAMILIES = [
    ("Chorak", "Charok"),
    ("Srol", "Saron"),
    ("Sarol", "Saron"),
    ("Loeb", "Loep"),
    ("Joop", "Chup"),
    ("Skor", "Sako"),
    ("Thmor", "Thma"),
    ("Don", "Doun"),
    ("Ekphap", "Aekakpheap"),
    ("Chok", "Chork"),
    ("Chouk", "Jok"),
    ("Kaeo", "Kaew"),
    ("Krabey", "Khwai"),
]


@pytest.mark.parametrize(("one", "other"), FAMILIES)
def test_spellings_of_a_family_sound_alike(one, other):
    assert sound(one.lower()) == sound(other.lower())


@pytest.mark.parametrize(("one", "other"), [("Chorak", "Chok"), ("Joop", "Top"), ("Tho", "Thom"), ("Samet", "Mek")])
def test_words_that_only_look_alike_do_not(one, other):
    assert sound(one.lower()) != sound(other.lower())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ban Chorak", "Ban Charok"),
        ("Ban Nong Joop", "Ban Nong Chup"),
        ("Ban Skor", "Ban Sako"),
        ("Ban Phum Srol", "Ban Phum Saron"),
        ("Ban Nong Ta Loeb", "Ban Nong Ta-Loep"),
        ("Ban Sai Tho 10", "Ban Sai Tho Sip"),
        ("Slor Kram village", "Sla Kram"),
        ("O'Smach", "Ou Smach"),
        ("O\N{RIGHT SINGLE QUOTATION MARK}Smach", "Phum\N{LATIN SMALL LETTER I WITH BREVE} Ou Smach"),
    ],
)
def test_a_name_is_found_by_sound_and_a_near_spelling_of_another_word_is_not(name, written):
    decoys = [place(word, 103 + n, 14.5) for n, word in enumerate(["Ban Chok", "Ban Nong Top", "Ban Sai Thom", "Ban Sa Kat"])]
    row = ask(name, gazetteer(place(written, 104), *decoys), "Kap Choeng district")
    assert (row["decision"], row["geometry"]) == ("located", Point(104, 14))


def test_without_its_own_entry_the_near_spelling_is_not_taken():
    places = gazetteer(place("Ban Chok"), place("Ban Nong Top"), place("Ban Sai Thom"), place("Ban Nong Met"))
    for name in ("Ban Chorak", "Ban Nong Joop", "Ban Sai Tho 10", "Ban Nong Mek"):
        assert ask(name, places, "Kap Choeng district")["decision"] == "no match"


def test_digits_are_read_as_words_of_either_language():
    assert {"saithosip", "saithodab", "saitho10"} <= {form.raw for form in name_forms("Ban Sai Tho 10")}
    assert name_forms("Hill 350")[0].raw == "hill 350"


@pytest.mark.parametrize(("column", "name"), [("name_th", "บ้านหนองจาน"), ("name_km", "ភូមិព្រៃចាន់")])
def test_thai_and_khmer_names_match_in_their_script(column, name):
    places = gazetteer(place("Ban X", 104, **{column: name}), place("Ban Y"))
    assert ask(name, places, "Surin")["place_id"].startswith("Ban X")
    table = pd.DataFrame({"name": ["Something Else"], column: [name]})
    assert locate(table, places, within=pd.Series(["Surin"])).table["geometry"].item() == Point(104, 14)


# --- kinds -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other", "kind"),
    [
        ("Phu Makhuea", "Ban Nong Makhuea", "village"),
        ("Chong Don Ao", "Ban Don Ao", "village"),
        ("Ta Krabei temple", "Kbal Krabei", "village"),
        ("Ou Chik village", "O'Chik bridge", "bridge"),
        ("O'Chik bridge", "Ou Chik", "village"),
        ("Choam", "Choam Ksant", "village"),
        ("Phu Pha Lek", "Phu Pha Mok", "hill"),
        ("Phnom Khmoch", "Phum Khmoch", "village"),
        ("Phanom Dong Rak Hospital", "Phanom Dong Rak", "district_seat"),
        ("Wat Kandol displacement camp", "Kandol", "village"),
        ("Chong An Ma", "An Seh", "village"),
    ],
)
def test_a_look_alike_of_another_kind_is_not_taken(name, other, kind):
    row = ask(name, gazetteer(place(other, kind=kind)), "Kap Choeng district")
    assert (row["decision"], row["geometry"]) == ("no match", None)


def test_the_word_for_a_kind_may_stand_before_or_after():
    temple = gazetteer(place("Ta Khwai temple", kind="heritage"))
    assert ask("Prasat Ta Khwai", temple, "Surin")["decision"] == "located"
    assert ask("Ta Kwai", temple, "Surin")["decision"] == "located"


def test_a_village_named_for_a_hill_is_an_area_at_best():
    row = ask("Phnom Dei", gazetteer(place("Phnum Dei")), "Kap Choeng district")
    assert (row["decision"], row["position_class"], row["position_radius_m"]) == ("located", "area", 3_000)
    assert "is a village, a hill is asked for" in row["reason"]


def test_the_new_part_of_a_village_is_near_the_village():
    row = ask("Ban Phum Srol Mai", gazetteer(place("Ban Phum Saron")), "Surin")
    assert (row["decision"], row["position_class"]) == ("located", "area")


def test_a_village_point_is_not_the_event_point():
    assert ask("Ban Kut Chiang", gazetteer(place("Ban Kut Chiang", position_radius_m=1_000.0)), "Surin")["position_radius_m"] == 2_500


def test_a_site_is_placed_by_the_village_it_is_given_with():
    row = ask("PTT gas station, Ban Kut", gazetteer(place("Ban Kut")), "Kap Choeng district")
    assert (row["decision"], row["position_class"], row["position_radius_m"]) == ("located", "area", 5_000)


def test_a_unit_is_answered_with_its_class_and_no_point(official):
    names = ["Kantharalak district", "Si Sa Ket province"]
    table = locate(pd.Series(names), official).table
    assert table["position_class"].to_list() == ["district", "province"]
    assert table["unit"].to_list() == names
    assert table.geometry.isna().all()


def test_a_commune_is_no_point_even_where_a_map_puts_its_label(embedded):
    row = ask("Sra Em commune", embedded, "Choam Ksant district")
    assert (row["decision"], row["position_class"], row["geometry"]) == ("located", "subdistrict", None)


def test_a_text_that_points_from_nothing_is_no_reference():
    assert read_mention("Cambodia (statement)").vague == "nothing"


def test_a_unit_known_only_from_the_columns_of_places_is_a_unit():
    row = ask("Kap Choeng district", gazetteer(place("Ban Kut")))
    assert row[["decision", "position_class", "unit"]].to_list() == ["located", "district", "Kap Choeng district"]


def test_a_name_that_is_its_own_parent_says_no_more_than_that_parent():
    row = ask("Surin border", gazetteer(place("Ban Kut")), "Kap Choeng district, Surin")
    assert row[["position_class", "unit"]].to_list() == ["district", "Kap Choeng district"]


# --- parents ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def namesakes():
    """Ban Kut in two districts of Surin and one of Buri Ram."""
    return gazetteer(
        place("Ban Kut", 103.0, place_id="a", adm2="Kap Choeng"),
        place("Ban Kut", 103.5, place_id="b", adm2="Sangkha"),
        place("Ban Kut", 104.0, place_id="c", adm2="Ban Kruat", adm1="Buri Ram"),
    )


@pytest.mark.parametrize(("within", "place_id"), [("Kap Choeng district", "a"), ("Sangkha", "b"), ("Buri Ram province", "c")])
def test_the_stated_district_parts_namesakes(within, place_id, namesakes):
    row = ask("Ban Kut", namesakes, within)
    assert (row["place_id"], row["parent_agrees"]) == (place_id, True)


@pytest.mark.parametrize(
    ("within", "known"), [(None, "unlocatable"), ("Surin", "province"), ("Sangkha / Ban Kruat districts", "unlocatable")]
)
def test_namesakes_that_fit_as_well_stay_unlocated_and_all_are_listed(within, known, namesakes):
    found = locate(pd.Series(["Ban Kut"]), namesakes, within=None if within is None else pd.Series([within]))
    row = found.table.iloc[0]
    assert (row["decision"], row["position_class"], row["geometry"]) == ("ambiguous", known, None)
    assert set(found.rivals["place_id"]) == {"a", "b", "c"}
    assert found.rivals["reason"].str.contains("fits about as well").sum() >= 2


def test_a_wrong_parent_is_a_flag_and_no_filter():
    row = ask("Ban Kut Chiang Mun", gazetteer(place("Ban Kut Chiang Mun"), place("Ban La", adm1="Buri Ram")), "Buri Ram province")
    assert (row["decision"], row["parent_agrees"]) == ("located", False)
    assert "not where it is said to" in row["reason"]


def test_a_name_that_only_sounds_alike_needs_the_right_parent():
    places = gazetteer(place("Ban Nong Chup"), place("Ban La", adm1="Buri Ram"))
    assert ask("Ban Nong Joop", places, "Buri Ram province")["decision"] == "no match"


def test_a_short_name_alone_is_too_little():
    assert ask("Ubon", gazetteer(place("Ubon")))["decision"] == "ambiguous"
    assert ask("Ban Kut", gazetteer(place("Ban Kut")), "Buri Ram; Surin")["decision"] == "located"


def test_what_is_not_found_keeps_the_class_of_its_parent():
    row = ask("Khao Satta Som area", gazetteer(place("Ban Kut")), "Kap Choeng district, Surin")
    assert row[["decision", "position_class", "unit", "geometry"]].to_list() == ["no match", "district", "Kap Choeng district", None]


def test_two_records_of_one_place_are_no_rivals():
    places = gazetteer(place("Ban Kut", 103.0, place_id="a"), place("Ban Kut", 103.01, place_id="b"), place("Ban Kut", None, place_id="c"))
    found = locate(pd.Series(["Ban Kut"]), places, within=pd.Series(["Surin"]))
    assert found.table["place_id"].item() == "a"
    assert found.rivals["reason"].str.contains("same place").all()


def test_two_villages_of_an_official_list_make_one_point_doubtful():
    rows = [place("Ban Kut", None, place_id=word, adm3=word) for word in ("x", "y")]
    assert ask("Ban Kut", gazetteer(place("Ban Kut", place_id="a"), *rows), "Surin")["decision"] == "ambiguous"


# --- pairs -----------------------------------------------------------------------------------------------------------------------


def test_facing_villages_are_two_places(embedded):
    names = pd.Series(["Prey Chan", "Ban Nong Ya Kaew"])
    table = locate(names, embedded, within=pd.Series(["Banteay Meanchey", "Sa Kaeo"])).table
    assert table["place_id"].to_list() == ["prey-chan", "ban-nong-ya-kaeo"]
    assert table["counterpart"].str.contains("Ban Nong Ya Kaeo|Prey Chan").all()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Chong Bok", "Mom Bei"), ("O'Smach checkpoint", "Chong Chom checkpoint"), ("Prum checkpoint", "Ban Pak Kard checkpoint")],
)
def test_one_site_with_two_names_is_one_place(one, other, embedded):
    table = locate(pd.Series([one, other]), embedded).table
    assert table["decision"].eq("located").all()
    assert len(set(table["place_id"])) == 1


def test_only_verified_pairs_count():
    pairs = pd.DataFrame({"name": ["Prasat Khana"], "counterpart": ["Knar Temple"], "feature": ["temple"], "status": ["unverified"]})
    knar = gazetteer(place("Knar Temple", kind="heritage"))
    assert ask("Prasat Khana", knar, "Surin", pairs=pairs)["decision"] == "no match"
    assert ask("Prasat Khana", knar, "Surin", pairs=pairs.assign(status="verified"))["decision"] == "located"


# --- names that no gazetteer locates -----------------------------------------------------------------------------------------------

WITHOUT_ENTRY = [
    *("Veal Intri", "Phu Makhuea", "Prasat Don Tuan", "Don Tuan", "Huai Ta Maria", "Phlan Hin Paet Kon", "Khao Satta Som", "Satta Som"),
    *("Phnom Khmoch", "Tathav", "Phnum Tra Ngol", "Tra Ngol", "O'Phluk Damrei", "Ban Sam Lang", "Sam Lang", "Phlan Tae", "Moo Pa"),
    *("Hill 350", "Hill 469", "Hill 481", "Hill 677", "Moo Pa base", "Chana Suek", "Chup Ta Mok", "Techo Morakot"),
    *("Wat Kandol displacement camp", "Wat Kandol", "Pha Mor E Daeng", "Phanom Dong Rak Hospital"),
]
STATED = [None, "Preah Vihear", "Kantharalak district, Si Sa Ket", "Trat", "Surin", "Thma Da commune, Pursat", "Banteay Meanchey"]


def assert_no_points(layer):
    asked = [(name, within) for name in WITHOUT_ENTRY for within in STATED]
    names, within = (pd.Series(part) for part in zip(*asked, strict=True))
    table = locate(names, layer, within=within).table
    found = table[~table.geometry.isna() | table["position_class"].isin(["exact", "place", "area"])]
    assert found.empty, found["reason"].to_list()


def test_names_outside_the_gazetteer_come_back_empty_or_coarse(official):
    assert_no_points(official)


@pytest.fixture(scope="module")
def benchmark():
    if not SHARED.is_dir():
        pytest.skip("the reference data (../shared) is absent")
    return runpy.run_path(str(ROOT / "benchmarks" / "locate_incidents.py"))


@pytest.fixture(scope="module")
def full(benchmark):
    return benchmark["gazetteer"]()


def test_names_outside_the_gazetteer_come_back_empty_or_coarse_among_50_000_places(full):
    assert_no_points(full)


TRAPS = [
    ("Ban Nong Samet", "Khok Sung district", "located", "place"),
    ("Ban Nong Samet", "Sa Kaeo", "ambiguous", "province"),
    ("Ban Nong Samet", None, "ambiguous", "unlocatable"),
    ("Ban Don Ao", "Kantharalak", "ambiguous", "district"),
    ("Chong Don Ao", "Kantharalak", "no match", "district"),
    ("Samraong district", None, "ambiguous", "unlocatable"),
    ("Samraong district", "Oddar Meanchey", "located", "district"),
    ("Peak Sbeak", "Preah Vihear", "located", "subdistrict"),
    ("Preah Vihear", None, "ambiguous", "province"),
    ("Preah Vihear province", None, "located", "province"),
    ("Preah Vihear temple", None, "located", "exact"),
    ("Kuala Lumpur", None, "no match", "unlocatable"),
]


def test_known_traps_among_50_000_places(full):
    name, within, decision, known = (pd.Series(column) for column in zip(*TRAPS, strict=True))
    table = locate(name, full, within=within).table
    assert list(zip(name, table["decision"], table["position_class"], strict=True)) == list(zip(name, decision, known, strict=True))


def test_no_incident_is_confidently_misplaced(benchmark, full):
    """The odd incidents, checked by hand: every point lies within the checked radius, or the two radii overlap."""
    asked = benchmark["pieces"]()
    both = benchmark["compare"](benchmark["hand_checked"](unseen=False), locate(asked["name"], full, within=asked["within"]), asked)
    verdicts = both["verdict"].value_counts()
    assert not set(verdicts.index) & {"wrong point", "point where the check has none", "wrong unit", "unit where the check has none"}
    assert verdicts["right point"] >= 34
    assert "Precision of points" in benchmark["report"](both)


# --- laws ------------------------------------------------------------------------------------------------------------------------

NAMES = ["Ban Kut", "Ban Nong Chup", "Ban Sako", "Phnum Dei", "Ta Khwai temple", "Kap Choeng", "Ban Don Ao", "Chong Don Ao", "Khok Sung"]
ASKED = pd.Series([*NAMES, "Ban Nong Joop", "Ban Skor", "Don Ao", "Surin"])


def answers(found):
    return found.table.drop(columns="geometry").astype("object").where(lambda table: table.notna(), None).to_numpy().tolist()


@given(st.data())
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_gazetteer_does_not_matter(data):
    rows = [
        place(data.draw(st.sampled_from(NAMES)), 102 + n / 2, place_id=str(n), adm2=data.draw(st.sampled_from(["Kap Choeng", "Sangkha"])))
        for n in range(data.draw(st.integers(1, 8)))
    ]
    turned = data.draw(st.permutations(rows))
    one, other = (locate(ASKED, gazetteer(*order), within=pd.Series("Sangkha", ASKED.index)) for order in (rows, turned))
    assert answers(one) == answers(other)
    pd.testing.assert_frame_equal(one.rivals, other.rivals)


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), st.sampled_from(["Xyzzy Vorpal", "Quux Bandersnatch"]))
@settings(max_examples=15, deadline=None)
def test_an_unrelated_place_changes_no_answer(names, stranger):
    rows = [place(name, 102 + n / 2) for n, name in enumerate(names)]
    more = [place(stranger, 99, adm1="Elsewhere", adm2="Nowhere"), *rows]
    one, other = (locate(ASKED, gazetteer(*layer)) for layer in (rows, more))
    assert answers(one) == answers(other)


def test_nothing_is_changed_and_the_origin_is_kept(embedded):
    names, within = pd.Series(["Poipet", "Ban Kut"], index=["x", "y"]), pd.Series(["Banteay Meanchey", None], index=["x", "y"])
    before = embedded.copy(), names.copy(), within.copy()
    found = locate(names, embedded, within=within)
    assert embedded.equals(before[0])
    assert names.equals(before[1])
    assert within.equals(before[2])
    assert found.table.index.to_list() == ["x", "y"]
    assert found.table.crs == embedded.crs
    assert provenance.of(found.table).steps[-1] == "locate(least=85)"
    assert "Of 2 names" in provenance.of(found.table).notes[-1]


def test_more_is_asked_of_a_match_and_fewer_match():
    places = gazetteer(place("Ban Nong Chup"))
    decisions = [ask("Ban Nong Joop", places, "Surin", least=least)["decision"] for least in (80, 92, 93, 100)]
    assert decisions == ["located", "located", "no match", "no match"]


def test_no_names_and_no_places_are_no_fault():
    assert locate(pd.Series([], dtype="str"), gazetteer(place("Ban Kut"))).table.empty
    assert ask("Ban Kut", gazetteer(place("Ban Kut")).iloc[:0])["decision"] == "no match"


def test_a_text_of_several_places_is_not_located():
    row = ask("Ban Kut; Ban La", gazetteer(place("Ban Kut"), place("Ban La")), "Surin")
    assert (row["decision"], row["geometry"]) == ("ambiguous", None)
    assert "split_places" in row["reason"]


@pytest.mark.parametrize(
    ("names", "within", "message"),
    [
        (pd.Series(["Ban Kut", 5]), None, "not text in row 1"),
        (pd.DataFrame({"village": ["Ban Kut"]}), None, "column `name`"),
        (pd.Series(["Ban Kut"]), pd.Series(["Surin"], index=["other"]), "index of the names"),
    ],
)
def test_what_cannot_be_read_is_refused(names, within, message):
    with pytest.raises(SchemaError, match=message):
        locate(names, gazetteer(place("Ban Kut")), within=within)


def test_a_gazetteer_that_breaks_its_contract_is_refused():
    with pytest.raises(SchemaError, match="must be unique"):
        ask("Ban Kut", gazetteer(place("Ban Kut", place_id="a"), place("Ban La", place_id="a")))
