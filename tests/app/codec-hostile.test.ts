/** Links that our page has not written, and states that no user has typed. */
import { readFileSync } from 'node:fs';
import { deflateSync } from 'fflate';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseUrl, printQuery, printUrl } from '#app/url/codec.ts';
import { shortenPath } from '#model/call-path.ts';

const { state: plain } = parseUrl('?file=x');

it('halves of letters become the mark for what cannot be read', () => {
  const link = printUrl({ ...plain, s: 'a\ud800b', z: ['\udc00', 'ok'] });
  expect(parseUrl(link)).toMatchObject({ notices: [], state: { s: 'a\ufffdb', z: ['\ufffd', 'ok'] } });
});

it('unknown keys come back as they came, in their order', () => {
  const unknown = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { maxLength: 8 });
  const known = new Set([...Object.keys(plain), 'nodes', 'seed', 'v', 'p']);
  fc.assert(
    fc.property(unknown, (pairs) => {
      const kept = pairs.filter(([key]) => !known.has(key));
      const { state, notices } = parseUrl(printUrl({ ...plain, unknown: kept }));
      expect(notices).toEqual([]);
      expect(state).toEqual({ ...plain, unknown: kept });
    }),
    { seed: 7, numRuns: 1000 },
  );
  expect(printUrl(parseUrl('?x=1&file=a&y=2&x=3').state)).toMatch(/&x=1&y=2&x=3$/);
});

it('an unknown key never comes between a known one and its value', () => {
  const demo = { ...parseUrl('?nodes=99&a=b').state, src: { kind: 'demo' as const, nodes: 500, seed: 3 } };
  expect(parseUrl(printUrl(demo)).state).toMatchObject({ src: demo.src, unknown: [['a', 'b']] });
});

it('readable transforms are applied, and the others are named', () => {
  const { state, notices } = parseUrl('?t=hide:a&t=boil:b&t=invert&t=invert:x');
  expect(state.t).toEqual([{ kind: 'hide', match: 'a' }, { kind: 'invert' }]);
  expect(notices).toHaveLength(2);
  expect(notices[0]).toContain('boil:b');
  expect(parseUrl(`?${'t=invert&'.repeat(50)}`).state.t).toHaveLength(32);
});

it.each([
  ['s', 'x'.repeat(16_001)],
  ['z', Array.from({ length: 2001 }, () => 'f').join(';')],
  ['t', `hide:${'x'.repeat(16_001)}`],
  ['src', 'demo&nodes='],
  ['src', 'demo&nodes=1e3'],
  ['src', 'demo&seed=-1'],
  ['sort', '--self'],
  ['view', 'constructor'],
  ['pane', '__proto__'],
])('%s=%.30s is a notice, and the rest of the link is read', (key, value) => {
  const { state, notices } = parseUrl(`?file=a&${key}=${value}&later=1`);
  expect(notices).toHaveLength(1);
  expect(notices[0]?.length).toBeLessThan(200);
  expect(state).toEqual({ ...parseUrl('?file=a&later=1').state });
});

it('a link of too many keys is read as far as it goes', () => {
  const { state, notices } = parseUrl(`?file=a&${Array.from({ length: 500 }, (_, i) => `k${i}=${i}`).join('&')}`);
  expect(notices).toHaveLength(1);
  expect(state.unknown).toHaveLength(99);
});

it('invalid UTF-8 and lone percent signs are read as text', () => {
  expect(parseUrl('?s=%E0%A4%A&file=100%')).toMatchObject({ notices: [], state: { file: '100%' } });
});

it('browsers leave a printed link as it is, but for their own escapes', () => {
  const link = printUrl({
    ...plain,
    s: `a b+c & "d" 'e' <f> #g`,
    t: [{ kind: 'hide', match: '/^runtime\\.(gc|mark){2}[a-z]$/' }],
  });
  expect(link).toContain('t=hide:/^runtime\\.(gc|mark){2}[a-z]$/');
  const seen = new URL(link, 'http://localhost/').search;
  expect(seen.replaceAll('%27', "'")).toBe(link);
  expect(parseUrl(seen).state).toEqual(parseUrl(link).state);
});

it('links of version 1 keep finding their paths: neither hash nor escapes change', () => {
  const path = Array.from({ length: 40 }, (_, i) => `github.com/acme/ledger/core.(*Book).Step${i}`);
  const [link = ''] = readFileSync('tests/fixtures/links/v1.txt', 'utf8')
    .split('\n')
    .filter((one) => one.includes('z=~'));
  expect(parseUrl(link).state.z).toEqual(shortenPath(path));
});

it('long links are packed, and unpack to the same', () => {
  const path = Array.from({ length: 120 }, (_, i) => `github.com/acme/shop/internal.(*Part${i}).Handle`);
  const long = { ...plain, z: path.slice(0, 20), sel: path.slice(0, 9), s: path.join(' | ') };
  const link = printUrl(long);
  expect(printQuery(long).length).toBeGreaterThan(2000);
  expect(link.length).toBeLessThan(2000);
  expect(link).toMatch(/^\?v=1&p=[\w-]+$/);
  expect(parseUrl(link)).toEqual(parseUrl(printQuery(long)));
  // Keys that are added to a packed link hold before those in it.
  expect(parseUrl(`${link}&s=other`).state).toMatchObject({ s: 'other', sel: parseUrl(link).state.sel });
});

it('the longest texts come back, in whatever letters', () => {
  const text = String.fromCodePoint(...Array.from({ length: 16_000 }, (_, i) => 0x4e00 + ((i * i) % 503)));
  const link = printUrl({ ...plain, s: text, sw: text });
  expect(parseUrl(link)).toMatchObject({ notices: [], state: { s: text, sw: text } });
});

it.each([
  ['letters that are none', 'a b'],
  ['nothing', ''],
  ['no deflate', 'AAAA'],
  ['cut off', printUrl({ ...plain, s: 'abcdefgh'.repeat(1000) }).slice(7, -9)],
  ['a bomb', Buffer.from(deflateSync(Buffer.alloc(10_000_000, 's='))).toString('base64url')],
])('a packed link with %s is a notice and a page', (_, packed) => {
  const { state, notices } = parseUrl(`?v=1&p=${encodeURIComponent(packed)}&pane=flame`);
  expect(notices).toEqual([expect.stringContaining('could not be unpacked')]);
  expect(state.pane).toBe('flame');
});

const hostile = [
  '"><script>alert(1)</script>',
  'javascript:alert(1)',
  'https://evil.example/',
  '../../api/links',
  '('.repeat(15_000),
  '/' + '(a+)+'.repeat(3000) + '$/',
  'a;'.repeat(8000),
  '-1e999',
  'null',
  '[object Object]',
  '\0',
  '{"$gt":0}',
  '__proto__',
];

it.each([...Object.keys(plain).filter((key) => key !== 'unknown'), 'nodes', 'seed', 'p', 'v'])(
  'whatever stands in %s, once or twice, is read or told in a bounded sentence, and is written as it will be read',
  (key) => {
    for (const value of hostile) {
      const pair = `${key}=${encodeURIComponent(value)}`;
      const { state, notices } = parseUrl(`?src=demo&${pair}&${pair}`);
      for (const notice of notices) expect(notice.length).toBeLessThan(300);
      // A long path is written as its hash; from then on it stays.
      const written = printUrl(state);
      expect(printUrl(parseUrl(written).state) === written, value.slice(0, 40)).toBe(true);
    }
  },
);
