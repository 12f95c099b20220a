/* The side panel, which is a bottom sheet on narrow screens: its tabs and how it opens. */

const TABS = ['layers', 'details', 'sources'];

class Panel {
  constructor() {
    this.root = byId('bg-panel');
    this.root.dataset.sayLabel = 'page.panel';
    this.grip = byId('bg-grip');
    this.grip.dataset.sayLabel = 'ui.open_panel';
    reword(this.root);
    reword(this.grip);
    this.grip.addEventListener('click', () => this.expand(!this.root.classList.contains('bg-open')));
    /** @type {Record<string, HTMLButtonElement>} */
    this.tabs = {};
    /** @type {Record<string, HTMLElement>} */
    this.pages = {};
    TABS.forEach((name) => this.addTab(name));
    this.open('layers', false);
  }

  /** @param {string} name */
  addTab(name) {
    this.tabs[name] = make('button', {
      type: 'button', role: 'tab', id: `bg-tab-${name}`, 'aria-controls': `bg-page-${name}`, say: `ui.${name}`,
      on: { click: () => this.open(name), keydown: (event) => this.turn(event, name) },
    });
    this.pages[name] = make('section', { role: 'tabpanel', id: `bg-page-${name}`, 'aria-labelledby': `bg-tab-${name}`, tabindex: '0' });
    byId('bg-tabs').append(this.tabs[name]);
    byId('bg-pages').append(this.pages[name]);
  }

  /** Arrow keys move along the tabs. @param {KeyboardEvent} event @param {string} name */
  turn(event, name) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(name) + step + TABS.length) % TABS.length];
    this.open(next);
    this.tabs[next].focus();
  }

  /** How many pixels of a map the sheet covers; 0 beside the map. @param {HTMLElement} element */
  covers(element) {
    const [map, sheet] = [element.getBoundingClientRect(), this.root.getBoundingClientRect()];
    return sheet.left < map.right ? Math.max(0, map.bottom - sheet.top) : 0;
  }

  /** @param {boolean} open */
  expand(open) {
    this.root.classList.toggle('bg-open', open);
    this.grip.setAttribute('aria-expanded', String(open));
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

  /** @param {string} name @param {(Node|null)[]} children */
  fill(name, children) {
    this.pages[name].replaceChildren(.../** @type {Node[]} */ (children.filter(Boolean)));
    this.pages[name].scrollTop = 0;
  }
}
