/* Search by name, in any script, and by code. */

const SEARCH_MOST = 30;
const INDEX_STEP = 4000; // names folded in one go
const ZERO_WIDTH = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const LATIN_MARKS = /[\u0300-\u036f]/g; // the marks of Khmer and Thai are letters to their readers: kept
const KHMER_ZERO = 0x17e0;
const THAI_ZERO = 0x0e50;

/**
 * A text as it is compared: without case, Latin diacritics, zero-width characters, spaces and punctuation; digits of Khmer and Thai as 0 to 9.
 * @param {string} text
 */
function fold(text) {
  return text
    .normalize('NFKD')
    .replace(ZERO_WIDTH, '')
    .replace(LATIN_MARKS, '')
    .toLowerCase()
    .replace(/[\u17e0-\u17e9\u0e50-\u0e59]/g, (digit) => String((digit.codePointAt(0) ?? 0) - (digit < '\u1000' ? THAI_ZERO : KHMER_ZERO)))
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}

/**
 * What a row can be found by, folded.
 * @param {Layer} layer
 * @param {number} row
 * @returns {string[]}
 */
function foldedNames(layer, row) {
  const columns = layer.fields.filter(({ key }) => /^name|_id$|pcode/.test(key));
  const names = [layer.titleOf(row), ...columns.flatMap((field) => (field.at(row) ?? '').split(/[;|,]/))];
  return [...new Set(names.map((name) => fold(name ?? '')).filter(Boolean))];
}

/** How well a name fits: 0 the same, 1 begins so, 2 holds it; 9 not at all. @param {string[]} names @param {string} wanted */
function fit(names, wanted) {
  let best = 9;
  for (const name of names) {
    const at = name.indexOf(wanted);
    if (at >= 0) best = Math.min(best, at > 0 ? 2 : name === wanted ? 0 : 1);
  }
  return best;
}

class Search {
  /**
   * @param {Layer[]} layers in reading order
   * @param {Styles} styles
   * @param {{choose: (feature: Feature) => void, show: (feature: Feature) => void, panel: Panel}} acts
   */
  constructor(layers, styles, acts) {
    this.layers = layers;
    this.styles = styles;
    this.acts = acts;
    /** @type {Feature[]} */
    this.found = [];
    this.at = -1;
    /** @type {{feature: Feature, names: string[]}[]|null} */
    this.index = null;
    /** @type {Promise<void>|null} */
    this.building = null;
    this.input = make('input', {
      type: 'search', id: 'bg-search-text', role: 'combobox', sayLabel: 'ui.search', autocomplete: 'off', spellcheck: 'false',
      'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'bg-search-list',
      on: { input: () => this.look(), keydown: (event) => this.key(event), focus: () => this.look() },
    });
    this.list = make('ul', { id: 'bg-search-list', role: 'listbox', sayLabel: 'ui.search', hidden: true });
    this.none = make('p', { id: 'bg-search-none', class: 'bg-soft', say: 'ui.search_none', hidden: true });
    const root = byId('bg-search');
    root.append(this.input, this.list, this.none);
    root.addEventListener('focusout', (event) => {
      if (!root.contains(/** @type {Node|null} */ (event.relatedTarget))) this.close();
    });
  }

  /** Fold every name, a part at a time so that the page goes on answering. */
  async build() {
    /** @type {{feature: Feature, names: string[]}[]} */
    const index = [];
    for (const layer of this.layers) {
      if (layer.kind === 'ring') continue;
      for (let row = 0; row < layer.rows; row += 1) {
        index.push({ feature: { layer, row }, names: foldedNames(layer, row) });
        if (index.length % INDEX_STEP === 0) await new Promise((go) => { setTimeout(go); });
      }
    }
    this.index = index;
  }

  /** The names are in another language now. */
  forget() {
    this.index = null;
    this.building = null;
  }

  async look() {
    this.building ??= this.build();
    await this.building;
    const wanted = fold(this.input.value);
    /** @type {Feature[][]} by how well they fit */
    const ranked = [[], [], []];
    for (const { feature, names } of wanted ? this.index ?? [] : []) ranked[fit(names, wanted)]?.push(feature);
    const all = ranked.flat();
    this.found = all.slice(0, SEARCH_MOST);
    this.at = -1;
    this.list.replaceChildren(...this.found.map((feature, i) => this.option(feature, i)));
    this.list.hidden = !this.found.length;
    this.none.hidden = !wanted || this.found.length > 0;
    this.input.setAttribute('aria-expanded', String(this.found.length > 0));
    this.input.removeAttribute('aria-activedescendant');
    if (wanted) announce(all.length ? say('ui.search_found', { n: all.length }) : say('ui.search_none'));
  }

  /** @param {Feature} feature @param {number} i */
  option({ layer, row }, i) {
    const names = layer.fields.filter(({ key }) => key === 'name_km' || key === 'name_th').map((field) => field.at(row)).filter((name) => name !== null);
    return make('li', { role: 'option', id: `bg-found-${i}`, 'aria-selected': 'false', on: { mousedown: (event) => event.preventDefault(), click: () => this.take(i) } }, [
      swatch(this.styles, layer.id, layer.kind, layer.lookOf(row)),
      make('span', {}, [
        make('b', {}, titleParts(layer, row)),
        make('small', {}, [...names.flatMap((name) => [ofData(name), plain(' · ')]), plain(layerName(layer))]),
      ]),
    ]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      event.preventDefault();
      this.point((this.at + step + this.found.length) % this.found.length);
    } else if (event.key === 'Enter' && this.found.length) {
      event.preventDefault();
      this.take(Math.max(this.at, 0));
    } else if (event.key === 'Escape') {
      this.close();
    }
  }

  /** @param {number} at the option under the arrow keys */
  point(at) {
    this.at = at;
    Array.from(this.list.children).forEach((option, i) => option.setAttribute('aria-selected', String(i === at)));
    this.list.children[at].scrollIntoView({ block: 'nearest' });
    this.input.setAttribute('aria-activedescendant', `bg-found-${at}`);
  }

  /** @param {number} i */
  take(i) {
    const feature = this.found[i];
    this.close();
    this.acts.choose(feature);
    this.acts.show(feature);
  }

  close() {
    this.list.hidden = true;
    this.none.hidden = true;
    this.input.setAttribute('aria-expanded', 'false');
  }
}
