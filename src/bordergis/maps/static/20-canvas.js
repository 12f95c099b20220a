/* A canvas that Leaflet moves and scales with the map, and that calls back to be drawn. Nothing on it is a Leaflet layer, so 100,000 points stay cheap. */

const QUICK_MS = 25;

class MapCanvas extends /** @type {typeof InnerRenderer} */ (L.Renderer) {
  /** @param {string} pane @param {(c: Canvas2D, bounds: PixelBox) => void} paint */
  constructor(pane, paint) {
    super({ pane, padding: 0.2 });
    this._paint = paint;
    this._waits = true; // nothing is drawn before the first frame, however often the page moves the map until then
    this._frame = 0;
    this.took = 0;
  }

  /** @override */
  getEvents() {
    return { ...super.getEvents(), move: this._onDrag };
  }

  /** @override */
  _initContainer() {
    this._container = document.createElement('canvas');
    this._container.setAttribute('aria-hidden', 'true');
  }

  /** @override */
  _destroyContainer() {
    this._container.remove();
  }

  /** While the map is dragged the canvas moves with it; only where it no longer reaches, and drawing is quick, it is drawn anew. */
  _onDrag() {
    if (this._map._animatingZoom || !this._bounds || this.took > QUICK_MS) return;
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    if (!this._bounds.contains(L.bounds(corner, corner.add(this._map.getSize())))) this._update();
  }

  /** @override */
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    super._update();
    if (this._waits) {
      this.repaint(); // until then only where it is, which a zoom before the first frame asks for
      return;
    }
    cancelAnimationFrame(this._frame);
    this._frame = 0;
    const began = performance.now();
    const bounds = /** @type {PixelBox} */ (this._bounds);
    this._paint(this._cleared(bounds), bounds);
    this.took = performance.now() - began;
  }

  /** The canvas laid over a box of the map, empty. @param {PixelBox} bounds */
  _cleared(bounds) {
    const canvas = this._container;
    const c = contextOf(canvas);
    const size = bounds.getSize();
    const dense = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(size.x * dense), Math.round(size.y * dense)];
    if (canvas.width !== wide || canvas.height !== high) {
      canvas.width = wide;
      canvas.height = high;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    } else {
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, wide, high);
    }
    L.DomUtil.setPosition(canvas, bounds.min);
    c.setTransform(dense, 0, 0, dense, -bounds.min.x * dense, -bounds.min.y * dense);
    return c;
  }

  /** Leaflet would shift the fresh drawing by part of a pixel, which blurs it. @override */
  _reset() {
    this._update();
  }

  /** Draw anew with the next frame, once. */
  repaint() {
    this._frame = this._frame || requestAnimationFrame(() => this.paintNow());
  }

  paintNow() {
    this._waits = false;
    this._frame = 0;
    if (this._map) this._update();
  }

  /** The canvas as it should look now. */
  painted() {
    if (this._frame) this.paintNow();
    return this._container;
  }
}
