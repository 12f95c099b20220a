/* Where things are: a grid over points, boxes over runs, and what lies under a position. World pixels at zoom 0 throughout. */

const PER_CELL = 16;
const EQUATOR_M = 6378137;
const FLATTENING = 1 / 298.257223563;

/**
 * Positions in cells of a grid, row by row, so that a box of cells is a few runs of numbers.
 * @param {Float64Array} world x, y, x, y, …
 */
function gridOf(world) {
  const n = world.length / 2;
  const box = boxOf(world, 0, n);
  const side = Math.max(1, Math.ceil(Math.sqrt(n / PER_CELL)));
  const wide = (box[2] - box[0]) / side || 1;
  const high = (box[3] - box[1]) / side || 1;
  const clamp = (value) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  const cellX = (x) => clamp((x - box[0]) / wide);
  const cellY = (y) => clamp((y - box[1]) / high);
  const cells = new Int32Array(n);
  const first = new Int32Array(side * side + 1);
  for (let i = 0; i < n; i += 1) {
    cells[i] = cellY(world[2 * i + 1]) * side + cellX(world[2 * i]);
    first[cells[i] + 1] += 1;
  }
  for (let cell = 0; cell < side * side; cell += 1) first[cell + 1] += first[cell];
  const next = first.slice();
  const order = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    order[next[cells[i]]] = i;
    next[cells[i]] += 1;
  }
  /** @param {number[]} within @param {(i: number) => void} each */
  const search = (within, each) => {
    if (!n || within[2] < box[0] || within[0] > box[2] || within[3] < box[1] || within[1] > box[3]) return;
    const from = cellX(within[0]);
    const to = cellX(within[2]);
    for (let y = cellY(within[1]); y <= cellY(within[3]); y += 1) {
      for (let at = first[y * side + from]; at < first[y * side + to + 1]; at += 1) {
        const i = order[at];
        if (world[2 * i] >= within[0] && world[2 * i] <= within[2] && world[2 * i + 1] >= within[1] && world[2 * i + 1] <= within[3]) each(i);
      }
    }
  };
  /** @param {number[]} within @returns {Int32Array} */
  const list = (within) => {
    const found = new Int32Array(n);
    let count = 0;
    search(within, (i) => {
      found[count] = i;
      count += 1;
    });
    return found.subarray(0, count);
  };
  return { search, list };
}

/** Least and greatest x and y of some positions. @returns {number[]} west, north, east, south */
function boxOf(world, from, to) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i += 1) {
    box[0] = Math.min(box[0], world[2 * i]);
    box[1] = Math.min(box[1], world[2 * i + 1]);
    box[2] = Math.max(box[2], world[2 * i]);
    box[3] = Math.max(box[3], world[2 * i + 1]);
  }
  return box;
}

/** @param {number[]} a @param {number[]} b */
function boxesMeet(a, b) {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}

/** Half the height of each circle of a ring layer. */
function ringSizes(layer) {
  layer.sizes = layer.sizes || Float64Array.from(layer.of, (row, i) => discSize(layer.lonlat[2 * i + 1], layer.radii[row]).ry);
  return layer.sizes;
}

/** Half the height that no circle of a ring layer exceeds. @param {Layer} layer @returns {number} */
function widestRing(layer) {
  if (layer.widest === undefined) {
    let [lat, metres] = [0, 0];
    for (let i = 1; i < layer.lonlat.length; i += 2) lat = Math.max(lat, Math.abs(layer.lonlat[i]));
    for (const radius of layer.radii) metres = Math.max(metres, radius);
    layer.widest = discSize(lat, metres).ry;
  }
  return layer.widest;
}

/** Indexes by the positions they are of, which layers may share. @type {WeakMap<Float64Array, ReturnType<typeof gridOf>>} */
const indexes = new WeakMap();

/** The index of a layer's points. @param {{world: Float64Array}} layer @returns {ReturnType<typeof gridOf>} */
function pointIndex({ world }) {
  const index = indexes.get(world) ?? gridOf(world);
  indexes.set(world, index);
  return index;
}

