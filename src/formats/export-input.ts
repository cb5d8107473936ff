/** What a writer is given, and what it gives back. */
import type { CallTree } from '#model/call-tree.ts';
import type { FunctionTable, SampleType } from '#model/profile.ts';

export interface ExportInput {
  readonly tree: CallTree;
  /** Names may repeat: a function is told apart by file, binary and `frameLine` too. */
  readonly functions: FunctionTable;
  /** The line of the frames of each; undefined where the tree does not know it. */
  readonly frameLine: Int32Array | undefined;
  readonly sampleType: SampleType;
  readonly name: string;
  readonly timeMs: number | undefined;
  readonly durationMs: number | undefined;
}

export interface ExportedFile {
  readonly bytes: Uint8Array;
  /** What the format could not hold as it is; plain sentences for the user. */
  readonly notes: readonly string[];
}
