/* What the scripts of the page share. The first half is the island as Python packs it, in the same words (maps/content.py, maps/layers.py);
   tests/test_map_types.py holds the two against each other. The second half is what the scripts make of it. */

// --- as Python packs it --------------------------------------------------------------------------------------------------

type Words = string | Record<string, string>;
type LatLon = [number, number];
type Kind = 'point' | 'line' | 'area' | 'ring';

/** Where packed numbers stand behind the JSON: place and length, in octets. */
type PackedNumbers = [number, number];

interface PackedCodes {
  d: string[];
  i: PackedNumbers;
}

interface PackedList {
  v: (string | null)[];
}

/** Names that differ in a number at their end: what they begin with, how many digits. */
interface PackedNames {
  p: string;
  w: number;
  n: PackedNumbers;
}

type PackedText = PackedCodes | PackedList | PackedNames;

interface PackedShape {
  xy: PackedNumbers;
  of: PackedNumbers;
  runs?: PackedNumbers;
}

interface PackedDays {
  start: PackedNumbers;
  end: PackedNumbers;
  since: boolean;
}

interface PackedDiscs {
  xy: PackedNumbers;
  of: PackedNumbers;
  radius: PackedNumbers;
  start: PackedNumbers;
  end: PackedNumbers;
}

interface PackedChanges {
  row: PackedNumbers;
  start: PackedNumbers;
  look: PackedCodes;
  first: string;
}

interface PackedField {
  key: string;
  label: string;
  kind: 'text' | 'link' | 'date' | 'length' | 'code' | 'facts' | 'span';
  code: string;
  pair: string;
  text: PackedText | null;
}

interface LegendEntry {
  look: string;
  label: string;
  n: number;
}

interface PackedLayer {
  id: string;
  name: string;
  kind: Kind;
  note: string;
  note_key: string;
  shown: boolean;
  rows: number;
  undrawn: number;
  legend: LegendEntry[];
  places_of: string;
  shape: PackedShape | null;
  look: PackedCodes;
  radius: PackedNumbers | null;
  as_of: number;
  as_of_only: boolean;
  timed: string[];
  days: PackedDays | null;
  discs: PackedDiscs | null;
  changes: PackedChanges | null;
  title: PackedText | string[];
  fields: PackedField[];
}

interface Days {
  first: number;
  last: number;
  as_of: number;
  incidents: number[];
}

interface Period {
  key: string;
  name: Words;
  kind: string;
  start: number;
  end: number | null;
}

interface Glyph {
  shape: string;
  mark: string;
  fill: string;
  stroke: string;
  ink: string;
  size: number;
}

interface LineStyle {
  stroke: string;
  width: number;
  dash: number[];
}

interface AreaStyle {
  stroke: string;
  width: number;
  dash: number[];
  fill: string;
  alpha: number;
  hatch?: string;
  /** Hatched with dots, not with lines. */
  dotted?: boolean;
  /** Discs that overlap keep each its rim. */
  apart?: boolean;
}

interface Styles {
  glyphs: Record<string, Record<string, Glyph>>;
  lines: Record<string, LineStyle>;
  areas: Record<string, AreaStyle>;
  tokens: Record<string, string>;
  base: Record<string, string>;
}

interface Raster {
  src: string;
  bounds: number[];
}

interface LandEntry {
  rgb: number[];
  look: string;
  label: string;
}

interface Land {
  src: string;
  bounds: number[];
  legend: LandEntry[];
  name: string;
  note: string;
}

/** Lines or rings of the base map: steps of longitude and latitude, and how many points each has. */
interface PackedLines {
  lon: PackedNumbers;
  lat: PackedNumbers;
  runs: PackedNumbers;
}

/** The name of a water, where its middle may stand (best first), and from which zoom to which it is written. */
interface BaseLabel {
  name: Words;
  at: [number, number][];
  zoom: [number, number];
}

/** Names of the base map: waters with their places, and provinces with the grid of their numbers. */
interface BaseLabels {
  waters: BaseLabel[];
  provinces: Words[];
  cells: PackedNumbers;
  wide: number;
  west: number;
  north: number;
  cell: number;
}

