"""The base map on the screen: no seam, an end that looks like neither land nor water, and names that keep out of the data's way."""

import numpy as np
import pytest
import shapely

from bordergis.maps.basemap import background
from bordergis.maps.labels import name_cells
from bordergis.maps.style import BASE, LAND_COLOURS, TOKENS

pytestmark = pytest.mark.browser

HIDE = "(panes) => panes.forEach((name) => { bordergis.map.getPane(name).style.display = 'none'; })"
STOOD = """() => {
  const { names } = bordergis.page.painter.points;
  bordergis.page.painter.paintNow();
  return [...names.stood].map(([number, { lng, lat }]) => [number, lng, lat]);
}"""


def rgb(colour):
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])


def names_drawn(tab):
    """Codes of the provinces named, and where the middle of each name stands."""
    provinces = name_cells().provinces
    return {provinces[number - 1][0]: (lon, lat) for number, lon, lat in tab.page.evaluate(STOOD)}


def province_at(lon, lat):
    cells, transform, provinces = name_cells()
    column, row = ~transform @ (lon, lat)
    number = cells[int(row), int(column)]
    return provinces[number - 1][0] if number else None


def test_no_seam_where_the_parts_once_ended(open_map, map_file):
    """Relief, water and rivers ended at 100.4 E, land cover at 99.5 E: no column of the picture there differs more than others do."""
    tab = open_map(map_file)
    tab.view(100.6, 14.2, 8)
    tab.page.evaluate(HIDE, ["bg-shapes", "bg-glyphs"])
    tab.page.wait_for_timeout(300)
    shot = tab.picture().mean(axis=0)[200:560]
    steps = np.abs(np.diff(shot, axis=1)).mean(axis=0)
    usual = np.quantile(steps[80:880], 0.99)
    for lon in (99.5, 100.4):
        column = round(tab.pixel(lon, 14.2)[0])
        assert steps[column - 3 : column + 3].max() <= usual


@pytest.mark.parametrize(("lon", "lat"), [(97.0, 13.0), (110.5, 13.0), (104.0, 17.8), (104.0, 8.2)])
def test_beyond_the_base_map_nothing_looks_like_land_or_water(open_map, map_file, lon, lat):
    tab = open_map(map_file)
    tab.view(lon, lat, 7)
    tab.page.wait_for_timeout(200)
    x, y = map(round, tab.pixel(lon, lat))
    patch = tab.picture()[:, y - 12 : y + 12, x - 12 : x + 12].reshape(3, -1).T
    off = lambda colour: np.abs(patch - colour).sum(axis=1)  # noqa: E731
    assert (off(rgb(BASE["beyond"])) <= 6).mean() > 0.3
    for other in (*map(np.array, LAND_COLOURS.values()), rgb(BASE["water"]), rgb(TOKENS["sea"]), rgb(TOKENS["paper"])):
        assert (off(other) <= 6).mean() < 0.02


def test_the_base_map_reaches_to_its_edge_and_no_farther(open_map, map_file):
    tab = open_map(map_file)
    tab.view(98.0, 12.0, 9)
    tab.page.evaluate(HIDE, ["bg-shapes", "bg-glyphs"])
    tab.page.wait_for_timeout(200)
    shot = tab.picture()
    x, y = map(round, tab.pixel(98.0, 12.0))
    west, east = shot[:, y + 40 : y + 80, x - 30 : x - 3], shot[:, y + 40 : y + 80, x + 3 : x + 30]
    tone = rgb(BASE["beyond"])[:, None, None]
    assert (np.abs(west - tone).sum(axis=0) <= 6).mean() > 0.3
    assert (np.abs(east - tone).sum(axis=0) <= 6).mean() < 0.02


@pytest.mark.parametrize(("lon", "lat", "zoom"), [(105.46, 12.0, 9), (106.0, 12.5, 9), (106.0, 12.5, 11), (105.8, 15.1, 7)])
def test_the_mekong_is_drawn_where_it_is_to_two_pixels(open_map, map_file, lon, lat, zoom):
    tab = open_map(map_file)
    tab.view(lon, lat, zoom)
    tab.page.evaluate(HIDE, ["bg-shapes", "bg-glyphs", "bg-land", "bg-relief"])
    tab.page.wait_for_timeout(200)
    shot = tab.picture()
    wet = shapely.union_all([*background("water").geometry, *background("river").geometry])
    nearest = shapely.get_coordinates(shapely.shortest_line(wet, shapely.Point(lon, lat)))[0]
    x, y = map(round, tab.pixel(*nearest))
    patch = shot[:, y - 2 : y + 3, x - 2 : x + 3].reshape(3, -1).T
    near = [np.abs(patch - rgb(BASE[kind])).sum(axis=1).min() for kind in ("water", "river")]
    assert min(near) <= 30


