/* Two canvases on the map: shapes below, glyphs and labels above. Nothing here is a Leaflet layer of its own, so 100,000 points stay cheap. */

/** @type {any} */
const Renderer = L.Renderer.prototype; // its inner steps have no types

/**
 * A canvas that Leaflet moves and scales with the map, and that calls back to be drawn.
 * @type {any}
 */
const MapCanvas = L.Renderer.extend({
  options: { padding: 0.2 },

  initialize(paint, options) {
    Renderer.initialize.call(this, options);
    this._paint = paint;
    this._waits = true; // nothing is drawn before the first frame, however often the page moves the map until then
    this._frame = 0;
    this.took = 0;
  },

  getEvents() {
    return { ...Renderer.getEvents.call(this), move: this._onDrag };
  },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  /** While the map is dragged the canvas moves with it; only where it no longer reaches, and drawing is quick, it is drawn anew. */
  _onDrag() {
    if (this._map._animatingZoom || !this._bounds || this.took > QUICK_MS) return;
    const seen = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    if (!this._bounds.contains(L.bounds(corner, corner.add(seen)))) this._update();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    if (this._waits) {
      Renderer._update.call(this); // where it is, which a zoom before the first frame asks for
      this.repaint();
      return;
    }
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    const began = performance.now();
    Renderer._update.call(this);
    const canvas = this._container;
    const size = this._bounds.getSize();
    const dense = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(size.x * dense), Math.round(size.y * dense)];
    const c = canvas.getContext('2d');
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    } else {
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, wide, high);
    }
    L.DomUtil.setPosition(canvas, this._bounds.min);
    c.setTransform(dense, 0, 0, dense, -this._bounds.min.x * dense, -this._bounds.min.y * dense);
    this._paint(c, this._bounds);
    this.took = performance.now() - began;
  },

  /** Leaflet would shift the fresh drawing by part of a pixel, which blurs it. */
  _reset() {
    this._update();
  },

  /** Draw anew with the next frame, once. */
  repaint() {
    this._frame = this._frame || requestAnimationFrame(() => this.paintNow());
  },

  paintNow() {
    this._waits = false;
    this._frame = 0;
    if (this._map) this._update();
  },

  /** The canvas as it should look now. */
  painted() {
    if (this._frame) this.paintNow();
    return this._container;
  },
});

const QUICK_MS = 25;
const HIT_PX = 9;
const STEP_PX = 0.7; // a corner nearer to the last one than this is not seen
const CELLS_PX = [[50000, 14], [10000, 10], [3000, 6], [0, 2]]; // of glyphs of one look that fall into one cell, one is drawn; the more in sight, the wider the cells
const CROWD = 10000; // from so many in sight on, a cell holds one glyph, of its most important look
const RING_CELL_PX = 8;
const LEAST_RING_PX = 7; // a smaller circle lies under its glyph
const LEAST_DISC_PX = 10; // a smaller definite disc would be hidden by the glyph on its centre: it is drawn with this radius
const OVERVIEW_ZOOM = 8.5; // below it, villages are drawn smaller so that they do not hide the rest
const OVERVIEW_SIZE = 0.68;
const RAISED = ['inaccessible']; // drawn over everything: what the map is asked for first
const FAN_ZOOM = 11; // from here on, events on the very same spot stand in a row, so that none hides another
const FAN_PX = 10;
const FAN_MOST = 4;
const FANNED = ['incidents', 'visits']; // everything else stays on its spot
const LABEL_ZOOM = { checkpoints: 8, places: 9, heritage: 9, visits: 99, incidents: 99, villages: 11, chainage: 8, facilities: 12 };
const LABELS_MOST = 400;
const LABEL_CELL_PX = 4;

/** The drawing of all layers: what is where, in layer pixels of the current zoom. */
class Painter {
  /**
   * @param {any} map
   * @param {any[]} layers unpacked, bottom first
   * @param {any} styles
   */
  constructor(map, layers, styles) {
    this.map = map;
    this.layers = layers;
    this.styles = styles;
    /** @type {{layer: any, row: number}|null} */
    this.chosen = null;
    this.view = new DayView(null);
    this.stamps = new Map();
    this.aside = new Map();
    this.near = new Map();
    this.sheet = sharpCanvas(0, 0);
    this.shapes = new MapCanvas((c, bounds) => this.paintShapes(c, bounds), { pane: 'bg-shapes' }).addTo(map);
    this.glyphs = new MapCanvas((c, bounds) => this.paintGlyphs(c, bounds), { pane: 'bg-glyphs' }).addTo(map);
  }

