/** The content of a link in words: for the person who shares it, and as a line of Markdown. */
import { markdownText } from '#model/changes-text.ts';
import { demoName } from '#model/demo-recipe.ts';
import { formatInterval } from '#model/interval.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { parseProfileType, profileTypeTitle, sampleTypeTitle } from '#model/profile-type.ts';
import { rangeTitle } from '#model/range-title.ts';
import { isRelative } from '#model/time-range.ts';
import { formatOffset, formatSpan } from '#model/time-text.ts';
import { transformTitle } from '#model/transforms/registry.ts';
import { formatCount } from '#model/units.ts';
import { type SideName, sideNames, sideTitles } from '../sides/sides.ts';
import { panes } from '../url/panes.ts';
import type { UrlState } from '../url/url-state.ts';

export interface LinkRow {
  readonly title: string;
  readonly text: string;
}

const MAX_LENGTH = 160;

/** Only what it says; each text bounded and without control characters. @param zone a name that `Intl` knows */
export function linkRows(state: UrlState, zone: string): readonly LinkRow[] {
  const rows: (readonly [title: string, text: string | undefined | false])[] = [
    ...subjectRows(state, zone),
    ['Snapshot', state.snap !== undefined && `saved as ${state.snap}`],
    ['View', paneText(state)],
    ['Zoom', pathText(state.z)],
    ['Selected', pathText(state.sel)],
    ['Search', state.s],
    ['Transforms', state.t.map((transform) => transformTitle(transform)).join(' · ')],
    ['Colours', coloursText(state)],
    [
      'Drawn',
      [state.dir === 'flame' && 'root at the bottom', state.order === 'name' && 'by name'].filter(Boolean).join(', '),
    ],
    ['Other keys', state.unknown.length > 0 && formatCount(state.unknown.length)],
  ];
  return rows.flatMap(([title, text]) => (text ? [{ title, text: plain(text) }] : []));
}

/** `[checkout · CPU time · 25 Nov 2026 14:00 – 15:00 UTC](…)`: no name in it can end the link or begin another. */
export function linkAsMarkdown(state: UrlState, url: string, zone: string): string {
  const words = subjectRows(state, zone).flatMap(([, text]) => (text ? [plain(text)] : []));
  const title = words.length === 0 ? 'Flametide' : words.join(' · ');
  // Doubled, because Markdown removes a backslash before punctuation, which would change a pattern.
  const address = url.replaceAll('\\', '%5C').replaceAll('(', '%28').replaceAll(')', '%29');
  return `[${markdownText(title)}](${address})`;
}

type Row = readonly [title: string, text: string | undefined | false];

function subjectRows(state: UrlState, zone: string): readonly Row[] {
  const { view, svc, type, q, from, until } = state;
  switch (view) {
    case 'files':
      return [
        ['File', state.src ? demoName(state.src.nodes, state.src.seed) : state.file],
        ['Labels', matchersText(q)],
        ['Part', state.during && formatInterval(state.during)],
        ['Grouped by', state.by],
        ['Sample type', state.st !== undefined && sampleTypeTitle(state.st)],
      ];
    case 'compare':
      return [
        ...sideNames.map((name): Row => [`${name.toUpperCase()}, ${sideTitles[name]}`, sideText(name, state, zone)]),
        ['Units of work', state.unit],
        ['Normalised by', state.norm.replace('-', ' ')],
      ];
    case 'explore':
      return [
        ['Service', svc],
        ['Profile type', typeText(type)],
        ['Labels', matchersText(q)],
        ['Range', rangeText(from, until, zone)],
        ['Series by', state.by],
        ['Series of', pathText(state.cs)],
        ['Grid', state.grid !== 'none' && state.grid],
      ];
  }
}

function sideText(name: SideName, state: UrlState, zone: string): string {
  const file = state[`${name}.file`];
  const during = state[`${name}.during`];
  if (file !== undefined) {
    const words = [`file ${file}`, matchersText(state[`${name}.q`] ?? []), during && formatInterval(during)];
    return words.filter(Boolean).join(', ');
  }
  const words = [
    state[`${name}.svc`] ?? state.svc,
    typeText(state[`${name}.type`] ?? state.type),
    matchersText(state[`${name}.q`] ?? state.q),
    rangeText(state[`${name}.from`], state[`${name}.until`], zone),
  ];
  return words.filter(Boolean).join(', ') || 'chosen by the page';
}

function typeText(id: string | undefined): string | undefined {
  const type = id === undefined ? undefined : parseProfileType(id);
  return type ? profileTypeTitle(type) : id;
}

function matchersText(matchers: readonly LabelMatcher[]): string {
  return matchers.length === 0 ? '' : printLabelSelector(matchers).slice(1, -1);
}

function rangeText(from: string | undefined, until: string | undefined, zone: string): string {
  if (from === undefined || until === undefined) return 'the last hour, when the link is opened';
  if (isRelative({ from, until })) return `${rangeTitle({ from, until }, zone)}, when the link is opened`;
  const range = { startMs: Number(from), endMs: Number(until) };
  // Whoever opens it is elsewhere, on another day.
  return `${formatSpan(range, zone, 0)} ${formatOffset(range.endMs, zone)}`;
}

function paneText({ view, pane, sw, sf }: UrlState): string {
  const { title, compared, summary = title } = panes[pane];
  // A comparison has no list of functions: its `both` is the graph.
  const shown = view === 'compare' ? (compared ?? panes.flame.compared) : summary;
  const of = pane === 'sandwich' ? sw : pane === 'source' ? sf : '';
  return of === '' ? `${shown}` : `${shown} of ${of}`;
}

function coloursText({ view, col, dcol, noise }: UrlState): string {
  if (view !== 'compare') return `by ${col}`;
  return noise === 'shown' ? `change of ${dcol}, including noise` : `change of ${dcol}`;
}

function pathText(path: readonly string[]): string | undefined {
  return path.length === 0 ? undefined : `${path.at(-1)}, ${formatCount(path.length)} deep`;
}

function plain(text: string): string {
  const clean = text.replace(/\p{C}+/gu, ' ');
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
