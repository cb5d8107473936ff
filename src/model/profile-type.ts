/** What a series of profiles measures, by its id `name:sample type:sample unit:period type:period unit`. */

export interface ProfileType {
  /** All five parts, joined by `:`. */
  readonly id: string;
  readonly name: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  /** Empty where profiles of this type have no period. */
  readonly periodType: string;
  readonly periodUnit: string;
}

/** A sixth part (Pyroscope's `delta`) is taken and left out. Undefined where the text is no id. */
export function parseProfileType(text: string): ProfileType | undefined {
  const parts = text.split(':');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts;
  if (name === '' || sampleType === '') return undefined;
  return { id: parts.slice(0, 5).join(':'), name, sampleType, sampleUnit, periodType, periodUnit };
}
