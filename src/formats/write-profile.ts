/** A whole profile as a file for other tools: `flametide convert`. */
import type { Steps } from '#base/steps.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { Profile } from '#model/profile.ts';
import type { ExportedFile } from './export-input.ts';
import { writeCollapsed } from './write-collapsed.ts';
import { writeProfilePprof } from './write-profile-pprof.ts';
import { writeSpeedscopeParts } from './write-speedscope.ts';

export type WrittenFormat = 'pprof' | 'collapsed' | 'speedscope';

/** Endings of file names, lower case with their dot, by what is written. */
export const writtenEndings: Readonly<Record<WrittenFormat, readonly string[]>> = {
  pprof: ['.pb.gz', '.pprof', '.prof'],
  collapsed: ['.collapsed', '.folded', '.txt', '.stacks'],
  speedscope: ['.speedscope.json', '.speedscope', '.json'],
};

/**
 * @param sampleType of collapsed stacks, which have one
 * @throws RangeError where the file would be larger than any tool opens
 */
export function* writeProfile(
  format: WrittenFormat,
  profile: Profile,
  sampleType: number,
  name: string,
): Steps<ExportedFile> {
  if (format === 'pprof') return yield* writeProfilePprof(profile);
  const { functions, sampleTypes, timeMs, durationMs } = profile;
  if (format === 'collapsed') {
    const tree = yield* buildCallTree(profile, sampleType, 'name');
    return writeCollapsed({
      tree,
      functions,
      frameLine: undefined,
      sampleType: sampleTypes[sampleType],
      name,
      timeMs,
      durationMs,
    });
  }
  const trees: CallTree[] = [];
  for (let type = 0; type < sampleTypes.length; type++) trees.push(yield* buildCallTree(profile, type, 'name'));
  const parts = trees.map((tree, type) => ({ tree, sampleType: sampleTypes[type] }));
  return writeSpeedscopeParts({ parts, functions, name, active: profile.defaultSampleType, durationMs });
}
