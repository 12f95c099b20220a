/* What is in force, and looks how, on a day: the state of time of one painter. */

/** The rows and looks of every layer on a day; on no day, those of the situation's date. */
class DayView {
  /** @param {number|null} day */
  constructor(day) {
    this.day = day;
    this.states = new Map();
  }

  /** @param {any} layer @returns {{inForce: Uint8Array|null, looks: Uint8Array}} `inForce` is null where every row is */
  of(layer) {
    if (!this.states.has(layer)) this.states.set(layer, { inForce: this.inForce(layer), looks: this.looks(layer) });
    return this.states.get(layer);
  }

  /** The day a layer is drawn for. @param {any} layer @returns {number} */
  dayOf(layer) {
    return this.day === null || layer.asOfOnly ? layer.asOf : this.day;
  }

  /** Which rows of a layer of events happen on the very day. @param {Layer} layer @returns {Uint8Array|null} */
  fresh(layer) {
    const { day } = this;
    if (!layer.since || day === null) return null;
    const { start, end } = layer;
    const mask = new Uint8Array(layer.rows);
    for (let row = 0; row < mask.length; row += 1) mask[row] = start[row] <= day && (start[row] === day || (end[row] >= day && end[row] !== OPEN_END)) ? 1 : 0;
    return mask;
  }

  inForce(layer) {
    if (!layer.start) return null;
    const day = this.dayOf(layer);
    const { start, end, since } = layer;
    const mask = new Uint8Array(layer.rows);
    for (let row = 0; row < mask.length; row += 1) mask[row] = start[row] <= day && (since || end[row] >= day) ? 1 : 0;
    return mask;
  }

  looks(layer) {
    const { changes } = layer;
    if (!changes || this.day === null) return layer.lookCodes;
    const looks = new Uint8Array(layer.rows).fill(changes.first);
    for (let i = 0; i < changes.row.length; i += 1) if (changes.start[i] <= this.day) looks[changes.row[i]] = changes.look[i];
    return looks;
  }

  /** @param {any} layer @param {number} row */
  has(layer, row) {
    const { inForce } = this.of(layer);
    return !inForce || inForce[row] === 1;
  }

  /** @param {any} layer @param {number} i */
  hasDisc(layer, i) {
    const day = this.dayOf(layer);
    return layer.discs.start[i] <= day && layer.discs.end[i] >= day;
  }

  /** @param {any} layer @returns {{n: number, looks: {[look: string]: number}}} */
  counts(layer) {
    const { inForce, looks } = this.of(layer);
    const found = new Int32Array(256);
    for (let row = 0; row < layer.rows; row += 1) if (!inForce || inForce[row]) found[looks[row]] += 1;
    const named = Object.fromEntries(layer.lookNames.map((name, code) => [name, found[code]]));
    return { n: found.reduce((sum, n) => sum + n, 0), looks: named };
  }

  /** Whether a layer is drawn alike on both days. @param {DayView} other @param {any} layer */
  isLike(other, layer) {
    const [mine, theirs] = [this.of(layer), other.of(layer)];
    if (layer.discs && layer.discs.of.some((_, i) => this.hasDisc(layer, i) !== other.hasDisc(layer, i))) return false;
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
