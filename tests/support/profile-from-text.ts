/** A profile drawn as stacks, one a line: `main;parse;lex 12`. Without a number a stack counts once. */
import { finish } from '#base/steps.ts';
import { decodeCollapsed } from '#formats/collapsed.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import type { CallTree, SiblingOrder } from '#model/call-tree.ts';
import type { Profile } from '#model/profile.ts';

export function profileFromText(text: string): Profile {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => (/\s-?[\d.]+$/.test(line) ? line : `${line} 1`));
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return finish(decodeCollapsed(bytes));
}

export function treeOf(profile: Profile, order: SiblingOrder = 'size'): CallTree {
  return finish(buildCallTree(profile, 0, order));
}

/** A tree as rows: `  name total self`, indented by depth; exact numbers where the tree has them. */
export function treeAsText(tree: CallTree, names: readonly string[]): string {
  const rows: string[] = [];
  for (let node = 0; node < tree.length; node++) {
    const name = tree.func[node] < 0 ? '*' : names[tree.func[node]];
    const total = tree.exact ? tree.exact.total[node] : tree.total[node];
    const self = tree.exact ? tree.exact.self[node] : tree.self[node];
    rows.push(`${'  '.repeat(tree.depth[node])}${name} ${total} ${self}`);
  }
  return `\n${rows.join('\n')}`;
}

/** A drawing in a test, without the test's own indentation. */
export function drawing(parts: TemplateStringsArray): string {
  const lines = (parts[0] ?? '').split('\n').slice(1);
  while (lines.at(-1)?.trim() === '') lines.pop();
  const indent = Math.min(...lines.map((line) => line.search(/\S/)));
  return `\n${lines.map((line) => line.slice(indent)).join('\n')}`;
}
