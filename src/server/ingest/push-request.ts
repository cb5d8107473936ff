/** The message of `push.v1.PusherService/Push`, read in place: profiles stay parts of the body. */

import { ByteReader } from '#base/byte-reader.ts';
import type { Label } from '#model/labels.ts';
import { Refusal } from './refusal.ts';

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
  within(reader, (field) => {
    if (field !== 1) return false;
    const labels: Label[] = [];
    const profiles: Uint8Array[] = [];
    nested(reader, (inner) => {
      if (inner === 1) {
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
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(message));
  } catch (error) {
    throw new Refusal('bad_request', `The push is no JSON: ${(error as Error).message}.`);
  }
  return list(object(body, 'the push').series, 'series').map((one) => {
    const { labels, samples } = object(one, 'a series');
    return {
      labels: list(labels, 'labels').map((label) => {
        const { name, value } = object(label, 'a label');
        return { name: string(name, 'name'), value: string(value, 'value') };
      }),
      profiles: list(samples, 'samples').map((sample) => {
        const { rawProfile, raw_profile } = object(sample, 'a sample');
        return Buffer.from(string(rawProfile ?? raw_profile, 'rawProfile'), 'base64');
      }),
    };
  });
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
    throw new Refusal('bad_labels', 'A label is no valid UTF-8.');
  }
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Refusal('bad_request', `In the push, ${what} must be an object.`);
}

function list(value: unknown, what: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new Refusal('bad_request', `In the push, ${what} must be a list.`);
}

function string(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  throw new Refusal('bad_request', `In the push, ${what} must be a text.`);
}
