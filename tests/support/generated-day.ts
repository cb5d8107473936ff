/** The day that the recorder of real answers generates (../shared/contract/record). */
import { join } from 'node:path';
import { labelSet } from '#model/labels.ts';
import type { NaiveFrame, NaiveProfile } from './naive-reader.ts';

interface GeneratedProfile {
  readonly kind: string;
  readonly t: number;
  readonly labels: Record<string, string>;
  readonly samples: {
    readonly stack: { readonly fn: string; readonly file: string; readonly line: number }[][];
    readonly values: number[];
    readonly labels: Record<string, string>;
  }[];
}

interface Generator {
  generate(): GeneratedProfile[];
  shorten(name: string): string;
  readonly TYPES: Record<string, string>;
}

/**
 * The recorder's day as series: sample labels become labels, those of the profile win, ids of spans are left out.
 * @param contract folder of the recorder
 */
export async function generatedDay(contract: string): Promise<NaiveProfile[]> {
  const { generate, shorten, TYPES } = (await import(join(contract, 'record/gen-day.mjs'))) as Generator;
  const columns: Record<string, string[]> = {
    process_cpu: ['samples', 'cpu'],
    memory: ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'],
    goroutine: ['goroutine'],
  };
  const frames = new Map<unknown, NaiveFrame[]>();
  const framesOf = (stack: GeneratedProfile['samples'][0]['stack']): NaiveFrame[] => {
    let known = frames.get(stack);
    if (!known) {
      known = stack
        .flat()
        .map(({ fn, file, line }) => ({ name: shorten(fn), file, line, mapping: '/usr/local/bin/app' }));
      frames.set(stack, known);
    }
    return known;
  };
  const day: NaiveProfile[] = [];
  for (const { kind, t, labels, samples } of generate()) {
    const groups = new Map<string, { own: Record<string, string>; samples: typeof samples }>();
    for (const sample of samples) {
      const { span_id: _, trace_id: __, ...own } = { ...sample.labels, ...labels };
      const key = JSON.stringify(own);
      const group = groups.get(key) ?? { own, samples: [] };
      groups.set(key, group);
      group.samples.push(sample);
    }
    for (const { own, samples: rows } of groups.values()) {
      for (const [column, name] of (columns[kind] ?? []).entries()) {
        const type = TYPES[name] ?? '';
        const [, sampleType, unit, periodType, periodUnit] = type.split(':');
        const reserved = {
          __name__: kind,
          __profile_type__: type,
          __type__: sampleType,
          __unit__: unit,
          __period_type__: periodType,
          __period_unit__: periodUnit,
          __service_name__: own['service_name'],
        };
        day.push({
          labels: labelSet(
            Object.entries({ ...own, ...reserved }).map(([label, value]) => ({ name: label, value: value ?? '' })),
          ),
          type,
          timeUs: t * 1000,
          samples: rows
            .map(({ stack, values, labels: { span_id: span, trace_id: trace } }) => ({
              stack: framesOf(stack),
              value: values[column] ?? 0,
              span,
              trace,
              ...(kind === 'process_cpu' ? { count: values[0] ?? 0 } : {}),
            }))
            .filter(({ value }) => value > 0),
        });
      }
    }
  }
  return day.filter(({ samples }) => samples.length > 0);
}
