/** Call paths as text for a link: `main;serve`. */
import { type CallPath, shortenPath } from './call-path.ts';

const MAX_FRAMES = 2000;

/** Names separated by `;`; a `;` or `\` of a name has a `\` before it. */
export function printPath(names: CallPath): string {
  return shortenPath(names)
    .map((name) => (name === '' ? '\\0' : name.replace(/[;\\]/g, '\\$&')))
    .join(';');
}

export function parsePath(value: string): CallPath | undefined {
  if (value === '') return [];
  const names: string[] = [];
  let name = '';
  for (let i = 0; i <= value.length; i++) {
    const char = value[i];
    if (char === undefined || char === ';') {
      names.push(name);
      name = '';
    } else if (char !== '\\') name += char;
    else {
      // `\0` is a frame without a name: else a path of one such frame would be an empty text.
      const next = value[++i];
      if (next === undefined) return undefined;
      if (next !== '0') name += next;
    }
  }
  return names.length <= MAX_FRAMES ? names : undefined;
}
