/* Small cells of the canvas: which of many spots in one is drawn, and what stands where already. */

/** One spot for each small cell of the canvas. */
class Thinned {
  /** @param {{min: XY, max: XY}} bounds @param {number} cell in pixels @param {number} margin in pixels */
  constructor({ min, max }, cell, margin) {
    this.min = min;
    this.cell = cell;
    this.margin = Math.ceil(margin / cell);
    this.wide = Math.ceil((max.x - min.x) / cell) + 2 * this.margin;
    this.n = this.wide * (Math.ceil((max.y - min.y) / cell) + 2 * this.margin);
  }

  /** @param {number} x @param {number} y */
  cellOf(x, y) {
    return (Math.floor((y - this.min.y) / this.cell) + this.margin) * this.wide + Math.floor((x - this.min.x) / this.cell) + this.margin;
  }

  /** The first spot of each look in each cell. @param {Spots} spots @returns {number[]} */
  ofEachLook({ n, x, y, look }) {
    const taken = new Set();
    /** @type {number[]} */
    const found = [];
    for (let s = 0; s < n; s += 1) {
      const before = taken.size;
      if (taken.add(this.cellOf(x[s], y[s]) * 256 + look[s]).size > before) found.push(s);
    }
    return found;
  }

  /** The first spot of the most important look in each cell. @param {Spots} spots @param {Uint8Array} rank of each look @returns {Int32Array} */
  ofBestLook({ n, x, y, look }, rank) {
    const best = new Uint8Array(this.n);
    const first = new Int32Array(this.n);
    for (let s = 0; s < n; s += 1) {
      const cell = this.cellOf(x[s], y[s]);
      if (rank[look[s]] > best[cell]) {
        best[cell] = rank[look[s]];
        first[cell] = s;
      }
    }
    return first.filter((_, cell) => best[cell]).sort();
  }
}

/** Where glyphs and names stand already, in cells. */
class Occupied {
  /** @param {{min: XY, max: XY}} bounds @param {number} cell in pixels */
  constructor({ min, max }, cell) {
    this.min = min;
    this.cell = cell;
    this.wide = Math.ceil((max.x - min.x) / cell);
    this.high = Math.ceil((max.y - min.y) / cell);
    this.cells = new Uint8Array(this.wide * this.high);
  }

  /** The cells of a box, cut to the canvas. @param {number} west @param {number} north @param {number} east @param {number} south */
  cut(west, north, east, south) {
    const column = (/** @type {number} */ x) => Math.max(0, Math.min(this.wide - 1, Math.floor((x - this.min.x) / this.cell)));
    const line = (/** @type {number} */ y) => Math.max(0, Math.min(this.high - 1, Math.floor((y - this.min.y) / this.cell)));
    return [column(west), line(north), column(east), line(south)];
  }

  /** @param {number} west @param {number} north @param {number} east @param {number} south */
  take(west, north, east, south) {
    const [from, top, to, bottom] = this.cut(west, north, east, south);
    for (let y = top; y <= bottom; y += 1) this.cells.fill(1, y * this.wide + from, y * this.wide + to + 1);
  }

  /** @param {number} west @param {number} north @param {number} east @param {number} south */
  isFree(west, north, east, south) {
    const [from, top, to, bottom] = this.cut(west, north, east, south);
    for (let y = top; y <= bottom; y += 1) for (let x = from; x <= to; x += 1) if (this.cells[y * this.wide + x]) return false;
    return true;
  }
}
