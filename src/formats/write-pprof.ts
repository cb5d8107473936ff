/** A tree as pprof, packed with gzip: one sample type, one location a function and line (see pprof.ts for the specification). */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { gzipSync } from 'fflate';
import type { ExportedFile, ExportInput } from './export-input.ts';
import { hasSelf, mostExportBytes } from './export-stacks.ts';

/** pprof takes a function without a name for an address without a symbol. */
export const NAMELESS = '(no name)';
const MAX_BYTES_OF_A_LOCATION = 3;

export function writePprof(input: ExportInput): ExportedFile {
  const { tree, functions, frameLine, sampleType, timeMs, durationMs } = input;
  const notes: string[] = [];
  checkSize(input);
  const writer = new BinaryWriter();
  const strings = new Map<string, number>([['', 0]]);
  const index = (text: string): number => {
    const known = strings.get(text);
    if (known !== undefined) return known;
    strings.set(text, strings.size);
    return strings.size - 1;
  };
  const field = (number: number, value: number | bigint): void => {
    if (value !== 0 && value !== 0n) writer.tag(number, WireType.Varint).int64(value);
  };
  const message = (number: number, write: () => void): void => {
    writer.tag(number, WireType.LengthDelimited).fork();
    write();
    writer.join();
  };

  message(1, () => {
    field(1, index(sampleType.type));
    field(2, index(sampleType.unit));
  });
  let rounded = 0;
  for (let node = 0; node < tree.length; node++) {
    if (!hasSelf(tree, node)) continue;
    message(2, () => {
      if (node > 0) {
        writer.tag(1, WireType.LengthDelimited).fork();
        // profile.proto: the leaf comes first.
        for (let at = node; at > 0; at = tree.parent[at]) writer.uint32(tree.func[at] + 1);
        writer.join();
      }
      const value = tree.exact ? tree.exact.self[node] : Math.round(tree.self[node]);
      if (!tree.exact && value !== tree.self[node]) rounded++;
      writer.tag(2, WireType.LengthDelimited).fork().int64(value).join();
    });
  }
  if (rounded > 0)
    notes.push(`${rounded} ${rounded === 1 ? 'value was' : 'values were'} rounded: pprof holds whole numbers only.`);

  const used = new Uint8Array(functions.names.length);
  for (let node = 1; node < tree.length; node++) used[tree.func[node]] = 1;
  const mappingIds = new Map<string, number>();
  for (let func = 0; func < used.length; func++) {
    const file = functions.mappings[func];
    if (used[func] === 0 || file === '' || mappingIds.has(file)) continue;
    mappingIds.set(file, mappingIds.size + 1);
    message(3, () => {
      field(1, mappingIds.size);
      field(5, index(file));
      field(7, 1); // has_functions: nothing is left to symbolise
    });
  }
  let nameless = 0;
  const functionIds = new Map<string, number>();
  for (let func = 0; func < used.length; func++) {
    if (used[func] === 0) continue;
    const name = functions.names[func];
    const file = functions.files[func];
    const startLine = functions.line[func];
    const key = `${name}\0${file}\0${startLine}`;
    const known = functionIds.get(key);
    const id = known ?? functionIds.size + 1;
    message(4, () => {
      field(1, func + 1);
      field(2, mappingIds.get(functions.mappings[func]) ?? 0);
      message(4, () => {
        field(1, id);
        field(2, frameLine ? frameLine[func] : startLine);
      });
    });
    if (known !== undefined) continue;
    functionIds.set(key, id);
    message(5, () => {
      if (name === '') nameless++;
      field(1, id);
      field(2, index(name === '' ? NAMELESS : name));
      field(4, index(file));
      field(5, startLine);
    });
  }
  if (nameless > 0) notes.push(`Frames without a name are called ${NAMELESS}.`);
  for (const text of strings.keys()) writer.tag(6, WireType.LengthDelimited).string(text);
  if (timeMs !== undefined) field(9, nanoseconds(timeMs));
  if (durationMs !== undefined) field(10, nanoseconds(durationMs));
  // No time in the header: the same tree gives the same file.
  return { bytes: gzipSync(writer.finish(), { mtime: 0 }), notes };
}

export function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1_000_000));
}

/** Stacks are written in full. */
function checkSize({ tree }: ExportInput): void {
  let frames = 0;
  for (let node = 0; node < tree.length; node++) if (hasSelf(tree, node)) frames += tree.depth[node];
  if (frames * MAX_BYTES_OF_A_LOCATION > mostExportBytes) {
    throw new RangeError(`More than ${mostExportBytes / 1024 / 1024} MiB would be written.`);
  }
}
