/** JSON of profile files: how it is opened and how it is refused. */
import { JsonPull } from '#base/json-pull.ts';
import { utf8Bytes } from '#base/text-bytes.ts';
import { DecodeError } from './format.ts';

const AGAIN = 'The file was probably truncated or changed in transit, or its writer is at fault: save it again.';

export function openJson(bytes: Uint8Array): JsonPull {
  return new JsonPull(utf8Bytes(bytes), (what, at) =>
    what === ''
      ? new DecodeError('malformed', 'The JSON ends early.', {
          place: `byte ${at} of the unpacked file`,
          remedy: AGAIN,
        })
      : new DecodeError('malformed', `The JSON is not as expected: ${what}.`, {
          place: `byte ${at} of the unpacked file`,
          remedy: AGAIN,
        }),
  );
}

/** @param place such as `samples[12]` */
export function refuseJson(message: string, place: string): never {
  throw new DecodeError('malformed', message, { place, remedy: AGAIN });
}
