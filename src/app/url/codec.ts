/**
 * The link as a contract: every key is one row of `keys`. Parsing never throws; an unreadable value becomes its default
 * and a notice.
 */
import { demoLimits, isDemoRecipe } from '#model/demo-recipe.ts';
import type { CallPath } from '#model/call-path.ts';
import { parseInterval, printInterval } from '#model/interval.ts';
import { parseLabelSelector, printLabelSelector } from '#model/label-selector.ts';
import { isZone } from '#model/civil-time.ts';
import { parseProfileType } from '#model/profile-type.ts';
import { normalisations } from '#model/normalise.ts';
import { isTimePoint } from '#model/time-range.ts';
import { parsePath, printPath } from '#model/path-text.ts';
import { MAX_TEXT_LENGTH } from '#model/transforms/kind.ts';
import { parseTransform, printTransform, type Transform } from '#model/transforms/registry.ts';
import { isLinkId, longestLink } from '#wire/links.ts';
import { paneIds } from './panes.ts';
import { PACKED_KEY, packLink, unpackLink } from './packed-link.ts';
import type { UrlState } from './url-state.ts';

// If there is a second version, `parseUrl` converts older links when it reads `v`, before any other key.
const VERSION = '1';
/** What a packed link unpacks to, in characters: a Chinese one takes nine of them, and a search alone may have 16 000. */
const MAX_UNPACKED_LENGTH = 1 << 21;
const MAX_KEYS = 100;
export const maxTransforms = 32;
const MAX_MATCHERS = 30;
/** Seconds between refreshes. */
const MIN_REFRESH = 5;
const MAX_REFRESH = 3600;

type KnownState = Omit<UrlState, 'unknown'>;
type Pair = readonly [key: string, value: string];

/** The part of a link that is not read yet. */
interface LinkReader {
  /** All values of a key, which is then no unknown one. */
  take(name: string): readonly string[];
  notice(sentence: string): void;
}

/** How one key is read, written and defaulted. */
interface Key<T> {
  readonly fallback: T;
  /** A choice is written even where it is the default, so that a link keeps its meaning when defaults change. */
  readonly isChoice: boolean;
  /**
   * Called only when the key is there.
   * @returns `undefined` for an unreadable value, `null` where a notice was given already.
   */
  parse(values: readonly string[], link: LinkReader): T | undefined | null;
  /** Values under the key's own name, or pairs under others. */
  print(value: T): readonly (string | Pair)[];
}

const views = ['explore', 'compare', 'files'] as const;

/** In writing order. A new key of `UrlState` is one row here. */
const keys: { readonly [K in keyof KnownState]: Key<KnownState[K]> } = {
  view: { ...oneOf(views, 'explore'), isChoice: false, print: (view) => [view] },
  svc: optionalText(),
  type: profileTypeId(),
  q: labelMatchers('q'),
  span: hexId(16),
  trace: hexId(32),
  from: timePoint(),
  until: timePoint(),
  tz: zone(),
  by: plainText(),
  during: maybe(parseInterval, printInterval),
  at: maybe(parsePart, printInterval),
  ref: refreshSeconds(),
  grid: { ...oneOf(['none', 'services', 'types', 'values', 'flames'], 'none'), isChoice: false, print: unless('none') },
  cs: path(),
  'a.svc': optionalText(),
  'a.type': profileTypeId(),
  'a.q': orOpen(labelMatchers('a.q')),
  'a.from': timePoint(),
  'a.until': timePoint(),
  'a.file': optionalText(),
  'a.st': optionalText(),
  'a.during': maybe(parseInterval, printInterval),
  'b.svc': optionalText(),
  'b.type': profileTypeId(),
  'b.q': orOpen(labelMatchers('b.q')),
  'b.from': timePoint(),
  'b.until': timePoint(),
  'b.file': optionalText(),
  'b.st': optionalText(),
  'b.during': maybe(parseInterval, printInterval),
  norm: { ...oneOf(normalisations, 'share'), isChoice: false, print: unless('share') },
  routes: optionalText(),
  w: { ...oneOf(['mean', 'a', 'b'], 'mean'), isChoice: false, print: unless('mean') },
  dcol: { ...oneOf(['total', 'self'], 'total'), isChoice: false },
  noise: { ...oneOf(['pale', 'shown'], 'pale'), isChoice: false, print: unless('pale') },
  rate: money(),
  embed: flag(),
  snap: linkId(),
  src: demo(),
  file: optionalText(),
  st: optionalText(),
  pane: oneOf(paneIds, 'both'),
  s: plainText(),
  z: path(),
  sel: path(),
  sw: plainText(),
  sf: plainText(),
  sort: sortOrder(),
  col: oneOf(['package', 'function', 'file', 'kind', 'self', 'search'], 'package'),
  dir: oneOf(['icicle', 'flame'], 'icicle'),
  order: oneOf(['size', 'name'], 'size'),
  t: transforms(),
};
const names = Object.keys(keys) as (keyof KnownState)[];

