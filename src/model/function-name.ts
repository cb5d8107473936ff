/** Names as profilers write them, taken apart for reading: package, receiver, method; and which package a function belongs to. */

/** `prefix` + `middle` + `bare` is what a box shows; each may be ''. */
export interface NameParts {
  /** Last element of the package with its separator: `http.` */
  readonly prefix: string;
  /** Type or receiver: `(*conn).` */
  readonly middle: string;
  /** The function itself: `serve` */
  readonly bare: string;
}

/** Nobody reads further, and hostile names are long. */
const READ_LETTERS = 500;

export function splitName(fullName: string): NameParts {
  const name = shorten(fullName.length > READ_LETTERS ? fullName.slice(0, READ_LETTERS) : fullName);
  if (name === '' || /^[[(<0-9]/.test(name) || /\s\(.*:\d+\)$|\+0x[0-9a-f]+$/.test(name)) return whole(name);
  if (name.includes('::')) return splitScopes(name);
  const slash = lastSlash(name);
  const local = name.slice(slash + 1);
  const dot = local.indexOf('.');
  if (dot <= 0 || local.includes(' ')) return whole(slash >= 0 && /^[\w./@-]+$/.test(name) ? name : local === name ? name : local);
  if (slash < 0 && isJavaLike(local)) return splitDotted(local);
  return splitGo(local, dot);
}

/** @param file source file, @param mapping binary: for names that tell no package; '' where unknown. */
export function packageOf(fullName: string, file: string, mapping: string): { readonly package: string; readonly isSystem: boolean } {
  const name = fullName.slice(0, READ_LETTERS);
  const found = packageName(name, file.slice(-READ_LETTERS), baseName(mapping));
  return { package: found, isSystem: isSystemPackage(found, name) };
}

const systemPackages =
  /^(runtime|internal\/|syscall$|reflect$|sync$|\[?kernel|\[?vmlinux|\[?vdso|libc[.-]|libc$|libpthread|ld-linux|libgcc|libstdc|libm[.-]|java\.|javax\.|jdk\.|sun\.|kotlin\.|scala\.|node:|\(v8\)|v8$|core$|std$|alloc$|importlib|threading$|\[unknown)/;

function isSystemPackage(found: string, name: string): boolean {
  return systemPackages.test(found) || /^\(?(garbage collector|program|idle|root)\)?$/i.test(name) || name === '[unknown]';
}

function packageName(name: string, file: string, mapping: string): string {
  if (/^0x[0-9a-f]+$/i.test(name) || name === '') return mapping;
  // `libc.so.6+0x1234`: no symbol, but the binary is known
  const unsymbolised = /^(.+)\+0x[0-9a-f]+$/i.exec(name);
  if (unsymbolised) return unsymbolised[1];
  if (/^\[.+\]$/.test(name)) return name;
  const scopes = /^<?&?(?:mut )?([\w$]+)(?:<[^>]*>)?::/.exec(name);
  if (scopes) return scopes[1];
  const slash = lastSlash(name);
  const local = name.slice(slash + 1);
  const isPath = /^[\w.~@/%-]*$/.test(name.slice(0, slash + 1));
  if (isPath && slash < 0 && isJavaLike(local)) {
    const type = local.search(/(^|\.)[A-Z]/);
    return local.slice(0, Math.max(0, type)) || local.slice(0, local.lastIndexOf('.'));
  }
  const isScript = /\.(m?js|ts|tsx|jsx|py|rb|php)$/.test(file) || file.startsWith('node:') || file.startsWith('file:');
  if (isScript) return packageOfFile(file);
  const dot = local.indexOf('.');
  if (isPath && dot > 0) return name.slice(0, slash + 1) + local.slice(0, dot);
  if (file !== '') return packageOfFile(file);
  return mapping;
}

function packageOfFile(file: string): string {
  if (file.startsWith('node:')) return `node:${file.slice(5).split('/')[0]}`;
  const path = file.replace(/^file:\/\//, '');
  const module = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? /.*(?:site|dist)-packages\/([^/.]+)/.exec(path);
  if (module) return module[1];
  const parts = path.split('/').filter(Boolean);
  return parts.length > 1 ? parts.slice(-3, -1).join('/') : (parts[0] ?? '');
}

/** Generic instances, hashes and suffixes that say nothing to a reader. */
function shorten(name: string): string {
  return name
    .replace(/\[go\.shape\.[^\]]*(\]|$)/g, '[…]')
    .replace(/::h[0-9a-f]{16}$/, '')
    .replace(/_\[[jikp0-2]\]$/, '');
}

/** `github.com/a/b/v4.(*T).M`: the path is cut already; a version is no name of a package. */
function splitGo(local: string, dot: number): NameParts {
  const rest = local.slice(dot + 1);
  const prefix = `${local.slice(0, dot)}.`;
  const receiver = /^(\(\*?[\w[\]….]+\)\.|[A-Z]\w*\.)(?=[\w])/.exec(rest);
  return receiver ? { prefix, middle: receiver[1], bare: rest.slice(receiver[1].length) } : { prefix, middle: '', bare: rest };
}

/** `com.acme.Server.handle`: the type is the prefix, as its package is long and the same everywhere. */
function splitDotted(name: string): NameParts {
  const last = name.lastIndexOf('.');
  const before = name.slice(0, last);
  return { prefix: `${before.slice(before.lastIndexOf('.') + 1)}.`, middle: '', bare: name.slice(last + 1) };
}

/** `a::b<T>::c(args)`, cut at the scopes outside of brackets. */
function splitScopes(name: string): NameParts {
  const cuts: number[] = [];
  let depth = 0;
  let end = name.length;
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === '(' && depth === 0 && i > 0 && !name.startsWith('(anonymous', i) && !name.startsWith('operator', i - 8)) {
      end = i;
      break;
    }
    if (c === '<' || c === '(' || c === '[') depth++;
    else if ((c === '>' && name[i - 1] !== '-') || c === ')' || c === ']') depth = Math.max(0, depth - 1);
    else if (depth === 0 && c === ':' && name[i + 1] === ':') {
      cuts.push(i);
      i++;
    }
  }
  const last = cuts.at(-1);
  if (last === undefined) return whole(name);
  const space = name.slice(0, cuts[0]).lastIndexOf(' ');
  const before = cuts.at(-2);
  const scope = name.slice(before === undefined ? space + 1 : before + 2, last + 2);
  const bare = name.slice(last + 2, end) || name.slice(last + 2);
  return { prefix: scope, middle: '', bare };
}

function isJavaLike(name: string): boolean {
  return /^[a-z$_][\w$]*(\.[\w$<>]+){2,}$/i.test(name) && /\.[A-Z][\w$]*(\.|$)/.test(name);
}

/** The slash before the last element of a path, versions (`v4`) belonging to the element before them. */
function lastSlash(name: string): number {
  const stop = name.search(/[([<\s]/);
  const path = stop < 0 ? name : name.slice(0, stop);
  const at = path.lastIndexOf('/');
  if (at > 0 && /^v\d+\./.test(path.slice(at + 1))) return path.lastIndexOf('/', at - 1);
  return at;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).slice(0, READ_LETTERS);
}

function whole(name: string): NameParts {
  return { prefix: '', middle: '', bare: name };
}
