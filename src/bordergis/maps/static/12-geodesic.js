/* The WGS 84 ellipsoid, and lengths on it. */

const WGS84_A = 6378137;
const WGS84_F = 1 / 298.257223563;
const WGS84_B = WGS84_A * (1 - WGS84_F);
const RADIANS = Math.PI / 180;
const VINCENTY_MOST = 200;

/**
 * The length of the shortest line between two points in metres: Vincenty's inverse formula (1975), good to a millimetre;
 * NaN where it does not converge, which is only near the opposite point of the globe.
 * @param {[number, number]} from longitude, latitude
 * @param {[number, number]} to
 */
function geodesicMetres([lon1, lat1], [lon2, lat2]) {
  const u1 = Math.atan((1 - WGS84_F) * Math.tan(lat1 * RADIANS));
  const u2 = Math.atan((1 - WGS84_F) * Math.tan(lat2 * RADIANS));
  const wide = (lon2 - lon1) * RADIANS;
  let lambda = wide;
  for (let turn = 0; turn < VINCENTY_MOST; turn += 1) {
    const sinSigma = Math.hypot(Math.cos(u2) * Math.sin(lambda), Math.cos(u1) * Math.sin(u2) - Math.sin(u1) * Math.cos(u2) * Math.cos(lambda));
    if (sinSigma === 0) return 0;
    const cosSigma = Math.sin(u1) * Math.sin(u2) + Math.cos(u1) * Math.cos(u2) * Math.cos(lambda);
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (Math.cos(u1) * Math.cos(u2) * Math.sin(lambda)) / sinSigma;
    const cos2Alpha = 1 - sinAlpha ** 2;
    const cosMid = cos2Alpha === 0 ? 0 : cosSigma - (2 * Math.sin(u1) * Math.sin(u2)) / cos2Alpha; // 0 along the equator
    const c = (WGS84_F / 16) * cos2Alpha * (4 + WGS84_F * (4 - 3 * cos2Alpha));
    const before = lambda;
    lambda = wide + (1 - c) * WGS84_F * sinAlpha * (sigma + c * sinSigma * (cosMid + c * cosSigma * (2 * cosMid ** 2 - 1)));
    if (Math.abs(lambda - before) < 1e-12) return vincentyLength(sigma, sinSigma, cosSigma, cosMid, cos2Alpha);
  }
  return NaN;
}

/** @param {number} sigma @param {number} sinSigma @param {number} cosSigma @param {number} cosMid @param {number} cos2Alpha */
function vincentyLength(sigma, sinSigma, cosSigma, cosMid, cos2Alpha) {
  const u = (cos2Alpha * (WGS84_A ** 2 - WGS84_B ** 2)) / WGS84_B ** 2;
  const a = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
  const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  const inner = cosSigma * (2 * cosMid ** 2 - 1) - (b / 6) * cosMid * (4 * sinSigma ** 2 - 3) * (4 * cosMid ** 2 - 3);
  return WGS84_B * a * (sigma - b * sinSigma * (cosMid + (b / 4) * inner));
}
