/** One chunk of a flight recording: its header, its types, its constant pools, and where its events lie. */
import { DecodeError } from '../format.ts';
import { JfrCursor, type JfrKey, type JfrText, refuseJfr } from './jfr-cursor.ts';
import { readJfrMetadata } from './jfr-metadata.ts';
import type { JfrRecord, JfrTypes } from './jfr-types.ts';

const MAGIC: readonly number[] = [0x46, 0x4c, 0x52, 0];
const HEADER_BYTES = 68;
const NANOSECONDS_A_SECOND = 1e9;
const METADATA = 0;
const CHECKPOINT = 1;
const MAX_CHECKPOINTS = 1 << 20;
const MAX_POOLED = 1 << 24;
const COMPRESSED = 1;
/** The types whose pooled values are read; others are stepped over. */
const READ_POOLS =
  /^(?:java\.lang\.(?:Class|Thread|String)|(?:jdk|com\.oracle\.jfr)\.types\.(?:StackTrace|Method|Symbol|ThreadState|FrameType)|java\.lang\.reflect\.Method)$/;

export interface JfrChunkHeader {
  readonly start: number;
  /** Where the chunk ends, or the file where it is cut off. */
  readonly end: number;
  /** Bytes of the chunk that are missing. */
  readonly missing: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly startTicks: number;
  readonly ticksPerSecond: number;
  readonly poolAt: number;
  readonly metadataAt: number;
  readonly isCompressed: boolean;
}

export function isJfrChunk(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, i) => bytes[at + i] === byte);
}

/** @returns undefined if the header itself is cut off. @throws DecodeError */
export function readJfrHeader(bytes: Uint8Array, start: number): JfrChunkHeader | undefined {
  if (bytes.length - start < HEADER_BYTES) return undefined;
  const cursor = new JfrCursor(bytes);
  const major = cursor.fixed16(start + 4);
  const minor = cursor.fixed16(start + 6);
  if (major !== 1 && major !== 2) {
    throw new DecodeError('unsupported', `This is a flight recording of version ${major}.${minor}.`, {
      place: `byte ${start} of the unpacked file`,
      remedy: 'Versions 1 and 2 are read, as JDK 9 and later and async-profiler write them.',
    });
  }
  const size = cursor.fixed64(start + 8);
  if (size < HEADER_BYTES) refuseJfr(`a chunk has the size ${size}`, start + 8);
  const ticksPerSecond = cursor.fixed64(start + 56);
  if (ticksPerSecond <= 0) refuseJfr(`its clock has ${ticksPerSecond} ticks a second`, start + 56);
  const end = Math.min(bytes.length, start + size);
  return {
    start,
    end,
    missing: start + size - end,
    poolAt: cursor.fixed64(start + 16),
    metadataAt: cursor.fixed64(start + 24),
    startNs: cursor.fixed64(start + 32),
    durationNs: cursor.fixed64(start + 40),
    startTicks: cursor.fixed64(start + 48),
    ticksPerSecond,
    isCompressed: (cursor.fixed32(start + 64) & COMPRESSED) !== 0,
  };
}

/** An event: the number of its type, and where its fields lie. */
export interface JfrSpan {
  typeId: number;
  start: number;
  end: number;
}

export class JfrChunk {
  readonly header: JfrChunkHeader;
  readonly types: JfrTypes;
  readonly cursor: JfrCursor;
  /** By type and key: where the value lies. Values are read when something refers to them. */
  readonly #pools = new Map<number, Map<JfrKey, number>>();
  readonly #texts = new Map<number, Map<JfrKey, string>>();
  readonly #stringType: number;
  #pooled = 0;

