/** Names without what changes at every build or start: for pairing the functions of two programs, never shown. */
import { withoutShapes } from './name-parts.ts';
import { scriptPlace } from './script-place.ts';

interface Rule {
  /** A name without it is not searched. */
  readonly hint: string;
  readonly find: RegExp;
  readonly put: string;
}

/** Longer names stand as they are. */
const MAX_LETTERS = 4000;

/** A name that no rule of either table can change has none of these. */
const maybeMarked = /[\d[\\@]/;

/** Hashes, addresses and numbers that a build, a start or an order of first use decides: functions that differ in them alone are one. */
const randomMarks: readonly Rule[] = [
  // Rust
  { hint: '::h', find: /::h[0-9a-f]{16}(?=$|[.<[ ])/g, put: '' },
  { hint: '17h', find: /17h[0-9a-f]{16}E/, put: 'E' },
  { hint: ']::', find: /(\w)\[[0-9a-f]{8,16}\](?=::)/g, put: '$1' },
  { hint: '_R', find: /C(?:s[0-9A-Za-z]{0,16}_)+(?=\d)/g, put: 'C' },
  // Java: lambdas, hidden classes, accessors, proxies, classes made at run time
  { hint: '$$Lambda', find: /\$\$Lambda(?:\$\d+)?(?:[/+.]0x[0-9a-f]+|\/\d+)?(?:\.\d+)?/, put: '$$$$Lambda' },
  { hint: 'LambdaForm$', find: /LambdaForm\$([A-Z]{1,9})\d*(?:[/+.](?:0x[0-9a-f]+|\d+))?/, put: 'LambdaForm$$$1' },
  { hint: '0x', find: /[/+.]0x[0-9a-f]{6,16}(?:\.\d+)?(?=\.[\w$<])/, put: '' },
  {
    hint: 'Accessor',
    find: /Generated(Method|Constructor|SerializationConstructor)Accessor\d+/,
    put: 'Generated$1Accessor',
  },
  { hint: '$Proxy', find: /(?:\bproxy\d+(?=[./]\$Proxy))?([./]?)\$Proxy\d+/, put: '$1$$Proxy' },
  {
    hint: '$$',
    find: /(\$\$(?:SpringCGLIB|FastClass\w{0,40}|EnhancerBy\w{1,40}|KeyFactoryBy\w{1,40})\$\$)[0-9a-f]+\b/g,
    put: '$1',
  },
  { hint: '$', find: /\$(ByteBuddy|HibernateProxy|HibernateInstantiator|MockitoMock|auxiliary)\$\w+/, put: '$$$1' },
  { hint: '_$$_', find: /_\$\$_(javassist|jvst)[0-9a-f]*(?:_[0-9a-f]+)+/, put: '_$$$$_$1' },
  // C and C++
  { hint: '.', find: /\.(?:llvm|__uniq|lto_priv)\.\d+/g, put: '' },
  { hint: '.llvm.', find: / ?[[(](?:clone )?\.llvm\.\d+[\])]/g, put: '' },
  { hint: '<', find: /<[0-9a-f]{16}>/, put: '' },
  { hint: '@', find: /@@?[A-Z]+_[\d.]+/, put: '' },
  // PHP and Ruby: compiled containers and templates
  { hint: 'Container', find: /\bContainer[0-9A-Za-z]{7}(?=\\)/g, put: 'Container' },
  { hint: '__TwigTemplate_', find: /__TwigTemplate_[0-9a-f]{32,64}(?:___\d+)?/g, put: '__TwigTemplate' },
  { hint: '__', find: /(_(?:erb|haml|slim|builder|jbuilder|ruby))_{2,3}\d+_\d+/, put: '$1' },
  // py-spy's roots
  { hint: 'thread (', find: /^thread \(\d+\)/, put: 'thread' },
  { hint: 'process ', find: /^process \d+(?=:)/, put: 'process' },
];

/** Numbers that the order in the source or a compiler's whim decides: functions of one side that differ in them are different. */
const counters: readonly Rule[] = [
  // Go: closures, wrappers, bodies of range loops
  { hint: '.', find: /\.(func|gowrap|deferwrap)\d+/g, put: '.$1#' },
  { hint: '.func#', find: /\.\d+(?![\w])/g, put: '.#' },
  { hint: '.init.', find: /\.init\.\d+/, put: '.init.#' },
  { hint: '-range', find: /-range\d+/g, put: '-range#' },
  { hint: 'dwrap', find: /[.·]dwrap[.·]\d+/g, put: '.dwrap#' },
  // Java, Kotlin, Scala: lambda$main$0, Cart$1, $anonfun$main$1; clang: main::$_0
  { hint: '$', find: /\$_?\d+(?![\da-z_])/g, put: '$$#' },
  { hint: 'ForCodegenStage', find: /ForCodegenStage\d+/, put: 'ForCodegenStage#' },
  // C and C++
  { hint: '#', find: /#\d+\}/g, put: '#}' },
  { hint: "'lambda", find: /'lambda\d+'/g, put: "'lambda'" },
  { hint: '<lambda_', find: /<lambda_[0-9a-f]{1,32}>/g, put: '<lambda>' },
  { hint: 'Ul', find: /(Ul\w{1,40}?E)\d+_/g, put: '$1_' },
  { hint: '.', find: / ?[[(](?:clone )?\.(?:isra|constprop|localalias)(?:\.\d+)*[\])]/g, put: '' },
  { hint: '.', find: / ?[[(](?:clone )?(\.(?:part|cold))(?:\.\d+)*[\])]/g, put: '$1' },
  { hint: '.', find: /\.(?:isra|constprop|localalias|clone)\.\d+/g, put: '' },
  { hint: '.', find: /(\.(?:part|cold))\.\d+/g, put: '$1' },
  // .NET
  { hint: '>b__', find: />b__\d+(?:_\d+)?/g, put: '>b__#' },
  { hint: '>d__', find: />d__\d+/g, put: '>d__#' },
  { hint: '>g__', find: /(>g__[^|\s]{1,200}\|)\d+(?:_\d+)?/g, put: '$1#' },
  { hint: '<>', find: /(<>9_|<>c__DisplayClass)_?\d+(?:_\d+)?/g, put: '$1#' },
  // PHP, Ruby, Swift, Erlang
  { hint: '{closure:', find: /\{closure:([^{}]{0,1000}?)[:(]\d+(?:-\d+)?\)?\}/g, put: '{closure:$1}' },
  { hint: 'class@anonymous', find: /(class@anonymous[^$]{0,1000}?):\d+\$[0-9a-f]+/, put: '$1' },
  { hint: ' levels) in', find: /\(\d+ levels\) /g, put: '' },
  { hint: 'closure #', find: /closure #\d+/g, put: 'closure #' },
  { hint: '-fun-', find: /-fun-\d+-/, put: '-fun-#-' },
  // V8: functions without a name, tiers
  { hint: '(anonymous:', find: /\(anonymous:L#\d+:C#\d+\)/g, put: '(anonymous)' },
  { hint: ':', find: /^(?:LazyCompile|Function|JS):[*~^+]?/, put: 'JS:' },
  // pprofile writes `walk:10`
  { hint: ':', find: /^([\w<>.]+):\d+$/, put: '$1' },
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
  for (const { hint, find, put } of rules) if (text.includes(hint)) text = text.replace(find, put);
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
