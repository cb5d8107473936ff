/** The link as a contract: every key is one row of `keys`. Parsing never throws; what cannot be read becomes its default and a notice. */
import { type CallPath, shortenPath } from '#model/call-path.ts';
import type { Transform } from '#model/transforms/registry.ts';
import { demoLimits, isDemoRecipe } from '#model/demo-recipe.ts';
import type { UrlState } from './url-state.ts';

const VERSION = '1';
const LONGEST_LINK = 64_000;
const MOST_KEYS = 100;
const MOST_TRANSFORMS = 32;
const LONGEST_TEXT = 4000;
const MOST_FRAMES = 2000;

/** What one key can be: `undefined` from `parse` is a value that cannot be read. */
interface Key<T> {
  readonly fallback: T;
  parse(values: readonly string[]): T | undefined;
  print(value: T): readonly string[];
}

type LinkKeys = { readonly [K in Exclude<keyof UrlState, 'unknown' | 'src'>]: Key<UrlState[K]> };

const keys: LinkKeys = {
  view: oneOf(['files'], 'files'),
  file: optionalText(),
  st: optionalText(),
  pane: oneOf(['both', 'flame', 'functions', 'sandwich'], 'both'),
  s: text(),
  z: path(),
  sel: path(),
  sw: text(),
  sort: {
    fallback: { key: 'self', descending: true },
    parse: ([value = '']) => {
      const key = (['name', 'self', 'total', 'file'] as const).find((one) => one === value.replace(/^-/, ''));
      return key && { key, descending: value.startsWith('-') };
    },
    print: ({ key, descending }) => [`${descending ? '-' : ''}${key}`],
  },
  col: oneOf(['package', 'function', 'file', 'self', 'search'], 'package'),
  dir: oneOf(['icicle', 'flame'], 'icicle'),
  order: oneOf(['size', 'name'], 'size'),
  t: {
    fallback: [],
    parse: (values) => {
      const parsed = values.map(parseTransform);
      return values.length <= MOST_TRANSFORMS && parsed.every((one) => one !== undefined) ? parsed : undefined;
    },
    print: (transforms) => transforms.map(printTransform),
  },
};

export function parseUrl(search: string): { readonly state: UrlState; readonly notices: readonly string[] } {
  const notices: string[] = [];
  let query = search.replace(/^\?/, '');
  if (query.length > LONGEST_LINK) {
    notices.push(`The link has ${query.length} letters; at most ${LONGEST_LINK} are read.`);
    query = '';
  }
  const found = new Map<string, string[]>();
  const pairs = [...new URLSearchParams(query)];
  if (pairs.length > MOST_KEYS) notices.push(`The link has ${pairs.length} keys; the first ${MOST_KEYS} are read.`);
  for (const [key, value] of pairs.slice(0, MOST_KEYS)) found.set(key, [...(found.get(key) ?? []), value]);
  const version = found.get('v')?.[0] ?? VERSION;
  if (version !== VERSION) notices.push(`The link is of version ${quote(version)}; this page reads version ${VERSION}.`);
  found.delete('v');

  const take = <T>(name: string, key: Key<T>): T => {
    const values = found.get(name);
    found.delete(name);
    if (!values) return key.fallback;
    const parsed = key.parse(values);
    if (parsed === undefined) notices.push(`${name}=${quote(values[0] ?? '')} could not be read; the default is shown.`);
    return parsed ?? key.fallback;
  };
  const state: UrlState = {
    view: take('view', keys.view),
    file: take('file', keys.file),
    src: takeSource(found, notices),
    st: take('st', keys.st),
    pane: take('pane', keys.pane),
    s: take('s', keys.s),
    z: take('z', keys.z),
    sel: take('sel', keys.sel),
    sw: take('sw', keys.sw),
    sort: take('sort', keys.sort),
    col: take('col', keys.col),
    dir: take('dir', keys.dir),
    order: take('order', keys.order),
    t: take('t', keys.t),
    unknown: [...found].flatMap(([key, values]) => values.map((value) => [key, value] as const)),
  };
  return { state, notices };
}

