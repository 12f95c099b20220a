/* The page's own tools: words by language, dates, elements, and the state that the controls share. */

const DAY_MS = 86_400_000;
const SVG = 'http://www.w3.org/2000/svg';

/** The words in use; every text of the interface comes from here. */
const tongue = {
  /** @type {Record<string, Record<string, string>>} */
  tables: {},
  language: 'en',
};

/**
 * The words for a key, or undefined.
 * @param {string} key
 * @param {Record<string, string|number>} [values] what stands for {name} in them
 * @returns {string|undefined}
 */
function wordsFor(key, values = {}) {
  const text = tongue.tables[tongue.language][key];
  return text === undefined ? undefined : text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * The words for a key; the key itself would be a fault of the tables, and shows.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
function say(key, values) {
  return wordsFor(key, values) ?? key;
}

/**
 * Words given as one text or by language.
 * @param {string|Record<string, string>} text
 */
function inLanguage(text) {
  return typeof text === 'string' ? text : text[tongue.language];
}

/** The tables of words as they are packed: the keys stand once. @param {PackedWords} packed @returns {Record<string, Record<string, string>>} */
function wordTables({ keys, texts }) {
  return Object.fromEntries(Object.entries(texts).map(([language, words]) => [language, Object.fromEntries(words.map((text, i) => [keys[i], text]))]));
}

/** @param {string} text */
function plain(text) {
  return document.createTextNode(text);
}

/** The language of a text of the data, told by its script; Latin letters are taken for English. @param {string} text @returns {string|undefined} */
function languageOf(text) {
  if (/[\u1780-\u17ff]/.test(text)) return 'km';
  if (/[\u0e00-\u0e7f]/.test(text)) return 'th';
  return /[A-Za-z]/.test(text) ? 'en' : undefined;
}

/** A text of the data inside our words, in its own language. @param {string} text */
function ofData(text) {
  return make('span', { lang: languageOf(text), text });
}

/**
 * Words as parts of a line: `…` in them is a command or an id, and {name} is filled in, a text of the data or a part made before.
 * @param {string} text
 * @param {Record<string, string|Node>} [values]
 * @returns {Node[]}
 */
function partsOf(text, values = {}) {
  return text.split(/(`[^`]+`|\{\w+\})/).filter(Boolean).map((part) => {
    const inner = part.replace(/^`|`$/g, '');
    const value = values[/^\{(\w+)\}$/.exec(inner)?.[1] ?? ''] ?? inner;
    if (value instanceof Node) return value;
    if (part.startsWith('`')) return make('code', { lang: 'en', text: value });
    return value === part ? plain(part) : ofData(value);
  });
}

/** @param {string} key @param {Record<string, string|Node>} [values] */
function phrase(key, values) {
  return partsOf(say(key), values);
}

/** A whole number as the language groups it. @param {number} n */
function sayNumber(n) {
  return n.toLocaleString(`${tongue.language}-u-nu-latn`);
}

/** A day in words, Common Era in every language. @param {number} day since 1970-01-01 */
function sayDay(day) {
  const date = new Date(day * DAY_MS);
  return say('date.format', { day: date.getUTCDate(), month: say(`month.${date.getUTCMonth() + 1}`), year: date.getUTCFullYear() });
}

/** Days as ISO writes them, 2025-07-24 or 2025-07-24/2025-07-28, in words. @param {string} text */
function sayIsoDays(text) {
  return text.split('/').map((part) => {
    const day = dayOf(part);
    return day === null ? part : sayDay(day);
  }).join(' \u2013 ');
}

/** @param {string|null} text 2026-01-14 @returns {number|null} days since 1970-01-01 */
function dayOf(text) {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return Number.isNaN(ms) ? null : ms / DAY_MS;
}

/**
 * An element with text and attributes; never markup. `say`, `sayLabel` and `sayTitle` name words, which follow the language.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Making} [options]
 * @param {Child[]} [children]
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, { text, on, say: key, sayLabel, ...attributes } = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  if (text !== undefined && text !== null) element.textContent = String(text);
  if (key) element.dataset.say = key;
  if (sayLabel) element.dataset.sayLabel = sayLabel;
  reword(element);
  for (const [event, act] of Object.entries(on ?? {})) element.addEventListener(event, /** @type {EventListener} */ (act));
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Give an element its words in the language of the page. @param {HTMLElement} element */
function reword(element) {
  if (element.dataset.say) element.textContent = say(element.dataset.say);
  if (element.dataset.sayLabel) {
    element.setAttribute('aria-label', say(element.dataset.sayLabel));
    if (element instanceof HTMLButtonElement) element.title = say(element.dataset.sayLabel);
    if (element instanceof HTMLInputElement && element.type === 'search') element.placeholder = say('ui.search_hint');
  }
}

/** @param {string} id @returns {HTMLElement} an element of the page's own markup */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Outlines of the buttons' pictures, in a box of 20. */
const ICONS = {
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  whole: 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4',
  play: 'M6.5 4.5v11l9-5.5z',
  pause: 'M7 4.5v11M13 4.5v11',
  back: 'M12.5 5l-5 5 5 5',
  forward: 'M7.5 5l5 5-5 5',
  measure: 'M3 13.5L13.5 3 17 6.5 6.5 17zM6 10.5l1.8 1.8M8.7 7.8l1.8 1.8M11.3 5.2l1.8 1.8',
  compare: 'M10 2.5v15M3 5h4.5v10H3zM12.5 5H17v10h-4.5z',
  picture: 'M3 4h14v12H3zM3.5 14l4-4.5 3 3 2.5-2.5 3.5 4M12.8 7.4h.2',
  print: 'M6 8V3h8v5M6 14H3.5V8h13v6H14M6 12h8v5H6z',
  link: 'M8.5 11.5l3-3M7.5 9L5 11.5a2.5 2.5 0 003.5 3.5L11 12.500M12.500 11L15 8.5A2.5 2.5 0 0011.500 5L9 7.500',
  close: 'M5 5l10 10M15 5L5 15',
  north: 'M10 2.500l4.500 14.500-4.500-3.500-4.500 3.500z',
};

/** @param {keyof typeof ICONS} name */
function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button with a picture and words for it.
 * @param {keyof typeof ICONS} name
 * @param {string} key
 * @param {(event: Event) => void} act
 * @param {Making} [attributes]
 */
function iconButton(name, key, act, attributes = {}) {
  return make('button', { type: 'button', sayLabel: key, ...attributes, on: { click: act } }, [icon(name)]);
}

/** Tell a reader who cannot see it. @param {string} text */
function announce(text) {
  byId('bg-live').textContent = text;
}

/** What the reader has chosen. Whoever shows it is told when it changes. */
class State {
  /** @param {StateValues} values */
  constructor(values) {
    this.values = values;
    /** @type {((changed: Partial<StateValues>) => void)[]} */
    this.listeners = [];
  }

  /** @param {(changed: Partial<StateValues>) => void} listener */
  follow(listener) {
    this.listeners.push(listener);
  }

  /** @param {Partial<StateValues>} changes */
  set(changes) {
    const keys = /** @type {(keyof StateValues)[]} */ (Object.keys(changes)).filter((key) => this.values[key] !== changes[key]);
    if (!keys.length) return;
    Object.assign(this.values, changes);
    const changed = Object.fromEntries(keys.map((key) => [key, changes[key]]));
    for (const listener of this.listeners) listener(changed);
  }
}
