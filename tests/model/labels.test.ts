import { expect, it } from 'vitest';
import { joinService, type LabelMatcher, splitService, withValue } from '#model/labels.ts';

const service = (operator: LabelMatcher['operator'], value: string): LabelMatcher => ({
  name: 'service_name',
  operator,
  value,
});
const pod: LabelMatcher = { name: 'pod', operator: '=', value: 'a' };

it('the plain matcher of the service is split off, and comes first when joined', () => {
  expect(splitService([pod, service('=', 'shop')])).toEqual({ service: 'shop', others: [pod] });
  expect(joinService('shop', [pod])).toEqual([service('=', 'shop'), pod]);
});

it('a pattern of services, or two of them, stays a label', () => {
  for (const matchers of [[service('=~', 'a|b')], [service('=', 'a'), service('=', 'b')], [pod]]) {
    expect(splitService(matchers)).toEqual({ service: undefined, others: matchers });
  }
});

it('a value takes the place of all that matchers say of its label', () => {
  const matchers: readonly LabelMatcher[] = [pod, { name: 'pod', operator: '!~', value: 'b.*' }, service('=', 'shop')];
  expect(withValue(matchers, 'pod', '')).toEqual([service('=', 'shop'), { name: 'pod', operator: '=', value: '' }]);
  expect(withValue(matchers, 'pod', undefined)).toEqual([service('=', 'shop')]);
});
