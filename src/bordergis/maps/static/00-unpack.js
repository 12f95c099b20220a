/* Reading the island: compressed once, then packed numbers, text coded by dictionary, geometry. */

const OPEN_START = -2147483648;
const OPEN_END = 2147483647;
const FIRST_DAY = -100000; // island.py
const BREATH_MS = 16; // after so long the page is left to answer

/** All packed numbers of the island; its JSON points to them by place and length. */
let packedNumbers = new Uint8Array(0);

/**
 * The data of the page from its block: base64, gzip, then JSON and packed numbers.
 * @param {string} text
 * @returns {Promise<any>}
 */
async function readIsland(text) {
  const letters = atob(text.trim());
  const octets = new Uint8Array(letters.length);
  for (let i = 0; i < octets.length; i += 1) octets[i] = letters.charCodeAt(i);
  const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream('gzip'));
  const whole = new Uint8Array(await new Response(stream).arrayBuffer());
  const end = 4 + new DataView(whole.buffer).getUint32(0, true);
  packedNumbers = whole.subarray(end);
  const data = JSON.parse(new TextDecoder().decode(whole.subarray(4, end)));
  await unpackAhead(data.layers);
  if (data.compare) await unpackAhead(data.compare.layers);
  return data;
}

/**
 * Unpack positions and index points, which takes longest, layer by layer: in between the page answers.
 * @param {any[]} layers packed
 */
async function unpackAhead(layers) {
  let began = 0;
  for (const layer of layers.filter((one) => !one.places_of)) {
    if (performance.now() - began > BREATH_MS) {
      await new Promise((next) => { setTimeout(next, 0); });
      began = performance.now();
    }
    placesOf.set(layer, unpackPlaces(layer));
    if (layer.kind === 'point') pointIndex(placesOf.get(layer));
  }
}

/**
 * Whole numbers, 0 or more, from little-endian base-128 groups.
 * @param {[number, number]} packed place and length
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
 * @param {[number, number]} packed
 * @returns {{world: Float64Array, lonlat: Float64Array}}
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
 * @param {[number, number]} packed
 * @returns {Int32Array}
 */
function unpackRows(packed) {
  const rows = unpackIntegers(packed);
  for (let i = 1; i < rows.length; i += 1) rows[i] += rows[i - 1];
  return rows;
}

/**
 * Whole numbers of either sign from their differences.
 * @param {[number, number]} packed
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
 * @param {[number, number]} packed
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
 * @param {{v?: (string|null)[], d?: string[], i?: [number, number], p?: string, w?: number, n?: [number, number]}} column
 * @returns {(row: number) => string|null}
 */
function textColumn({ v, d = [], i = [0, 0], p = '', w = 0, n }) {
  if (v) return (row) => v[row];
  /** @type {Int32Array|null} */
  let codes = null;
  if (n) {
    return (row) => {
      codes = codes || unpackSums(n);
      return `${p}${String(codes[row]).padStart(w, '0')}`;
    };
  }
  return (row) => {
    codes = codes || unpackIntegers(i);
    return codes[row] ? d[codes[row] - 1] : null;
  };
}

/** @param {number} day since 1970-01-01 @returns {string} ISO */
function isoDay(day) {
  return new Date(day * 864e5).toISOString().slice(0, 10);
}

/** How a value of a field is worded; the page sets it, and again when its language changes. */
const wording = { word: (field, value) => value, turn: 0 };

/** @param {(field: any, value: string) => string} word */
function setWording(word) {
  wording.word = word;
  wording.turn += 1;
}

/**
 * Where the rows of a layer are and when; a layer may share this with another one.
 * @param {any} packed
 */
function unpackPlaces({ shape, days }) {
  return {
    ...unpackCoordinates(shape.xy),
    of: unpackRows(shape.of),
    runs: 'runs' in shape ? unpackIntegers(shape.runs) : null,
    start: days ? unpackDays(days.start, OPEN_START) : null,
    end: days ? unpackDays(days.end, OPEN_END) : null,
    since: Boolean(days && days.since),
  };
}

