/* Drawing glyphs: each made once and stamped, what is asked for first on top; and the names beside them. */

const OVERVIEW_ZOOM = 8.5; // below it, villages are drawn smaller so that they do not hide the rest
const OVERVIEW_SIZE = 0.68;
const RAISED = ['inaccessible']; // drawn over everything: what the map is asked for first
/** @type {Record<string, number>} */
const LABEL_ZOOM = { checkpoints: 8, places: 9, heritage: 9, visits: 99, incidents: 99, villages: 11, chainage: 8, facilities: 12 };
const LABEL_ZOOM_ELSE = 10;
const LABELS_MOST = 400;
const LABEL_CELL_PX = 4;

class Points {
  /** @param {Scene} scene @param {SpotFinder} finder */
  constructor(scene, finder) {
    this.scene = scene;
    this.finder = finder;
    /** @type {Map<string, Stamp>} */
    this.stamps = new Map();
    /** @type {BaseNames|null} */
    this.names = null;
  }

  /** @param {Canvas2D} c @param {PixelBox} bounds */
  paint(c, bounds) {
    const zoom = this.scene.map.getZoom();
    const taken = new Occupied(bounds, LABEL_CELL_PX);
    const crowded = new Occupied(bounds, LABEL_CELL_PX); // every glyph, which names of the base map keep off
    /** @type {Label[]} */
    const labels = [];
    /** @type {(() => void)[]} */
    const raised = [];
    this.finder.fan(bounds);
    for (const layer of this.scene.layers) {
      if (!layer.shown || layer.kind !== 'point') continue;
      const spots = this.finder.spotsOf(layer, bounds);
      const size = layer.id === 'villages' && zoom < OVERVIEW_ZOOM ? OVERVIEW_SIZE : 1;
      for (const group of this.finder.chooseSpots(layer, spots, bounds)) {
        const look = layer.lookNames[group.code];
        const stamp = this.stamp(layer, look, size);
        const put = () => {
          this.stampAll(c, stamp, spots, group.chosen);
          keepFree(crowded, stamp, spots, group.chosen);
          if (layer.id !== 'villages' || zoom > 9) keepFree(taken, stamp, spots, group.chosen);
          if (group.fresh.length) this.paintFresh(c, stamp, spots, group.fresh);
        };
        if (RAISED.includes(look)) raised.push(put);
        else put();
      }
      if (zoom >= (LABEL_ZOOM[layer.id] ?? LABEL_ZOOM_ELSE)) labels.push(...this.labelsOf(layer, spots));
    }
    raised.forEach((put) => put());
    this.paintLabels(c, labels, taken);
    this.names?.paint(c, [taken, crowded]);
    this.paintChosen(c);
  }

  /** A glyph drawn once and stamped wherever it is needed. @param {Layer} layer @param {string} look @param {number} size @returns {Stamp} */
  stamp(layer, look, size) {
    const key = `${layer.id}/${look}/${size}/${window.devicePixelRatio}`;
    const stamp = this.stamps.get(key) ?? stampOf(glyphOf(this.scene.styles, layer.id, look), size);
    this.stamps.set(key, stamp);
    return stamp;
  }

  /** @param {Canvas2D} c @param {Stamp} stamp @param {Spots} spots @param {number[]} chosen */
  stampAll(c, { canvas, half }, spots, chosen) {
    const dense = window.devicePixelRatio || 1;
    for (const s of chosen) {
      c.drawImage(canvas, Math.round((spots.x[s] - half) * dense) / dense, Math.round((spots.y[s] - half) * dense) / dense, 2 * half, 2 * half);
    }
  }

  /** What happens on the very day is drawn again on top, in a ring. @param {Canvas2D} c @param {Stamp} stamp @param {Spots} spots @param {number[]} fresh */
  paintFresh(c, { canvas, half, glyph }, spots, fresh) {
    c.save();
    c.strokeStyle = this.scene.styles.tokens.ink;
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

  /** Which names there are to write. @param {Layer} layer @param {Spots} spots @returns {Label[]} */
  labelsOf(layer, spots) {
    const first = Math.max(0, spots.n - LABELS_MOST);
    return Array.from(spots.index.subarray(first, spots.n), (i, k) => {
      const s = first + k;
      const r = glyphOf(this.scene.styles, layer.id, layer.lookNames[spots.look[s]]).size / 2;
      return { layer, row: layer.of[i], x: spots.x[s], y: spots.y[s], r };
    });
  }

  /** Names beside glyphs, later layers first, never over a glyph or another name. @param {Canvas2D} c @param {Label[]} labels @param {Occupied} taken */
  paintLabels(c, labels, taken) {
    const { tokens } = this.scene.styles;
    const style = { font: `12px ${getComputedStyle(this.scene.map.getContainer()).fontFamily}`, ink: tokens.ink, halo: tokens['label-halo'], halo_px: 3.5 };
    for (const label of labels.slice(-LABELS_MOST).reverse()) {
      const text = label.layer.titleOf(label.row);
      if (!text) continue;
      const wide = textWidth(text, style.font);
      const spot = placesFor(label, wide).find(([x, y]) => taken.isFree(x, y - 7, x + wide, y + 7));
      if (!spot) continue;
      const [x, y] = spot;
      taken.take(x - 2, y - 8, x + wide + 2, y + 8);
      stampText(c, writtenText(text, style), x, y);
    }
  }

  /** The chosen feature on top, larger and in a ring. @param {Canvas2D} c */
  paintChosen(c) {
    const { chosen, styles } = this.scene;
    if (!chosen || chosen.layer.kind !== 'point' || !chosen.layer.shown) return;
    const { layer, row } = chosen;
    const look = this.scene.lookAt(layer, row);
    if (look === null) return;
    const { scale, x, y } = this.scene.frame();
    const glyph = glyphOf(styles, layer.id, look);
    layer.of.forEach((of, i) => {
      if (of !== row) return;
      const [px, py] = [layer.world[2 * i] * scale - x + this.finder.asideOf(layer, i), layer.world[2 * i + 1] * scale - y];
      drawGlyph(c, px, py, glyph, 3);
      c.save();
      c.strokeStyle = styles.tokens.focus;
      c.lineWidth = 2.5;
      c.beginPath();
      c.arc(px, py, glyph.size / 2 + 7, 0, 2 * Math.PI);
      c.stroke();
      c.restore();
    });
  }
}

/** @param {Glyph} full @param {number} size by which it is drawn smaller @returns {Stamp} */
function stampOf(full, size) {
  const glyph = { ...full, size: full.size * size };
  const half = Math.ceil(glyph.size / 2) + 2;
  const { canvas, c } = sharpCanvas(2 * half, 2 * half);
  drawGlyph(c, half, half, glyph);
  return { glyph, canvas, half };
}

/** Keep names off glyphs. @param {Occupied} taken @param {Stamp} stamp @param {Spots} spots @param {number[]} chosen */
function keepFree(taken, { glyph }, { x, y }, chosen) {
  const r = glyph.size / 2;
  for (const s of chosen) taken.take(x[s] - r, y[s] - r, x[s] + r, y[s] + r);
}

/** Where a name may begin, the best place first: beside its glyph, over it, under it. @param {Label} label @param {number} wide @returns {[number, number][]} */
function placesFor({ x, y, r }, wide) {
  return [
    [x + r + 3, y], [x - r - 3 - wide, y], [x - wide / 2, y - r - 9], [x - wide / 2, y + r + 9],
    [x - r, y - r - 18], [x - r, y + r + 18], [x - wide / 2, y + r + 28], [x - wide / 2, y - r - 28],
  ];
}
