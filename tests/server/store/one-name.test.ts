/** One name in several files, through the store: pushed, packed and merged again. Numbers by hand, in `one-name.ts`. */

import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { parseProfileType } from '#model/profile-type.ts';
import type { Profile } from '#model/profile.ts';
import { answerTree } from '#server/query/answer-tree.ts';
import { encodePprof } from '#server/query/merged-pprof.ts';
import { Interner } from '#server/store/interner.ts';
import { PartColumns } from '#server/store/part-columns.ts';
import type { MergedTree } from '#server/store/profile-reader.ts';
import type { ProfileStore } from '#server/store/profile-store.ts';
import { ProfileWriter } from '#server/store/profile-writer.ts';
import { upkeep } from '#server/store/upkeep.ts';
import { ProfileSchema } from '#wire/gen/google/v1/profile_pb.ts';
import { madeLabels } from '../../support/made-profiles.ts';
import { overload, placedPprof, python } from '../../support/one-name.ts';
import { KEEP_SPANS } from '../../support/store-limits.ts';
import { testStore } from '../../support/test-store.ts';

const TYPE = 'samples:samples:count::';
const HOUR_MS = 3_600_000;
const BASE_MS = 500_000 * HOUR_MS;
const KEEP_ALL = { retentionMs: undefined, maxBytes: Infinity, spans: KEEP_SPANS };
const noStop = (): void => undefined;
const selector = { profileType: TYPE, matchers: [], callSite: [], startMs: BASE_MS, endMs: BASE_MS + 2 * HOUR_MS };

const disk = testStore();

function profileOf(bytes: Uint8Array): Profile {
  return finish(decodeProfile({ bytes: bytes.slice(), name: 'a.pb', form: { kind: 'file' } })).profile;
}

/** By a writer of its own each, as after a restart. */
function put(bytes: Uint8Array, ...minutes: readonly number[]): void {
  const profile = profileOf(bytes);
  const labels = madeLabels('shop', TYPE, {});
  const rows = Int32Array.from({ length: profile.sampleCount }, (_, i) => i);
  for (const minute of minutes) {
    const writer = new ProfileWriter(disk.db);
    const timeUs = (BASE_MS + minute * 60_000) * 1000;
    const series = [{ labels, service: 'shop', profileType: TYPE, column: 0, rows }];
    writer.add({ profile, timeUs, period: 0, repeatKey: '', series }, BASE_MS);
    writer.flush();
  }
}

function asked<T>(ask: (store: ProfileStore) => T): T {
  return disk.read((store) => {
    const answer = ask(store);
    expect(store.takeDamage()).toEqual([]);
    return answer;
  });
}

/** Stacks as `main m.cc:1, func a.cc:10: 3`, from the pprof that a source answers with. */
function merged(): string[] {
  const tree = asked((store) => store.merge(selector, 'lines', noStop));
  const input = {
    tree: answerTree(tree),
    functions: tree.functions,
    type: parseProfileType(TYPE)!,
    endMs: BASE_MS,
    goPgo: undefined,
  };
  const pprof = fromBinary(ProfileSchema, encodePprof(input, 'proto'));
  const text = (at: bigint): string => pprof.stringTable[Number(at)];
  const stacks = pprof.sample.map(({ locationId, value }) => {
    const frames = locationId.toReversed().map((id) => {
      const [{ functionId, line }] = pprof.location.find((one) => one.id === id)!.line;
      const func = pprof.function.find((one) => one.id === functionId)!;
      return `${text(func.name)} ${text(func.filename)}:${line} from ${func.startLine}`;
    });
    return `${frames.join(', ')}: ${value[0]}`;
  });
  return stacks.sort();
}

/** Nodes of a tree of names as `main func 8/15`. */
function named({ length, func, parent, self, total, functions: { names } }: MergedTree): string[] {
  const paths = [''];
  for (let node = 1; node < length; node++) paths.push(`${paths[parent[node]]} ${names[func[node]]}`.trim());
  return paths
    .map((path, node) => `${path} ${self[node]}/${total[node]}`)
    .slice(1)
    .sort();
}

const overloadStacks = (times: number): string[] => [
  `main m.cc:1 from 1, func a.cc:10 from 9: ${3 * times}`,
  `main m.cc:2 from 1, func b.cc:20 from 19: ${5 * times}`,
  `main m.cc:3 from 1, func a.cc:11 from 9, func b.cc:21 from 19: ${7 * times}`,
];