const placesOf = new WeakMap();

/**
 * One layer of the island, ready to draw. Text stays packed until it is asked for.
 * @param {any} packed
 * @param {number} [_number]
 * @param {any[]} [all] the packed layers it is one of
 */
function unpackLayer(packed, _number, all = [packed]) {
  const n = packed.rows;
  const owner = packed.places_of ? all.find(({ id }) => id === packed.places_of) : packed;
  if (!placesOf.has(owner)) placesOf.set(owner, unpackPlaces(owner));
  const layer = {
    ...packed,
    ...placesOf.get(owner),
    radii: packed.radius ? unpackIntegers(packed.radius) : null,
    lookNames: packed.look.d,
    lookCodes: Uint8Array.from(unpackIntegers(packed.look.i), (code) => code - 1),
    discs: packed.discs ? unpackDiscs(packed.discs) : null,
    asOfOnly: packed.as_of_only,
    asOf: packed.as_of,
    changes: null,
  };
  if (packed.changes) layer.changes = unpackChanges(packed.changes, layer.lookNames);
  layer.fields = packed.fields.map((field) => unpackField(field, layer));
  withTitles(layer, packed.title);
  Object.defineProperty(layer, 'looks', { get: () => Array.from(layer.lookCodes, (code) => layer.lookNames[code]) });
  layer.lookOf = (row) => layer.lookNames[layer.lookCodes[row]];
  const placed = new Uint8Array(n);
  for (const row of layer.of) placed[row] = 1;
  if (layer.discs) for (const row of layer.discs.of) placed[row] = 1;
  layer.isDrawn = (row) => placed[row] === 1;
  return layer;
}

function unpackDiscs({ xy, of, radius, start, end }) {
  return {
    ...unpackCoordinates(xy), of: unpackRows(of), radii: unpackIntegers(radius), start: unpackDays(start, OPEN_START), end: unpackDays(end, OPEN_END),
  };
}

/** From which day on a row has which look, rows and days rising; looks are named in the layer's own list. */
function unpackChanges({ row, start, look, first }, names) {
  const codeOf = (name) => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const codes = look.d.map(codeOf);
  return {
    row: unpackRows(row), start: unpackDays(start, OPEN_START), look: Uint8Array.from(unpackIntegers(look.i), (code) => codes[code - 1]), first: codeOf(first),
  };
}

function unpackField(field, layer) {
  const at = field.kind === 'span' ? (row) => spanOf(layer, row) : textColumn(field.text);
  const made = { ...field, kind: field.kind === 'span' ? 'date' : field.kind, at };
  let values = null;
  Object.defineProperty(made, 'values', {
    get: () => {
      values = values || Array.from({ length: layer.rows }, (_, row) => at(row));
      return values;
    },
  });
  return made;
}

function spanOf({ start, end }, row) {
  if (start[row] === OPEN_START) return null;
  return end[row] === OPEN_END || end[row] === start[row] ? isoDay(start[row]) : `${isoDay(start[row])}/${isoDay(end[row])}`;
}

/** Titles are a text of their own, or made of fields. */
function withTitles(layer, title) {
  if (Array.isArray(title)) {
    const parts = title.map((key) => layer.fields.find((field) => field.key === key)).filter(Boolean);
    layer.titleOf = (row) => parts.map((field) => [field, field.at(row)]).filter(([, value]) => value)
      .map(([field, value]) => wording.word(field, value)).join(' · ') || null;
  } else {
    layer.titleOf = textColumn(title);
  }
  let made = null;
  let turn = -1;
  Object.defineProperty(layer, 'titles', {
    get: () => {
      if (turn !== wording.turn) made = Array.from({ length: layer.rows }, (_, row) => layer.titleOf(row));
      turn = wording.turn;
      return made;
    },
  });
}