  get day() {
    return this.view.day;
  }

  /** Show a day; null is the situation's date. @param {number|null} day */
  setDay(day) {
    if (day === this.view.day) return;
    const before = this.view;
    this.view = new DayView(day);
    const turned = (/** @type {Layer} */ layer) => layer.shown && this.isSeen(layer) && !this.view.isLike(before, layer);
    const points = (/** @type {Layer} */ layer) => layer.kind === 'point';
    if (this.layers.some((layer) => !points(layer) && turned(layer))) this.shapes.repaint();
    if (this.layers.some((layer) => points(layer) && ((layer.shown && layer.since) || turned(layer)))) this.glyphs.repaint();
  }

  /** Whether anything of a layer is large enough to be drawn. @param {Layer} layer */
  isSeen(layer) {
    return layer.kind !== 'ring' || widestRing(layer) * this.frame().scale >= LEAST_RING_PX;
  }

  repaint() {
    this.shapes.repaint();
    this.glyphs.repaint();
  }

  paintNow() {
    this.shapes.paintNow();
    this.glyphs.paintNow();
  }

  /** The canvases, bottom first, painted. */
  canvases() {
    return [this.shapes.painted(), this.glyphs.painted()];
  }

  destroy() {
    this.shapes.remove();
    this.glyphs.remove();
  }

  /** @param {any} layer */
  counts(layer) {
    return this.view.counts(layer);
  }

  /** @param {any} layer @param {number} row @returns {string|null} the look on the day shown, or null where not in force */
  lookAt(layer, row) {
    return this.view.has(layer, row) ? layer.lookNames[this.view.of(layer).looks[row]] : null;
  }

  /** @param {any} layer @param {number} row @returns {[number|null, number|null, string][]} first day, last day, look */
  spans(layer, row) {
    if (!layer.changes) {
      const from = layer.start && layer.start[row] !== OPEN_START ? layer.start[row] : null;
      return [[from, layer.end && layer.end[row] !== OPEN_END ? layer.end[row] : null, layer.lookOf(row)]];
    }
    /** @type {[number|null, number|null, string][]} */
    const spans = [[null, null, layer.lookNames[layer.changes.first]]];
    layer.changes.row.forEach((of, i) => {
      if (of !== row) return;
      spans[spans.length - 1][1] = layer.changes.start[i] - 1;
      spans.push([layer.changes.start[i], null, layer.lookNames[layer.changes.look[i]]]);
    });
    return spans;
  }

  /** From world pixels at zoom 0 to layer pixels now. */
  frame() {
    const origin = this.map.getPixelOrigin();
    return { scale: 2 ** this.map.getZoom(), x: origin.x, y: origin.y };
  }

  /** A box of layer pixels in world pixels at zoom 0, wider by some pixels. */
  worldBox({ min, max }, margin = 0) {
    const { scale, x, y } = this.frame();
    return [(min.x - margin + x) / scale, (min.y - margin + y) / scale, (max.x + margin + x) / scale, (max.y + margin + y) / scale];
  }

  /**
   * Add a run of positions to a path, without corners too near to be seen, and a line only where it is near the canvas.
   * @param {Path2D} path
   * @param {any} layer
   * @param {{from: number, to: number}} run
   * @param {number[]|null} within world box outside which a line need not be drawn
   */
  addRun(path, layer, { from, to }, within) {
    const { scale, x, y } = this.frame();
    const { world } = layer;
    const step = STEP_PX / scale;
    let [lx, ly] = [NaN, NaN];
    let pen = false;
    for (let i = from; i < to; i += 1) {
      const wx = world[2 * i];
      const wy = world[2 * i + 1];
      if (i > from && i < to - 1 && Math.abs(wx - lx) < step && Math.abs(wy - ly) < step) continue;
      const seen = !within || i === from || !(Math.max(wx, lx) < within[0] || Math.min(wx, lx) > within[2] || Math.max(wy, ly) < within[1] || Math.min(wy, ly) > within[3]);
      if (!seen) {
        pen = false;
      } else {
        if (!pen && i > from) path.moveTo(lx * scale - x, ly * scale - y);
        if (i > from) path.lineTo(wx * scale - x, wy * scale - y);
        else path.moveTo(wx * scale - x, wy * scale - y);
        pen = true;
      }
      [lx, ly] = [wx, wy];
    }
    if (layer.kind === 'area') path.closePath();
  }

