/** Names as profilers write them, read for people: what a box shows, and which package a function belongs to. */
import { nameParts, READ_LETTERS, type NameParts } from './name-parts.ts';

/** What a box shows; each part may be ''. Never throws, reads a bounded number of letters. */
export function splitName(name: string): Pick<NameParts, 'prefix' | 'middle' | 'bare'> {
  const { prefix, middle, bare } = nameParts(name);
  return { prefix, middle, bare };
}

export interface PackageOf {
  readonly package: string;
  /** Runtime, kernel, libc, collector or interpreter: code that a reader did not choose to call. */
  readonly isSystem: boolean;
}

/** @param file source file, @param mapping binary: for names that tell no package; '' where unknown. */
export function packageOf(fullName: string, file: string, mapping: string): PackageOf {
  const name = fullName.slice(0, READ_LETTERS);
  const binary = baseName(mapping.slice(-READ_LETTERS));
  const found = packageName(name, file.slice(-READ_LETTERS), binary);
  return { package: found, isSystem: systemPackage.test(found) || systemBinary.test(found) || systemName.test(name) };
}

const systemPackage =
  /^(?:(?:runtime|internal|syscall|reflect|sync)(?:\/|$)|(?:java|javax|jdk|sun|com\.sun|kotlin|kotlinx|scala|groovy)(?:\.|$)|node:|(?:core|std|alloc|__gnu_cxx|v8|importlib|_frozen_importlib|threading)$)/;
const systemBinary =
  /^(?:\[?(?:kernel|vmlinux|vdso|vsyscall|unknown)|lib(?:c|m|gcc_s|stdc\+\+|pthread|dl|rt|jvm|java|python[\d.]*|ruby[\d.]*|node|coreclr)(?:[.-]|$)|ld-(?:linux|musl)|ntdll|kernel32|libsystem_|(?:node|python[\d.]*|ruby|php[\d.]*|java|jit)$)/i;
const systemName =
  /^(?:\((?:garbage collector|garbage collection|marking|sweeping|program|idle|root|runtime)\)|\[unknown\]|<frozen .*)$/;

function packageName(name: string, file: string, binary: string): string {
  const unsymbolised = name.includes('+0x') ? /^(.+)\+0x[0-9a-f]+$/i.exec(name) : null;
  if (unsymbolised) return baseName(unsymbolised[1]);
  if (/^\[[^\]]+\]$/.test(name)) return name;
  if (/^(?:0x[0-9a-f]+)?$/i.test(name)) return binary;
  const source = file === '' || file === name ? placeOf(name) : file;
  // Scripts tell their package by the file: a name's dots are objects there.
  if (/\.(?:[cm]?[jt]sx?|py|rb|php)$/.test(source) || /^(?:node|file):/.test(source)) {
    return packageOfFile(source, nameParts(name).package);
  }
  const told = nameParts(name).package;
  if (told !== '') return told;
  if (systemBinary.test(binary)) return binary;
  if (source !== '') return packageOfFile(source, '');
  return /^\/|\.(?:so[.\d]*|dll|dylib)$/.test(name) ? packageOfFile(name, '') : binary;
}

/** `fn (app/web.py:12)`, `LazyCompile:fn /srv/app.js:1`: the file that a name carries. */
function placeOf(name: string): string {
  if (!/:\d+\)?$/.test(name)) return '';
  return /(?:^| |\()((?:\w+:\/\/|node:|\/|[\w@.-])[^ ()]*?)(?::\d+){1,2}\)?$/.exec(name)?.[1] ?? '';
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
