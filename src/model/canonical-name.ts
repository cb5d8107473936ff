/**
 * Names without the parts that change at every build or start: used to pair the functions of two programs, never shown.
 */
import { withoutShapes } from './name-parts.ts';
import { scriptPlace } from './script-place.ts';

interface Rule {
  /** A name without any of these is not searched. */
  readonly hints: readonly string[];
  readonly find: RegExp;
  readonly put: string;
}

/** Longer names are not changed. */
const MAX_LETTERS = 4000;

/** A name that no rule of either table can change has none of these. */
const maybeMarked = /[\d[\\@]/;

/**
 * Hashes, addresses and numbers that depend on the build, the start or the order of first use: functions that differ
 * only in these are the same function.
 */
const randomMarks: readonly Rule[] = [
  // Rust
  { hints: ['::h'], find: /::h[0-9a-f]{16}(?=$|[.<[ ])/g, put: '' },
  { hints: ['17h'], find: /17h[0-9a-f]{16}E/, put: 'E' },
  { hints: [']::'], find: /(\w)\[[0-9a-f]{8,16}\](?=::)/g, put: '$1' },
  { hints: ['_R'], find: /C(?:s[0-9A-Za-z]{0,16}_)+(?=\d)/g, put: 'C' },
  // Java: lambdas, hidden classes, accessors, proxies, classes made at run time
  { hints: ['$$Lambda'], find: /\$\$Lambda(?:\$\d+)?(?:[/+.]0x[0-9a-f]+|\/\d+)?(?:\.\d+)?/, put: '$$$$Lambda' },
  { hints: ['LambdaForm$'], find: /LambdaForm\$([A-Z]{1,9})\d*(?:[/+.](?:0x[0-9a-f]+|\d+))?/, put: 'LambdaForm$$$1' },
  { hints: ['0x'], find: /[/+.]0x[0-9a-f]{6,16}(?:\.\d+)?(?=\.[\w$<])/, put: '' },
  {
    hints: ['Accessor'],
    find: /Generated(Method|Constructor|SerializationConstructor)Accessor\d+/,
    put: 'Generated$1Accessor',
  },
  { hints: ['$Proxy'], find: /(?:\bproxy\d+(?=[./]\$Proxy))?([./]?)\$Proxy\d+/, put: '$1$$Proxy' },
  {
    hints: ['$$'],
    find: /(\$\$(?:SpringCGLIB|FastClass\w{0,40}|EnhancerBy\w{1,40}|KeyFactoryBy\w{1,40})\$\$)[0-9a-f]+\b/g,
    put: '$1',
  },
  { hints: ['$'], find: /\$(ByteBuddy|HibernateProxy|HibernateInstantiator|MockitoMock|auxiliary)\$\w+/, put: '$$$1' },
  { hints: ['_$$_'], find: /_\$\$_(javassist|jvst)[0-9a-f]*(?:_[0-9a-f]+)+/, put: '_$$$$_$1' },
  // C and C++
  { hints: ['.llvm.', '.__uniq.', '.lto_priv.'], find: /\.(?:llvm|__uniq|lto_priv)\.\d+/g, put: '' },
  { hints: ['.llvm.'], find: / ?[[(](?:clone )?\.llvm\.\d+[\])]/g, put: '' },
  { hints: ['<'], find: /<[0-9a-f]{16}>/, put: '' },
  { hints: ['@'], find: /@@?[A-Z]+_[\d.]+/, put: '' },
  // PHP and Ruby: compiled containers and templates
  { hints: ['Container'], find: /\bContainer[0-9A-Za-z]{7}(?=\\)/g, put: 'Container' },
  { hints: ['__TwigTemplate_'], find: /__TwigTemplate_[0-9a-f]{32,64}(?:___\d+)?/g, put: '__TwigTemplate' },
  { hints: ['__'], find: /(_(?:erb|haml|slim|builder|jbuilder|ruby))_{2,3}\d+_\d+/, put: '$1' },
  { hints: ['wasm://'], find: /wasm:\/\/wasm\/[0-9a-f]{8}/, put: 'wasm://wasm' },
  // py-spy's roots
  { hints: ['thread ('], find: /^thread \(\d+\)/, put: 'thread' },
  { hints: ['process '], find: /^process \d+(?=:)/, put: 'process' },
];

/**
 * Numbers that depend on the order in the source or on the compiler: functions of one side that differ in these are
 * different functions.
 */
const counters: readonly Rule[] = [
  // Go: closures, wrappers, bodies of range loops
  { hints: ['.func', '.gowrap', '.deferwrap'], find: /\.(func|gowrap|deferwrap)\d+/g, put: '.$1#' },
  { hints: ['.func#'], find: /\.\d+(?![\w])/g, put: '.#' },
  { hints: ['.init.'], find: /\.init\.\d+/, put: '.init.#' },
  { hints: ['-range'], find: /-range\d+/g, put: '-range#' },
  { hints: ['dwrap'], find: /[.·]dwrap[.·]\d+/g, put: '.dwrap#' },
  // Java, Kotlin, Scala: lambda$main$0, Cart$1, $anonfun$main$1; clang: main::$_0
  { hints: ['$'], find: /\$_?\d+(?![\da-z_])/g, put: '$$#' },
  { hints: ['ForCodegenStage'], find: /ForCodegenStage\d+/, put: 'ForCodegenStage#' },
  // C and C++
  { hints: ['#'], find: /#\d+\}/g, put: '#}' },
  { hints: ["'lambda"], find: /'lambda\d+'/g, put: "'lambda'" },
  { hints: ['<lambda_'], find: /<lambda_[0-9a-f]{1,32}>/g, put: '<lambda>' },
  { hints: ['Ul'], find: /(Ul\w{1,40}?E)\d+_/g, put: '$1_' },
  {
    hints: ['.isra', '.constprop', '.localalias'],
    find: / ?[[(](?:clone )?\.(?:isra|constprop|localalias)(?:\.\d+)*[\])]/g,
    put: '',
  },
  { hints: ['.part', '.cold'], find: / ?[[(](?:clone )?(\.(?:part|cold))(?:\.\d+)*[\])]/g, put: '$1' },
  {
    hints: ['.isra.', '.constprop.', '.localalias.', '.clone.'],
    find: /\.(?:isra|constprop|localalias|clone)\.\d+/g,
    put: '',
  },
  { hints: ['.part.', '.cold.'], find: /(\.(?:part|cold))\.\d+/g, put: '$1' },
  // .NET
  { hints: ['>b__'], find: />b__\d+(?:_\d+)?/g, put: '>b__#' },
  { hints: ['>d__'], find: />d__\d+/g, put: '>d__#' },
  { hints: ['>g__'], find: /(>g__[^|\s]{1,200}\|)\d+(?:_\d+)?/g, put: '$1#' },
  { hints: ['<>'], find: /(<>9_|<>c__DisplayClass)_?\d+(?:_\d+)?/g, put: '$1#' },
  // PHP, Ruby, Swift, Erlang
  { hints: ['{closure:'], find: /\{closure:([^{}]{0,1000}?)[:(]\d+(?:-\d+)?\)?\}/g, put: '{closure:$1}' },
  { hints: ['class@anonymous'], find: /(class@anonymous[^$]{0,1000}?):\d+\$[0-9a-f]+/, put: '$1' },
  { hints: [' levels) in'], find: /\(\d+ levels\) /g, put: '' },
  { hints: ['closure #'], find: /closure #\d+/g, put: 'closure #' },
  { hints: ['-fun-'], find: /-fun-\d+-/, put: '-fun-#-' },
  // V8: functions without a name, tiers
  { hints: ['(anonymous:'], find: /\(anonymous:L#\d+:C#\d+\)/g, put: '(anonymous)' },
  { hints: [':'], find: /^(?:LazyCompile|Function|JS):[*~^+]?/, put: 'JS:' },
  // pprofile writes `walk:10`
  { hints: [':'], find: /^([\w<>.]+):\d+$/, put: '$1' },
];

/** Functions of one side with one stable name are one function. */
export function stableName(name: string): string {
  if (name.length > MAX_LETTERS || !maybeMarked.test(name)) return name;
  const place = scriptPlace(name);
  if (!place) return applied(randomMarks, name);
  return name.replace(place.file, () => withoutBundleHash(place.file));
}

/**
 * Functions of two sides with one canonical name may be one function; where a side has several of them,
 * `pair-names.ts` tells which is which. @param stable a stable name
 */
export function canonicalName(stable: string): string {
  if (stable.length > MAX_LETTERS || !maybeMarked.test(stable)) return stable;
  const place = scriptPlace(stable);
  if (place) {
    const bare = applied(counters, place.name);
    return place.isFileFirst ? `${place.file}:${bare}` : `${bare} (${place.file})`;
  }
  const named = stable.includes('[go.shape.') || stable.includes('[...]') ? withoutShapes(stable) : stable;
  return applied(counters, named);
}

function applied(rules: readonly Rule[], name: string): string {
  let text = name;
  for (const { hints, find, put } of rules)
    if (hints.some((hint) => text.includes(hint))) text = text.replace(find, put);
  return text;
}

/**
 * A part of a file's name that a bundler made of its content: hexadecimal with a digit (webpack), eight capitals and digits
 * (esbuild), or eight letters of both cases and a digit behind a dash (Vite, Rollup).
 */
const bundleHash =
  /[.~_-](?:(?=[0-9a-f]*\d)[0-9a-f]{6,64}|(?=[A-Z0-9]*\d)[A-Z0-9]{8})(?=[.~_-])|-(?=[\w-]{0,7}\d)(?=[\w-]{0,7}[A-Z])[\w-]{8}(?=\.)/g;
/** `static/chunks/123.js`: a number of a build. */
const numberedChunk = /^(?:\d{1,6})(?=[.-])/;

function withoutBundleHash(file: string): string {
  const at = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1;
  const base = file.slice(at);
  if (!/\d/.test(base)) return file;
  return file.slice(0, at) + base.replace(bundleHash, '').replace(numberedChunk, '#');
}
