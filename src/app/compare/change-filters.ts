/** Filters of the list of causes, and its headings. */
import type { Change } from '#model/change.ts';

export type Filter =
  | 'all'
  | 'code'
  | 'either'
  | 'traffic'
  | 'moved'
  | 'runtime'
  | 'grew'
  | 'shrank'
  | 'new'
  | 'gone'
  | 'noise';

const filters: readonly { readonly id: Filter; readonly title: string; holds(change: Change): boolean }[] = [
  { id: 'all', title: 'All', holds: ({ supported }) => supported },
  { id: 'code', title: 'Code', holds: ({ supported, kind }) => supported && kind === 'code' },
  { id: 'either', title: 'Code or traffic', holds: ({ supported, kind }) => supported && kind === 'either' },
  { id: 'traffic', title: 'Traffic', holds: ({ supported, kind }) => supported && kind === 'work' },
  { id: 'moved', title: 'Moved', holds: ({ supported, kind }) => supported && kind === 'moved' },
  { id: 'runtime', title: 'Runtime', holds: ({ supported, kind }) => supported && kind === 'runtime' },
  { id: 'grew', title: 'Grew', holds: (change) => change.supported && isOnBoth(change) && change.delta > 0 },
  { id: 'shrank', title: 'Shrank', holds: (change) => change.supported && isOnBoth(change) && change.delta < 0 },
  { id: 'new', title: 'New', holds: ({ supported, trend }) => supported && trend === 'new' },
  { id: 'gone', title: 'Gone', holds: ({ supported, trend }) => supported && trend === 'gone' },
  { id: 'noise', title: 'May be noise', holds: ({ supported }) => !supported },
];

/** Whether the function or route is on both sides: only then its change is growth or shrinkage. */
function isOnBoth({ trend }: Change): boolean {
  return trend === 'grew' || trend === 'shrank';
}

export function filteredBy(filter: Filter, changes: readonly Change[]): readonly Change[] {
  return changes.filter(filters.find(({ id }) => id === filter)!.holds);
}

const headings: Readonly<Record<Change['kind'], string>> = {
  code: 'Code',
  either: 'Code or traffic',
  work: 'Traffic',
  moved: 'Moved',
  runtime: 'Runtime',
};

function headingOf({ kind, supported }: Pick<Change, 'kind' | 'supported'>): string {
  return supported ? headings[kind] : 'May be noise';
}

/** A line of the list: a change (its position among the rows), or a heading above the changes that follow. */
interface Line {
  readonly heading: string;
  /** Undefined for a line that is a heading. */
  readonly row: number | undefined;
}

/** Rows in their order, each group below its heading. */
export function linesOf(rows: readonly Pick<Change, 'kind' | 'supported'>[]): readonly Line[] {
  return rows.flatMap((change, row) => {
    const heading = headingOf(change);
    const isFirst = row === 0 || headingOf(rows[row - 1]) !== heading;
    return isFirst
      ? [
          { heading, row: undefined },
          { heading, row },
        ]
      : [{ heading, row }];
  });
}

/** The filters that match something, and always the chosen one, so that it stays visible and reachable. */
export function offeredFilters(
  changes: readonly Change[],
  chosen: Filter,
): readonly { readonly id: Filter; readonly title: string; readonly count: number }[] {
  return filters
    .map(({ id, title, holds }) => ({ id, title, count: changes.filter(holds).length }))
    .filter(({ id, count }) => count > 0 || id === 'all' || id === chosen);
}
