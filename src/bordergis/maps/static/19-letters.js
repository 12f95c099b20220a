/* Texts on the map, each with its halo: written once and stamped, for writing halos anew every day shown takes longer than all glyphs. */

const TEXTS_KEPT = 1500;
const TEXT_HIGH_PX = 22;

/** @type {Map<string, WrittenText>} */
const writtenTexts = new Map();

/** A text, written once. @param {string} text @param {TextStyle} style @returns {WrittenText} */
function writtenText(text, style) {
  const key = `${style.font}/${style.ink}/${window.devicePixelRatio}/${text}`;
  const kept = writtenTexts.get(key);
  if (kept) return kept;
  if (writtenTexts.size >= TEXTS_KEPT) writtenTexts.clear();
  const written = writeText(text, style);
  writtenTexts.set(key, written);
  return written;
}

/** @param {string} text @param {TextStyle} style @returns {WrittenText} */
function writeText(text, style) {
  const wide = textWidth(text, style.font);
  const pad = Math.ceil(style.halo_px);
  const { canvas, c } = sharpCanvas(Math.ceil(wide) + 2 * pad, TEXT_HIGH_PX);
  c.font = style.font;
  c.textBaseline = 'middle';
  c.lineJoin = 'round';
  c.lineWidth = style.halo_px;
  c.strokeStyle = style.halo;
  c.fillStyle = style.ink;
  c.strokeText(text, pad, TEXT_HIGH_PX / 2);
  c.fillText(text, pad, TEXT_HIGH_PX / 2);
  return { canvas, wide, pad };
}

/** Stamp a text so that it begins at x and has its middle at y, on whole dots of the screen. @param {Canvas2D} c @param {WrittenText} text @param {number} x @param {number} y */
function stampText(c, { canvas, pad }, x, y) {
  const dense = window.devicePixelRatio || 1;
  const [left, top] = [Math.round((x - pad) * dense) / dense, Math.round((y - TEXT_HIGH_PX / 2) * dense) / dense];
  c.drawImage(canvas, left, top, canvas.width / dense, TEXT_HIGH_PX);
}

const ruler = contextOf(document.createElement('canvas'));

/** @param {string} text @param {string} font */
function textWidth(text, font) {
  ruler.font = font;
  return ruler.measureText(text).width;
}
