/** pprof's mappings, functions and locations, as the profile's functions and frames. */
import { type ByteReader, wireTypes } from '#base/byte-reader.ts';
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { Utf8Strings } from '#base/utf8-strings.ts';
import type { Profile } from '#model/profile.ts';
import { refuseCount } from './decode-limits.ts';
import { checkString, checkWireType, type PprofMessages, refuse } from './pprof-wire.ts';
import { INLINED, KindColumn, LOCATION_KIND } from './frame-kinds.ts';
import { FunctionColumns, lineNumber } from './profile-columns.ts';

export interface PprofTables extends Pick<Profile, 'functions' | 'definitions' | 'frames'> {
  readonly locations: IdTable;
  /** Location i is the frames [frameStart[i], frameStart[i + 1]), innermost first. */
  readonly frameStart: Int32Array;
}

/** An id as the file has it: a number where a double holds it, else whole. */
export type Id = number | bigint;

const NOT_A_SMALL_ID = 0x200000; // the upper half of 2^53
const MESSAGES_A_STEP = 16_384;
/** Characters; file systems allow as many in a name. */
const MAX_BINARY_NAME = 255;

export function readId(reader: ByteReader): Id {
  const id = reader.unsigned();
  return reader.hi < NOT_A_SMALL_ID ? id : reader.unsignedWhole;
}

/** From ids to positions. Writers count from 1, so that an array answers nearly always; a map takes the rest. */
class IdTable {
  /** Position + 1 by small id; 0 if there is none. */
  readonly dense: Int32Array;
  readonly #sparse = new Map<Id, number>();

  constructor(count: number) {
    this.dense = new Int32Array(count * 2 + 1024);
  }

  /** @returns whether the id was free. */
  add(id: Id, position: number): boolean {
    if (this.get(id) >= 0) return false;
    if (typeof id === 'number' && id < this.dense.length) this.dense[id] = position + 1;
    else this.#sparse.set(id, position);
    return true;
  }

  /** @returns -1 where there is none. */
  get(id: Id): number {
    if (typeof id === 'number' && id < this.dense.length) return this.dense[id] - 1;
    return this.#sparse.get(id) ?? -1;
  }
}

export function* readTables(messages: PprofMessages): Steps<PprofTables> {
  const { reader } = messages;
  const mappings = readMappings(messages);
  const functions = yield* readFunctions(messages);
  const tables = yield* readLocations(messages, mappings, functions);
  reader.end = reader.bytes.length;
  return tables;
}

interface Mappings {
  readonly ids: IdTable;
  readonly files: readonly string[];
  /** Each file without its folders, short enough to stand in the name of every address. */
  readonly binaries: readonly string[];
}

// Fields up to these hold numbers, save the lines of a location.
const MAPPING = 10;
const FUNCTION = 5;
const LOCATION = 5;
const NUMBER = [wireTypes.varint];
const MESSAGE = [wireTypes.bytes];

function readMappings({ reader, strings, mappings }: PprofMessages): Mappings {
  const count = mappings.length / 2;
  const ids = new IdTable(count);
  const files: string[] = [];
  const binaries: string[] = [];
  for (let i = 0; i < count; i++) {
    enter(reader, mappings, i);
    const start = reader.offset;
    let id: Id = 0;
    let file = 0;
    let buildId = 0;
    while (reader.offset < reader.end) {
      const tag = nextTag(reader, MAPPING);
      if (tag >>> 3 === 1) id = readId(reader);
      else if (tag >>> 3 === 5) file = reader.signed();
      else if (tag >>> 3 === 6) buildId = reader.signed();
      else reader.skip(tag);
    }
    checkString(strings, buildId, `mapping ${i}`, start);
    const path = checkString(strings, file, `mapping ${i}`, start);
    files.push(path);
    binaries.push(path.slice(path.lastIndexOf('/') + 1).slice(-MAX_BINARY_NAME));
    addId(ids, id, i, 'mapping', start);
  }
  return { ids, files, binaries };
}

