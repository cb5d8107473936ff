/** Fitting a name into a box: widths from a cache of glyphs, and the ladder of what is left out first. */
import type { Painter } from '../painter.ts';

/** `http.` `(*conn).` `serve`: what a label is made of. */
export interface LabelParts {
  readonly prefix: string;
  readonly middle: string;
  readonly bare: string;
}

/** What is written: the prefix dimmed, the rest behind it; both may be ''. */
export interface FittedLabel {
  readonly dim: string;
  readonly strong: string;
  /** Width of `dim` in css px. */
  readonly dimWidth: number;
  readonly width: number;
}

const MOST_LETTERS = 300;
const FEWEST_LETTERS = 4;
const ELLIPSIS = '…';
// Controls would be drawn as nothing or as boxes; marks of direction would turn what stands beside them.
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function printable(text: string): string {
  const some = text.length > MOST_LETTERS ? text.slice(0, MOST_LETTERS) : text;
  return some.replace(unprintable, '·');
}

/** Widths of glyphs in one font. Kerning is left out: a label comes out a hair wide, never cut. */
export class GlyphWidths {
  readonly #painter: Painter;
  readonly #ascii = new Float64Array(128);
  readonly #others = new Map<string, number>();

  /** The painter's font must be set, and its transform the identity in css px. */
  constructor(painter: Painter) {
    this.#painter = painter;
    for (let code = 32; code < 127; code++) this.#ascii[code] = painter.measureText(String.fromCharCode(code)).width;
  }

  of(text: string): number {
    let width = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      width += code < 128 ? this.#ascii[code] : this.#other(text[i]);
    }
    return width;
  }

  /** How many letters of a text fit into room. */
  fitting(text: string, room: number): number {
    let width = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      width += code < 128 ? this.#ascii[code] : this.#other(text[i]);
      if (width > room) return i;
    }
    return text.length;
  }

  #other(letter: string): number {
    let width = this.#others.get(letter);
    // Hostile names hold every letter there is: the map stays small, and is made anew when it is not.
    if (this.#others.size > 5000) this.#others.clear();
    if (width === undefined) this.#others.set(letter, (width = this.#painter.measureText(letter).width));
    return width;
  }
}

interface Measured extends LabelParts {
  readonly prefixWidth: number;
  readonly middleWidth: number;
  readonly bareWidth: number;
}

/** The labels of one scene, measured once per function. */
export class Labels {
  readonly #parts: (func: number) => LabelParts;
  readonly #glyphs: GlyphWidths;
  readonly #measured = new Map<number, Measured>();

  constructor(parts: (func: number) => LabelParts, glyphs: GlyphWidths) {
    this.#parts = parts;
    this.#glyphs = glyphs;
  }

  /** The longest form that fits: with package, with receiver, the bare name, its beginning. @param room css px. */
  fit(func: number, room: number): FittedLabel | undefined {
    const { prefix, middle, bare, prefixWidth, middleWidth, bareWidth } = this.#measure(func);
    const full = prefixWidth + middleWidth + bareWidth;
    if (full <= room) return { dim: prefix, strong: middle + bare, dimWidth: prefixWidth, width: full };
    if (middleWidth + bareWidth <= room) return { dim: '', strong: middle + bare, dimWidth: 0, width: middleWidth + bareWidth };
    if (bareWidth <= room) return { dim: '', strong: bare, dimWidth: 0, width: bareWidth };
    const letters = this.#glyphs.fitting(bare, room - this.#glyphs.of(ELLIPSIS));
    if (letters < FEWEST_LETTERS) return undefined;
    return { dim: '', strong: bare.slice(0, letters) + ELLIPSIS, dimWidth: 0, width: room };
  }

  #measure(func: number): Measured {
    let found = this.#measured.get(func);
    if (found) return found;
    const parts = this.#parts(func);
    const prefix = printable(parts.prefix);
    const middle = printable(parts.middle);
    const bare = printable(parts.bare);
    const of = (text: string): number => this.#glyphs.of(text);
    found = { prefix, middle, bare, prefixWidth: of(prefix), middleWidth: of(middle), bareWidth: of(bare) };
    this.#measured.set(func, found);
    return found;
  }
}
