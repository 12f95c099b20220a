/* Putting it together: the map, its panes and controls, the panel, and what a click does. */

const PANES = [['bg-land', 210], ['bg-water', 215], ['bg-relief', 220], ['bg-shapes', 410], ['bg-glyphs', 450]];
const CHOSEN_ZOOM = 11; // how close a chosen feature is shown at least

/** @param {number[]} bounds south, west, north, east @returns {L.LatLngBounds} */
function box([south, west, north, east]) {
  return L.latLngBounds([south, west], [north, east]);
}

/** A map with our panes and without controls. @param {HTMLElement} element @param {{bounds: number[]}} data */
function plainMap(element, { bounds }) {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(element, {
    zoomControl: false, minZoom: 5, maxZoom: 18, zoomSnap: 0.5, preferCanvas: true,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  });
  map.attributionControl.setPrefix(false);
  for (const [name, z] of PANES) map.createPane(String(name)).style.zIndex = String(z);
  map.fitBounds(box(bounds), { padding: [24, 24] });
  const resized = new ResizeObserver(() => map.invalidateSize({ animate: false }));
  resized.observe(element);
  map.on('unload', () => resized.disconnect());
  return map;
}

/** The first map: there at once, for the layers that an analyst adds. @param {Start} data */
function firstMap(data) {
  L.Icon.Default.imagePath = '';
  L.Icon.Default.mergeOptions(data.icons);
  return plainMap(byId(data.map_id), data);
}

/** Move the map so that what was chosen does not lie under the sheet. @param {L.Map} map @param {XY} point @param {number} covered */
function uncover(map, point, covered) {
  const free = map.getSize().y - covered;
  if (covered > 0 && point.y > free - 30) map.panBy([0, point.y - free / 2]);
}

/** Position under the pointer, of the centre where there is none: decimal and MGRS. @param {L.Map} map @param {State} state */
function readout(map, state) {
  const element = make('div', { class: 'bg-readout' });
  const control = new L.Control({ position: 'bottomleft' });
  control.onAdd = () => element;
  control.addTo(map);
  const tell = (/** @type {string} */ key, /** @type {L.LatLng} */ { lng, lat }) => {
    const east = `${Math.abs(lng).toFixed(5)}° ${lng < 0 ? 'W' : 'E'}`;
    const north = `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? 'S' : 'N'}`;
    element.replaceChildren(make('span', { text: `${say(key)} ${north}, ${east}` }), make('span', { text: mgrs(lng, lat) ?? '' }));
  };
  const centre = () => tell('ui.centre', map.getCenter().wrap());
  map.on('mousemove', (/** @type {L.LeafletMouseEvent} */ event) => tell('ui.pointer', event.latlng.wrap()));
  map.on('mouseout moveend', centre);
  state.follow((changed) => 'language' in changed && centre());
  centre();
}

/** One bar of buttons over the map. @param {HTMLButtonElement[]} buttons */
function buttonBar(buttons) {
  byId('bg-tools').append(make('div', { class: 'bg-bar' }, buttons));
}

/** The page, alive. */
class Page {
  /** @param {L.Map} map @param {Island} data */
  constructor(map, data) {
    this.map = map;
    this.data = data;
    this.useWords(data.language);
    const linked = followView(map);
    this.layers = unpackLayers(data.layers);
    this.state = new State({ language: data.language, day: data.days.as_of, other: null, chosen: null, measuring: false, shown: '' });
    this.painter = new Painter(map, this.layers, data.styles);
    this.painter.setDay(data.days.as_of);
    this.panel = new Panel();
    this.land = addLand(map, data);
    this.painter.nameBase(data);
    this.state.follow((changed) => this.changed(changed));
    this.time = new TimeBar(data.days, data.periods, this.state, data.styles);
    this.head = new Head(data, this.state, this.time);
    this.details = new Details(data, this.panel, {
      painterOf: (layer) => this.painterOf(layer), choose: (feature) => this.choose([feature]), show: (feature) => this.show(feature),
    });
    this.list = new LayerList(data, this.layers, {
      painter: this.painter, toggle: (layer, shown) => this.toggle(layer, shown), land: (shown) => this.showLand(shown), list: (layer) => this.details.list(layer),
    });
    this.search = new Search(this.list.layers, data.styles, { choose: (feature) => this.choose([feature]), show: (feature) => this.show(feature), panel: this.panel });
    this.measure = new Measure(map, this.state, data.styles);
    this.others = data.compare ? unpackLayers(data.compare.layers) : this.layers;
    this.compare = new Compare(map, this.others, data, this.state, (other, painter) => this.answer(other, painter));
    this.picture = new Picture(data, this.state, { map, head: this.head, list: this.list, painters: () => this.painters() });
    this.answer(map, this.painter);
    this.controls();
    this.write();
    document.fonts.addEventListener('loadingdone', () => this.rewrite());
    map.invalidateSize({ animate: false, pan: false }); // the words have given the head and the time bar their height
    if (!linked) this.whole({ animate: false });
    this.permalink = new Permalink(map, this.layers, this.state, {
      days: data.days, toggle: (layer, shown) => this.toggle(layer, shown), choose: (feature) => this.choose([feature]),
    });
    if (data.compare?.at_once) this.state.set({ other: data.compare.as_of });
  }

