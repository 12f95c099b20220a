/* Putting it together: the map, its panes and controls, the panel, and what a click does. */

/** @param {object} data the island */
function start(data) {
  const layers = data.layers.map(unpackLayer);
  fillHead(data);
  const map = makeMap(data);
  const painter = new Painter(map, layers, data.styles);
  const land = data.land ? L.imageOverlay(data.land.src, box(data.land.bounds), { pane: 'bg-land', interactive: false, alt: '' }).addTo(map) : null;
  const show = (feature) => {
    const bounds = painter.boundsOf(feature);
    if (bounds) map.fitBounds(bounds.pad(0.2), { maxZoom: Math.max(11, map.getZoom()) });
  };
  const panel = new Panel(data, layers, {
    toggle: (layer, shown) => {
      layer.shown = shown;
      painter.repaint();
    },
    land: (shown) => (shown ? land.addTo(map) : land.remove()),
    choose: (feature) => {
      painter.choose(feature);
      panel.details([feature]);
    },
    show,
  });
  map.on('click', (event) => {
    const found = painter.under(event.latlng);
    painter.choose(found[0] || null);
    if (!found.length) return;
    panel.details(found);
    uncover(map, event.containerPoint, panel.covers());
  });
  map.on('mousemove', (event) => {
    map.getContainer().classList.toggle('bg-over', painter.under(event.latlng).length > 0);
  });
  window.bordergis = { map, layers, painter, panel };
}

/** Move the map so that what was chosen does not lie under the sheet. */
function uncover(map, point, covered) {
  const free = map.getSize().y - covered;
  if (covered > 0 && point.y > free - 30) map.panBy([0, point.y - free / 2]);
}

/** @param {number[]} bounds south, west, north, east */
function box([south, west, north, east]) {
  return [[south, west], [north, east]];
}

function fillHead({ page, words }) {
  document.title = page.title;
  document.getElementById('bg-title').textContent = page.title;
  document.getElementById('bg-area').textContent = page.area;
  document.getElementById('bg-disclaimer').textContent = page.disclaimer;
  const facts = [[words['page.as_of'], page.as_of], [words['page.period'], page.period]];
  document.getElementById('bg-facts').append(...facts.map(([term, text]) => make('div', {}, [make('dt', { text: term }), make('dd', { text })])));
}

function makeMap({ bounds, words, map_id: id, icons }) {
  const element = document.getElementById(id);
  element.setAttribute('aria-label', words['page.map']);
  L.Icon.Default.imagePath = '';
  L.Icon.Default.mergeOptions(icons);
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(element, {
    zoomControl: false, minZoom: 5, maxZoom: 18, zoomSnap: 0.5, maxBoundsViscosity: 0.8,
    zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still,
  });
  map.attributionControl.setPrefix(false);
  for (const [name, z] of [['bg-land', 210], ['bg-shapes', 410], ['bg-glyphs', 450]]) map.createPane(name).style.zIndex = String(z);
  map.fitBounds(box(bounds), { padding: [24, 24] });
  L.control.zoom({ position: 'topleft', zoomInTitle: words['ui.zoom_in'], zoomOutTitle: words['ui.zoom_out'] }).addTo(map);
  wholeButton(map, bounds, words);
  L.control.scale({ imperial: false, maxWidth: 120, position: 'bottomleft' }).addTo(map);
  readout(map, words);
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(element);
  return map;
}

/** A button under the zoom buttons that brings the whole border back. */
function wholeButton(map, bounds, words) {
  const control = L.control({ position: 'topleft' });
  control.onAdd = () => {
    const button = make('button', {
      type: 'button', class: 'bg-whole', title: words['ui.whole'], 'aria-label': words['ui.whole'], text: '⤢',
      on: { click: () => map.fitBounds(box(bounds), { padding: [24, 24] }) },
    });
    L.DomEvent.disableClickPropagation(button);
    return make('div', { class: 'leaflet-bar' }, [button]);
  };
  control.addTo(map);
}

/** Decimal degrees under the pointer; of the centre where there is no pointer. */
function readout(map, words) {
  const control = L.control({ position: 'bottomleft' });
  const element = make('div', { class: 'bg-readout' });
  control.onAdd = () => element;
  control.addTo(map);
  const tell = (name, { lng, lat }) => {
    const east = `${Math.abs(lng).toFixed(5)}° ${lng < 0 ? 'W' : 'E'}`;
    const north = `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? 'S' : 'N'}`;
    element.textContent = `${name} ${east}, ${north}`;
  };
  const centre = () => tell(words['ui.centre'], map.getCenter());
  map.on('mousemove', (event) => tell(words['ui.pointer'], event.latlng.wrap()));
  map.on('mouseout moveend', centre);
  centre();
}

start(JSON.parse(document.getElementById('bg-data').textContent));
