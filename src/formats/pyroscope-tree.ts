/** What Pyroscope's old agents sent (`format=tree` and `format=trie`). Nothing marks them, so that all of the beginning must fit. */
import { ByteReader } from '#base/byte-reader.ts';
import type { LazyFormat } from './format.ts';

const NODES_TO_SNIFF = 256;
const MAX_NAME_BYTES = 65_536;
const SEMICOLON = 59;

export const pyroscopeTreeFormat: LazyFormat = {
  id: 'pyroscope-tree',
  title: 'Pyroscope tree',
  noun: "Pyroscope's tree",
  endings: ['.tree'],
  reads: 'bodies of /ingest with format=tree',
  sniff: (bytes, name) => kindOf(bytes, name) === 'tree',
  load: async () => (await import('./decoders/pyroscope-tree.ts')).decodePyroscopeTree,
};

export const pyroscopeTrieFormat: LazyFormat = {
  id: 'pyroscope-trie',
  title: 'Pyroscope trie',
  noun: "Pyroscope's trie",
  endings: ['.trie'],
  reads: 'bodies of /ingest with format=trie, whose names are parts of stacks',
  sniff: (bytes, name) => kindOf(bytes, name) === 'trie',
  load: async () => (await import('./decoders/pyroscope-tree.ts')).decodePyroscopeTrie,
};

class NotATree extends Error {}

/** A root without a name and a value, then nodes with names of text. Names of a trie hold the semicolons of stacks. */
function kindOf(bytes: Uint8Array, fileName: string): 'tree' | 'trie' | undefined {
  if (bytes.length < 6 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] === 0) return undefined;
  const reader = new ByteReader(bytes, () => {
    throw new NotATree();
  });
  let left = 1;
  let hasSemicolon = false;
  try {
    for (let node = 0; node < NODES_TO_SNIFF && left > 0; node++) {
      const length = reader.unsigned();
      const end = reader.offset + length;
      if (length > MAX_NAME_BYTES || end > bytes.length || (length === 0 && node > 0)) return undefined;
      for (let at = reader.offset; at < end; at++) {
        if (bytes[at] < 32) return undefined;
        if (bytes[at] === SEMICOLON) hasSemicolon = true;
      }
      reader.offset = end;
      reader.varint();
      left += reader.unsigned() - 1;
      if (left > (bytes.length - reader.offset) / 3) return undefined;
    }
  } catch (error) {
    if (error instanceof NotATree) return undefined;
    throw error;
  }
  if (left === 0 && reader.offset < bytes.length) return undefined;
  return hasSemicolon || fileName.toLowerCase().replace(/\.gz$/, '').endsWith('.trie') ? 'trie' : 'tree';
}
