/** A function's name taken apart by the habits of its language, which is guessed from the name alone. */

import { type ScriptPlace, scriptPlace } from './script-place.ts';

/** `prefix` + `middle` + `bare` is the shown text: the name without path, arguments and noise. */
export interface NameParts {
  /** Last element of the package with its separator: `http.` */
  readonly prefix: string;
  /** Type or receiver: `(*conn).` */
  readonly middle: string;
  /** The function itself: `serve` */
  readonly bare: string;
  /** The whole package, `net/http`; '' where the name tells none. */
  readonly package: string;
}

/** Longer names are cut, since hostile ones may be huge. */
export const MAX_READ_CHARACTERS = 500;

/** @param fullName is read up to `MAX_READ_CHARACTERS`. */
export function nameParts(fullName: string): NameParts {
  const name = withoutNoise(fullName.length > MAX_READ_CHARACTERS ? fullName.slice(0, MAX_READ_CHARACTERS) : fullName);
  const place = scriptPlace(name);
  if (place?.isFileFirst === true) return placedFirst(place);
  if (
    name === '' ||
    /^(?:0x|RegExp:|\[|\((?!anonymous namespace)|<\w+>$|\d)/.test(name) ||
    /\+0x[0-9a-f]+$/i.test(name)
  )
    return whole(name);
  const parts = placed(name) ?? swift(name) ?? perfMap(name) ?? scoped(name) ?? path(name) ?? dotted(name);
  return parts.bare === '' ? whole(name) : parts;
}

function whole(name: string): NameParts {
  return { prefix: '', middle: '', bare: name, package: '' };
}

/** Marks of compilers and profilers: hashes, addresses, inlining, type shapes. */
function withoutNoise(name: string): string {
  let clean = name.includes('[go.shape.') || name.includes('[...]') ? withoutShapes(name) : name;
  if (clean.endsWith(']')) clean = clean.replace(/(?:_\[[0-9a-z]\]|\[inline\])$/, '');
  if (clean.endsWith('>')) clean = clean.replace(/(?:@@?[\w.]+)?<[0-9a-f]{16}>$/, '');
  return clean.includes('::h') ? clean.replace(/::h[0-9a-f]{16}$/, '') : clean;
}

/** `Map[go.shape.[]int,go.shape.string]` to `Map[…]`: brackets are matched, as shapes hold brackets. */
export function withoutShapes(name: string): string {
  let out = '';
  for (let i = 0; i < name.length; i++) {
    if (!name.startsWith('[go.shape.', i) && !name.startsWith('[...]', i)) {
      out += name[i];
      continue;
    }
    out += '[…]';
    i = closing(name, i);
  }
  return out;
}

/** The bracket that closes the one at `open`, or the end. */
function closing(name: string, open: number): number {
  let depth = 0;
  for (let i = open; i < name.length; i++) {
    const c = name[i];
    if (c === '(' || c === '[' || c === '<' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}' || (c === '>' && name[i - 1] !== '-')) depth--;
    if (depth === 0) return i;
  }
  return name.length - 1;
}

/** The Node agent writes `./app.mjs:checkout:10`; it gives no file, and line 0, to what V8 and Node bring along. */
function placedFirst({ file, name, line }: ScriptPlace): NameParts {
  const prefix = file === '' ? '' : `${file.slice(file.lastIndexOf('/') + 1)}:`;
  return { prefix, middle: '', bare: line === 0 ? name : `${name}:${line}`, package: '' };
}

/** Python and browsers write `fn (file.py:12)`: the place stays with the name, as it tells namesakes apart. */
function placed(name: string): NameParts | undefined {
  if (!name.endsWith(')')) return undefined;
  const at = name.lastIndexOf(' (');
  if (at <= 0 || !/:\d+(:\d+)?\)$/.test(name.slice(at))) return undefined;
  const parts = dotted(name.slice(0, at));
  return { ...parts, bare: parts.bare + name.slice(at), package: '' };
}

/** Words before a demangled function of Swift: what the compiler made of it, and what was declared with it. */
const SWIFT_WORDS =
  /^(?:(?:static|class|mutating|override|@objc|merged|specialized|outlined|reabstraction thunk helper for|dispatch thunk of|protocol witness for|partial apply(?: forwarder)? for|generic specialization <[^>]{0,200}> of|function signature specialization <[^>]{0,200}> of) )+/;

/** Swift, demangled: `static Shop.Cart.total(in: Swift.Int) -> Swift.Double`. */
function swift(name: string): NameParts | undefined {
  const closure = /^closure #\d+/.exec(name)?.[0];
  const holder = closure === undefined ? -1 : name.indexOf(' in ');
  if (holder > 0) {
    const parts = swift(name.slice(holder + ' in '.length));
    return parts && { ...parts, bare: `${parts.bare} ${closure}` };
  }
  if (!name.includes(' -> ')) return undefined;
  const declared = name.replace(SWIFT_WORDS, '');
  const found = /^((?:[A-Za-z_]\w*\.)+)([^\s.(]+)(?:<[^(]*>)?\(/.exec(declared);
  if (!found) return undefined;
  const [, around, bare] = found;
  const [module, ...types] = around.slice(0, -1).split('.');
  const type = types.length === 0 ? '' : `${types.join('.')}.`;
  return { prefix: `${module}.`, middle: type, bare, package: module };
}

/** What virtual machines tell perf: `LazyCompile:*fib /srv/app.js:1` and `Lcom/acme/Cart;::add`. */
function perfMap(name: string): NameParts | undefined {
  const script = /^(?:LazyCompile|Function|Script|Eval|JS):[*~^+]?(\S*) (\S+)$/.exec(name);
  if (script) return whole(`${script[1]} ${script[2].slice(script[2].lastIndexOf('/') + 1)}`.trim());
  const java = /^L([\w$/-]+\/)?([\w$-]+);::(.+)$/.exec(name);
  if (!java) return undefined;
  const [, folder = '', type, bare] = java;
  return { prefix: lastElement(folder), middle: `${type}::`, bare, package: folder.slice(0, -1).replaceAll('/', '.') };
}

/** C++, Rust, PHP, Ruby: elements parted by `::` outside of brackets. */
function scoped(name: string): NameParts | undefined {
  if (!name.includes('::')) return namespaced(name);
  const elements = scopes(name);
  // A closure has no name of its own: it stands behind the function that holds it.
  let last = elements.length - 1;
  while (
    last > 0 &&
    (isClosure(elements[last]) || (isClosure(elements[last - 1]) && elements[last].startsWith('operator')))
  )
    last--;
  let bare = elements.slice(last).join('::');
  const around = elements.slice(0, last).filter((one) => !/^(?:__\w+|v\d+)$/.test(one));
  const outermost = (elements[0] ?? '').replace(/^[<&* ]+(?:mut |dyn )?/, '');
  const packageName = /^[\w$]+/.exec(outermost)?.[0] ?? /^[\w$]+/.exec(elements[1] ?? '')?.[0] ?? '';
  const type = implementing(around.at(-1));
  if (type?.includes('\\') === true) {
    const inner = namespaced(type) ?? whole(type);
    return {
      prefix: inner.prefix,
      middle: `${inner.bare}::`,
      bare: bare.slice(bare.lastIndexOf('\\') + 1),
      package: inner.package,
    };
  }
  // Ruby writes `Shop::Cart#add`.
  const method = /^([A-Z]\w*#)(\w.*)$/.exec(bare);
  if (method) {
    bare = method[2];
    return { prefix: type === undefined ? '' : `${type}::`, middle: method[1], bare, package: packageName };
  }
  if (type === undefined) return { prefix: '', middle: '', bare, package: elements.length > 1 ? packageName : '' };
  if (!/^[A-Z<]|[<[]/.test(type)) return { prefix: `${type}::`, middle: '', bare, package: packageName };
  const space = around.at(-2);
  return { prefix: space === undefined ? '' : `${space}::`, middle: `${type}::`, bare, package: packageName };
}

/** Rust's `<shop::Sku<T> as shop::Show>` is the type that has the function: `Sku<T>`. */
function implementing(type: string | undefined): string | undefined {
  const found = type === undefined ? null : /^<(?:[&*] ?)?(?:mut |const |dyn )*(.+?) as .+>$/.exec(type);
  if (!found) return type;
  const last = scopes(found[1]).at(-1) ?? '';
  return /^\w/.test(last) ? last : type;
}

function isClosure(element: string): boolean {
  return element.startsWith('{') || element.startsWith('<lambda');
}

/** The elements without return type, arguments and what stands behind them. */
function scopes(name: string): readonly string[] {
  const elements: string[] = [];
  let element = '';
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === ':' && name[i + 1] === ':') {
      elements.push(element);
      element = '';
      i++;
    } else if (element === '' && name.startsWith('operator', i) && !/^\w/.test(name.slice(i + 8))) {
      element =
        /^operator(?:\(\)|\[\]| ?new(?:\[\])?| ?delete(?:\[\])?|[<>=!+\-*/%^&|~,]+| [\w:&* ]+)?/.exec(
          name.slice(i),
        )?.[0] ?? 'operator';
      i += element.length - 1;
    } else if (c === '(' && element !== '') {
      // Arguments: of a function around a closure they are left out, behind the function itself they end the name.
      const end = closing(name, i);
      const next = /^(?: const| volatile|&| \[clone [^\]]*\])*::/.exec(name.slice(end + 1));
      if (!next) break;
      i = end + next[0].length - 2;
    } else if (c === '(' || c === '<' || c === '[' || c === '{') {
      const end = closing(name, i);
      element += name.slice(i, end + 1);
      i = end;
    } else if (c === ' ' && name.includes('::', i)) {
      // What came before was a return type, or a word such as `static`.
      elements.length = 0;
      element = '';
    } else element += c;
  }
  elements.push(element);
  return elements;
}

/** PHP: `Shop\Cart`, and `json|json_encode` of an extension. */
function namespaced(name: string): NameParts | undefined {
  const extension = /^(\w+\|)(\w+)$/.exec(name);
  if (extension) return { prefix: extension[1], middle: '', bare: extension[2], package: extension[1].slice(0, -1) };
  const cut = name.lastIndexOf('\\');
  if (cut <= 0 || !/^[\w\\]+$/.test(name.slice(0, cut))) return undefined;
  const space = name.slice(0, cut);
  return {
    prefix: `${space.slice(space.lastIndexOf('\\') + 1)}\\`,
    middle: '',
    bare: name.slice(cut + 1),
    package: space,
  };
}

/** Names with slashes: a file, a Go function, a Java method as its class file writes it. */
function path(name: string): NameParts | undefined {
  const stop = name.search(/[([<\s]/);
  const slash = (stop < 0 ? name : name.slice(0, stop)).lastIndexOf('/');
  if (slash < 0) return undefined;
  const folder = name.slice(0, slash + 1);
  const local = name.slice(slash + 1);
  if (
    /^(?:\/|\.|file:|\w+:\/\/)/.test(name) ||
    /\.(?:so[.\d]*|dll|dylib|[cm]?[jt]sx?|py|rb|php)(?::\d+)*$/.test(local)
  ) {
    return { prefix: lastElement(folder), middle: '', bare: local, package: '' };
  }
  if (!/^[\w.~%+@$/-]+$/.test(folder)) return whole(name);
  const java = /^([A-Z][\w$]*\.)(\S+)$/.exec(local);
  if (java && /^[\w$/]+$/.test(folder)) {
    return {
      prefix: lastElement(folder),
      middle: java[1],
      bare: java[2],
      package: folder.slice(0, -1).replaceAll('/', '.'),
    };
  }
  return goLike(folder, local) ?? whole(name);
}

/** Names with dots and no slash: a Go function of a short path, a Java method, a method of Python or JavaScript. */
function dotted(name: string): NameParts {
  const library = /^(lib[\w+-]+\.so(?:\.\d+)*)\.(\w+)$/.exec(name);
  if (library) return { prefix: `${library[1]}.`, middle: '', bare: library[2], package: library[1] };
  const ruby = /^([A-Z]\w*[#.])(\w[^ ]*)$/.exec(name);
  if (ruby && !ruby[2].includes('#')) return { prefix: '', middle: ruby[1], bare: ruby[2], package: '' };
  if (name.includes(' ')) return whole(name);
  const java = /^((?:[a-z_$][\w$]*\.)+)((?:[A-Z][\w$]*\.)+)([\w$<>-]+(?:\.\d+)?)$/.exec(name);
  // With two elements before the method it may also be Go's `pkg.Type.Method`: the parts are the same.
  if (java) return { prefix: lastElement(java[1]), middle: java[2], bare: java[3], package: java[1].slice(0, -1) };
  return goLike('', name) ?? whole(name);
}

/** `github.com/a/b/v4.(*T).M`: the version is no name of a package. */
function goLike(folder: string, local: string): NameParts | undefined {
  const element = /^([^.([<]+?(?:(?:\.|%2e)v\d+)?)\.(?!<)(.+)$/.exec(local);
  if (!element) return undefined;
  const [, last, rest] = element;
  const receiver =
    /^(?:\(\*?[^()]+\)|\w+(?:\[[^\]]*\])?)\.(?=[\w(])(?!(?:func|gowrap|deferwrap)?\d)/.exec(rest)?.[0] ?? '';
  const shown =
    /^v\d+$/.test(last) && folder !== '' ? lastElement(folder).slice(0, -1) : last.replace(/(?:\.|%2e)v\d+$/, '');
  return {
    prefix: `${shown}.`,
    middle: receiver,
    bare: rest.slice(receiver.length),
    package: (folder + last).replaceAll('%2e', '.'),
  };
}

/** `a/b/c/` to `c/`: the separator at the end stays. */
function lastElement(folder: string): string {
  const before = folder.slice(0, -1);
  return folder.slice(Math.max(before.lastIndexOf('/'), before.lastIndexOf('.')) + 1);
}
