/**
 * The search language: `a b` both, `a | b` either, `-a` not, `"with spaces"`, `="exactly this name"`, `/regex/i`,
 * and `file:`, `pkg:`, `line:` in front of a term. Text is case-insensitive, a regex is as it is written.
 */

export interface SearchTerm {
  readonly scope: 'name' | 'file' | 'pkg' | 'line';
  readonly negated: boolean;
  /** Lower case, unless `exact`. */
  readonly text: string;
  readonly exact: boolean;
  readonly pattern: RegExp | undefined;
}

/** Alternatives; each holds where all of its terms do. Empty means nothing is searched. */
export type SearchQuery = readonly (readonly SearchTerm[])[];

export type ParsedSearch =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly at: number; readonly message: string };

const LONGEST_SEARCH = 4000;
const MOST_TERMS = 64;
const scopes = ['file', 'pkg', 'line'] as const;

export function parseSearch(text: string): ParsedSearch {
  if (text.length > LONGEST_SEARCH) return fail(LONGEST_SEARCH, `longer than ${LONGEST_SEARCH} letters`);
  const alternatives: SearchTerm[][] = [[]];
  let at = 0;
  let terms = 0;
  while (at < text.length) {
    if (/\s/.test(text[at])) {
      at++;
      continue;
    }
    if (text[at] === '|') {
      alternatives.push([]);
      at++;
      continue;
    }
    if (++terms > MOST_TERMS) return fail(at, `more than ${MOST_TERMS} terms`);
    const term = parseTerm(text, at);
    if ('message' in term) return term;
    alternatives.at(-1)?.push(term.term);
    at = term.end;
  }
  return { ok: true, query: alternatives.filter((one) => one.length > 0) };
}

/** The term that matches this name and no other. */
export function printExact(name: string): string {
  return `="${name.replace(/[\\"]/g, '\\$&')}"`;
}

type TermResult = { readonly term: SearchTerm; readonly end: number } | { readonly ok: false; readonly at: number; readonly message: string };

function parseTerm(text: string, start: number): TermResult {
  let at = start;
  const negated = text[at] === '-' && at + 1 < text.length && !/\s/.test(text[at + 1]);
  if (negated) at++;
  const scope = scopes.find((one) => text.startsWith(`${one}:`, at));
  if (scope) at += scope.length + 1;
  const base = { scope: scope ?? 'name', negated, exact: false, pattern: undefined } as const;
  if (text[at] === '/' && scope !== 'line') return parsePattern(text, at, base);
  const exact = text.startsWith('="', at);
  if (exact) at++;
  if (text[at] === '"') {
    const quoted = readQuoted(text, at);
    if (!quoted) return fail(at, `quote not closed at ${at + 1}`);
    return { term: { ...base, exact, text: exact ? quoted.text : quoted.text.toLowerCase() }, end: quoted.end };
  }
  let end = at;
  while (end < text.length && !/[\s|]/.test(text[end])) end++;
  const word = text.slice(at, end);
  if (scope === 'line' && !/^\d{1,9}$/.test(word)) return fail(at, 'line: wants a number');
  if (word === '') return fail(at, scope ? `nothing after ${scope}:` : 'nothing to search');
  return { term: { ...base, text: word.toLowerCase() }, end };
}

function parsePattern(text: string, start: number, base: Omit<SearchTerm, 'text'>): TermResult {
  let end = start + 1;
  let inClass = false;
  while (end < text.length && (text[end] !== '/' || inClass)) {
    if (text[end] === '\\') end++;
    else if (text[end] === '[') inClass = true;
    else if (text[end] === ']') inClass = false;
    end++;
  }
  // While it is being typed the closing slash is missing: what stands there counts as the pattern.
  const source = text.slice(start + 1, Math.min(end, text.length));
  const isClosed = end < text.length;
  const flags = isClosed ? (/^i/.exec(text.slice(end + 1))?.[0] ?? '') : '';
  if (source === '') return fail(start, 'empty pattern');
  if (canBlowUp(source)) return fail(start, 'a repeat inside a repeat can take forever');
  try {
    const pattern = new RegExp(source, flags);
    return { term: { ...base, text: source, pattern }, end: isClosed ? end + 1 + flags.length : text.length };
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : 'not a pattern';
    return fail(start, words.slice(words.lastIndexOf(': ') + 2 || 0).toLowerCase());
  }
}

// JavaScript's patterns backtrack: (a+)+ over 30 letters never ends. A group that holds a repeat or an alternative and is
// repeated itself is refused; what is left is polynomial over at most 2 000 letters.
function canBlowUp(source: string): boolean {
  const holdsRepeat: boolean[] = [];
  let repeats = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') i++;
    else if (c === '[') {
      while (i + 1 < source.length && source[i + 1] !== ']') i += source[i + 1] === '\\' ? 2 : 1;
      i++;
    } else if (c === '(') holdsRepeat.push(false);
    else if (c === '|' && holdsRepeat.length > 0) holdsRepeat[holdsRepeat.length - 1] = true;
    else if (c === ')') {
      const inner = holdsRepeat.pop() ?? false;
      const isRepeated = /^(?:[*+]|\{\d+,\d*\}|\{\d{2,}\})/.test(source.slice(i + 1));
      if (inner && isRepeated) return true;
      if ((inner || isRepeated) && holdsRepeat.length > 0) holdsRepeat[holdsRepeat.length - 1] = true;
    } else if (c === '*' || c === '+' || c === '{') {
      repeats++;
      if (holdsRepeat.length > 0) holdsRepeat[holdsRepeat.length - 1] = true;
    }
  }
  return repeats > 8;
}

function readQuoted(text: string, start: number): { text: string; end: number } | undefined {
  let out = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { text: out, end: at + 1 };
    if (text[at] === '\\' && at + 1 < text.length) at++;
    out += text[at];
  }
  return undefined;
}

function fail(at: number, message: string): { readonly ok: false; readonly at: number; readonly message: string } {
  return { ok: false, at, message };
}
