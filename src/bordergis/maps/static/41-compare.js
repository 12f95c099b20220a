/* Two dates (or two situations) side by side: a second map that moves with the first. */

/** @type {L.FitBoundsOptions} */
const BESIDE = { paddingTopLeft: [44, 20], paddingBottomRight: [12, 20] }; // pixels kept free round the border: the buttons, the dates

class Compare {
  /**
   * @param {L.Map} map
   * @param {Layer[]} layers what the second map draws
   * @param {Island} data
   * @param {State} state
   * @param {(map: L.Map, painter: Painter) => void} wire makes the second map answer as the first does
   */
  constructor(map, layers, data, state, wire) {
    this.map = map;
    this.layers = layers;
    this.data = data;
    this.state = state;
    this.wire = wire;
    /** @type {{map: L.Map, painter: Painter, pane: HTMLElement}|null} */
    this.second = null;
    this.closer = 0;
    this.busy = false;
    this.lead = () => this.second && this.align(this.map, this.second.map);
    this.firstChip = make('p', { class: 'bg-chip bg-chip-day', hidden: true });
    /** @type {HTMLElement} */ (map.getContainer().parentElement).append(this.firstChip);
    this.secondChip = make('p', { class: 'bg-chip' });
    state.follow((changed) => {
      if ('other' in changed) this.set();
      if ('day' in changed || 'other' in changed || 'language' in changed) this.tell();
    });
  }

  set() {
    const { other } = this.state.values;
    const known = this.data.compare?.as_of ?? Infinity; // of later days the other situation knows nothing: they would look quiet
    if (other !== null && other > known) this.state.set({ other: known });
    else if (other === null) this.close();
    else if (this.second) this.second.painter.setDay(other);
    else this.open(other);
  }

  /** @param {number} day */
  open(day) {
    const element = make('div', { class: 'bg-map', id: 'bg-map-other', role: 'region', sayLabel: 'page.map' });
    const pane = make('div', { class: 'bg-pane' }, [element, this.secondChip]);
    const [seen, zoom] = [this.map.getBounds(), this.map.getZoom()];
    const whole = box(this.data.bounds);
    const kept = seen.contains(whole) ? whole : seen.pad(-0.15); // the whole border stays in sight, else all but the margins
    byId('bg-maps').prepend(pane);
    byId('bg-view').classList.add('bg-two');
    this.map.invalidateSize({ animate: false });
    this.map.fitBounds(kept, { animate: false, ...(kept === whole && BESIDE) });
    this.closer = zoom - this.map.getZoom(); // by which the view comes back on closing
    const map = plainMap(element, this.data);
    map.setView(this.map.getCenter(), this.map.getZoom(), { animate: false });
    const painter = new Painter(map, this.layers, this.data.styles);
    painter.setDay(day);
    painter.choose(this.state.values.chosen);
    addLand(map, this.data);
    painter.nameBase(this.data);
    this.second = { map, painter, pane };
    this.map.on('move', this.lead);
    map.on('move', () => this.align(map, this.map));
    this.wire(map, painter);
    this.firstChip.hidden = false;
  }

  /** Show on one map what the other shows. @param {L.Map} leader @param {L.Map} follower */
  align(leader, follower) {
    if (this.busy) return; // the follower's own move
    this.busy = true;
    follower.setView(leader.getCenter(), leader.getZoom(), { animate: false });
    this.busy = false;
  }

  close() {
    if (!this.second) return;
    this.map.off('move', this.lead);
    this.second.painter.destroy();
    this.second.map.remove();
    this.second.pane.remove();
    this.second = null;
    this.firstChip.hidden = true;
    byId('bg-view').classList.remove('bg-two');
    this.map.invalidateSize({ animate: false });
    this.map.setZoom(this.map.getZoom() + this.closer, { animate: false });
  }

  tell() {
    const { day, other } = this.state.values;
    this.firstChip.textContent = `${say('page.as_of')}: ${sayDay(day)}`;
    if (other !== null) this.secondChip.textContent = `${say('page.as_of')}: ${sayDay(other)}`;
  }
}