export function parseUrl(search: string): { readonly state: UrlState; readonly notices: readonly string[] } {
  const notices: string[] = [];
  let query = search.replace(/^\?/, '');
  if (query.length > longestLink) {
    notices.push(`The link has ${query.length} characters; at most ${longestLink} are read.`);
    query = '';
  }
  const pairs = unpacked([...new URLSearchParams(query)], notices);
  if (pairs.length > MAX_KEYS) notices.push(`The link has ${pairs.length} keys; the first ${MAX_KEYS} are read.`);
  const found = new Map<string, string[]>();
  for (const [key, value] of pairs.slice(0, MAX_KEYS)) found.set(key, [...(found.get(key) ?? []), value]);
  const taken = new Set<string>();
  const link: LinkReader = {
    take(name) {
      taken.add(name);
      return found.get(name) ?? [];
    },
    notice: (sentence) => notices.push(sentence),
  };
  const [version = VERSION] = link.take('v');
  if (version !== VERSION) link.notice(`The link is of version ${quote(version)}; this page reads version ${VERSION}.`);

  const read = Object.fromEntries(names.map((name) => [name, readKey(name, link)])) as KnownState;
  // The page of a link to a comparison, a file or a demo follows from its keys.
  const isSaid = views.some((view) => view === found.get('view')?.[0]);
  const isFile = read.file !== undefined || read.src !== undefined;
  const isComparison = names.some((name) => /^[ab]\./.test(name) && read[name] !== undefined);
  const view = isSaid ? read.view : isComparison ? 'compare' : isFile ? 'files' : read.view;
  const dcol = found.has('dcol') ? read.dcol : usualChangeIn(view);
  const known: KnownState = { ...read, view, dcol };
  const unknown = pairs.slice(0, MAX_KEYS).filter(([key]) => !taken.has(key));
  return { state: { ...known, unknown }, notices };
}

/** Begins with `?`. A long link is packed; `printQuery` is what it unpacks to. */
export function printUrl(state: UrlState): string {
  return packLink(printQuery(state), VERSION);
}

/** Begins with `?`. Keys with nothing to say are left out; choices are written once something is shown. */
export function printQuery(state: UrlState): string {
  const isShown = state.view !== 'files' || state.src !== undefined || state.file !== undefined;
  const pairs: Pair[] = [['v', VERSION]];
  for (const name of names) {
    if (name === 'dcol' && state.dcol === usualChangeIn(state.view)) continue;
    if (isShown || !keys[name].isChoice) pairs.push(...printKey(name, state[name]));
  }
  const written = new Set<string>([...names, ...pairs.map(([key]) => key)]);
  pairs.push(...state.unknown.filter(([key]) => !written.has(key)));
  return `?${pairs.map(([key, value]) => `${encode(key)}=${readable(encode(value))}`).join('&')}`;
}

/**
 * The meaning of a missing `dcol`. The page opens comparisons coloured by self; a link without the key is from the time
 * when total was the default.
 */
function usualChangeIn(view: UrlState['view']): UrlState['dcol'] {
  return view === 'compare' ? 'total' : 'self';
}