  /** @returns undefined if so much is cut off that its types are unknown. @throws DecodeError */
  static open(bytes: Uint8Array, header: JfrChunkHeader): JfrChunk | undefined {
    const cursor = new JfrCursor(bytes);
    cursor.isCompressed = header.isCompressed;
    if (header.missing > 0) {
      const { metadata, checkpoints } = scan(cursor, header);
      if (metadata === undefined) return undefined;
      return new JfrChunk(cursor, header, metadata, checkpoints);
    }
    const { start, end, metadataAt, poolAt } = header;
    if (!(metadataAt >= HEADER_BYTES && start + metadataAt < end))
      refuseJfr('the place of its types lies outside the chunk', start + 24);
    return new JfrChunk(cursor, header, start + metadataAt, chain(cursor, header, poolAt));
  }

  private constructor(cursor: JfrCursor, header: JfrChunkHeader, metadata: number, checkpoints: readonly number[]) {
    this.cursor = cursor;
    this.header = header;
    const span = openEvent(cursor, header, metadata);
    if (span.typeId !== METADATA) refuseJfr('its types are not where the header says', metadata);
    this.types = readJfrMetadata(cursor);
    let stringType = -1;
    for (const { id, name } of this.types.all) if (name === 'java.lang.String') stringType = id;
    this.#stringType = stringType;
    for (const at of checkpoints) this.#readCheckpoint(at);
    cursor.end = cursor.bytes.length;
  }

  /** Calls `visit` with each event but those of the chunk itself; yields how many bytes are done. */
  *events(visit: (span: JfrSpan) => void): Generator<number, void, void> {
    const { start, end } = this.header;
    const span = { typeId: 0, start: 0, end: 0 };
    let done = 0;
    for (let at = start + HEADER_BYTES; at < end;) {
      if (isCutOff(this.cursor, this.header, at)) return;
      openEvent(this.cursor, this.header, at, span);
      at = span.end;
      if (span.typeId > CHECKPOINT) visit(span);
      if ((++done & 4095) === 0) yield at;
    }
  }

  /** The fields of an event whose names are wanted. */
  event({ typeId, start, end }: JfrSpan, wanted: ReadonlySet<string>, exact?: ReadonlySet<string>): JfrRecord {
    this.cursor.offset = start;
    this.cursor.end = end;
    return this.types.read(this.cursor, typeId, wanted, exact);
  }

  /** A value of a pool, or undefined if there is none under that key. */
  pooled({ typeId, key }: { typeId: number; key: JfrKey }, wanted: ReadonlySet<string>): JfrRecord | undefined {
    if (!this.at(typeId, key)) return undefined;
    return this.types.read(this.cursor, typeId, wanted);
  }

  /** Sets the cursor on a value of a pool. */
  at(typeId: number, key: JfrKey): boolean {
    const offset = this.#pools.get(typeId)?.get(key);
    if (offset === undefined) return false;
    this.cursor.offset = offset;
    this.cursor.end = this.header.end;
    return true;
  }

