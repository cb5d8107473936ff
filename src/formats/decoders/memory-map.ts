/** Mapped files by address, as /proc/self/maps or the short form of gperftools lists them. */

interface MappedFile {
  start: bigint;
  readonly limit: bigint;
  offset: bigint;
  readonly file: string;
}

const MAX_ENTRIES = 65_536;
/** In characters; paths have 4096 at most. */
const MAX_LINE = 8192;
const FULL =
  /^\s*([\da-f]{1,16})-([\da-f]{1,16})\s+([-rwxps]+)\s+([\da-f]{1,16})\s+[\da-f]+:[\da-f]+\s+\d+\s*(\S.*)?$/i;
const SHORT = /^\s*([\da-f]{1,16})-([\da-f]{1,16}):\s*(\S+)(?:\s.*@)?\s*([\da-f]{1,16})?/i;

export class MemoryMap {
  readonly #files: MappedFile[] = [];
  /** `$name` and what stands for it. */
  readonly #words: (readonly [string, string])[] = [];

  /** Takes a line of the list; lines of other kinds are no entry. */
  push(written: string): void {
    if (written.length > MAX_LINE || this.#files.length >= MAX_ENTRIES) return;
    let line = written;
    for (const [word, meaning] of this.#words) line = line.replaceAll(word, meaning).slice(0, MAX_LINE);
    const full = FULL.exec(line);
    if (full) {
      if (full[3].includes('x')) this.#add(full[1], full[2], full[4], full[5] ?? '');
      return;
    }
    const short = SHORT.exec(line);
    if (short) {
      this.#add(short[1], short[2], short[4] ?? '0', short[3]);
      return;
    }
    const equals = line.indexOf('=');
    if (equals > 0 && this.#words.length < 16) {
      const word = line.slice(0, equals).trim();
      if (/^\w+$/.test(word)) this.#words.push([`$${word}`, line.slice(equals + 1).trim()]);
    }
  }

  /** File name of the mapping that holds the address, '' where none does. */
  fileOf(address: bigint): string {
    const inside = this.#files.find(({ start, limit }) => start <= address && address < limit);
    // Old handlers name only the second of two adjacent ranges of a file.
    const before = this.#files.find(({ start, offset }) => offset > 0n && start - offset <= address && address < start);
    const file = (inside ?? before)?.file ?? '';
    return file.startsWith('[') ? file : file.slice(file.lastIndexOf('/') + 1);
  }

  #add(start: string, limit: string, offset: string, file: string): void {
    this.#files.push({
      start: BigInt(`0x${start}`),
      limit: BigInt(`0x${limit}`),
      offset: BigInt(`0x${offset}`),
      file: file.replace(/ \(deleted\)$/, ''),
    });
  }
}
