/** Merges definitions into functions, for names that occur in several files or binaries. */
import type { DefinitionTable, FrameKinds, FunctionTable, Profile } from './profile.ts';

/** Functions, definitions and frames of a profile, from the definition and the line of each frame. */
export function tablesOf(
  rows: FunctionTable,
  definition: Int32Array,
  line: Int32Array,
  kinds?: FrameKinds,
): Pick<Profile, 'functions' | 'definitions' | 'frames'> {
  const { functions, definitions } = functionsOf(rows);
  const isOne = functions.names.length === rows.names.length;
  const func = isOne ? definition : definition.map((one) => definitions.func[one]);
  return {
    functions,
    definitions,
    frames: { length: definition.length, func, definition, line, ...(kinds && { kinds }) },
  };
}

/** The same where each name has one definition. */
export function tablesOfOne(
  functions: FunctionTable,
  func: Int32Array,
  line: Int32Array,
  kinds?: FrameKinds,
): Pick<Profile, 'functions' | 'definitions' | 'frames'> {
  const itself = new Int32Array(functions.names.length);
  for (let i = 0; i < itself.length; i++) itself[i] = i;
  const definitions = { ...functions, func: itself };
  const frames = { length: func.length, func, definition: func, line, ...(kinds && { kinds }) };
  return { functions, definitions, frames };
}

/** @param rows distinguished by name, file and binary; the functions come in the order of their first rows */
function functionsOf(rows: FunctionTable): {
  readonly functions: FunctionTable;
  readonly definitions: DefinitionTable;
} {
  const { names, files, line, mappings } = rows;
  const index = new Map<string, number>();
  const func = new Int32Array(names.length);
  for (let row = 0; row < names.length; row++) {
    let known = index.get(names[row]);
    if (known === undefined) index.set(names[row], (known = index.size));
    func[row] = known;
  }
  const definitions = { names, files, line, mappings, func };
  if (index.size === names.length) return { functions: rows, definitions };
  const oneFile = onlyKnown(files, func, index.size);
  const firstLine = new Int32Array(index.size);
  for (let row = 0; row < names.length; row++) {
    const at = func[row];
    if (firstLine[at] === 0 && oneFile[at] !== '' && files[row] === oneFile[at]) firstLine[at] = line[row];
  }
  return {
    functions: {
      names: [...index.keys()],
      files: oneFile,
      line: firstLine,
      mappings: onlyKnown(mappings, func, index.size),
    },
    definitions,
  };
}

/** By function the common text of its rows, ignoring empty ones; '' if they differ. */
function onlyKnown(texts: readonly string[], func: Int32Array, count: number): string[] {
  const only = Array<string>(count).fill('');
  const differs = new Uint8Array(count);
  for (let row = 0; row < texts.length; row++) {
    const at = func[row];
    if (texts[row] === '' || texts[row] === only[at]) continue;
    if (only[at] !== '') differs[at] = 1;
    only[at] = texts[row];
  }
  for (let at = 0; at < count; at++) if (differs[at] === 1) only[at] = '';
  return only;
}

/** Whether a name has several definitions. */
export function hasSeveralDefinitions({ functions, definitions }: Pick<Profile, 'functions' | 'definitions'>): boolean {
  return definitions.names.length > functions.names.length;
}

/** Maximum file names listed for one function. */
const MAX_FILES_NAMED = 5;

/** By function its file; for several files a list such as `a.cc, b.cc`, sorted by name. */
export function filesInWords({
  functions,
  definitions,
}: Pick<Profile, 'functions' | 'definitions'>): readonly string[] {
  if (!hasSeveralDefinitions({ functions, definitions })) return functions.files;
  const files = functions.names.map(() => new Set<string>());
  for (const [row, func] of definitions.func.entries()) {
    if (functions.files[func] === '' && definitions.files[row] !== '') files[func].add(definitions.files[row]);
  }
  return functions.files.map((file, func) => {
    const sorted = [...files[func]].sort();
    const more = sorted.length - MAX_FILES_NAMED;
    return file || sorted.slice(0, MAX_FILES_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  });
}