interface Base {
  water: PackedLines;
  river: PackedLines;
  province: PackedLines;
  relief: Raster;
  labels: BaseLabels;
}

interface TitleBlock {
  title: Words;
  area: Words;
  disclaimer: Words;
  glide?: string;
  created: string;
}

interface Absent {
  name: Words;
  note: Words;
}

interface Source {
  title: string;
  publisher?: string;
  licence?: string;
  citation?: string;
}

interface PackedWords {
  keys: string[];
  texts: Record<string, string[]>;
}

/** What the page needs before the rest is unpacked. */
interface Start {
  map_id: string;
  icons: Record<string, string>;
  bounds: number[];
  language: string;
}

/** The rest. */
interface Packed {
  words: PackedWords;
  page: TitleBlock;
  styles: Styles;
  land: Land;
  base: Base;
  order: string[];
  layers: PackedLayer[];
  absent: Absent[];
  sources: Source[];
  notes: Words[];
  days: Days;
  periods: Period[];
  compare?: Compared;
}

interface Compared {
  layers: PackedLayer[];
  as_of: number;
  at_once: boolean;
}

// --- as the scripts unpack it --------------------------------------------------------------------------------------------

/** Positions on the web map's square world: x and y at zoom 0 in turns, beside longitude and latitude in degrees. */
interface Positions {
  world: Float64Array;
  lonlat: Float64Array;
}

/** Where rows are and when; `of` is the row of each position (points) or run of positions (lines and areas), `runs` the length of each. */
interface Places extends Positions {
  of: Int32Array;
  runs: Int32Array;
  days: { start: Int32Array; end: Int32Array; since: boolean } | null;
}

interface Discs extends Positions {
  of: Int32Array;
  radii: Int32Array;
  start: Int32Array;
  end: Int32Array;
  items?: Disc[];
}

interface Changes {
  row: Int32Array;
  start: Int32Array;
  look: Uint8Array;
  first: number;
}

interface Field {
  key: string;
  label: string;
  kind: 'text' | 'link' | 'date' | 'length' | 'code' | 'facts';
  code: string;
  pair: string;
  at(row: number): string | null;
}

interface Layer extends Places {
  id: string;
  name: string;
  kind: Kind;
  note: string;
  note_key: string;
  shown: boolean;
  rows: number;
  undrawn: number;
  legend: LegendEntry[];
  as_of: number;
  as_of_only: boolean;
  timed: string[];
  fields: Field[];
  lookNames: string[];
  lookCodes: Uint8Array;
  discs: Discs | null;
  changes: Changes | null;
  /** Of a ring layer: the radius of each row's circle in metres. */
  radii: Int32Array;
  lookOf(row: number): string;
  titleOf(row: number): string | null;
  isDrawn(row: number): boolean;
  /** Reckoned when first asked for. */
  boxes?: Run[];
  sizes?: Float64Array;
  widest?: number;
}

interface Feature {
  layer: Layer;
  row: number;
}

/** The island with its layers still packed. */
type Island = Start & Omit<Packed, 'words'> & { words: Record<string, Record<string, string>> };

// --- why a village has its access, as grounds.py writes it in JSON -------------------------------------------------------

interface DecisionFact {
  row: string;
  why?: string;
}

interface ZoneFact {
  is: string;
  zones?: string;
  depth: number;
  since?: string;
}

interface RoadFact {
  is: string;
  by?: string;
}

interface RouteFact {
  to: string;
  said: string;
  by?: string;
  why?: Words;
  limit?: number;
}

interface ReportedFact {
  is: string;
  for?: string;
}

interface ReportFact {
  said: string;
  who: string;
  on: string;
  kind?: string;
  whom?: string;
  old?: string;
}

// --- where things are ----------------------------------------------------------------------------------------------------

interface XY {
  x: number;
  y: number;
}

/** West, north, east, south in world pixels at zoom 0. */
type Box = [number, number, number, number];

/** A box of layer pixels. */
interface PixelBox extends L.Bounds {
  min: L.Point;
  max: L.Point;
}

