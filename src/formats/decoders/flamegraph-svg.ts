/**
 * Flame graphs in SVG, read as text: flamegraph.pl, inferno (cargo flamegraph, py-spy, rbspy), async-profiler 1. Each
 * frame is a title, `name (12 samples, 3.4%)`, and a rectangle; inferno's rectangles carry exact counts.
 */
import type { Steps } from '#base/steps.ts';
import { utf8Bytes } from '#base/text-bytes.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import { type DecodeLimits, FILE_LIMITS } from '../decode-limits.ts';
import { DecodeError } from '../format.ts';
import { PictureFrames, type PictureRow } from './picture-tree.ts';

const MAX_BYTES = 1 << 27;
const FRAMES_A_STEP = 2048;
const READING = 0.7;
/** In characters: tags of rectangles. */
const MAX_TAG = 4096;
/** Behind the name. */
const COUNT = /^ \(([\d,]+(?:\.\d+)?) ?([^(),;]*), \d[\d.]*%(;[^()]*)?\)$/;
const MAX_COUNT = 200;

/** @throws DecodeError, if a limit is exceeded */
export function* decodeFlamegraphSvg(packed: Uint8Array, limits: DecodeLimits = FILE_LIMITS): Steps<Profile> {
  if (packed.length > MAX_BYTES) {
    throw new DecodeError('too-large', `The picture has more than ${MAX_BYTES >> 20} MiB.`, {
      remedy: 'Open the profile that the picture was made from.',
    });
  }
  const text = new TextDecoder().decode(utf8Bytes(packed));
  const frames = new PictureFrames(limits);
  let unit = '';
  let isDifference = false;
  let rectAt = text.indexOf('<rect');
  for (let at = text.indexOf('<title>'); at >= 0;) {
    if (frames.length % FRAMES_A_STEP === 0) yield (at / text.length) * READING;
    const titleEnd = text.indexOf('</title>', at);
    if (titleEnd < 0) break;
    const next = text.indexOf('<title>', titleEnd);
    if (rectAt >= 0 && rectAt < titleEnd) rectAt = text.indexOf('<rect', titleEnd);
    if (rectAt < 0) break;
    const rect = rectAt < (next < 0 ? text.length : next) ? tagAt(text, rectAt) : undefined;
    const titleAt = at + 7 + (text[at + 7] === '\n' ? 1 : 0);
    const title = unescaped(text.slice(titleAt, titleEnd));
    at = next;
    if (rect === undefined) continue;
    const open = title.lastIndexOf(' (');
    const counted = open < 0 || title.length - open > MAX_COUNT ? null : COUNT.exec(title.slice(open));
    const y = attribute(rect, 'y');
    const mayBeExact = rect.includes(' fg:');
    const exactLeft = mayBeExact ? attribute(rect, 'fg:x') : NaN;
    const exactWidth = mayBeExact ? attribute(rect, 'fg:w') : NaN;
    const isExact = !Number.isNaN(exactLeft) && !Number.isNaN(exactWidth);
    const left = isExact ? exactLeft : attribute(rect, 'x');
    const width = isExact ? exactWidth : attribute(rect, 'width');
    // The title of the document, a legend.
    if (Number.isNaN(y) || Number.isNaN(left) || Number.isNaN(width) || (!counted && !isExact)) continue;
    if (counted) {
      if (unit === '') unit = counted[2].trim();
      if (counted[3] !== undefined) isDifference = true;
    }
    const count = isExact ? exactWidth : Number(counted![1].replaceAll(',', ''));
    const name = counted ? title.slice(0, open) : title;
    frames.push({ name, row: y, left, right: left + width, count }, `frame ${frames.length + 1}`);
  }
  if (frames.length === 0) {
    throw new DecodeError('malformed', 'The picture has no frames with a name and a count.', {
      place: `${text.length} characters`,
      remedy: 'Open the profile that the picture was made from. Read are flame graphs of flamegraph.pl and inferno.',
    });
  }
  const levels = levelsOf(frames.rows, /\binverted = (true|1)\b/.test(text.slice(0, 65_536)));
  const notes = [
    'The file is a picture: frames that were too narrow to draw count as self cost of their callers, and labels are missing.',
  ];
  if (isDifference) notes.push('The picture shows a difference: its widths are read, its colours are not.');
  return yield* frames.profile(typeOf(unit), notes, READING, levels);
}

/** Rows by height: the root lies at the bottom, or at the top of an icicle graph. */
function levelsOf(rows: readonly PictureRow[], saysInverted: boolean): (y: number) => number {
  const isRoot = ({ frames, name }: PictureRow): boolean => frames === 1 && name === 'all';
  const [first, last] = [rows[0], rows[rows.length - 1]];
  const [top, bottom] = [isRoot(first), isRoot(last)];
  const wider = Math.sign(first.width - last.width);
  const isIcicle = top !== bottom ? top : wider !== 0 ? wider > 0 : saysInverted;
  const level = new Map(rows.map(({ row }, i) => [row, isIcicle ? i : rows.length - 1 - i]));
  return (y) => level.get(y) ?? 0;
}

function typeOf(unit: string): SampleType {
  const word = unit.slice(0, 40);
  const units: Readonly<Record<string, string>> = {
    bytes: 'bytes',
    ms: 'milliseconds',
    us: 'microseconds',
    ns: 'nanoseconds',
  };
  return { type: word || 'samples', unit: Object.hasOwn(units, word) ? units[word] : 'count' };
}

function tagAt(text: string, start: number): string | undefined {
  const tag = text.slice(start, start + MAX_TAG);
  const end = tag.indexOf('>');
  return end < 0 ? undefined : tag.slice(0, end);
}

/** A number, with or without a unit; NaN if the tag has none of that name. */
function attribute(tag: string, name: string): number {
  let start = tag.indexOf(` ${name}="`);
  if (start < 0 && tag.includes("'")) start = tag.indexOf(` ${name}='`);
  return start < 0 ? NaN : Number.parseFloat(tag.slice(start + name.length + 3));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{1,6}));/gi, (whole, decimal, hex, name: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(String(hex), 16) : -1;
    if (code >= 0) return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole;
  });
}
