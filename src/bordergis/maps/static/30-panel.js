/* The panel: layers with their legend, details of what was chosen, sources. Text of the data enters only as textContent. */

/**
 * An element with text and attributes; never markup.
 * @param {string} tag
 * @param {{text?: string, [name: string]: any}} [options] attributes, `text`, `on` (event name to function)
 * @param {(Node|null)[]} [children]
 */
function make(tag, { text, on, ...attributes } = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  if (text !== undefined && text !== null) element.textContent = text;
  for (const [event, act] of Object.entries(on || {})) element.addEventListener(event, act);
  element.append(...children.filter(Boolean));
  return element;
}

const SHEET_PX = 62; // what is seen of a closed sheet; page.css leaves this much below the map
const TABS = ['layers', 'details', 'sources'];

/** The side panel, which is a bottom sheet on narrow screens. */
class Panel {
  /**
   * @param {object} data the island
   * @param {object[]} layers unpacked, bottom first
   * @param {{toggle: Function, choose: Function, show: Function, land: Function}} acts
   */
  constructor(data, layers, acts) {
    this.words = data.words;
    this.data = data;
    this.layers = layers;
    this.acts = acts;
    this.root = document.getElementById('bg-panel');
    this.root.setAttribute('aria-label', this.words['page.panel']);
    this.pages = {};
    this.buildGrip();
    this.buildTabs();
    this.pages.layers.append(...this.layerRows());
    this.pages.sources.append(...this.sourceRows());
    this.pages.details.append(make('p', { class: 'bg-soft', text: this.words['ui.nothing'] }));
    this.open('layers', false);
  }

  buildGrip() {
    this.grip = document.getElementById('bg-grip');
    this.grip.setAttribute('aria-label', this.words['ui.open_panel']);
    this.grip.addEventListener('click', () => this.expand(!this.root.classList.contains('bg-open')));
  }

  /** How many pixels of the map the sheet covers; 0 beside the map. */
  covers() {
    return getComputedStyle(this.root).position === 'absolute' ? this.root.offsetHeight - SHEET_PX : 0;
  }

  /** @param {boolean} open */
  expand(open) {
    this.root.classList.toggle('bg-open', open);
    this.grip.setAttribute('aria-expanded', String(open));
  }

  buildTabs() {
    const bar = document.getElementById('bg-tabs');
    this.tabs = {};
    for (const name of TABS) {
      this.tabs[name] = make('button', {
        type: 'button', role: 'tab', id: `bg-tab-${name}`, 'aria-controls': `bg-page-${name}`, text: this.words[`ui.${name}`],
        on: { click: () => this.open(name), keydown: (event) => this.turn(event, name) },
      });
      this.pages[name] = make('section', { role: 'tabpanel', id: `bg-page-${name}`, 'aria-labelledby': `bg-tab-${name}`, tabindex: '0' });
      bar.append(this.tabs[name]);
      document.getElementById('bg-pages').append(this.pages[name]);
    }
  }

