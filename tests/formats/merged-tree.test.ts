import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { DecodeError } from '#formats/format.ts';
import { decodeProfile } from '#formats/registry.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { profileFromText } from '../support/profile-from-text.ts';
import { refusalOrNone } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

interface Node {
  self: number;
  readonly children: Map<string, Node>;
}

/** The nodes of stacks as text, in any order of siblings: here as they come. */
function treeBytes(text: string): Uint8Array {
  const root: Node = { self: 0, children: new Map() };
  for (const line of text.split('\n')) {
    const [, stack, value] = /^(.*) (\d+)$/.exec(line)!;
    let node = root;
    for (const name of stack.split(';')) {
      if (!node.children.has(name)) node.children.set(name, { self: 0, children: new Map() });
      node = node.children.get(name)!;
    }
    node.self += Number(value);
  }
  const sink = new WireSink();
  const put = (name: string, { self, children }: Node): void => {
    const bytes = new TextEncoder().encode(name);
    sink.varint(bytes.length);
    sink.bytes(bytes);
    sink.varint(self);
    sink.varint(children.size);
    for (const [callee, node] of children) put(callee, node);
  };
  put('', root);
  return sink.take();
}

/** A response around a tree, with a field that nobody asked for. */
function response(tree: Uint8Array): Uint8Array {
  const sink = new WireSink();
  sink.text(9, 'unknown');
  sink.message(2, () => sink.bytes(tree));
  return sink.take();
}

function decode(bytes: Uint8Array, maxNodes = 1000): Profile {
  const form = { kind: 'merged-tree', profileType: CPU, maxNodes } as const;
  const { profile } = finish(decodeProfile({ bytes, name: 'answer', form }));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

/** The contract's own: `a;b` 1, `a;c` 2. */
const EXAMPLE = Uint8Array.of(0, 0, 1, 1, 0x61, 0, 2, 1, 0x63, 2, 0, 1, 0x62, 1, 0);
const EXAMPLE_ROWS = ['total 3 self 0', '  a 3 self 0', '    b 1 self 1', '    c 2 self 2'];

describe('a merged tree', () => {
  it('reads the example of the contract', () => {
    const profile = decode(response(EXAMPLE));
    expect(profileRows(profile)).toEqual(EXAMPLE_ROWS);
    expect(profile.sampleTypes).toEqual([{ type: 'cpu', unit: 'nanoseconds' }]);
  });

  it('gives the stacks that were written', () => {
    fc.assert(
      fc.property(anyStacks, (text) => {
        expect(profileRows(decode(response(treeBytes(text))))).toEqual(profileRows(profileFromText(text)));
      }),
    );
  });

  it('joins siblings of one name', () => {
    const twice = Uint8Array.of(0, 0, 2, 1, 0x61, 1, 0, 1, 0x61, 2, 0);
    expect(profileRows(decode(response(twice)))).toEqual(['total 3 self 0', '  a 3 self 3']);
  });

  it('names that are no UTF-8 stay one function a text', () => {
    const bad = Uint8Array.of(0, 0, 2, 1, 0xff, 1, 0, 1, 0xfe, 2, 0);
    expect(profileRows(decode(response(bad)))).toEqual(['total 3 self 0', '  \ufffd 3 self 3']);
  });

  it.each([
    ['no bytes', new Uint8Array(0)],
    ['a response without a tree', response(new Uint8Array(0))],
    ['one byte of a tree', response(Uint8Array.of(0))],
    ['a root alone', response(Uint8Array.of(0, 0, 0))],
  ])('of %s is empty', (_, bytes) => {
    expect(decode(bytes).sampleCount).toBe(0);
  });
});

describe('what the source cut away', () => {
  const stacks = 'a;b 3\na;other 2\nother 1';

  it.each([
    ['as many nodes as asked for', stacks, 2, 3],
    ['fewer nodes: other is a function', stacks, 10, undefined],
    ['no other', 'a;b 3\na;c 2', 2, undefined],
    ['an other that calls is a function', 'a;other;b 3', 1, undefined],
  ])('%s', (_, text, maxNodes, value) => {
    expect(decode(response(treeBytes(text)), maxNodes).cut?.value).toBe(value);
  });

  it('is named as a function', () => {
    const { cut, functions } = decode(response(treeBytes(stacks)), 2);
    expect(functions.names[cut!.func]).toBe('other');
  });
});

describe('damage', () => {
  it.each([
    ['nodes behind the end', Uint8Array.of(...EXAMPLE, 1, 0x64, 1, 0)],
    ['more children than bytes', Uint8Array.of(0, 0, 200, 1)],
    ['a name past the end', Uint8Array.of(0, 0, 1, 9, 0x61, 0, 0)],
  ])('%s is refused', (_, tree) => {
    expect(() => decode(response(tree))).toThrow(expect.objectContaining({ name: 'DecodeError', code: 'malformed' }));
  });

  it('a tree that ends early is refused, wherever it ends', () => {
    for (let length = 2; length < EXAMPLE.length; length++)
      expect(() => decode(response(EXAMPLE.subarray(0, length)))).toThrow(DecodeError);
  });

  it('values beyond 2^53 are refused', () => {
    const sink = new WireSink();
    for (const value of [0, 0, 1, 0, 2 ** 60, 0]) sink.varint(value);
    expect(() => decode(response(sink.take()))).toThrow(expect.objectContaining({ code: 'too-large' }));
  });

  it('flipped bytes give a profile or are refused', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyStacks, flips, fc.boolean(), (text, list, isTree) => {
        const tree = treeBytes(text);
        const bytes = isTree ? tree : response(tree);
        for (const [at, value] of list) bytes[at % bytes.length] = value;
        const refusal = refusalOrNone(() => decode(isTree ? response(bytes) : bytes));
        expect([undefined, 'malformed', 'too-large']).toContain(refusal?.code);
      }),
      { numRuns: 500 },
    );
  });
});
