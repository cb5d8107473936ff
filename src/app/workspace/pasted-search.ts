/** Pasted text in which the search language would read operators. */
import { parseSearch, printExact } from '#model/search.ts';

/** Characters that a plain search word cannot contain: a space, an operator, a scope. */
const SIGNS = /[\s|"]|^[-/=]|^(?:file|pkg|line):/;

/** A pasted text that is the name of a function, as a search for that name; undefined if it is one by itself, or none. */
export function searchOfPasted(text: string, names: readonly string[]): string | undefined {
  const name = text.trim();
  return SIGNS.test(name) && names.includes(name) ? printExact(name) : undefined;
}

/** The search for the text itself; undefined if it already is one. */
export function asPlainText(text: string): string | undefined {
  const plain = text.trim();
  if (plain === '' || !SIGNS.test(plain)) return undefined;
  const parsed = parseSearch(plain);
  const [only] = parsed.ok && parsed.query.length === 1 ? parsed.query : [];
  // Quoted, or one term of a scope, which has been chosen.
  if (only?.length === 1 && (/^=?"/.test(plain) || only[0].scope !== 'name' || only[0].pattern)) return undefined;
  return `"${plain.replace(/[\\"]/g, '\\$&')}"`;
}
