/** Why there is no comparison, or only a weak one: what is wrong, on which side, and what to do. */
import type { ReactElement } from 'react';
import { SourceError } from '#datasource/datasource.ts';
import { formatCount } from '#model/units.ts';
import { Button } from '../components/button.tsx';
import { Note, Panel } from '../components/message.tsx';
import { useOpen } from '../files/use-open.ts';
import { isExportedPage } from '../state/exported-page.ts';
import { useAskAgain, useStoredRange } from '../queries/source-queries.ts';
import { navigate } from '../url/url-store.ts';
import { halves } from '../sides/ranges.ts';
import { emptySides, linkOfSides, type Side, type SideName, sideNames } from '../sides/sides.ts';
import type { Comparison } from './use-comparison.ts';

export function Problem({ comparison }: { comparison: Comparison }): ReactElement | null {
  const { sides, errors, error, evidenceError, missing, shown, explored } = comparison;
  const { pick } = useOpen();
  const askAgain = useAskAgain();
  const failed = sideNames.flatMap((name) => {
    const side = sides[name];
    const what = side.kind === 'source' && side.mistake !== undefined ? side.mistake : errors[name]?.message;
    return what === undefined ? [] : [`Side ${name.toUpperCase()}: ${what.slice(0, 300)}`];
  });
  if (missing.length > 0) {
    return (
      <Note
        kind="warn"
        actions={
          <Button kind="edged" onClick={() => pick()}>
            Open files
          </Button>
        }
      >
        Open {missing.map((name) => name.slice(0, 120)).join(' and ')} to compare: a link does not contain files.
      </Note>
    );
  }
  if (sideNames.some((name) => isNotKept(errors[name]))) {
    return (
      <Note
        kind="warn"
        actions={
          !isExportedPage() && (
            <Button kind="edged" onClick={() => navigate({ snap: undefined }, 'push')}>
              Show what the server has now
            </Button>
          )
        }
      >
        {failed.join(' ')}
      </Note>
    );
  }
  if (failed.length > 0 || (explored.error && !shown)) {
    return (
      <Note
        kind="error"
        actions={
          <Button kind="edged" onClick={askAgain}>
            Try again
          </Button>
        }
      >
        {failed.length > 0 ? failed.join(' ') : explored.error?.message}
      </Note>
    );
  }
  if (error !== undefined) return <Note kind="error">{error}</Note>;
  // The page itself says how to send the first profile.
  if (explored.isEmptyStore && sides.a.kind === 'source') return null;
  if (!shown) return null;
  const { totals, refused, kind, negative, unlike } = shown.diff;
  // `NothingToCompare` says so instead of the graph.
  if (emptySides(totals).length > 0) return null;
  if (refused !== undefined)
    return (
      <Note kind="warn">
        {refused} The sides are compared {kind === 'share' ? 'by share' : 'as recorded'} instead.
      </Note>
    );
  if (unlike !== undefined) return <Note kind="warn">{unlike}</Note>;
  const below = negative.a.nodes + negative.b.nodes;
  if (below > 0)
    return (
      <Note kind="warn">
        {below === 1 ? '1 frame has' : `${formatCount(below)} frames have`} a negative self. Negative values count in
        every number; a frame whose total is not above zero on a side has no width there.
      </Note>
    );
  if (evidenceError)
    return (
      <Note kind="warn">
        The evidence is weaker than it could be, because time slices are not available:{' '}
        {evidenceError.message.slice(0, 300)}
      </Note>
    );
  return null;
}

/** Sides that cannot be queried because the source has no profile type for them. */
export function untypedSides({ sides, explored }: Comparison): readonly SideName[] {
  return sideNames.filter((name) => {
    const side = sides[name];
    return (
      explored.isNothing &&
      !explored.isEmptyStore &&
      side.kind === 'source' &&
      side.query === undefined &&
      side.mistake === undefined
    );
  });
}

/** Instead of a graph: which side holds nothing, and what can be compared instead. */
export function NothingToCompare({
  comparison: { sides },
  empty,
}: {
  comparison: Comparison;
  empty: readonly SideName[];
}): ReactElement {
  const stored = useStoredRange();
  const names = empty.map((name) => name.toUpperCase()).join(' and ');
  const isGone = empty.some((name) => isBefore(sides[name], stored.data?.oldestMs));
  const full = sideNames.find((name) => !empty.includes(name));
  const rest = full && sides[full];
  return (
    <Panel kind="info" title="Nothing to compare">
      <p>
        {empty.every((name) => sides[name].kind === 'file')
          ? `${names} ${empty.length > 1 ? 'hold' : 'holds'} no samples: `
          : `${names} ${empty.length > 1 ? 'have' : 'has'} no profiles in the range: `}
        {isGone
          ? 'they were removed by the server’s retention, or never arrived.'
          : 'a comparison needs profiles on both sides.'}
      </p>
      {rest?.kind === 'source' && rest.range && (
        <Button
          kind="edged"
          onClick={() => {
            const { a, b } = halves(rest.range!);
            navigate(linkOfSides({ a: { ...rest, text: a }, b: { ...rest, text: b } }), 'push');
          }}
        >
          Compare both halves of {full?.toUpperCase()}
        </Button>
      )}
      <Button onClick={() => navigate({ view: 'explore', grid: 'services' }, 'push')}>All services</Button>
    </Panel>
  );
}

/** Whether a side is older than the stored profiles. */
function isBefore(side: Side, oldestMs: number | undefined): boolean {
  return side.kind === 'source' && side.range !== undefined && oldestMs !== undefined && side.range.endMs < oldestMs;
}

function isNotKept(error: Error | null): boolean {
  return error instanceof SourceError && error.code === 'not-kept';
}
