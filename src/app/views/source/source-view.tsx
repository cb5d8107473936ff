/** Where within a file it goes: self and total of each line, beside the code where the user has it. */
import { useQuery } from '@tanstack/react-query';
import { Fragment, type ReactElement, useMemo, useRef, useState } from 'react';
import type { FunctionColumns } from '#analysis/analysis.ts';
import { sourceLink } from '#model/source-link.ts';
import { formatCount, formatShare, scaleFor } from '#model/units.ts';
import { Button } from '../../components/button.tsx';
import { setPreference, usePreference } from '../../preferences.ts';
import { useLines } from '../../queries.ts';
import { scaleOf, type ShownTree } from '../shown.ts';
import { chooseFolder, findLocal, readLines, useLocalCode } from './local-code.ts';
import styles from './source-view.module.css';

interface SourceViewProps {
  readonly shown: ShownTree;
  readonly byFunction: FunctionColumns;
  /** The selected function, -1 none: its file is shown. */
  readonly selected: number;
}

const MOST_FILES = 300;
/** Lines of code around one that costs something. */
const AROUND = 4;
const LONGEST_LINE = 400;

export function SourceView({ shown, byFunction, selected }: SourceViewProps): ReactElement {
  const { functions } = shown.file.profile;
  const files = useMemo(() => filesBySelf(functions.files, byFunction.self), [functions, byFunction]);
  const [chosen, setChosen] = useState<{ readonly file: string; readonly selected: number }>();
  const file = chosen?.selected === selected ? chosen.file : ((functions.files[selected] || files[0]?.file) ?? '');
  const whole = shown.tree.total[0];
  if (files.length === 0) {
    return (
      <div className={styles['empty']} role="status">
        <h2>No source lines</h2>
        <p>
          {shown.file.isWhole
            ? 'This profile names no source files: its symbols were stripped, or its format has none.'
            : 'Files and lines are on their way.'}
        </p>
      </div>
    );
  }
  return (
    <div className={styles['view']}>
      <nav className={styles['files']} aria-label="Source files">
        <ul>
          {files.slice(0, MOST_FILES).map(({ file: path, self }) => (
            <li key={path}>
              <button
                type="button"
                aria-current={path === file ? 'true' : undefined}
                title={path}
                onClick={() => setChosen({ file: path, selected })}
              >
                <bdi>{path.slice(path.lastIndexOf('/') + 1) || path}</bdi>
                <span>{formatShare(self, whole)}</span>
              </button>
            </li>
          ))}
        </ul>
        {files.length > MOST_FILES && <p>and {formatCount(files.length - MOST_FILES)} more files</p>}
      </nav>
      <Lines key={file} shown={shown} file={file} whole={whole} />
    </div>
  );
}

