/** The contract's tree bytes to profiles. The writer is the server's own, for trees that it can make, and a plain one here for the others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { buildCallTree } from '#model/build-call-tree.ts';
import { pathOf } from '#model/call-path.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { answerTree, cutTree } from '#server/query/answer-tree.ts';
import { treeBytes } from '#server/query/tree-bytes.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { NaiveReader, stackOf } from '../support/naive-reader.ts';
import { encodeMessage, message, smallProfile } from '../support/pprof-message.ts';
import { refusalOf, refusalOrNone } from '../support/refusal.ts';

const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const ALL = 1_048_576;

interface Node {
  readonly name: string | Uint8Array;
  readonly self: number | bigint;
  readonly callees: readonly Node[];
}

const node = (name: Node['name'], self: Node['self'], ...callees: Node[]): Node => ({ name, self, callees });
const root = (...callees: Node[]): Node => node('', 0, ...callees);

function encode(tree: Node): Uint8Array<ArrayBuffer> {
  const sink = new WireSink();
  const write = ({ name, self, callees }: Node): void => {
    const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name;
    sink.varint(bytes.length);
    sink.bytes(bytes);
    varint64(sink, BigInt.asUintN(64, BigInt(self)));
    sink.varint(callees.length);
    callees.forEach(write);
  };
  write(tree);
  return sink.take();
}

function varint64(sink: WireSink, value: bigint): void {
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) sink.bytes(new Uint8Array([Number(rest & 127n) | 128]));
  sink.bytes(new Uint8Array([Number(rest)]));
}

/** As SelectMergeStacktraces answers it, beside a field that is not ours to read. */
function response(tree: Uint8Array): Uint8Array {
  const sink = new WireSink();
  sink.message(4, () => sink.text(1, 'id'));
  sink.message(2, () => sink.bytes(tree));
  return sink.take();
}

