/* Glyphs and strokes: one set of functions draws the map and its legend, so that they match. */

/** Outlines in a box from -1 to 1. @type {Record<string, (c: Canvas2D) => void>} */
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
  hoop: (c) => frame(c, ring(48, 0)),
  frame: (c) => frame(c, [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
  tilted: (c) => frame(c, [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]]),
  bridge: (c) => polygon(c, [[-1, -0.45], [1, -0.45], [1, 0.75], [0.66, 0.75], [0.5, 0.2], [-0.5, 0.2], [-0.66, 0.75], [-1, 0.75]]),
};

/** Marks inside an outline, in the same box. @type {Record<string, (c: Canvas2D, glyph: Glyph) => void>} */
const MARKS = {
  none: () => {},
  cross: (c) => strokes(c, [[[-0.45, -0.45], [0.45, 0.45]], [[-0.45, 0.45], [0.45, -0.45]]]),
  plus: (c) => strokes(c, [[[-0.5, 0], [0.5, 0]], [[0, -0.5], [0, 0.5]]]),
  hatch: (c) => strokes(c, [[[-0.78, 0.2], [0.2, -0.78]], [[-0.58, 0.58], [0.58, -0.58]], [[-0.2, 0.78], [0.78, -0.2]]]),
  tick: (c) => strokes(c, [[[-0.45, 0.05], [-0.1, 0.42], [0.48, -0.38]]]),
  bar: (c) => strokes(c, [[[-0.52, 0], [0.52, 0]]]),
  bang: (c) => strokes(c, [[[0, -0.5], [0, 0.12]], [[0, 0.48], [0, 0.5]]]),
  added: (c, { stroke }) => badge(c, stroke, [[[-0.2, 0], [0.2, 0]], [[0, -0.2], [0, 0.2]]]),
  taken: (c, { stroke }) => badge(c, stroke, [[[-0.2, 0], [0.2, 0]]]),
  turned: (c, { stroke }) => badge(c, stroke, [[[-0.2, 0.14], [0.2, 0.14], [0, -0.2], [-0.2, 0.14]]]),
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

/** The corners of a regular polygon. @param {number} n @param {number} turn @returns {[number, number][]} */
function ring(n, turn) {
  return Array.from({ length: n }, (_, i) => [Math.cos(turn + (2 * Math.PI * i) / n), Math.sin(turn + (2 * Math.PI * i) / n)]);
}

/** @param {Canvas2D} c @param {number[][]} points */
function polygon(c, points) {
  points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.closePath();
}

/** An outline with a hole, so that what it stands round is seen. @param {Canvas2D} c @param {number[][]} points */
function frame(c, points) {
  polygon(c, points);
  polygon(c, points.map(([x, y]) => [0.68 * x, 0.68 * y]).reverse());
}

/** A sign in the ink of the glyph on a spot at the upper right. @param {Canvas2D} c @param {string} colour of the spot @param {number[][][]} lines round the middle of the spot */
function badge(c, colour, lines) {
  const [x, y] = [0.66, -0.66];
  c.beginPath();
  c.arc(x, y, 0.38, 0, 2 * Math.PI);
  c.fillStyle = colour;
  c.fill();
  strokes(c, lines.map((line) => line.map(([dx, dy]) => [x + dx, y + dy])));
}

/** @param {Canvas2D} c @param {number[][][]} lines */
function strokes(c, lines) {
  c.beginPath();
  for (const line of lines) line.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
  c.stroke();
}

/**
 * Draw one glyph.
 * @param {Canvas2D} c
 * @param {number} x
 * @param {number} y
 * @param {Glyph} glyph
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
  MARKS[glyph.mark](c, glyph);
  c.restore();
}

/** Tiles of hatches by colour, kind and density, drawn once. @type {Map<string, HTMLCanvasElement>} */
const hatchTiles = new Map();
const HATCH_PX = 8;

/**
 * A tint with a diagonal hatch, or dots, on it that stays sharp on dense screens: one pattern, so that an area is filled once.
 * @param {Canvas2D} c
 * @param {AreaStyle} style
 * @param {string} ink of the hatch
 */
function hatch(c, { fill, alpha, dotted = false }, ink) {
  const dense = window.devicePixelRatio || 1;
  const key = `${fill} ${alpha} ${ink} ${dotted} ${dense}`;
  const tile = hatchTiles.get(key) ?? hatchTile(fill, alpha, ink, dotted);
  hatchTiles.set(key, tile);
  const pattern = /** @type {CanvasPattern} */ (c.createPattern(tile, 'repeat'));
  pattern.setTransform(new DOMMatrix().scale(HATCH_PX / tile.width));
  return pattern;
}

/** @param {string} fill @param {number} alpha @param {string} ink @param {boolean} dotted */
function hatchTile(fill, alpha, ink, dotted) {
  const { canvas, c } = sharpCanvas(HATCH_PX, HATCH_PX);
  const scale = canvas.width / HATCH_PX; // whole dots of the screen, so that tiles meet
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.globalAlpha = alpha;
  c.fillStyle = fill;
  c.fillRect(0, 0, HATCH_PX, HATCH_PX);
  c.globalAlpha = 0.75;
  c.strokeStyle = ink;
  c.fillStyle = ink;
  c.lineWidth = 1;
  if (dotted) for (const middle of [HATCH_PX / 4, (3 * HATCH_PX) / 4]) c.fillRect(middle - 1, middle - 1, 2, 2);
  else strokes(c, [-HATCH_PX, 0, HATCH_PX].map((shift) => [[shift, HATCH_PX], [shift + HATCH_PX, 0]]));
  return canvas;
}

/**
 * Fill and rim one path (an area) or only stroke it (a line).
 * @param {Canvas2D} c
 * @param {Path2D} path
 * @param {LineStyle|AreaStyle} style
 */
function drawPath(c, path, style) {
  if ('fill' in style) fillPath(c, path, style);
  strokePath(c, path, style, style.width);
}

/** @param {Canvas2D} c @param {Path2D} path @param {AreaStyle} style */
function fillPath(c, path, style) {
  c.save();
  c.globalAlpha = style.hatch ? 1 : style.alpha;
  c.fillStyle = style.hatch ? hatch(c, style, style.hatch) : style.fill;
  c.fill(path, 'nonzero');
  c.restore();
}

/** @param {Canvas2D} c @param {Path2D} path @param {{stroke: string, dash: number[]}} style @param {number} width */
function strokePath(c, path, { stroke, dash }, width) {
  c.save();
  c.strokeStyle = stroke;
  c.lineWidth = width;
  c.lineJoin = 'round';
  c.setLineDash(dash);
  c.stroke(path);
  c.restore();
}

/** How lines or areas of a look are drawn. @param {Styles} styles @param {Kind} kind @param {string} look @returns {LineStyle|AreaStyle} */
function strokeOf(styles, kind, look) {
  return (kind === 'line' ? styles.lines : styles.areas)[look];
}

/**
 * A canvas with one look of a layer on it, for the legend and the lists.
 * @param {Styles} styles
 * @param {string} layerId
 * @param {Kind} kind
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
    drawPath(c, path, strokeOf(styles, kind, look));
  }
  return canvas;
}

/** @param {Styles} styles @param {string} layerId @param {string} look @returns {Glyph} */
function glyphOf(styles, layerId, look) {
  return (styles.glyphs[layerId] || styles.glyphs.extra)[look];
}

/** Where to draw on a canvas. @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  return /** @type {Canvas2D} */ (canvas.getContext('2d'));
}

/** A canvas as sharp as the screen. @param {number} wide @param {number} high @returns {SharpCanvas} */
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
