/* Layers of the island, ready to draw. Positions are unpacked at once, text when it is first asked for. */

const BREATH_MS = 16; // after so long the page is left to answer

/** What is unpacked of packed layers, which layers may share. @type {WeakMap<PackedLayer, Places>} */
const unpackedPlaces = new WeakMap();

/**
 * Unpack positions and index points, which takes longest, layer by layer: in between the page answers.
 * @param {PackedLayer[]} layers
 */
async function unpackAhead(layers) {
  let began = 0;
  for (const layer of layers.filter((one) => !one.places_of)) {
    if (performance.now() - began > BREATH_MS) {
      await new Promise((next) => { setTimeout(next, 0); });
      began = performance.now();
    }
    const places = placesOf(layer, layers);
    if (layer.kind === 'point') pointIndex(places);
  }
}

/**
 * Where the rows of a layer are and when; these may be those of another layer.
 * @param {PackedLayer} packed
 * @param {PackedLayer[]} all
 * @returns {Places}
 */
function placesOf(packed, all) {
  const owner = all.find(({ id }) => id === packed.places_of) ?? packed;
  const places = unpackedPlaces.get(owner) ?? unpackPlaces(owner);
  unpackedPlaces.set(owner, places);
  return places;
}

/** @param {PackedLayer} packed @returns {Places} */
function unpackPlaces({ shape, days }) {
  const { xy, of, runs } = /** @type {PackedShape} */ (shape); // only a layer that shares the places of another has none
  return {
    ...unpackCoordinates(xy),
    of: unpackRows(of),
    runs: runs ? unpackIntegers(runs) : new Int32Array(0),
    days: days && { start: unpackDays(days.start, OPEN_START), end: unpackDays(days.end, OPEN_END), since: days.since },
  };
}

/**
 * @param {PackedLayer[]} all
 * @returns {Layer[]}
 */
function unpackLayers(all) {
  return all.map((packed) => unpackLayer(packed, placesOf(packed, all)));
}

/**
 * @param {PackedLayer} packed
 * @param {Places} places
 * @returns {Layer}
 */
function unpackLayer(packed, places) {
  const { id, name, kind, note, note_key, shown, rows, undrawn, legend, as_of, as_of_only, timed } = packed;
  const lookNames = packed.look.d;
  const lookCodes = Uint8Array.from(unpackIntegers(packed.look.i), (code) => code - 1);
  const discs = packed.discs && unpackDiscs(packed.discs);
  const fields = packed.fields.map((field) => unpackField(field, places));
  const placed = new Uint8Array(rows);
  for (const row of places.of) placed[row] = 1;
  for (const row of discs ? discs.of : []) placed[row] = 1;
  return {
    id, name, kind, note, note_key, shown, rows, undrawn, legend, as_of, as_of_only, timed,
    ...places, fields, lookNames, lookCodes, discs,
    changes: packed.changes && unpackChanges(packed.changes, lookNames),
    radii: packed.radius ? unpackIntegers(packed.radius) : new Int32Array(0),
    lookOf: (row) => lookNames[lookCodes[row]],
    titleOf: Array.isArray(packed.title) ? titleOfFields(packed.title, fields) : textColumn(packed.title),
    isDrawn: (row) => placed[row] === 1,
  };
}

/** @param {PackedDiscs} packed @returns {Discs} */
function unpackDiscs({ xy, of, radius, start, end }) {
  return {
    ...unpackCoordinates(xy), of: unpackRows(of), radii: unpackIntegers(radius), start: unpackDays(start, OPEN_START), end: unpackDays(end, OPEN_END),
  };
}

/**
 * From which day on a row has which look, rows and days rising; looks that the layer's own list does not name are added to it.
 * @param {PackedChanges} packed
 * @param {string[]} names
 * @returns {Changes}
 */
function unpackChanges({ row, start, look, first }, names) {
  const codeOf = (/** @type {string} */ name) => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const codes = look.d.map(codeOf);
  return {
    row: unpackRows(row), start: unpackDays(start, OPEN_START), look: Uint8Array.from(unpackIntegers(look.i), (code) => codes[code - 1]), first: codeOf(first),
  };
}

/** @param {PackedField} packed @param {Places} places @returns {Field} */
function unpackField({ key, label, kind, code, pair, text }, places) {
  const at = text ? textColumn(text) : (/** @type {number} */ row) => daysOf(places, row);
  return { key, label, kind: kind === 'span' ? 'date' : kind, code, pair, at };
}

/** The days of a row as ISO writes them, 2025-07-24 or 2025-07-24/2025-07-28. @param {Places} places @param {number} row */
function daysOf({ days }, row) {
  if (!days || days.start[row] === OPEN_START) return null;
  const [start, end] = [days.start[row], days.end[row]];
  return end === OPEN_END || end === start ? isoDay(start) : `${isoDay(start)}/${isoDay(end)}`;
}

/**
 * A title that is made of fields, in the language of the page.
 * @param {string[]} keys
 * @param {Field[]} fields
 * @returns {(row: number) => string|null}
 */
function titleOfFields(keys, fields) {
  const parts = keys.map((key) => fields.find((field) => field.key === key)).filter((field) => field !== undefined);
  return (row) => parts.map((field) => wordedValue(field, row)).filter(Boolean).join(' · ') || null;
}

/** @param {Field} field @param {number} row */
function wordedValue(field, row) {
  const value = field.at(row);
  return value && fieldText(field, value);
}
