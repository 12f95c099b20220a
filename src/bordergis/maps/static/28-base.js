/* The base map: land cover, water, provinces and relief under everything, their names in the gaps that the data leave, and where it ends. */

const BASE_DEGREE = 1000; // steps of the packed shapes in a degree
const BEYOND_HATCH_PX = 9;
const BEYOND_GAP_PX = 12; // of the words from the edge
const NAME_ZOOM = 6.5; // from here on provinces are named
const NAME_STEP_PX = 16; // of the places tried for a name
const NAME_HIGH_PX = 15;
const NAME_TRIES = 80;
const NAME_MARGIN_PX = 6; // from the edge of the map
/** @type {Record<string, string>} */
const NAME_FONT = { water: 'italic 12px', province: '500 11.5px', beyond: '12px' };

/**
 * The base map as one Leaflet layer.
 * @param {L.Map} map
 * @param {Island} data
 */
function addLand(map, { land, base, styles }) {
  const renderer = L.canvas({ pane: 'bg-water', padding: 0.1 });
  const still = { renderer, interactive: false };
  const picture = (/** @type {Raster} */ one, /** @type {string} */ pane) => L.imageOverlay(one.src, box(one.bounds), { pane, interactive: false, alt: '' });
  const beyond = new Beyond(map, base.relief.bounds, styles);
  return L.layerGroup([
    picture(land, 'bg-land'),
    L.polygon(baseLines(base.water), { ...still, stroke: false, fillColor: styles.base.water, fillOpacity: 1 }),
    L.polyline(baseLines(base.river), { ...still, color: styles.base.river, weight: 1.2 }),
    L.polyline(baseLines(base.province), { ...still, color: styles.base.province, weight: 1, dashArray: '1 4' }),
    picture(base.relief, 'bg-relief'),
    new MapCanvas('bg-relief', (c, bounds) => beyond.paint(c, bounds)),
  ]).addTo(map);
}

/** Lines and rings, latitude first. @param {PackedLines} packed @returns {L.LatLngTuple[][]} */
function baseLines({ lon, lat, runs }) {
  const [x, y] = [unpackSums(lon), unpackSums(lat)];
  let from = 0;
  return Array.from(unpackIntegers(runs), (n) => {
    from += n;
    return Array.from({ length: n }, (_, i) => /** @type {L.LatLngTuple} */ ([y[from - n + i] / BASE_DEGREE, x[from - n + i] / BASE_DEGREE]));
  });
}

/** What lies beyond the base map: neither land nor water. */
class Beyond {
  /** @param {L.Map} map @param {number[]} edge south, west, north, east @param {Styles} styles */
  constructor(map, edge, styles) {
    this.map = map;
    this.edge = edge;
    this.styles = styles;
  }

  /** @param {Canvas2D} c @param {PixelBox} bounds */
  paint(c, bounds) {
    const [west, north, east, south] = edgeBox(this.map, this.edge);
    const { min, max } = /** @type {{min: XY, max: XY}} */ (bounds);
    if (west <= min.x && north <= min.y && east >= max.x && south >= max.y) return;
    const { base } = this.styles;
    c.save();
    const outside = new Path2D();
    outside.rect(min.x, min.y, max.x - min.x, max.y - min.y);
    outside.rect(west, north, east - west, south - north);
    c.clip(outside, 'evenodd');
    c.fillStyle = base.beyond;
    c.fillRect(min.x, min.y, max.x - min.x, max.y - min.y);
    c.strokeStyle = base['beyond-hatch'];
    c.lineWidth = 1;
    c.beginPath();
    const high = max.y - min.y;
    for (let x = Math.floor((min.x - high) / BEYOND_HATCH_PX) * BEYOND_HATCH_PX; x < max.x; x += BEYOND_HATCH_PX) {
      c.moveTo(x, max.y);
      c.lineTo(x + high, min.y);
    }
    c.stroke();
    c.restore();
    c.strokeStyle = base.province;
    c.strokeRect(west, north, east - west, south - north);
  }
}

