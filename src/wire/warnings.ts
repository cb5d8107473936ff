/** The header that lists what an answer left out: a JSON list of sentences in ASCII, the same for every call. */

export const warningsHeader = 'flametide-warnings';

/** Longer sentences are cut. */
const MAX_LENGTH = 400;
const MAX_WARNINGS = 20;

export function printWarnings(warnings: readonly string[]): string {
  const cut = warnings.slice(0, MAX_WARNINGS).map((text) => text.slice(0, MAX_LENGTH));
  // Headers are bytes: other than ASCII is escaped as in JSON.
  return JSON.stringify(cut).replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Empty if the header is missing or not such a list. */
export function readWarnings(header: string | null | undefined): readonly string[] {
  if (typeof header !== 'string') return [];
  try {
    const list: unknown = JSON.parse(header);
    if (!Array.isArray(list)) return [];
    return list.slice(0, MAX_WARNINGS).map((text) => String(text).slice(0, MAX_LENGTH));
  } catch {
    return [];
  }
}
