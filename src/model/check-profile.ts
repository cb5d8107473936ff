/** Checks the invariants of a profile: every index in range, every column of one length, every start in order. */
import type { Profile } from './profile.ts';

/** @returns the violations as sentences; empty if there are none. Cost: one pass over all columns. */
export function checkProfile(profile: Profile): readonly string[] {
  const wrong: string[] = [];
  const claim = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(what);
  };
  const { sampleTypes, functions, definitions, frames, sampleCount, stackStart, stackFrames, values, labels } = profile;
  const functionCount = functions.names.length;

  claim(sampleTypes.length > 0, 'There is no sample type.');
  claim(Number.isInteger(sampleCount) && sampleCount >= 0, `The sample count is ${sampleCount}.`);
  claim(
    isIndex(profile.defaultSampleType, sampleTypes.length),
    `The default sample type is ${profile.defaultSampleType}.`,
  );

  claim(functions.files.length === functionCount, 'Functions and files differ in length.');
  claim(functions.mappings.length === functionCount, 'Functions and mappings differ in length.');
  claim(functions.line.length === functionCount, 'Functions and lines differ in length.');
  claim(new Set(functions.names).size === functionCount, 'Two functions have one name.');
  claim(
    functions.line.every((line) => line >= 0),
    'A function has a negative line.',
  );

  const definitionCount = definitions.names.length;
  claim(
    [definitions.files, definitions.mappings, definitions.line, definitions.func].every(
      ({ length }) => length === definitionCount,
    ),
    'Columns of definitions differ in length.',
  );
  claim(allIndexes(definitions.func, functionCount, 0), 'A definition has a function outside the table.');
  claim(
    definitions.names.every((name, i) => name === functions.names[definitions.func[i]]),
    'A definition and its function differ in name.',
  );

  claim(frames.definition.length === frames.length, 'Frames and definitions of frames differ in length.');
  claim(allIndexes(frames.definition, definitionCount, 0), 'A frame has a definition outside the table.');
  claim(
    frames.func.every((func, i) => func === definitions.func[frames.definition[i]]),
    'A frame and its definition differ in function.',
  );
  claim(frames.func.length === frames.length, 'Frames and functions of frames differ in length.');
  claim(frames.line.length === frames.length, 'Frames and lines of frames differ in length.');
  claim(allIndexes(frames.func, functionCount, 0), 'A frame has a function outside the table.');
  claim(
    frames.line.every((line) => line >= 0),
    'A frame has a negative line.',
  );

  if (frames.kinds) {
    const { names, of } = frames.kinds;
    claim(of.length === frames.length, 'Frames and kinds of frames differ in length.');
    claim(names[0] === '' && new Set(names).size === names.length, 'The kinds of frames are not in order.');
    claim(
      of.every((kind) => kind < names.length),
      'A frame has a kind outside the table.',
    );
  }

  claim(areStarts(stackStart, sampleCount, stackFrames.length), 'The starts of stacks are not in order.');
  claim(allIndexes(stackFrames, frames.length, 0), 'A stack has a frame outside the table.');

  claim(values.length === sampleTypes.length, 'Sample types and value columns differ in number.');
  for (const { values: column, exact } of values) {
    claim(column.length === sampleCount, 'A value column differs from the samples in length.');
    claim(column.every(Number.isFinite), 'A value is not a finite number.');
    if (!exact) continue;
    claim(exact.length === sampleCount, 'An exact column differs from the samples in length.');
    claim(
      exact.every((value, i) => Number(value) === column[i]),
      'An exact value and its double differ.',
    );
  }

  if (profile.times) {
    claim(profile.times.length === sampleCount, 'Samples and times differ in number.');
    claim(profile.times.every(Number.isFinite), 'A time is not a finite number.');
  }

  const labelCount = labels.key.length;
  claim(areStarts(labels.start, sampleCount, labelCount), 'The starts of labels are not in order.');
  for (const column of [labels.text, labels.number, labels.unit]) {
    claim(column.length === labelCount, 'Label columns differ in length.');
  }
  claim(allIndexes(labels.key, labels.strings.length, 0), 'A label has a key outside the table.');
  claim(allIndexes(labels.text, labels.strings.length, -1), 'A label has a text outside the table.');
  claim(allIndexes(labels.unit, labels.strings.length, -1), 'A label has a unit outside the table.');
  return wrong;
}

function isIndex(index: number, length: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < length;
}

function allIndexes(column: Int32Array, length: number, least: -1 | 0): boolean {
  for (let i = 0; i < column.length; i++) if (column[i] < least || column[i] >= length) return false;
  return true;
}

function areStarts(starts: Int32Array, rows: number, end: number): boolean {
  if (starts.length !== rows + 1 || starts[0] !== 0 || starts[rows] !== end) return false;
  for (let i = 0; i < rows; i++) if (starts[i + 1] < starts[i]) return false;
  return true;
}
