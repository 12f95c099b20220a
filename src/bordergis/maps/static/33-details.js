/* What is told about one feature, and the list of a layer. Text of the data enters only as textContent. */

const LIST_STEP = 300; // rows of a list put on the page at once
const ALSO_MOST = 12;
const WHY = 'reasons'; // told under a heading of its own: why a village has its status
const REPORTED = 'reported_inaccessible';
const GROUNDS = ['in_zone', 'in_zone_since', REPORTED]; // told there too, in the language of the page

/** @param {Layer} layer @param {number} row */
function titleOf(layer, row) {
  return layer.titleOf(row) || `${layerName(layer)} ${row + 1}`;
}

class Details {
  /**
   * @param {Island} data
   * @param {Panel} panel
   * @param {{painter: Painter, choose: (feature: Feature) => void, show: (feature: Feature) => void}} acts
   */
  constructor(data, panel, acts) {
    this.data = data;
    this.panel = panel;
    this.acts = acts;
    this.again = () => this.nothing();
    this.nothing();
  }

  nothing() {
    this.again = () => this.nothing();
    this.panel.fill('details', [make('p', { class: 'bg-soft', text: say('ui.nothing') })]);
  }

  /** Every row of a layer, drawn or not, as buttons: the way in without a pointer. @param {Layer} layer */
  list(layer) {
    this.again = () => this.list(layer);
    const rank = new Map(layer.legend.map(({ look }, i) => [look, i]));
    const rows = Array.from({ length: layer.rows }, (_, row) => row).sort((a, b) => (rank.get(layer.looks[a]) ?? 0) - (rank.get(layer.looks[b]) ?? 0));
    const items = make('ul', { class: 'bg-items' });
    const more = make('button', { type: 'button', class: 'bg-small', on: { click: () => next() } });
    const next = () => {
      items.append(...rows.splice(0, LIST_STEP).map((row) => make('li', {}, [this.item({ layer, row })])));
      more.hidden = !rows.length;
      more.textContent = `+ ${sayNumber(rows.length)}`;
    };
    next();
    this.panel.fill('details', [make('h2', { text: `${layerName(layer)} (${sayNumber(layer.rows)})` }), items, more]);
    this.panel.open('details');
  }

  /** @param {Feature} feature */
  item({ layer, row }) {
    const look = this.acts.painter.lookAt(layer, row);
    const remark = !layer.isDrawn(row) ? 'ui.not_drawn' : look === null ? 'ui.no_time' : null;
    return make('button', { type: 'button', class: 'bg-item', on: { click: () => this.acts.choose({ layer, row }) } }, [
      swatch(this.data.styles, layer.id, layer.kind, look ?? layer.looks[row]),
      make('span', { text: titleOf(layer, row) }),
      remark && make('em', { text: say(remark) }),
    ]);
  }

  /** @param {Feature[]} features the first is shown, the others are offered */
  tell(features) {
    this.write(features);
    this.panel.open('details');
  }

  /** @param {Feature[]} features */
  write(features) {
    this.again = () => this.write(features);
    const [{ layer, row }, ...others] = features;
    const look = this.acts.painter.lookAt(layer, row);
    const shown = look ?? layer.looks[row];
    const kind = layer.legend.length > 1 ? `${layerName(layer)}: ${lookName(layer, shown)}` : layerName(layer);
    const note = layerNote(layer);
    this.panel.fill('details', [
      make('p', { class: 'bg-kind' }, [
        swatch(this.data.styles, layer.id, layer.kind, shown),
        make('span', { text: kind }),
        look === null && make('em', { text: say('ui.no_time') }),
      ]),
      make('h2', { text: titleOf(layer, row) }),
      this.history(layer, row),
      ...this.fields(layer, row),
      note ? make('p', { class: 'bg-note', text: note }) : null,
      others.length ? this.alsoHere(others) : null,
      make('p', { class: 'bg-tools' }, [
        layer.isDrawn(row) && make('button', { type: 'button', class: 'bg-small', text: say('ui.show_on_map'), on: { click: () => this.acts.show({ layer, row }) } }),
        make('button', { type: 'button', class: 'bg-small', text: `${say('ui.list')}: ${layerName(layer)}`, on: { click: () => this.list(layer) } }),
      ]),
    ]);
  }

  /** How the status went, where it changed. @param {Layer} layer @param {number} row */
  history(layer, row) {
    const spans = this.acts.painter.spans(layer, row);
    if (spans.length < 2) return null;
    return make('ul', { class: 'bg-spans' }, spans.map(([from, to, look]) => make('li', {}, [
      swatch(this.data.styles, layer.id, layer.kind, look),
      make('span', { text: `${lookName(layer, look)}: ${spanText(from, to)}` }),
    ])));
  }

