import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { matchFunctions, parseSearch, printExact, type SearchFacts } from '#model/search.ts';

const names = [
  'net/http.(*conn).serve',
  'encoding/json.Marshal',
  'runtime.mallocgc',
  'main.Serve all',
  'a|b"c\\d',
  '',
  '-x',
  '/srv/app.js',
];
const facts: SearchFacts = {
  functions: {
    names,
    files: ['net/http/server.go', 'encoding/json/encode.go', 'runtime/malloc.go', 'main.go', '', '', '', '/srv/app.js'],
    line: Int32Array.from([1890, 158, 0, 12, 0, 0, 0, 1]),
    mappings: names.map(() => ''),
  },
  packages: ['net/http', 'encoding/json', 'runtime', 'main', '', '', '', 'srv'],
  frameLine: Int32Array.from([1991, 0, 12, 0, 0, 0, 0, 0]),
};

function found(text: string): number[] {
  const parsed = parseSearch(text);
  if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.at}`);
  const hit = finish(matchFunctions(parsed.query, facts));
  return [...hit.keys()].filter((func) => hit[func] === 1);
}

describe('the meaning of a search', () => {
  it.each<[string, number[]]>([
    ['', []],
    ['serve', [0, 3]],
    ['SERVE', [0, 3]],
    ['serve http', [0]],
    ['marshal | malloc', [1, 2]],
    ['serve main | malloc', [2, 3]],
    ['serve -main', [0]],
    ['"serve all"', [3]],
    ['/Serve/', [3]],
    ['/SERVE/i', [0, 3]],
    ['/^(net|main)[./].*s/', [0]],
    ['-/./', [5]],
    ['file:go serve', [0, 3]],
    ['file:/json\\/.*\\.go$/', [1]],
    ['pkg:runtime', [2]],
    ['pkg:="main"', [3]],
    ['-pkg:main -pkg:runtime serve', [0]],
    ['line:12', [2, 3]],
    ['line:1991 | line:158', [0, 1]],
    ['="main.Serve all"', [3]],
    ['="main.Serve"', []],
    ['| serve |', [0, 3]],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

it.each([
  ['a /(/', 3, 'unterminated group'],
  ['file:/a)/', 7, 'unmatched )'],
  ['ab "cd', 3, 'quote not closed'],
  ['line:x', 5, 'line: requires a number'],
  ['x file:', 7, 'nothing after file:'],
  ['//', 0, 'empty pattern'],
  ['/srv/app', 5, 'only the flag i may follow a /pattern/; put text with slashes in "quotes"'],
  ['a '.repeat(65), 128, 'more than 64 terms'],
])('%s is refused at character %i: %s', (text, at, message) => {
  expect(parseSearch(text)).toEqual({ ok: false, at, message });
});

it('an exact term finds its name and no other', () => {
  for (const [func, name] of names.entries()) expect(found(printExact(name)), name).toEqual([func]);
});

it('no text throws', () => {
  const piece = fc.constantFrom(
    '/',
    '(',
    ')',
    '[',
    '|',
    '-',
    '"',
    '\\',
    '=',
    ':',
    'file',
    'line',
    ' ',
    'a',
    '*',
    '{',
    '9',
    '?',
    '^',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('');
      const parsed = parseSearch(text);
      if (parsed.ok) finish(matchFunctions(parsed.query, facts));
      else expect(parsed.at).toBeLessThanOrEqual(text.length);
    }),
    { seed: 7, numRuns: 3000 },
  );
});
