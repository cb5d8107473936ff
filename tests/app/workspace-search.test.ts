import { describe, expect, it } from 'vitest';
import { asPlainText, searchOfPasted } from '#app/workspace/pasted-search.ts';
import { zoomToSee } from '#app/workspace/zoom-to-see.ts';
import { findPath, pathOf } from '#model/call-path.ts';
import { parseSearch, searchShareOf } from '#model/search.ts';
import { profileFromText, treeOf } from '../support/profile-from-text.ts';

describe('a pasted name is searched for literally', () => {
  const names = ['-[NSString length]', 'json|json_encode', 'main', 'operator new[](unsigned long)', '-x'];

  it.each([
    ['-[NSString length]', '="-[NSString length]"'],
    [' json|json_encode\n', '="json|json_encode"'],
    ['operator new[](unsigned long)', '="operator new[](unsigned long)"'],
    // A plain word finds it, and what holds it.
    ['main', undefined],
    ['json | xml', undefined],
  ])('%j', (text, wanted) => {
    expect(searchOfPasted(text, names)).toBe(wanted);
  });

  it.each([
    ['-[NSString', '"-[NSString"'],
    ['a | b', '"a | b"'],
    ['say "hi"', String.raw`"say \"hi\""`],
    ['plain', undefined],
    ['"quoted text"', undefined],
    ['="exactly"', undefined],
    ['file:main.go', undefined],
    ['/re|gex/', undefined],
  ])('%j as plain text', (text, wanted) => {
    expect(asPlainText(text)).toBe(wanted);
    if (wanted !== undefined)
      expect(parseSearch(wanted)).toMatchObject({ ok: true, query: [[{ text: text.toLowerCase() }]] });
  });
});

describe('the share of a search is of the view', () => {
  const profile = profileFromText('main;a;hit 3\nmain;a 5\nmain;b;hit;c 2\nother 10');
  const tree = treeOf(profile, 'name');
  const node = (name: string): number => tree.func.indexOf(profile.functions.names.indexOf(name));
  const hit = Uint8Array.from(profile.functions.names, (name) => (name === 'hit' ? 1 : 0));

  it.each([
    ['a', { nodes: 1, value: 3 }],
    ['main', { nodes: 2, value: 5 }],
    ['other', { nodes: 0, value: 0 }],
    // Its caller matches: all of it passes through a match.
    ['c', { nodes: 0, value: 2 }],
  ])('%s', (name, wanted) => {
    expect(searchShareOf(tree, hit, node(name))).toMatchObject(wanted);
  });
});

describe('a step to a match zooms only where it cannot be seen', () => {
  const profile = profileFromText('main;a;hit 300\nmain;a;x;y 40\nmain;a;x;y;thin 1\nmain;b;hit 200\nother 1000');
  const tree = treeOf(profile, 'name');
  const { names } = profile.functions;

  it.each([
    // In view, and at least about a pixel wide.
    ['main;b;hit', '', ''],
    ['main;a;hit', 'main;a', 'main;a'],
    ['main;a;x;y;thin', 'main;a', 'main;a'],
    // Beside the view: out to the caller of both.
    ['main;b;hit', 'main;a', 'main'],
    ['other', 'main;a', ''],
    // Too thin in the present zoom.
    ['main;a;x;y;thin', '', 'main;a;x;y'],
    ['main;a;x;y;thin', 'main;b', 'main'],
  ])('%s in %j: %j', (node, present, wanted) => {
    const [at, zoom] = [node, present].map((path) => findPath(tree, names, path === '' ? [] : path.split(';')).node);
    expect(pathOf(tree, names, zoomToSee(tree, at, zoom)).join(';')).toBe(wanted);
  });
});