/** Replaces `p` by the keys packed in it; keys beside it win. */
function unpacked(pairs: readonly Pair[], notices: string[]): readonly Pair[] {
  const packed = pairs.find(([key]) => key === PACKED_KEY);
  if (!packed) return pairs;
  const others = pairs.filter(([key]) => key !== PACKED_KEY);
  const query = unpackLink(packed[1], MAX_UNPACKED_LENGTH);
  if (query === undefined) notices.push(`${PACKED_KEY}= could not be unpacked; its part of the view is not shown.`);
  return [...others, ...new URLSearchParams(query ?? '')].filter(([key]) => key !== PACKED_KEY);
}

function readKey<K extends keyof KnownState>(name: K, link: LinkReader): KnownState[K] {
  const { fallback, parse } = keys[name];
  const values = link.take(name);
  if (values.length === 0) return fallback;
  const parsed = parse(values, link);
  if (parsed === undefined) link.notice(`${name}=${quote(values[0] ?? '')} could not be read; the default is shown.`);
  return parsed ?? fallback;
}

function printKey<K extends keyof KnownState>(name: K, value: KnownState[K]): readonly Pair[] {
  return keys[name].print(value).map((printed) => (typeof printed === 'string' ? [name, printed] : printed));
}

/** Half pairs cannot be written in a link. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replaceAll('%20', '+');
}

/** People read links: in a value only characters that would end it or change its meaning are escaped. */
function readable(encoded: string): string {
  return encoded.replace(/%(?:2F|3A|3B|2C|40|24|3D|3F|7C|5B|5C|5D|5E|7B|7D)/g, decodeURIComponent);
}

function quote(value: string): string {
  return `“${value.length > 40 ? `${value.slice(0, 40)}…` : value}”`;
}

function oneOf<const T extends string>(values: readonly T[], fallback: NoInfer<T>): Key<T> {
  return {
    fallback,
    isChoice: true,
    parse: ([value]) => values.find((one) => one === value),
    print: (value) => [value],
  };
}

/** Prints a choice unless it is the usual one. */
function unless<T extends string>(usual: T): (value: T) => readonly T[] {
  return (value) => (value === usual ? [] : [value]);
}

function labelMatchers(name: string): Key<UrlState['q']> {
  return {
    fallback: [],
    isChoice: false,
    parse: ([value = ''], link) => {
      const parsed = value.length <= MAX_TEXT_LENGTH ? parseLabelSelector(`{${value}}`) : undefined;
      if (!parsed?.ok) return undefined;
      if (parsed.matchers.length <= MAX_MATCHERS) return parsed.matchers;
      link.notice(`${name}= has ${parsed.matchers.length} matchers; the first ${MAX_MATCHERS} are asked for.`);
      return parsed.matchers.slice(0, MAX_MATCHERS);
    },
    print: (value) => (value.length === 0 ? [] : [printLabelSelector(value).slice(1, -1)]),
  };
}

/** Where leaving it out and having none are two things. */
function orOpen<T>({ parse, print }: Key<readonly T[]>): Key<readonly T[] | undefined> {
  return {
    fallback: undefined,
    isChoice: false,
    parse: (values, link) => (values[0] === '' ? [] : parse(values, link)),
    print: (value) => (value === undefined ? [] : value.length === 0 ? [''] : print(value)),
  };
}

/** `1`, or not there. */
function flag(): Key<boolean> {
  return {
    fallback: false,
    isChoice: false,
    parse: ([value]) => (value === '1' ? true : value === '0' ? false : undefined),
    print: (value) => (value ? ['1'] : []),
  };
}

/** What may be left out: then nothing is written. @param parse gives undefined for an unreadable text */
function maybe<T>(parse: (text: string) => T | undefined, print: (value: T) => string = String): Key<T | undefined> {
  return {
    fallback: undefined,
    isChoice: false,
    parse: ([value = '']) => parse(value),
    print: (value) => (value === undefined ? [] : [print(value)]),
  };
}

/** An interval that is no rest. */
function parsePart(text: string): UrlState['at'] {
  const parsed = parseInterval(text);
  return parsed?.isRest === false ? parsed : undefined;
}

function money(): Key<number | undefined> {
  return maybe((value) => (/^\d{1,6}(?:\.\d{1,6})?$/.test(value) ? Number(value) : undefined));
}

