import { expect, it } from 'vitest';
import { linkAsMarkdown, linkRows } from '#app/share/link-summary.ts';
import { parseUrl } from '#app/url/codec.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const rowsOf = (query: string): Record<string, string> =>
  Object.fromEntries(linkRows(parseUrl(query).state, 'UTC').map(({ title, text }) => [title, text]));

it('all that a link of Explore holds', () => {
  expect(
    rowsOf(
      `?v=1&svc=shop&type=${CPU}&q=env="prod"&from=1795456800000&until=1795464000000&by=pod&pane=sandwich&sw=parse&z=main;run&sel=main;run;parse&s=json&t=hide:/^runtime/&t=invert&col=file&dir=flame&order=name&snap=k3v9x0ab&x=1`,
    ),
  ).toEqual({
    Service: 'shop',
    'Profile type': 'CPU time',
    Labels: 'env="prod"',
    Range: '23 Nov 2026 18:00 – 20:00 UTC',
    'Series by': 'pod',
    Snapshot: 'saved as k3v9x0ab',
    View: 'Sandwich of parse',
    Zoom: 'run, 2 deep',
    Selected: 'parse, 3 deep',
    Search: 'json',
    Transforms: 'hide /^runtime/ · invert',
    Colours: 'by file',
    Drawn: 'root at the bottom, by name',
    'Other keys': '1',
  });
});

it('both sides of a comparison, one of them a file', () => {
  expect(
    rowsOf(`?v=1&svc=shop&type=${CPU}&a.from=now-2h&a.until=now-1h&b.file=after.pb.gz&norm=load-adjusted`),
  ).toEqual({
    'A, baseline': 'shop, CPU time, now-2h to now-1h, when the link is opened',
    'B, comparison': 'file after.pb.gz',
    'Normalised by': 'load adjusted',
    View: 'Diff flame',
    Colours: 'change of total',
  });
});

it('a name neither ends the Markdown of a link nor begins another', () => {
  const { state } = parseUrl(`?v=1&svc=${encodeURIComponent('a](http://evil) <b>\n`c`')}&from=now-1h&until=now`);
  expect(linkAsMarkdown(state, 'http://host/?z=main.(*T).run&t=hide:/runtime\\./', 'UTC')).toBe(
    '[a\\](http://evil) \\<b\\> \\`c\\` · Last 1\u00a0h, when the link is opened](http://host/?z=main.%28*T%29.run&t=hide:/runtime%5C./)',
  );
});

it('is bounded, whatever the link holds', () => {
  const rows = rowsOf(`?v=1&svc=${'x'.repeat(9000)}&s=${'y'.repeat(9000)}&z=${'f;'.repeat(1000)}`);
  for (const text of Object.values(rows)) expect(text.length).toBeLessThan(200);
});