/** Each run of a line or area layer with its row, its first and last position, and its box. */
function runsOf(layer) {
  if (layer.boxes) return layer.boxes;
  let at = 0;
  layer.boxes = Array.from(layer.runs, (n, run) => {
    at += n;
    return { row: layer.of[run], from: at - n, to: at, box: boxOf(layer.world, at - n, at) };
  });
  return layer.boxes;
}

/**
 * Half the width and height of a disc on the ellipsoid, in world pixels at zoom 0.
 * @param {number} lat degrees
 * @param {number} metres
 */
function discSize(lat, metres) {
  const phi = (lat * Math.PI) / 180;
  const e2 = FLATTENING * (2 - FLATTENING);
  const w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const across = EQUATOR_M / w; // radius of the prime vertical
  const along = (EQUATOR_M * (1 - e2)) / w ** 3; // of the meridian
  const turn = 256 / (2 * Math.PI);
  return { rx: (metres / (across * Math.cos(phi))) * turn, ry: (metres / (along * Math.cos(phi))) * turn };
}

/** The discs of a layer with their size and box. */
function discsOf(layer) {
  const { discs } = layer;
  if (!discs.items) {
    discs.items = Array.from(discs.of, (row, i) => {
      const { rx, ry } = discSize(discs.lonlat[2 * i + 1], discs.radii[i]);
      const [x, y] = [discs.world[2 * i], discs.world[2 * i + 1]];
      return { row, i, x, y, rx, ry, box: [x - rx, y - ry, x + rx, y + ry] };
    });
  }
  return discs.items;
}

/** How often a ring winds round a point. */
function winding(world, from, to, x, y) {
  let turns = 0;
  for (let i = from, j = to - 1; i < to; j = i, i += 1) {
    const yi = world[2 * i + 1];
    const yj = world[2 * j + 1];
    if (yi > y === yj > y) continue;
    const at = world[2 * i] + ((y - yi) / (yj - yi)) * (world[2 * j] - world[2 * i]);
    if (x < at) turns += yi > yj ? 1 : -1;
  }
  return turns;
}

/** Whether a line passes within `reach` of a point. */
function passes(world, from, to, x, y, reach) {
  for (let i = from + 1; i < to; i += 1) {
    const [ax, ay, bx, by] = [world[2 * i - 2], world[2 * i - 1], world[2 * i], world[2 * i + 1]];
    if (Math.min(ax, bx) > x + reach || Math.max(ax, bx) < x - reach || Math.min(ay, by) > y + reach || Math.max(ay, by) < y - reach) continue;
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
    if (Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y) <= reach) return true;
  }
  return false;
}

/**
 * Rows of a line or area layer under a position.
 * @param {any} layer
 * @param {number} x
 * @param {number} y
 * @param {number} reach how near a line counts
 * @param {(row: number) => boolean} inForce
 * @param {(disc: number) => boolean} discInForce
 * @returns {number[]}
 */
function rowsUnder(layer, x, y, reach, inForce, discInForce) {
  const here = [x - reach, y - reach, x + reach, y + reach];
  const turns = new Map();
  for (const { row, from, to, box } of runsOf(layer)) {
    if (!inForce(row) || !boxesMeet(box, here)) continue;
    const hit = layer.kind === 'line' ? Number(passes(layer.world, from, to, x, y, reach)) : winding(layer.world, from, to, x, y);
    turns.set(row, (turns.get(row) || 0) + hit);
  }
  if (layer.discs) {
    for (const disc of discsOf(layer)) {
      if (boxesMeet(disc.box, here) && discInForce(disc.i) && ((x - disc.x) / disc.rx) ** 2 + ((y - disc.y) / disc.ry) ** 2 <= 1) turns.set(disc.row, 1);
    }
  }
  return Array.from(turns).filter(([, n]) => n).map(([row]) => row);
}
