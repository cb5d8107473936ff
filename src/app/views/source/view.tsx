/** Cost by source file and line: all files with a cost, and the lines of one of them. */
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef } from 'react';
import { transformTitle } from '#model/transforms/registry.ts';
import { formatColumnShare, formatCount } from '#model/units.ts';
import { BusyPanel, Panel } from '../../components/message.tsx';
import { useLines } from '../../queries/analysis-queries.ts';
import { largestDefinition } from '../colours.ts';
import { navigate, useUrl } from '../../url/url-store.ts';
import type { ShownTree } from '../../screen/shown.ts';
import type { ViewProps } from '../view.ts';
import { shortPaths } from './short-paths.ts';
import { CodeLines } from './code-lines.tsx';
import styles from './source-view.module.css';

const MAX_FILES = 300;

export function View({ shown, selected: node, onKey }: ViewProps): ReactElement {
  // Its file is shown unless another one was chosen.
  const selected = node > 0 ? shown.tree.func[node] : -1;
  const { data: answer, error } = useLines(shown.request);
  const chosen = useUrl((state) => state.sf);
  if (error)
    return (
      <Panel kind="error" title="Could not compute costs per line">
        <p>{error.message}</p>
      </Panel>
    );
  if (!answer) return <BusyPanel />;
  const { lines, unheeded } = answer;
  if (lines.line.length === 0) return <NoLines shown={shown} hasFiles={lines.files.length > 0} />;
  const { functions } = shown.opened.profile;
  const { definitions } = shown.answer;
  const ofSelected = definitions && node > 0 ? definitions.files[largestDefinition(definitions, node)] : undefined;
  const asked = chosen || (ofSelected ?? functions.files[selected] ?? '');
  const known = lines.files.indexOf(asked);
  const file = Math.max(0, known);
  const onKeyDown = (event: KeyboardEvent): void => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (onKey(event.key)) event.preventDefault();
  };
  return (
    <div className={styles['view']} onKeyDown={onKeyDown}>
      <FileList
        files={lines.files}
        costs={lines.fileSelf}
        whole={shown.tree.total[0]}
        current={file}
        onChoose={(path) => navigate({ sf: path }, 'replace')}
      />
      <section className={styles['lines']} aria-label={`Lines of ${lines.files[file].slice(0, 200)}`}>
        {asked !== '' && known < 0 && (
          <p className={styles['note']} role="status">
            No shown stack passes through <bdi>{asked.slice(-160)}</bdi>: the file with the most self is shown.
          </p>
        )}
        {unheeded.length > 0 && (
          <p className={styles['note']} role="status">
            Ignored here, because lines have no call tree:{' '}
            {unheeded.map((one) => transformTitle(one).slice(0, 80)).join(', ')}.
          </p>
        )}
        <CodeLines key={lines.files[file]} shown={shown} lines={lines} file={file} selected={selected} />
      </section>
    </div>
  );
}

interface FileListProps {
  readonly files: readonly string[];
  readonly costs: Float64Array;
  readonly whole: number;
  readonly current: number;
  onChoose(file: string): void;
}

/** The files with the most self, and the shown one. One stop for Tab, arrows within. */
function FileList({ files, costs, whole, current, onChoose }: FileListProps): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const titles = useMemo(() => shortPaths(files), [files]);
  const shown = files.slice(0, MAX_FILES).map((_, i) => i);
  if (current >= MAX_FILES) shown.push(current);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((one) => one === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  };
  return (
    <nav className={styles['files']} aria-label="Source files, by self">
      <p className={styles['heads']}>
        <span>File</span>
        <span>Self&nbsp;%</span>
      </p>
      <ul ref={list} onKeyDown={onKeyDown}>
        {shown.map((i) => (
          <li key={i}>
            <button
              type="button"
              aria-current={i === current ? 'true' : undefined}
              tabIndex={i === current ? 0 : -1}
              title={files[i].slice(-600)}
              onClick={() => onChoose(files[i])}
            >
              <bdi>{titles[i].slice(-200)}</bdi>
              <span>{formatColumnShare(costs[i], whole)}</span>
            </button>
          </li>
        ))}
      </ul>
      {files.length > MAX_FILES && <p>and {formatCount(files.length - MAX_FILES)} files with less</p>}
    </nav>
  );
}

function NoLines({ shown, hasFiles }: { shown: ShownTree; hasFiles: boolean }): ReactElement {
  const { isWhole, profile } = shown.opened;
  const { transforms } = shown.request;
  const says = !isWhole
    ? 'Files and lines are loading.'
    : hasFiles
      ? 'This profile has source files, but no line numbers.'
      : transforms.length > 0
        ? 'No stack with a source file and a line is left after the transforms.'
        : `This profile (${profile.format.title}) has no source lines: its symbols were stripped, or its format has none. pprof of a Go, Node.js or Python program has them.`;
  return (
    <Panel kind="info" title="No source lines">
      <p>{says}</p>
    </Panel>
  );
}
