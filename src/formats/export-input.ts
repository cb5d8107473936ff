/** Input and output of a writer. */
import type { CallTree } from '#model/call-tree.ts';
import type { FunctionTable, SampleType } from '#model/profile.ts';

export interface ExportInput {
  readonly tree: CallTree;
  /** Names may repeat: functions are distinguished by file, binary and `frameLine` too. */
  readonly functions: FunctionTable;
  /** The line of the frames of each; undefined if the tree does not know it. */
  readonly frameLine: Int32Array | undefined;
  readonly sampleType: SampleType;
  readonly name: string;
  readonly timeMs: number | undefined;
  readonly durationMs: number | undefined;
}

export interface ExportedFile {
  readonly bytes: Uint8Array;
  /** Notes about data that the format cannot represent; plain sentences for the user. */
  readonly notes: readonly string[];
}
