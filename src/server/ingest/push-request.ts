/** The message of `push.v1.PusherService/Push`, read in place: profiles stay parts of the body. */

import { ByteReader } from '#base/byte-reader.ts';
import type { Label } from '#model/labels.ts';
import { jsonReason, Refusal } from './refusal.ts';

/** Series of a push, its profiles, and labels of one series: each costs far more memory than its two bytes. */
const MAX_SERIES = 1000;
const MAX_PROFILES = 1000;
const MAX_LABELS = 100;
/** Objects, lists and members in a push as JSON: profiles are texts in it. */
const MAX_JSON_MARKS = 1_000_000;

export interface PushedSeries {
  readonly labels: readonly Label[];
  readonly profiles: readonly Uint8Array[];
}

/** @throws Refusal */
export function readPushMessage(message: Uint8Array): PushedSeries[] {
  const reader = new ByteReader(message, (what, offset) => {
    throw new Refusal('bad_request', `The push cannot be read: ${what}, at byte ${offset}.`);
  });
  const series: PushedSeries[] = [];
  let profileCount = 0;
  within(reader, (field) => {
    if (field !== 1) return false;
    checkCount(series.length, MAX_SERIES, 'series');
    const labels: Label[] = [];
    const profiles: Uint8Array[] = [];
    nested(reader, (inner) => {
      if (inner === 1) {
        checkCount(labels.length, MAX_LABELS, 'labels in one series');
        let name = '';
        let value = '';
        nested(reader, (part) => {
          if (part === 1) name = text(reader);
          else if (part === 2) value = text(reader);
          else return false;
          return true;
        });
        labels.push({ name, value });
      } else if (inner === 2) {
        nested(reader, (part) => {
          if (part !== 1) return false;
          checkCount(profileCount++, MAX_PROFILES, 'profiles');
          profiles.push(bytes(reader));
          return true;
        });
      } else return false;
      return true;
    });
    series.push({ labels, profiles });
    return true;
  });
  return series;
}

/** JSON: names in camel case or as in the proto, bytes in either base64, other keys ignored. @throws Refusal */
export function readPushJson(message: Uint8Array): PushedSeries[] {
  checkMarks(message);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message));
  } catch (error) {
    throw new Refusal('bad_request', `The push is not JSON: ${jsonReason(error)}.`);
  }
  let profileCount = 0;
  return list(object(body, 'the push').series, 'series', MAX_SERIES).map((one) => {
    const { labels, samples } = object(one, 'a series');
    return {
      labels: list(labels, 'labels in one series', MAX_LABELS).map((label) => {
        const { name, value } = object(label, 'a label');
        return { name: string(name, 'name'), value: string(value, 'value') };
      }),
      profiles: list(samples, 'samples', MAX_PROFILES).map((sample) => {
        checkCount(profileCount++, MAX_PROFILES, 'profiles');
        const { rawProfile, raw_profile } = object(sample, 'a sample');
        return Buffer.from(string(rawProfile ?? raw_profile, 'rawProfile'), 'base64');
      }),
    };
  });
}

/** @param count of those before */
function checkCount(count: number, limit: number, what: string): void {
  if (count >= limit) throw new Refusal('too_many', `The push has more than ${limit} ${what}: send it in parts.`);
}

/** Counts the objects that JSON.parse would create; strings are skipped. @throws Refusal */
function checkMarks(message: Uint8Array): void {
  let marks = 0;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at];
    if (byte === QUOTE) {
      do at = message.indexOf(QUOTE, at + 1);
      while (at >= 0 && isEscaped(message, at));
      if (at < 0) return;
    } else if (byte === COMMA || byte === BRACE || byte === BRACKET) checkCount(marks++, MAX_JSON_MARKS, 'members');
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACE = 0x7b;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;

function isEscaped(message: Uint8Array, quote: number): boolean {
  let from = quote;
  while (message[from - 1] === BACKSLASH) from--;
  return (quote - from) % 2 === 1;
}

function within(reader: ByteReader, take: (field: number) => boolean): void {
  while (reader.offset < reader.end) {
    const tag = reader.tag();
    const before = reader.offset;
    if ((tag & 7) !== 2 || !take(tag >>> 3)) {
      reader.offset = before;
      reader.skip(tag);
    }
  }
}

function nested(reader: ByteReader, take: (field: number) => boolean): void {
  const stop = reader.stop();
  const outer = reader.end;
  reader.end = stop;
  within(reader, take);
  reader.end = outer;
}

function bytes(reader: ByteReader): Uint8Array {
  const stop = reader.stop();
  const part = reader.bytes.subarray(reader.offset, stop);
  reader.offset = stop;
  return part;
}

function text(reader: ByteReader): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes(reader));
  } catch {
    throw new Refusal('bad_labels', 'A label is not valid UTF-8.');
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refusal('bad_request', `In the push, ${what} must be an object.`);
}

function list(value: unknown, what: string, limit: number): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    checkCount(value.length - 1, limit, what);
    return value;
  }
  throw new Refusal('bad_request', `In the push, ${what} must be a list.`);
}

function string(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new Refusal('bad_request', `In the push, ${what} must be a string.`);
}
