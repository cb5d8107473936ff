/** The kinds of frames of a profile as text. */
import type { Profile } from '#model/profile.ts';
import { jfrChunk } from './jfr-message.ts';

/** Each sample's stack, root first, as `name kind; name kind`. */
export function kindsOfStacks({ functions, frames, stackStart, stackFrames, sampleCount }: Profile): string[] {
  return Array.from({ length: sampleCount }, (_, i) =>
    Array.from(stackFrames.subarray(stackStart[i], stackStart[i + 1]), (frame) => {
      const kind = frames.kinds?.names[frames.kinds.of[frame]];
      return `${functions.names[frames.func[frame]]} ${kind}`;
    }).join('; '),
  );
}

/** `main` runs interpreted once and compiled three times; `price` is inlined in two of these, and native once. */
export const kindsRecording = jfrChunk(
  [
    ['app.price:1:Native', 'app.main:1:Interpreted'],
    ['app.price:2:Inlined', 'app.main:1:JIT compiled'],
    ['app.price:2:Inlined', 'app.main:2:JIT compiled'],
    ['app.main:1:JIT compiled'],
  ].map((stackTrace) => ({ type: 'jdk.ExecutionSample', stackTrace })),
  { hasFrameTypes: true },
);
