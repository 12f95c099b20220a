/* What one map shows: layers, a day, what is chosen; and the way from the world to the canvas. */

const LEAST_RING_PX = 7; // a smaller circle lies under its glyph

class Scene {
  /**
   * @param {L.Map} map
   * @param {Layer[]} layers bottom first
   * @param {Styles} styles
   */
  constructor(map, layers, styles) {
    this.map = map;
    this.layers = layers;
    this.styles = styles;
    this.view = new DayView(null);
    /** @type {Feature|null} */
    this.chosen = null;
  }

  /** The look on the day shown, or null where not in force. @param {Layer} layer @param {number} row @returns {string|null} */
  lookAt(layer, row) {
    return this.view.has(layer, row) ? layer.lookNames[this.view.of(layer).looks[row]] : null;
  }

  /** Whether anything of a layer is large enough to be drawn. @param {Layer} layer */
  isSeen(layer) {
    return layer.kind !== 'ring' || widestRing(layer) * this.frame().scale >= LEAST_RING_PX;
  }

  /** From world pixels at zoom 0 to layer pixels now. */
  frame() {
    const origin = this.map.getPixelOrigin();
    return { scale: 2 ** this.map.getZoom(), x: origin.x, y: origin.y };
  }

  /** A box of layer pixels in world pixels at zoom 0, wider by some pixels. @param {{min: XY, max: XY}} bounds @param {number} margin @returns {Box} */
  worldBox({ min, max }, margin) {
    const { scale, x, y } = this.frame();
    return [(min.x - margin + x) / scale, (min.y - margin + y) / scale, (max.x + margin + x) / scale, (max.y + margin + y) / scale];
  }

  /** Where a feature is drawn, or null. @param {Feature} feature @returns {L.LatLngBounds|null} */
  boundsOf({ layer, row }) {
    const bounds = L.latLngBounds([]);
    const add = (/** @type {number} */ i) => bounds.extend([layer.lonlat[2 * i + 1], layer.lonlat[2 * i]]);
    if (layer.runs.length) {
      for (const run of runsOf(layer)) for (let i = run.from; run.row === row && i < run.to; i += 1) add(i);
    } else {
      layer.of.forEach((of, i) => of === row && add(i));
    }
    for (const disc of layer.discs ? discsOf(layer.discs) : []) {
      if (disc.row !== row || !this.view.hasDisc(layer, disc)) continue;
      const [west, north, east, south] = disc.box;
      for (const corner of [L.point(west, north), L.point(east, south)]) bounds.extend(L.CRS.EPSG3857.pointToLatLng(corner, 0));
    }
    return bounds.isValid() ? bounds : null;
  }
}