/** Begins with `?`. Keys with nothing to say are left out, choices are always written: a link stays true when defaults change. */
export function printUrl(state: UrlState): string {
  const pairs: (readonly [string, string])[] = [['v', VERSION]];
  const put = <T>(name: string, key: Key<T>, value: T): void => {
    for (const printed of key.print(value)) pairs.push([name, printed]);
  };
  put('view', keys.view, state.view);
  if (state.src) pairs.push(['src', 'demo'], ['nodes', String(state.src.nodes)], ['seed', String(state.src.seed)]);
  put('file', keys.file, state.file);
  put('st', keys.st, state.st);
  if (state.src || state.file !== undefined) put('pane', keys.pane, state.pane);
  put('s', keys.s, state.s);
  put('z', keys.z, state.z);
  put('sel', keys.sel, state.sel);
  put('sw', keys.sw, state.sw);
  if (state.src || state.file !== undefined) {
    put('sort', keys.sort, state.sort);
    put('col', keys.col, state.col);
    put('dir', keys.dir, state.dir);
    put('order', keys.order, state.order);
  }
  put('t', keys.t, state.t);
  pairs.push(...state.unknown);
  return `?${pairs.map(([key, value]) => `${escape(key)}=${escape(value)}`).join('&')}`;
}

// Only what would end the value or be read as something else is escaped: links are read by people.
function escape(value: string): string {
  return encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/%(?:2F|3A|3B|2C|40|24|3D|3F|7C|5C|5B|5D|5E)/g, decodeURIComponent).replace(/%20/g, '+');
}

function quote(value: string): string {
  return `“${value.length > 40 ? `${value.slice(0, 40)}…` : value}”`;
}

function oneOf<const T extends string>(values: readonly T[], fallback: NoInfer<T>): Key<T> {
  return { fallback, parse: ([value]) => values.find((one) => one === value), print: (value) => [value] };
}

function text(): Key<string> {
  return { fallback: '', parse: ([value = '']) => (value.length <= LONGEST_TEXT ? value : undefined), print: (value) => (value === '' ? [] : [value]) };
}

function optionalText(): Key<string | undefined> {
  return { fallback: undefined, parse: ([value = '']) => (value !== '' && value.length <= LONGEST_TEXT ? value : undefined), print: (value) => (value === undefined ? [] : [value]) };
}

function path(): Key<CallPath> {
  return { fallback: [], parse: ([value = '']) => parsePath(value), print: (value) => (value.length === 0 ? [] : [printPath(value)]) };
}

/** Names parted by `;`; a `;` or `\` of a name has a `\` before it. */
function printPath(names: CallPath): string {
  return shortenPath(names)
    .map((name) => (name === '' ? '\\0' : name.replace(/[;\\]/g, '\\$&')))
    .join(';');
}

function parsePath(value: string): CallPath | undefined {
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

function printTransform(transform: Transform): string {
  switch (transform.kind) {
    case 'focus':
    case 'hide':
    case 'ignore':
    case 'show-from':
      return `${transform.kind}:${transform.match}`;
    case 'focus-path':
      return `focus-path:${printPath(transform.path)}`;
    case 'merge-recursion':
    case 'invert':
      return transform.kind;
  }
}

function parseTransform(value: string): Transform | undefined {
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
    case 'merge-recursion':
    case 'invert':
      return colon < 0 ? { kind } : undefined;
    default:
      return undefined;
  }
}

function takeSource(found: Map<string, string[]>, notices: string[]): UrlState['src'] {
  const src = found.get('src')?.[0];
  if (src === undefined) return undefined;
  const nodes = Number(found.get('nodes')?.[0] ?? 20_000);
  const seed = Number(found.get('seed')?.[0] ?? 7);
  for (const key of ['src', 'nodes', 'seed']) found.delete(key);
  if (src === 'demo' && isDemoRecipe(nodes, seed)) {
    return { kind: 'demo', nodes, seed };
  }
  notices.push(`src=${quote(src)} could not be read: a demo has ${demoLimits.least} to ${demoLimits.most} nodes and a whole seed.`);
  return undefined;
}
