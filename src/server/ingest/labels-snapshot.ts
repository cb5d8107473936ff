/** The `labels` part of an upload of pyroscope-java: which labels each context id of the recording stands for. */

import { ByteReader, wireTypes } from '#base/byte-reader.ts';
import { Refusal } from './refusal.ts';
import { MAX_UPLOAD_LABEL_TEXT } from './series-budget.ts';
import { TextNumbers } from './text-numbers.ts';

/** An upload of ten seconds has some thousands. */
const MAX_CONTEXTS = 1 << 18;
const MAX_LABELS_OF_CONTEXT = 100;

/** Names and values. */
type LabelList = readonly (readonly [name: string, value: string])[];
/** The labels of contexts that have none, and of samples without a context. */
export const NO_LABELS: LabelList = [];

export interface ContextLabels {
  /** Labels by context id. One array for all contexts of the same labels. */
  readonly contexts: ReadonlyMap<number, LabelList>;
  /** Texts by their number: names of spans are among them. */
  readonly strings: ReadonlyMap<number, string>;
}

/**
 * Many contexts have the same labels: a service makes a new one for each request.
 * @throws Refusal
 */
export function readLabelsSnapshot(bytes: Uint8Array): ContextLabels {
  const reader = new ByteReader(bytes, (what, offset) => refuse(what, offset));
  const spans: { id: number; start: number; end: number }[] = [];
  const strings = new Map<number, string>();
  eachField(reader, bytes.length, (field, end) => {
    if (field !== 1 && field !== 2) return;
    const entry = readEntry(reader, end);
    if (field === 2) strings.set(entry.key, utf8.decode(bytes.subarray(entry.start, entry.end)));
    else spans.push({ id: entry.key, start: entry.start, end: entry.end });
    if (spans.length > MAX_CONTEXTS || strings.size > MAX_CONTEXTS)
      throw new Refusal('too_many', `The labels of the form have more than ${MAX_CONTEXTS} contexts or strings.`);
  });
  const contexts = new Map<number, LabelList>();
  // Labels are compared by the numbers of their texts: a small upload can hold long texts and thousands of contexts.
  const { texts, numbers } = numbered(strings);
  const known = new Map<string, LabelList>([['', NO_LABELS]]);
  // Characters of the labels of all contexts that differ: a text of the table may stand in each of them.
  let textLeft = MAX_UPLOAD_LABEL_TEXT;
  for (const { id, start, end } of spans) {
    const pairs: [name: number, value: number][] = [];
    reader.offset = start;
    eachField(reader, end, (field, stop) => {
      if (field !== 1 || pairs.length === MAX_LABELS_OF_CONTEXT) return;
      const { key, value } = readEntry(reader, stop);
      const name = numbers.get(key);
      const text = numbers.get(value);
      if (name !== undefined && text !== undefined) pairs.push([name, text]);
    });
    pairs.sort(([a, x], [b, y]) => a - b || x - y);
    const key = pairs.join();
    let labels = known.get(key);
    if (labels === undefined) {
      labels = pairs.map(([name, value]) => [texts[name], texts[value]]);
      known.set(key, labels);
      for (const [name, value] of labels) textLeft -= name.length + value.length;
      if (textLeft < 0)
        throw new Refusal(
          'too_many',
          `The labels of the form have more than ${MAX_UPLOAD_LABEL_TEXT} characters in all contexts: send shorter windows.`,
        );
    }
    contexts.set(id, labels);
  }
  return { contexts, strings };
}

/** Equal texts have one number. @param strings by key @returns the texts by number, the numbers by key */
function numbered(strings: ReadonlyMap<number, string>): { texts: string[]; numbers: Map<number, number> } {
  const known = new TextNumbers();
  const texts: string[] = [];
  const numbers = new Map<number, number>();
  for (const [key, text] of strings) {
    const number = known.of(text);
    numbers.set(key, number);
    texts[number] = text;
  }
  return { texts, numbers };
}

const utf8 = new TextDecoder();

/** Calls `visit` with each field that is a message, the reader at its start. */
function eachField(reader: ByteReader, end: number, visit: (field: number, end: number) => void): void {
  reader.end = end;
  while (reader.offset < end) {
    const tag = reader.tag();
    if ((tag & 7) !== wireTypes.bytes) {
      reader.skip(tag);
      continue;
    }
    const stop = reader.stop();
    visit(tag >>> 3, stop);
    reader.offset = stop;
    reader.end = end;
  }
}

/** An entry of a map: a number to bytes or to a number. */
function readEntry(reader: ByteReader, end: number): { key: number; value: number; start: number; end: number } {
  const entry = { key: 0, value: 0, start: end, end };
  reader.end = end;
  while (reader.offset < end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1 && (tag & 7) === wireTypes.varint) entry.key = reader.signed();
    else if (tag >>> 3 === 2 && (tag & 7) === wireTypes.varint) entry.value = reader.signed();
    else if (tag >>> 3 === 2 && (tag & 7) === wireTypes.bytes) {
      const stop = reader.stop();
      entry.start = reader.offset;
      entry.end = stop;
      reader.offset = stop;
    } else reader.skip(tag);
  }
  return entry;
}

function refuse(what: string, offset: number): never {
  throw new Refusal('bad_profile', `The labels of the form are damaged: ${what} (byte ${offset}).`);
}
