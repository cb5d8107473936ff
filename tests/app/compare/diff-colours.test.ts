import { beforeAll, expect, it } from 'vitest';
import { certaintyOfUnion } from '#app/compare/certainty.ts';
import { diffColours } from '#app/compare/diff-colours.ts';
import {
  changeColourKey,
  goneColourKey,
  newColourKey,
  paleColourKey,
  paleGoneColourKey,
  paleNewColourKey,
} from '#render/palette.ts';
import type { ShownComparison } from '#app/screen/shown-comparison.ts';
import { compared } from './shown-comparison.ts';

let shown: ShownComparison;

/** `slow` doubles, `wobble` moves within the noise, three are on one side only, each once large and once small. */
beforeAll(async () => {
  const rest = 'main;work 60000\nmain;same 8000\nmain;call 2000\n';
  shown = await compared(
    {
      a: `${rest}main;slow 8000\nmain;wobble 400\nmain;old 5000\nmain;old-rare 12\n`,
      b: `${rest}main;slow 16000\nmain;wobble 412\nmain;young 5000\nmain;young-rare 12\nmain;call;inner 2000\n`,
    },
    'absolute',
  );
});

function keyOf(name: string, rule: 'total' | 'self', noise: 'pale' | 'shown', isKnown = true) {
  const { diff, evidence } = shown;
  const { keys, strength } = diffColours(
    diff,
    certaintyOfUnion({ ...shown, evidence: isKnown ? evidence : undefined }, rule),
    rule,
    noise,
  );
  const func = diff.functions.names.indexOf(name);
  const node = diff.tree.func.indexOf(func);
  return { key: keys[node], isStrong: strength[node] > 0 };
}

it.each(['total', 'self'] as const)('a supported change has its place on the ramp, by %s', (rule) => {
  expect(keyOf('slow', rule, 'pale')).toEqual({ key: changeColourKey(0.5), isStrong: true });
});

it.each(['total', 'self'] as const)('what may be noise is pale, and never strong, by %s', (rule) => {
  const change = 12 / 412;
  expect(keyOf('wobble', rule, 'pale')).toEqual({ key: paleColourKey(change), isStrong: false });
  expect(keyOf('wobble', rule, 'shown')).toEqual({ key: changeColourKey(change), isStrong: false });
});

it('new and gone have keys of their own, pale ones where they are too few', () => {
  expect(keyOf('young', 'total', 'pale')).toEqual({ key: newColourKey, isStrong: true });
  expect(keyOf('old', 'total', 'pale')).toEqual({ key: goneColourKey, isStrong: true });
  expect(keyOf('young-rare', 'self', 'pale')).toEqual({ key: paleNewColourKey, isStrong: false });
  expect(keyOf('old-rare', 'self', 'pale')).toEqual({ key: paleGoneColourKey, isStrong: false });
  expect(keyOf('old-rare', 'self', 'shown').key).toBe(goneColourKey);
});

it('by total a caller has the change of what it calls, by self its own', () => {
  expect(keyOf('call', 'total', 'shown').key).toBe(changeColourKey(0.5));
  expect(keyOf('call', 'self', 'shown').key).toBe(changeColourKey(0));
});

it('what is unchanged is no change, whatever is known of it', () => {
  for (const noise of ['pale', 'shown'] as const)
    expect(keyOf('same', 'total', noise)).toEqual({ key: changeColourKey(0), isStrong: false });
});

it('before the evidence is there nothing is pale, and nothing is strong', () => {
  expect(keyOf('wobble', 'total', 'pale', false)).toEqual({ key: changeColourKey(12 / 412), isStrong: false });
});
