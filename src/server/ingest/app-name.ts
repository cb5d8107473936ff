/** The `name` of `/ingest`: `app{key=value,key=value}`. No quotes, no escapes: a value holds neither `,` nor `}`. */

import { quote, Refusal } from './refusal.ts';

const APP = /^[A-Za-z0-9_./-]+$/;
/** Pyroscope knows no dash, but its agent for Java sends one. */
const KEY = /^[A-Za-z0-9_.-]+$/;
const KEPT_PRIVATE_KEY = '__session_id__';

export interface AppName {
  readonly app: string;
  /** As sent, a later one of the same key counts; names that begin with `__` are left out. */
  readonly labels: ReadonlyMap<string, string>;
}

/** @throws Refusal */
export function parseAppName(text: string | null): AppName {
  if (text === null || text === '')
    throw new Refusal('bad_name', 'The parameter name is missing: it holds the application and its labels.');
  const open = text.indexOf('{');
  let app = (open < 0 ? text : text.slice(0, open)).trim();
  const labels = new Map<string, string>();
  let at = open < 0 ? text.length : open + 1;
  while (at < text.length) {
    const equals = text.indexOf('=', at);
    if (equals < 0) break;
    const ends = [text.indexOf(',', equals), text.indexOf('}', equals)].filter((end) => end >= 0);
    // An unterminated pair is left out, as in Pyroscope.
    if (ends.length === 0) break;
    const end = Math.min(...ends);
    const key = text.slice(at, equals).trim();
    const value = text.slice(equals + 1, end).trim();
    if (!KEY.test(key))
      throw new Refusal(
        'bad_name',
        `The name has the label ${quote(key)}: a label may contain letters, digits, _, . and - only.`,
      );
    if (key === '__name__') app = value;
    else if (!key.startsWith('__') || key === KEPT_PRIVATE_KEY) labels.set(key, value);
    if (text[end] === '}') break;
    at = end + 1;
  }
  if (app === '') throw new Refusal('bad_name', 'The name has no application before its labels.');
  if (!APP.test(app)) {
    throw new Refusal('bad_name', `The application ${quote(app)} may contain letters, digits and _ . - / only.`);
  }
  return { app, labels };
}
