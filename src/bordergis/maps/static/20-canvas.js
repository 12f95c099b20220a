/* Two canvases on the map: shapes below, glyphs and labels above. Nothing here is a Leaflet layer of its own, so 100,000 points stay cheap. */

/**
 * A canvas that Leaflet moves and scales with the map, and that calls back to be drawn.
 * @type {any}
 */
const MapCanvas = L.Renderer.extend({
  options: { padding: 0.15 },

  initialize(paint, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this._paint = paint;
  },

  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const canvas = this._container;
    const size = this._bounds.getSize();
    const dense = window.devicePixelRatio || 1;
    canvas.width = Math.round(size.x * dense);
    canvas.height = Math.round(size.y * dense);
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    const c = canvas.getContext('2d');
    c.scale(dense, dense);
    c.translate(-this._bounds.min.x, -this._bounds.min.y);
    this._paint(c, this._bounds);
  },

  /** Leaflet would shift the fresh drawing by part of a pixel, which blurs it. */
  _reset() {
    this._update();
  },

  repaint() {
    if (this._map) this._update();
  },
});

const HIT_PX = 9;
const OVERVIEW_ZOOM = 8.5; // below it, villages are drawn smaller so that they do not hide the rest
const OVERVIEW_SIZE = 0.68;
const RAISED = ['inaccessible']; // drawn over everything: what the map is asked for first
const FAN_ZOOM = 11; // from here on, events on the very same spot stand in a row, so that none hides another
const FAN_PX = 10;
const FAN_MOST = 4;
const FANNED = ['incidents', 'visits']; // everything else stays on its spot
const LABEL_ZOOM = { checkpoints: 8, places: 9, visits: 99, incidents: 99, villages: 11 };
const EARTH_M = 40075016.686;

/** To the nearest dot of the screen, so that a stamped glyph stays sharp. @param {number} px */
function snap(px) {
  const dense = window.devicePixelRatio || 1;
  return Math.round(px * dense) / dense;
}

/** The drawing of all layers: what is where, in layer pixels of the current zoom. */
class Painter {
  /**
   * @param {any} map
   * @param {object[]} layers unpacked, bottom first
   * @param {object} styles
   */
  constructor(map, layers, styles) {
    this.map = map;
    this.layers = layers;
    this.styles = styles;
    this.chosen = null;
    this.stamps = new Map();
    this.shapes = new MapCanvas((c) => this.paintShapes(c), { pane: 'bg-shapes' }).addTo(map);
    this.glyphs = new MapCanvas((c, bounds) => this.paintGlyphs(c, bounds), { pane: 'bg-glyphs' }).addTo(map);
  }

  repaint() {
    this.shapes.repaint();
    this.glyphs.repaint();
  }

  /** From world pixels at zoom 0 to layer pixels now. */
  frame() {
    const origin = this.map.getPixelOrigin();
    return { scale: 2 ** this.map.getZoom(), x: origin.x, y: origin.y };
  }

  /** @param {object} layer @param {(row: number) => void} each */
  paths(layer) {
    const { scale, x, y } = this.frame();
    const paths = new Map();
    const pathOf = (row) => paths.get(row) || paths.set(row, new Path2D()).get(row);
    let at = 0;
    if (layer.kind === 'ring') {
      layer.of.forEach((row, i) => {
        const lat = (layer.lonlat[2 * i + 1] * Math.PI) / 180;
        const r = (layer.radii[row] / (EARTH_M * Math.cos(lat))) * 256 * scale;
        const path = pathOf(row);
        const cx = layer.world[2 * i] * scale - x;
        path.moveTo(cx + r, layer.world[2 * i + 1] * scale - y);
        path.arc(cx, layer.world[2 * i + 1] * scale - y, r, 0, 2 * Math.PI);
      });
      return paths;
    }
    layer.runs.forEach((n, run) => {
      const path = pathOf(layer.of[run]);
      for (let i = 0; i < n; i += 1, at += 1) {
        const px = layer.world[2 * at] * scale - x;
        const py = layer.world[2 * at + 1] * scale - y;
        if (i) path.lineTo(px, py);
        else path.moveTo(px, py);
      }
      if (layer.kind === 'area') path.closePath();
    });
    return paths;
  }

