/** An upload of a flight recording, with the labels beside it where it is a form. */

import type { UploadDecoder } from './decode-upload.ts';
import type { Trimmed } from '../incoming.ts';
import type { JfrGroup } from './jfr-upload.ts';
import { quote, Refusal } from './refusal.ts';

export interface OpenedJfr {
  readonly groups: readonly JfrGroup[];
  /** The setting `event` of the profiler; '' where the recording has none. */
  readonly event: string;
  readonly startMs: number;
  readonly trimmed: Partial<Trimmed>;
}

/**
 * @param parts of the form, or the body as `jfr`
 * @returns undefined if the recording is empty
 * @throws Refusal, DecodeError
 */
export function openJfr(
  decoder: UploadDecoder,
  parts: ReadonlyMap<string, Uint8Array>,
  sampleRate: number,
): OpenedJfr | undefined {
  const part = parts.get('jfr');
  if (part === undefined) {
    const others = [...parts.keys()].map(quote).join(', ');
    throw new Refusal(
      'bad_request',
      `The form has ${others === '' ? 'no parts' : `the parts ${others}`}, and none is called jfr: send the recording as the part jfr.`,
    );
  }
  if (part.length === 0) return undefined;
  const { groups, event, startMs, isFolded, isCutOff } = decoder.jfr(part, parts.get('labels'), sampleRate);
  return {
    groups,
    event,
    startMs,
    trimmed: { ...(isFolded ? { labelsDropped: 1 } : {}), cutOff: isCutOff ? 1 : 0 },
  };
}
