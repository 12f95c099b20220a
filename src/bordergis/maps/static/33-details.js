/* What is told about one feature, and the list of a layer. Text of the data enters only as textContent. */

const LIST_STEP = 300; // rows of a list put on the page at once
const ALSO_MOST = 12;

/** @param {Layer} layer @param {number} row */
function titleOf(layer, row) {
  return layer.titleOf(row) || `${layerName(layer)} ${row + 1}`;
}

/** The title with each of its parts in its own language. @param {Layer} layer @param {number} row @returns {Node[]} */
function titleParts(layer, row) {
  return titleOf(layer, row).split(' · ').flatMap((part, i) => (i ? [plain(' · '), ofData(part)] : [ofData(part)]));
}

class Details {
  /**
   * @param {Island} data
   * @param {Panel} panel
   * @param {{painterOf: (layer: Layer) => Painter, choose: (feature: Feature) => void, show: (feature: Feature) => void}} acts
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
    const rows = Array.from({ length: layer.rows }, (_, row) => row).sort((a, b) => (rank.get(layer.lookOf(a)) ?? 0) - (rank.get(layer.lookOf(b)) ?? 0));
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
    const look = this.acts.painterOf(layer).lookAt(layer, row);
    const remark = !layer.isDrawn(row) ? 'ui.not_drawn' : look === null ? 'ui.no_time' : null;
    return make('button', { type: 'button', class: 'bg-item', on: { click: () => this.acts.choose({ layer, row }) } }, [
      swatch(this.data.styles, layer.id, layer.kind, look ?? layer.lookOf(row)),
      make('span', {}, titleParts(layer, row)),
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
    const painter = this.acts.painterOf(layer);
    const look = painter.lookAt(layer, row);
    const shown = look ?? layer.lookOf(row);
    const [kind, note] = [layerName(layer), layerNote(layer)];
    const day = painter.day ?? layer.as_of;
    const fields = this.fields(layer, row, day);
    const isForeign = tongue.language !== 'en' && fields.some((part) => part.querySelector('dd span[lang=en]'));
    this.panel.fill('details', [
      make('p', { class: 'bg-kind' }, [
        swatch(this.data.styles, layer.id, layer.kind, shown),
        make('span', { text: layer.legend.length > 1 ? `${kind}: ${lookName(layer, shown)}` : kind }),
        (layer.changes || layer.as_of_only) && make('span', { text: `(${sayDay(layer.as_of_only ? layer.as_of : day)})` }),
        look === null && make('em', { text: say('ui.no_time') }),
      ]),
      make('h2', {}, titleParts(layer, row)),
      this.history(layer, row),
      ...fields,
      isForeign ? make('p', { class: 'bg-soft', text: say('details.as_given') }) : null,
      note ? make('p', { class: 'bg-note' }, partsOf(note)) : null,
      others.length ? this.alsoHere(others) : null,
      make('p', { class: 'bg-tools' }, [
        layer.isDrawn(row) && make('button', { type: 'button', class: 'bg-small', text: say('ui.show_on_map'), on: { click: () => this.acts.show({ layer, row }) } }),
        make('button', { type: 'button', class: 'bg-small', text: `${say('ui.list')}: ${layerName(layer)}`, on: { click: () => this.list(layer) } }),
      ]),
    ]);
  }

  /** How the status went, where it changed. @param {Layer} layer @param {number} row */
  history(layer, row) {
    const spans = spansOf(layer, row);
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

  /** @param {Layer} layer @param {number} row @param {number} day */
  fields(layer, row, day) {
    const timed = day === layer.as_of ? [] : layer.timed;
    /** @type {HTMLElement[]} */
    const parts = [];
    /** @type {string|undefined|null} */
    let pair = null;
    const why = this.why(layer, row, timed.length > 0);
    for (const field of layer.fields.filter(({ kind }) => kind !== 'facts')) {
      const value = field.at(row);
      if (value === null && field.pair !== 'claim') continue;
      if (pair === null || field.pair !== pair) parts.push(make('dl', { class: field.pair ? 'bg-fields bg-pair' : 'bg-fields' }));
      pair = field.pair;
      const name = timed.includes(field.key) ? `${fieldName(field)} (${onMapsDay(layer)})` : fieldName(field);
      parts[parts.length - 1].append(make('div', {}, [make('dt', { text: name }), valueOf(layer, field, value)]));
    }
    return why ? [why, ...parts] : parts;
  }

  /** Why a village has its access. What is known for the date of the map only is said so on every other day. @param {Layer} layer @param {number} row @param {boolean} isDated */
  why(layer, row, isDated) {
    const told = whyOf(layer, row);
    return told && make('div', { class: 'bg-why' }, [make('h3', { text: isDated ? `${say('details.why')} (${onMapsDay(layer)})` : say('details.why') }), told]);
  }
}

/**
 * A value; a text of the data is told to be in its own language, one of the analyst's own layers in an unknown one.
 * @param {Layer} layer
 * @param {Field} field
 * @param {string|null} value none only of a claim, of which that is told
 */
function valueOf(layer, field, value) {
  if (value === null) return make('dd', { text: say('value.none_recorded') });
  if (field.kind === 'link') return make('dd', { lang: '' }, [linkTo(value)]);
  const text = fieldText(field, value);
  if (layer.id.startsWith('extra')) return make('dd', { lang: '', text });
  const isOurs = field.kind === 'code' ? wordsFor(`value.${field.code}.${value}`) : field.kind !== 'text';
  return make('dd', {}, isOurs ? [plain(text)] : text.split(/(?<=;)/).map(ofData)); // other names are of every script, with ; between
}

/** An address the reader may follow; anything but http and https stays text. @param {string} address */
function linkTo(address) {
  if (!/^https?:\/\//i.test(address)) return plain(address);
  return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer', title: say('ui.opens_new'), text: address });
}

/** From one day to another, either of which may be open. @param {number|null} from @param {number|null} to */
function spanText(from, to) {
  if (from === null) return say('time.until', { date: sayDay(/** @type {number} */ (to)) });
  return to === null ? say('time.since', { date: sayDay(from) }) : `${sayDay(from)} \u2013 ${sayDay(to)}`;
}

/** The date of the situation that a layer is of, in words. @param {Layer} layer */
function onMapsDay(layer) {
  return `${say('page.as_of')} ${sayDay(layer.as_of)}`;
}

/** @param {Field} field */
function fieldName(field) {
  return wordsFor(`field.${field.key}`) ?? field.label;
}

/** A coded value in words, a date or a length in words, anything else as it stands. @param {Field} field @param {string} value */
function fieldText(field, value) {
  if (field.code) return wordsFor(`value.${field.code}.${value}`) ?? value.replaceAll('_', ' ');
  if (field.kind === 'date') return sayIsoDays(value);
  if (field.kind !== 'length') return value;
  const [n, unit] = value.split(' ');
  return say(`value.unit.${unit}`, { n });
}
