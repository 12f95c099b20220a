/* The map as a picture: to share as PNG, with what must go with it, and to print. It holds nothing that the page does not show. */

const PICTURE_DENSE = 2; // dots of the picture for each CSS pixel
const PICTURE_PAD = 16;
const LEGEND_ROW = 22;
const SCALE_PX = 110; // the longest scale bar

/** Where a line may break: Khmer and Thai have no spaces between words, and Firefox before 125 does not know their words. @param {string} text @returns {string[]} */
function wordsOf(text) {
  if ('Segmenter' in Intl) return Array.from(new Intl.Segmenter(tongue.language, { granularity: 'word' }).segment(text), ({ segment }) => segment);
  return text.match(/[\p{sc=Khmr}\p{sc=Thai}](?:\u17d2.|\p{M})*\s*|[^\s\p{sc=Khmr}\p{sc=Thai}]+\s*|\s+/gu) ?? [];
}

/** The text cut into lines that fit. @param {Canvas2D} c @param {string} text @param {number} wide */
function wrapText(c, text, wide) {
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const segment of wordsOf(text)) {
    if (line && c.measureText(line + segment.trimEnd()).width > wide) {
      lines.push(line);
      line = segment.trimStart();
    } else {
      line += segment;
    }
  }
  return line ? [...lines, line] : lines;
}

/** Canvases and embedded pictures of a map, bottom first. @param {HTMLElement} element */
function picturesOf(element) {
  const height = (/** @type {Element} */ node) => Number(getComputedStyle(/** @type {Element} */ (node.closest('.leaflet-pane'))).zIndex) || 0;
  const found = /** @type {(HTMLCanvasElement|HTMLImageElement)[]} */ (Array.from(element.querySelectorAll('.leaflet-map-pane canvas, .leaflet-map-pane img')));
  const embedded = found.filter((node) => (node instanceof HTMLImageElement ? node.src.startsWith('data:') : node.width * node.height > 0));
  return embedded.sort((a, b) => height(a) - height(b));
}

/** A round length of 1, 2 or 5 and its powers of ten, at most this. @param {number} metres */
function roundLength(metres) {
  const ten = 10 ** Math.floor(Math.log10(metres));
  return ten * (/** @type {number} */ ([5, 2, 1].find((step) => step * ten <= metres)));
}

class Picture {
  /** @param {Island} data @param {State} state @param {{map: L.Map, head: Head, list: LayerList, painters: () => Painter[]}} parts */
  constructor(data, state, { map, head, list, painters }) {
    this.data = data;
    this.state = state;
    this.map = map;
    this.head = head;
    this.list = list;
    this.painters = painters;
    window.addEventListener('beforeprint', () => this.layOut());
  }

  /** The map as it is on the screen; both maps where two are compared. */
  mapPicture() {
    for (const painter of this.painters()) painter.canvases(); // what waits for the next frame is drawn
    const frame = byId('bg-maps').getBoundingClientRect();
    const canvas = make('canvas', { width: Math.round(frame.width * PICTURE_DENSE), height: Math.round(frame.height * PICTURE_DENSE) });
    const c = contextOf(canvas);
    c.scale(PICTURE_DENSE, PICTURE_DENSE);
    for (const element of document.querySelectorAll('#bg-maps .bg-map')) this.drawMap(c, /** @type {HTMLElement} */ (element), frame);
    return canvas;
  }

  /** @param {Canvas2D} c @param {HTMLElement} element @param {DOMRect} frame */
  drawMap(c, element, frame) {
    const { tokens } = this.data.styles;
    const box = element.getBoundingClientRect();
    c.save();
    c.translate(box.x - frame.x, box.y - frame.y);
    c.beginPath();
    c.rect(0, 0, box.width, box.height);
    c.clip();
    c.fillStyle = tokens.sea;
    c.fillRect(0, 0, box.width, box.height);
    for (const picture of picturesOf(element)) {
      const at = picture.getBoundingClientRect();
      c.globalAlpha = Number(getComputedStyle(picture).opacity);
      c.drawImage(picture, at.x - box.x, at.y - box.y, at.width, at.height);
    }
    c.globalAlpha = 1;
    this.drawScale(c, box.height);
    this.drawNorth(c, box.width);
    const chip = element.parentElement?.querySelector('.bg-chip:not([hidden])')?.textContent;
    if (chip) this.drawChip(c, chip, box.width);
    c.strokeStyle = tokens.rule;
    c.strokeRect(0.5, 0.5, box.width - 1, box.height - 1);
    c.restore();
  }

