/** The table of runtimes and frameworks: the kind of a frame by name, file and binary. */
import { scriptPlace } from '../script-place.ts';
import { type FrameKind, frameKinds, type FrameRule, type Runtime } from './frame-kind.ts';
import { goRuntime } from './go.ts';
import { jvmRuntime } from './jvm.ts';
import { kernelRuntime, nativeRuntime, rustRuntime } from './native.ts';
import { nodeRuntime } from './node.ts';
import { pythonRuntime } from './python.ts';
import { dotnetRuntime, phpRuntime, rubyRuntime } from './scripts.ts';

/** In the order in which "only my code" offers them. */
export const runtimes: readonly Runtime[] = [
  goRuntime,
  nodeRuntime,
  pythonRuntime,
  jvmRuntime,
  rustRuntime,
  nativeRuntime,
  rubyRuntime,
  phpRuntime,
  dotnetRuntime,
  kernelRuntime,
];

/** Hostile names are long. */
const MAX_READ_CHARACTERS = 500;

interface RuleTable {
  readonly byName: ReadonlyMap<string, FrameKind>;
  /** In the order of `frameKinds`. */
  readonly patterns: readonly {
    readonly kind: FrameKind;
    readonly name: RegExp | undefined;
    readonly file: RegExp | undefined;
  }[];
}

const allRules = tableOf(runtimes);
const bySource = runtimes.flatMap((runtime) =>
  runtime.sources ? [{ sources: runtime.sources, table: tableOf([runtime]) }] : [],
);

function tableOf(of: readonly Runtime[]): RuleTable {
  const rules: readonly FrameRule[] = of.flatMap((runtime) => runtime.rules);
  const byName = new Map(
    rules.flatMap(({ kind, names = '' }) =>
      names.split(/\s+/).flatMap((name) => (name === '' ? [] : [[name, kind] as const])),
    ),
  );
  const patterns = frameKinds.flatMap((kind) => {
    const own = rules.filter((rule) => rule.kind === kind);
    const name = anyOf(own.map(({ pattern }) => pattern));
    const file = anyOf(own.map(({ file: source }) => source));
    return name || file ? [{ kind, name, file }] : [];
  });
  return { byName, patterns };
}

function anyOf(sources: readonly (RegExp | undefined)[], flags = ''): RegExp | undefined {
  const found = sources.flatMap((one) => (one ? [one.source] : []));
  return found.length > 0 ? new RegExp(found.join('|'), flags) : undefined;
}

/** Undefined for the program's own code, and for what it is unknown. @param file '' where unknown */
export function frameKind(name: string, file: string): FrameKind | undefined {
  const read = readable(name, file);
  const { byName, patterns } =
    (read.file === '' ? undefined : bySource.find(({ sources }) => sources.test(read.file))?.table) ?? allRules;
  return (
    byName.get(read.name) ??
    patterns.find(
      (one) => one.name?.test(read.name) === true || (read.file !== '' && one.file?.test(read.file) === true),
    )?.kind ??
    (read.isBuiltIn ? 'library' : undefined)
  );
}

const libraryInName = /^lib[\w+-]+\.so(?:\.\d+)*\.(?=[A-Za-z_])/;
const javaPath = /^(?:[\w$]+\/)+[A-Z][\w$]*(?:\$[\w$]*)?\.[\w$<>]+$/;
const javaSignature = /^L([\w$/]+);::([\w$<>]+)/;

interface Readable {
  readonly name: string;
  readonly file: string;
  /** The Node agent gives no file for functions of V8 and Node. */
  readonly isBuiltIn: boolean;
}

/** The name as rules have it: without the marks of profilers, Java's classes with dots, a script's place split off. */
function readable(fullName: string, fullFile: string): Readable {
  let name = fullName.slice(0, MAX_READ_CHARACTERS);
  const file = fullFile.slice(-MAX_READ_CHARACTERS);
  const place = scriptPlace(name);
  if (place) {
    const isKnownBetter = place.file === '' || (!place.isFileFirst && file !== '');
    const isBuiltIn = place.isFileFirst && place.file === '';
    return { name: place.name, file: isKnownBetter ? file : place.file, isBuiltIn };
  }
  if (name.endsWith(']')) name = name.replace(/(?:_\[[0-9a-z]\]|\[inline\])$/, '');
  if (name.endsWith('>')) name = name.replace(/(?:@@?[\w.]+)?<[0-9a-f]{16}>$/, '');
  if (name.startsWith('lib')) name = name.replace(libraryInName, '');
  if (name.startsWith('block ')) name = name.replace(/^block (?:\(\d+ levels\) )?in /, '');
  const signature = name.startsWith('L') ? javaSignature.exec(name) : null;
  if (signature) name = `${signature[1].replaceAll('/', '.')}.${signature[2]}`;
  else if (name.includes('/') && javaPath.test(name)) name = name.replaceAll('/', '.');
  return { name, file, isBuiltIn: false };
}

const system: ReadonlySet<FrameKind> = new Set<FrameKind>([
  'idle',
  'collection',
  'compilation',
  'runtime',
  'scheduling',
  'interpreter',
]);

/** Runtime, kernel, libc, collector or interpreter: code that a reader did not choose to call. */
export function isSystemFrame(name: string, file: string, packageName: string): boolean {
  const kind = frameKind(name, file);
  return (
    (kind !== undefined && system.has(kind)) ||
    systemPackages?.test(packageName) === true ||
    systemBinaries?.test(packageName) === true ||
    /^(?:\((?:root|runtime)\)|\[unknown\]|<frozen .*)$/.test(name.slice(0, MAX_READ_CHARACTERS))
  );
}

const systemPackages = anyOf(runtimes.map((runtime) => runtime.systemPackages));
const systemBinaries = anyOf(
  runtimes.map((runtime) => runtime.systemBinaries),
  'i',
);

/** A binary that belongs to a runtime or the system, by its file name. */
export function isSystemBinary(binary: string): boolean {
  return systemBinaries?.test(binary) === true;
}