  /** Arrow keys move along the tabs. */
  turn(event, name) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
    this.open(next);
    this.tabs[next].focus();
  }

  /** @param {string} name @param {boolean} [expand] */
  open(name, expand = true) {
    for (const tab of TABS) {
      this.tabs[tab].setAttribute('aria-selected', String(tab === name));
      this.tabs[tab].tabIndex = tab === name ? 0 : -1;
      this.pages[tab].hidden = tab !== name;
    }
    if (expand) this.expand(true);
  }

  layerRows() {
    const place = (layer) => (this.data.order.includes(layer.id) ? this.data.order.indexOf(layer.id) : -1);
    const rows = [...this.layers].sort((a, b) => place(a) - place(b)).map((layer) => this.layerRow(layer));
    const absent = this.data.absent.map(({ name, note }) => make('div', { class: 'bg-layer' }, [
      make('p', { class: 'bg-layer-head' }, [make('span', { class: 'bg-name', text: name })]),
      make('p', { class: 'bg-note', text: note }),
    ]));
    return [...rows, ...absent, this.data.land ? this.landRow() : null, this.gapNote()].filter(Boolean);
  }

  layerRow(layer) {
    const id = `bg-layer-${layer.id}`;
    const box = make('input', { type: 'checkbox', id, checked: layer.shown, on: { change: () => this.acts.toggle(layer, box.checked) } });
    const single = layer.legend.length === 1;
    const head = make('div', { class: 'bg-layer-head' }, [
      box,
      single ? swatch(this.data.styles, layer.id, layer.kind, layer.legend[0].look) : null,
      make('label', { for: id, class: 'bg-name', text: layer.name }),
      make('span', { class: 'bg-count', text: String(layer.rows) }),
      layer.kind === 'ring' ? null : make('button', {
        type: 'button', class: 'bg-small', text: this.words['ui.list'], 'aria-label': `${this.words['ui.list_of']}: ${layer.name}`,
        on: { click: () => this.list(layer) },
      }),
    ]);
    const unplaced = layer.undrawn ? this.words['note.unplaced'].replace('{n}', layer.undrawn) : '';
    return make('div', { class: 'bg-layer' }, [
      head,
      layer.note || unplaced ? make('p', { class: 'bg-note', text: [layer.note, unplaced].filter(Boolean).join(' ') }) : null,
      single ? null : this.legend(layer),
    ]);
  }

  legend(layer) {
    return make('ul', { class: 'bg-legend' }, layer.legend.map(({ look, label, n }) => make('li', {}, [
      swatch(this.data.styles, layer.id, layer.kind, look),
      make('span', { text: label }),
      make('span', { class: 'bg-count', text: String(n) }),
    ])));
  }

  landRow() {
    const { land } = this.data;
    const box = make('input', { type: 'checkbox', id: 'bg-layer-land', checked: true, on: { change: () => this.acts.land(box.checked) } });
    return make('div', { class: 'bg-layer' }, [
      make('div', { class: 'bg-layer-head' }, [box, make('label', { for: 'bg-layer-land', class: 'bg-name', text: land.name })]),
      make('p', { class: 'bg-note', text: land.note }),
      make('ul', { class: 'bg-legend bg-land' }, land.legend.map(({ rgb, label }) => {
        const patch = make('span', { class: 'bg-patch' });
        patch.style.backgroundColor = `rgb(${rgb.join(',')})`;
        return make('li', {}, [patch, make('span', { text: label })]);
      })),
    ]);
  }

  gapNote() {
    return make('div', { class: 'bg-gap' }, [
      make('h2', { text: this.words['gap.heading'] }),
      make('p', { text: this.words['gap.text'] }),
      ...this.data.notes.map((note) => make('p', { text: note })),
    ]);
  }

  sourceRows() {
    return [
      make('h2', { text: this.words['sources.heading'] }),
      make('ul', { class: 'bg-sources' }, this.data.sources.map((source) => make('li', {}, [
        make('strong', { text: source.title }),
        make('span', { text: [source.publisher, source.licence].filter(Boolean).join(' · ') }),
        source.citation ? make('span', { class: 'bg-soft', text: source.citation }) : null,
      ]))),
      make('h2', { text: this.words['disclaimer.heading'] }),
      make('p', { text: this.data.page.disclaimer }),
    ];
  }

  /** Every row of a layer, drawn or not, as buttons: the way in without a pointer. */
  list(layer) {
    const items = layer.titles.map((title, row) => ({ title: title || `${layer.name} ${row + 1}`, row }));
    const rank = (row) => layer.legend.findIndex(({ look }) => look === layer.looks[row]);
    items.sort((a, b) => rank(a.row) - rank(b.row));
    const rows = items.map(({ title, row }) => make('li', {}, [this.itemButton({ layer, row }, title)]));
    this.fill([make('h2', { text: `${layer.name} (${layer.rows})` }), make('ul', { class: 'bg-items' }, rows)]);
  }

  itemButton(feature, title) {
    const { layer, row } = feature;
    return make('button', { type: 'button', class: 'bg-item', on: { click: () => this.acts.choose(feature) } }, [
      swatch(this.data.styles, layer.id, layer.kind, layer.looks[row]),
      make('span', { text: title }),
      layer.isDrawn(row) ? null : make('em', { text: this.words['ui.not_drawn'] }),
    ]);
  }

  /** @param {{layer: object, row: number}[]} features the first is shown, the others are offered */
  details(features) {
    const [{ layer, row }, ...others] = features;
    const title = layer.titles[row] || `${layer.name} ${row + 1}`;
    const kind = layer.legend.find(({ look }) => look === layer.looks[row]);
    const tools = make('p', { class: 'bg-tools' }, [
      layer.isDrawn(row) ? make('button', { type: 'button', class: 'bg-small', text: this.words['ui.show_on_map'], on: { click: () => this.acts.show({ layer, row }) } }) : null,
      make('button', { type: 'button', class: 'bg-small', text: `${this.words['ui.list']}: ${layer.name}`, on: { click: () => this.list(layer) } }),
    ]);
    this.fill([
      make('p', { class: 'bg-kind' }, [
        swatch(this.data.styles, layer.id, layer.kind, layer.looks[row]),
        make('span', { text: kind && kind.label !== layer.name ? `${layer.name}: ${kind.label}` : layer.name }),
      ]),
      make('h2', { text: title }),
      ...this.fields(layer, row),
      layer.note ? make('p', { class: 'bg-note', text: layer.note }) : null,
      others.length ? this.alsoHere(others) : null,
      tools,
    ].filter(Boolean));
  }

  alsoHere(others) {
    const shown = others.slice(0, 12);
    return make('div', {}, [
      make('h3', { text: `${this.words['ui.also_here']} (${others.length})` }),
      make('ul', { class: 'bg-items' }, shown.map((feature) => make('li', {}, [this.itemButton(feature, feature.layer.titles[feature.row] || feature.layer.name)]))),
      shown.length < others.length ? make('p', { class: 'bg-soft', text: `+ ${others.length - shown.length} ${this.words['ui.more']}` }) : null,
    ]);
  }

  fields(layer, row) {
    const lists = [];
    let pair = null;
    for (const field of layer.fields) {
      const value = field.values[row];
      if (value === null) continue;
      if (!lists.length || field.pair !== pair) lists.push(make('dl', { class: field.pair ? 'bg-fields bg-pair' : 'bg-fields' }));
      pair = field.pair;
      lists[lists.length - 1].append(make('div', {}, [
        make('dt', { text: field.label }),
        make('dd', {}, [field.kind === 'link' ? this.link(value) : document.createTextNode(value)]),
      ]));
    }
    return lists;
  }

  /** An address the reader may follow; anything but http and https stays text. */
  link(address) {
    if (!/^https?:\/\//i.test(address)) return document.createTextNode(address);
    return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer', title: this.words['ui.opens_new'], text: address });
  }

  fill(children) {
    this.pages.details.replaceChildren(...children);
    this.pages.details.scrollTop = 0;
    this.open('details');
  }
}
