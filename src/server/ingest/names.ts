/** Checks the names that queries use. */

import { UNSTORABLE } from '../storable-text.ts';
import { quote, Refusal } from './refusal.ts';

/** @param what the start of the sentence: `The name of a label` @throws Refusal for characters that cannot be stored */
export function checkName(what: string, text: string): void {
  const found = UNSTORABLE.exec(text)?.[0];
  if (found === undefined) return;
  const code = found.codePointAt(0)!;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const kind = code >= 0xd800 ? 'half of a character' : 'a control character';
  throw new Refusal('bad_labels', `${what}, ${quote(text)}, contains ${point}, ${kind}: send it without.`);
}