  text(text: JfrText | undefined): string {
    if (text === undefined) return '';
    return 'text' in text ? text.text : this.pooledText(this.#stringType, text.key);
  }

  /** A pooled value that is a text, or holds one in its field `string` or `name`. */
  pooledText(typeId: number, key: JfrKey): string {
    let texts = this.#texts.get(typeId);
    if (texts === undefined) this.#texts.set(typeId, (texts = new Map()));
    const known = texts.get(key);
    if (known !== undefined) return known;
    let found = '';
    // Set before the value is read: one that refers to itself is an empty text.
    texts.set(key, found);
    const record = this.pooled({ typeId, key }, TEXT_FIELDS);
    if (record !== undefined) {
      const inner = record.keys.get('string') ?? record.keys.get('name');
      if (inner !== undefined) found = this.pooledText(inner.typeId, inner.key);
      else found = this.text(record.texts.get('string') ?? record.texts.get('name') ?? record.texts.get(''));
    }
    texts.set(key, found);
    return found;
  }

  #readCheckpoint(at: number): void {
    const { cursor, header } = this;
    const span = openEvent(cursor, header, at);
    if (span.typeId !== CHECKPOINT) refuseJfr('its constants are not where the header says', at);
    cursor.whole(8); // start
    cursor.whole(8); // duration
    cursor.whole(8); // distance to the one before
    cursor.byte();
    const pools = cursor.count('pools of constants');
    for (let p = 0; p < pools; p++) {
      const typeId = cursor.unsigned(8);
      const type = this.types.get(typeId);
      const count = cursor.count('constants');
      this.#pooled += count;
      if (this.#pooled > MAX_POOLED) refuseJfr(`it has more than ${MAX_POOLED} constants`, cursor.offset);
      let pool: Map<JfrKey, number> | undefined;
      if (type !== undefined && READ_POOLS.test(type.name)) {
        pool = this.#pools.get(typeId);
        if (pool === undefined) this.#pools.set(typeId, (pool = new Map()));
      }
      for (let i = 0; i < count; i++) {
        const key = cursor.key();
        pool?.set(key, cursor.offset);
        this.types.skip(cursor, typeId);
      }
    }
  }
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(['', 'string', 'name']);

export function ticksToNs(ticks: number, { ticksPerSecond }: JfrChunkHeader): number {
  return Math.trunc(ticks / (ticksPerSecond / NANOSECONDS_A_SECOND));
}

/** The size and the type of the event at `at`; the cursor stands at its fields and ends with it. */
function openEvent(
  cursor: JfrCursor,
  { end }: JfrChunkHeader,
  at: number,
  span: JfrSpan = { typeId: 0, start: 0, end: 0 },
): JfrSpan {
  cursor.offset = at;
  cursor.end = end;
  const size = cursor.unsigned(4);
  if (size > end - at) refuseJfr(`an event of ${size} bytes runs past the end of its chunk`, at);
  if (at + size <= cursor.offset) refuseJfr(`an event has the size ${size}`, at);
  cursor.end = at + size;
  span.typeId = cursor.unsigned(8);
  span.start = cursor.offset;
  span.end = at + size;
  return span;
}

/** Whether the event at `at` is the one in which a chunk is cut off. */
function isCutOff(cursor: JfrCursor, { end, missing }: JfrChunkHeader, at: number): boolean {
  if (missing === 0) return false;
  // A size has at most nine bytes.
  if (end - at < 9) return true;
  cursor.offset = at;
  cursor.end = end;
  return cursor.unsigned(4) > end - at;
}

/** Where the events lie that hold the constants, the oldest first: each says how far before it the one before lies. */
function chain(cursor: JfrCursor, header: JfrChunkHeader, poolAt: number): number[] {
  const { start, end } = header;
  const found: number[] = [];
  let at = start + poolAt;
  for (let i = 0; i < MAX_CHECKPOINTS; i++) {
    if (!(at >= start + HEADER_BYTES && at < end)) refuseJfr('the place of its constants lies outside the chunk', at);
    found.push(at);
    const { typeId } = openEvent(cursor, header, at);
    if (typeId !== CHECKPOINT) refuseJfr('its constants are not where the header says', at);
    cursor.whole(8); // start
    cursor.whole(8); // duration
    const distance = cursor.signed(8);
    if (distance === 0) return found.reverse();
    // Any other way round would not end.
    if (distance > 0) refuseJfr('its constants refer to later ones', at);
    at += distance;
  }
  refuseJfr(`its constants are in more than ${MAX_CHECKPOINTS} parts`, at);
}

/** Finds metadata and constants in the complete events of a truncated chunk. */
function scan(cursor: JfrCursor, header: JfrChunkHeader): { metadata: number | undefined; checkpoints: number[] } {
  let metadata: number | undefined;
  const checkpoints: number[] = [];
  for (let at = header.start + HEADER_BYTES; at < header.end && !isCutOff(cursor, header, at);) {
    const { typeId, end } = openEvent(cursor, header, at);
    if (typeId === METADATA) metadata = at;
    else if (typeId === CHECKPOINT) checkpoints.push(at);
    at = end;
  }
  return { metadata, checkpoints };
}
