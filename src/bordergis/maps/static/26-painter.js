/* The drawing of all layers on one map: two canvases, shapes below, glyphs and names above; drawn anew only where something has changed. */

class Painter {
  /**
   * @param {L.Map} map
   * @param {Layer[]} layers bottom first
   * @param {Styles} styles
   */
  constructor(map, layers, styles) {
    this.scene = new Scene(map, layers, styles);
    this.outlines = new Shapes(this.scene);
    this.spots = new SpotFinder(this.scene);
    this.points = new Points(this.scene, this.spots);
    this.shapes = new MapCanvas('bg-shapes', (c, bounds) => this.outlines.paint(c, bounds)).addTo(map);
    this.glyphs = new MapCanvas('bg-glyphs', (c, bounds) => this.points.paint(c, bounds)).addTo(map);
  }

  /** Name the base map too, beneath everything. @param {Island} data */
  nameBase(data) {
    this.points.names = new BaseNames(this.scene.map, data);
  }

  /** @param {boolean} shown */
  showBaseNames(shown) {
    if (this.points.names) this.points.names.shown = shown;
    this.glyphs.repaint();
  }

  /** The day shown; null is the situation's date. */
  get day() {
    return this.scene.view.day;
  }

  /** @param {number|null} day */
  setDay(day) {
    const { scene } = this;
    const before = scene.view;
    if (day === before.day) return;
    scene.view = new DayView(day);
    const shown = scene.layers.filter((layer) => layer.shown);
    const turned = (/** @type {Layer} */ layer) => scene.isSeen(layer) && !scene.view.isLike(before, layer);
    if (shown.some((layer) => layer.kind !== 'point' && turned(layer))) this.shapes.repaint();
    if (shown.some((layer) => layer.kind === 'point' && (layer.days?.since || turned(layer)))) this.glyphs.repaint();
  }

  /** @param {Feature|null} feature */
  choose(feature) {
    this.scene.chosen = feature;
    this.repaint();
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

  /** How many rows are in force, and how many of each look. @param {Layer} layer */
  counts(layer) {
    return this.scene.view.counts(layer);
  }

  /** The look on the day shown, or null where not in force. @param {Layer} layer @param {number} row */
  lookAt(layer, row) {
    return this.scene.lookAt(layer, row);
  }

  /** @param {Feature} feature */
  boundsOf(feature) {
    return this.scene.boundsOf(feature);
  }

  /** What lies under a position: glyphs nearest first, then shapes from the top down. @param {L.LatLng} latlng @returns {Feature[]} */
  under(latlng) {
    const point = this.scene.map.latLngToLayerPoint(latlng);
    return [...this.spots.under(point), ...this.outlines.under(point)];
  }
}