interface Functions {
  readonly ids: IdTable;
  /** Function name, else system name, else ''. */
  readonly name: readonly string[];
  readonly file: Int32Array;
  readonly startLine: Int32Array;
  readonly strings: Utf8Strings;
}

function* readFunctions({ reader, strings, functions }: PprofMessages): Steps<Functions> {
  const count = functions.length / 2;
  const ids = new IdTable(count);
  const name: string[] = [];
  const file = new Int32Array(count);
  const startLine = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (i % MESSAGES_A_STEP === 0) yield 0.15;
    enter(reader, functions, i);
    const start = reader.offset;
    let id: Id = 0;
    let nameIndex = 0;
    let systemName = 0;
    let fileIndex = 0;
    while (reader.offset < reader.end) {
      const tag = nextTag(reader, FUNCTION);
      switch (tag >>> 3) {
        case 1:
          id = readId(reader);
          break;
        case 2:
          nameIndex = reader.signed();
          break;
        case 3:
          systemName = reader.signed();
          break;
        case 4:
          fileIndex = reader.signed();
          break;
        case 5:
          startLine[i] = lineNumber(reader.signed());
          break;
        default:
          reader.skip(tag);
      }
    }
    if (!isString(strings, nameIndex) || !isString(strings, systemName) || !isString(strings, fileIndex)) {
      for (const index of [nameIndex, systemName, fileIndex]) checkString(strings, index, `function ${i}`, start);
    }
    name.push(strings.piece(nameIndex) || strings.piece(systemName));
    file[i] = fileIndex;
    addId(ids, id, i, 'function', start);
  }
  return { ids, name, file, startLine, strings };
}

function* readLocations(
  { reader, locations, limits }: PprofMessages,
  mappings: Mappings,
  functions: Functions,
): Steps<PprofTables> {
  const count = locations.length / 2;
  const ids = new IdTable(count);
  const columns = new FunctionColumns();
  // By position in the file: the definition that the function had last, and in which mapping.
  const known = new Int32Array(functions.name.length).fill(-1);
  const knownIn = new Int32Array(functions.name.length);
  const frameStart = new Int32Array(count + 1);
  const frameDefinition = new Int32Column(count + 1);
  const frameLine = new Int32Column(count + 1);
  const kinds = new KindColumn();
  const kindOf = new Uint8Array(count); // by location, of its outermost line
  const lineFunction = new Int32Column(16); // position in the file, -1 where there is none
  const lineNumbers = new Int32Column(16);
  for (let i = 0; i < count; i++) {
    if (i % MESSAGES_A_STEP === 0) yield 0.15 + (i / count) * 0.1;
    enter(reader, locations, i);
    const start = reader.offset;
    const end = reader.end;
    let id: Id = 0;
    let mappingId: Id = 0;
    let addressLo = 0;
    let addressHi = 0;
    lineFunction.length = 0;
    lineNumbers.length = 0;
    while (reader.offset < end) {
      const at = reader.offset;
      const tag = reader.tag();
      const field = tag >>> 3;
      if (field === 4) {
        checkWireType(tag, MESSAGE, at);
        if (lineFunction.length === limits.linesOfLocation)
          refuseCount(limits.linesOfLocation, 'lines in one location', `location number ${i}`);
        if (frameDefinition.length + lineFunction.length >= limits.lines)
          refuseCount(limits.lines, 'lines in its locations', `location number ${i}`);
        reader.end = reader.stop();
        lineFunction.push(readLine(reader, functions, lineNumbers, i));
        reader.end = end;
        continue;
      }
      if (field <= LOCATION && (tag & 7) !== wireTypes.varint) checkWireType(tag, NUMBER, at);
      if (field === 1) id = readId(reader);
      else if (field === 2) mappingId = readId(reader);
      else if (field === 3) {
        reader.unsigned();
        addressLo = reader.lo;
        addressHi = reader.hi;
      } else if (field === LOCATION_KIND && (tag & 7) === wireTypes.varint)
        kindOf[i] = kinds.intern(checkString(functions.strings, reader.unsigned(), `location number ${i}`, at));
      else reader.skip(tag);
    }
    addId(ids, id, i, 'location', start);
    let mapping = '';
    let binary = '';
    let mappingAt = -1;
    if (mappingId !== 0) {
      mappingAt = mappings.ids.get(mappingId);
      if (mappingAt < 0)
        refuse(`The pprof data is damaged: mapping ${mappingId} is not in the table`, start, `location ${id}`);
      mapping = mappings.files[mappingAt];
      binary = mappings.binaries[mappingAt];
    }
    if (lineFunction.length === 0) {
      lineFunction.push(-1);
      lineNumbers.push(0);
    }
    for (let k = 0; k < lineFunction.length; k++) {
      const position = lineFunction.values[k];
      const line = lineNumbers.values[k];
      let definition = position < 0 || knownIn[position] !== mappingAt ? -1 : known[position];
      if (definition < 0) {
        const name = position < 0 ? '' : functions.name[position];
        if (name === '') {
          definition = columns.intern(addressName(binary, addressLo, addressHi), '', 0, mapping);
        } else {
          const file = functions.strings.piece(functions.file[position]);
          definition = columns.intern(name, file, functions.startLine[position], mapping);
          known[position] = definition;
          knownIn[position] = mappingAt;
        }
      }
      columns.sawLine(definition, line);
      frameDefinition.push(definition);
      frameLine.push(line);
    }
    frameStart[i + 1] = frameDefinition.length;
  }
  // All lines of a location but the last, outermost one are calls that the compiler put into their caller.
  const kindOfFrame = new Uint8Array(frameDefinition.length);
  if (frameDefinition.length > count) kindOfFrame.fill(kinds.intern(INLINED));
  for (let i = 0; i < count; i++) kindOfFrame[frameStart[i + 1] - 1] = kindOf[i];
  return {
    ...columns.take(frameDefinition.take(), frameLine.take(), kinds.take(kindOfFrame)),
    locations: ids,
    frameStart,
  };
}

