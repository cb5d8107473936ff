/** Several profiles as one: the first sample type of each. */
import { ProfileBuilder } from '#formats/profile-builder.ts';
import type { Profile } from '#model/profile.ts';

export function joinProfiles(profiles: readonly Profile[]): Profile {
  const builder = new ProfileBuilder(profiles[0].sampleTypes.slice(0, 1));
  for (const { sampleCount, stackStart, stackFrames, frames, functions, values } of profiles) {
    for (let i = 0; i < sampleCount; i++) {
      let node = 0;
      for (let at = stackStart[i]; at < stackStart[i + 1]; at++)
        node = builder.node(node, builder.frame({ name: functions.names[frames.func[stackFrames[at]]] }));
      builder.sample(node, [values[0].values[i]]);
    }
  }
  return builder.take();
}
