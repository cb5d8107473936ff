/** Mapped files by address, as /proc/self/maps or the short form of gperftools lists them. */

interface MappedFile {
  readonly start: bigint;
  readonly limit: bigint;
  readonly offset: bigint;
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
  #isSorted = false;
  /** `$name` and what stands for it. */
  readonly #words: (readonly [string, string])[] = [];

  /** Adds a line of the list; other lines are ignored. */
  push(written: string): void {
    if (written.length > MAX_LINE || this.#files.length >= MAX_ENTRIES) return;
    let line = written;
    for (const [word, meaning] of this.#words) line = line.replace(word, () => meaning);
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
      if (/^\w+$/.test(word)) this.#words.push([`$${word}`, line.slice(equals + 1, equals + 400).trim()]);
    }
  }

  /** File name of the mapping that holds the address, '' where none does. */
  fileOf(address: bigint): string {
    if (!this.#isSorted) {
      this.#files.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
      this.#isSorted = true;
    }
    let low = 0;
    let high = this.#files.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#files[middle].start <= address) low = middle + 1;
      else high = middle;
    }
    const inside = this.#files.at(low - 1);
    // Old handlers name only the second of two adjacent ranges of a file.
    const next = this.#files.at(low);
    let file = '';
    if (low > 0 && inside !== undefined && address < inside.limit) ({ file } = inside);
    else if (next !== undefined && next.offset > 0n && next.start - next.offset <= address) ({ file } = next);
    return file.startsWith('[') ? file : file.slice(file.lastIndexOf('/') + 1);
  }

  #add(start: string, limit: string, offset: string, file: string): void {
    this.#isSorted = false;
    this.#files.push({
      start: BigInt(`0x${start}`),
      limit: BigInt(`0x${limit}`),
      offset: BigInt(`0x${offset}`),
      file: file.replace(/ \(deleted\)$/, ''),
    });
  }
}