function timePoint(): Key<string | undefined> {
  return maybe((value) => (isTimePoint(value) ? value : undefined));
}

function zone(): Key<string> {
  return {
    fallback: 'local',
    isChoice: false,
    parse: ([value = '']) => (value === 'local' || isZone(value) ? value : undefined),
    print: unless('local'),
  };
}

function refreshSeconds(): Key<number | undefined> {
  return maybe((value) => {
    const seconds = wholeNumber(value);
    return seconds === 0 || (seconds >= MIN_REFRESH && seconds <= MAX_REFRESH) ? seconds : undefined;
  });
}

function plainText(): Key<string> {
  return {
    fallback: '',
    isChoice: false,
    parse: ([value = '']) => (value.length <= MAX_TEXT_LENGTH ? value : undefined),
    print: (value) => (value === '' ? [] : [value]),
  };
}

function optionalText(): Key<string | undefined> {
  return maybe((value) => (value !== '' && value.length <= MAX_TEXT_LENGTH ? value : undefined));
}

function profileTypeId(): Key<string | undefined> {
  return maybe((value) => (value.length <= MAX_TEXT_LENGTH && parseProfileType(value) ? value : undefined));
}

function linkId(): Key<string | undefined> {
  return maybe((value) => (isLinkId(value) ? value : undefined));
}

/** Older tracers have traces of half as many digits. */
function hexId(digits: number): Key<string | undefined> {
  return {
    fallback: undefined,
    isChoice: false,
    parse: ([value = '']) =>
      /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/i.test(value) && value.length <= digits
        ? value.toLowerCase().padStart(digits, '0')
        : undefined,
    print: (value) => (value === undefined ? [] : [value]),
  };
}

function path(): Key<CallPath> {
  return {
    fallback: [],
    isChoice: false,
    parse: ([value = '']) => parsePath(value),
    print: (value) => (value.length === 0 ? [] : [printPath(value)]),
  };
}

function sortOrder(): Key<UrlState['sort']> {
  return {
    fallback: { key: 'self', descending: true },
    isChoice: true,
    parse: ([value = '']) => {
      const key = (['name', 'self', 'total', 'file', 'a', 'b'] as const).find((one) => one === value.replace(/^-/, ''));
      return key && { key, descending: value.startsWith('-') };
    },
    print: ({ key, descending }) => [`${descending ? '-' : ''}${key}`],
  };
}

/** A transform that cannot be read (one of a later version, perhaps) is left out with a notice. */
function transforms(): Key<readonly Transform[]> {
  return {
    fallback: [],
    isChoice: false,
    parse: (values, link) => {
      if (values.length > maxTransforms)
        link.notice(`t= occurs ${values.length} times; the first ${maxTransforms} transforms are applied.`);
      const read: Transform[] = [];
      for (const value of values.slice(0, maxTransforms)) {
        const transform = parseTransform(value);
        if (transform) read.push(transform);
        else link.notice(`t=${quote(value)} could not be read; this transform is left out.`);
      }
      return read;
    },
    print: (value) => value.map(printTransform),
  };
}

function demo(): Key<UrlState['src']> {
  return {
    fallback: undefined,
    isChoice: false,
    parse: ([kind], link) => {
      const [nodes = '20000'] = link.take('nodes');
      const [seed = '7'] = link.take('seed');
      if (kind !== 'demo') return undefined;
      const recipe = { kind, nodes: wholeNumber(nodes), seed: wholeNumber(seed) } as const;
      if (isDemoRecipe(recipe.nodes, recipe.seed)) return recipe;
      link.notice(
        `src=demo could not be read: it has ${demoLimits.least} to ${demoLimits.most} nodes and a whole number as seed.`,
      );
      return null;
    },
    print: (value) => (value ? [value.kind, ['nodes', String(value.nodes)], ['seed', String(value.seed)]] : []),
  };
}

/** Digits alone: `Number` would read an empty text as 0 and `1e3` as 1000. */
function wholeNumber(digits: string): number {
  return /^\d{1,16}$/.test(digits) ? Number(digits) : Number.NaN;
}