/** Where the base map ends, in layer pixels. @param {L.Map} map @param {number[]} edge south, west, north, east @returns {Box} */
function edgeBox(map, [south, west, north, east]) {
  const [{ x: left, y: top }, { x: right, y: foot }] = [map.latLngToLayerPoint([north, west]), map.latLngToLayerPoint([south, east])];
  return [left, top, right, foot];
}

/** The part of a map that is seen, in layer pixels. @param {L.Map} map */
function seenBox(map) {
  const min = map.containerPointToLayerPoint([0, 0]);
  return { min, max: min.add(map.getSize()) };
}

/** Names of the base map: each inside what it names, only in gaps, so that they never stand over the data. */
class BaseNames {
  /** @param {L.Map} map @param {Island} data */
  constructor(map, { base, styles }) {
    this.map = map;
    this.styles = styles;
    this.labels = base.labels;
    this.cells = unpackIntegers(base.labels.cells);
    this.edge = base.relief.bounds;
    this.shown = true;
    this.family = '';
    /** @type {Map<number, L.LatLng>} */
    this.stood = new Map(); // where each name stood last, so that none moves over the ground without need
    this.stoodAt = NaN;
  }

  /** @param {Canvas2D} c @param {Occupied[]} taken */
  paint(c, taken) {
    if (!this.shown) return;
    const seen = seenBox(this.map);
    const zoom = this.map.getZoom();
    if (zoom !== this.stoodAt) this.stood.clear();
    this.stoodAt = zoom;
    this.family = getComputedStyle(this.map.getContainer()).fontFamily;
    for (const { left, top, right, bottom } of this.controls()) taken[0].take(left, top, right, bottom);
    c.save();
    for (const { name, at, zoom: [from, to] } of this.labels.waters) {
      if (zoom < from || zoom >= to) continue;
      const tried = at.map(([lon, lat]) => this.map.latLngToLayerPoint([lat, lon]));
      this.write(c, inLanguage(name), 'water', { seen, taken, find: (fits) => tried.find((spot) => fits(spot)) });
    }
    if (zoom >= NAME_ZOOM) {
      for (const [number, spots] of this.provincesSeen(seen)) this.writeProvince(c, number, spots, { seen, taken });
    }
    this.tellEdge(c, seen);
    c.restore();
  }

  /** @param {string} look @returns {TextStyle} */
  styleOf(look) {
    const { base } = this.styles;
    return { font: `${NAME_FONT[look]} ${this.family}`, ink: base[`${look}-name`], halo: base['name-halo'], halo_px: 3 };
  }

  /** Say along each edge that there is no base map beyond, in the middle of what is seen of it. @param {Canvas2D} c @param {{min: XY, max: XY}} seen */
  tellEdge(c, { min, max }) {
    const [west, north, east, south] = edgeBox(this.map, this.edge);
    const x = (Math.max(west, min.x) + Math.min(east, max.x)) / 2;
    const y = (Math.max(north, min.y) + Math.min(south, max.y)) / 2;
    const written = writtenText(say('ui.beyond'), this.styleOf('beyond'));
    for (const [at, over, turn] of [[x, north - BEYOND_GAP_PX, 0], [x, south + BEYOND_GAP_PX, 0], [west - BEYOND_GAP_PX, y, -1], [east + BEYOND_GAP_PX, y, 1]]) {
      c.save();
      c.translate(at, over);
      c.rotate((turn * Math.PI) / 2);
      stampText(c, written, -written.wide / 2, 0);
      c.restore();
    }
  }

  /** What lies over the map, in layer pixels. */
  controls() {
    const element = this.map.getContainer();
    const at = element.getBoundingClientRect();
    const { x, y } = this.map.containerPointToLayerPoint([-at.x, -at.y]);
    const over = [...document.querySelectorAll('#bg-search, #bg-tools'), ...element.querySelectorAll('.leaflet-control')];
    return over.map((one) => one.getBoundingClientRect()).map(({ left, top, right, bottom }) => ({ left: left + x, top: top + y, right: right + x, bottom: bottom + y }));
  }

