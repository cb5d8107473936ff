/**
 * The source location inside a script function's name: `./app.mjs:checkout:10` of the Node agent, `checkout
 * (app.py:10)`, `checkout app.rb:10`.
 */

export interface ScriptPlace {
  /** '' where the agent knows no file: `:Garbage Collection:0`. */
  readonly file: string;
  /** The function alone. */
  readonly name: string;
  /** 0 where unknown. */
  readonly line: number;
  /** 0 where unknown. */
  readonly column: number;
  readonly isFileFirst: boolean;
}

const endsWithDigit = /\d$/;
const lineAtEnd = /:(\d{1,9})(?::(\d{1,9}))?$/;
const placeAtEnd = /:(\d{1,9})(?::(\d{1,9}))?\)$/;
/** Ends the file of a name that begins with one. */
const scriptEnd = /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|php)(?:\?[^:]{0,100})?:/;
const isScript = /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|php)$/;
/** V8's name for a function without one. */
const anonymousPlace = /^\(anonymous:L#(\d{1,9}):C#(\d{1,9})\)$/;

/** @param name is read as it is: cut hostile ones first */
export function scriptPlace(name: string): ScriptPlace | undefined {
  if (name.endsWith(')')) return inBrackets(name);
  return endsWithDigit.test(name) ? (fileFirst(name) ?? behindBlank(name)) : undefined;
}

function behindBlank(name: string): ScriptPlace | undefined {
  const found = lineAtEnd.exec(name);
  if (!found) return undefined;
  const rest = name.slice(0, found.index);
  const at = rest.lastIndexOf(' ');
  const file = rest.slice(at + 1);
  if (at <= 0 || !isScript.test(file)) return undefined;
  const bare = rest.slice(0, at).replace(/ -$/, '');
  return { file, name: bare, line: Number(found[1]), column: Number(found[2] ?? 0), isFileFirst: false };
}

function inBrackets(name: string): ScriptPlace | undefined {
  const at = name.lastIndexOf(' (');
  const found = at > 0 ? placeAtEnd.exec(name.slice(at)) : null;
  if (!found) return undefined;
  const file = name.slice(at + 2, name.length - found[0].length);
  return { file, name: name.slice(0, at), line: Number(found[1]), column: Number(found[2] ?? 0), isFileFirst: false };
}

function fileFirst(name: string): ScriptPlace | undefined {
  const found = lineAtEnd.exec(name);
  if (!found) return undefined;
  const rest = name.slice(0, found.index);
  const end = fileEnd(rest);
  if (end < 0 || end + 1 >= rest.length || rest[end + 1] === ':') return undefined;
  const bare = rest.slice(end + 1);
  const anonymous = anonymousPlace.exec(bare);
  return {
    file: rest.slice(0, end),
    name: anonymous ? '(anonymous)' : bare,
    line: Number(found[1]),
    column: Number(anonymous?.[2] ?? found[2] ?? 0),
    isFileFirst: true,
  };
}

/** Where the colon behind the file stands; -1 where the name does not begin with a file. */
function fileEnd(text: string): number {
  if (text.startsWith(':')) return 0;
  if (text.startsWith('node:')) return text.indexOf(':', 'node:'.length);
  const end = scriptEnd.exec(text);
  return end ? end.index + end[0].length - 1 : -1;
}