  /** @param {Path2D} path */
  addDisc(path, { x: wx, y: wy, rx, ry }, least = 0, inset = 0) {
    const { scale, x, y } = this.frame();
    const wide = Math.max(least, rx * scale - inset);
    path.moveTo(wx * scale - x + wide, wy * scale - y);
    path.ellipse(wx * scale - x, wy * scale - y, wide, Math.max(least, ry * scale - inset), 0, 0, 2 * Math.PI);
  }

  /** The path of a layer, or of one of its rows, as far as it is near the canvas. */
  pathOf(layer, within, /** @type {number|null} */ only = null, inset = 0) {
    const path = new Path2D();
    const near = layer.kind === 'line' ? within : null;
    for (const run of runsOf(layer)) {
      if ((only === null || run.row === only) && this.view.has(layer, run.row) && boxesMeet(run.box, within)) this.addRun(path, layer, run, near);
    }
    if (layer.discs) {
      const least = layer.lookNames[0] === 'definite' ? LEAST_DISC_PX : 0;
      for (const disc of discsOf(layer)) {
        if ((only === null || disc.row === only) && this.view.hasDisc(layer, disc.i) && boxesMeet(disc.box, within)) this.addDisc(path, disc, least, inset);
      }
    }
    return path;
  }

  /** Circles of precision: not those under their glyph, and one of those that fall together. */
  ringsOf(layer, within) {
    const { scale } = this.frame();
    const path = new Path2D();
    const drawn = new Set();
    const cell = RING_CELL_PX / scale;
    const sizes = ringSizes(layer);
    const reach = widestRing(layer);
    if (!this.isSeen(layer)) return path;
    const { inForce } = this.view.of(layer);
    pointIndex(layer).search([within[0] - reach, within[1] - reach, within[2] + reach, within[3] + reach], (i) => {
      const row = layer.of[i];
      if (sizes[i] * scale < LEAST_RING_PX || (inForce && !inForce[row])) return;
      const [x, y] = [layer.world[2 * i], layer.world[2 * i + 1]];
      const [column, line] = [Math.floor((x - within[0] + reach) / cell), Math.floor((y - within[1] + reach) / cell)];
      const key = (column * 2 ** 20 + line) * 2 ** 12 + (Math.round(sizes[i] / cell) % 2 ** 12);
      if (drawn.has(key)) return;
      drawn.add(key);
      this.addDisc(path, { x, y, ...discSize(layer.lonlat[2 * i + 1], layer.radii[row]) });
    });
    return path;
  }