  /** Places inside each province that is seen, most seen first. @param {{min: XY, max: XY}} seen */
  provincesSeen({ min, max }) {
    /** @type {Map<number, XY[]>} */
    const found = new Map();
    for (let y = min.y + NAME_STEP_PX; y < max.y; y += NAME_STEP_PX) {
      for (let x = min.x + NAME_STEP_PX; x < max.x; x += NAME_STEP_PX) {
        const number = this.provinceAt({ x, y });
        if (!number) continue;
        const spots = found.get(number);
        if (spots) spots.push({ x, y });
        else found.set(number, [{ x, y }]);
      }
    }
    return [...found].sort((a, b) => b[1].length - a[1].length);
  }

  /** The number of the province, 0 where there is none or the border is near. @param {XY} at in layer pixels */
  provinceAt({ x, y }) {
    const { lat, lng } = this.map.layerPointToLatLng([x, y]);
    const { wide, west, north, cell } = this.labels;
    const [column, row] = [Math.floor((lng - west) / cell), Math.floor((north - lat) / cell)];
    return column >= 0 && column < wide && row >= 0 ? this.cells[row * wide + column] || 0 : 0;
  }

  /**
   * A province's name, where it was, or as near as can be to the middle of what is seen of the province.
   * @param {Canvas2D} c
   * @param {number} number
   * @param {XY[]} spots
   * @param {{seen: {min: XY, max: XY}, taken: Occupied[]}} room
   */
  writeProvince(c, number, spots, room) {
    const middle = { x: mean(spots.map(({ x }) => x)), y: mean(spots.map(({ y }) => y)) };
    const off = (/** @type {XY} */ { x, y }) => Math.abs(x - middle.x) + 2 * Math.abs(y - middle.y);
    const tried = spots.sort((a, b) => off(a) - off(b)).slice(0, NAME_TRIES);
    const before = this.stood.get(number);
    if (before) tried.unshift(this.map.latLngToLayerPoint(before));
    const inside = (/** @type {XY} */ { x, y }, /** @type {number} */ half) => [-1, -0.5, 0, 0.5, 1].every((part) => this.provinceAt({ x: x + part * half, y }) === number);
    const spot = this.write(c, inLanguage(this.labels.provinces[number - 1]), 'province', {
      ...room, find: (fits, half) => tried.find((one) => inside(one, half) && fits(one)),
    });
    if (spot) this.stood.set(number, this.map.layerPointToLatLng([spot.x, spot.y]));
    else this.stood.delete(number);
  }

  /**
   * @param {Canvas2D} c
   * @param {string} text
   * @param {string} look
   * @param {{seen: {min: XY, max: XY}, taken: Occupied[], find: (fits: (spot: XY) => boolean, half: number) => XY|undefined}} where
   */
  write(c, text, look, { seen: { min, max }, taken, find }) {
    const style = this.styleOf(look);
    const half = textWidth(text, style.font) / 2;
    const [aside, over] = [half + 3, NAME_HIGH_PX / 2];
    const spot = find(({ x, y }) => (
      x - aside > min.x + NAME_MARGIN_PX && x + aside < max.x - NAME_MARGIN_PX && y - over > min.y + NAME_MARGIN_PX && y + over < max.y - NAME_MARGIN_PX
      && taken.every((one) => one.isFree(x - aside, y - over, x + aside, y + over))
    ), half);
    if (!spot) return undefined;
    taken[0].take(spot.x - aside, spot.y - over, spot.x + aside, spot.y + over);
    stampText(c, writtenText(text, style), spot.x - half, spot.y);
    return spot;
  }
}

/** @param {number[]} numbers */
function mean(numbers) {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}
