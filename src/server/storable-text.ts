/** The characters that the store can hold: one rule for labels, services, types, functions, files and binaries. */

/**
 * Control characters and halves of surrogate pairs. A database ends a text at NUL, and UTF-8 cannot hold lone
 * surrogates, so different names would become equal. The others would break lines of logs and exports. Tabs are
 * allowed: names of kernel functions have them.
 */
export const UNSTORABLE = /(?!\t)[\p{Cc}\p{Cs}]/u;
const ALL_UNSTORABLE = /(?!\t)[\p{Cc}\p{Cs}]/gu;
/** The same and tabs, as a quick check: a plain class is four times as fast, and nearly no name matches. */
const MAYBE_UNSTORABLE = /[\p{Cc}\p{Cs}]/u;
const REPLACEMENT = '\ufffd';
/** Maximum characters of a function, file or binary. The end is kept, since it is more specific than the beginning. */
const MAX_NAME_LENGTH = 65_535;

/**
 * For names that are only displayed: characters that cannot be stored become U+FFFD, and long texts lose their
 * beginning.
 */
export function cleanName(text: string): string {
  // A copy, as a slice would keep the whole text in memory. A pair that is cut becomes U+FFFD.
  const short = text.length > MAX_NAME_LENGTH ? Buffer.from(text.slice(-MAX_NAME_LENGTH)).toString() : text;
  return MAYBE_UNSTORABLE.test(short) ? short.replace(ALL_UNSTORABLE, REPLACEMENT) : short;
}
