/** Text for a canvas: names made safe to draw, and widths from a table of glyphs instead of a measurement per label. */

/** Code units of a name that are looked at; no box is wider. */
const READ_LENGTH = 400;
const HARMLESS = /^[ -~]*$/;
/**
 * Control characters, line ends, direction overrides and isolates, lone surrogates: they break lines, or hide or
 * reorder the text around them.
 */
const HARMFUL = /[\p{C}\p{Zl}\p{Zp}]/gu;
const MARK_PILES = /(\p{M}{2})\p{M}+/gu;

/**
 * The beginning of a name as it can be drawn: harmful characters become a visible `�`. Cost is bounded for any length.
 */
export function readable(text: string): string {
  return harmless(text.length > READ_LENGTH ? text.slice(0, READ_LENGTH) : text);
}

/** The same for a whole text. */
export function harmless(text: string): string {
  return HARMLESS.test(text) ? text : text.replace(HARMFUL, '\uFFFD').replace(MARK_PILES, '$1');
}

/** True when `readable` leaves out the end of the name. */
export function isTooLong(text: string): boolean {
  return text.length > READ_LENGTH;
}

/**
 * Widths of one font, in the unit of `measure`. Kerning is not known: a sum is off by less than a percent, which the
 * padding of a box hides.
 */
export class GlyphWidths {
  readonly #measure: (glyph: string) => number;
  readonly #ascii = new Float64Array(128).fill(-1);
  readonly #others = new Map<string, number>();

  constructor(measure: (glyph: string) => number) {
    this.#measure = measure;
  }

  of(text: string): number {
    let width = 0;
    for (let i = 0; i < text.length;) {
      width += this.#glyph(text, i);
      i += glyphLength(text, i);
    }
    return width;
  }

  /** How many code units of `text` fit into `room`; a surrogate pair stays whole. */
  fitting(text: string, room: number): number {
    let width = 0;
    let i = 0;
    while (i < text.length) {
      width += this.#glyph(text, i);
      if (width > room) break;
      i += glyphLength(text, i);
    }
    return i;
  }

  #glyph(text: string, at: number): number {
    const code = text.charCodeAt(at);
    if (code < 128) {
      const known = this.#ascii[code];
      return known >= 0 ? known : (this.#ascii[code] = this.#measure(text[at]));
    }
    const glyph = text.slice(at, at + glyphLength(text, at));
    let width = this.#others.get(glyph);
    if (width === undefined) this.#others.set(glyph, (width = this.#measure(glyph)));
    return width;
  }
}

function glyphLength(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00 && at + 1 < text.length ? 2 : 1;
}
