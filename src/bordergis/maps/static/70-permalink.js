/* The view in the address: what a link brings back. Everything read from it is checked; what does not fit is left out. */

const LINK_MS = 300;

/** @param {string|null} text @returns {{lat: number, lng: number, zoom: number}|null} */
function readView(text) {
  const numbers = /^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){2}$/.test(text ?? '') ? (text ?? '').split(',').map(Number) : [];
  const [lat, lng, zoom] = numbers;
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= 0 && zoom <= 20 ? { lat, lng, zoom } : null;
}

/** What stands behind the # of the address. */
function linkParts() {
  return new URLSearchParams(location.hash.slice(1));
}

/** Show the view that the address names, if it names one. @param {L.Map} map */
function followView(map) {
  const view = readView(linkParts().get('map'));
  if (view) map.setView([view.lat, view.lng], view.zoom, { animate: false });
  return view !== null;
}

class Permalink {
  /**
   * @param {L.Map} map
   * @param {Layer[]} layers
   * @param {State} state
   * @param {{days: Days, toggle: (layer: Layer, shown: boolean) => void, choose: (feature: Feature) => void}} parts
   */
  constructor(map, layers, state, { days, toggle, choose }) {
    this.map = map;
    this.layers = layers;
    this.state = state;
    this.days = days;
    this.toggle = toggle;
    this.choose = choose;
    this.able = location.protocol !== 'about:'; // the frame of a notebook has no address
    this.read();
    const later = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.write(), LINK_MS);
    };
    map.on('moveend', later);
    state.follow(later);
    window.addEventListener('hashchange', () => this.read());
  }

  hash() {
    const { lat, lng } = this.map.getCenter().wrap();
    const { day, other, language, chosen } = this.state.values;
    const parts = new URLSearchParams({
      map: `${lat.toFixed(5)},${lng.toFixed(5)},${this.map.getZoom()}`,
      day: isoDay(day),
      layers: this.layers.filter(({ shown }) => shown).map(({ id }) => id).join(','),
      lang: language,
    });
    if (other !== null) parts.set('other', isoDay(other));
    if (chosen) parts.set('chosen', `${chosen.layer.id}/${chosen.row}`);
    return `#${parts.toString().replaceAll('%2C', ',').replaceAll('%2F', '/')}`;
  }

  write() {
    if (this.able) history.replaceState(null, '', this.hash());
  }

  read() {
    const parts = linkParts();
    if (parts.has('layers')) this.readLayers(parts.get('layers') ?? '');
    const language = parts.get('lang') ?? '';
    this.state.set({
      ...(Object.hasOwn(tongue.tables, language) ? { language } : {}),
      ...this.readDay('day', parts),
      ...this.readDay('other', parts),
    });
    followView(this.map); // last, for a second map changes the size of the first
    const chosen = this.readChosen(parts.get('chosen'));
    if (chosen) this.choose(chosen);
  }

  /** @param {'day'|'other'} key @param {URLSearchParams} parts @returns {Partial<StateValues>} */
  readDay(key, parts) {
    const day = dayOf(parts.get(key));
    return day !== null && day >= this.days.first && day <= this.days.last ? { [key]: day } : {};
  }

  /** @param {string} text */
  readLayers(text) {
    const wanted = text.split(',');
    for (const layer of this.layers) this.toggle(layer, wanted.includes(layer.id));
  }

  /** @param {string|null} text @returns {Feature|null} */
  readChosen(text) {
    const [id, row] = (text ?? '').split('/');
    const layer = this.layers.find((one) => one.id === id);
    return layer && /^\d+$/.test(row) && Number(row) < layer.rows ? { layer, row: Number(row) } : null;
  }

  /** Put the address of this view where the reader can paste it from. */
  async copy() {
    this.write();
    try {
      await navigator.clipboard.writeText(location.href);
      announce(say('ui.link_copied'));
    } catch {
      announce(say('ui.link_failed'));
    }
  }
}
