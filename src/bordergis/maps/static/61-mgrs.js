/* Positions in the Military Grid Reference System: UTM by Krüger's series (Karney 2011, to the sixth order), lettered. */

const UTM_SCALE = 0.9996;
const UTM_EAST = 500_000;
const UTM_SOUTH = 10_000_000;
const MGRS_ROWS = 'ABCDEFGHJKLMNPQRSTUV';
const MGRS_BANDS = 'CDEFGHJKLMNPQRSTUVWX';
const MGRS_COLUMNS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const SQUARE_M = 100_000;

const UTM_N = WGS84_F / (2 - WGS84_F);
const UTM_RADIUS = (WGS84_A / (1 + UTM_N)) * (1 + UTM_N ** 2 / 4 + UTM_N ** 4 / 64 + UTM_N ** 6 / 256);
/** Coefficients of UTM_N to the power of row + 1 and on. */
const KRUEGER = [
  [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
  [13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
  [61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
  [49561 / 161280, -179 / 168, 6601661 / 7257600],
  [34729 / 80640, -3418889 / 1995840],
  [212378941 / 319334400],
].map((row, order) => row.reduce((sum, share, i) => sum + share * UTM_N ** (order + 1 + i), 0));

/** The zone of a position, with the exceptions of Norway and Svalbard. @param {number} lon @param {number} lat */
function utmZone(lon, lat) {
  const plain = Math.min(60, Math.floor((lon + 180) / 6) + 1);
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat < 72 || lon < 0 || lon >= 42) return plain;
  return [31, 33, 35, 37][[9, 21, 33, 42].findIndex((edge) => lon < edge)];
}

/** @param {number} lon @param {number} lat @param {number} zone @returns {[number, number]} easting and northing in metres */
function utm(lon, lat, zone) {
  const e = Math.sqrt(WGS84_F * (2 - WGS84_F));
  const wide = (lon - (6 * zone - 183)) * RADIANS;
  const sin = Math.sin(lat * RADIANS);
  const conformal = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin));
  const xi = Math.atan2(conformal, Math.cos(wide));
  const eta = Math.asinh(Math.sin(wide) / Math.hypot(conformal, Math.cos(wide)));
  let [east, north] = [eta, xi];
  KRUEGER.forEach((share, i) => {
    const k = 2 * (i + 1);
    east += share * Math.cos(k * xi) * Math.sinh(k * eta);
    north += share * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  return [UTM_EAST + UTM_SCALE * UTM_RADIUS * east, UTM_SCALE * UTM_RADIUS * north + (lat < 0 ? UTM_SOUTH : 0)];
}

/**
 * A position to the metre, as `48P UB 12345 67890`; null near the poles, where other letters hold.
 * @param {number} lon @param {number} lat
 */
function mgrs(lon, lat) {
  if (!(lat >= -80 && lat < 84) || !Number.isFinite(lon)) return null;
  const zone = utmZone(lon, lat);
  const [east, north] = utm(lon, lat, zone).map(Math.floor);
  const band = MGRS_BANDS[Math.min(19, Math.floor((lat + 80) / 8))];
  const column = MGRS_COLUMNS[(zone - 1) % 3][Math.floor(east / SQUARE_M) - 1];
  const row = MGRS_ROWS[(Math.floor(north / SQUARE_M) + (zone % 2 ? 0 : 5)) % 20];
  const digits = [east, north].map((metres) => String(metres % SQUARE_M).padStart(5, '0'));
  return `${String(zone).padStart(2, '0')}${band} ${column}${row} ${digits.join(' ')}`;
}
