import { expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { decodeProfile } from '#formats/registry.ts';
import { sourceLines } from '#model/source-lines.ts';
import { sourceLink } from '#model/source-link.ts';

it('a line costs what passes it, once a stack, and itself where it is the leaf', () => {
  // py-spy's way to tell places.
  const bytes = new TextEncoder().encode(
    'main (app.py:1);work (app.py:5);main (app.py:1) 3\nmain (app.py:1);work (app.py:6) 2\nother (lib.py:9) 4\n',
  );
  const { profile } = finish(decodeProfile({ bytes, name: 'x.txt', form: { kind: 'file' } }));
  const { line, self, total } = finish(sourceLines(profile, 0, 'app.py'));
  expect([...line]).toEqual([1, 5, 6]);
  expect([...total]).toEqual([5, 3, 2]);
  expect([...self]).toEqual([3, 0, 2]);
});

it('a link to code is one of the web, whatever stands in names', () => {
  expect(sourceLink('https://git.test/{version}/{file}#L{line}', '/src/a b.go', 7, 'v1.2')).toBe(
    'https://git.test/v1.2/src/a%20b.go#L7',
  );
  expect(sourceLink('https://git.test/{file}', '../../x?y#z', 1, '')).toBe('https://git.test/x%3Fy%23z');
  expect(sourceLink('javascript:alert("{file}")', 'a', 1, '')).toBeUndefined();
  expect(sourceLink('{file}', 'javascript:alert(1)', 1, '')).toBeUndefined();
  expect(sourceLink('', 'a', 1, '')).toBeUndefined();
});
