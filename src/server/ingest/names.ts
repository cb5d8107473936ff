/** The characters that a name may contain: one rule for labels, services, types, functions, files and binaries. */

import { quote, Refusal } from './refusal.ts';

/**
 * Control characters and halves of surrogate pairs. A database ends a text at NUL, and UTF-8 cannot hold lone
 * surrogates, so different names would become equal. The others would break lines of logs and exports. Tabs are
 * allowed: names of kernel functions have them.
 */
const UNSTORABLE = /(?!\t)[\p{Cc}\p{Cs}]/u;
const ALL_UNSTORABLE = /(?!\t)[\p{Cc}\p{Cs}]/gu;
/** The same and tabs, as a quick check: a plain class is four times as fast, and nearly no name matches. */
const MAYBE_UNSTORABLE = /[\p{Cc}\p{Cs}]/u;
const REPLACEMENT = '\ufffd';
/** Maximum characters of a function, file or binary. The end is kept, since it is more specific than the beginning. */
const MAX_NAME_LENGTH = 65_535;

/** For names that queries use. @param what the start of the sentence: `The name of a label` @throws Refusal */
export function checkName(what: string, text: string): void {
  const found = UNSTORABLE.exec(text)?.[0];
  if (found === undefined) return;
  const code = found.codePointAt(0)!;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const kind = code >= 0xd800 ? 'half of a character' : 'a control character';
  throw new Refusal('bad_labels', `${what}, ${quote(text)}, contains ${point}, ${kind}: send it without.`);
}

/**
 * For names that are only displayed: characters that cannot be stored become U+FFFD, and long texts lose their
 * beginning.
 */
export function cleanName(text: string): string {
  // A copy, as a slice would keep the whole text in memory. A pair that is cut becomes U+FFFD.
  const short = text.length > MAX_NAME_LENGTH ? Buffer.from(text.slice(-MAX_NAME_LENGTH)).toString() : text;
  return MAYBE_UNSTORABLE.test(short) ? short.replace(ALL_UNSTORABLE, REPLACEMENT) : short;
}

/** The texts themselves where all are clean. */
export function cleanNames(texts: readonly string[]): readonly string[] {
  // Files and binaries repeat.
  const cleaned = new Map<string, string>();
  let isChanged = false;
  const all = texts.map((text) => {
    let clean = cleaned.get(text);
    if (clean === undefined) cleaned.set(text, (clean = cleanName(text)));
    if (clean !== text) isChanged = true;
    return clean;
  });
  return isChanged ? all : texts;
}