  /** @param {Canvas2D} c @param {number} high */
  drawScale(c, high) {
    const { tokens } = this.data.styles;
    const middle = this.map.getSize().y / 2;
    const [left, right] = [0, SCALE_PX].map((x) => this.map.containerPointToLatLng([x, middle]));
    const metres = geodesicMetres([left.lng, left.lat], [right.lng, right.lat]);
    const round = roundLength(metres);
    const wide = (SCALE_PX * round) / metres;
    c.fillStyle = tokens['label-halo'];
    c.fillRect(8, high - 34, wide + 12, 26);
    c.strokeStyle = tokens.ink;
    c.lineWidth = 1.5;
    strokes(c, [[[14, high - 18], [14, high - 13], [14 + wide, high - 13], [14 + wide, high - 18]]]);
    this.type(c, { size: 11 });
    c.fillText(round < 1000 ? `${round} m` : `${round / 1000} km`, 17, high - 25);
  }

  /** @param {Canvas2D} c @param {number} wide */
  drawNorth(c, wide) {
    const { tokens } = this.data.styles;
    c.fillStyle = tokens['label-halo'];
    c.fillRect(wide - 38, 8, 30, 44);
    this.type(c, { size: 12, bold: true });
    c.textAlign = 'center';
    c.fillText(say('ui.north_mark'), wide - 23, 17);
    c.textAlign = 'start';
    c.beginPath();
    polygon(c, [[wide - 23, 24], [wide - 16, 47], [wide - 23, 42], [wide - 30, 47]]);
    c.fill();
  }

  /** @param {Canvas2D} c @param {string} text @param {number} wide */
  drawChip(c, text, wide) {
    this.type(c, { size: 12.5, bold: true });
    const long = c.measureText(text).width;
    c.fillStyle = this.data.styles.tokens.paper;
    c.fillRect((wide - long) / 2 - 9, 8, long + 18, 24);
    c.fillStyle = this.data.styles.tokens.ink;
    c.fillText(text, (wide - long) / 2, 20);
  }

  /** @param {Canvas2D} c @param {Type} how */
  type(c, { size, bold, soft }) {
    c.font = `${bold ? '600 ' : ''}${size}px ${getComputedStyle(document.body).fontFamily}`;
    c.fillStyle = this.data.styles.tokens[soft ? 'ink-soft' : 'ink'];
    c.textBaseline = 'middle';
  }

  /** Title, dates, map, legend, sources and disclaimer on one canvas. */
  sheet() {
    const map = this.mapPicture();
    const wide = map.width / PICTURE_DENSE + 2 * PICTURE_PAD;
    const measure = contextOf(make('canvas'));
    const { page, sources } = this.data;
    const credit = sources.map(({ title, licence }) => [title, licence].filter(Boolean).join(', ')).join('; ');
    const above = [
      this.paragraph(measure, inLanguage(page.title), wide, { size: 20, bold: true }),
      this.paragraph(measure, inLanguage(page.area), wide, { size: 13, soft: true }),
      this.paragraph(measure, this.head.facts().map(([term, text]) => `${term}: ${text}`).join(' \u00b7 '), wide, { size: 13 }),
    ];
    const below = [
      this.legendBlock(measure, wide),
      this.paragraph(measure, say('gap.text'), wide, { size: 11, soft: true }),
      this.paragraph(measure, `${say('sources.heading')}: ${credit}`, wide, { size: 10.5, soft: true }),
      this.paragraph(measure, inLanguage(page.disclaimer), wide, { size: 11, bold: true }),
    ];
    const picture = {
      high: map.height / PICTURE_DENSE + 10,
      draw: (/** @type {Canvas2D} */ c, /** @type {number} */ y) => c.drawImage(map, PICTURE_PAD, y, map.width / PICTURE_DENSE, map.height / PICTURE_DENSE),
    };
    return this.stack([...above, picture, ...below], wide);
  }

