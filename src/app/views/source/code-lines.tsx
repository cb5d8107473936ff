/** The lines of one file: what each costs, beside the code where the user has it. */
import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { sourceLink } from '#model/source-link.ts';
import type { SourceLines } from '#model/source-lines.ts';
import { formatCount, formatColumnShare, scaleFor } from '#model/units.ts';
import { versionLabelOf } from '../../source/detected-markers.ts';
import { usePreference } from '../../state/preferences.ts';
import { scaleOf, type ShownTree } from '../../screen/shown.ts';
import { CodeSources } from './code-sources.tsx';
import { findLocal, readLines, useLocalCode } from './local-code.ts';
import { type SourceRow, sourceRows } from './source-rows.ts';
import styles from './source-view.module.css';

const ROW_CSS = 20;
const MAX_LINE_LENGTH = 400;

interface CodeLinesProps {
  readonly shown: ShownTree;
  readonly lines: SourceLines;
  /** Position in the files. */
  readonly file: number;
  /** The selected function: its lines are marked. */
  readonly selected: number;
}

export function CodeLines({ shown, lines, file, selected }: CodeLinesProps): ReactElement {
  const path = lines.files[file];
  const local = useLocalCode();
  const localPath = useMemo(() => findLocal(local.files, path), [local, path]);
  const code = useQuery({
    queryKey: ['code', local.choice, localPath],
    queryFn: async () => readLines(await local.files.get(localPath!)!.getFile()),
    enabled: localPath !== undefined,
  });
  const first = lines.start[file];
  const here = useMemo(() => cut(lines, first, lines.start[file + 1]), [lines, first, file]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => sourceRows(here.line, code.data?.length ?? 0, unfolded), [here, code.data, unfolded]);

  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 20,
  });
  // Opens at the selected function's hottest line, again when the code has come between the lines.
  const hottest = hottestOf(here, selected);
  const hasCode = code.data !== undefined;
  const looked = useRef('');
  useEffect(() => {
    const place = `${hottest} ${hasCode}`;
    if (looked.current === place) return;
    looked.current = place;
    const row = rows.findIndex((one) => one.kind === 'line' && one.entry === hottest);
    if (row >= 0) virtual.scrollToIndex(row, { align: 'center' });
  }, [hottest, hasCode, rows, virtual]);

  const lastLine = here.line.at(-1) ?? 0;
  const isOther = code.data !== undefined && code.data.length < lastLine;
  const template = usePreference('sourceLink');
  const { names } = shown.opened.profile.functions;
  const type = shown.opened.profile.sampleTypes[shown.sampleType];
  const shownScale = scaleOf(shown.opened);
  const largest = useMemo(() => here.total.reduce((most, value) => Math.max(most, value), 0), [here]);
  const scale = scaleFor(type.unit, type.type, largest * shownScale);
  const whole = shown.tree.total[0];
  const linkOf = (line: number): string | undefined =>
    sourceLink(template, localPath ?? path, line, versionOf(shown) ?? 'HEAD');
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);

  const lineRow = ({ line, entry }: Extract<SourceRow, { kind: 'line' }>): ReactElement => {
    const address = linkOf(line);
    const total = entry < 0 ? 0 : here.total[entry];
    const self = entry < 0 ? 0 : here.self[entry];
    const isSelected = entry >= 0 && here.func[entry] === selected;
    return (
      <>
        <th scope="row">
          {address === undefined ? (
            line
          ) : (
            <a href={address} target="_blank" rel="noopener noreferrer" title={address}>
              {line}
            </a>
          )}
        </th>
        <td>{self === 0 ? '' : scale.format(self * shownScale)}</td>
        <td>
          {total > 0 && <i style={{ width: `${(total / largest) * 100}%` }} />}
          {total === 0 ? '' : scale.format(total * shownScale)}
        </td>
        <td>{total === 0 ? '' : formatColumnShare(total, whole)}</td>
        <td>
          <code>
            <bdi>{textOf(code.data, line, entry < 0 ? '' : names[here.func[entry]])}</bdi>
          </code>
          {isSelected && <span className="visually-hidden"> (selected function)</span>}
        </td>
      </>
    );
  };
  return (
    <>
      <CodeSources path={path} exampleLine={here.line[Math.max(hottest, 0)] ?? 1} linkOf={linkOf} />
      {localPath !== undefined && (
        <p className={styles['note']}>
          Code: <bdi>{`${local.folder}/${localPath}`.slice(-160)}</bdi>.
          {isOther && ` It ends before line ${lastLine}: it is not the version that was profiled.`}
        </p>
      )}
      {local.folder !== undefined && localPath === undefined && (
        <p className={styles['note']}>
          The folder {local.folder.slice(0, 60)} has no file with this name among its {formatCount(local.files.size)}.
        </p>
      )}
      {code.error && <p className={styles['note']}>{code.error.message}</p>}
      <div ref={scroller} className={styles['scroller']} tabIndex={0} role="region" aria-label="Lines" data-lines="">
        <table aria-rowcount={rows.length + 1}>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Self{scale.suffix && `, ${scale.suffix}`}</th>
              <th scope="col">Total{scale.suffix && `, ${scale.suffix}`}</th>
              <th scope="col">Total&nbsp;%</th>
              <th scope="col">{code.data ? 'Code' : 'Function'}</th>
            </tr>
          </thead>
          <tbody>
            <tr aria-hidden="true" style={{ height: before }} />
            {items.map(({ index }) => {
              const row = rows[index];
              return row.kind === 'line' ? (
                <tr
                  key={row.line}
                  aria-rowindex={index + 2}
                  data-cold={row.entry < 0 || undefined}
                  data-selected={(row.entry >= 0 && here.func[row.entry] === selected) || undefined}
                >
                  {lineRow(row)}
                </tr>
              ) : (
                <tr key={`gap ${row.from}`} aria-rowindex={index + 2} className={styles['gap']}>
                  <td colSpan={5}>
                    <button type="button" onClick={() => setUnfolded(new Set([...unfolded, row.from]))}>
                      {row.to === row.from ? `line ${row.from}` : `lines ${row.from} – ${row.to}`}: no samples
                    </button>
                  </td>
                </tr>
              );
            })}
            <tr aria-hidden="true" style={{ height: Math.max(0, after) }} />
          </tbody>
        </table>
      </div>
    </>
  );
}

