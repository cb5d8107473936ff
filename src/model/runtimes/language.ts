/** Which language a profile's functions are written in. */
import { scriptPlace } from '../script-place.ts';
import { runtimes } from './frames.ts';

/** More functions add no information. */
const MAX_FUNCTIONS = 5000;
const MAX_READ_CHARACTERS = 500;
/** Part of the functions that show a language. */
const MIN_SHARE = 0.05;
/** The first has this many times more functions than the second. */
const MIN_LEAD = 3;

/** Undefined where no language stands out. */
export function languageOf(names: readonly string[], files?: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  const count = Math.min(names.length, MAX_FUNCTIONS);
  for (let func = 0; func < count; func++) {
    const name = names[func].slice(0, MAX_READ_CHARACTERS);
    const place = scriptPlace(name);
    const file = files?.[func] ? files[func].slice(-MAX_READ_CHARACTERS) : (place?.file ?? '');
    const bare = place?.name ?? name;
    const found = runtimes.find(({ language, sources }) =>
      file === '' ? language?.name.test(bare) === true : sources?.test(file) === true,
    )?.language;
    if (found) counts.set(found.title, (counts.get(found.title) ?? 0) + 1);
  }
  const [first, second] = [...counts].sort(([, one], [, other]) => other - one);
  if (first === undefined || first[1] < MIN_SHARE * count) return undefined;
  return second === undefined || first[1] >= MIN_LEAD * second[1] ? first[0] : undefined;
}
