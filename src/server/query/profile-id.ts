/** Ids of uploads in the form that Pyroscope's clients expect: a UUID, which holds one series of the upload and its time. */

import type { ProfileId } from '../store/profile-reader.ts';

const UUID = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-8([0-9a-f]{3})-0{9}([0-9a-f]{3})$/i;

export function printProfileId({ series, timeUs }: ProfileId): string {
  const time = timeUs.toString(16).padStart(13, '0');
  const head = series.toString(16).padStart(8, '0');
  return `${head}-${time.slice(0, 4)}-4${time.slice(4, 7)}-8${time.slice(7, 10)}-${time.slice(10).padStart(12, '0')}`;
}

/** Undefined for an id that this store did not make: no profile has it. */
export function parseProfileId(text: string): ProfileId | undefined {
  const match = UUID.exec(text);
  if (match === null) return undefined;
  const [, series, ...time] = match;
  return { series: Number.parseInt(series, 16), timeUs: Number.parseInt(time.join(''), 16) };
}