type LinesHere = Pick<SourceLines, 'line' | 'func' | 'self' | 'total'>;

function cut({ line, func, self, total }: SourceLines, from: number, to: number): LinesHere {
  return {
    line: line.subarray(from, to),
    func: func.subarray(from, to),
    self: self.subarray(from, to),
    total: total.subarray(from, to),
  };
}

/**
 * Where to look first: the function's line with the most self, else with the most that passes. -1: it has none here.
 */
function hottestOf({ func, self, total }: LinesHere, selected: number): number {
  let hottest = -1;
  for (let entry = 0; entry < func.length; entry++) {
    if (func[entry] !== selected) continue;
    const isHotter =
      hottest < 0 || self[entry] > self[hottest] || (self[entry] === self[hottest] && total[entry] > total[hottest]);
    if (isHotter) hottest = entry;
  }
  return hottest;
}

function textOf(code: readonly string[] | undefined, line: number, name: string): string {
  return (code ? (code[line - 1] ?? '') : name).slice(0, MAX_LINE_LENGTH);
}

/** The version that was asked for, where a label says it. */
function versionOf({ opened }: ShownTree): string | undefined {
  const exact = opened.asked?.matchers.filter(({ operator }) => operator === '=') ?? [];
  const label = versionLabelOf(exact.map(({ name }) => name));
  return exact.find(({ name }) => name === label)?.value;
}
