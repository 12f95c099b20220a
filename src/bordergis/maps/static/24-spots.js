/* Where glyphs stand: the positions of a layer in sight and in force, which of a crowd are drawn, and which lie under a point. */

const HIT_PX = 9;
const REACH_PX = 20; // no glyph reaches further from its spot
const CELLS_PX = [[50000, 14], [10000, 10], [3000, 6], [0, 2]]; // of glyphs of one look that fall into one cell, one is drawn; the more in sight, the wider the cells
const CROWD = 10000; // from so many in sight on, a cell holds one glyph, of its most important look
const FAN_ZOOM = 11; // from here on, events on the very same spot stand in a row, so that none hides another
const FAN_PX = 10;
const FAN_MOST = 4;
const FANNED = ['incidents', 'visits']; // everything else stays on its spot

class SpotFinder {
  /** @param {Scene} scene */
  constructor(scene) {
    this.scene = scene;
    /** How many pixels to the right of its spot a glyph stands. @type {Map<string, number>} */
    this.aside = new Map();
    /** @type {Map<Layer, Near>} */
    this.near = new Map();
  }

  /** Let events that share a spot stand in a row, as far as the map is close. @param {PixelBox} bounds */
  fan(bounds) {
    this.aside = new Map();
    if (this.scene.map.getZoom() < FAN_ZOOM) return;
    /** @type {Map<string, number>} */
    const crowd = new Map();
    const within = this.scene.worldBox(bounds, 8);
    const shown = this.scene.layers.filter((layer) => layer.shown && layer.kind === 'point');
    for (const layer of shown.filter(({ id }) => !FANNED.includes(id))) this.eachInForce(layer, within, (i) => crowd.set(spotOf(layer, i), 1));
    for (const layer of shown.filter(({ id }) => FANNED.includes(id))) {
      this.eachInForce(layer, within, (i) => {
        const spot = spotOf(layer, i);
        const before = crowd.get(spot) ?? 0;
        crowd.set(spot, before + 1);
        if (before) this.aside.set(`${layer.id} ${i}`, FAN_PX * Math.min(before, FAN_MOST));
      });
    }
  }

  /** @param {Layer} layer @param {Box} within @param {(position: number) => void} act */
  eachInForce(layer, within, act) {
    const { view } = this.scene;
    pointIndex(layer).search(within, (i) => view.has(layer, layer.of[i]) && act(i));
  }

  /** @param {Layer} layer @param {number} i position */
  asideOf(layer, i) {
    return this.aside.size && FANNED.includes(layer.id) ? this.aside.get(`${layer.id} ${i}`) ?? 0 : 0;
  }

  /**
   * The positions of a layer near the canvas; kept while the view stays, so that a step in time only asks what is in force.
   * @param {Layer} layer
   * @param {PixelBox} bounds
   * @returns {Near}
   */
  nearOf(layer, bounds) {
    const { scale, x, y } = this.scene.frame();
    const view = `${scale} ${x} ${y} ${bounds.min} ${bounds.max}`;
    const kept = this.near.get(layer);
    if (kept && kept.view === view) return kept;
    const { world } = layer;
    const index = pointIndex(layer).list(this.scene.worldBox(bounds, 8));
    const near = { view, index, x: new Float64Array(index.length), y: new Float64Array(index.length) };
    for (let s = 0; s < index.length; s += 1) {
      near.x[s] = world[2 * index[s]] * scale - x;
      near.y[s] = world[2 * index[s] + 1] * scale - y;
    }
    this.near.set(layer, near);
    return near;
  }