  /** @param {CanvasRenderingContext2D} c @param {any} bounds */
  paintShapes(c, bounds) {
    const within = this.worldBox(bounds, 8);
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind === 'point') continue;
      const style = (layer.kind === 'line' ? this.styles.lines : this.styles.areas)[layer.lookNames[0]];
      if (!style) continue;
      const path = layer.kind === 'ring' ? this.ringsOf(layer, within) : this.pathOf(layer, within);
      if (layer.discs) this.paintUnion(c, path, this.pathOf(layer, within, null, style.width / 2), { style, bounds });
      else drawPath(c, path, style, layer.kind !== 'line');
      if (this.chosen && this.chosen.layer === layer && layer.kind !== 'ring') this.paintChosenShape(c, this.chosen, within);
    }
  }

  /** Fill overlapping discs as one area, and draw the rim of their union: the outer half of rims half a width further in, on a sheet of its own. */
  paintUnion(c, path, rims, { style, bounds }) {
    fillPath(c, path, style);
    const size = bounds.getSize();
    const { canvas, c: sheet } = this.emptySheet(size);
    sheet.save();
    sheet.translate(-bounds.min.x, -bounds.min.y);
    strokePath(sheet, rims, style, 2 * style.width);
    sheet.globalCompositeOperation = 'destination-out';
    sheet.fill(rims, 'nonzero');
    sheet.restore();
    c.drawImage(canvas, bounds.min.x, bounds.min.y, size.x, size.y);
  }

  /** The sheet that rims are drawn on first, empty; a new one only where the size has changed. @param {{x: number, y: number}} size */
  emptySheet(size) {
    const dense = window.devicePixelRatio || 1;
    const { canvas, c } = this.sheet;
    if (canvas.width === Math.round(size.x * dense) && canvas.height === Math.round(size.y * dense)) c.clearRect(0, 0, size.x, size.y);
    else this.sheet = sharpCanvas(size.x, size.y);
    return this.sheet;
  }

  /** @param {CanvasRenderingContext2D} c @param {{layer: any, row: number}} chosen @param {number[]} within */
  paintChosenShape(c, { layer, row }, within) {
    strokePath(c, this.pathOf(layer, within, row), { stroke: this.styles.tokens.focus, dash: [] }, 3.5);
  }

  /** @param {CanvasRenderingContext2D} c @param {any} bounds */
  paintGlyphs(c, bounds) {
    const zoom = this.map.getZoom();
    const taken = new Occupied(bounds, LABEL_CELL_PX);
    const labels = [];
    const raised = [];
    this.aside = zoom < FAN_ZOOM ? new Map() : this.fan(bounds);
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind !== 'point') continue;
      const spots = this.spotsOf(layer, bounds);
      const size = layer.id === 'villages' && zoom < OVERVIEW_ZOOM ? OVERVIEW_SIZE : 1;
      const names = layer.lookNames;
      for (const { code, chosen, fresh } of this.chooseSpots(layer, spots, bounds)) {
        const stamp = this.stamp(layer, names[code], size);
        const put = () => {
          this.stampAll(c, { layer, stamp, spots, chosen, taken });
          if (fresh.length) this.paintFresh(c, spots, fresh, stamp);
        };
        if (RAISED.includes(names[code])) raised.push(put);
        else put();
      }
      if (zoom >= (LABEL_ZOOM[layer.id] ?? 10)) this.listLabels(layer, spots, labels);
    }
    raised.forEach((put) => put());
    this.paintLabels(c, labels, taken);
    this.paintChosen(c);
  }

  /** Codes of looks, least important first: the order of the legend turned round. */
  drawOrder(layer) {
    const table = Object.keys(this.styles.glyphs[layer.id] || this.styles.glyphs.extra);
    return layer.lookNames.map((name, code) => code).sort((a, b) => table.indexOf(layer.lookNames[b]) - table.indexOf(layer.lookNames[a]));
  }

  /** The positions of a layer near the canvas, in layer pixels; kept while the view stays, so that a step in time only asks what is in force. */
  nearOf(layer, bounds) {
    const { scale, x, y } = this.frame();
    const view = `${scale} ${x} ${y} ${bounds.min} ${bounds.max}`;
    const kept = this.near.get(layer);
    if (kept && kept.view === view) return kept;
    const { world } = layer;
    const index = pointIndex(layer).list(this.worldBox(bounds, 8));
    const near = { view, index, x: new Float64Array(index.length), y: new Float64Array(index.length) };
    for (let s = 0; s < index.length; s += 1) {
      near.x[s] = world[2 * index[s]] * scale - x;
      near.y[s] = world[2 * index[s] + 1] * scale - y;
    }
    this.near.set(layer, near);
    return near;
  }

  /** The positions of a layer that are in force and near the canvas. */
  spotsOf(layer, bounds) {
    const near = this.nearOf(layer, bounds);
    const { inForce, looks } = this.view.of(layer);
    const aside = FANNED.includes(layer.id) && this.aside.size ? this.aside : null;
    const most = near.index.length;
    const spots = { n: 0, index: new Int32Array(most), x: new Float64Array(most), y: new Float64Array(most), look: new Uint8Array(most) };
    let n = 0;
    for (let s = 0; s < most; s += 1) {
      const i = near.index[s];
      const row = layer.of[i];
      if (inForce && !inForce[row]) continue;
      spots.index[n] = i;
      spots.x[n] = near.x[s] + (aside ? aside.get(spotKey(layer, i)) || 0 : 0);
      spots.y[n] = near.y[s];
      spots.look[n] = looks[row];
      n += 1;
    }
    spots.n = n;
    return spots;
  }

  /**
   * Which spots of each look are drawn, least important look first. Of those that fall into one cell one is enough; in a crowd that is
   * one of the most important look, so that nothing sure is hidden under something unsure.
   */
  chooseSpots(layer, spots, bounds) {
    /** @type {{code: number, chosen: number[], fresh: number[]}[]} */
    const groups = this.drawOrder(layer).map((code) => ({ code, chosen: [], fresh: [] }));
    const rank = new Uint8Array(256);
    groups.forEach(({ code }, place) => (rank[code] = place + 1));
    const thin = new Thinned(bounds, (CELLS_PX.find(([most]) => spots.n >= most) ?? [0, 2])[1]);
    for (const s of spots.n < CROWD ? thin.ofEachLook(spots) : thin.ofBestLook(spots, rank)) groups[rank[spots.look[s]] - 1].chosen.push(s);
    const fresh = this.view.fresh(layer);
    if (fresh) for (let s = 0; s < spots.n; s += 1) if (fresh[layer.of[spots.index[s]]]) groups[rank[spots.look[s]] - 1].fresh.push(s);
    return groups;
  }

  /** Stamp the chosen spots of one look. */
  stampAll(c, { layer, stamp, spots, chosen, taken }) {
    const { canvas, half, glyph } = stamp;
    const keepsOff = layer.id !== 'villages' || this.map.getZoom() > 9;
    const r = glyph.size / 2;
    const dense = window.devicePixelRatio || 1;
    for (const s of chosen) {
      const [x, y] = [spots.x[s], spots.y[s]];
      c.drawImage(canvas, Math.round((x - half) * dense) / dense, Math.round((y - half) * dense) / dense, 2 * half, 2 * half);
      if (keepsOff) taken.take(x - r, y - r, x + r, y + r);
    }
  }

  /** What happens on the very day is drawn again on top, in a ring. */
  paintFresh(c, spots, fresh, { canvas, half, glyph }) {
    c.save();
    c.strokeStyle = this.styles.tokens.ink;
    c.lineWidth = 1.6;
    c.beginPath();
    for (const s of fresh) {
      c.drawImage(canvas, spots.x[s] - half, spots.y[s] - half, 2 * half, 2 * half);
      c.moveTo(spots.x[s] + glyph.size / 2 + 3, spots.y[s]);
      c.arc(spots.x[s], spots.y[s], glyph.size / 2 + 3, 0, 2 * Math.PI);
    }
    c.stroke();
    c.restore();
  }

  /** A glyph drawn once and stamped wherever it is needed. */
  stamp(layer, look, size) {
    const key = `${layer.id}/${look}/${size}/${window.devicePixelRatio}`;
    if (!this.stamps.has(key)) {
      const full = glyphOf(this.styles, layer.id, look);
      const glyph = { ...full, size: full.size * size };
      const half = Math.ceil(glyph.size / 2) + 2;
      const { canvas, c } = sharpCanvas(2 * half, 2 * half);
      drawGlyph(c, half, half, glyph);
      this.stamps.set(key, { glyph, canvas, half });
    }
    return this.stamps.get(key);
  }

  /** How many pixels to the right each further event on a spot stands. */
  fan(bounds) {
    const crowd = new Map();
    const aside = new Map();
    const within = this.worldBox(bounds, 8);
    for (const last of [false, true]) {
      for (const layer of this.layers) {
        if (!layer.shown || layer.kind !== 'point' || FANNED.includes(layer.id) !== last) continue;
        pointIndex(layer).search(within, (i) => {
          if (!this.view.has(layer, layer.of[i])) return;
          const spot = `${layer.lonlat[2 * i]} ${layer.lonlat[2 * i + 1]}`;
          const before = crowd.get(spot) || 0;
          crowd.set(spot, last ? before + 1 : 1);
          if (last && before) aside.set(spotKey(layer, i), FAN_PX * Math.min(before, FAN_MOST));
        });
      }
    }
    return aside;
  }

  /** Note which names there are to write. */
  listLabels(layer, spots, labels) {
    for (let s = Math.max(0, spots.n - LABELS_MOST); s < spots.n; s += 1) {
      const r = glyphOf(this.styles, layer.id, layer.lookNames[spots.look[s]]).size / 2;
      labels.push({ layer, row: layer.of[spots.index[s]], x: spots.x[s], y: spots.y[s], r });
    }
  }

  /** Names beside glyphs, later layers first, never over a glyph or another name. */
  paintLabels(c, labels, taken) {
    const tokens = this.styles.tokens;
    c.font = `12px ${getComputedStyle(this.map.getContainer()).fontFamily}`;
    c.textBaseline = 'middle';
    c.lineJoin = 'round';
    c.lineWidth = 3.5;
    c.strokeStyle = tokens['label-halo'];
    c.fillStyle = tokens.ink;
    const tried = labels.slice(-LABELS_MOST).reverse();
    for (const { layer, row, x, y, r } of tried) {
      const text = layer.titleOf(row);
      if (!text) continue;
      const wide = c.measureText(text).width;
      const spots = [
        [x + r + 3, y], [x - r - 3 - wide, y], [x - wide / 2, y - r - 9], [x - wide / 2, y + r + 9],
        [x - r, y - r - 18], [x - r, y + r + 18], [x - wide / 2, y + r + 28], [x - wide / 2, y - r - 28],
      ];
      const spot = spots.find(([sx, sy]) => taken.isFree(sx, sy - 7, sx + wide, sy + 7));
      if (!spot) continue;
      taken.take(spot[0] - 2, spot[1] - 8, spot[0] + wide + 2, spot[1] + 8);
      c.strokeText(text, spot[0], spot[1]);
      c.fillText(text, spot[0], spot[1]);
    }
  }

  paintChosen(c) {
    if (!this.chosen || this.chosen.layer.kind !== 'point' || !this.chosen.layer.shown) return;
    const { layer, row } = this.chosen;
    const { scale, x, y } = this.frame();
    const look = this.lookAt(layer, row);
    if (look === null) return;
    const glyph = glyphOf(this.styles, layer.id, look);
    layer.of.forEach((of, i) => {
      if (of !== row) return;
      const [px, py] = [layer.world[2 * i] * scale - x + (this.aside.get(spotKey(layer, i)) || 0), layer.world[2 * i + 1] * scale - y];
      drawGlyph(c, px, py, glyph, 3);
      c.save();
      c.strokeStyle = this.styles.tokens.focus;
      c.lineWidth = 2.5;
      c.beginPath();
      c.arc(px, py, glyph.size / 2 + 7, 0, 2 * Math.PI);
      c.stroke();
      c.restore();
    });
  }

  /**
   * What lies under a point of the map: glyphs nearest first, then shapes from the top down.
   * @param {any} latlng
   * @returns {{layer: any, row: number}[]}
   */
  under(latlng) {
    const p = this.map.latLngToLayerPoint(latlng);
    const { scale, x, y } = this.frame();
    const [wx, wy] = [(p.x + x) / scale, (p.y + y) / scale];
    const near = [];
    const shapes = [];
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind === 'ring') continue;
      if (layer.kind === 'point') {
        near.unshift(...this.spotsNear(layer, p));
      } else {
        const rows = rowsUnder(layer, wx, wy, HIT_PX / 2 / scale, (row) => this.view.has(layer, row), (i) => this.view.hasDisc(layer, i));
        shapes.unshift(...rows.reverse().map((row) => ({ layer, row })));
      }
    }
    near.sort((a, b) => a.d - b.d);
    return [...near.map(({ layer, row }) => ({ layer, row })), ...shapes];
  }

  /** @param {any} latlng */
  pick(latlng) {
    return this.under(latlng);
  }

  /** Glyphs of a layer under a point in layer pixels. */
  spotsNear(layer, p) {
    const { scale, x, y } = this.frame();
    const fanned = FANNED.includes(layer.id) && this.aside.size ? FAN_PX * FAN_MOST : 0;
    const reach = 20;
    const within = [(p.x - reach - fanned + x) / scale, (p.y - reach + y) / scale, (p.x + reach + x) / scale, (p.y + reach + y) / scale];
    const found = [];
    pointIndex(layer).search(within, (i) => {
      const row = layer.of[i];
      const look = this.lookAt(layer, row);
      if (look === null) return;
      const dx = layer.world[2 * i] * scale - x + (fanned ? this.aside.get(spotKey(layer, i)) || 0 : 0) - p.x;
      const d = Math.hypot(dx, layer.world[2 * i + 1] * scale - y - p.y);
      if (d <= glyphOf(this.styles, layer.id, look).size / 2 + HIT_PX / 2) found.push({ layer, row, d });
    });
    return found;
  }

  /** @param {{layer: any, row: number}|null} feature */
  choose(feature) {
    this.chosen = feature;
    this.repaint();
  }

  /** @param {{layer: any, row: number}} feature @returns {any} bounds of a drawn feature, or null */
  boundsOf({ layer, row }) {
    const bounds = L.latLngBounds([]);
    const add = ({ lonlat }, i) => bounds.extend([lonlat[2 * i + 1], lonlat[2 * i]]);
    if (layer.runs) {
      for (const run of runsOf(layer)) for (let i = run.from; run.row === row && i < run.to; i += 1) add(layer, i);
    } else {
      layer.of.forEach((of, i) => of === row && add(layer, i));
    }
    if (layer.discs) {
      for (const disc of discsOf(layer)) {
        if (disc.row !== row || !this.view.hasDisc(layer, disc.i)) continue;
        const [west, north, east, south] = disc.box;
        for (const corner of [[west, north], [east, south]]) bounds.extend(L.CRS.EPSG3857.pointToLatLng(L.point(corner[0], corner[1]), 0));
      }
    }
    return bounds.isValid() ? bounds : null;
  }
}