@pytest.mark.parametrize(
    ("view", "named"),
    [
        ((103.64, 13.09, 7.5), {"KH15", "KH13"}),
        ((103.5, 14.3, 9), {"KH22", "TH32"}),
        ((103.5, 14.2, 11), {"KH22"}),
        ((104.2, 14.2, 10), {"KH22"}),
    ],
)
def test_a_province_is_named_inside_itself_wherever_it_is_seen(open_map, map_file, view, named):
    tab = open_map(map_file)
    tab.view(*view)
    tab.page.wait_for_timeout(200)
    drawn = names_drawn(tab)
    assert named <= set(drawn)
    assert {code: province_at(*at) for code, at in drawn.items()} == {code: code for code in drawn}


def test_names_stay_where_they_are_while_days_pass(open_map, map_file):
    tab = open_map(map_file)
    tab.view(103.2, 14.2, 9)
    tab.page.wait_for_timeout(200)
    before = names_drawn(tab)
    tab.page.evaluate("bordergis.page.state.set({ day: bordergis.days.first })")
    tab.page.wait_for_timeout(200)
    after = names_drawn(tab)
    moved = {code for code in set(before) & set(after) if np.abs(np.subtract(after[code], before[code])).max() > 0.003}
    assert len(moved) <= 1  # from where a mark of that day stands; a pixel is 0.0027 degrees
    assert len((set(before) & set(after)) - moved) >= 4


def test_no_name_of_the_base_map_stands_over_a_mark_or_a_control(open_map, map_file):
    """Each box that a name takes is asked for before it is written: none of those written overlaps one taken before."""
    tab = open_map(map_file)
    tab.view(103.64, 13.09, 7.5)
    tab.page.wait_for_timeout(200)
    marks = tab.page.evaluate(
        """() => {
          const { map, page } = bordergis;
          const spots = page.layers.filter((layer) => layer.kind === 'point' && layer.shown).flatMap((layer) =>
            Array.from(layer.of, (row, i) => [row, layer.lonlat[2 * i], layer.lonlat[2 * i + 1]])
              .filter(([row]) => page.painter.lookAt(layer, row) !== null)
              .map(([, lon, lat]) => map.latLngToContainerPoint([lat, lon])));
          const names = [...page.painter.points.names.stood.values()].map((spot) => map.latLngToContainerPoint(spot));
          const search = document.getElementById('bg-search').getBoundingClientRect();
          const frame = map.getContainer().getBoundingClientRect();
          return { spots, names, under: names.filter(({ x, y }) => x + frame.x < search.right && y + frame.y - 7 < search.bottom).length };
        }"""
    )
    spots = np.array([[spot["x"], spot["y"]] for spot in marks["spots"]])
    assert len(marks["names"]) > 10
    assert marks["under"] == 0
    for name in marks["names"]:
        across, down = np.abs(spots - [name["x"], name["y"]]).T
        assert not ((across < 10) & (down < 7)).any()


def test_names_follow_the_language_and_leave_with_the_base_map(open_map, map_file):
    tab = open_map(map_file)
    tab.view(103.5, 14.3, 9)
    written = "(() => { const seen = []; const old = CanvasRenderingContext2D.prototype.fillText; CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { seen.push(text); return old.call(this, text, ...rest); }; bordergis.page.rewrite(); bordergis.page.painter.paintNow(); CanvasRenderingContext2D.prototype.fillText = old; return seen; })()"  # noqa: E501
    tab.page.evaluate("document.fonts.ready")
    assert "Oddar Meanchey" in tab.page.evaluate(written)
    tab.page.evaluate("bordergis.page.state.set({ language: 'km' })")
    assert "ឧត្តរមានជ័យ" in tab.page.evaluate(written)
    tab.page.evaluate("bordergis.page.state.set({ language: 'th' })")
    assert "สุรินทร์" in tab.page.evaluate(written)
    tab.page.evaluate("bordergis.page.showLand(false)")
    assert "สุรินทร์" not in tab.page.evaluate(written)
    assert not tab.said
