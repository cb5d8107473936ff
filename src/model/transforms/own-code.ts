/** "Only my code": functions of the runtime and libraries are merged into their callers. */
import type { FunctionTable } from '../profile.ts';
import type { OwnCode, OwnCodePreset } from '../runtimes/frame-kind.ts';
import { runtimes } from '../runtimes/frames.ts';

export const ownCodePresets: readonly OwnCodePreset[] = runtimes.flatMap(({ ownCode }) => (ownCode ? [ownCode] : []));

/** The presets that fit a profile. Cost: one pass over its functions, until each is found. */
export function ownCodeOf({ names, files, mappings }: FunctionTable): readonly OwnCode[] {
  let missing = ownCodePresets;
  for (let func = 0; func < names.length && missing.length > 0; func++) {
    const name = names[func].slice(0, READ_LENGTH);
    const file = files[func].slice(-READ_LENGTH);
    const found = missing.filter(({ isSign }) => isSign(name, file, mappings[func].slice(-READ_LENGTH)));
    if (found.length > 0) missing = missing.filter((one) => !found.includes(one));
  }
  return ownCodePresets
    .filter((one) => !missing.includes(one))
    .map(({ title, hidden, match }) => ({ title, hidden, match }));
}

const READ_LENGTH = 500;
