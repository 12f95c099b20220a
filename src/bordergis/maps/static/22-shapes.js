/* Lines, areas and circles of precision: their paths, their drawing, and which of them lie under a position. */

const STEP_PX = 0.7; // a corner nearer to the last one than this is not seen
const RING_CELL_PX = 8;
const MOST_RINGS = 400; // more are a thicket in which no circle is told from the next, and drawing it takes longer than a frame
const LEAST_DISC_PX = 10; // a smaller definite disc would be hidden by the glyph on its centre: it is drawn with this radius

class Shapes {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    this.sheet = sharpCanvas(0, 0);
  }

  /** @param {Canvas2D} c @param {PixelBox} bounds */
  paint(c, bounds) {
    const { layers, styles, chosen } = this.scene;
    const within = this.scene.worldBox(bounds, 8);
    for (const layer of layers) {
      if (!layer.shown || layer.kind === 'point' || !layer.rows) continue;
      const style = strokeOf(styles, layer.kind, layer.lookNames[0]);
      const path = layer.kind === 'ring' ? this.ringsOf(layer, within) : this.pathOf(layer, within);
      if (layer.discs && 'fill' in style && !style.apart) this.paintUnion(c, bounds, style, path, this.pathOf(layer, within, { inset: style.width / 2 }));
      else drawPath(c, path, style);
      if (chosen?.layer === layer && layer.kind !== 'ring') {
        strokePath(c, this.pathOf(layer, within, { only: chosen.row }), { stroke: styles.tokens.focus, dash: [] }, 3.5);
      }
    }
  }

  /**
   * The path of a layer, or of one of its rows, as far as it is near the canvas.
   * @param {Layer} layer
   * @param {Box} within
   * @param {{only?: number, inset?: number}} [how] only this row; discs by so many pixels further in
   */
  pathOf(layer, within, { only, inset = 0 } = {}) {
    const { view } = this.scene;
    const path = new Path2D();
    const near = layer.kind === 'line' ? within : null;
    for (const run of runsOf(layer)) {
      if ((only === undefined || run.row === only) && view.has(layer, run.row) && boxesMeet(run.box, within)) this.addRun(path, layer, run, near);
    }
    const least = layer.lookNames[0] === 'definite' ? LEAST_DISC_PX : 0;
    for (const disc of layer.discs ? discsOf(layer.discs) : []) {
      if ((only === undefined || disc.row === only) && view.hasDisc(layer, disc) && boxesMeet(disc.box, within)) this.addDisc(path, disc, least, inset);
    }
    return path;
  }

  /**
   * Add a run of positions to a path, without corners too near to be seen, and a line only where it is near the canvas.
   * @param {Path2D} path
   * @param {Layer} layer
   * @param {Run} run
   * @param {Box|null} within world box outside which a line need not be drawn
   */
  addRun(path, layer, { from, to }, within) {
    const { scale, x, y } = this.scene.frame();
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

  /** @param {Path2D} path @param {Ellipse} disc @param {number} least @param {number} inset in pixels */
  addDisc(path, { x: wx, y: wy, rx, ry }, least, inset) {
    const { scale, x, y } = this.scene.frame();
    const wide = Math.max(least, rx * scale - inset);
    path.moveTo(wx * scale - x + wide, wy * scale - y);
    path.ellipse(wx * scale - x, wy * scale - y, wide, Math.max(least, ry * scale - inset), 0, 0, 2 * Math.PI);
  }

  /**
   * Circles of precision: not those under their glyph, and where they crowd one for its neighbours, the widest.
   * @param {Layer} layer
   * @param {Box} within
   */
  ringsOf(layer, within) {
    const path = new Path2D();
    if (!this.scene.isSeen(layer)) return path;
    const { scale } = this.scene.frame();
    const sizes = ringSizes(layer);
    const { inForce } = this.scene.view.of(layer);
    const reach = widestRing(layer);
    /** @type {number[]} */
    let rings = [];
    pointIndex(layer).search([within[0] - reach, within[1] - reach, within[2] + reach, within[3] + reach], (i) => {
      if (sizes[i] * scale >= LEAST_RING_PX && (!inForce || inForce[layer.of[i]])) rings.push(i);
    });
    for (let cell = RING_CELL_PX / scale; ; cell *= 2) {
      rings = thinned(layer, rings, sizes, cell);
      if (rings.length <= MOST_RINGS) break;
    }
    for (const i of rings) {
      const [x, y] = [layer.world[2 * i], layer.world[2 * i + 1]];
      this.addDisc(path, { x, y, ...discSize(layer.lonlat[2 * i + 1], layer.radii[layer.of[i]]) }, 0, 0);
    }
    return path;
  }

  /**
   * Fill overlapping discs as one area, and draw the rim of their union: the outer half of rims half a width further in, on a sheet of its own.
   * @param {Canvas2D} c
   * @param {PixelBox} bounds
   * @param {AreaStyle} style
   * @param {Path2D} path
   * @param {Path2D} rims
   */
  paintUnion(c, bounds, style, path, rims) {
    fillPath(c, path, style);
    const { min } = bounds;
    const size = bounds.getSize();
    const { canvas, c: sheet } = this.emptySheet(size);
    sheet.save();
    sheet.translate(-min.x, -min.y);
    strokePath(sheet, rims, style, 2 * style.width);
    sheet.globalCompositeOperation = 'destination-out';
    sheet.fill(rims, 'nonzero');
    sheet.restore();
    c.drawImage(canvas, min.x, min.y, size.x, size.y);
  }

  /** The sheet that rims are drawn on first, empty; a new one only where the size has changed. @param {XY} size */
  emptySheet(size) {
    const dense = window.devicePixelRatio || 1;
    const { canvas, c } = this.sheet;
    if (canvas.width === Math.round(size.x * dense) && canvas.height === Math.round(size.y * dense)) c.clearRect(0, 0, size.x, size.y);
    else this.sheet = sharpCanvas(size.x, size.y);
    return this.sheet;
  }

  /** Rows of the layers shown that lie under a point in layer pixels, from the top down. @param {XY} point @returns {Feature[]} */
  under(point) {
    const { layers, view } = this.scene;
    const { scale, x, y } = this.scene.frame();
    const here = { x: (point.x + x) / scale, y: (point.y + y) / scale };
    const outlines = layers.filter(({ shown, kind }) => shown && (kind === 'line' || kind === 'area'));
    return outlines.flatMap((layer) => rowsUnder(layer, view, here, HIT_PX / 2 / scale).map((row) => ({ layer, row }))).reverse();
  }
}

/**
 * Of circles about as wide whose centres fall in one cell of the world, the widest: how uncertain a place is is never understated.
 * @param {Layer} layer
 * @param {number[]} rings
 * @param {ArrayLike<number>} sizes
 * @param {number} cell
 */
function thinned(layer, rings, sizes, cell) {
  /** @type {Map<number, number>} */
  const widest = new Map();
  for (const i of rings) {
    const [column, line] = [Math.floor(layer.world[2 * i] / cell), Math.floor(layer.world[2 * i + 1] / cell)];
    const key = (column * 2 ** 21 + line) * 2 ** 9 + (Math.round(sizes[i] / cell) % 2 ** 9);
    const before = widest.get(key);
    if (before === undefined || sizes[i] > sizes[before]) widest.set(key, i);
  }
  return [...widest.values()];
}
