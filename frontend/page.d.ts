/* What the scripts of the page share: the island as Python writes it, and its layers unpacked. */

type Words = string | Record<string, string>;

interface Field {
  key: string;
  label: string;
  kind: 'text' | 'link' | 'date' | 'code';
  code?: string;
  pair?: string;
  at(row: number): string | null;
}

interface Layer {
  id: string;
  name: string;
  kind: 'point' | 'line' | 'area' | 'ring';
  note: string;
  note_key?: string;
  shown: boolean;
  rows: number;
  undrawn: number;
  legend: { look: string; label: string; n: number }[];
  looks: string[];
  fields: Field[];
  titleOf(row: number): string | null;
  isDrawn(row: number): boolean;
  asOfOnly?: boolean;
  timed?: string[];
  [more: string]: any;
}

/** Positions of a layer that are in force and near the canvas, in layer pixels; the first `n` of each list. */
interface Spots {
  n: number;
  index: Int32Array;
  x: Float64Array;
  y: Float64Array;
  look: Uint8Array;
}

interface Feature {
  layer: Layer;
  row: number;
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

interface Styles {
  glyphs: Record<string, Record<string, any>>;
  lines: Record<string, any>;
  areas: Record<string, any>;
  tokens: Record<string, string>;
  base: Record<string, string>;
}

interface Island {
  map_id: string;
  icons: any;
  bounds: number[];
  language: string;
  words: Record<string, Record<string, string>>;
  page: { title: Words; area: Words; disclaimer: Words; glide?: string | null; created?: string | null };
  styles: Styles;
  land: { src: string; bounds: number[]; legend: { rgb: number[]; look: string; label: string }[] };
  base: { water: any; river: any; province: any; relief: { src: string; bounds: number[] } };
  order: string[];
  layers: any[];
  absent: { name: Words; note: Words }[];
  sources: Record<string, string>[];
  notes: Words[];
  days: Days;
  periods: Period[];
  compare?: { layers: any[]; as_of: number };
}

interface StateValues {
  language: string;
  day: number;
  other: number | null;
  chosen: Feature | null;
  measuring: boolean;
  shown: string;
}

interface Block {
  high: number;
  draw(c: CanvasRenderingContext2D, y: number): void;
}

interface Window {
  bordergis: any;
}
