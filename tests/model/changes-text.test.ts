/** What changed, in sentences and in Markdown. */
import { describe, expect, it } from 'vitest';
import { changesAsMarkdown, formatAmount, formatChange, partText, summarise } from '#model/changes-text.ts';
import type { WhatChanged } from '#model/changes.ts';
import { changesOf, compared, recorded, supported, unslicedChanges } from '../support/recorded-sides.ts';
import { cores } from '../support/shop.ts';

describe('words', () => {
  it('what may be code or traffic is no silence about code', () => {
    const found = compared({}, { load: { search: 1.8 } });
    const changes = found.changes.map((change) => (change.supported ? { ...change, kind: 'either' as const } : change));
    const text = summarise({ ...found, changes }, cores);
    expect(text).toContain('search and what it calls: more calls, or each costs more');
    expect(text).toContain('Profiles alone do not show whether that is code or traffic.');
    expect(text).toContain('No other change of code is more than noise');
    expect(text).not.toContain('No code change');
  });

  it('uniform growth is reported with both possible reasons', () => {
    const found = compared({}, { load: { all: 1.2 }, seed: 'more' }, { kind: 'per-second' });
    expect(supported(found.changes)).toEqual([]);
    expect(summarise(found, cores)).toMatch(
      /^No code change is more than noise: a change above ±[\d.]+\u00a0% would show in the five largest functions outside of the runtime(?:, and a change above ±[\d.]+\u00a0% after [^.]+ more of each side)?\. Everything grew by (19|20|21)[\d.]*\u00a0%: more work, or a uniformly slower program\.$/,
    );
  });

  it('what prints like the whole change explains all of it', () => {
    const found = compared({}, { cost: { encode: 1.5 } });
    for (const explained of [1.00002, 0.99998])
      expect(summarise({ ...found, explained }, cores)).toMatch(
        / explains? all of the [\d.]+\u00a0points that moved\./,
      );
    expect(summarise({ ...found, explained: 1.2 }, cores)).toContain('went the other way');
  });

  it('shares say what they do not show: everything grew alike', () => {
    const found = compared({}, { load: { all: 1.2 }, seed: 'more' });
    expect(supported(found.changes)).toEqual([]);
    expect(summarise(found, cores)).toMatch(
      /Everything grew alike, by (19|20|21)[\d.]*\u00a0% per second: more work, or a slower program\.$/,
    );
    expect(compared({}, {}, { sameSeed: true }).rateGrowth).toBe(1);
  });

  it.each<[Readonly<Record<string, number>>, RegExp]>([
    [
      { encode: 1.5, 'checkout.2': 0.4 },
      /The one that grew makes 9\.\d+\u00a0points, more than the \d\.\d+\u00a0points that moved/,
    ],
    [{ encode: 1.5, 'checkout.2': 2, 'search.2': 0.4 }, /The 2 that grew (explain|make) \d+\.\d+\u00a0/],
  ])('of shares that grew and shrank, those of the larger direction explain: %j', (cost, words) => {
    expect(summarise(compared({}, { cost }), cores)).toMatch(words);
  });

  it('growth that chance alone may make is not told as a fact', () => {
    const recording = (samples: number): string => `main;work ${samples / 200}\nmain;rest ${samples / 200}`;
    const shares = unslicedChanges(recording(50), recording(58), 'share');
    expect(shares.chance).toBeCloseTo(1.96 * Math.sqrt(1 / 50 + 1 / 58), 6);
    expect(summarise(shares, cores)).toMatch(
      /Everything grew alike, by 16\.0\u00a0% per second, which may be chance\.$/,
    );
    const perSecond = { ...cores, kind: 'per-second' } as const;
    expect(summarise(unslicedChanges(recording(58), recording(50), 'per-second'), perSecond)).toMatch(
      /Everything shrank by 13\.8\u00a0%, which may be chance\.$/,
    );
    expect(summarise(unslicedChanges(recording(5000), recording(5800), 'share'), cores)).toMatch(
      /Everything grew alike, by 16\.0\u00a0% per second: more work, or a slower program\.$/,
    );
  });

  it('what got dearer, and yet takes less than before, is told with both amounts', () => {
    const found = compared({}, { cost: { encode: 1.4 }, load: { all: 0.6 } }, { kind: 'per-second' });
    const [{ part, delta }] = found.changes;
    expect([Math.sign(part), Math.sign(delta)]).toEqual([1, -1]);
    const unit = { ...cores, kind: 'per-second' } as const;
    expect(summarise(found, unit)).toMatch(
      /^encode costs (3|4)\d[.\d]*\u00a0% more beside the code around it: \+[.\d]+\u00a0cores, but −[.\d]+\u00a0cores in all\. /,
    );
    const busier = compared({}, { cost: { encode: 1.4 }, load: { all: 1.2 } }, { kind: 'per-second' });
    expect(summarise(busier, unit)).toMatch(
      /^encode costs (3|4)\d[.\d]*\u00a0% more wherever it is called: \+[.\d]+\u00a0cores\. /,
    );
  });

  it('silence says how much longer would show half of it, where the length is known', () => {
    const { silence } = compared({}, {});
    expect(silence!.moreSeconds).toBeGreaterThanOrEqual(3 * 900 - 1e-6);
    expect(summarise({ ...compared({}, {}), silence: { functions: 5, percent: 21, moreSeconds: 720 } }, cores)).toMatch(
      /^No code change is more than noise: a change above ±21\.0\u00a0% would show in the five largest functions outside of the runtime, and a change above ±10\.0\u00a0% after 12\u00a0min more of each side\./,
    );
    const { union, evidence } = recorded({}, {});
    const untimed = changesOf(union, evidence, 'share', [undefined, undefined]);
    expect([untimed.silence!.moreSeconds, untimed.rateGrowth]).toEqual([undefined, undefined]);
  });

  it('silence is about the program itself, and longer ranges keep its promise', () => {
    const short = compared({ runtime: 6 }, { runtime: 6 }).silence!;
    // The runtime alone is believed to differ by 8 % at any length: ±17.0 %.
    expect(short.percent).toBeLessThan(12);
    const seconds = 900 + short.moreSeconds!;
    const long = compared({ runtime: 6, seconds }, { runtime: 6, seconds }).silence!;
    expect(long.percent / 100).toBeLessThan(1.1 * (Math.sqrt(1 + short.percent / 100) - 1));
  });

  it('a table in Markdown subtracts, and names what the interval is of', () => {
    const found = compared({}, { cost: { encode: 1.4 } });
    const [{ selfA, selfB, delta }] = found.changes;
    const lines = changesAsMarkdown(found, cores, { a: 'before', b: 'after' }, undefined).split('\n');
    const at = lines.findIndex((line) => line.startsWith('| | what'));
    expect(lines[at]).toBe('| | what | A | B | change | due to it | interval of that (95 %) |');
    const cells = lines[at + 2].split('|').map((cell) => cell.trim());
    expect(delta).toBe(selfB - selfA);
    expect(cells.slice(3, 6)).toEqual([
      formatAmount(selfA, cores),
      formatAmount(selfB, cores),
      formatChange(delta, cores),
    ]);
    expect(cells[6]).toBe(partText(found.changes[0], cores));
    expect(summarise(found, cores)).toContain(formatChange(found.changes[0].part, cores));
  });

  it('names in Markdown stay code', () => {
    const hostile = 'x`|<img src=x>\n# y';
    const found = compared({}, { cost: { encode: 2 } });
    const renamed: WhatChanged = { ...found, changes: found.changes.map((one) => ({ ...one, name: hostile })) };
    const markdown = changesAsMarkdown(renamed, cores, { a: 'before', b: 'after`' }, 'https://x/?v=1');
    expect(markdown).not.toMatch(/^# y/m);
    expect(markdown).not.toMatch(/(?<!\\)<img(?=[^`|]*$)/m);
    expect(markdown).toContain("`x'\\|<img src=x> # y`");
    expect(markdown).toContain('https://x/?v=1');
  });
});
