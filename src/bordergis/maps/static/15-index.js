/* Where things are: a grid over points, boxes over runs, and what lies under a position. World pixels at zoom 0 throughout. */

const PER_CELL = 16;

/**
 * Positions in cells of a grid, row by row, so that a box of cells is a few runs of numbers.
 * @param {Float64Array} world x, y, x, y, …
 * @returns {Grid}
 */
function gridOf(world) {
  const n = world.length / 2;
  const box = boxOf(world, 0, n);
  const side = Math.max(1, Math.ceil(Math.sqrt(n / PER_CELL)));
  const wide = (box[2] - box[0]) / side || 1;
  const high = (box[3] - box[1]) / side || 1;
  const clamp = (/** @type {number} */ value) => Math.max(0, Math.min(side - 1, Math.floor(value)));
  const cellX = (/** @type {number} */ x) => clamp((x - box[0]) / wide);
  const cellY = (/** @type {number} */ y) => clamp((y - box[1]) / high);
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
  /** @type {Grid['search']} */
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
  /** @type {Grid['list']} */
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

/** Least and greatest x and y of some positions. @param {Float64Array} world @param {number} from @param {number} to @returns {Box} */
function boxOf(world, from, to) {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i += 1) {
    box[0] = Math.min(box[0], world[2 * i]);
    box[1] = Math.min(box[1], world[2 * i + 1]);
    box[2] = Math.max(box[2], world[2 * i]);
    box[3] = Math.max(box[3], world[2 * i + 1]);
  }
  return box;
}

/** @param {Box} a @param {Box} b */
function boxesMeet(a, b) {
  return a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1];
}

/** Half the height of each circle of a ring layer. @param {Layer} layer @returns {Float64Array} */
function ringSizes(layer) {
  layer.sizes ??= Float64Array.from(layer.of, (row, i) => discSize(layer.lonlat[2 * i + 1], layer.radii[row]).ry);
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

/** Indexes by the positions they are of, which layers may share. @type {WeakMap<Float64Array, Grid>} */
const indexes = new WeakMap();

/** The index of a layer's points. @param {Positions} layer @returns {Grid} */
function pointIndex({ world }) {
  const index = indexes.get(world) ?? gridOf(world);
  indexes.set(world, index);
  return index;
}

/** Each run of a line or area layer with its row, its first and last position, and its box. @param {Layer} layer @returns {Run[]} */
function runsOf(layer) {
  let at = 0;
  layer.boxes ??= Array.from(layer.runs, (n, run) => {
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
  const phi = lat * RADIANS;
  const e2 = WGS84_F * (2 - WGS84_F);
  const w = Math.sqrt(1 - e2 * Math.sin(phi) ** 2);
  const across = WGS84_A / w; // radius of the prime vertical
  const along = (WGS84_A * (1 - e2)) / w ** 3; // of the meridian
  const turn = 256 / (2 * Math.PI);
  return { rx: (metres / (across * Math.cos(phi))) * turn, ry: (metres / (along * Math.cos(phi))) * turn };
}

/** The discs of a layer with their size and box. @param {Discs} discs @returns {Disc[]} */
function discsOf(discs) {
  discs.items ??= Array.from(discs.of, (row, i) => {
    const { rx, ry } = discSize(discs.lonlat[2 * i + 1], discs.radii[i]);
    const [x, y] = [discs.world[2 * i], discs.world[2 * i + 1]];
    return { row, start: discs.start[i], end: discs.end[i], x, y, rx, ry, box: [x - rx, y - ry, x + rx, y + ry] };
  });
  return discs.items;
}

/** How often a ring winds round a point. @param {Float64Array} world @param {Run} run @param {XY} point */
function winding(world, { from, to }, { x, y }) {
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

/** Whether a line passes within `reach` of a point. @param {Float64Array} world @param {Run} run @param {XY} point @param {number} reach */
function passes(world, { from, to }, { x, y }, reach) {
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
 * Rows of a line or area layer that are in force under a position.
 * @param {Layer} layer
 * @param {DayView} view
 * @param {XY} point
 * @param {number} reach how near a line counts
 * @returns {number[]}
 */
function rowsUnder(layer, view, point, reach) {
  const { x, y } = point;
  /** @type {Box} */
  const here = [x - reach, y - reach, x + reach, y + reach];
  /** @type {Map<number, number>} */
  const turns = new Map();
  for (const run of runsOf(layer)) {
    if (!view.has(layer, run.row) || !boxesMeet(run.box, here)) continue;
    const hit = layer.kind === 'line' ? Number(passes(layer.world, run, point, reach)) : winding(layer.world, run, point);
    turns.set(run.row, (turns.get(run.row) ?? 0) + hit);
  }
  for (const disc of layer.discs ? discsOf(layer.discs) : []) {
    if (boxesMeet(disc.box, here) && view.hasDisc(layer, disc) && ((x - disc.x) / disc.rx) ** 2 + ((y - disc.y) / disc.ry) ** 2 <= 1) turns.set(disc.row, 1);
  }
  return Array.from(turns).filter(([, n]) => n).map(([row]) => row);
}
