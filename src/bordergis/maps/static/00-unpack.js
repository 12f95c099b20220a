/* Reading the island: one compressed block of JSON and packed numbers; numbers, coordinates, days and text out of it. */

const OPEN_START = -2147483648;
const OPEN_END = 2147483647;
const FIRST_DAY = -100000; // island.py

/** All packed numbers of the island; its JSON points to them by place and length. */
let packedNumbers = new Uint8Array(0);

/**
 * The data of the page from its block: base64, gzip, then JSON and packed numbers.
 * @param {string} text
 * @returns {Promise<Packed>}
 */
async function readIsland(text) {
  const letters = atob(text.trim());
  const octets = new Uint8Array(letters.length);
  for (let i = 0; i < octets.length; i += 1) octets[i] = letters.charCodeAt(i);
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream('gzip'));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = 4 + new DataView(whole.buffer).getUint32(0, true);
  packedNumbers = whole.subarray(end);
  /** @type {Packed} */
  const data = JSON.parse(new TextDecoder().decode(whole.subarray(4, end)));
  await unpackAhead(data.layers);
  if (data.compare) await unpackAhead(data.compare.layers);
  return data;
}

/**
 * Whole numbers, 0 or more, from little-endian base-128 groups.
 * @param {PackedNumbers} packed
 * @returns {Int32Array}
 */
function unpackIntegers([place, length]) {
  const octets = packedNumbers.subarray(place, place + length);
  const numbers = new Int32Array(octets.length);
  let n = 0;
  let value = 0;
  let shift = 0;
  for (let i = 0; i < octets.length; i += 1) {
    const octet = octets[i];
    value |= (octet & 127) << shift;
    if (octet & 128) {
      shift += 7;
    } else {
      numbers[n] = value;
      n += 1;
      value = 0;
      shift = 0;
    }
  }
  return numbers.slice(0, n);
}

/**
 * Coordinates as world pixels at zoom 0 (x, y, x, y, …), beside the degrees they came from.
 * @param {PackedNumbers} packed
 * @returns {Positions}
 */
function unpackCoordinates(packed) {
  const steps = unpackIntegers(packed);
  const world = new Float64Array(steps.length);
  const lonlat = new Float64Array(steps.length);
  let lon = 0;
  let lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += (steps[i] >>> 1) ^ -(steps[i] & 1);
    lat += (steps[i + 1] >>> 1) ^ -(steps[i + 1] & 1);
    lonlat[i] = lon / 1e6;
    lonlat[i + 1] = lat / 1e6;
    world[i] = (lonlat[i] / 360 + 0.5) * 256;
    world[i + 1] = (0.5 - Math.atanh(Math.sin((lonlat[i + 1] * Math.PI) / 180)) / (2 * Math.PI)) * 256;
  }
  return { world, lonlat };
}

/**
 * Row numbers from their differences.
 * @param {PackedNumbers} packed
 * @returns {Int32Array}
 */
function unpackRows(packed) {
  const rows = unpackIntegers(packed);
  for (let i = 1; i < rows.length; i += 1) rows[i] += rows[i - 1];
  return rows;
}

/**
 * Whole numbers of either sign from their differences.
 * @param {PackedNumbers} packed
 * @returns {Int32Array}
 */
function unpackSums(packed) {
  const sums = unpackIntegers(packed);
  let at = 0;
  for (let i = 0; i < sums.length; i += 1) {
    at += (sums[i] >>> 1) ^ -(sums[i] & 1);
    sums[i] = at;
  }
  return sums;
}

/**
 * Days since 1970-01-01; a day that is not told becomes `open`.
 * @param {PackedNumbers} packed
 * @param {number} open
 * @returns {Int32Array}
 */
function unpackDays(packed, open) {
  const days = unpackSums(packed);
  for (let i = 0; i < days.length; i += 1) days[i] = days[i] ? days[i] + FIRST_DAY : open;
  return days;
}

/**
 * A column of text, unpacked when first asked for; missing is null.
 * @param {PackedText} column
 * @returns {(row: number) => string|null}
 */
function textColumn(column) {
  if ('v' in column) return (row) => column.v[row];
  /** @type {Int32Array|undefined} */
  let numbers;
  if ('n' in column) {
    const { p, w, n } = column;
    return (row) => {
      numbers ??= unpackSums(n);
      return `${p}${String(numbers[row]).padStart(w, '0')}`;
    };
  }
  const { d, i } = column;
  return (row) => {
    numbers ??= unpackIntegers(i);
    return numbers[row] ? d[numbers[row] - 1] : null;
  };
}

/** A day as ISO writes it. @param {number} day since 1970-01-01 */
function isoDay(day) {
  return new Date(day * 864e5).toISOString().slice(0, 10);
}
