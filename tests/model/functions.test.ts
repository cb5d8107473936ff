import fc from 'fast-check';
import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { findPath, pathOf, shortenPath } from '#model/call-path.ts';
import { functionTotals } from '#model/function-table.ts';
import { sandwich } from '#model/sandwich.ts';
import { matchFunctions, parseSearch, printExact, searchShare } from '#model/search.ts';
import type { Profile } from '#model/profile.ts';
import { rankNames } from '#model/tree-builder.ts';
import { anyStacks } from '../support/any-stacks.ts';
import { drawing, profileFromText, treeAsText, treeOf } from '../support/profile-from-text.ts';

function hits(profile: Profile, text: string): string[] {
  const parsed = parseSearch(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const { names, files } = profile.functions;
  const packages = names.map((name) => name.split('.')[0] ?? '');
  const hit = finish(matchFunctions(parsed.query, { functions: { ...profile.functions, files }, packages }));
  return names.filter((_, i) => hit[i] === 1);
}

it('a function counts once a stack, however often it recurs', () => {
  const profile = profileFromText('a;b;a;a 3\nb;a 1');
  const { self, total } = functionTotals(treeOf(profile), 2);
  const a = profile.functions.names.indexOf('a');
  expect([self[a], total[a]]).toEqual([4, 4]);
});

it('self and total by function are what a naive count over stacks gives', () => {
  fc.assert(
    fc.property(anyStacks, (text) => {
      const profile = profileFromText(text);
      const { names } = profile.functions;
      const naive = new Map(names.map((name) => [name, { self: 0, total: 0 }]));
      for (const line of text.split('\n')) {
        const [stack = '', value = ''] = line.split(' ');
        const frames = stack.split(';');
        for (const name of new Set(frames)) naive.get(name)!.total += Number(value);
        naive.get(frames.at(-1)!)!.self += Number(value);
      }
      const { self, total } = functionTotals(treeOf(profile), names.length);
      names.forEach((name, i) => expect({ self: self[i], total: total[i] }).toEqual(naive.get(name)));
    }),
    { seed: 7, numRuns: 300 },
  );
});

it('sandwich: callers above, callees below, each stack once', () => {
  const profile = profileFromText('main;f;x 2\nlog;f 1\nmain;f;f;y 4');
  const { names } = profile.functions;
  const { callers, callees, total, self } = sandwich(treeOf(profile), names.indexOf('f'), 'size', rankNames(names));
  expect([total, self]).toEqual([7, 1]);
  expect(treeAsText(callers, names)).toBe(drawing`
    * 7 0
      main 6 6
      log 1 1`);
  expect(treeAsText(callees, names)).toBe(drawing`
    * 7 1
      f 4 0
        y 4 4
      x 2 2`);
});

it('neither sandwich nor search passes the whole', () => {
  fc.assert(
    fc.property(anyStacks, fc.constantFrom('a', 'b', 'a | c', '-d'), (text, search) => {
      const profile = profileFromText(text);
      const tree = treeOf(profile);
      const { names } = profile.functions;
      const parsed = parseSearch(search);
      if (!parsed.ok) throw new Error(parsed.message);
      const facts = { functions: profile.functions, packages: names.map(() => ''), frames: profile.frames };
      const hit = finish(matchFunctions(parsed.query, facts));
      expect(searchShare(tree, hit).value).toBeLessThanOrEqual(tree.total[0]);
      const { total } = functionTotals(tree, names.length);
      for (let func = 0; func < names.length; func++) {
        const both = sandwich(tree, func, 'name', rankNames(names));
        expect([both.callers.total[0], both.callees.total[0]]).toEqual([total[func], total[func]]);
      }
    }),
    { seed: 7, numRuns: 150 },
  );
});

it('every node is found again by its path, a shortened one too', () => {
  const profile = profileFromText(
    `main;parse;lex 4\nmain;parse 1\n${Array.from({ length: 80 }, (_, i) => `a.long.name.${i}`).join(';')} 2`,
  );
  const tree = treeOf(profile);
  const { names } = profile.functions;
  for (let node = 0; node < tree.length; node++) {
    const path = pathOf(tree, names, node);
    expect(findPath(tree, names, path)).toEqual({ node, whole: true });
    expect(findPath(tree, names, shortenPath(path))).toEqual({ node, whole: true });
  }
  expect(findPath(tree, names, ['main', 'gone'])).toEqual({ node: findPath(tree, names, ['main']).node, whole: false });
});

const searched = profileFromText('main;json.Marshal 1\nmain;json.Decode 1\nxml.Marshal;a b 1');

it.each([
  ['marshal', ['json.Marshal', 'xml.Marshal']],
  ['marshal json', ['json.Marshal']],
  ['decode | xml', ['json.Decode', 'xml.Marshal']],
  ['marshal -xml', ['json.Marshal']],
  ['/^json/', ['json.Marshal', 'json.Decode']],
  ['/JSON/i', ['json.Marshal', 'json.Decode']],
  ['/JSON/', []],
  ['pkg:xml', ['xml.Marshal']],
  ['"a b"', ['a b']],
  ['="main"', ['main']],
  ['="mai"', []],
  ['', []],
])('%s finds %j', (text, names) => {
  expect(hits(searched, text)).toEqual(names);
});

it.each([
  ['/a(/', 'group'],
  ['"open', 'not closed'],
  ['line:x', 'number'],
  ['file:', 'nothing after'],
])('%s is refused with words: %s', (text, words) => {
  const parsed = parseSearch(text);
  expect(parsed.ok ? '' : parsed.message).toContain(words);
});

it('an exact name finds itself, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (name) => {
      const parsed = parseSearch(printExact(name));
      expect(parsed.ok && parsed.query[0]?.[0]).toMatchObject({ exact: true, text: name });
    }),
    { seed: 7 },
  );
});
