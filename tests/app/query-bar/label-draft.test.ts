import { describe, expect, it } from 'vitest';
import {
  draftOf,
  emptyDraft,
  isTicked,
  type LabelDraft,
  matcherOfDraft,
  withOperator,
  withValueToggled,
} from '#app/query-bar/label-draft.ts';
import type { LabelMatcher } from '#model/labels.ts';

const named: LabelDraft = { ...emptyDraft, name: 'pod' };
const pod = (operator: LabelMatcher['operator'], value: string): LabelMatcher => ({ name: 'pod', operator, value });

describe('values that are ticked', () => {
  it('one is equal, two are a pattern of both, none is nothing', () => {
    const one = withValueToggled(named, 'a.b');
    const two = withValueToggled(one, 'c');
    expect(matcherOfDraft(one)).toEqual(pod('=', 'a.b'));
    expect(matcherOfDraft(two)).toEqual(pod('=~', 'a\\.b|c'));
    expect(matcherOfDraft(withOperator(two, '!='))).toEqual(pod('!~', 'a\\.b|c'));
    expect(matcherOfDraft(withValueToggled(one, 'a.b'))).toBeUndefined();
  });

  it('ticking empties what filtered the list', () => {
    expect(withValueToggled({ ...named, text: 'a' }, 'abc').text).toBe('');
  });

  it('no label, no matcher', () => {
    expect(matcherOfDraft(withValueToggled(emptyDraft, 'a'))).toBeUndefined();
  });
});

describe('a pattern that is typed', () => {
  it('is applied unchanged', () => {
    expect(matcherOfDraft({ ...named, operator: '!~', text: 'web-.*' })).toEqual(pod('!~', 'web-.*'));
  });

  it('takes values, and gives back those it only lists', () => {
    const typed: LabelDraft = { ...named, operator: '=~', text: 'web-.*' };
    expect(withValueToggled(typed, 'db.1').text).toBe('web-.*|db\\.1');
    const listed: LabelDraft = { ...named, operator: '=~', text: 'a|b' };
    expect([isTicked(listed, 'a'), isTicked(listed, 'a|b'), isTicked(typed, 'web-1')]).toEqual([true, false, false]);
    expect(withValueToggled(listed, 'a').text).toBe('b');
    expect(withValueToggled({ ...listed, text: '' }, 'a').text).toBe('a');
  });
});

describe('another operator', () => {
  it('turns ticked values into a pattern and back', () => {
    const ticked = withValueToggled(withValueToggled(named, 'a.b'), 'c');
    const pattern = withOperator(ticked, '=~');
    expect([pattern.text, pattern.values]).toEqual(['a\\.b|c', []]);
    expect(withOperator(pattern, '!=').values).toEqual(['a.b', 'c']);
  });

  it('keeps what was typed, whatever it is', () => {
    expect(withOperator({ ...named, text: 'web-.*' }, '=~').text).toBe('web-.*');
    expect(withOperator({ ...named, operator: '=~', text: 'web-.*' }, '=').text).toBe('web-.*');
  });
});

it.each([
  ['=', 'a', '='],
  ['=~', 'a|b', '='],
  ['!~', 'a|b', '!='],
  ['=~', 'web-.*', '=~'],
  ['=', '', '='],
] as const)('a chip %s %s is edited with %s', (operator, value, wanted) => {
  const draft = draftOf(pod(operator, value));
  expect(draft.operator).toBe(wanted);
  expect(draft.values.length > 0 || draft.text === value).toBe(true);
});
