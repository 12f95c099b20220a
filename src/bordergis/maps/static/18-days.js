/* What is in force, and looks how, on a day: the state of time of one painter. */

/** The rows and looks of every layer on a day; on no day, those of the situation's date. */
class DayView {
  /** @param {number|null} day */
  constructor(day) {
    this.day = day;
    /** @type {Map<Layer, DayState>} */
    this.states = new Map();
  }

  /** @param {Layer} layer @returns {DayState} */
  of(layer) {
    const state = this.states.get(layer) ?? { inForce: this.inForce(layer), looks: this.looks(layer) };
    this.states.set(layer, state);
    return state;
  }

  /** The day a layer is drawn for. @param {Layer} layer @returns {number} */
  dayOf(layer) {
    return this.day === null || layer.as_of_only ? layer.as_of : this.day;
  }

  /** Which rows of a layer of events happen on the very day. @param {Layer} layer @returns {Uint8Array|null} */
  fresh(layer) {
    const { day } = this;
    if (!layer.days?.since || day === null) return null;
    const { start, end } = layer.days;
    const mask = new Uint8Array(layer.rows);
    for (let row = 0; row < mask.length; row += 1) mask[row] = start[row] <= day && (start[row] === day || (end[row] >= day && end[row] !== OPEN_END)) ? 1 : 0;
    return mask;
  }

  /** @param {Layer} layer @returns {Uint8Array|null} */
  inForce(layer) {
    if (!layer.days) return null;
    const day = this.dayOf(layer);
    const { start, end, since } = layer.days;
    const mask = new Uint8Array(layer.rows);
    for (let row = 0; row < mask.length; row += 1) mask[row] = start[row] <= day && (since || end[row] >= day) ? 1 : 0;
    return mask;
  }

  /** @param {Layer} layer @returns {Uint8Array} */
  looks(layer) {
    const { changes } = layer;
    if (!changes || this.day === null) return layer.lookCodes;
    const looks = new Uint8Array(layer.rows).fill(changes.first);
    for (let i = 0; i < changes.row.length; i += 1) if (changes.start[i] <= this.day) looks[changes.row[i]] = changes.look[i];
    return looks;
  }

  /** @param {Layer} layer @param {number} row */
  has(layer, row) {
    const { inForce } = this.of(layer);
    return !inForce || inForce[row] === 1;
  }

  /** @param {Layer} layer @param {Disc} disc */
  hasDisc(layer, { start, end }) {
    const day = this.dayOf(layer);
    return start <= day && end >= day;
  }

  /** @param {Layer} layer @returns {{n: number, looks: {[look: string]: number}}} */
  counts(layer) {
    const { inForce, looks } = this.of(layer);
    const found = new Int32Array(256);
    for (let row = 0; row < layer.rows; row += 1) if (!inForce || inForce[row]) found[looks[row]] += 1;
    const named = Object.fromEntries(layer.lookNames.map((name, code) => [name, found[code]]));
    return { n: found.reduce((sum, n) => sum + n, 0), looks: named };
  }

  /** Whether a layer is drawn alike on both days. @param {DayView} other @param {Layer} layer */
  isLike(other, layer) {
    const [mine, theirs] = [this.of(layer), other.of(layer)];
    if (layer.discs && discsOf(layer.discs).some((disc) => this.hasDisc(layer, disc) !== other.hasDisc(layer, disc))) return false;
    return same(mine.inForce, theirs.inForce) && same(mine.looks, theirs.looks);
  }
}

/** @param {Uint8Array|null} a @param {Uint8Array|null} b */
function same(a, b) {
  if (a === b) return true;
  if (a === null || b === null || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** How the look of a row goes over time. @param {Layer} layer @param {number} row @returns {Span[]} */
function spansOf({ days, changes, lookNames, lookOf }, row) {
  if (!changes) {
    const [start, end] = days ? [days.start[row], days.end[row]] : [OPEN_START, OPEN_END];
    return [[start === OPEN_START ? null : start, end === OPEN_END ? null : end, lookOf(row)]];
  }
  /** @type {Span[]} */
  const spans = [[null, null, lookNames[changes.first]]];
  changes.row.forEach((of, i) => {
    if (of !== row) return;
    spans[spans.length - 1][1] = changes.start[i] - 1;
    spans.push([changes.start[i], null, lookNames[changes.look[i]]]);
  });
  return spans;
}
