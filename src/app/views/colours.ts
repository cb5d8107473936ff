/** Colour keys of a profile's functions by the chosen rule, and what the legend says of them. */
import type { FunctionColumns, OpenedProfile, TreeAnswer } from '#analysis/analysis.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { TreeDefinitions } from '#model/located-tree.ts';
import type { TreeKinds } from '#model/tree-kinds.ts';
import { cutColourKey, packageColourKey, searchOnlyKey, selfShareColourKey } from '#render/palette.ts';
import type { UrlState } from '../url/url-state.ts';

export type ColourRule = UrlState['col'];

const allRules: readonly { readonly id: ColourRule; readonly title: string; readonly hint: string }[] = [
  { id: 'package', title: 'package', hint: 'one hue per package or module' },
  { id: 'function', title: 'function', hint: 'one hue per function' },
  { id: 'file', title: 'file', hint: 'one hue per source file' },
  { id: 'kind', title: 'kind', hint: 'kernel, native, JIT-compiled, interpreted, inlined' },
  { id: 'self', title: 'self share', hint: 'the darker, the more self' },
  { id: 'search', title: 'search only', hint: 'grey, matches in yellow' },
];

/** The rules that say something of the profile. */
export function colourRules({ hasKinds }: Pick<OpenedProfile, 'hasKinds'>): typeof allRules {
  return hasKinds ? allRules : allRules.filter(({ id }) => id !== 'kind');
}

/** A link may ask for a rule that says nothing of this profile. */
export function ruleFor(profile: Pick<OpenedProfile, 'hasKinds'>, asked: ColourRule): ColourRule {
  return colourRules(profile).some(({ id }) => id === asked) ? asked : 'package';
}

/** Key into the theme's fills for each function: the same name has the same colour in every view. */
export function colourKeys(
  profile: OpenedProfile,
  rule: ColourRule,
  byFunction: FunctionColumns,
  whole: number,
  kinds?: TreeKinds | null,
): Uint8Array {
  const { names, files } = profile.functions;
  const keys = new Uint8Array(names.length);
  for (let func = 0; func < keys.length; func++) {
    const isSystem = profile.isSystem[func] === 1;
    switch (rule) {
      case 'package':
        keys[func] = packageColourKey(profile.packages[func], names[func], isSystem);
        break;
      case 'function':
        keys[func] = packageColourKey(names[func], names[func], false);
        break;
      case 'file':
        keys[func] = packageColourKey(files[func], names[func], files[func] === '');
        break;
      case 'kind':
        keys[func] = kindColourKey(kinds, kinds?.ofFunction[func], names[func]);
        break;
      case 'self':
        keys[func] = selfShareColourKey(whole > 0 ? Math.max(0, byFunction.self[func]) / whole : 0);
        break;
      case 'search':
        keys[func] = searchOnlyKey;
        break;
    }
  }
  if (profile.cut) keys[profile.cut.func] = cutColourKey;
  return keys;
}

/** @param kind a position in the names of the kinds; the first is unknown, as all are before the answer is there */
function kindColourKey(kinds: TreeKinds | null | undefined, kind = 0, name = ''): number {
  return packageColourKey(kinds?.names[kind] ?? '', name, kind === 0);
}

/** Key of each node of the shown tree by its largest kind. The root has none of its own. */
export function keysOfKinds(
  { length, func }: CallTree,
  names: readonly string[],
  keyByFunction: Uint8Array,
  kinds: TreeKinds,
): Uint16Array {
  const keys = new Uint16Array(length);
  for (let node = 1; node < length; node++) {
    const key = keyByFunction[func[node]];
    keys[node] = key === cutColourKey ? key : kindColourKey(kinds, kinds.ofNode[node], names[func[node]]);
  }
  return keys;
}

/** Key for each definition, by the rules that ask for a file; undefined for the others. */
export function definitionKeys(definitions: TreeDefinitions | undefined, rule: ColourRule): Uint8Array | undefined {
  if (!definitions || (rule !== 'package' && rule !== 'file')) return undefined;
  const { names, files, packages, isSystem } = definitions;
  return Uint8Array.from(names, (name, one) =>
    rule === 'package'
      ? packageColourKey(packages[one], name, isSystem[one] === 1)
      : packageColourKey(files[one], name, files[one] === ''),
  );
}

/**
 * The key of each node by its function, or by its definition where those have keys: of several at one node that of the
 * largest. The root has none of its own.
 */
export function keysOfNodes(
  { length, func }: CallTree,
  keyByFunction: Uint8Array,
  definitions?: TreeDefinitions,
  keyByDefinition?: Uint8Array,
): Uint16Array {
  const keys = new Uint16Array(length);
  for (let node = 1; node < length; node++) keys[node] = keyByFunction[func[node]];
  if (!definitions || !keyByDefinition) return keys;
  for (let node = 1; node < length; node++) {
    if (keys[node] !== cutColourKey) keys[node] = keyByDefinition[largestDefinition(definitions, node)];
  }
  return keys;
}

/** The definition of a shown node; if it has several, the one with the largest total. */
export function largestDefinition({ ofNode }: TreeDefinitions, node: number): number {
  return ofNode[node] < 0 ? ~ofNode[node] : ofNode[node];
}

export interface LegendEntry {
  readonly title: string;
  readonly colourKey: number;
  /** Self of its functions, in the sample type's unit. */
  readonly self: number;
}

/**
 * The packages, files or kinds with the most self, largest first, whether it is above zero or below. Empty for rules without
 * groups.
 */
export function legendOf(
  profile: OpenedProfile,
  rule: ColourRule,
  { byFunction, definitions }: Pick<TreeAnswer, 'byFunction' | 'definitions'>,
  most: number,
  kinds?: TreeKinds | null,
): readonly LegendEntry[] {
  if (rule === 'kind') return legendOfKinds(kinds, most);
  if (rule !== 'package' && rule !== 'file') return [];
  const groups = new Map<string, LegendEntry>();
  const { files } = definitions ?? profile.functions;
  const { packages, isSystem: isSystemCode } = definitions ?? profile;
  const selves = (definitions ?? byFunction).self;
  for (let one = 0; one < files.length; one++) {
    const self = selves[one];
    // The cut part is in no group.
    if (self === 0 || (definitions && definitions.func[one] === profile.cut?.func)) continue;
    const title = rule === 'package' ? packages[one] : files[one];
    const isSystem = rule === 'package' ? isSystemCode[one] === 1 : title === '';
    const before = groups.get(title);
    groups.set(title, {
      title: title || 'unknown',
      // Without a function of its own the swatch shows the group's middle lightness.
      colourKey: before?.colourKey ?? packageColourKey(title, '', isSystem),
      self: (before?.self ?? 0) + self,
    });
  }
  return largestFirst([...groups.values()], most);
}

function legendOfKinds(kinds: TreeKinds | null | undefined, most: number): readonly LegendEntry[] {
  if (!kinds) return [];
  const entries = kinds.names.map((name, kind) => ({
    title: name || 'unknown',
    colourKey: kindColourKey(kinds, kind),
    self: kinds.self[kind],
  }));
  return largestFirst(entries, most);
}

function largestFirst(entries: readonly LegendEntry[], most: number): readonly LegendEntry[] {
  return entries
    .filter(({ self }) => self !== 0)
    .sort((a, b) => Math.abs(b.self) - Math.abs(a.self))
    .slice(0, most);
}
