"""Reported incidents by period, sector and type: the parts are the whole, and doubt is a range."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from shapely import LineString, MultiPoint, Point

import bordergis as bg
from bordergis import provenance
from bordergis.errors import SchemaError, UnitError, UnknownNameError
from bordergis.monitoring.rates import ACROSS, BEFORE, NOT_INCIDENTS, OUTSIDE, is_incident, poisson_interval

AS_OF = "2026-01-31"


def reports(*rows, category="armed_clash", event_type="Armed clash"):
    """Make incidents: (first day, last day, lon, lat, radius)."""
    first, last, lon, lat, radius = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "incident_id": [f"R{n}" for n in range(len(rows))],
            "date_start": pd.to_datetime(list(first)).astype("datetime64[s]"),
            "date_end": pd.to_datetime(list(last)).astype("datetime64[s]"),
            "category": category,
            "event_type": pd.Series([event_type] * len(rows), dtype="str"),
            "reported_by": "a test",
            "position_class": ["place" if x is not None else "province" for x in lon],
            "position_radius_m": pd.Series(radius, dtype="float64"),
        },
        geometry=[None if x is None else Point(x, y) for x, y in zip(lon, lat, strict=True)],
        crs=4326,
    )


def on(*days):
    """Make incidents of one place: a day, or (first day, last day)."""
    spans = [(day, day) if isinstance(day, str) else day for day in days]
    return reports(*[(*span, 103, 14, 1_000) for span in spans])


@pytest.fixture
def periods():
    """A fight of ten days, a gap of one, then a truce without an end."""
    return pd.DataFrame(
        {
            "period_id": ["talk", "truce", "fight"],
            "name": ["Talks", "Truce", "Fight"],
            "kind": ["agreement", "ceasefire", "fighting"],
            "start": pd.to_datetime(["2026-01-05", "2026-01-12T12:00", "2026-01-01"], format="ISO8601").tz_localize("Asia/Phnom_Penh"),
            "end": pd.to_datetime(["2026-01-05", None, "2026-01-11"]).tz_localize("Asia/Phnom_Penh"),
        }
    )


@pytest.fixture
def sectors():
    """A line of two sectors along 103 E that meet at 14.5 N."""
    border = gpd.GeoDataFrame(
        {"border_id": ["m"], "claimed_by": ["a test"], "accuracy_m": [0.0], "left_side": ["THA"], "right_side": ["KHM"]},
        geometry=[LineString([(103, 14), (103, 15)])],
        crs=4326,
    )
    mark = gpd.GeoDataFrame({"name": ["mark"]}, geometry=[Point(103, 14.5)], crs=4326)
    return bg.sectors_at(border, mark)


def counts(incidents, periods, **options):
    table = bg.incident_rates(incidents, periods, **({"as_of": AS_OF} | options)).set_index("period")
    return {name: tuple(table.loc[name, [f"reported_incidents{end}" for end in ("_low", "", "_high")]]) for name in table.index}


# ── intervals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [0, 1, 3, 10, 100])
def test_the_interval_is_the_exact_one_of_the_poisson_law(count):
    low, high = poisson_interval(np.array([float(count)]), np.array([float(count)]))
    assert stats.poisson.cdf(count, high.item()) == pytest.approx(0.025)
    if count:
        assert stats.poisson.sf(count - 1, low.item()) == pytest.approx(0.025)
        assert [low.item(), high.item()] == pytest.approx([stats.chi2.ppf(0.025, 2 * count) / 2, stats.chi2.ppf(0.975, 2 * count + 2) / 2])
    else:
        assert low.item() == 0


# ── periods ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_incident_counts_in_the_period_of_its_day(periods):
    assert counts(on("2025-12-31", "2026-01-01", "2026-01-10", "2026-01-11", "2026-01-12", "2026-01-31"), periods) == {
        BEFORE: (1, 1, 1),
        "Fight": (2, 2, 2),
        "Truce": (2, 2, 2),  # from the day on which it begins, at noon
        OUTSIDE: (1, 1, 1),
    }


def test_an_incident_that_straddles_counts_by_the_share_of_its_days(periods):
    found = counts(on(("2026-01-08", "2026-01-12"), "2026-01-02"), periods)
    assert found["Fight"] == (1, 1.6, 2)
    assert found["Truce"] == (0, 0.2, 1)
    assert found[OUTSIDE] == (0, 0.2, 1)


def test_days_after_the_date_do_not_count(periods):
    table = bg.incident_rates(on("2026-01-13", "2026-01-15"), periods, as_of="2026-01-14").set_index("period")
    assert table.loc["Truce", ["days", "reported_incidents"]].to_list() == [3, 1]
    assert "left out: 1 later ones" in provenance.of(bg.incident_rates(on("2026-01-15"), periods, as_of="2026-01-14")).notes[0]


@pytest.fixture
def noon(periods):
    """The fight ends, and the truce begins, at noon of 12 January."""
    end = periods["end"].mask(periods["period_id"] == "fight", periods["start"][1])
    return periods.assign(end=end)


def test_a_report_of_the_day_on_which_a_fight_ends_and_a_truce_begins_is_certain_in_neither(noon):
    found = counts(on("2026-01-11", "2026-01-12", "2026-01-13"), noon)
    assert (found["Fight"], found["Truce"]) == ((1, 1, 2), (1, 2, 2))
    assert sum(best for _, best, _ in found.values()) == 3
    told = bg.incident_periods(on("2026-01-11", "2026-01-12", "2026-01-13", ("2026-01-10", "2026-01-12")), noon)
    assert told.to_list() == ["Fight", ACROSS, "Truce", ACROSS]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Bangkok", "America/New_York"])
def test_a_period_is_of_local_days_whatever_zone_its_moments_are_written_in(periods, zone):
    moved = periods.assign(start=periods["start"].dt.tz_convert(zone), end=periods["end"].dt.tz_convert(zone))
    layer = on("2025-12-31", "2026-01-01", "2026-01-10", "2026-01-11")
    assert counts(layer, moved) == counts(layer, periods)
    assert bg.incident_periods(layer, moved).equals(bg.incident_periods(layer, periods))


def test_a_period_whose_end_nobody_tells_ends_with_the_next(periods):
    open_ended = periods.assign(end=periods["end"].mask(periods["period_id"] == "fight"))
    assert counts(on("2026-01-11", "2026-01-12"), open_ended)["Fight"] == (1, 1, 1)


def test_the_last_day_is_the_local_one_of_a_moment_and_a_buddhist_year_is_refused(periods):
    layer = on("2026-01-14", "2026-01-15")
    evening = pd.Timestamp("2026-01-14T18:00", tz="UTC")  # 01:00 on 15 January in Phnom Penh and Bangkok
    assert counts(layer, periods, as_of=evening)["Truce"] == (2, 2, 2)
    assert counts(layer, periods, as_of=pd.Timestamp("2026-01-14T18:00"))["Truce"] == (1, 1, 1)
    with pytest.raises(UnitError, match="Buddhist era; give that of the common era, 2026"):
        bg.incident_rates(layer, periods, as_of="2569-01-14")


def test_a_period_that_has_not_begun_is_not_there(periods):
    assert list(counts(on("2026-01-02"), periods, as_of="2026-01-03")) == [BEFORE, "Fight", OUTSIDE]


def test_the_rate_is_the_count_by_the_days_with_its_interval(periods):
    table = bg.incident_rates(on(*["2026-01-02"] * 3, ("2026-01-10", "2026-01-12")), periods, as_of=AS_OF).set_index("period")
    fight = table.loc["Fight"]
    assert (fight["days"], fight["reported_incidents_low"], fight["reported_incidents_high"]) == (10, 3, 4)
    assert fight["per_day"] == pytest.approx((3 + 1 / 3) / 10)
    assert fight["per_day_low"] == pytest.approx(stats.chi2.ppf(0.025, 6) / 2 / 10)  # from the lowest count
    assert fight["per_day_high"] == pytest.approx(stats.chi2.ppf(0.975, 10) / 2 / 10)  # to the highest
    assert fight["words"] == "3 to 4 reported incidents in 10 days; observation not known"
    assert table.loc[[BEFORE, OUTSIDE], "per_day"].isna().all()


def test_a_word_is_given_only_where_all_days_are_in_one_period(periods):
    days = on("2025-12-30", "2026-01-05", ("2026-01-09", "2026-01-13"), "2026-01-11", "2027-01-01")
    assert bg.incident_periods(days, periods).to_list() == [BEFORE, "Fight", "across periods, or known only to a month", OUTSIDE, "Truce"]


def test_without_periods_everything_is_before_them(periods):
    none = periods.iloc[:0]
    assert set(bg.incident_periods(on("2026-01-05"), none)) == {BEFORE}
    assert counts(on("2026-01-05"), none) == {BEFORE: (1, 1, 1), OUTSIDE: (0, 0, 0)}
    assert len(bg.incident_rates(on("2026-01-05"), none, as_of=AS_OF, visits=bg.load_visits())) == 2


def test_a_period_within_one_day_has_no_rate_and_periods_of_one_name_are_told_apart(periods):
    start, end = periods["start"].copy(), periods["end"].copy()
    end.iloc[2] = pd.Timestamp("2026-01-12T09:00", tz="Asia/Phnom_Penh")
    short = periods.iloc[[2]].assign(period_id="short", start=end.iloc[2], end=start.iloc[1])
    table = bg.incident_rates(on("2026-01-02"), pd.concat([periods.assign(end=end), short]), as_of=AS_OF).set_index("period")
    assert table.loc[["Fight (fight)", "Fight (short)", "Truce"], "days"].to_list() == [11, 0, 20]
    assert table.loc["Fight (short)", ["per_day", "per_day_low", "per_day_high"]].isna().all()


def test_without_incidents_every_count_is_none(periods, sectors):
    none = on("2026-01-02").iloc[:0]
    assert counts(none, periods)["Fight"] == (0, 0, 0)
    assert by_sector(none, periods, sectors)["start to mark"] == (0, 0, 0)
    assert bg.incident_rates(none, periods, as_of=AS_OF).set_index("period").loc["Fight", "per_day_high"] == pytest.approx(0.3689, abs=1e-4)


# ── sectors and types ─────────────────────────────────────────────────────────────────────────────────────────────────


def by_sector(incidents, periods, sectors, **options):
    table = bg.incident_rates(incidents, periods, as_of=AS_OF, by=("period", "sector"), sectors=sectors, **options)
    fight = table[table["period"] == "Fight"].set_index("sector")
    return {name: tuple(fight.loc[name, [f"reported_incidents{end}" for end in ("_low", "", "_high")]]) for name in fight.index}


def test_an_incident_belongs_to_the_nearest_sector_and_possibly_to_others(periods, sectors):
    day = ("2026-01-02", "2026-01-02")
    layer = reports(
        (*day, 103.01, 14.2, 1_000),  # south
        (*day, 103.01, 14.49, 2_000),  # south, 1.1 km from the joint
        (*day, 103.01, 14.8, None),  # north, but of unknown precision
        (*day, None, None, None),
    )
    assert by_sector(layer, periods, sectors) == {"start to mark": (1, 2, 2), "mark to end": (0, 1, 2), "no position": (1, 1, 1)}


def test_an_incident_at_two_places_is_shared_between_their_sectors(periods, sectors):
    layer = reports(("2026-01-02", "2026-01-02", 103, 14.2, 500)).set_geometry([MultiPoint([(103, 14.2), (103, 14.8)])], crs=4326)
    assert by_sector(layer, periods, sectors) == {"start to mark": (0, 0.5, 1), "mark to end": (0, 0.5, 1), "no position": (0, 0, 0)}


def test_sectors_of_one_name_are_told_apart(periods, sectors):
    twice = sectors.assign(name="A / B")
    layer = reports(("2026-01-02", "2026-01-02", 103, 14.2, 500))
    found = by_sector(layer, periods, twice, visits=bg.load_visits())
    assert list(found) == ["A / B (m:001)", "A / B (m:002)", "no position"]


def test_an_incident_without_an_event_type_counts_by_its_category(periods):
    layer = pd.concat([on("2026-01-02"), reports(("2026-01-02", "2026-01-02", 103, 14, 0), category="uav", event_type=None)]).assign(
        incident_id=["A", "B"]
    )
    table = bg.incident_rates(layer, periods, as_of=AS_OF, by=("period", "type"))
    fight = table[table["period"] == "Fight"]
    assert dict(zip(fight["type"], fight["reported_incidents_low"], strict=True)) == {"Armed clash": 1, "uav": 1}


@pytest.mark.parametrize("category", NOT_INCIDENTS)
def test_records_of_something_else_are_left_out_and_counted(periods, category):
    layer = pd.concat([on("2026-01-02"), reports(("2026-01-02", "2026-01-02", 103, 14, 0), category=category)]).assign(
        incident_id=["A", "B"]
    )
    table = bg.incident_rates(layer, periods, as_of=AS_OF)
    assert table["reported_incidents"].sum() == 1
    assert "1 of 2 records are reported incidents up to 2026-01-31; left out: 0 later ones, 1 visits" in provenance.of(table).notes[0]


# ── laws ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(st.integers(-20, 40), st.integers(0, 30), st.floats(13.9, 15.1), st.floats(0, 30_000)), min_size=1, max_size=8))
@settings(max_examples=20)
def test_the_cells_add_up_to_the_reports_and_low_is_never_above_high(rows):
    zero = pd.Timestamp("2026-01-01")
    layer = reports(*[(zero + pd.Timedelta(days=a), zero + pd.Timedelta(days=a + b), 103.02, lat, r) for a, b, lat, r in rows])
    table = bg.incident_rates(layer, PERIODS, as_of="2026-02-28", by=("period", "sector", "type"), sectors=SECTORS)
    low, best, high = (table[f"reported_incidents{end}"] for end in ("_low", "", "_high"))
    assert best.sum() == pytest.approx(len(layer))
    assert low.sum() <= len(layer) <= high.sum()
    assert (low <= best + 1e-9).all()
    assert (best <= high + 1e-9).all()
    turned = bg.incident_rates(layer[::-1], PERIODS, as_of="2026-02-28", by=("period", "sector", "type"), sectors=SECTORS)
    pd.testing.assert_frame_equal(turned, table)


PERIODS = bg.load_periods().iloc[-1:].assign(start=pd.Timestamp("2026-01-03", tz="Asia/Phnom_Penh"))
SECTORS = bg.sectors_by_length(bg.load_border("osm-2026c").assign(geometry=[LineString([(103, 14), (103, 15)])]), 30_000)


def test_real_incidents_add_up_in_every_parting():
    incidents, periods, visits = bg.load_incidents(), bg.load_periods(), bg.load_visits()
    line = bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints())
    told = is_incident(incidents) & (incidents["date_start"] <= "2026-01-14")
    for by in (("period",), ("period", "type"), ("period", "sector"), ("period", "sector", "type")):
        table = bg.incident_rates(incidents, periods, as_of="2026-01-14", by=by, sectors=line, visits=visits)
        assert table["reported_incidents"].sum() == pytest.approx(told.sum())
        assert list(table.columns[: len(by)]) == list(by)
    assert told.sum() == 78
    assert len(incidents) - told.sum() == 5 + 15  # later than the day; visits, agreements, statements


def test_real_rates_stand_beside_the_days_on_which_somebody_looked():
    table = bg.incident_rates(bg.load_incidents(), bg.load_periods(), as_of="2026-01-14", visits=bg.load_visits()).set_index("period")
    now = table.loc["Ceasefire of the Joint Statement of 27 December 2025"]
    assert (now["days"], now["days_observed_low"], now["days_observed_high"]) == (
        19,
        7,
        7,
    )  # 27 December to 14 January; 4, 5, 6, 8, 10, 13, 14
    assert now["words"] == "3 reported incidents in 19 days; observers recorded on 7 of them"
    assert table.loc["Fighting of December 2025", ["days", "days_observed_low"]].to_list() == [20, 0]
    assert table.loc["Fighting of July 2025", "days"] == 5
    notes = provenance.of(bg.incident_rates(bg.load_incidents(), bg.load_periods(), as_of="2026-01-14", visits=bg.load_visits())).notes
    assert any("fewer reports may mean fewer observers" in note for note in notes)
    assert any("own side" in note for note in notes)


def test_coverage_is_that_of_the_same_cell():
    line = bg.sectors_at(bg.load_border("osm-2026c"), bg.load_checkpoints(), name="name_khm_side")
    incidents, visits = bg.load_incidents(), bg.load_visits()
    table = bg.incident_rates(incidents, bg.load_periods(), as_of="2026-01-14", by=("period", "sector"), sectors=line, visits=visits)
    now = table[table["period"].str.startswith("Ceasefire of the Joint")].set_index("sector")
    assert now["days_observed_high"].dropna().pipe(lambda days: days[days > 0]).to_dict() == {
        "Poipet to Boeung Trakuon": 2,
        "Boeung Trakuon to Chup Koki": 1,
        "Chup Koki to O'Smach": 1,
        "O'Smach to Choam": 3,
        "Choam to An Ses": 3,
    }
    assert now.loc["no position", ["days_observed_low"]].isna().all()


# ── refusals, and nothing is changed ──────────────────────────────────────────────────────────────────────────────────


def test_periods_that_overlap_are_refused(periods):
    wide = periods.assign(end=periods["end"].where(periods["period_id"] != "fight", pd.Timestamp("2026-01-20", tz="Asia/Phnom_Penh")))
    with pytest.raises(SchemaError, match="two of them overlap"):
        bg.incident_rates(on("2026-01-02"), wide, as_of=AS_OF)


def test_an_incident_that_ends_before_it_begins_is_refused_and_does_not_vanish(periods):
    turned = on("2026-01-02", ("2026-01-05", "2026-01-03"))
    for ask in (
        lambda: bg.incident_rates(turned, periods, as_of=AS_OF),
        lambda: bg.incident_periods(turned, periods),
        lambda: bg.link_reports(turned),
        lambda: bg.independent_observation(turned, bg.load_visits(), within_km=5, within_days=7, as_of=AS_OF),
    ):
        with pytest.raises(SchemaError, match="R1 end before they begin"):
            ask()


def test_no_date_is_refused(periods):
    with pytest.raises(UnitError, match="There is no date"):
        bg.incident_rates(on("2026-01-02"), periods, as_of=pd.NaT)


def test_a_wrong_parting_is_refused(periods):
    with pytest.raises(UnknownNameError, match="way to part incidents 'month'; known: period, sector, type"):
        bg.incident_rates(on("2026-01-02"), periods, as_of=AS_OF, by=("month",))
    with pytest.raises(UnknownNameError, match="without `period`"):
        bg.incident_rates(on("2026-01-02"), periods, as_of=AS_OF, by=("type",))
    with pytest.raises(SchemaError, match="need `sectors=`"):
        bg.incident_rates(on("2026-01-02"), periods, as_of=AS_OF, by=("period", "sector"))


def test_nothing_is_changed():
    incidents, periods = bg.load_incidents(), bg.load_periods()
    copies = incidents.copy(), periods.copy()
    bg.incident_rates(incidents, periods, as_of="2026-01-14", visits=bg.load_visits())
    bg.incident_periods(incidents, periods)
    pd.testing.assert_frame_equal(incidents, copies[0])
    pd.testing.assert_frame_equal(periods, copies[1])
