/* Reading the island: packed numbers, text coded by dictionary, geometry. */

/**
 * Whole numbers, 0 or more, from base64 of little-endian base-128 groups.
 * @param {string} packed
 * @returns {number[]}
 */
function unpackIntegers(packed) {
  const octets = atob(packed);
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (let i = 0; i < octets.length; i += 1) {
    const octet = octets.charCodeAt(i);
    value |= (octet & 127) << shift;
    if (octet & 128) {
      shift += 7;
    } else {
      numbers.push(value);
      value = 0;
      shift = 0;
    }
  }
  return numbers;
}

/**
 * Coordinates as world pixels at zoom 0 (x, y, x, y, …), beside the degrees they came from.
 * @param {string} packed
 * @returns {{world: Float64Array, lonlat: Float64Array}}
 */
function unpackCoordinates(packed) {
  const steps = unpackIntegers(packed);
  const world = new Float64Array(steps.length);
  const lonlat = new Float64Array(steps.length);
  const at = [0, 0];
  for (let i = 0; i < steps.length; i += 1) {
    at[i % 2] += (steps[i] >>> 1) ^ -(steps[i] & 1);
    lonlat[i] = at[i % 2] / 1e6;
    if (i % 2) {
      const point = L.CRS.EPSG3857.latLngToPoint(L.latLng(lonlat[i], lonlat[i - 1]), 0);
      world[i - 1] = point.x;
      world[i] = point.y;
    }
  }
  return { world, lonlat };
}

/**
 * Row numbers from their differences.
 * @param {string} packed
 * @returns {number[]}
 */
function unpackRows(packed) {
  let row = 0;
  return unpackIntegers(packed).map((step) => (row += step));
}

/**
 * A column of text; missing is null.
 * @param {{v?: (string|null)[], d?: string[], i?: string}} column
 * @returns {(string|null)[]}
 */
function unpackText(column) {
  if (column.v) return column.v;
  return unpackIntegers(column.i).map((n) => (n ? column.d[n - 1] : null));
}

/**
 * One layer of the island, ready to draw.
 * @param {object} packed
 */
function unpackLayer(packed) {
  const { world, lonlat } = unpackCoordinates(packed.shape.xy);
  const of = unpackRows(packed.shape.of);
  const placed = new Set(of);
  return {
    ...packed,
    world,
    lonlat,
    of,
    runs: 'runs' in packed.shape ? unpackIntegers(packed.shape.runs) : null,
    looks: unpackText(packed.look),
    titles: unpackText(packed.title),
    radii: packed.radius ? unpackIntegers(packed.radius) : null,
    fields: packed.fields.map((field) => ({ ...field, values: unpackText(field.text) })),
    isDrawn: (row) => placed.has(row),
  };
}