  controls() {
    const { map, state } = this;
    map.getContainer().dataset.sayLabel = 'page.map';
    byId('bg-tools').dataset.sayLabel = 'ui.tools';
    reword(map.getContainer());
    reword(byId('bg-tools'));
    const held = (/** @type {'measuring'|'other'} */ key, /** @type {HTMLButtonElement} */ button) => {
      const tell = () => button.setAttribute('aria-pressed', String(Boolean(state.values[key])));
      state.follow(tell);
      tell();
      return button;
    };
    buttonBar([
      iconButton('plus', 'ui.zoom_in', () => map.zoomIn()),
      iconButton('minus', 'ui.zoom_out', () => map.zoomOut()),
      iconButton('whole', 'ui.whole', () => this.whole()),
    ]);
    buttonBar([
      held('measuring', iconButton('measure', 'measure.start', () => state.set({ measuring: !state.values.measuring }), { id: 'bg-do-measure' })),
      held('other', iconButton('compare', 'compare.start', () => this.turnCompare(), { id: 'bg-do-compare' })),
    ]);
    buttonBar([
      iconButton('picture', 'ui.picture', () => this.picture.save(), { id: 'bg-do-picture' }),
      iconButton('print', 'ui.print', () => window.print(), { id: 'bg-do-print' }),
      iconButton('link', 'ui.link', () => this.permalink.copy(), { id: 'bg-do-link' }),
    ]);
    const north = new L.Control({ position: 'topright' });
    north.onAdd = () => make('div', { class: 'bg-north', role: 'img', sayLabel: 'ui.north' }, [make('span', { say: 'ui.north_mark', 'aria-hidden': 'true' }), icon('north')]);
    north.addTo(map);
    L.control.scale({ imperial: false, maxWidth: 120, position: 'bottomleft' }).addTo(map);
    readout(map, state);
  }

  /** The whole border, beside the buttons. @param {L.FitBoundsOptions} [how] */
  whole(how) {
    this.map.fitBounds(box(this.data.bounds), { paddingTopLeft: [56, 56], paddingBottomRight: [24, 44], ...how });
  }

  /** Compare with the other situation, or with the day on which the latest period before began; the reader moves it from there. */
  turnCompare() {
    const { data, state } = this;
    const { day, other } = state.values;
    const before = data.periods.map(({ start }) => Math.floor(start)).filter((start) => start < day && start > data.days.first);
    state.set({ other: other === null ? data.compare?.as_of ?? before.pop() ?? data.days.first : null });
  }