/** @returns the function's position in the file, -1 without one. */
function readLine(reader: ByteReader, functions: Functions, lineNumbers: Int32Column, location: number): number {
  const start = reader.offset;
  let functionId: Id = 0;
  let line = 0;
  while (reader.offset < reader.end) {
    const at = reader.offset;
    const tag = reader.tag();
    const field = tag >>> 3;
    if (field <= 3 && (tag & 7) !== wireTypes.varint) checkWireType(tag, NUMBER, at);
    if (field === 1) functionId = readId(reader);
    else if (field === 2) line = lineNumber(reader.signed());
    else reader.skip(tag);
  }
  lineNumbers.push(line);
  if (functionId === 0) return -1;
  const position = functions.ids.get(functionId);
  if (position < 0) {
    refuse(
      `The pprof data is damaged: function ${functionId} is not in the table`,
      start,
      `location number ${location}`,
    );
  }
  return position;
}

/** Unsymbolised addresses are named as in pprof, plus the binary, since addresses repeat between libraries. */
function addressName(binary: string, lo: number, hi: number): string {
  const hex = hi > 0 ? hi.toString(16) + lo.toString(16).padStart(8, '0') : lo.toString(16);
  return `${binary === '' ? '' : `${binary}+`}0x${hex}`;
}

function enter(reader: ByteReader, spans: Int32Column, i: number): void {
  reader.offset = spans.values[i * 2];
  reader.end = spans.values[i * 2 + 1];
}

/** A tag, its wire type checked for fields that hold numbers. */
function nextTag(reader: ByteReader, lastNumber: number): number {
  const at = reader.offset;
  const tag = reader.tag();
  if ((tag & 7) !== wireTypes.varint && tag >>> 3 <= lastNumber) checkWireType(tag, NUMBER, at);
  return tag;
}

function isString(strings: Utf8Strings, index: number): boolean {
  return index >= 0 && index < strings.length;
}

function addId(ids: IdTable, id: Id, position: number, what: string, offset: number): void {
  if (id === 0) refuse(`The pprof data is damaged: ${what} number ${position} has the id 0`, offset);
  if (!ids.add(id, position)) refuse(`The pprof data is damaged: two of its ${what}s have the id ${id}`, offset);
}
