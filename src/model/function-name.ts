/** Parses function names of profilers: the text of a box, and the package of a function. */
import { nameParts, MAX_READ_CHARACTERS, type NameParts } from './name-parts.ts';
import { isSystemBinary, isSystemFrame } from './runtimes/frames.ts';
import { scriptPlace } from './script-place.ts';

/** What a box shows; each part may be ''. Never throws, reads a bounded number of characters. */
export function splitName(name: string): Pick<NameParts, 'prefix' | 'middle' | 'bare'> {
  const { prefix, middle, bare } = nameParts(name);
  return { prefix, middle, bare };
}

export interface PackageOf {
  readonly package: string;
  /** Runtime, kernel, libc, collector or interpreter: code that a reader did not choose to call. */
  readonly isSystem: boolean;
}

/** @param file source file, @param mapping binary: for names without a package; '' if unknown. */
export function packageOf(fullName: string, file: string, mapping: string): PackageOf {
  const name = fullName.slice(0, MAX_READ_CHARACTERS);
  const binary = baseName(mapping.slice(-MAX_READ_CHARACTERS));
  const found = packageName(name, file.slice(-MAX_READ_CHARACTERS), binary);
  return { package: found, isSystem: isSystemFrame(name, file, found) };
}

function packageName(name: string, file: string, binary: string): string {
  const unsymbolised = name.includes('+0x') ? /^(.+)\+0x[0-9a-f]+$/i.exec(name) : null;
  if (unsymbolised) return baseName(unsymbolised[1]);
  if (/^\[[^\]]+\]$/.test(name)) return name;
  if (/^(?:0x[0-9a-f]+)?$/i.test(name)) return binary;
  const place = file === '' || file === name ? scriptPlace(name) : undefined;
  // Functions without a file from the Node agent belong to V8 or Node.
  if (place?.isFileFirst === true && place.file === '') return 'node';
  const source = place?.file ?? (file === name ? '' : file);
  // The package of a script function comes from its file: dots in the name are objects.
  if (/\.(?:[cm]?[jt]sx?|py|rb|php)$/.test(source) || /^(?:node|file):/.test(source)) {
    return packageOfFile(source, nameParts(name).package);
  }
  const own = nameParts(name).package;
  if (own !== '') return own;
  if (isSystemBinary(binary)) return binary;
  if (source !== '') return packageOfFile(source, '');
  return /^\/|\.(?:so[.\d]*|dll|dylib)$/.test(name) ? packageOfFile(name, '') : binary;
}

/** @param namespace what the name tells, for languages whose files do not. */
function packageOfFile(file: string, namespace: string): string {
  if (file.startsWith('node:')) return `node:${file.slice(5).split('/')[0]}`;
  const path = file.replace(/^file:\/\//, '').replaceAll('\\', '/');
  const installed =
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ??
    /.*\/(?:site|dist)-packages\/([^/.]+)/.exec(path) ??
    /.*\/python3?\.\d+\/([^/.]+)/.exec(path) ??
    /.*\/gems\/([^/]+?)-\d[\w.]*\//.exec(path) ??
    (path.endsWith('.php') ? /.*\/vendor\/([^/]+\/[^/]+)\//.exec(path) : null);
  if (installed) return installed[1];
  if (path.endsWith('.php') && namespace !== '') return namespace;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
  if (parts.length > 1 && !/\.so[.\d]*$/.test(path)) return parts.slice(-3, -1).join('/');
  return (parts.at(-1) ?? '').replace(/\.(?:[cm]?[jt]sx?|py|rb|php)$/, '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
