/** rename: the functions that match get another name. */
import type { Steps } from '#base/steps.ts';
import type { SearchPattern } from '../search-pattern.ts';
import { matchFunctions, parseSearch, printExact, type SearchQuery, MAX_SEARCHED_CHARACTERS } from '../search.ts';
import { rankNames } from '../tree-builder.ts';
import { type FunctionFacts, GrowingTables, type RenamedFunctions } from './function-tables.ts';
import { matchField, MAX_TEXT_LENGTH, searchTitle, type TransformKind, type TransformWork } from './kind.ts';
import { rebuild } from './rebuild.ts';

interface Rename {
  readonly kind: 'rename';
  readonly match: string;
  readonly name: string;
}

const ARROW = ' => ';
/** Functions a step: a hostile pattern must let other work in. */
const FUNCTIONS_A_STEP = 512;
/** In characters. A longer new name is cut. */
const MAX_NAME_LENGTH = 4000;
/** Matches in one name that are replaced. */
const MAX_MATCHES = 50;

export const rename: TransformKind<Rename> = {
  kind: 'rename',
  title: ({ match, name }) => `rename ${searchTitle(match)} to ${name || 'nothing'}`,
  menu: [
    {
      title: 'Rename…',
      verb: 'Rename',
      draft: (selected) => ({ kind: 'rename', match: selected === undefined ? '' : printExact(selected), name: '' }),
    },
  ],
  form: {
    title: 'Rename functions',
    fields: [
      matchField(),
      {
        label: 'New name ($0 is the replaced text: the match of a /regex/, or else the whole name)',
        read: ({ name }) => name,
        write: (transform, name) => ({ ...transform, name }),
        mistake: () => undefined,
      },
    ],
  },
  print: ({ match, name }) => `${match}${name === '' ? ARROW.trimEnd() : ARROW + name.replace(/\\|=>/g, '\\$&')}`,
  parse: (text = '') => {
    // The last arrow separates them: in the name it is escaped.
    const arrow = text.endsWith(ARROW.trimEnd()) ? text.length + 1 - ARROW.length : text.lastIndexOf(ARROW);
    if (arrow <= 0 || text.length > MAX_TEXT_LENGTH) return undefined;
    const name = text.slice(arrow + ARROW.length).replace(/\\([^])/g, '$1');
    return { kind: 'rename', match: text.slice(0, arrow), name };
  },
  keepsPaths: false,
};

export const renameWork: TransformWork<Rename> = {
  *apply(tree, transform, before, { order }) {
    const { target, facts, hit } = yield* renameFunctions(transform, before);
    let matched = 0;
    const siblings = { order, nameRank: rankNames(facts.functions.names) };
    const renamed = rebuild(tree, siblings, (node, caller, builder) => {
      if (hit[tree.func[node]] === 1) matched++;
      return builder.child(caller, target[tree.func[node]]);
    });
    return { tree: renamed, matched, facts };
  },
  *onStacks(transform, { facts }) {
    return { renamed: yield* renameFunctions(transform, facts) };
  },
};

function* renameFunctions(
  { match, name: text }: Rename,
  facts: FunctionFacts,
): Steps<RenamedFunctions & { readonly hit: Uint8Array }> {
  const { names, files, line, mappings } = facts.functions;
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(names, (_, func) => func);
  const parsed = parseSearch(match);
  if (!parsed.ok) return { target, facts, hit: new Uint8Array(names.length) };
  const hit = yield* matchFunctions(parsed.query, facts);
  const newName = renamer(parsed.query, text);
  for (let func = 0; func < names.length; func++) {
    if (func % FUNCTIONS_A_STEP === 0) yield func / names.length;
    if (hit[func] === 0) continue;
    target[func] = tables.indexOf({
      name: newName(names[func]),
      file: files[func],
      line: line[func],
      mapping: mappings[func],
      frameLine: facts.frameLine?.[func] ?? 0,
      package: facts.packages[func],
      isSystem: facts.isSystem[func],
      kind: facts.kind?.[func] ?? 0,
    });
  }
  return { target, facts: tables.take(), hit };
}

/**
 * The new name of each old name. A search that is one /pattern/ replaces its matches, any other search the whole name.
 * `$0` in the text is what it replaces. A name that would become blank stays.
 */
function renamer(query: SearchQuery, text: string): (old: string) => string {
  const pattern = patternAlone(query);
  const put = (replaced: string): string => text.replaceAll('$0', () => replaced);
  return (old) => {
    const name = pattern ? replaceMatches(old, pattern, put) : put(old);
    return name.trim() === '' ? old : name.slice(0, MAX_NAME_LENGTH);
  };
}

/** The pattern of a search that is one pattern. */
function patternAlone(query: SearchQuery): SearchPattern | undefined {
  const term = query.length === 1 && query[0].length === 1 ? query[0][0] : undefined;
  return term && term.scope === 'name' && !term.negated ? term.pattern : undefined;
}

function replaceMatches(old: string, pattern: SearchPattern, put: (replaced: string) => string): string {
  const read = old.slice(0, MAX_SEARCHED_CHARACTERS);
  let name = '';
  let done = 0;
  for (let count = 0; count < MAX_MATCHES; count++) {
    const found = pattern.find(read, done);
    // An empty match replaces nothing and ends the search.
    if (!found || found.end === found.start) break;
    name += old.slice(done, found.start) + put(old.slice(found.start, found.end));
    done = found.end;
  }
  return name + old.slice(done);
}
