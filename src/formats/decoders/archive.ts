/** Files of a zip or tar archive, within one bound for all of them. */
import { Inflate } from 'fflate';
import { crc32 } from '#base/crc32.ts';
import { joinBytes } from '#base/join-bytes.ts';
import type { Steps } from '#base/steps.ts';
import { type ArchiveFile, DecodeError } from '../format.ts';

/** Unpacked size of all files of an archive. */
const MAX_BYTES = 512 * 1024 * 1024;
const MAX_FILES = 1000;
const CHUNK = 16 * 1024;
const BLOCK = 512;
const UNPACK = 'Unpack it and open the files in it.';

/** Files that may be profiles: no folders, no hidden files, nothing empty. @throws DecodeError */
export function* unpackArchive(bytes: Uint8Array): Steps<ArchiveFile[]> {
  const files = yield* isZip(bytes) ? unzip(bytes) : untar(bytes);
  return files.filter(({ name, bytes: content }) => content.length > 0 && isVisible(name));
}

function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

function isVisible(name: string): boolean {
  const parts = name.split('/');
  return !parts.some((part) => part === '__MACOSX' || (part.startsWith('.') && part !== '.' && part !== '..'));
}

/** Sums up what is unpacked, and refuses the archive when that is too much. */
class Room {
  #left = MAX_BYTES;
  #files = 0;

  take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0)
      throw tooLarge(`Unpacked, the files of the archive have more than ${MAX_BYTES / 1024 / 1024} MiB.`);
  }

  addFile(): void {
    if (++this.#files > MAX_FILES) throw tooLarge(`The archive has more than ${MAX_FILES} files.`);
  }
}

function tooLarge(message: string): DecodeError {
  return new DecodeError('too-large', message, { remedy: 'Unpack it and open some of its files.' });
}

function damaged(what: string, at: number): never {
  throw new DecodeError('malformed', `The archive is damaged: ${what}.`, {
    place: `byte ${at}`,
    remedy: 'The file was probably truncated or changed in transit: fetch it again.',
  });
}

function* unzip(bytes: Uint8Array): Steps<ArchiveFile[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOfDirectory(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff)
    throw new DecodeError('unsupported', 'This is a zip archive of the kind for very large files (Zip64).', {
      remedy: UNPACK,
    });
  const room = new Room();
  const files: ArchiveFile[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) damaged('its directory has no entry', at);
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true)];
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (/\.trace\//.test(name))
      throw new DecodeError('unsupported', 'This is a .trace bundle of Instruments in a zip archive.', {
        remedy: 'Open it in Instruments, select the call tree, then Edit, Deep Copy, and paste it here.',
      });
    if (name.endsWith('/') || !isVisible(name)) continue;
    room.addFile();
    if ((flags & 1) !== 0)
      throw new DecodeError('unsupported', 'The archive is encrypted.', { place: name, remedy: UNPACK });
    if (method !== 0 && method !== 8)
      throw new DecodeError(
        'unsupported',
        `A file of the archive is packed by another method than deflate (${method}).`,
        {
          place: name,
          remedy: UNPACK,
        },
      );
    if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) damaged('a file has no head', local);
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (from + packed > bytes.length) damaged('a file is cut', from);
    const data = bytes.subarray(from, from + packed);
    let content: Uint8Array;
    if (method === 8) content = yield* inflate(data, room, from);
    else {
      room.take(packed);
      content = data.slice();
    }
    if (crc32(0, content) !== crc) damaged('the checksum of a file does not fit', from);
    files.push({ name, bytes: content });
    yield (i + 1) / count;
  }
  return files;
}

/** The record at the end, behind which a comment may stand. */
function endOfDirectory(view: DataView): number {
  const first = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= first; at--) if (view.getUint32(at, true) === 0x06054b50) return at;
  return damaged('the directory at its end is missing', view.byteLength);
}

/** Deflate turns one byte into 1032 at most, so that one chunk makes some 17 MB at most. */
function* inflate(packed: Uint8Array, room: Room, place: number): Steps<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((chunk) => {
    room.take(chunk.length);
    length += chunk.length;
    // The stream uses its buffer again.
    chunks.push(chunk.slice());
  });
  for (let at = 0; at < packed.length || at === 0; at += CHUNK) {
    try {
      stream.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
    } catch (error) {
      if (error instanceof DecodeError) throw error;
      damaged('a file cannot be unpacked', place + at);
    }
    yield 0.5;
  }
  return joinBytes(chunks);
}

function* untar(bytes: Uint8Array): Steps<ArchiveFile[]> {
  const room = new Room();
  const files: ArchiveFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = tarNumber(bytes, at + 124, 12);
    const from = at + BLOCK;
    if (!(size >= 0 && from + size <= bytes.length)) damaged('a file is cut', at);
    const content = bytes.subarray(from, from + size);
    const type = String.fromCharCode(bytes[at + 156]);
    // Names beyond 100 bytes come before their file: of GNU, or of POSIX in a list of `length key=value`.
    if (type === 'L') longName = tarText(content, 0, Math.min(size, 65_536));
    else if (type === 'x') longName = paxPath(content.subarray(0, 65_536)) ?? longName;
    else {
      const prefix = tarText(bytes, at + 345, 155);
      const short = tarText(bytes, at, 100);
      const name = longName ?? (prefix === '' ? short : `${prefix}/${short}`);
      longName = undefined;
      if (type === '0' || type === '\0' || type === '7') {
        room.addFile();
        room.take(size);
        files.push({ name, bytes: content.slice() });
      }
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
    yield at / bytes.length;
  }
  return files;
}

function tarText(bytes: Uint8Array, from: number, length: number): string {
  const field = bytes.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits. */
function tarNumber(bytes: Uint8Array, from: number, length: number): number {
  const digits = tarText(bytes, from, length).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}

function paxPath(content: Uint8Array): string | undefined {
  return /^\d+ path=(.*)$/m.exec(new TextDecoder().decode(content))?.[1];
}
