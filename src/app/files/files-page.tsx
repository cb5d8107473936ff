/** Opening profiles: drop, pick, paste, a demo; the files of this tab; what can be read. */
import { type ReactElement, useState } from 'react';
import { wordList } from '#base/word-list.ts';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { formatBytesOfFile, formatCount, formatValue } from '#model/units.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Icon } from '../components/icon.tsx';
import { usePageTitle } from '../state/page-title.ts';
import { useAnalysis, useFormats } from '../queries/analysis-queries.ts';
import { NO_LABELS, showFile } from '../state/commands.ts';
import { openDialog, uiStore } from '../state/ui-store.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { type SideName, sideNames } from '../sides/sides.ts';
import { closeFile, type FileEntry, useFiles } from '../screen/files-store.ts';
import { fileSides } from './file-pair.ts';
import { pastedSource, useOpen } from './use-open.ts';
import styles from './files.module.css';

/** Made of 20 000 nodes: large enough to be worth a look, ready at once. */
const DEMO = { nodes: 20_000, seed: 7 };

export function FilesPage(): ReactElement {
  usePageTitle('Files');
  const files = useFiles();
  const wanted = useUrl((state) => state.file);
  const { pick } = useOpen();
  const { data: formats = [] } = useFormats();
  const nouns = formats.map(({ noun }) => noun);
  const open = files.filter((one) => one.kind === 'open');
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const [chosen, setChosen] = useState<Chosen>({});
  const choose = (side: SideName, name: string): void => {
    const other = side === 'a' ? 'b' : 'a';
    // With two files, the other one becomes the other side.
    const others = open.filter((one) => one.name !== name);
    const kept = chosen[other] === name ? undefined : chosen[other];
    const next = { ...chosen, [side]: name, [other]: kept ?? (others.length === 1 ? others[0].name : undefined) };
    const { a, b } = next;
    const isOpen = [a, b].every((one) => open.some((file) => file.name === one));
    setChosen(isOpen ? {} : next);
    if (isOpen && a !== undefined && b !== undefined) navigate({ view: 'compare', ...fileSides([a, b]) }, 'push');
  };
  return (
    <main className={styles['page']}>
      <h1 className="visually-hidden">Files</h1>
      <section className={styles['drop']} aria-label="Open profiles">
        {wanted === undefined ? (
          <>
            <h2>Drop profiles here</h2>
            <p>{nouns.length > 0 && `${wordList(nouns, 'or')}. `}Nothing leaves this browser.</p>
          </>
        ) : (
          <>
            <h2>
              This link shows <bdi>{wanted.slice(0, 120)}</bdi>
            </h2>
            <p>
              A link carries the view, not the file. Drop the file here or open it, and the view comes back as it was
              shared.
            </p>
          </>
        )}
        <p className={styles['actions']}>
          <Button kind="primary" icon="upload" onClick={() => pick()}>
            Open files…
          </Button>
          <Button kind="edged" icon="copy" onClick={() => openDialog('paste')}>
            Paste text
          </Button>
          {wanted === undefined ? (
            <Button
              kind="edged"
              icon="flame"
              onClick={() =>
                navigate({ view: 'files', src: { kind: 'demo', ...DEMO }, file: undefined, ...NO_LABELS }, 'push')
              }
            >
              Try a demo
            </Button>
          ) : (
            <Button kind="edged" onClick={() => showFile(undefined)}>
              Forget this link
            </Button>
          )}
        </p>
      </section>
      {files.length > 0 && (
        <section>
          <header className={styles['heading']}>
            <h2>In this tab</h2>
            <span>
              {files.length} {files.length === 1 ? 'file' : 'files'}, {formatBytesOfFile(bytes)}
            </span>
            {open.length === 2 && (
              <Button
                kind="primary"
                icon="swap"
                title={`${open[0].name} is A, ${open[1].name} is B`}
                onClick={() => navigate({ view: 'compare', ...fileSides(open.map((one) => one.name)) }, 'push')}
              >
                Compare both
              </Button>
            )}
            {open.length > 2 && <span>Choose A and B to compare two of them.</span>}
          </header>
          <table className={styles['table']}>
            <thead>
              <tr>
                <th scope="col">File</th>
                <th scope="col">Format</th>
                <th scope="col">Profile</th>
                <th scope="col">Total</th>
                <th scope="col">Stacks</th>
                <th scope="col">Size</th>
                <th>
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {files.map((file) => (
                <FileRow
                  key={`${file.kind} ${file.name}`}
                  file={file}
                  chosen={chosen}
                  onChoose={open.length > 1 ? choose : undefined}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <section>
        <header className={styles['heading']}>
          <h2>What it reads</h2>
        </header>
        <dl className={styles['formats']}>
          {formats.map(({ id, title, reads }) => (
            <div key={id}>
              <dt>{title}</dt>
              <dd>{reads}</dd>
            </div>
          ))}
        </dl>
      </section>
    </main>
  );
}

/** Files chosen as sides, by name. */
type Chosen = Readonly<Partial<Record<SideName, string | undefined>>>;

interface FileRowProps {
  readonly file: FileEntry;
  readonly chosen: Chosen;
  /** Undefined where there is nothing to compare with. */
  readonly onChoose: ((side: SideName, name: string) => void) | undefined;
}

function FileRow({ file, chosen, onChoose }: FileRowProps): ReactElement {
  const analysis = useAnalysis();
  const name = (
    <th scope="row" title={file.name}>
      <bdi>{file.name}</bdi>
    </th>
  );
  if (file.kind === 'reading') {
    return (
      <tr>
        {name}
        <td colSpan={4}>
          <progress max={1} value={file.share} aria-label={`Reading ${file.name}`} /> {Math.round(file.share * 100)} %
        </td>
        <td>{formatBytesOfFile(file.size)}</td>
        <td>
          <Button icon="stop" onClick={file.stop}>
            Stop
          </Button>
        </td>
      </tr>
    );
  }
  const { profile } = file;
  const type = profile.sampleTypes[profile.defaultSampleType];
  const others = profile.sampleTypes.length - 1;
  return (
    <tr>
      {name}
      <td>{profile.format.title}</td>
      <td>
        {sampleTypeTitle(type.type)}
        {others > 0 && ` + ${others}`}
      </td>
      <td>{formatValue(Number(profile.totals[profile.defaultSampleType]), type.unit, type.type)}</td>
      <td>{formatCount(profile.sampleCount)}</td>
      <td>{formatBytesOfFile(file.size)}</td>
      <td>
        {onChoose &&
          sideNames.map((side) => (
            <Button
              key={side}
              kind="edged"
              aria-label={`Compare with ${file.name} as ${side.toUpperCase()}`}
              aria-pressed={chosen[side] === file.name}
              onClick={() => onChoose(side, file.name)}
            >
              {side.toUpperCase()}
            </Button>
          ))}
        <Button onClick={() => navigate({ file: file.name, src: undefined, ...NO_LABELS }, 'push')}>
          Open<span className="visually-hidden"> {file.name}</span>
        </Button>
        <IconButton label={`Close ${file.name}`} icon="close" onClick={() => closeFile(analysis, file.name)} />
      </td>
    </tr>
  );
}

/** Text from the clipboard, as a file of its own. */
export function PasteDialog({ onClose }: { onClose(): void }): ReactElement {
  const [text, setText] = useState('');
  const [mistake, setMistake] = useState<string>();
  const { open } = useOpen();
  return (
    <Dialog title="Paste a profile" onClose={onClose}>
      <form
        className={styles['paste']}
        onSubmit={(event) => {
          event.preventDefault();
          // The typed text stays until it opens.
          void open([pastedSource(text)]).then((isOpen) =>
            isOpen ? onClose() : setMistake(uiStore.getState().refusals[0]?.reason),
          );
        }}
      >
        <label htmlFor="paste-text">
          Collapsed stacks: frames separated by semicolons, a number at the end of each line.
        </label>
        <textarea
          id="paste-text"
          autoFocus
          rows={12}
          value={text}
          spellCheck={false}
          placeholder={'main;parse;lex 12\nmain;serve 30'}
          onChange={(event) => setText(event.target.value)}
        />
        {mistake !== undefined && <p role="alert">{mistake}</p>}
        <Button kind="primary" type="submit" disabled={text.trim() === ''}>
          Open
        </Button>
      </form>
    </Dialog>
  );
}

/** Covers the page while files are dragged over the window. */
export function DropVeil(): ReactElement {
  return (
    <div className={styles['veil']}>
      <Icon name="upload" /> Drop to open
    </div>
  );
}