/** @param {any} layer @param {number} i */
function spotKey(layer, i) {
  return `${layer.id} ${i}`;
}

/** One spot for each small cell of the canvas. */
class Thinned {
  /** @param {{min: {x: number, y: number}, max: {x: number, y: number}}} bounds @param {number} cell in pixels */
  constructor({ min, max }, cell) {
    this.min = min;
    this.cell = cell;
    this.margin = Math.ceil((FAN_PX * (FAN_MOST + 1)) / cell);
    this.wide = Math.ceil((max.x - min.x) / cell) + 2 * this.margin;
    this.n = this.wide * (Math.ceil((max.y - min.y) / cell) + 2 * this.margin);
  }

  /** @param {number} x @param {number} y */
  cellOf(x, y) {
    return (Math.floor((y - this.min.y) / this.cell) + this.margin) * this.wide + Math.floor((x - this.min.x) / this.cell) + this.margin;
  }

  /** The first spot of each look in each cell. @param {Spots} spots @returns {number[]} */
  ofEachLook({ n, x, y, look }) {
    const taken = new Set();
    const found = [];
    for (let s = 0; s < n; s += 1) {
      const before = taken.size;
      if (taken.add(this.cellOf(x[s], y[s]) * 256 + look[s]).size > before) found.push(s);
    }
    return found;
  }

