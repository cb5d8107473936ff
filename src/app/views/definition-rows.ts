/** Names that occur in several files or binaries: their text, and their definitions as rows. */
import type { TreeDefinitions } from '#model/located-tree.ts';
import type { FunctionTable } from '#model/profile.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { ShownTree } from '../screen/shown.ts';
import { largestDefinition } from './colours.ts';
import { placeOf } from './place-of.ts';

/** By function the definitions that cost something in the shown tree, the largest first. */
export type CostedDefinitions = ReadonlyMap<number, readonly number[]>;

export function costedDefinitions(definitions: TreeDefinitions | undefined): CostedDefinitions {
  const byFunction = new Map<number, number[]>();
  if (!definitions) return byFunction;
  const { func, self, total } = definitions;
  for (let one = 0; one < func.length; one++) {
    if (self[one] === 0 && total[one] === 0) continue;
    const others = byFunction.get(func[one]);
    if (others) others.push(one);
    else byFunction.set(func[one], [one]);
  }
  for (const rows of byFunction.values()) rows.sort((a, b) => total[b] - total[a] || self[b] - self[a] || a - b);
  return byFunction;
}

/** The definitions of a function, where it has several. */
export function severalOf(costed: CostedDefinitions, func: number): readonly number[] | undefined {
  const rows = costed.get(func);
  return rows !== undefined && rows.length > 1 ? rows : undefined;
}

/** `3 files`; `2 binaries` where all are in one file. */
export function spreadText({ files, mappings }: TreeDefinitions, rows: readonly number[]): string {
  const count = new Set(rows.map((one) => files[one])).size;
  return count > 1 ? `${count} files` : `${new Set(rows.map((one) => mappings[one])).size} binaries`;
}

/** The text of a definition: its file, and its binary if the file is not unique. */
export function definitionText(
  { files, line, mappings }: TreeDefinitions,
  one: number,
  others: readonly number[],
): string {
  const place = placeOf(files[one], line[one], mappings[one]);
  const isShared = others.some((other) => other !== one && files[other] === files[one]);
  return isShared && files[one] !== '' && mappings[one] !== '' ? `${place} in ${mappings[one]}` : place;
}

/** The rows of functions, each that is open with its definitions below it, and a name of its own for each of both. */
export function openedRows(
  sorted: Int32Array,
  names: readonly string[],
  definitions: TreeDefinitions | undefined,
  costed: CostedDefinitions,
  open: ReadonlySet<string>,
): { readonly rows: Int32Array; readonly names: readonly string[] } {
  if (!definitions) return { rows: sorted, names };
  const rows: number[] = [];
  for (const func of sorted) {
    rows.push(func);
    if (!open.has(names[func])) continue;
    for (const one of severalOf(costed, func) ?? []) rows.push(names.length + one);
  }
  const { files, mappings } = definitions;
  const ofDefinitions = definitions.names.map((name, one) => `${name}\0${files[one]}\0${mappings[one]}`);
  return { rows: Int32Array.from(rows), names: [...names, ...ofDefinitions] };
}

/** Where a function stands: its file, or in how many. */
export function placeOfFunction(
  functions: FunctionTable,
  definitions: TreeDefinitions | undefined,
  rows: readonly number[] | undefined,
  func: number,
): string {
  if (definitions && rows && rows.length > 1) return spreadText(definitions, rows);
  const [table, at] = definitions && rows ? [definitions, rows[0]] : [functions, func];
  return placeOf(table.files[at], table.line[at], table.mappings[at]);
}

/** Where the frames of a node stand. @param tree the shown one, or a half of Sandwich, which is made of names */
export function placeOfNode({ answer, opened, tree: shownTree }: ShownTree, tree: CallTree, node: number): string {
  const { definitions } = answer;
  const func = tree.func[node];
  const rows = definitions && costedDefinitions(definitions).get(func);
  if (!definitions || !rows || rows.length < 2 || tree !== shownTree) {
    const place = placeOfFunction(opened.profile.functions, definitions, rows, func);
    return rows && rows.length > 1 ? `in ${place}` : place;
  }
  const text = definitionText(definitions, largestDefinition(definitions, node), rows);
  return definitions.ofNode[node] < 0 ? `mostly ${text} (${spreadText(definitions, rows)})` : text;
}
