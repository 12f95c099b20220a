/* Put into every page before its own scripts: it times what the page does on the main thread, the drawing of canvases included. */
window.bench = (() => {
  const long = [];
  new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask' });
  const loaded = new Promise((tell) => window.addEventListener('load', tell, { once: true }));
  // A message arrives when the task that sent it is over; sent within a frame, when that frame is handed over: canvases are drawn by then.
  const afterThis = () => new Promise((tell) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => tell(performance.now());
    port2.postMessage(0);
  });
  const handedOver = () => new Promise((tell) => requestAnimationFrame(() => tell(afterThis())));
  const drawn = loaded.then(() => window.bordergis?.ready).then(handedOver);
  const pause = (time) => new Promise((tell) => setTimeout(tell, time));
  const atRest = async () => {
    await drawn;
    do await handedOver(); while (window.bordergis?.map._animatingZoom);
    return handedOver();
  };
  const STILL_MS = 120; // between two days when the map plays
  let watched = null;

  /** Note the time between frames, from now on. */
  function watch() {
    const mine = { frames: [], last: performance.now() };
    watched = mine;
    const step = () => {
      const now = performance.now();
      mine.frames.push(now - mine.last);
      mine.last = now;
      if (watched === mine) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  /** The times noted since then; the first is cut short by the beginning. */
  function seen() {
    const { frames } = watched;
    watched = null;
    return frames.slice(1);
  }

  /** What the main thread needs for some work and for the frame that shows it: the scripts' share, and all of it. */
  async function cost(work) {
    await pause(STILL_MS);
    let began = 0;
    let scripts = 0;
    requestAnimationFrame(() => (began = performance.now())); // first in its frame
    const start = performance.now();
    work();
    const asked = performance.now() - start;
    requestAnimationFrame(() => (scripts = performance.now() - began)); // last in its frame
    const [over, end] = await Promise.all([afterThis(), handedOver()]);
    return [asked + scripts, Math.min(over, began) - start + end - began];
  }

  /** Move the slider over all days, as a reader does. */
  async function slide(steps) {
    const { first, last } = window.bordergis.days;
    const slider = document.getElementById('bg-day');
    const costs = [];
    for (let n = 1; n <= steps; n += 1) {
      costs.push(await cost(() => {
        slider.value = String(first + Math.round((n / (steps + 1)) * (last - first)));
        slider.dispatchEvent(new Event('input', { bubbles: true }));
      }));
    }
    await cost(() => {
      slider.value = String(last);
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    });
    return costs;
  }

  /** Jump by some pixels, as the arrow keys do: everything is drawn anew. */
  async function jump(steps) {
    const { map } = window.bordergis;
    const costs = [];
    for (let n = 0; n < steps; n += 1) costs.push(await cost(() => map.panBy([n % 10 < 5 ? 12 : -12, 4], { animate: false })));
    return costs;
  }

  /** Go to where most incidents lie close together. */
  async function densest(zoom) {
    const { map, layers } = window.bordergis;
    const { lonlat } = layers.find(({ id }) => id === 'incidents');
    const cells = new Map();
    let most = { n: 0, i: 0 };
    for (let i = 0; i < lonlat.length / 2; i += 1) {
      const key = `${Math.round(lonlat[2 * i] * 20)} ${Math.round(lonlat[2 * i + 1] * 20)}`;
      const n = (cells.get(key) ?? 0) + 1;
      cells.set(key, n);
      if (n > most.n) most = { n, i };
    }
    map.setView([lonlat[2 * most.i + 1], lonlat[2 * most.i]], zoom, { animate: false });
    await atRest();
  }

  /** Show every layer. */
  async function showAll() {
    const { page, layers } = window.bordergis;
    layers.forEach((layer) => page.toggle(layer, true));
    await atRest();
  }

  const uses = {
    language: (page) => page.state.set({ language: page.state.values.language === 'en' ? 'km' : 'en' }),
    layers: (page) => page.layers.forEach((layer) => page.toggle(layer, !layer.shown)),
    compare: (page) => page.turnCompare(),
    search: () => {
      const field = document.getElementById('bg-search-text');
      field.value = field.value ? '' : 'village 12';
      field.dispatchEvent(new Event('input', { bubbles: true }));
    },
    zoom: ({ map }) => map.setZoom(map.getZoom() === 9 ? 8 : 9, { animate: false }),
  };

  /** Use a control, and use it once more to put things back. */
  async function use(name) {
    const before = [await cost(() => uses[name](window.bordergis.page))];
    return [...before, await cost(() => uses[name](window.bordergis.page))];
  }

  /** The longest task since the last question, in milliseconds; 0 where none took fifty. */
  async function longest() {
    await pause(STILL_MS);
    return Math.max(0, ...long.splice(0));
  }

  return { drawn, atRest, cost, watch, seen, slide, jump, densest, showAll, uses: Object.keys(uses), use, longest };
})();
