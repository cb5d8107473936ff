/** group-by: a frame becomes its package, file or binary; frames of one group that call each other become one. */
import { type FunctionFacts, GrowingTables, type RenamedFunctions } from './function-tables.ts';
import { rankNames } from '../tree-builder.ts';
import type { TransformKind, TransformWork } from './kind.ts';
import { rebuild } from './rebuild.ts';

const groups = ['package', 'file', 'binary'] as const;

interface GroupBy {
  readonly kind: 'group-by';
  readonly by: (typeof groups)[number];
}

export const groupBy: TransformKind<GroupBy> = {
  kind: 'group-by',
  title: ({ by }) => `group by ${by}`,
  menu: groups.map((by) => ({ title: `Group by ${by}`, transform: { kind: 'group-by', by } })),
  form: {
    title: 'Group frames',
    fields: [
      {
        label: 'Group by',
        choices: groups,
        read: ({ by }) => by,
        write: (_, text) => parse(text),
        mistake: () => undefined,
      },
    ],
  },
  print: ({ by }) => by,
  parse,
  keepsPaths: false,
};

export const groupByWork: TransformWork<GroupBy> = {
  // oxlint-disable-next-line require-yield -- one pass over the functions is one step
  *apply(tree, { by }, before, { order }) {
    const { target, facts } = groupFunctions(by, before);
    let matched = 0;
    // The function at each place of the new tree.
    const functionAt: number[] = [-1];
    const siblings = { order, nameRank: rankNames(facts.functions.names) };
    const grouped = rebuild(tree, siblings, (node, caller, builder) => {
      const func = target[tree.func[node]];
      if (func !== tree.func[node]) matched++;
      if (functionAt[caller] === func) return caller;
      const place = builder.child(caller, func);
      functionAt[place] = func;
      return place;
    });
    return { tree: grouped, matched, facts };
  },
  // oxlint-disable-next-line require-yield -- one pass over the functions is one step
  *onStacks({ by }, { facts }) {
    return { renamed: groupFunctions(by, facts), reshapes: true };
  },
};

function parse(text: string | undefined): GroupBy | undefined {
  const by = groups.find((one) => one === text);
  return by && { kind: 'group-by', by };
}

/** A function without a group keeps its name. */
function groupFunctions(by: GroupBy['by'], facts: FunctionFacts): RenamedFunctions {
  const { functions, packages, isSystem } = facts;
  const groupOf = by === 'package' ? packages : by === 'file' ? functions.files : functions.mappings;
  const tables = new GrowingTables(facts);
  const target = Int32Array.from(functions.names, (_, func) => {
    const group = groupOf[func];
    if (group === '') return func;
    return tables.indexOf({
      name: group,
      // A package has many files: none of them is its file.
      file: by === 'file' ? group : '',
      line: 0,
      mapping: by === 'binary' ? group : '',
      frameLine: 0,
      kind: 0,
      package: by === 'binary' ? '' : packages[func],
      isSystem: isSystem[func],
    });
  });
  return { target, facts: tables.take() };
}
