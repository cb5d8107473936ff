/** The file formats that a view can be exported to. */

export type ExportKind = 'pprof' | 'pprof-a' | 'pprof-b' | 'collapsed' | 'speedscope' | 'csv' | 'svg' | 'png' | 'html';

interface Kind {
  readonly id: ExportKind;
  readonly title: string;
  readonly hint: string;
  readonly ending: string;
  readonly mime: string;
}

const csv = { ending: '.csv', mime: 'text/csv;charset=utf-8' } as const;
const pprof = { hint: '.pb.gz', mime: 'application/gzip' } as const;
const collapsed = { ending: '.collapsed.txt', mime: 'text/plain;charset=utf-8' } as const;
const pictures: readonly Kind[] = [
  { id: 'svg', title: 'SVG', hint: 'all rows', ending: '.svg', mime: 'image/svg+xml' },
  { id: 'png', title: 'PNG', hint: 'all rows, 2×, with the link inside', ending: '.png', mime: 'image/png' },
];

const page: Kind = {
  id: 'html',
  title: 'HTML',
  hint: 'this page, works offline',
  ending: '.html',
  mime: 'text/html;charset=utf-8',
};

export const treeExports: readonly Kind[] = [
  { id: 'pprof', title: 'pprof', ending: '.pb.gz', ...pprof },
  { id: 'collapsed', title: 'Collapsed stacks', hint: '.txt', ...collapsed },
  { id: 'speedscope', title: 'speedscope', hint: '.json', ending: '.speedscope.json', mime: 'application/json' },
  { id: 'csv', title: 'CSV', hint: 'the table of functions', ...csv },
  ...pictures,
  page,
];

export const diffExports: readonly Kind[] = [
  { id: 'csv', title: 'CSV', hint: 'the diff table', ...csv },
  { id: 'collapsed', title: 'Collapsed stacks of both', hint: 'stack, A, B', ...collapsed },
  { id: 'pprof-a', title: 'pprof of A', ending: '.a.pb.gz', ...pprof },
  { id: 'pprof-b', title: 'pprof of B', ending: '.b.pb.gz', ...pprof },
  ...pictures,
  page,
];
