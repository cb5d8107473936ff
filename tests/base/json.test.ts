import { expect, it } from 'vitest';
import { isRecord, JsonReader } from '#base/json.ts';

const json = new JsonReader((what) => new Error(`Not readable: ${what}.`), 3);

it.each([
  ['an array is no record', () => json.record([]), 'an object was expected'],
  ['null is no record', () => json.record(null), 'an object was expected'],
  ['a record is not a list', () => json.list({ length: 1 }, json.text), 'a list was expected'],
  ['a list has a bound', () => json.list(['a', 'b', 'c', 'd'], json.text), 'more than 3 entries'],
  ['entries are read too', () => json.list(['a', 1], json.text), 'a string was expected'],
  ['infinity is no number', () => json.number(Infinity), 'a number was expected'],
  ['a text is no number', () => json.number('1'), 'a number was expected'],
  ['a choice is one of those known', () => json.oneOf('c', ['a', 'b']), 'one of a, b was expected'],
  ['a column holds numbers alone', () => json.column([1, null]), 'a number was expected'],
])('%s', (_, read, words) => {
  expect(read).toThrow(`Not readable: ${words === 'more than 3 entries' ? 'a list has ' : ''}${words}.`);
});

it('returns valid values', () => {
  expect(json.record({ a: 1 })).toEqual({ a: 1 });
  expect(json.list(['a', 'b'], json.text)).toEqual(['a', 'b']);
  expect(json.oneOf('b', ['a', 'b'])).toBe('b');
  expect(json.column([1, 2.5])).toEqual(Float64Array.of(1, 2.5));
  expect([isRecord({}), isRecord([]), isRecord(null), isRecord('')]).toEqual([true, false, false, false]);
});
