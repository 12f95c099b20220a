/* The list of layers, which is the legend too: what is shown, how many on the day, what each mark means. */

/** @param {Layer} layer */
function layerName(layer) {
  return wordsFor(`layer.${layer.id}`) ?? layer.name;
}

/** @param {Layer} layer @param {string} look */
function lookName(layer, look) {
  const entry = layer.legend.find((item) => item.look === look);
  return wordsFor(`look.${layer.id}.${look}`) ?? entry?.label ?? layerName(layer);
}

/** @param {Layer} layer */
function layerNote(layer) {
  return (layer.note_key && wordsFor(layer.note_key)) || layer.note;
}

/** Layers in reading order; the analyst's own, which no order names, come first. @param {Island} data @param {Layer[]} layers */
function inOrder(data, layers) {
  return [...layers].sort((a, b) => data.order.indexOf(a.id) - data.order.indexOf(b.id));
}

class LayerList {
  /**
   * @param {Island} data
   * @param {Layer[]} layers
   * @param {{painter: Painter, toggle: (layer: Layer, shown: boolean) => void, land: (shown: boolean) => void, list: (layer: Layer) => void}} acts
   */
  constructor(data, layers, acts) {
    this.data = data;
    this.layers = inOrder(data, layers);
    this.acts = acts;
    this.landShown = true;
    /** @type {Map<Layer, {total: HTMLElement, looks: Map<string, {item: HTMLElement, count: HTMLElement}>}>} */
    this.counters = new Map();
  }

  /** All rows, in the language of the page. */
  rows() {
    this.counters.clear();
    const rows = this.layers.map((layer) => this.row(layer));
    const absent = this.data.absent.map((item) => this.absentRow(item));
    this.count();
    return [...rows, ...absent, this.landRow(this.data.land), this.gapNote()];
  }

  /** Bring the numbers to the day that is drawn. */
  count() {
    for (const [layer, { total, looks }] of this.counters) {
      const now = this.acts.painter.counts(layer);
      total.textContent = sayNumber(now.n);
      for (const [look, { item, count }] of looks) {
        const n = now.looks[look] ?? 0;
        count.textContent = sayNumber(n);
        item.classList.toggle('bg-none', n === 0);
      }
    }
  }

  /** @param {Layer} layer */
  row(layer) {
    const id = `bg-layer-${layer.id}`;
    const name = layerName(layer);
    const single = layer.legend.length === 1;
    const total = make('span', { class: 'bg-count' });
    const legend = single ? null : make('ul', { class: 'bg-legend', hidden: !layer.shown });
    /** @type {Map<string, {item: HTMLElement, count: HTMLElement}>} */
    const looks = new Map();
    const box = make('input', {
      type: 'checkbox', id, checked: layer.shown,
      on: {
        change: () => {
          this.acts.toggle(layer, box.checked);
          if (legend) legend.hidden = !box.checked;
        },
      },
    });
    for (const { look } of legend ? layer.legend : []) {
      const count = make('span', { class: 'bg-count' });
      const item = make('li', {}, [swatch(this.data.styles, layer.id, layer.kind, look), make('span', { text: lookName(layer, look) }), count]);
      looks.set(look, { item, count });
      legend?.append(item);
    }
    this.counters.set(layer, { total, looks });
    const unplaced = layer.undrawn ? say('note.unplaced', { n: layer.undrawn }) : '';
    const note = [layerNote(layer), layer.as_of_only && say('note.as_of_only'), unplaced].filter(Boolean).join(' ');
    return make('div', { class: 'bg-layer' }, [
      make('div', { class: 'bg-layer-head' }, [
        box,
        single && swatch(this.data.styles, layer.id, layer.kind, layer.legend[0].look),
        make('label', { for: id, class: 'bg-name', text: name }),
        total,
        layer.kind !== 'ring' && make('button', {
          type: 'button', class: 'bg-small', text: say('ui.list'), 'aria-label': `${say('ui.list')}: ${name}`,
          on: { click: () => this.acts.list(layer) },
        }),
      ]),
      note ? make('p', { class: 'bg-note' }, partsOf(note)) : null,
      legend,
    ]);
  }

  /** What a reader may look for and does not find, and why. @param {{name: Words, note: Words}} item */
  absentRow({ name, note }) {
    return make('div', { class: 'bg-layer' }, [
      make('p', { class: 'bg-layer-head' }, [make('span', { class: 'bg-name', text: inLanguage(name) })]),
      make('p', { class: 'bg-note', text: inLanguage(note) }),
    ]);
  }

  /** @param {Island['land']} land */
  landRow(land) {
    const box = make('input', {
      type: 'checkbox', id: 'bg-layer-land', checked: this.landShown,
      on: {
        change: () => {
          this.landShown = box.checked;
          this.acts.land(box.checked);
        },
      },
    });
    return make('div', { class: 'bg-layer' }, [
      make('div', { class: 'bg-layer-head' }, [box, make('label', { for: 'bg-layer-land', class: 'bg-name', text: say('layer.land') })]),
      make('p', { class: 'bg-note', text: say('note.land') }),
      make('ul', { class: 'bg-legend bg-land' }, land.legend.map(({ rgb, look, label }) => {
        const patch = make('span', { class: 'bg-patch' });
        patch.style.backgroundColor = `rgb(${rgb.join(',')})`;
        return make('li', {}, [patch, make('span', { text: wordsFor(`look.land.${look}`) ?? label })]);
      })),
    ]);
  }

  gapNote() {
    return make('div', { class: 'bg-gap' }, [
      make('h2', { text: say('gap.heading') }),
      make('p', { text: say('gap.text') }),
      ...this.data.notes.map((note) => make('p', {}, [inTongue(note)])),
    ]);
  }

  /** What stands in the legend of a picture: the looks of the layers shown that occur on the day, or on one of both. @param {Painter[]} painters */
  legend(painters) {
    return this.layers.filter((layer) => layer.shown).flatMap((layer) => {
      const days = painters.map((painter) => painter.counts(layer).looks);
      return layer.legend.filter(({ look }) => days.some((looks) => looks[look])).map(({ look }) => ({
        text: layer.legend.length > 1 ? `${layerName(layer)}: ${lookName(layer, look)}` : layerName(layer),
        picture: swatch(this.data.styles, layer.id, layer.kind, look),
      }));
    });
  }
}

/** The sources, as a list. @param {Island} data @returns {(Node|null)[]} */
function sourceRows(data) {
  return [
    make('h2', { text: say('sources.heading') }),
    make('ul', { class: 'bg-sources' }, data.sources.map((source) => make('li', {}, [
      make('strong', { lang: languageOf(source.title), text: source.title }),
      ...[source.publisher, source.licence, source.citation].filter((text) => text && text !== source.title).map((text) => make('span', { class: 'bg-soft', lang: languageOf(text ?? ''), text })),
    ]))),
    tongue.language === 'en' ? null : make('p', { class: 'bg-soft', text: say('details.as_given') }),
    make('h2', { text: say('disclaimer.heading') }),
    make('p', { text: inLanguage(data.page.disclaimer) }),
  ];
}
