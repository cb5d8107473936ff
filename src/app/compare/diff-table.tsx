/** Functions with both sides beside each other: the largest change of self first. */
import { type ReactElement, useMemo } from 'react';
import { pathOf } from '#model/call-path.ts';
import { type AmountScale, amountScale } from '#model/amount-scale.ts';
import { difference } from '#model/difference.ts';
import { exactAmount } from '#model/changes-text.ts';
import { percentText } from '#model/percent-text.ts';
import { showSandwich } from '../state/commands.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { type FunctionColumn, FunctionGrid } from '../views/functions/function-grid.tsx';
import { useFlameTheme } from '../views/flamegraph/flame-theme.ts';
import { largestNode, largestOf } from '../views/largest-node.ts';
import { changeScale } from './change-scale.ts';
import { functionColourKey } from './diff-colours.ts';
import { sortedRows } from './diff-rows.ts';
import { intervalOf, unitOf, verdictOfFunction } from './diff-words.ts';
import type { ShownComparison } from '../screen/shown-comparison.ts';
import styles from './diff-table.module.css';

function columnsOf({ suffix, changeSuffix }: AmountScale): readonly FunctionColumn[] {
  const [unit, changes] = [suffix, changeSuffix].map((word) => (word === '' ? '' : `, ${word}`));
  return [
    { key: 'name', title: 'Function' },
    { key: 'a', title: `Self A${unit}` },
    { key: 'b', title: `Self B${unit}` },
    { key: 'self', title: `Change of self${changes}` },
    { key: undefined, title: 'of A' },
    { key: undefined, title: 'Interval (95 %)' },
    { key: undefined, title: `Total A${unit}` },
    { key: undefined, title: `Total B${unit}` },
    { key: 'total', title: `Change of total${changes}` },
    { key: undefined, title: 'of A' },
  ];
}

/** Characters of a unit or an amount for which the narrow columns have room. */
const MAX_SHORT = 8;

interface DiffTableProps {
  readonly shown: ShownComparison;
  readonly hit: Uint8Array | undefined;
  onKey(key: string): boolean;
}

export function DiffTable({ shown, hit, onKey }: DiffTableProps): ReactElement {
  const { diff } = shown;
  const { names } = diff.functions;
  const sort = useUrl((state) => state.sort);
  const selectedPath = useUrl((state) => state.sel);
  const noise = useUrl((state) => state.noise);
  const colourScale = useMemo(() => changeScale(shown, 'self', noise), [shown, noise]);
  const { fills } = useFlameTheme();
  const rows = useMemo(() => sortedRows(diff, hit, sort), [diff, hit, sort]);
  const [scale, isLong] = useMemo(() => {
    const { a, b } = diff.byFunction;
    const largest = Math.max(largestOf(a.self), largestOf(b.self));
    const fitting = amountScale(unitOf(shown), largest);
    return [fitting, Math.max(fitting.suffix.length, fitting.amount(largest).length) > MAX_SHORT] as const;
  }, [diff, shown]);
  const columns = useMemo(() => columnsOf(scale), [scale]);
  return (
    <FunctionGrid
      title="Functions of both sides"
      className={`${styles['table']} ${isLong ? styles['long'] : ''}`}
      names={names}
      rows={rows}
      columns={columns}
      sort={sort}
      selected={names.indexOf(selectedPath.at(-1) ?? '\0')}
      empty={hit ? 'No function matches the search.' : 'No function on either side.'}
      renderMark={(func) => (
        <span
          className={styles['swatch']}
          style={{ background: fills[functionColourKey(shown, func, colourScale, noise)] }}
        />
      )}
      renderCells={(func) => <Cells shown={shown} scale={scale} func={func} />}
      onSort={(next) => navigate({ sort: next }, 'replace')}
      onSelect={(func) => navigate({ sel: pathOf(diff.tree, names, largestNode(diff.tree, func)) }, 'replace')}
      onSandwich={(func) => showSandwich(names[func])}
      onKey={onKey}
    />
  );
}

interface CellsProps {
  readonly shown: ShownComparison;
  readonly scale: AmountScale;
  readonly func: number;
}

function Cells({ shown, scale, func }: CellsProps): ReactElement {
  const { diff, evidence } = shown;
  const { a, b } = diff.byFunction;
  const unit = unitOf(shown);
  const isClear = evidence === undefined || verdictOfFunction(evidence, func) === 'supported';
  const amount = (value: number): ReactElement => (
    <div role="gridcell" title={exactAmount(value, unit)}>
      {scale.amount(value)}
    </div>
  );
  const change = (ofA: number, ofB: number): ReactElement => (
    <>
      <div
        role="gridcell"
        data-sign={Math.sign(difference(ofA, ofB))}
        data-pale={!isClear || undefined}
        title={exactAmount(difference(ofA, ofB), unit)}
      >
        {scale.change(difference(ofA, ofB))}
      </div>
      <div role="gridcell">{percentText(ofA, ofB)}</div>
    </>
  );
  return (
    <>
      {amount(a.self[func])}
      {amount(b.self[func])}
      {change(a.self[func], b.self[func])}
      <div role="gridcell">{evidence && intervalOf(evidence.functions, func)}</div>
      {amount(a.total[func])}
      {amount(b.total[func])}
      {change(a.total[func], b.total[func])}
    </>
  );
}