describe('a name in several files', () => {
  it('comes back with the file, line and first line of each frame', () => {
    put(overload, 5);
    expect(merged()).toEqual(overloadStacks(1));
    // Another process, the same dictionary.
    put(overload, 6, 70);
    expect(merged()).toEqual(overloadStacks(3));
    // Hours to blocks, deltas joined.
    put(overload, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80);
    finish(upkeep(disk.db, KEEP_ALL, BASE_MS + 3 * HOUR_MS));
    expect(merged()).toEqual(overloadStacks(13));
    put(overload, 81);
    expect(merged()).toEqual(overloadStacks(14));
  });

  it('is one in trees of names, cut or whole, in slices and in call sites', () => {
    put(overload, 5, 70);
    const rows = ['main 0/30', 'main func 16/30', 'main func func 14/14'];
    expect(asked((store) => named(store.merge(selector, 'names', noStop)))).toEqual(rows);
    expect(asked((store) => named(store.merge(selector, 'names', noStop, 100)))).toEqual(rows);
    expect(asked((store) => named(store.slices(selector, 2, noStop).tree))).toEqual(rows);
    const inFunc = { ...selector, callSite: ['main', 'func', 'func'] };
    expect(asked((store) => store.merge(inFunc, 'names', noStop).total[0])).toBe(14);
    expect(asked((store) => store.merge({ ...selector, callSite: ['main', 'func'] }, 'names', noStop).total[0])).toBe(
      30,
    );
  });

  it('is distinguished from earlier ones of the day', () => {
    put(overload, 5);
    put(python, 6);
    put(placedPprof([[[{ name: '__init__', file: 'shop/cart.py', line: 8, start: 5 }], 1]]), 7);
    expect(merged()).toEqual(
      [
        ...overloadStacks(1),
        '<module> run.py:3 from 1, __init__ shop/cart.py:8 from 5: 2',
        '<module> run.py:3 from 1, __init__ shop/cart.py:8 from 5, __init__ shop/item.py:7 from 5: 4',
        '<module> run.py:3 from 1, build shop/make.py:30 from 28, __init__ shop/item.py:7 from 5: 8',
        '<module> run.py:3 from 1, build shop/make.py:30 from 28, __init__ shop/price.py:6 from 5: 16',
        '__init__ shop/cart.py:8 from 5: 1',
      ].sort(),
    );
  });
});

/** As format 3 wrote a dictionary, by hand: counts and numbers as varints, texts with their length before them. */
const oldDictionary = Uint8Array.from(
  [
    [1, 2], // paths from 1: 2
    [4, 97, 46, 99, 99], // a.cc
    [3, 97, 112, 112], // app
    [0, 2], // functions from 0: 2
    [4, 109, 97, 105, 110, 1, 2, 4], // main in a.cc, app, line 4
    [1, 102, 1, 2, 9], // f in a.cc, app, line 9
    [0, 2], // frames from 0: 2
    [0, 5], // main, line 5
    [1, 10], // f, line 10
    [1, 2], // nodes from 1: 2
    [1, 0], // main below the root
    [1, 1], // f below main
  ].flat(),
);

describe('dictionaries', () => {
  it('of format 3 are read', () => {
    const columns = new PartColumns();
    columns.append(oldDictionary);
    expect(columns.names).toEqual(['main', 'f']);
    expect([...columns.file.take()].map((path) => columns.paths[path])).toEqual(['a.cc', 'a.cc']);
    expect([...columns.named.take()]).toEqual([0, 1]);
    expect([...columns.startLine.take()]).toEqual([4, 9]);
  });

  it('whose names have one file each are written as by format 3, to the byte', () => {
    const profile = profileOf(
      placedPprof([
        [
          [
            { name: 'main', file: 'a.cc', line: 5, start: 4, binary: 'app' },
            { name: 'f', file: 'a.cc', line: 10, start: 9, binary: 'app' },
          ],
          1,
        ],
      ]),
    );
    const empty = new PartColumns().mark();
    const interner = new Interner(new PartColumns());
    interner.forProfile(profile).leaf(0);
    expect(interner.columns.encode(empty)).toEqual(oldDictionary);
  });

  it('are the same when they are read, delta by delta', () => {
    const interner = new Interner(new PartColumns());
    const again = new PartColumns();
    let from = interner.columns.mark();
    for (const profile of [overload, python, overload].map(profileOf)) {
      const stacks = interner.forProfile(profile);
      for (let sample = 0; sample < profile.sampleCount; sample++) stacks.leaf(sample);
      again.append(interner.columns.encode(from));
      from = interner.columns.mark();
    }
    for (const column of [
      'file',
      'mapping',
      'startLine',
      'named',
      'frameFunc',
      'frameLine',
      'nodeParent',
      'nodeFrame',
    ] as const)
      expect([...again[column].take()]).toEqual([...interner.columns[column].take()]);
    expect(again.names).toEqual(interner.columns.names);
    expect(again.names.filter((name) => name === '__init__')).toHaveLength(3);
    // An interner of what was read gives the same numbers.
    const next = new Interner(again);
    const profile = profileOf(python);
    const stacks = next.forProfile(profile);
    for (let sample = 0; sample < profile.sampleCount; sample++) stacks.leaf(sample);
    expect(again.mark()).toEqual(from);
  });

  it.each([
    [[1, 0, 0, 2, 1, 102, 0, 0, 0, 0, 1, 2, 0, 0, 0], 'function 2 of 1'],
    [[1, 0, 0, 1, 1, 102, 9], 'path 9 of 2'],
    [[1, 0, 0, 2, 1, 102, 0, 0, 0, 0, 1, 0, 1, 0, 0], 'path 1 of 1'],
  ])('%o is damaged: names %s', (bytes, what) => {
    expect(() => new PartColumns().append(Uint8Array.from(bytes))).toThrow(`names ${what}`);
  });
});