  /** The positions of a layer that are in force and near the canvas. @param {Layer} layer @param {PixelBox} bounds @returns {Spots} */
  spotsOf(layer, bounds) {
    const near = this.nearOf(layer, bounds);
    const { inForce, looks } = this.scene.view.of(layer);
    const most = near.index.length;
    const spots = { n: 0, index: new Int32Array(most), x: new Float64Array(most), y: new Float64Array(most), look: new Uint8Array(most) };
    let n = 0;
    for (let s = 0; s < most; s += 1) {
      const i = near.index[s];
      const row = layer.of[i];
      if (inForce && !inForce[row]) continue;
      spots.index[n] = i;
      spots.x[n] = near.x[s] + this.asideOf(layer, i);
      spots.y[n] = near.y[s];
      spots.look[n] = looks[row];
      n += 1;
    }
    spots.n = n;
    return spots;
  }

  /** Codes of looks, least important first: the order of the legend turned round. @param {Layer} layer */
  drawOrder(layer) {
    const { glyphs } = this.scene.styles;
    const table = Object.keys(glyphs[layer.id] ?? glyphs.extra);
    return layer.lookNames.map((_, code) => code).sort((a, b) => table.indexOf(layer.lookNames[b]) - table.indexOf(layer.lookNames[a]));
  }

  /**
   * Which spots of each look are drawn, least important look first. Of those that fall into one cell one is enough; in a crowd that is
   * one of the most important look, so that nothing sure is hidden under something unsure.
   * @param {Layer} layer
   * @param {Spots} spots
   * @param {PixelBox} bounds
   * @returns {SpotGroup[]}
   */
  chooseSpots(layer, spots, bounds) {
    /** @type {SpotGroup[]} */
    const groups = this.drawOrder(layer).map((code) => ({ code, chosen: [], fresh: [] }));
    const rank = new Uint8Array(256);
    groups.forEach(({ code }, place) => (rank[code] = place + 1));
    const cell = (CELLS_PX.find(([most]) => spots.n >= most) ?? [0, 2])[1];
    const thin = new Thinned(bounds, cell, FAN_PX * (FAN_MOST + 1));
    for (const s of spots.n < CROWD ? thin.ofEachLook(spots) : thin.ofBestLook(spots, rank)) groups[rank[spots.look[s]] - 1].chosen.push(s);
    const fresh = this.scene.view.fresh(layer);
    if (fresh) for (let s = 0; s < spots.n; s += 1) if (fresh[layer.of[spots.index[s]]]) groups[rank[spots.look[s]] - 1].fresh.push(s);
    return groups;
  }

  /** Rows of the layers shown whose glyph lies under a point in layer pixels, nearest first. @param {XY} point @returns {Feature[]} */
  under(point) {
    const shown = this.scene.layers.filter((layer) => layer.shown && layer.kind === 'point');
    return shown.reverse().flatMap((layer) => this.spotsUnder(layer, point)).sort((a, b) => a.d - b.d).map(({ layer, row }) => ({ layer, row }));
  }

  /** @param {Layer} layer @param {XY} point @returns {(Feature & {d: number})[]} with their distance in pixels */
  spotsUnder(layer, point) {
    const { scale, x, y } = this.scene.frame();
    const fanned = FANNED.includes(layer.id) && this.aside.size ? FAN_PX * FAN_MOST : 0;
    const within = this.scene.worldBox({ min: { x: point.x - fanned, y: point.y }, max: point }, REACH_PX);
    /** @type {(Feature & {d: number})[]} */
    const found = [];
    pointIndex(layer).search(within, (i) => {
      const row = layer.of[i];
      const look = this.scene.lookAt(layer, row);
      if (look === null) return;
      const dx = layer.world[2 * i] * scale - x + this.asideOf(layer, i) - point.x;
      const d = Math.hypot(dx, layer.world[2 * i + 1] * scale - y - point.y);
      if (d <= glyphOf(this.scene.styles, layer.id, look).size / 2 + HIT_PX / 2) found.push({ layer, row, d });
    });
    return found;
  }
}

/** Where a position is, for comparing. @param {Layer} layer @param {number} i */
function spotOf({ lonlat }, i) {
  return `${lonlat[2 * i]} ${lonlat[2 * i + 1]}`;
}