  /** @param {Block[]} blocks @param {number} wide */
  stack(blocks, wide) {
    const high = blocks.reduce((sum, block) => sum + block.high, 2 * PICTURE_PAD);
    const canvas = make('canvas', { width: Math.round(wide * PICTURE_DENSE), height: Math.round(high * PICTURE_DENSE) });
    const c = contextOf(canvas);
    c.scale(PICTURE_DENSE, PICTURE_DENSE);
    c.fillStyle = this.data.styles.tokens.paper;
    c.fillRect(0, 0, wide, high);
    let y = PICTURE_PAD;
    for (const block of blocks) {
      block.draw(c, y);
      y += block.high;
    }
    return canvas;
  }

  /**
   * @param {Canvas2D} measure
   * @param {string} text
   * @param {number} wide
   * @param {Type} how
   * @returns {Block}
   */
  paragraph(measure, text, wide, how) {
    this.type(measure, how);
    const lines = wrapText(measure, text, wide - 2 * PICTURE_PAD);
    const step = how.size * 1.42;
    return {
      high: lines.length * step + 6,
      draw: (c, y) => {
        this.type(c, how);
        lines.forEach((line, i) => c.fillText(line, PICTURE_PAD, y + (i + 0.5) * step));
      },
    };
  }

  /** @param {Canvas2D} measure @param {number} wide @returns {Block} */
  legendBlock(measure, wide) {
    const items = this.list.legend(this.painters());
    const how = { size: 11.5 };
    this.type(measure, how);
    const widest = Math.max(...items.map(({ text }) => measure.measureText(text).width)) + 52;
    const columns = Math.max(1, Math.floor((wide - 2 * PICTURE_PAD) / widest));
    const column = (wide - 2 * PICTURE_PAD) / columns;
    return {
      high: Math.ceil(items.length / columns) * LEGEND_ROW + 12,
      draw: (c, y) => {
        this.type(c, how);
        items.forEach(({ text, picture }, i) => {
          const [x, top] = [PICTURE_PAD + (i % columns) * column, y + Math.floor(i / columns) * LEGEND_ROW];
          c.drawImage(picture, x, top, parseFloat(picture.style.width), LEGEND_ROW);
          c.fillText(text, x + 40, top + LEGEND_ROW / 2, column - 46);
        });
      },
    };
  }

  /** Hand the picture to the reader as a file. */
  save() {
    const name = `situation-${isoDay(this.state.values.day)}.png`;
    this.sheet().toBlob((blob) => {
      const link = make('a', { download: name, href: URL.createObjectURL(/** @type {Blob} */ (blob)) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      announce(say('ui.picture_made', { name }));
    }, 'image/png');
  }

  /** The sheet that is printed: words as text, the map as a picture. */
  layOut() {
    const { page } = this.data;
    byId('bg-print').replaceChildren(
      make('h1', { text: inLanguage(page.title) }),
      make('p', { text: [inLanguage(page.area), ...this.head.facts().map(([term, text]) => `${term}: ${text}`)].join(' \u00b7 ') }),
      make('img', { src: this.mapPicture().toDataURL('image/png'), alt: say('page.title'), decoding: 'sync' }),
      make('p', { class: 'bg-print-disclaimer', text: inLanguage(page.disclaimer) }),
      make('h2', { text: say('ui.legend') }),
      make('ul', { class: 'bg-print-legend' }, this.list.legend(this.painters()).map(({ text, picture }) => make('li', {}, [picture, make('span', { text })]))),
      make('p', { text: say('gap.text') }),
      ...sourceRows(this.data).slice(0, 2).filter((part) => part !== null),
    );
  }
}
