import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodePprof } from '#formats/pprof.ts';
import { checkProfile } from '#model/check-profile.ts';
import { parseTypedSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import type { Profile } from '#model/profile.ts';
import { labelKeys } from '#model/label-keys.ts';
import { costLabelValues, countLabelValues, selectSamples } from '#model/sample-labels.ts';
import { labelledPprof } from '../support/labelled-pprof.ts';
import { drawing, treeAsText, treeOf } from '../support/profile-from-text.ts';

/** main;work 10 on thread 1, main;wait 4 on thread 2, main;work 3 on both, main;gc 5 on none. */
const profile = finish(
  decodePprof(
    labelledPprof([
      {
        stack: ['main', 'work'],
        value: 10,
        labels: [
          ['thread', 'one'],
          ['size', 512],
        ],
      },
      { stack: ['main', 'wait'], value: 4, labels: [['thread', 'two']] },
      {
        stack: ['main', 'work'],
        value: 3,
        labels: [
          ['thread', 'one'],
          ['thread', 'two'],
        ],
      },
      { stack: ['main', 'gc'], value: 5, labels: [] },
    ]),
  ),
);

function matchers(text: string): readonly LabelMatcher[] {
  const parsed = parseTypedSelector(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.matchers;
}

function total(selector: string): number {
  return treeOf(finish(selectSamples(profile, matchers(selector), undefined))).total[0];
}

function shown(selected: Profile): string {
  return treeAsText(treeOf(selected), selected.functions.names);
}

describe('samples by their labels', () => {
  it('keys are those that samples have', () => {
    expect(labelKeys(profile)).toEqual(['size', 'thread']);
  });

  it.each([
    ['thread="one"', 13],
    ['thread="two"', 7],
    // A sample that has the excluded value among others is excluded.
    ['thread!="one"', 9],
    ['thread=""', 5],
    ['thread!=""', 17],
    ['thread=~"one|two"', 17],
    ['thread=~"o.*"', 13],
    ['thread=~"n"', 0],
    ['thread=~"(?i)TW."', 7],
    ['thread!~"t.*"', 15],
    ['size="512"', 10],
    ['thread="one", size=""', 3],
    ['nothing="x"', 0],
    ['nothing!="x"', 22],
  ])('%s leaves %i of 22', (selector, value) => {
    expect(total(selector)).toBe(value);
  });

  it('a pattern that cannot be read is refused with its label', () => {
    expect(() => total('thread=~"(a"')).toThrow(/^The pattern of thread cannot be read/);
  });

  it('each group has a frame of its own below the root; several values are one group', () => {
    const grouped = finish(selectSamples(profile, [], 'thread'));
    checkProfile(grouped);
    expect(shown(grouped)).toBe(drawing`
      * 22 0
        thread: one 10 0
          main 10 0
            work 10 10
        thread: (none) 5 0
          main 5 0
            gc 5 5
        thread: two 4 0
          main 4 0
            wait 4 4
        thread: one, two 3 0
          main 3 0
            work 3 3`);
  });

  it('named values have groups of their own, and all others are one', () => {
    const grouped = finish(selectSamples(profile, [], { label: 'thread', values: ['two', 'three'] }));
    checkProfile(grouped);
    expect(shown(grouped)).toBe(drawing`
      * 22 0
        thread: other values 13 0
          main 13 0
            work 13 13
        thread: (none) 5 0
          main 5 0
            gc 5 5
        thread: two 4 0
          main 4 0
            wait 4 4`);
  });

  it('a selection is a sound profile', () => {
    const selected = finish(selectSamples(profile, matchers('thread="two"'), undefined));
    checkProfile(selected);
    expect(shown(selected)).toBe(drawing`
      * 7 0
        main 7 0
          wait 4 4
          work 3 3`);
  });

  it('names and values are counted and cost among the samples that match', () => {
    expect(finish(countLabelValues(profile, []))).toEqual([
      { name: 'size', valueCount: 1 },
      { name: 'thread', valueCount: 2 },
    ]);
    expect(finish(countLabelValues(profile, matchers('thread="two"')))).toEqual([{ name: 'thread', valueCount: 2 }]);
    expect(finish(costLabelValues(profile, 0, 'thread', [], 'each'))).toEqual([
      { name: 'one', cost: 13 },
      { name: 'two', cost: 7 },
    ]);
    expect(finish(costLabelValues(profile, 0, 'thread', matchers('size="512"'), 'each'))).toEqual([
      { name: 'one', cost: 10 },
    ]);
  });

  it('several values of a sample are one, both where values are counted for units and where stacks are grouped', () => {
    const costs = finish(costLabelValues(profile, 0, 'thread', [], 'joined'));
    expect(costs).toEqual([
      { name: 'one', cost: 10 },
      { name: 'two', cost: 4 },
      { name: 'one, two', cost: 3 },
    ]);
    const grouped = finish(selectSamples(profile, [], { label: 'thread', values: costs.map(({ name }) => name) }));
    expect(treeOf(grouped).total[0]).toBe(22);
    expect(grouped.functions.names.filter((name) => name.startsWith('thread: '))).toEqual([
      'thread: one',
      'thread: (none)',
      'thread: two',
      'thread: one, two',
    ]);
  });

  it('a value that reads as a mark has a frame of its own', () => {
    const marked = finish(
      decodePprof(
        labelledPprof([
          { stack: ['main'], value: 3, labels: [['span', '(none)']] },
          { stack: ['main'], value: 2, labels: [['span', 'other values']] },
          { stack: ['main'], value: 1, labels: [] },
        ]),
      ),
    );
    const { names } = finish(selectSamples(marked, [], { label: 'span', values: ['(none)'] })).functions;
    expect(names).toEqual(['main', 'span: "(none)"', 'span: other values', 'span: (none)']);
  });

  it('of very many values the largest are groups, and the rest is one', () => {
    const many = finish(
      decodePprof(
        labelledPprof(
          Array.from({ length: 1500 }, (_, i) => ({
            stack: ['main'],
            value: 2000 - i,
            labels: [['span', `s${i}`] as const],
          })),
        ),
      ),
    );
    const { names } = finish(selectSamples(many, [], 'span')).functions;
    expect(names).toHaveLength(1 + 1001);
    expect(names.slice(-2)).toEqual(['span: s999', 'span: other values']);
  });
});
