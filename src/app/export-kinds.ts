/** The files that what is shown can be saved as. */

export type ExportKind = 'pprof' | 'collapsed' | 'speedscope' | 'svg' | 'png';

export const exportKinds: readonly { id: ExportKind; title: string; hint: string; ending: string; mime: string }[] = [
  { id: 'pprof', title: 'pprof', hint: '.pb.gz', ending: '.pb.gz', mime: 'application/gzip' },
  { id: 'collapsed', title: 'Collapsed stacks', hint: '.txt', ending: '.collapsed.txt', mime: 'text/plain' },
  { id: 'speedscope', title: 'speedscope', hint: '.json', ending: '.speedscope.json', mime: 'application/json' },
  { id: 'svg', title: 'SVG', hint: 'all rows', ending: '.svg', mime: 'image/svg+xml' },
  { id: 'png', title: 'PNG', hint: 'all rows, 2×, with the link inside', ending: '.png', mime: 'image/png' },
];
