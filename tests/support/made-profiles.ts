/** Profiles for tests of the server: as plain stacks, and the same as the store takes them. */

import { labelSet, type LabelSet } from '#model/labels.ts';
import { tablesOfOne } from '#model/definitions.ts';
import type { Profile } from '#model/profile.ts';
import type { IncomingProfile } from '#server/incoming.ts';

export interface MadeProfile {
  readonly labels: LabelSet;
  readonly service: string;
  readonly profileType: string;
  readonly timeUs: number;
  readonly period: number;
  /** Frames `name:line`, root first. */
  readonly stacks: readonly { readonly frames: readonly string[]; readonly value: number }[];
}

export function madeLabels(service: string, profileType: string, more: Readonly<Record<string, string>>): LabelSet {
  return labelSet([
    { name: 'service_name', value: service },
    { name: '__profile_type__', value: profileType },
    ...Object.entries(more).map(([name, value]) => ({ name, value })),
  ]);
}

/** As the doors hand it over. */
export function incoming({ labels, service, profileType, timeUs, period, stacks }: MadeProfile): IncomingProfile {
  return {
    profile: profileOf(stacks),
    timeUs,
    period,
    repeatKey: '',
    series: [{ labels, service, profileType, column: 0, rows: Int32Array.from(stacks.keys()) }],
  };
}

export function functionOf(frame: string): string {
  return frame.slice(0, frame.lastIndexOf(':'));
}

function lineOf(frame: string): number {
  return Number(frame.slice(frame.lastIndexOf(':') + 1));
}

function profileOf(stacks: MadeProfile['stacks']): Profile {
  const names: string[] = [];
  const frames: string[] = [];
  const at = (list: string[], one: string): number => {
    if (!list.includes(one)) list.push(one);
    return list.indexOf(one);
  };
  const stackFrames: number[] = [];
  const stackStart = [0];
  for (const stack of stacks) {
    for (const frame of stack.frames) {
      at(names, functionOf(frame));
      stackFrames.push(at(frames, frame));
    }
    stackStart.push(stackFrames.length);
  }
  return {
    sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }],
    defaultSampleType: 0,
    ...tablesOfOne(
      {
        names,
        files: names.map((name) => `${name}.go`),
        line: Int32Array.from(names, () => 1),
        mappings: names.map(() => 'app'),
      },
      Int32Array.from(frames, (frame) => names.indexOf(functionOf(frame))),
      Int32Array.from(frames, lineOf),
    ),
    sampleCount: stacks.length,
    stackStart: Int32Array.from(stackStart),
    stackFrames: Int32Array.from(stackFrames),
    values: [{ values: Float64Array.from(stacks, ({ value }) => value), exact: undefined }],
    labels: {
      start: new Int32Array(stacks.length + 1),
      key: new Int32Array(),
      text: new Int32Array(),
      number: new BigInt64Array(),
      unit: new Int32Array(),
      strings: [],
    },
    timeMs: undefined,
    durationMs: undefined,
    period: undefined,
    cut: undefined,
    notes: [],
  };
}
