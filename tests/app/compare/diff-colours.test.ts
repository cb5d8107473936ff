import { beforeAll, describe, expect, it } from 'vitest';
import { boxText, certaintyOfUnion } from '#app/compare/certainty.ts';
import { changeScale, growthOf } from '#app/compare/change-scale.ts';
import { diffColours, functionColourKey } from '#app/compare/diff-colours.ts';
import { scaleTicks } from '#app/compare/legend-words.ts';
import {
  changeColourKey,
  goneColourKey,
  newColourKey,
  quietColourKey,
  quietGoneColourKey,
  quietNewColourKey,
} from '#render/palette.ts';
import type { ShownComparison } from '#app/screen/shown-comparison.ts';
import { compared } from './shown-comparison.ts';

type Rule = 'total' | 'self';
type Noise = 'pale' | 'shown';

const rest = 'main;work 60000\nmain;same 8000\nmain;call 2000\n';
const sides = {
  a: `${rest}main;slow 8000\nmain;wobble 400\nmain;old 5000\nmain;old-rare 12\n`,
  b: `${rest}main;slow 16000\nmain;wobble 412\nmain;young 5000\nmain;young-rare 12\nmain;call;inner 2000\n`,
};
let shown: ShownComparison;

/** `slow` doubles, `wobble` moves within the noise, three are on one side only, each once large and once small. */
beforeAll(async () => {
  shown = await compared(sides, 'absolute');
});

function coloursOf(of: ShownComparison, rule: Rule, noise: Noise) {
  return diffColours(of.diff, certaintyOfUnion(of, rule), changeScale(of, rule, noise), rule, noise);
}

/** By path. */
function keysByPath(of: ShownComparison, rule: Rule, noise: Noise): Map<string, number> {
  const { tree, functions } = of.diff;
  const { keys } = coloursOf(of, rule, noise);
  const paths: string[] = [''];
  for (let node = 1; node < tree.length; node++)
    paths[node] = `${paths[tree.parent[node]]};${functions.names[tree.func[node]]}`;
  return new Map(paths.map((path, node) => [path, keys[node]]));
}

function keyOf(name: string, rule: Rule, noise: Noise, isKnown = true) {
  const of = { ...shown, evidence: isKnown ? shown.evidence : undefined };
  const { keys, strength } = coloursOf(of, rule, noise);
  const node = of.diff.tree.func.indexOf(of.diff.functions.names.indexOf(name));
  return { key: keys[node], isStrong: strength[node] > 0 };
}

it.each(['total', 'self'] as const)('the largest supported change has the strongest colour, by %s', (rule) => {
  expect(changeScale(shown, rule, 'pale')).toEqual({ end: 0.5, isExceeded: false });
  expect(keyOf('slow', rule, 'pale')).toEqual({ key: changeColourKey(1), isStrong: true });
});

it.each(['total', 'self'] as const)('what may be noise has no hue unless it is asked for, by %s', (rule) => {
  expect(keyOf('wobble', rule, 'pale')).toEqual({ key: quietColourKey, isStrong: false });
  expect(keyOf('wobble', rule, 'shown')).toEqual({ key: changeColourKey(12 / 412 / 0.5), isStrong: false });
});

it('new and gone have keys of their own, grey ones where they are too few', () => {
  expect(keyOf('young', 'total', 'pale')).toEqual({ key: newColourKey, isStrong: true });
  expect(keyOf('old', 'total', 'pale')).toEqual({ key: goneColourKey, isStrong: true });
  for (const rule of ['self', 'total'] as const) {
    expect(keyOf('young-rare', rule, 'pale')).toEqual({ key: quietNewColourKey, isStrong: false });
    expect(keyOf('old-rare', rule, 'pale')).toEqual({ key: quietGoneColourKey, isStrong: false });
    expect(keyOf('old-rare', rule, 'shown').key).toBe(goneColourKey);
  }
});

it('a row of the table has the colour of its boxes by self', () => {
  const of = shown;
  const keys = ['slow', 'wobble', 'young', 'old', 'young-rare', 'old-rare', 'same'].map((name) => {
    const func = of.diff.functions.names.indexOf(name);
    const key = functionColourKey(of, func, changeScale(of, 'self', 'pale'), 'pale');
    return [name, key === keyOf(name, 'self', 'pale').key];
  });
  expect(keys.filter(([, isSame]) => !isSame)).toEqual([]);
});

it('by total a caller has the change of what it calls, by self its own', () => {
  expect(keyOf('call', 'total', 'shown').key).toBe(changeColourKey(1));
  expect(keyOf('call', 'self', 'shown').key).toBe(quietColourKey);
});