  /** What a click, a touch or Enter on a map does. @param {L.Map} map @param {Painter} painter */
  answer(map, painter) {
    const act = (/** @type {L.LatLng} */ latlng) => {
      if (this.state.values.measuring) this.measure.add(latlng);
      else this.pick(map, painter.under(latlng));
    };
    map.on('click', (/** @type {L.LeafletMouseEvent} */ event) => act(event.latlng));
    map.on('mousemove', (/** @type {L.LeafletMouseEvent} */ event) => map.getContainer().classList.toggle('bg-over', painter.under(event.latlng).length > 0));
    map.getContainer().addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
      if (event.target !== map.getContainer()) return;
      if (event.key === 'Enter') act(map.getCenter());
      if (event.key === 'Escape') this.state.set({ measuring: false });
    });
  }

  /** @param {L.Map} map @param {Feature[]} found */
  pick(map, found) {
    if (!found.length) {
      this.state.set({ chosen: null });
      return;
    }
    this.choose(found);
    const bounds = this.painter.boundsOf(found[0]);
    if (bounds) uncover(map, map.latLngToContainerPoint(bounds.getCenter()), this.panel.covers(map.getContainer()));
  }

  /** @param {Feature[]} features the first is chosen, the others are offered */
  choose(features) {
    this.state.set({ chosen: features[0] });
    this.details.tell(features);
  }

  /** @param {Feature} feature */
  show(feature) {
    const bounds = this.painter.boundsOf(feature);
    if (!bounds) return;
    const covered = this.panel.covers(this.map.getContainer());
    this.map.fitBounds(bounds.pad(0.2), { maxZoom: Math.max(CHOSEN_ZOOM, this.map.getZoom()), paddingTopLeft: [0, covered ? 50 : 0], paddingBottomRight: [0, covered] });
  }

  /** @param {Layer} layer @param {boolean} shown */
  toggle(layer, shown) {
    layer.shown = shown;
    for (const other of this.others) if (other.id === layer.id) other.shown = shown;
    const check = document.getElementById(`bg-layer-${layer.id}`);
    if (check instanceof HTMLInputElement) check.checked = shown;
    this.state.set({ shown: this.layers.filter((one) => one.shown).map(({ id }) => id).join() });
  }

  /** @param {boolean} shown */
  showLand(shown) {
    if (shown) this.land.addTo(this.map);
    else this.land.remove();
    this.painter.showBaseNames(shown);
  }

  /** @param {Partial<StateValues>} changed */
  changed(changed) {
    const { day, chosen, language } = this.state.values;
    if ('language' in changed) {
      this.useWords(language);
      for (const element of document.querySelectorAll('[data-say], [data-say-label]')) reword(/** @type {HTMLElement} */ (element));
      this.write();
      this.search.forget();
    }
    if ('day' in changed) {
      this.painter.setDay(day);
      this.list.count();
    }
    if ('shown' in changed || 'language' in changed) this.painters().forEach((painter) => painter.repaint());
    if ('chosen' in changed) this.painters().forEach((painter) => painter.choose(chosen));
    if ('day' in changed || 'language' in changed) this.details.again();
  }

  /** Those of the maps on the page: one, or two where dates are compared. */
  painters() {
    return this.compare.second ? [this.painter, this.compare.second.painter] : [this.painter];
  }

  /** The map that draws a layer; of one that both draw, the first. @param {Layer} layer */
  painterOf(layer) {
    return this.painters().find((painter) => painter.scene.layers.includes(layer)) ?? this.painter;
  }

  /** Letters have come: what was written with others is written anew. */
  rewrite() {
    writtenTexts.clear();
    this.painters().forEach((painter) => painter.glyphs.repaint());
  }

  /** @param {string} language */
  useWords(language) {
    tongue.tables = this.data.words;
    tongue.language = language;
  }

  /** Everything in the panel that is made of words. */
  write() {
    this.panel.fill('layers', this.list.rows());
    this.panel.fill('sources', sourceRows(this.data));
  }
}

/** @type {Start} */
const first = JSON.parse(byId('bg-start').textContent ?? '');
const map = firstMap(first);
const ready = readIsland(byId('bg-data').textContent ?? '').then((data) => {
  const page = new Page(map, { ...first, ...data, words: wordTables(data.words) });
  Object.assign(window.bordergis, { page, layers: page.layers, canvas: page.painter, days: data.days, periods: data.periods, tools: { fold, geodesicMetres, mgrs } });
  document.documentElement.dataset.bgReady = '1';
}).catch((/** @type {unknown} */ error) => {
  byId('bg-failed').append(` ${error}`);
  byId('bg-failed').hidden = false;
  throw error;
});
window.bordergis = { map, ready };
