/** "Only my code": what each runtime brings along is merged into its callers. */
import type { FunctionTable } from '../profile.ts';

export interface OwnCode {
  /** `Go` */
  readonly title: string;
  /** What is hidden, in words. */
  readonly hidden: string;
  /** A search for it. It stands in the link as it is, so that an old link hides what it hid. */
  readonly match: string;
}

interface OwnCodePreset extends OwnCode {
  readonly id: string;
  /** Whether the runtime shows in a function. */
  isSign(name: string, file: string, mapping: string): boolean;
}

// Import paths of the standard library, by their first element. One's own may have no dot either.
const goStandard =
  'archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor|weak';
const javaLibraries = String.raw`java|javax|jakarta|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy|org\.(apache|springframework|eclipse|hibernate|slf4j|junit|jetbrains)|io\.(netty|grpc|micrometer|opentelemetry|vertx|reactivex)|com\.(google|fasterxml|zaxxer)|ch\.qos|reactor|okhttp3|okio`;

export const ownCodePresets: readonly OwnCodePreset[] = [
  {
    id: 'go',
    title: 'Go',
    hidden: 'runtime, standard library, modules',
    match: String.raw`pkg:/^(${goStandard})(\/|$)/ | pkg:/^golang\.org\/x\// | file:/\/pkg\/mod\/|@v\d|\/vendor\//`,
    isSign: (name, file) => file.endsWith('.go') || /^runtime\.(?:main|goexit|mcall|mallocgc|systemstack)$/.test(name),
  },
  {
    id: 'node',
    title: 'Node.js',
    hidden: 'internals, node_modules',
    match: String.raw`file:node_modules | file:/^node:/ | pkg:/^node:/ | /^\((garbage collector|program|idle|root)\)$/`,
    isSign: (name, file) => /^node:|\.[cm]?[jt]s$/.test(file) || /^\(garbage collector\)$|\.[cm]?js:\d/.test(name),
  },
  {
    id: 'python',
    title: 'Python',
    hidden: 'standard library, packages',
    match: String.raw`file:/(site|dist)-packages|lib\/python\d|^<frozen/ | pkg:/^(importlib|_frozen_importlib|threading)$/`,
    isSign: (name, file) => file.endsWith('.py') || /\.py:\d+\)$/.test(name),
  },
  {
    id: 'jvm',
    title: 'JVM',
    hidden: 'JDK, well-known libraries',
    match: String.raw`pkg:/^(${javaLibraries})(\.|$)/ | pkg:/^lib(jvm|java)\b/`,
    isSign: (name) => /^(?:java|jdk|sun|scala|kotlin)[./]/.test(name),
  },
  {
    id: 'rust',
    title: 'Rust',
    hidden: 'std, core, alloc, crates',
    match: String.raw`/^<?(std|core|alloc)::/ | file:/^\/rustc\/|\.cargo\/registry/`,
    isSign: (name, file) => file.endsWith('.rs') || /^<?(?:core|alloc)::/.test(name),
  },
  {
    id: 'native',
    title: 'native',
    hidden: 'C and C++ libraries, kernel',
    match: String.raw`/^std::/ | pkg:/^(std|__gnu_cxx)$|^(lib(c|m|gcc_s|stdc\+\+|pthread|dl|rt)|ld)[.-]|^\[/`,
    isSign: (_, file, mapping) => /\.(?:c|cc|cpp|cxx)$/.test(file) || /\.so(?:\.|$)/.test(mapping),
  },
];

/** The presets that fit a profile. Cost: one pass over its functions, until each is found. */
export function ownCodeOf({ names, files, mappings }: FunctionTable): readonly OwnCode[] {
  let missing = ownCodePresets;
  for (let func = 0; func < names.length && missing.length > 0; func++) {
    const name = names[func].slice(0, READ_LENGTH);
    const file = files[func].slice(-READ_LENGTH);
    const found = missing.filter(({ isSign }) => isSign(name, file, mappings[func].slice(-READ_LENGTH)));
    if (found.length > 0) missing = missing.filter((one) => !found.includes(one));
  }
  return ownCodePresets
    .filter((one) => !missing.includes(one))
    .map(({ title, hidden, match }) => ({ title, hidden, match }));
}

const READ_LENGTH = 500;