it('an unchanged node has no colour, whatever its evidence', () => {
  for (const noise of ['pale', 'shown'] as const)
    expect(keyOf('same', 'total', noise)).toEqual({ key: quietColourKey, isStrong: false });
});

it('before the evidence is there nothing has a hue, a strength or a number', () => {
  const unknown = { ...shown, evidence: undefined };
  for (const rule of ['total', 'self'] as const) {
    const { keys, strength } = coloursOf(unknown, rule, 'pale');
    expect(new Set(keys)).toEqual(new Set([quietColourKey, quietNewColourKey, quietGoneColourKey]));
    expect(strength.some((one) => one > 0)).toBe(false);
    const text = boxText(unknown.diff, certaintyOfUnion(unknown, rule), rule, 'pale');
    expect(Array.from(keys, (_, node) => text(node)).join('')).toBe('');
  }
});

it('a comparison without a supported change is grey all over', async () => {
  const of = await compared({ a: `${rest}main;wobble 400\n`, b: `${rest}main;wobble 412\n` }, 'share');
  for (const rule of ['total', 'self'] as const)
    expect(new Set(coloursOf(of, rule, 'pale').keys)).toEqual(new Set([quietColourKey]));
});

it('a path that goes the other way than its function has no hue by self', async () => {
  const of = await compared(
    {
      a: `${rest}main;hot;encode 8000\nmain;cold;encode 60\n`,
      b: `${rest}main;hot;encode 16000\nmain;cold;encode 50\n`,
    },
    'absolute',
  );
  const keys = keysByPath(of, 'self', 'pale');
  expect(keys.get(';main;hot;encode')).toBe(changeColourKey(1));
  expect(keys.get(';main;cold;encode')).toBe(quietColourKey);
});

describe('the scale', () => {
  const scaleAt = async (from: number, to: number) =>
    changeScale(
      await compared({ a: `${rest}main;f ${from}\n`, b: `${rest}main;f ${to}\n` }, 'absolute'),
      'self',
      'pale',
    );

  it.each([
    [80_000, 88_000, 20],
    [80_000, 100_000, 30],
    [80_000, 112_000, 50],
    [80_000, 160_000, 100],
    [20_000, 80_000, 300],
  ])('%i to %i ends at +%i %%, and so does the way back', async (from, to, percent) => {
    for (const scale of [await scaleAt(from, to), await scaleAt(to, from)]) {
      expect(growthOf(scale.end) * 100).toBeCloseTo(percent);
      expect(scale.isExceeded).toBe(false);
    }
  });

  it('has an end, and says when there is more', async () => {
    const scale = await scaleAt(4000, 80_000);
    expect(scale).toEqual({ end: 0.75, isExceeded: true });
    expect(scaleTicks(scale).map(({ text }) => text.replaceAll('\u00a0', ' '))).toEqual([
      '−75.0 % or less',
      '−37.5 %',
      '=',
      '+60.0 %',
      '+300 % or more',
    ]);
  });

  it('prints what the colours mean', () => {
    const texts = scaleTicks({ end: 1 / 3, isExceeded: false }).map(({ text }) => text.replaceAll('\u00a0', ' '));
    expect(texts).toEqual(['−33.3 %', '−16.7 %', '=', '+20.0 %', '+50.0 %']);
  });

  it('a rare function does not stretch it, nor do few samples of a path', async () => {
    const of = await compared(
      {
        a: `${rest}main;f 80000\nmain;x;f 2\nmain;g 1\n`,
        b: `${rest}main;f 100000\nmain;x;f 20\nmain;g 9\n`,
      },
      'absolute',
    );
    expect(growthOf(changeScale(of, 'self', 'pale').end)).toBeCloseTo(0.3);
  });
});

it('swapped sides have the colours of the other half', async () => {
  const swapped = await compared({ a: sides.b, b: sides.a }, 'absolute');
  const [less, more] = [changeColourKey(-1), changeColourKey(1)];
  const mirrored = (key: number): number => {
    if (key >= less && key <= more) return less + more - key;
    const pairs = [newColourKey, goneColourKey, quietNewColourKey, quietGoneColourKey];
    const at = pairs.indexOf(key);
    return at < 0 ? key : pairs[at ^ 1];
  };
  for (const rule of ['total', 'self'] as const)
    for (const noise of ['pale', 'shown'] as const) {
      const now = keysByPath(swapped, rule, noise);
      for (const [path, key] of keysByPath(shown, rule, noise))
        expect(now.get(path), `${path} by ${rule}, ${noise}`).toBe(mirrored(key));
    }
});
