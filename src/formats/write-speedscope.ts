/** speedscope's own format, one sampled profile. Specification: speedscope.app/file-format-schema.json */
import { ByteSink } from '#base/byte-sink.ts';
import type { ExportedFile, ExportInput } from './export-input.ts';
import { digits, eachStack, hasSelf, mostExportBytes, selfDigits } from './export-stacks.ts';

const COMMA = 44;
/** Units that it knows; all others are 'none'. */
const UNITS: readonly string[] = ['nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'];

export function writeSpeedscope({ tree, functions, sampleType, name }: ExportInput): ExportedFile {
  const frames = functions.names.map((functionName, i) => {
    const file = functions.files[i];
    const line = functions.line[i];
    return { name: functionName, ...(file !== '' && { file }), ...(line > 0 && { line }) };
  });
  const encoder = new TextEncoder();
  const labels = functions.names.map((_, i) => encoder.encode(String(i)));
  const unit = UNITS.find((one) => one === sampleType.unit) ?? 'none';
  const title = sampleType.type === '' ? name : `${name} ${sampleType.type}`;
  const sink = new ByteSink(mostExportBytes);
  sink.text('{"$schema":"https://www.speedscope.app/file-format-schema.json",');
  sink.text(`"exporter":"flametide","name":${JSON.stringify(name)},"activeProfileIndex":0,\n"shared":{"frames":[`);
  for (let i = 0; i < frames.length; i++) sink.text(`${i === 0 ? '' : ',\n'}${JSON.stringify(frames[i])}`);
  sink.text(
    `]},\n"profiles":[{"type":"sampled","name":${JSON.stringify(title)},"unit":"${unit}","startValue":0,\n"samples":[`,
  );
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
  sink.text(`],\n"endValue":${tree.exact ? exactSum.toString() : digits(sum)}}]}\n`);
  const { nodes } = tree.negative;
  const notes =
    nodes > 0
      ? [
          `${nodes} ${nodes === 1 ? 'stack' : 'stacks'} with a negative value ${nodes === 1 ? 'is' : 'are'} left out: speedscope reads no such file.`,
        ]
      : [];
  return { bytes: sink.take(), notes };
}
