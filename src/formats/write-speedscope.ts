/** speedscope's own format, a sampled profile for each sample type. Specification: speedscope.app/file-format-schema.json */
import { ByteSink } from '#base/byte-sink.ts';
import type { CallTree } from '#model/call-tree.ts';
import type { FunctionTable, SampleType } from '#model/profile.ts';
import type { ExportedFile, ExportInput } from './export-input.ts';
import { digits, eachStack, hasSelf, mostExportBytes, selfDigits } from './export-stacks.ts';

const COMMA = 44;
/** Units that it knows; all others are 'none'. */
const UNITS: readonly string[] = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'];

interface Part {
  readonly tree: CallTree;
  readonly sampleType: SampleType;
}

interface Parts {
  readonly parts: readonly Part[];
  readonly functions: FunctionTable;
  readonly name: string;
  /** The part that is shown first. */
  readonly active: number;
  readonly durationMs: number | undefined;
}

export function writeSpeedscope({ tree, functions, sampleType, name, durationMs }: ExportInput): ExportedFile {
  return writeSpeedscopeParts({ parts: [{ tree, sampleType }], functions, name, active: 0, durationMs });
}

export function writeSpeedscopeParts({ parts, functions, name, active, durationMs }: Parts): ExportedFile {
  const frames = functions.names.map((functionName, i) => {
    const file = functions.files[i];
    const line = functions.line[i];
    return { name: functionName, ...(file !== '' && { file }), ...(line > 0 && { line }) };
  });
  const encoder = new TextEncoder();
  const labels = functions.names.map((_, i) => encoder.encode(String(i)));
  const sink = new ByteSink(mostExportBytes);
  sink.text('{"$schema":"https://www.speedscope.app/file-format-schema.json",');
  // For those who open the file here again: stacks of one kind are together, so their weights do not say how long it took.
  if (durationMs !== undefined) sink.text(`"durationMs":${durationMs},`);
  sink.text(
    `"exporter":"flametide","name":${JSON.stringify(name)},"activeProfileIndex":${active},\n"shared":{"frames":[`,
  );
  for (let i = 0; i < frames.length; i++) sink.text(`${i === 0 ? '' : ',\n'}${JSON.stringify(frames[i])}`);
  sink.text(']},\n"profiles":[');
  let negative = 0;
  for (const [i, part] of parts.entries()) {
    if (i > 0) sink.text(',\n');
    writePart(sink, part, name, labels);
    negative += part.tree.negative.nodes;
  }
  sink.text(']}\n');
  const notes =
    negative > 0
      ? [
          `${negative} ${negative === 1 ? 'stack' : 'stacks'} with a negative value ${negative === 1 ? 'is' : 'are'} left out: speedscope refuses such files.`,
        ]
      : [];
  return { bytes: sink.take(), notes };
}

function writePart(sink: ByteSink, { tree, sampleType }: Part, name: string, labels: readonly Uint8Array[]): void {
  const unit = UNITS.find((one) => one === sampleType.unit) ?? 'none';
  const title = sampleType.type === '' ? name : `${name} ${sampleType.type}`;
  // speedscope passes over what it does not know; the sample type is for those who open the file here again.
  const type = JSON.stringify({ type: sampleType.type, unit: sampleType.unit });
  sink.text(
    `{"type":"sampled","name":${JSON.stringify(title)},"unit":"${unit}","sampleType":${type},"startValue":0,\n`,
  );
  sink.text('"samples":[');
  // speedscope refuses a file with a negative weight.
  const isWritten = (node: number): boolean => hasSelf(tree, node) && tree.self[node] > 0;
  let first = true;
  eachStack(tree, labels, COMMA, isWritten, (_, stack) => {
    sink.text(first ? '[' : ',\n[');
    sink.push(stack);
    sink.text(']');
    first = false;
  });
  sink.text('],\n"weights":[');
  first = true;
  let sum = 0;
  let exactSum = 0n;
  for (let node = 0; node < tree.length; node++) {
    if (!isWritten(node)) continue;
    sink.text(`${first ? '' : ','}${selfDigits(tree, node)}`);
    sum += tree.self[node];
    if (tree.exact) exactSum += tree.exact.self[node];
    first = false;
  }
  sink.text(`],\n"endValue":${tree.exact ? exactSum.toString() : digits(sum)}}`);
}
