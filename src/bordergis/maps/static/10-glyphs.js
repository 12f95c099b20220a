/* Glyphs and strokes: one set of functions draws the map and its legend, so that they match. */

/** Outlines in a box from -1 to 1. */
const SHAPES = {
  circle: (c) => c.arc(0, 0, 1, 0, 2 * Math.PI),
  square: (c) => c.rect(-0.88, -0.88, 1.76, 1.76),
  diamond: (c) => polygon(c, [[0, -1], [1, 0], [0, 1], [-1, 0]]),
  triangle: (c) => polygon(c, [[0, -1], [0.98, 0.8], [-0.98, 0.8]]),
  chevron: (c) => polygon(c, [[0, 1], [0.98, -0.8], [0, -0.3], [-0.98, -0.8]]),
  hexagon: (c) => polygon(c, ring(6, 0)),
  pentagon: (c) => polygon(c, ring(5, -Math.PI / 2)),
  star: (c) => polygon(c, ring(12, -Math.PI / 2).map(([x, y], i) => (i % 2 ? [x * 0.48, y * 0.48] : [x, y]))),
  plus: (c) => polygon(c, [[-0.33, -1], [0.33, -1], [0.33, -0.33], [1, -0.33], [1, 0.33], [0.33, 0.33], [0.33, 1], [-0.33, 1], [-0.33, 0.33], [-1, 0.33], [-1, -0.33], [-0.33, -0.33]]),
  house: (c) => polygon(c, [[0, -1], [1, -0.15], [0.78, -0.15], [0.78, 0.9], [-0.78, 0.9], [-0.78, -0.15], [-1, -0.15]]),
  temple: (c) => polygon(c, [[-1, 0.9], [-1, 0.45], [-0.6, 0.45], [-0.6, -0.05], [-0.3, -0.05], [0, -1], [0.3, -0.05], [0.6, -0.05], [0.6, 0.45], [1, 0.45], [1, 0.9]]),
  bridge: (c) => polygon(c, [[-1, -0.45], [1, -0.45], [1, 0.75], [0.66, 0.75], [0.5, 0.2], [-0.5, 0.2], [-0.66, 0.75], [-1, 0.75]]),
};

/** Marks inside an outline, in the same box. */
const MARKS = {
  none: () => {},
  cross: (c) => strokes(c, [[[-0.45, -0.45], [0.45, 0.45]], [[-0.45, 0.45], [0.45, -0.45]]]),
  plus: (c) => strokes(c, [[[-0.5, 0], [0.5, 0]], [[0, -0.5], [0, 0.5]]]),
  hatch: (c) => strokes(c, [[[-0.78, 0.2], [0.2, -0.78]], [[-0.58, 0.58], [0.58, -0.58]], [[-0.2, 0.78], [0.78, -0.2]]]),
  tick: (c) => strokes(c, [[[-0.45, 0.05], [-0.1, 0.42], [0.48, -0.38]]]),
  bar: (c) => strokes(c, [[[-0.52, 0], [0.52, 0]]]),
  bang: (c) => strokes(c, [[[0, -0.5], [0, 0.12]], [[0, 0.48], [0, 0.5]]]),
  half: (c) => {
    c.beginPath();
    polygon(c, [[-0.7, 0.7], [0.7, 0.7], [0.7, -0.7]]);
    c.fill();
  },
  dot: (c) => {
    c.beginPath();
    c.arc(0, 0, 0.4, 0, 2 * Math.PI);
    c.fill();
  },
  question: (c) => {
    c.beginPath();
    c.arc(0, -0.22, 0.34, Math.PI, 0.62 * Math.PI);
    c.lineTo(0, 0.3);
    c.stroke();
    strokes(c, [[[0, 0.58], [0, 0.6]]]);
  },
  eye: (c) => {
    c.beginPath();
    c.moveTo(-0.6, 0);
    c.quadraticCurveTo(0, -0.56, 0.6, 0);
    c.quadraticCurveTo(0, 0.56, -0.6, 0);
    c.stroke();
    c.beginPath();
    c.arc(0, 0, 0.17, 0, 2 * Math.PI);
    c.fill();
  },
};

/** @param {number} n @param {number} turn */
function ring(n, turn) {
  return Array.from({ length: n }, (_, i) => [Math.cos(turn + (2 * Math.PI * i) / n), Math.sin(turn + (2 * Math.PI * i) / n)]);
}

function polygon(c, points) {
  points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.closePath();
}

function strokes(c, lines) {
  c.beginPath();
  for (const line of lines) line.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.stroke();
}

/**
 * Draw one glyph.
 * @param {CanvasRenderingContext2D} c
 * @param {number} x
 * @param {number} y
 * @param {object} glyph shape, mark, fill, stroke, ink, size in pixels
 * @param {number} [grow] pixels added around it, for the chosen one
 */
