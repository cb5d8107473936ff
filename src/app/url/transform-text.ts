/** Call paths and transforms as text for a link: `main;serve`, `hide:/runtime\./`, `rename:/^acme\./ => `, `invert`. */
import { type CallPath, shortenPath } from '#model/call-path.ts';
import type { Transform } from '#model/transforms/registry.ts';

/** No search and no name in a link is longer; as long as a search may be. */
export const LONGEST_TEXT = 16_000;
const MOST_FRAMES = 2000;
const ARROW = ' => ';

/** Names parted by `;`; a `;` or `\` of a name has a `\` before it. */
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
    const letter = value[i];
    if (letter === undefined || letter === ';') {
      names.push(name);
      name = '';
    } else if (letter !== '\\') name += letter;
    else {
      // `\0` is a frame without a name: a path of one would else be no path at all.
      const next = value[++i];
      if (next === undefined) return undefined;
      if (next !== '0') name += next;
    }
  }
  return names.length <= MOST_FRAMES ? names : undefined;
}

export function printTransform(transform: Transform): string {
  switch (transform.kind) {
    case 'focus':
    case 'hide':
    case 'ignore':
    case 'show-from':
      return `${transform.kind}:${transform.match}`;
    case 'focus-path':
      return `focus-path:${printPath(transform.path)}`;
    case 'group-by':
      return `group-by:${transform.by}`;
    case 'rename':
      return `rename:${transform.match}${transform.name === '' ? ARROW.trimEnd() : ARROW + escapeArrow(transform.name)}`;
    case 'merge-recursion':
    case 'invert':
      return transform.kind;
  }
}

function escapeArrow(name: string): string {
  return name.replace(/\\|=>/g, '\\$&');
}

export function parseTransform(value: string): Transform | undefined {
  const colon = value.indexOf(':');
  const kind = colon < 0 ? value : value.slice(0, colon);
  const rest = colon < 0 ? '' : value.slice(colon + 1);
  switch (kind) {
    case 'focus':
    case 'hide':
    case 'ignore':
    case 'show-from':
      return rest !== '' && rest.length <= LONGEST_TEXT ? { kind, match: rest } : undefined;
    case 'focus-path': {
      const parsed = parsePath(rest);
      return parsed && parsed.length > 0 ? { kind, path: parsed } : undefined;
    }
    case 'group-by': {
      const by = (['package', 'file', 'binary'] as const).find((one) => one === rest);
      return by && { kind, by };
    }
    case 'rename': {
      // The last arrow parts them: in the name it is escaped.
      const arrow = rest.endsWith(ARROW.trimEnd()) ? rest.length + 1 - ARROW.length : rest.lastIndexOf(ARROW);
      if (arrow <= 0 || rest.length > LONGEST_TEXT) return undefined;
      const name = rest.slice(arrow + ARROW.length).replace(/\\([^])/g, '$1');
      return { kind, match: rest.slice(0, arrow), name };
    }
    case 'merge-recursion':
    case 'invert':
      return colon < 0 ? { kind } : undefined;
    default:
      return undefined;
  }
}