function Lines({ shown, file, whole }: { shown: ShownTree; file: string; whole: number }): ReactElement {
  const { data: lines, error } = useLines(shown.request, file);
  const { folder, files } = useLocalCode();
  const local = useMemo(() => findLocal(files, file), [files, file]);
  const code = useQuery({
    queryKey: ['code', folder, file, local?.lastModified],
    queryFn: () => readLines(local!),
    enabled: local !== undefined,
  });
  const template = usePreference('sourceLink');
  const [isEditing, setEditing] = useState(false);
  const folderInput = useRef<HTMLInputElement>(null);
  const { names } = shown.file.profile.functions;
  const type = shown.file.profile.sampleTypes[shown.sampleType];
  const shownScale = scaleOf(shown.file);
  const scale = scaleFor(type.unit, type.type, largestOf(lines?.total) * shownScale);
  const version = shown.file.asked?.matchers.find(
    ({ name, operator }) => name === 'version' && operator === '=',
  )?.value;
  const rows = useMemo(() => (lines ? rowsOf(lines.line, code.data) : []), [lines, code.data]);
  return (
    <section className={styles['lines']} aria-label={`Lines of ${file.slice(0, 200)}`}>
      <header className={styles['head']}>
        <h2 title={file}>
          <bdi>{file.slice(-160)}</bdi>
        </h2>
        <Button kind="edged" onClick={() => folderInput.current?.click()}>
          {folder === undefined ? 'Code from a folder…' : `Folder: ${folder.slice(0, 40)}`}
        </Button>
        <input
          ref={(input) => {
            folderInput.current = input;
            // React knows no such attribute.
            input?.setAttribute('webkitdirectory', '');
          }}
          type="file"
          multiple
          className="visually-hidden"
          tabIndex={-1}
          aria-label="Folder with the source code"
          onChange={({ target }) => target.files && chooseFolder(target.files)}
        />
        <Button aria-expanded={isEditing} onClick={() => setEditing(!isEditing)}>
          Repository link…
        </Button>
      </header>
      {isEditing && (
        <label className={styles['template']}>
          Address of a line, with {'{file}'}, {'{line}'} and {'{version}'}; kept on this device, never asked by this
          page
          <input
            value={template}
            placeholder="https://git.example/shop/blob/{version}/{file}#L{line}"
            spellCheck={false}
            onChange={({ target }) => setPreference('sourceLink', target.value.slice(0, 1000))}
          />
        </label>
      )}
      {shown.request.transforms.length > 0 && (
        <p className={styles['note']}>Lines are those of all samples: transforms have no lines.</p>
      )}
      {local === undefined && folder !== undefined && (
        <p className={styles['note']}>The folder {folder.slice(0, 60)} has no file of this name.</p>
      )}
      {code.error && <p className={styles['note']}>{code.error.message}</p>}
      {error && (
        <p className={styles['note']} role="alert">
          {error.message}
        </p>
      )}
      <div className={styles['scroller']} tabIndex={0} role="region" aria-label="Lines">
        <table>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Self{scale.suffix && `, ${scale.suffix}`}</th>
              <th scope="col">Total{scale.suffix && `, ${scale.suffix}`}</th>
              <th scope="col">%</th>
              <th scope="col">{code.data ? 'Code' : 'Function'}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, entry, skipped }) => {
              const address = sourceLink(template, file, line, version ?? '');
              const total = entry < 0 ? 0 : lines!.total[entry];
              const self = entry < 0 ? 0 : lines!.self[entry];
              return (
                <Fragment key={line}>
                  {skipped > 0 && code.data && (
                    <tr className={styles['gap']}>
                      <td colSpan={5}>
                        {skipped === 1 ? '1 line without samples' : `${formatCount(skipped)} lines without samples`}
                      </td>
                    </tr>
                  )}
                  <tr data-cold={entry < 0 || undefined}>
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
                      {total === 0 ? '' : scale.format(total * shownScale)}
                      {total > 0 && (
                        <i style={{ width: `${Math.min(100, (total / largestOf(lines!.total)) * 100)}%` }} />
                      )}
                    </td>
                    <td>{total === 0 ? '' : formatShare(total, whole)}</td>
                    <td>
                      <code>
                        <bdi>{textOf(code.data, line, entry < 0 ? '' : names[lines!.func[entry]])}</bdi>
                      </code>
                    </td>
                  </tr>
                </Fragment>
              );
            })}
          </tbody>
        </table>
        {lines && lines.line.length === 0 && (
          <p className={styles['note']}>The profile knows the file, but no lines of it.</p>
        )}
      </div>
    </section>
  );
}

interface Row {
  readonly line: number;
  /** Position in the lines that cost something, -1 for code around them. */
  readonly entry: number;
  /** Lines left out before this one. */
  readonly skipped: number;
}

/** Lines that cost something; with code also those around them. */
function rowsOf(line: Int32Array, code: readonly string[] | undefined): readonly Row[] {
  const rows: Row[] = [];
  let last = 0;
  const put = (at: number, entry: number): void => {
    rows.push({ line: at, entry, skipped: at - last - 1 });
    last = at;
  };
  for (let entry = 0; entry < line.length; entry++) {
    const before = code ? Math.max(last + 1, line[entry] - AROUND) : line[entry];
    for (let at = before; at < line[entry]; at++) put(at, -1);
    put(line[entry], entry);
    if (!code) continue;
    const after = Math.min(code.length, line[entry] + AROUND, (line[entry + 1] ?? Infinity) - 1);
    for (let at = line[entry] + 1; at <= after; at++) put(at, -1);
  }
  return rows;
}

function textOf(code: readonly string[] | undefined, line: number, name: string): string {
  if (!code) return name.slice(0, LONGEST_LINE);
  return (code[line - 1] ?? '').slice(0, LONGEST_LINE);
}

function filesBySelf(
  files: readonly string[],
  self: Float64Array,
): readonly { readonly file: string; readonly self: number }[] {
  const sums = new Map<string, number>();
  for (let func = 0; func < files.length; func++) {
    if (files[func] !== '') sums.set(files[func], (sums.get(files[func]) ?? 0) + self[func]);
  }
  return [...sums]
    .map(([file, sum]) => ({ file, self: sum }))
    .sort((a, b) => b.self - a.self || (a.file < b.file ? -1 : 1));
}

function largestOf(column: Float64Array | undefined): number {
  let largest = 0;
  for (const value of column ?? []) if (value > largest) largest = value;
  return largest;
}