function drawGlyph(c, x, y, glyph, grow = 0) {
  const r = glyph.size / 2 + grow;
  c.save();
  c.translate(x, y);
  c.scale(r, r);
  c.lineCap = 'round';
  c.lineJoin = 'round';
  c.beginPath();
  SHAPES[glyph.shape](c);
  c.fillStyle = glyph.fill;
  c.strokeStyle = glyph.stroke;
  c.lineWidth = (glyph.mark === 'question' ? 1.6 : 1.3) / r;
  c.fill();
  c.stroke();
  c.fillStyle = glyph.ink;
  c.strokeStyle = glyph.ink;
  c.lineWidth = 1.6 / r;
  MARKS[glyph.mark](c);
  c.restore();
}

/** Tiles of hatches by colour and density, drawn once. @type {Map<string, HTMLCanvasElement>} */
const hatchTiles = new Map();
const HATCH_PX = 8;

/**
 * A tint with a diagonal hatch on it that stays sharp on dense screens: one pattern, so that an area is filled once.
 * @param {CanvasRenderingContext2D} c
 * @param {{fill: string, alpha: number, hatch: string}} style
 */
function hatch(c, style) {
  const dense = window.devicePixelRatio || 1;
  const key = `${style.fill} ${style.alpha} ${style.hatch} ${dense}`;
  const tile = hatchTiles.get(key) ?? hatchTile(style, dense);
  hatchTiles.set(key, tile);
  const pattern = /** @type {CanvasPattern} */ (c.createPattern(tile, 'repeat'));
  pattern.setTransform(new DOMMatrix().scale(HATCH_PX / tile.width));
  return pattern;
}

/** @param {{fill: string, alpha: number, hatch: string}} style @param {number} dense */
function hatchTile(style, dense) {
  const gap = HATCH_PX;
  const tile = document.createElement('canvas');
  tile.width = Math.round(gap * dense);
  tile.height = tile.width;
  const t = contextOf(tile);
  t.scale(tile.width / gap, tile.width / gap);
  t.globalAlpha = style.alpha;
  t.fillStyle = style.fill;
  t.fillRect(0, 0, gap, gap);
  t.strokeStyle = style.hatch;
  t.globalAlpha = 0.75;
  t.lineWidth = 1;
  for (const shift of [-gap, 0, gap]) {
    t.beginPath();
    t.moveTo(shift, gap);
    t.lineTo(shift + gap, 0);
    t.stroke();
  }
  return tile;
}

/**
 * Fill and rim one path (an area) or only stroke it (a line).
 * @param {CanvasRenderingContext2D} c
 * @param {Path2D} path
 * @param {any} style
 * @param {boolean} closed
 */
function drawPath(c, path, style, closed) {
  if (closed) fillPath(c, path, style);
  strokePath(c, path, style, style.width);
}

/** @param {CanvasRenderingContext2D} c @param {Path2D} path @param {any} style */
function fillPath(c, path, style) {
  c.save();
  c.globalAlpha = style.hatch ? 1 : style.alpha;
  c.fillStyle = style.hatch ? hatch(c, style) : style.fill;
  c.fill(path, 'nonzero');
  c.restore();
}

/** @param {CanvasRenderingContext2D} c @param {Path2D} path @param {any} style @param {number} width */
function strokePath(c, path, style, width) {
  c.save();
  c.strokeStyle = style.stroke;
  c.lineWidth = width;
  c.lineJoin = 'round';
  c.setLineDash(style.dash);
  c.stroke(path);
  c.restore();
}

/**
 * A canvas with one look of a layer on it, for the legend and the lists.
 * @param {object} styles the style table of the island
 * @param {string} layerId
 * @param {string} kind
 * @param {string} look
 */
function swatch(styles, layerId, kind, look) {
  const wide = kind === 'point' ? 22 : 34;
  const { canvas, c } = sharpCanvas(wide, 22);
  if (kind === 'point') {
    drawGlyph(c, 11, 11, glyphOf(styles, layerId, look));
  } else {
    const path = new Path2D();
    if (kind === 'line') {
      path.moveTo(1, 11);
      path.lineTo(33, 11);
    } else if (kind === 'ring') {
      path.arc(17, 11, 9, 0, 2 * Math.PI);
    } else {
      path.rect(2, 4, 30, 14);
    }
    drawPath(c, path, kind === 'line' ? styles.lines[look] : styles.areas[look], kind !== 'line');
  }
  return canvas;
}

/** @param {object} styles @param {string} layerId @param {string} look */
function glyphOf(styles, layerId, look) {
  return (styles.glyphs[layerId] || styles.glyphs.extra)[look];
}

/** Where to draw on a canvas. @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
}

/** @param {number} wide @param {number} high */
function sharpCanvas(wide, high) {
  const dense = window.devicePixelRatio || 1;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(wide * dense);
  canvas.height = Math.round(high * dense);
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${high}px`;
  const c = contextOf(canvas);
  c.scale(dense, dense);
  return { canvas, c };
}
