/** Exports. */
import type { CallTree } from '#model/call-tree.ts';
import type { FunctionTable, SampleType } from '#model/profile.ts';

export interface ExportInput {
  readonly tree: CallTree;
  readonly functions: FunctionTable;
  readonly sampleType: SampleType;
  readonly name: string;
  readonly timeMs: number | undefined;
  readonly durationMs: number | undefined;
}
export function formatExport(kind: string, _input: ExportInput): { bytes: Uint8Array; notes: readonly string[] } {
  throw new Error(`no ${kind} yet`);
}
