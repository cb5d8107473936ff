/** The kinds of frames of a profile as text. */
import type { Profile } from '#model/profile.ts';

/** Each sample's stack, root first, as `name kind; name kind`. */
export function kindsOfStacks({ functions, frames, stackStart, stackFrames, sampleCount }: Profile): string[] {
  return Array.from({ length: sampleCount }, (_, i) =>
    Array.from(stackFrames.subarray(stackStart[i], stackStart[i + 1]), (frame) => {
      const kind = frames.kinds?.names[frames.kinds.of[frame]];
      return `${functions.names[frames.func[frame]]} ${kind}`;
    }).join('; '),
  );
}