  /** The first spot of the most important look in each cell. @param {Spots} spots @param {Uint8Array} rank of each look @returns {Int32Array} */
  ofBestLook({ n, x, y, look }, rank) {
    const best = new Uint8Array(this.n);
    const first = new Int32Array(this.n);
    for (let s = 0; s < n; s += 1) {
      const cell = this.cellOf(x[s], y[s]);
      if (rank[look[s]] > best[cell]) {
        best[cell] = rank[look[s]];
        first[cell] = s;
      }
    }
    return first.filter((_, cell) => best[cell]).sort();
  }
}

/** Where glyphs and names stand already, in cells. */
class Occupied {
  constructor({ min, max }, cell) {
    this.min = min;
    this.cell = cell;
    this.wide = Math.ceil((max.x - min.x) / cell);
    this.high = Math.ceil((max.y - min.y) / cell);
    this.cells = new Uint8Array(this.wide * this.high);
  }

  /** The cells of a box, cut to the canvas. */
  cut(west, north, east, south) {
    const column = (x) => Math.max(0, Math.min(this.wide - 1, Math.floor((x - this.min.x) / this.cell)));
    const line = (y) => Math.max(0, Math.min(this.high - 1, Math.floor((y - this.min.y) / this.cell)));
    return [column(west), line(north), column(east), line(south)];
  }

  take(west, north, east, south) {
    const [from, top, to, bottom] = this.cut(west, north, east, south);
    for (let y = top; y <= bottom; y += 1) this.cells.fill(1, y * this.wide + from, y * this.wide + to + 1);
  }

  isFree(west, north, east, south) {
    const [from, top, to, bottom] = this.cut(west, north, east, south);
    for (let y = top; y <= bottom; y += 1) for (let x = from; x <= to; x += 1) if (this.cells[y * this.wide + x]) return false;
    return true;
  }
}