function decodeBytes(bytes: Uint8Array, maxNodes = ALL): Profile {
  const form = { kind: 'merged-tree', profileType: TYPE, maxNodes } as const;
  const { profile } = finish(decodeProfile({ bytes, name: 'answer', form }));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

const decode = (tree: Node, maxNodes = ALL): Profile => decodeBytes(response(encode(tree)), maxNodes);

/** `a;b 3`, sorted. */
function stacksOf(profile: Profile): string[] {
  const tree = finish(buildCallTree(profile, 0, 'name'));
  const lines: string[] = [];
  for (let at = 0; at < tree.length; at++) {
    const self = tree.exact ? tree.exact.self[at] : tree.self[at];
    if (Number(self) !== 0) lines.push(`${pathOf(tree, profile.functions.names, at).join(';')} ${self}`);
  }
  return lines.sort();
}

describe('decodeMergedTree', () => {
  it('reads the example of the contract, 3.3', () => {
    const profile = decodeBytes(response(Buffer.from('00000101610002016302000162 0100'.replace(' ', ''), 'hex')));
    expect(stacksOf(profile)).toEqual(['a;b 1', 'a;c 2']);
    expect(profile.sampleTypes).toEqual([{ type: 'cpu', unit: 'nanoseconds' }]);
  });

  it.each([
    ['no field', new Uint8Array(0)],
    ['no byte', response(new Uint8Array(0))],
    ['one byte', response(new Uint8Array(1))],
    ['a root', response(encode(root()))],
  ])('an answer with %s is an empty profile', (_, bytes) => {
    const profile = decodeBytes(bytes);
    expect(profile).toMatchObject({ sampleCount: 0, cut: undefined });
    expect(profile.sampleTypes).toHaveLength(1);
  });

  it('a self of the root is a stack without frames', () => {
    expect(stacksOf(decode(node('', 5, node('a', 1))))).toEqual([' 5', 'a 1']);
  });

  it('siblings of one name are one', () => {
    expect(stacksOf(decode(root(node('a', 1, node('b', 2)), node('a', 3, node('b', 4)))))).toEqual(['a 4', 'a;b 6']);
  });

  it('names are whatever they are', () => {
    const names = ['', ' ', 'größe', '東京', '\uFEFFmain', '<script>', '__proto__', 'x'.repeat(100_000)];
    const { functions } = decode(root(...names.map((name) => node(name, 1))));
    expect(functions.names).toEqual(names);
  });

  it('names of invalid UTF-8 that look alike are one', () => {
    const [a, b] = [new Uint8Array([0xff]), new Uint8Array([0xfe])];
    expect(stacksOf(decode(root(node(a, 1), node(b, 2))))).toEqual(['\ufffd 3']);
  });

  it('sums beyond 2^53 stay whole', () => {
    const large = 2n ** 53n;
    expect(stacksOf(decode(root(node('a', large + 1n, node('b', large + 3n), node('c', 0)))))).toEqual([
      'a 9007199254740993',
      'a;b 9007199254740995',
    ]);
  });

  it('a deep stack needs no recursion', () => {
    let tree = new WireSink();
    for (let depth = 0; depth < 50_000; depth++) tree.bytes(new Uint8Array([1, 97, 0, 1]));
    const deep = tree.take();
    tree = new WireSink();
    tree.bytes(new Uint8Array([0, 0, 1]));
    tree.bytes(deep);
    tree.bytes(new Uint8Array([1, 98, 7, 0]));
    const profile = decodeBytes(response(tree.take()));
    expect(profile.stackFrames).toHaveLength(50_001);
  });

  it('gives back what was written, whatever the tree', () => {
    fc.assert(
      fc.property(anyStacks, (text) => {
        const samples = text.split('\n').map((line) => {
          const [stack = '', value] = line.split(' ');
          return { stack: stackOf(stack), value: Number(value) };
        });
        const reader = new NaiveReader([{ labels: [], type: TYPE, timeUs: 1, samples }]);
        const selector = { startMs: 0, endMs: 10, matchers: [], profileType: TYPE, callSite: [] };
        const sums = new Map<string, number>();
        for (const line of text.split('\n')) {
          const [stack = '', value] = line.split(' ');
          sums.set(stack, (sums.get(stack) ?? 0) + Number(value));
        }
        const tree = answerTree(reader.merge(selector, 'names'));
        const profile = decodeBytes(response(treeBytes(tree)));
        expect(stacksOf(profile)).toEqual([...sums].map(([stack, value]) => `${stack} ${value}`).sort());
        expect(profile.cut).toBeUndefined();
        // Cut to fewer nodes: the rest is told, and nothing is lost.
        const most = Math.max(1, Math.floor((tree.length - 1) / 2));
        if (tree.length - 1 <= most) return;
        const cut = decodeBytes(response(treeBytes(cutTree(tree, most))), most);
        const total = (of: Profile): number => of.values[0].values.reduce((a, b) => a + b, 0);
        expect(total(cut)).toBe(total(profile));
        const rest = stacksOf(cut).filter((line) => /(^|;)other \d+$/.test(line));
        const sum = rest.reduce((so, line) => so + Number(line.split(' ').at(-1)), 0);
        expect(cut.cut?.value ?? 0).toBe(sum);
      }),
    );
  });
});

describe('the cut', () => {
  it('is a function of its own: the leaves called other of an answer that has as many nodes as were asked for', () => {
    const tree = root(node('a', 1, node('b', 5), node('other', 3)), node('other', 2));
    const { cut, functions } = decode(tree, 4);
    expect(cut).toEqual({ func: functions.names.indexOf('other'), value: 5 });
  });

  it('is not there in an answer of fewer nodes: then a function is called other', () => {
    const tree = root(node('a', 1, node('b', 5), node('other', 3)), node('other', 2));
    expect(decode(tree, 5).cut).toBeUndefined();
    expect(decode(tree).cut).toBeUndefined();
  });

  it('is not a node with callees', () => {
    const tree = root(node('other', 4, node('lib', 2), node('other', 3)), node('main', 1, node('other', 6)));
    const profile = decode(tree, 5);
    expect(stacksOf(profile)).toEqual([
      'main 1',
      'main;other (cut) 6',
      'other 4',
      'other;lib 2',
      'other;other (cut) 3',
    ]);
    expect(profile.cut).toEqual({ func: profile.functions.names.indexOf('other (cut)'), value: 9 });
    expect(decode(root(node('other', 0, node('lib', 2))), 2).cut).toBeUndefined();
  });
});

describe('a damaged answer', () => {
  const whole = encode(root(node('main', 1, node('parse', 200), node('read', 3)), node('größe', 70_000)));

  it.each([
    ['an end too early', whole.subarray(0, -5)],
    ['an end between two nodes', encode(root(node('a', 1), node('b', 2))).subarray(0, -4)],
    ['more behind its end', new Uint8Array([...whole, 1, 97, 1, 0])],
    ['a name beyond the end', new Uint8Array([0, 0, 1, 100, 97, 0, 0])],
    ['more children than bytes', new Uint8Array([0, 0, 255, 255, 255, 255, 15, 97, 0, 0])],
    ['a number of 11 bytes', new Uint8Array([0, ...Array<number>(11).fill(255), 1])],
  ])('is refused with its place: %s', (_, tree) => {
    const refusal = refusalOf(() => decodeBytes(response(tree)));
    expect(refusal.code).toBe('malformed');
    expect(refusal.message).toContain('The answer from the source is damaged');
    expect(refusal.place).toMatch(/^byte \d+ of the tree$/);
  });

  it('that describes more than memory holds is refused', () => {
    const sink = new WireSink(1 << 20);
    sink.bytes(new Uint8Array([0, 0, 1]));
    for (let depth = 0; depth < 90_000; depth++) sink.bytes(new Uint8Array([1, 97, 1, 1]));
    sink.bytes(new Uint8Array([1, 98, 1, 0]));
    expect(refusalOf(() => decodeBytes(response(sink.take()))).code).toBe('too-large');
  });

  it('that nests beyond reason is refused', () => {
    const sink = new WireSink(1 << 20);
    sink.bytes(new Uint8Array([0, 0, 1]));
    for (let depth = 0; depth < 100_001; depth++) sink.bytes(new Uint8Array([1, 97, 0, 1]));
    sink.bytes(new Uint8Array([1, 98, 1, 0]));
    expect(refusalOf(() => decodeBytes(response(sink.take()))).message).toContain('deeper');
  });

  it('is read or refused, whatever bytes are wrong', () => {
    const good = response(whole);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(good.length),
        (changes, end) => {
          const bytes = good.slice(0, end === 0 ? good.length : end);
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          const refusal = refusalOrNone(() => decodeBytes(bytes, 3));
          expect(['malformed', 'too-large', undefined]).toContain(refusal?.code);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a merged pprof', () => {
  const form = { kind: 'merged-pprof', profileType: TYPE } as const;
  it('that is empty is a profile without samples, of the type that was asked for', () => {
    const { profile } = finish(decodeProfile({ bytes: new Uint8Array(0), name: 'answer', form }));
    expect(checkProfile(profile)).toEqual([]);
    expect(profile).toMatchObject({ sampleCount: 0, sampleTypes: [{ type: 'cpu', unit: 'nanoseconds' }] });
  });

  it('has no period: the one that Pyroscope answers is a constant', () => {
    const texts = ['', 'cpu', 'nanoseconds', 'main'].map((text) => [6, text] as const);
    const bytes = encodeMessage(
      message(
        [1, message([1, 1], [2, 2])],
        [2, message([1, [1]], [2, [30]])],
        [4, message([1, 1], [4, message([1, 1], [2, 7])])],
        [5, message([1, 1], [2, 3])],
        ...texts,
        [11, message([1, 1], [2, 2])],
        [12, 1_000_000_000],
      ),
    );
    const { profile } = finish(decodeProfile({ bytes, name: 'answer', form }));
    expect(stacksOf(profile)).toEqual(['main 30']);
    expect([...profile.frames.line]).toContain(7);
    expect(profile.period).toBeUndefined();
  });

  it('of several sample types is refused', () => {
    const bytes = encodeMessage({ fields: smallProfile() });
    expect(refusalOf(() => finish(decodeProfile({ bytes, name: 'answer', form }))).code).toBe('malformed');
  });
});
