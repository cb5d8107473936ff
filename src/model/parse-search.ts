/**
 * The search language: `a b` both, `a | b` either, `-a` not, `"with spaces"`, `="exactly this name"`, `/regex/i`,
 * and `file:`, `pkg:`, `line:` in front of a term. Text is case-insensitive, a regex is as it is written.
 */
import { compilePattern, type SearchPattern } from './search-pattern.ts';

export interface SearchTerm {
  readonly scope: 'name' | 'file' | 'pkg' | 'line';
  readonly negated: boolean;
  /** Lower case, unless `exact`. */
  readonly text: string;
  readonly exact: boolean;
  readonly pattern: SearchPattern | undefined;
}

/** Alternatives; each holds where all of its terms do. Empty means nothing is searched. */
export type SearchQuery = readonly (readonly SearchTerm[])[];

export type ParsedSearch =
  | { readonly ok: true; readonly query: SearchQuery }
  | { readonly ok: false; readonly at: number; readonly message: string };

/** Long enough for the exact name of a template with all of its arguments. */
const MAX_SEARCH_LENGTH = 16_000;
const MAX_TERMS = 64;
const scopes = ['file', 'pkg', 'line'] as const;

export function parseSearch(text: string): ParsedSearch {
  if (text.length > MAX_SEARCH_LENGTH) return fail(MAX_SEARCH_LENGTH, `longer than ${MAX_SEARCH_LENGTH} characters`);
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
    if (++terms > MAX_TERMS) return fail(at, `more than ${MAX_TERMS} terms`);
    const term = parseTerm(text, at);
    if ('message' in term) return term;
    alternatives.at(-1)?.push(term.term);
    at = term.end;
  }
  return { ok: true, query: alternatives.filter((one) => one.length > 0) };
}

/** The term that matches this name and no other. Names beyond `MAX_SEARCH_LENGTH` cannot be searched. */
export function printExact(name: string): string {
  return `="${name.replace(/[\\"]/g, '\\$&')}"`;
}

type TermResult =
  | { readonly term: SearchTerm; readonly end: number }
  | { readonly ok: false; readonly at: number; readonly message: string };

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
    if (!quoted) return fail(at, 'quote not closed');
    return { term: { ...base, exact, text: exact ? quoted.text : quoted.text.toLowerCase() }, end: quoted.end };
  }
  let end = at;
  while (end < text.length && !/[\s|]/.test(text[end])) end++;
  const word = text.slice(at, end);
  if (scope === 'line' && !/^\d{1,9}$/.test(word)) return fail(at, 'line: requires a number');
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
  if (source === '') return fail(start, 'empty pattern');
  const isClosed = end < text.length;
  const ignoreCase = isClosed && text[end + 1] === 'i';
  const after = isClosed ? end + (ignoreCase ? 2 : 1) : text.length;
  // A path such as /srv/app is no pattern with flags.
  if (after < text.length && !/[\s|]/.test(text[after]))
    return fail(after, 'only the flag i may follow a /pattern/; put text with slashes in "quotes"');
  const compiled = compilePattern(source, ignoreCase);
  if (!compiled.ok) return fail(start + 1 + compiled.at, compiled.message);
  return { term: { ...base, text: source, pattern: compiled.pattern }, end: after };
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
