/** Which part of a name a box shows: the ladder from package, receiver and function down to nothing. */
import { type GlyphWidths, isTooLong, readable } from '../text.ts';
import type { LabelParts } from './scene.ts';

/** Minimum characters before an ellipsis. */
const MIN_LENGTH = 4;

/** A label, parsed, sanitised and measured once. */
export interface MeasuredLabel {
  readonly prefix: string;
  /** `middle` and `bare`: drawn as one. */
  readonly rest: string;
  readonly bare: string;
  readonly prefixWidth: number;
  readonly restWidth: number;
  readonly bareWidth: number;
  /** The last cut, cached: most boxes keep their width from frame to frame. */
  cutLetters: number;
  cutText: string;
}

/** The answer of `fitLabel`: one object that each call fills anew. `text` is '' where nothing fits. */
export interface FittedLabel {
  prefix: string;
  prefixWidth: number;
  text: string;
  /** The width of prefix and text together. */
  width: number;
}

export function measureLabel(parts: LabelParts, widths: GlyphWidths): MeasuredLabel {
  const { prefix, middle, bare } = parts;
  const seenMiddle = readable(middle);
  const seenBare = readable(bare);
  // A label that was not read to its end never fits whole.
  const widthOf = (seen: string, whole: string): number => (isTooLong(whole) ? Infinity : widths.of(seen));
  const middleWidth = widthOf(seenMiddle, middle);
  const bareWidth = widthOf(seenBare, bare);
  return {
    prefix: readable(prefix),
    rest: seenMiddle + seenBare,
    bare: seenBare,
    prefixWidth: widthOf(readable(prefix), prefix),
    restWidth: middleWidth + bareWidth,
    bareWidth,
    cutLetters: 0,
    cutText: '',
  };
}

/** @param room in the unit of `widths`, padding taken off. */
export function fitLabel(label: MeasuredLabel, room: number, widths: GlyphWidths, fitted: FittedLabel): void {
  fitted.prefix = '';
  fitted.prefixWidth = 0;
  if (label.prefixWidth + label.restWidth <= room) {
    fitted.prefix = label.prefix;
    fitted.prefixWidth = label.prefixWidth;
    fitted.text = label.rest;
    fitted.width = label.prefixWidth + label.restWidth;
  } else if (label.restWidth <= room) {
    fitted.text = label.rest;
    fitted.width = label.restWidth;
  } else if (label.bareWidth <= room) {
    fitted.text = label.bare;
    fitted.width = label.bareWidth;
  } else {
    const letters = widths.fitting(label.bare, room - widths.of('…'));
    if (letters >= MIN_LENGTH && letters !== label.cutLetters) {
      label.cutLetters = letters;
      label.cutText = `${label.bare.slice(0, letters)}…`;
    }
    fitted.text = letters >= MIN_LENGTH ? label.cutText : '';
    fitted.width = room;
  }
}