/** A run of positions, from the first to the one behind the last. */
interface Run {
  row: number;
  from: number;
  to: number;
  box: Box;
}

/** A circle on the ellipsoid: centre, half the width and half the height. */
interface Ellipse extends XY {
  rx: number;
  ry: number;
}

interface Disc extends Ellipse {
  row: number;
  start: number;
  end: number;
  box: Box;
}

/** A grid over positions: `each` is called with, or the list holds, the number of every position inside a box. */
interface Grid {
  search(within: Box, each: (position: number) => void): void;
  list(within: Box): Int32Array;
}

// --- what is drawn -------------------------------------------------------------------------------------------------------

type Canvas2D = CanvasRenderingContext2D;

/** A canvas with what draws on it, in CSS pixels. */
interface SharpCanvas {
  canvas: HTMLCanvasElement;
  c: Canvas2D;
}

/** The positions of a layer near the canvas, in layer pixels. */
interface Near {
  view: string;
  index: Int32Array;
  x: Float64Array;
  y: Float64Array;
}

/** Positions of a layer that are in force and near the canvas, in layer pixels; the first `n` of each list. */
interface Spots {
  n: number;
  index: Int32Array;
  x: Float64Array;
  y: Float64Array;
  look: Uint8Array;
}

/** Spots of one look: those to be drawn, and those of what happened on the very day. */
interface SpotGroup {
  code: number;
  chosen: number[];
  fresh: number[];
}

/** A glyph drawn once, to be put wherever it is needed; `half` is half the side of its canvas. */
interface Stamp {
  canvas: HTMLCanvasElement;
  half: number;
  glyph: Glyph;
}

/** How a text on the map is written; its halo has a width in pixels. */
interface TextStyle {
  font: string;
  ink: string;
  halo: string;
  halo_px: number;
}

/** A text on a canvas of its own, which is wider by `pad` on each side. */
interface WrittenText {
  canvas: HTMLCanvasElement;
  wide: number;
  pad: number;
}

/** A name to be written beside a glyph of radius `r`. */
interface Label extends Feature, XY {
  r: number;
}

/** The rows in force (all, where null) and the look of each. */
interface DayState {
  inForce: Uint8Array | null;
  looks: Uint8Array;
}

/** From which day to which a row has a look; an end that is open is null. */
type Span = [number | null, number | null, string];

// --- the page ------------------------------------------------------------------------------------------------------------

interface StateValues {
  language: string;
  day: number;
  other: number | null;
  chosen: Feature | null;
  measuring: boolean;
  shown: string;
}

type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

/** What an element is made with; `say` and `sayLabel` are keys of words, every other name is an attribute. */
interface Making {
  text?: string | number | null;
  say?: string;
  sayLabel?: string;
  on?: Listeners;
  [attribute: string]: string | number | boolean | null | undefined | Listeners;
}

type Child = Node | null | undefined | false;

/** Part of a picture to be shared: how high it is, and what draws it at a height. */
interface Block {
  high: number;
  draw(c: Canvas2D, y: number): void;
}

/** How the letters of a picture are. */
interface Type {
  size: number;
  bold?: boolean;
  soft?: boolean;
}

/** What the page gives to others: to scripts of the analyst's own layers (`map`), to tests (the rest, once it is ready). */
interface Told {
  map: L.Map;
  ready: Promise<void>;
  page?: Page;
  layers?: Layer[];
  canvas?: Painter;
  days?: Days;
  periods?: Period[];
  tools?: { fold: typeof fold; geodesicMetres: typeof geodesicMetres; mgrs: typeof mgrs };
}

interface Window {
  bordergis: Told;
}

/** What Leaflet's types do not tell of its renderer. */
declare class InnerRenderer extends L.Renderer {
  _map: L.Map & { _animatingZoom?: boolean };
  _container: HTMLCanvasElement;
  _bounds?: PixelBox;
  _initContainer(): void;
  _destroyContainer(): void;
  _update(): void;
  _reset(): void;
  getEvents(): { [name: string]: L.LeafletEventHandlerFn };
}