  /** @param {CanvasRenderingContext2D} c */
  paintShapes(c) {
    this.painted = [];
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind === 'point') continue;
      const paths = this.paths(layer);
      const table = layer.kind === 'line' ? this.styles.lines : this.styles.areas;
      const whole = new Path2D();
      for (const path of paths.values()) whole.addPath(path);
      drawPath(c, whole, table[layer.looks[0]] || table.extra, layer.kind !== 'line');
      if (this.chosen && this.chosen.layer === layer && paths.has(this.chosen.row)) {
        c.save();
        c.strokeStyle = this.styles.tokens.focus;
        c.lineWidth = 3.5;
        c.stroke(paths.get(this.chosen.row));
        c.restore();
      }
      if (layer.kind !== 'ring') this.painted.push({ layer, paths });
    }
  }

  /** @param {CanvasRenderingContext2D} c @param {any} bounds */
  paintGlyphs(c, bounds) {
    const { scale, x, y } = this.frame();
    const zoom = this.map.getZoom();
    const taken = [];
    const labels = [];
    const raised = [];
    const crowd = zoom < FAN_ZOOM ? null : this.anchors();
    this.placed = [];
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind !== 'point') continue;
      const small = layer.id === 'villages' && zoom < OVERVIEW_ZOOM;
      for (let i = 0; i < layer.of.length; i += 1) {
        const wx = layer.world[2 * i];
        const wy = layer.world[2 * i + 1];
        const py = wy * scale - y;
        const onSpot = wx * scale - x;
        if (onSpot < bounds.min.x || onSpot > bounds.max.x || py < bounds.min.y || py > bounds.max.y) continue;
        const px = onSpot + (crowd && FANNED.includes(layer.id) ? this.aside(crowd, `${wx} ${wy}`) : 0);
        const row = layer.of[i];
        const { glyph, canvas, half } = this.stamp(layer, layer.looks[row], small ? OVERVIEW_SIZE : 1);
        const spot = { layer, row, x: px, y: py, glyph };
        const put = () => {
          c.drawImage(canvas, snap(px - half), snap(py - half), 2 * half, 2 * half);
          this.placed.push(spot);
        };
        if (RAISED.includes(layer.looks[row])) raised.push(put);
        else put();
        const r = glyph.size / 2;
        if (layer.id !== 'villages' || zoom > 9) taken.push([px - r, py - r, px + r, py + r]);
        if (zoom >= (LABEL_ZOOM[layer.id] ?? 10)) labels.unshift({ layer, row, x: px, y: py, r });
      }
    }
    raised.forEach((put) => put());
    this.paintLabels(c, labels, taken);
    this.paintChosen(c);
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

  /** How many features that keep their spot stand on each. */
  anchors() {
    const crowd = new Map();
    for (const layer of this.layers) {
      if (!layer.shown || layer.kind !== 'point' || FANNED.includes(layer.id)) continue;
      for (let i = 0; i < layer.of.length; i += 1) crowd.set(`${layer.world[2 * i]} ${layer.world[2 * i + 1]}`, 1);
    }
    return crowd;
  }

  /** How many pixels to the right the next event on a spot stands. */
  aside(crowd, spot) {
    const before = crowd.get(spot) || 0;
    crowd.set(spot, before + 1);
    return FAN_PX * Math.min(before, FAN_MOST);
  }

  /** Names beside glyphs, later layers first, never over a glyph or another name. */
  paintLabels(c, labels, taken) {
    const tokens = this.styles.tokens;
    c.font = '12px system-ui, "Noto Sans", "Noto Sans Khmer", "Khmer OS", "Noto Sans Thai", sans-serif';
    c.textBaseline = 'middle';
    c.lineJoin = 'round';
    for (const { layer, row, x, y, r } of labels) {
      const text = layer.titles[row];
      if (!text) continue;
      const wide = c.measureText(text).width;
      const spots = [
        [x + r + 3, y], [x - r - 3 - wide, y], [x - wide / 2, y - r - 9], [x - wide / 2, y + r + 9],
        [x - r, y - r - 18], [x - r, y + r + 18], [x - wide / 2, y + r + 28], [x - wide / 2, y - r - 28],
      ];
      const spot = spots.find(([sx, sy]) => taken.every((box) => sx > box[2] || sx + wide < box[0] || sy - 7 > box[3] || sy + 7 < box[1]));
      if (!spot) continue;
      taken.push([spot[0] - 2, spot[1] - 8, spot[0] + wide + 2, spot[1] + 8]);
      c.strokeStyle = tokens['label-halo'];
      c.lineWidth = 3.5;
      c.strokeText(text, spot[0], spot[1]);
      c.fillStyle = tokens.ink;
      c.fillText(text, spot[0], spot[1]);
    }
  }

  paintChosen(c) {
    if (!this.chosen) return;
    for (const { layer, row, x, y, glyph } of this.placed) {
      if (layer !== this.chosen.layer || row !== this.chosen.row) continue;
      drawGlyph(c, x, y, glyph, 3);
      c.save();
      c.strokeStyle = this.styles.tokens.focus;
      c.lineWidth = 2.5;
      c.beginPath();
      c.arc(x, y, glyph.size / 2 + 7, 0, 2 * Math.PI);
      c.stroke();
      c.restore();
    }
  }

  /**
   * What lies under a point of the map: glyphs nearest first, then shapes from the top down.
   * @param {any} latlng
   * @returns {{layer: object, row: number}[]}
   */
  under(latlng) {
    const p = this.map.latLngToLayerPoint(latlng);
    const near = this.placed
      .map((spot) => ({ layer: spot.layer, row: spot.row, d: Math.hypot(spot.x - p.x, spot.y - p.y), r: spot.glyph.size / 2 }))
      .filter((spot) => spot.d <= spot.r + HIT_PX / 2)
      .reverse()
      .sort((a, b) => a.d - b.d);
    const c = document.createElement('canvas').getContext('2d');
    c.lineWidth = HIT_PX;
    const shapes = [];
    for (const { layer, paths } of this.painted) {
      for (const [row, path] of paths) {
        const hit = layer.kind === 'line' ? c.isPointInStroke(path, p.x, p.y) : c.isPointInPath(path, p.x, p.y);
        if (hit) shapes.unshift({ layer, row });
      }
    }
    return [...near.map(({ layer, row }) => ({ layer, row })), ...shapes];
  }

  /** @param {{layer: object, row: number}|null} feature */
  choose(feature) {
    this.chosen = feature;
    this.repaint();
  }

  /** @param {{layer: object, row: number}} feature @returns {any} bounds of a drawn feature, or null */
  boundsOf({ layer, row }) {
    const bounds = L.latLngBounds([]);
    const add = (i) => bounds.extend([layer.lonlat[2 * i + 1], layer.lonlat[2 * i]]);
    if (!layer.runs) {
      layer.of.forEach((r, i) => r === row && add(i));
    } else {
      let at = 0;
      layer.runs.forEach((n, run) => {
        for (let i = at; layer.of[run] === row && i < at + n; i += 1) add(i);
        at += n;
      });
    }
    return bounds.isValid() ? bounds : null;
  }
}
