/** Tables of a Firefox profile: columns by name, written as columns (processed) or as rows with a schema (raw). */
import { Float64Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import { DecodeError } from '../format.ts';

export interface Table {
  /** Rows of each column that is read; NaN for anything but a number. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly weightType: string;
}

/** The columns that are read; others are skipped. */
const WANTED = new Set(
  (
    'stack time timeDeltas weight prefix prefixOffset frame category func line location ' +
    'name fileName source resource lineNumber filename'
  ).split(' '),
);
const MAX_ROWS = 1 << 24;
const MAX_COLUMNS = 64;
const STEP = 8192;

export function* readTable(json: JsonPull): Steps<Table> {
  const columns = new Map<string, Float64Array>();
  let weightType = '';
  let schema = new Map<string, unknown>();
  let rows: readonly Float64Column[] = [];
  if (json.kind() !== 'object') json.skip();
  else {
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'schema' && json.kind() === 'object') schema = json.value() as Map<string, unknown>;
      else if (key === 'data' && json.kind() === 'array') rows = yield* readRows(json);
      else if (key === 'weightType') weightType = json.stringIn() ?? '';
      else if (WANTED.has(key) && json.kind() === 'array') columns.set(key, yield* readColumn(json));
      else json.skip();
    }
  }
  for (const [name, at] of schema) {
    const column = typeof at === 'number' ? rows[at] : undefined;
    if (column) columns.set(name, column.take());
  }
  return { columns, weightType };
}

function* readColumn(json: JsonPull): Steps<Float64Array> {
  const column = new Float64Column();
  json.enterArray();
  while (json.item()) {
    if (column.length % STEP === 0) yield json.share * 0.8;
    push(json, column);
  }
  return column.take();
}

/** Rows may end early: missing values are NaN. */
function* readRows(json: JsonPull): Steps<readonly Float64Column[]> {
  const columns: Float64Column[] = [];
  let rows = 0;
  json.enterArray();
  while (json.item()) {
    if (rows % STEP === 0) yield json.share * 0.8;
    let at = 0;
    if (json.kind() !== 'array') json.skip();
    else {
      json.enterArray();
      for (; json.item(); at++) {
        if (at >= MAX_COLUMNS) {
          json.skip();
          continue;
        }
        if (at === columns.length) {
          columns.push(new Float64Column());
          while (columns[at].length < rows) columns[at].push(NaN);
        }
        push(json, columns[at]);
      }
    }
    rows++;
    for (const column of columns) if (column.length < rows) column.push(NaN);
  }
  return columns;
}

function push(json: JsonPull, column: Float64Column): void {
  if (column.length >= MAX_ROWS) {
    throw new DecodeError('too-large', `A table has more than ${MAX_ROWS.toLocaleString('en')} rows.`, {
      place: `byte ${json.at} of the unpacked file`,
      remedy: 'Record for a shorter time.',
    });
  }
  if (json.kind() === 'number') column.push(json.number());
  else {
    json.skip();
    column.push(NaN);
  }
}

/** A list of strings; other entries are empty. */
export function* readStrings(json: JsonPull): Steps<string[]> {
  const strings: string[] = [];
  json.enterArray();
  while (json.item()) {
    if (strings.length % STEP === 0) yield json.share * 0.8;
    strings.push(json.stringIn() ?? '');
  }
  return strings;
}
