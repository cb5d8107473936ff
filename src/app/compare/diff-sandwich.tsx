/** One function of both sides between its callers and its callees, with the evidence of its change. */
import { type ReactElement, useMemo } from 'react';
import type { DiffPicture } from '#analysis/analysis.ts';
import { difference } from '#model/difference.ts';
import { formatAmount, formatChange } from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import { formatCount } from '#model/units.ts';
import { useUrl } from '../url/url-store.ts';
import { DiffLegend } from './diff-legend.tsx';
import { useNodeHits } from '../views/node-hits.ts';
import { type HalfOf, Halves } from '../views/sandwich/halves.tsx';
import { ZoomCrumb } from '../views/flamegraph/zoom-crumb.tsx';
import { useSandwiched } from '../views/sandwich/use-sandwiched.ts';
import { useLook } from '../views/sandwich/use-look.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
import { ViewColumn } from '../components/layout.tsx';
import { certaintyOfHalf } from './certainty.ts';
import { useSandwichDiff } from '../queries/comparison-queries.ts';
import { DiffFlame } from './diff-flame.tsx';
import { evidenceOfFunction, pathsOf, unitOf, verdictOfFunction } from './diff-words.ts';
import { notInCompare } from './side-commands.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './diff-sandwich.module.css';
import sideStyles from './side-colours.module.css';

/** In characters: hostile names are megabytes long. */
const MAX_NAME_LENGTH = 300;

interface DiffSandwichProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function DiffSandwich({ shown, hit, onKey }: DiffSandwichProps): ReactElement {
  const { names } = shown.diff.functions;
  const asked = useUrl((state) => state.sw);
  const selected = useUrl((state) => state.sel.at(-1) ?? '');
  const func = useSandwiched(
    names,
    useMemo(() => (selected === '' ? -1 : names.indexOf(selected)), [names, selected]),
  );
  const { data, error } = useSandwichDiff(shown.request, func);
  const isNarrow = useIsNarrow();
  if (func < 0) {
    const way = isNarrow
      ? 'Choose Sandwich in the menu of a frame to see its callers and callees on both sides.'
      : 'Choose a function in the list to see its callers and callees on both sides.';
    return (
      <p className={styles['empty']}>{asked === '' ? way : `${asked.slice(0, MAX_NAME_LENGTH)} is on neither side.`}</p>
    );
  }
  return (
    <ViewColumn>
      <DiffLegend shown={shown} rule="total" />
      <Middle shown={shown} func={func} />
      {error && <p className={styles['empty']}>{error.message}</p>}
      {data ? (
        <Halves
          func={func}
          name={names[func]}
          callers={data.callers}
          callees={data.callees}
          render={(half) => <Half {...{ shown, func, hit, half, onKey }} />}
        />
      ) : (
        <ViewColumn isBusy={!error} />
      )}
    </ViewColumn>
  );
}

function Middle({ shown, func }: { shown: ShownComparison; func: number }): ReactElement {
  const { diff, evidence } = shown;
  const unit = unitOf(shown);
  const name = diff.functions.names[func];
  const { a, b } = diff.byFunction;
  const paths = useMemo(() => pathsOf(shown, func), [shown, func]);
  const row = (title: 'total' | 'self', isClear: boolean, verdict: string): ReactElement => {
    const [ofA, ofB] = [a[title][func], b[title][func]];
    return (
      <tr>
        <th scope="row">{title}</th>
        <td>
          <span className={sideStyles['a']}>A</span> {formatAmount(ofA, unit)}
        </td>
        <td>
          <span className={sideStyles['b']}>B</span> {formatAmount(ofB, unit)}
        </td>
        <td className={sideStyles['signed']} data-sign={isClear ? Math.sign(difference(ofA, ofB)) : 0}>
          {formatChange(difference(ofA, ofB), unit)}
        </td>
        <td>{percentText(ofA, ofB)}</td>
        <td>{verdict}</td>
      </tr>
    );
  };
  return (
    <div className={styles['middle']}>
      <strong>
        <bdi>{name.slice(0, MAX_NAME_LENGTH) || '(empty name)'}</bdi>
      </strong>
      <table aria-label="The function on both sides">
        <tbody>
          {row('total', evidence === undefined || paths.supported > 0, evidence ? pathsText(paths) : '')}
          {row(
            'self',
            evidence === undefined || verdictOfFunction(evidence, func) === 'supported',
            evidenceOfFunction(shown, func),
          )}
        </tbody>
      </table>
    </div>
  );
}

function pathsText({ tested, supported }: ReturnType<typeof pathsOf>): string {
  if (tested === 0) return 'Not tested: all its paths are under 0.1 % of both sides.';
  const of = tested === 1 ? 'the one path' : `${formatCount(supported)} of ${formatCount(tested)} paths`;
  return supported === 0 ? 'All changes on its paths may be noise.' : `More than noise on ${of} tested.`;
}

interface HalfProps extends DiffSandwichProps {
  readonly func: number;
  readonly half: HalfOf<DiffPicture>;
}

function Half({ shown, func, hit, half, onKey }: HalfProps): ReactElement {
  const { of, name, title, direction } = half;
  const certainty = useMemo(() => certaintyOfHalf(shown, func, of), [shown, func, of]);
  const { look, menu } = useLook(of.tree, shown.diff.functions.names, onKey, notInCompare);
  const hits = useNodeHits(of.tree, hit, undefined);
  const unit = unitOf(shown);
  const [ofA, ofB] = [of.a.total[0], of.b.total[0]].map((value) => formatAmount(value, unit));
  return (
    <>
      <ZoomCrumb
        tree={of.tree}
        names={shown.diff.functions.names}
        root={name}
        zoom={look.zoom.node}
        onZoom={(node) => look.onZoom(node)}
      />
      <DiffFlame
        {...look}
        shown={shown}
        picture={of}
        root={name}
        rootLabel={`${name} · A ${ofA} · B ${ofB}`}
        rule="total"
        certainty={certainty}
        title={title}
        direction={direction}
        hit={hits}
      />
      {menu}
    </>
  );
}
