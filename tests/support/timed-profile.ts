/** A profile whose samples have times, made by hand. */
import { ProfileBuilder } from '#formats/profile-builder.ts';
import type { Profile, SampleType } from '#model/profile.ts';

export interface TimedSample {
  /** `main;work` */
  readonly stack: string;
  readonly atMs: number;
  /** One for each sample type. */
  readonly values: readonly (number | bigint)[];
  readonly thread?: string;
}

export function timedProfile(sampleTypes: readonly SampleType[], samples: readonly TimedSample[]): Profile {
  const builder = new ProfileBuilder(sampleTypes);
  for (const { stack, atMs, values, thread } of samples) {
    let node = 0;
    for (const name of stack.split(';')) node = builder.node(node, builder.frame({ name }));
    builder.sample(node, values, thread === undefined ? 0 : builder.labels([['thread', thread]]), atMs);
  }
  return builder.take();
}
