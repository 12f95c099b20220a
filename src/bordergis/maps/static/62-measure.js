/* Measuring along a line of points, by pointer, touch or keyboard. */

class Measure {
  /** @param {L.Map} map @param {State} state @param {Styles} styles */
  constructor(map, state, styles) {
    this.map = map;
    this.state = state;
    const colour = styles.tokens.focus;
    this.line = L.polyline([], { color: colour, weight: 3, interactive: false });
    this.dots = L.layerGroup([]);
    this.dot = { radius: 5, color: colour, fillColor: styles.tokens.paper, fillOpacity: 1, weight: 2, interactive: false };
    this.total = make('output', { id: 'bg-length' });
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => make('button', { type: 'button', class: 'bg-small', say: key, on: { click: act } });
    this.box = make('section', { id: 'bg-measure', sayLabel: 'measure.start', hidden: true }, [
      make('p', {}, [this.total, make('span', { class: 'bg-soft', say: 'measure.method' })]),
      make('p', { class: 'bg-soft', say: 'measure.hint' }),
      make('div', { class: 'bg-tools' }, [
        button('measure.centre', () => this.add(map.getCenter())),
        button('measure.undo', () => this.keep(this.points().slice(0, -1))),
        button('measure.clear', () => this.keep([])),
        button('measure.stop', () => state.set({ measuring: false })),
      ]),
    ]);
    byId('bg-stage').append(this.box);
    state.follow((changed) => {
      if ('measuring' in changed) this.turn(state.values.measuring);
      if ('language' in changed) this.tell();
    });
    this.tell();
  }

  /** @param {boolean} on */
  turn(on) {
    this.box.hidden = !on;
    this.map.getContainer().classList.toggle('bg-measuring', on);
    for (const layer of [this.line, this.dots]) {
      if (on) layer.addTo(this.map);
      else layer.remove();
    }
    if (!on) this.keep([]);
  }

  points() {
    return /** @type {L.LatLng[]} */ (this.line.getLatLngs());
  }

  /** @param {L.LatLng} latlng */
  add(latlng) {
    this.keep([...this.points(), latlng]);
  }

  /** @param {L.LatLng[]} points */
  keep(points) {
    this.line.setLatLngs(points);
    this.dots.clearLayers();
    for (const point of points) this.dots.addLayer(L.circleMarker(point, this.dot));
    this.tell();
  }

  metres() {
    const points = this.points();
    return points.slice(1).reduce((sum, to, i) => sum + geodesicMetres([points[i].lng, points[i].lat], [to.lng, to.lat]), 0);
  }

  tell() {
    const km = this.metres() / 1000;
    this.total.textContent = Number.isNaN(km) ? '\u2013' : say('measure.length', { km: km.toFixed(km < 10 ? 3 : 1) });
  }
}