  /** @param {Feature[]} others */
  alsoHere(others) {
    return make('div', {}, [
      make('h3', { text: `${say('ui.also_here')} (${others.length})` }),
      make('ul', { class: 'bg-items' }, others.slice(0, ALSO_MOST).map((feature) => make('li', {}, [this.item(feature)]))),
      others.length > ALSO_MOST && make('p', { class: 'bg-soft', text: `+ ${others.length - ALSO_MOST} ${say('ui.more')}` }),
    ]);
  }

  /** @param {Layer} layer @param {number} row */
  fields(layer, row) {
    /** @type {HTMLElement[]} */
    const parts = [];
    /** @type {string|undefined|null} */
    let pair = null;
    const dated = this.acts.painter.day !== this.data.days.as_of && (layer.timed ?? []);
    const told = layer.fields.some(({ key }) => key === WHY) ? GROUNDS : [];
    for (const field of layer.fields) {
      if (told.includes(field.key)) continue;
      const value = field.at(row) ?? (field.pair === 'claim' ? say('value.none_recorded') : null);
      if (value === null) continue;
      if (field.key === WHY) {
        parts.push(this.why(layer, row, value, dated && dated.includes(WHY)));
        pair = null;
        continue;
      }
      if (pair === null || field.pair !== pair) parts.push(make('dl', { class: field.pair ? 'bg-fields bg-pair' : 'bg-fields' }));
      pair = field.pair;
      parts[parts.length - 1].append(make('div', {}, [
        make('dt', { text: dated && dated.includes(field.key) ? `${fieldName(field)} (${this.onMapsDay()})` : fieldName(field) }),
        make('dd', { lang: languageOf(field) }, [field.kind === 'link' ? this.link(value) : document.createTextNode(fieldText(field, value))]),
      ]));
    }
    return parts;
  }

  /** What is known for the date of the map only is said so on every other day. */
  onMapsDay() {
    return `${say('page.as_of')} ${sayDay(this.data.days.as_of)}`;
  }

  /**
   * Why a village has its status: each ground on a line, in the words of the page, then in those of the data.
   *
   * @param {Layer} layer
   * @param {number} row
   * @param {string} reasons
   * @param {boolean} dated
   */
  why(layer, row, reasons, dated) {
    const lines = (/** @type {string[]} */ texts, /** @type {string} */ lang) => make('ul', { lang }, texts.map((text) => make('li', { text })));
    const grounds = groundsOf(layer, row);
    return make('div', { class: 'bg-why' }, [
      make('h3', { text: dated ? `${say('details.why')} (${this.onMapsDay()})` : say('details.why') }),
      grounds.length > 0 && lines(grounds, tongue.language),
      grounds.length > 0 && make('p', { class: 'bg-soft', text: say('details.data_words') }),
      lines(reasons.split(/;\s+/).filter(Boolean), 'en'),
    ]);
  }

  /** An address the reader may follow; anything but http and https stays text. @param {string} address */
  link(address) {
    if (!/^https?:\/\//i.test(address)) return document.createTextNode(address);
    return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer', title: say('ui.opens_new'), text: address });
  }
}

/** From one day to another, either of which may be open. @param {number|null} from @param {number|null} to */
function spanText(from, to) {
  if (from === null) return say('time.until', { date: sayDay(/** @type {number} */ (to)) });
  return to === null ? say('time.since', { date: sayDay(from) }) : `${sayDay(from)} \u2013 ${sayDay(to)}`;
}

/** The language of a field's text, where it is not that of the page: '' is not known. @param {Field} field */
function languageOf(field) {
  if (field.code || field.kind === 'date') return undefined;
  return { name_km: 'km', name_th: 'th' }[field.key] ?? '';
}

/** What speaks for the status of a village, as far as it is coded; that nobody reports is told too. @param {Layer} layer @param {number} row */
function groundsOf(layer, row) {
  const known = layer.fields.filter(({ key }) => GROUNDS.includes(key)).map((field) => ({ field, value: field.at(row) }));
  const told = known.filter(({ value }) => value !== null).map(({ field, value }) => `${fieldName(field)}: ${fieldText(field, value ?? '')}`);
  const silent = known.length > 0 && !known.some(({ field, value }) => field.key === REPORTED && value !== null);
  return silent ? [...told, `${say(`field.${REPORTED}`)}: ${say('value.none_recorded')}`] : told;
}

/** @param {Field} field */
function fieldName(field) {
  return wordsFor(`field.${field.key}`) ?? field.label;
}

/** A coded value in words, a date in words, anything else as it stands. @param {Field} field @param {string} value */
function fieldText(field, value) {
  if (field.code) return wordsFor(`value.${field.code}.${value}`) ?? value.replaceAll('_', ' ');
  if (field.kind !== 'date') return value;
  return value.split('/').map((part) => {
    const day = dayOf(part);
    return day === null ? part : sayDay(day);
  }).join(' \u2013 ');
}
