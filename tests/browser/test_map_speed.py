"""How the map draws many things and many days: what is seen is what the data say, and nothing is drawn twice."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point

import bordergis as bg
from bordergis.maps import situation_map
from bordergis.maps.style import AREAS
from bordergis.maps.timeline import day_number

pytestmark = pytest.mark.browser

MANY = 30_000
FEW = 400  # how many glyphs a crowd is drawn with at most, at a zoom at which it lies in a few pixels


@pytest.fixture
def tab(open_map, map_file):
    return open_map(map_file).ready()


def counts(tab, layer_id, day):
    script = "([id, day]) => { const c = bordergis.canvas; c.setDay(day); return c.counts(bordergis.layers.find((l) => l.id === id)); }"
    return tab.page.evaluate(script, [layer_id, None if day is None else day_number(day)])


def drawings(tab, script):
    """How often the glyph canvas stamps something while a script runs."""
    return tab.page.evaluate(
        """(script) => {
            const own = CanvasRenderingContext2D.prototype.drawImage;
            let n = 0;
            CanvasRenderingContext2D.prototype.drawImage = function (...parts) { n += 1; return own.apply(this, parts); };
            eval(script);
            CanvasRenderingContext2D.prototype.drawImage = own;
            return n;
        }""".replace("eval(script)", script),
        "",
    )


@pytest.mark.parametrize("day", ["2025-05-01", "2025-07-24", "2025-12-08", "2026-01-14"])
def test_counts_of_a_day_are_those_of_that_day(tab, situation, day):
    then = situation.as_of(day)
    assert counts(tab, "incidents", day)["n"] == len(then.incidents)
    assert counts(tab, "visits", day)["n"] == len(then.visits)
    status = then.access.table["status"].value_counts()
    assert counts(tab, "villages", day)["looks"]["inaccessible"] == status.get("inaccessible", 0)
    closed = (bg.load_checkpoints(day)["status"] == "closed").sum()
    assert counts(tab, "checkpoints", day)["looks"].get("closed", 0) == closed


def test_no_day_is_the_date_of_the_map(tab):
    for layer_id in ("incidents", "villages", "checkpoints", "zones_definite"):
        assert counts(tab, layer_id, None) == counts(tab, layer_id, "2026-01-14")


def test_a_day_of_one_painter_is_not_the_day_of_another(tab):
    found = tab.page.evaluate("""() => {
        const other = new bordergis.canvas.constructor(bordergis.map, bordergis.layers, bordergis.page.data.styles);
        other.setDay(20200);
        const layer = bordergis.layers.find((l) => l.id === 'incidents');
        const told = [other.counts(layer).n, bordergis.canvas.counts(layer).n];
        other.destroy();
        return told;
    }""")
    assert found[0] < found[1]


def test_a_disc_is_drawn_where_the_geodesic_says(open_map, tmp_path):
    centre, radius = Point(103.5, 14.0), 5_000.0
    day = pd.to_datetime(["2026-01-10"]).astype("datetime64[s]")
    known = {"incident_id": "a", "date_start": day, "date_end": day, "category": "armed_clash", "event_type": "Armed clash"}
    table = {**known, "reported_by": "a test", "position_class": "exact", "position_radius_m": 0.0}
    situation = bg.load("2026-01-14", incidents=gpd.GeoDataFrame(table, geometry=[centre], crs=4326))
    assert situation.zones["radius_m"].unique().tolist() == [radius]
    situation_map(situation).save(tmp_path / "disc.html")
    tab = open_map(tmp_path / "disc.html").ready()
    tab.view(103.5, 14.0, 12)
    tab.page.wait_for_timeout(50)
    tab.page.evaluate("for (const l of bordergis.layers) l.shown = l.id === 'zones_definite'; bordergis.canvas.paintNow()")
    with_zone = tab.picture()
    tab.page.evaluate("for (const l of bordergis.layers) l.shown = false; bordergis.canvas.paintNow()")
    frame = tab.frame()
    changed = (with_zone != tab.picture()).any(axis=0)[int(frame["y"]) :, : int(frame["x"] + frame["width"])]
    rows, columns = np.flatnonzero(changed.any(axis=1)) + int(frame["y"]), np.flatnonzero(changed.any(axis=0))
    west, south, east, north = situation.zones.total_bounds
    rim = AREAS["definite"]["width"] / 2  # half of it lies outside
    wanted = np.add([*tab.pixel(west, north), *tab.pixel(east, south)], [-rim, -rim, rim, rim])
    assert [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1] == pytest.approx(wanted, abs=2)


@pytest.fixture(scope="module")
def crowd_file(tmp_path_factory):
    """Thirty thousand landmines on a spot of a kilometre, and one shelling among them."""
    rng = np.random.default_rng(1)
    lon, lat = 103.5 + rng.uniform(-0.005, 0.005, MANY), 14.0 + rng.uniform(-0.005, 0.005, MANY)
    lon[0], lat[0] = 103.5, 14.0
    day = pd.Series(pd.Timestamp("2025-12-10")).repeat(MANY).astype("datetime64[s]").to_numpy()
    table = {
        "incident_id": [f"E{row}" for row in range(MANY)], "date_start": day, "date_end": day,
        "category": np.where(np.arange(MANY) == 0, "indirect_fire", "landmine"), "event_type": "Remote explosive/landmine/IED",
        "reported_by": "a test", "position_class": "place", "position_radius_m": 500.0,
    }  # fmt: skip
    crowd = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(lon, lat), crs=4326)
    none = bg.load("2026-01-14").zones.iloc[:0]
    path = tmp_path_factory.mktemp("crowd") / "map.html"
    situation_map(bg.load("2026-01-14", incidents=crowd, zones=none)).save(path)
    return path


def test_a_crowd_is_drawn_with_few_glyphs_and_found_whole(open_map, crowd_file):
    tab = open_map(crowd_file).ready()
    tab.view(103.5, 14.0, 10)
    tab.page.evaluate("for (const l of bordergis.layers) l.shown = l.id === 'incidents'")
    assert drawings(tab, "bordergis.canvas.paintNow()") < FEW
    under = tab.page.evaluate("bordergis.canvas.under(L.latLng(14, 103.5)).length")
    assert under == MANY


def test_the_list_of_a_large_layer_asks_each_row_for_its_look_a_few_times(open_map, crowd_file):
    tab = open_map(crowd_file).ready()
    rows, asked = tab.page.evaluate("""() => {
        const layer = bordergis.layers.find((l) => l.id === 'incidents');
        const { lookOf } = layer;
        let asked = 0;
        layer.lookOf = (row) => {
            asked += 1;
            return lookOf(row);
        };
        bordergis.page.details.list(layer);
        return [layer.rows, asked];
    }""")
    assert rows == MANY
    assert rows <= asked < 2 * rows * np.log2(rows)
    assert tab.page.locator("#bg-page-details li").count() < rows


def test_the_most_important_look_of_a_crowd_is_on_top(open_map, crowd_file):
    tab = open_map(crowd_file).ready()
    tab.view(103.5, 14.0, 9)
    tab.page.evaluate("for (const l of bordergis.layers) l.shown = l.id === 'incidents'; bordergis.canvas.paintNow()")
    with_fire = tab.picture()
    tab.page.evaluate("""() => {
        const layer = bordergis.layers.find((l) => l.id === 'incidents');
        layer.lookCodes.fill(layer.lookNames.indexOf('explosive'));
        bordergis.canvas.paintNow();
    }""")
    x, y = (round(part) for part in tab.pixel(103.5, 14.0))
    assert (with_fire != tab.picture())[:, y - 6 : y + 7, x - 6 : x + 7].any()


def test_a_drag_moves_the_canvas_and_draws_nothing(tab):
    script = "const m = bordergis.map; m.fire('movestart'); for (let n = 0; n < 10; n += 1) { m._rawPanBy(L.point(3, 2)); m.fire('move'); }"
    assert drawings(tab, script) == 0


def test_a_long_drag_leaves_no_part_of_the_map_empty(tab):
    tab.page.evaluate("""() => {
        const m = bordergis.map;
        const { shapes, glyphs } = bordergis.canvas;
        for (const sheet of [shapes, glyphs]) Object.defineProperty(sheet, 'took', { get: () => 0, set: () => {} });
        m.fire('movestart');
        for (let n = 0; n < 10; n += 1) { m._rawPanBy(L.point(40, 0)); m.fire('move'); }
    }""")
    tab.page.wait_for_timeout(50)
    covered = tab.page.evaluate("""() => {
        const seen = bordergis.map.getContainer().getBoundingClientRect();
        const boxes = bordergis.canvas.canvases().map((c) => c.getBoundingClientRect());
        return boxes.every((b) => b.left <= seen.left && b.right >= seen.right);
    }""")
    assert covered


def test_a_step_that_changes_nothing_draws_no_shape_anew(tab):
    waiting = """() => {
        const c = bordergis.canvas;
        c.setDay(20280);
        c.canvases();
        c.setDay(20281);
        return c.shapes._frame;
    }"""
    assert tab.page.evaluate(waiting) == 0


def test_what_is_kept_between_drawings_changes_nothing(tab):
    told = tab.page.evaluate("""() => {
        const { map, canvas, layers, page } = bordergis;
        for (const layer of layers) layer.shown = true;
        canvas.showBaseNames(false); // they stay where they stood, on purpose
        const alike = [];
        for (const [day, zoom] of [[20300, 9], [20430, 9], [20430, 11.5], [20300, 8], [null, 8]]) {
            map.setView([14.35, 103.5], zoom, { animate: false });
            canvas.setDay(day);
            canvas.paintNow();
            const other = new canvas.constructor(map, layers, page.data.styles);
            other.setDay(day);
            other.paintNow();
            const [mine, theirs] = [canvas, other].map((painter) => painter.canvases().map((sheet) => sheet.toDataURL()));
            alike.push(mine.join() === theirs.join() && mine[0] !== mine[1]);
            other.destroy();
        }
        return alike;
    }""")
    assert told == [True] * 5


@pytest.mark.parametrize("n", [9_000, 12_000])
def test_each_cell_of_the_map_gets_one_spot(tab, n):
    told = tab.page.evaluate(
        """(n) => {
            const { canvas, layers } = bordergis;
            const layer = layers.find((l) => l.id === 'incidents');
            const at = { x: new Float64Array(n), y: new Float64Array(n), look: new Uint8Array(n), index: new Int32Array(n), n };
            const codes = canvas.spots.drawOrder(layer);
            for (let s = 0; s < n; s += 1) {
                at.x[s] = 100 * (s % 3) + 0.5;
                at.y[s] = 0.5;
                at.look[s] = codes[s % 2];
            }
            return canvas.spots.chooseSpots(layer, at, canvas.glyphs._bounds).map(({ chosen }) => Array.from(chosen));
        }""",
        n,
    )
    each_look = [[0, 4, 2], [3, 1, 5]]  # the first of either look in each of the three cells
    best_look = [[], [1, 3, 5]]  # of each cell one, of the more important look
    assert [sorted(spots) for spots in told[:2]] == [sorted(spots) for spots in (each_look if n < 10_000 else best_look)]
    assert not any(told[2:])


def test_a_block_that_is_broken_is_told(chromium, map_file, tmp_path):
    text = map_file.read_text(encoding="utf-8")
    start = text.index('id="bg-data">') + len('id="bg-data">')
    (tmp_path / "broken.html").write_text(text[:start] + "AAAA" + text[start + 40 :], encoding="utf-8")
    page = chromium.new_page()
    page.goto((tmp_path / "broken.html").as_uri())
    page.wait_for_selector("#bg-failed:not([hidden])")
    assert "could not be drawn" in page.inner_text("#bg-failed")
    page.close()
