/** The bands around every page: the top, what was refused, the files as tabs, the page itself. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { demoName } from '#model/demo-recipe.ts';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { formatFullInstant } from '#model/time-text.ts';
import { Button, IconButton } from './components/button.tsx';
import { Icon } from './components/icon.tsx';
import { Choice } from './components/menu.tsx';
import { ExportMenu } from './exports/export-menu.tsx';
import { lazily } from './components/lazily.tsx';
import { closeFile, filesStore, openFiles, type OpenFile, type ReadingFile, useFiles } from './screen/files-store.ts';
import { demoSource, FILE_INPUT_ID, fromBrowser, pastedSource, sidesOfShownFile, useOpen } from './files/use-open.ts';
import { ExplorePage } from './explore/explore-page.tsx';
import { ExploreTime } from './explore/explore-time.tsx';
import { isKeptPage } from './state/exported-page.ts';
import { usePageTitle } from './state/page-title.ts';
import { setPreference, usePreference } from './state/preferences.ts';
import { useAnalysis } from './queries/analysis-queries.ts';
import { useNow } from './time/refresh-clock.ts';
import { zoneName } from './time/zone-name.ts';
import { dismissRefusals, openDialog, useUi } from './state/ui-store.ts';
import { dismissUrlNotices, linkTo, navigate, useUrl, useUrlNotices } from './url/url-store.ts';
import type { UrlState } from './url/url-state.ts';
import { sampleTypeKey, useShown } from './screen/shown.ts';
import { useCurrentView } from './screen/current-view.ts';
import { Workspace } from './workspace/workspace.tsx';
import styles from './shell.module.css';

const ComparePage = lazily(async () => (await import('./compare/compare-page.tsx')).ComparePage);
const EmbedBar = lazily(async () => (await import('./embed-bar.tsx')).EmbedBar, <header className={styles['embed']} />);
const FilesPage = lazily(async () => (await import('./files/files-page.tsx')).FilesPage);
const DropVeil = lazily(async () => (await import('./files/files-page.tsx')).DropVeil);
const PasteDialog = lazily(async () => (await import('./files/files-page.tsx')).PasteDialog);
const TransformDialog = lazily(async () => (await import('./workspace/transform-dialog.tsx')).TransformDialog);
const ShareDialog = lazily(async () => (await import('./share/share-dialog.tsx')).ShareDialog);
const KeptSource = lazily(async () => (await import('./share/snapshot-source.tsx')).KeptSource);
const KeptNotice = lazily(async () => (await import('./share/snapshot-source.tsx')).KeptNotice);
const KeysDialog = lazily(async () => (await import('./keys-dialog.tsx')).KeysDialog);

export function Shell(): ReactElement {
  const snap = useUrl((state) => state.snap);
  if (snap === undefined) return <Bands />;
  return (
    <KeptSource key={snap} id={snap}>
      <Bands />
    </KeptSource>
  );
}

function Bands(): ReactElement {
  const view = useUrl((state) => state.view);
  const shownFile = useShownFile();
  const file = view === 'files' ? shownFile : undefined;
  const reading = useFiles().find((one): one is ReadingFile => one.kind === 'reading');
  const dialog = useUi((ui) => ui.dialog);
  const edited = useUi((ui) => ui.edited);
  const announcement = useUi((ui) => ui.announcement);
  const toast = useUi((ui) => ui.toast);
  const isEmbedded = useUrl((state) => state.embed);
  const snap = useUrl((state) => state.snap);
  const isDropping = useDropOnWindow();
  return (
    <div className={styles['shell']}>
      {isEmbedded ? <EmbedBar /> : <TopBar view={view} />}
      <Notices />
      {snap !== undefined && <KeptNotice id={snap} />}
      {reading && <Reading file={reading} />}
      {view === 'explore' ? (
        <ExplorePage />
      ) : view === 'compare' ? (
        <ComparePage />
      ) : file ? (
        <FilePage file={file} />
      ) : (
        <FilesPage />
      )}
      {isDropping && <DropVeil />}
      {dialog === 'paste' && <PasteDialog onClose={() => openDialog('none')} />}
      {dialog === 'transform' && <TransformDialog edited={edited} onClose={() => openDialog('none')} />}
      {dialog === 'share' && <ShareDialog onClose={() => openDialog('none')} />}
      {dialog === 'keys' && <KeysDialog onClose={() => openDialog('none')} />}
      <p className="visually-hidden" role="status" aria-live="polite">
        {announcement}
      </p>
      {toast !== '' && (
        <p className={styles['toast']} aria-hidden="true">
          {toast}
        </p>
      )}
    </div>
  );
}

function FilePage({ file }: { file: OpenFile }): ReactElement {
  usePageTitle(file.name);
  return (
    <main className={styles['main']}>
      <h1 className="visually-hidden">{file.name}</h1>
      <FileTabs file={file} />
      <Workspace key={file.profile.handle} file={file} />
    </main>
  );
}

const pages: readonly { readonly id: UrlState['view']; readonly title: string }[] = [
  { id: 'explore', title: 'Explore' },
  { id: 'compare', title: 'Compare' },
  { id: 'files', title: 'Files' },
];
const NO_FILE = { file: undefined, src: undefined, z: [], sel: [] } as const;

/** The open file that the link names; a demo opens itself. */
function useShownFile(): OpenFile | undefined {
  const analysis = useAnalysis();
  const files = useFiles();
  const name = useUrl((state) => (state.src ? demoName(state.src.nodes, state.src.seed) : state.file));
  const src = useUrl((state) => state.src);
  const view = useUrl((state) => state.view);
  useEffect(() => {
    const isKnown = src && filesStore.getState().entries.some((one) => one.name === demoName(src.nodes, src.seed));
    if (!src || isKnown || view !== 'files') return;
    void openFiles(analysis, [demoSource(src)]);
  }, [src, analysis, view]);
  return files.find((one): one is OpenFile => one.kind === 'open' && one.name === name);
}

function TopBar({ view }: { view: UrlState['view'] }): ReactElement {
  const { kind } = useCurrentView();
  const theme = usePreference('theme');
  const { open } = useOpen();
  // A file holds one page, and takes others to look at.
  const isKept = isKeptPage();
  const [first] = useState(view);
  const nowMs = useNow();
  const zone = useUrl((state) => state.tz);
  const home = isKept ? first : 'explore';
  const offered = isKept ? pages.filter(({ id }) => id === first || id === 'files') : pages;
  const next = { system: 'light', light: 'dark', dark: 'system' } as const;
  return (
    <header className={styles['top']}>
      <a
        className={styles['mark']}
        href={linkTo({ view: home })}
        onClick={(event) => {
          event.preventDefault();
          navigate(isKept ? { view: home } : { view: home, grid: 'none' }, 'push');
        }}
      >
        <Icon name="mark" /> Flametide
      </a>
      <nav aria-label="Pages">
        {offered.map(({ id, title }) => (
          <a
            key={id}
            href={linkTo({ view: id })}
            aria-current={id === view ? 'page' : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey) return;
              event.preventDefault();
              // A second click on Files leads back to the list of them.
              if (id === 'files' && view === 'files') navigate(NO_FILE, 'push');
              else navigate({ view: id, ...(id === 'compare' && view === 'files' && sidesOfShownFile()) }, 'push');
            }}
          >
            {title}
          </a>
        ))}
      </nav>
      <div className={styles['actions']}>
        {isKept ? (
          <span className={`${styles['only']} ${styles['wide']}`}>
            As it was on {formatFullInstant(nowMs, zoneName(zone))}
          </span>
        ) : (
          view !== 'files' && <ExploreTime />
        )}
        <ExportMenu />
        {kind !== 'nothing' && !isKept && (
          <Button icon="share" aria-label="Share" aria-haspopup="dialog" onClick={() => openDialog('share')}>
            <span className={styles['wide']}>Share</span>
          </Button>
        )}
        <IconButton label={`Theme: ${theme}`} icon="theme" onClick={() => setPreference('theme', next[theme])} />
        <IconButton label="Keys" icon="help" onClick={() => openDialog('keys')} />
      </div>
      <input
        id={FILE_INPUT_ID}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label="Open profile files"
        onChange={(event) => {
          const { files, dataset } = event.target;
          if (files && files.length > 0) void open(fromBrowser(files), dataset['side']);
          // The same file may be chosen again after a change on disk.
          event.target.value = '';
        }}
      />
    </header>
  );
}

function FileTabs({ file }: { file: OpenFile }): ReactElement {
  const analysis = useAnalysis();
  const files = useFiles();
  const { pick } = useOpen();
  const { sampleType } = useShown(file);
  const { sampleTypes, totals } = file.profile;
  const show = (name: string): void => navigate({ file: name, src: undefined, st: undefined, z: [], sel: [] }, 'push');
  return (
    <div className={styles['tabs']}>
      <div role="group" aria-label="Open files" className={styles['files']}>
        {files.map(
          (one) =>
            one.kind === 'open' && (
              <span key={one.name} className={styles['tab']} data-current={one === file || undefined}>
                <button
                  type="button"
                  aria-pressed={one === file}
                  title={one.name}
                  onClick={() => one !== file && show(one.name)}
                >
                  <bdi>{one.name}</bdi>
                </button>
                <IconButton
                  label={`Close ${one.name}`}
                  icon="close"
                  onClick={() => {
                    closeFile(analysis, one.name);
                    if (one === file) navigate({ file: undefined, src: undefined, z: [], sel: [] }, 'push');
                  }}
                />
              </span>
            ),
        )}
        <IconButton label="Open files" icon="plus" onClick={() => pick()} />
      </div>
      {sampleTypes.length > 1 ? (
        <Choice
          label="Sample type"
          edged
          value={sampleTypeKey(sampleTypes, sampleType)}
          options={sampleTypes.map(({ type, unit }, i) => ({
            id: sampleTypeKey(sampleTypes, i),
            title: sampleTypeTitle(type),
            hint: totals[i] === 0 ? `${unit}, empty` : unit,
          }))}
          onChange={(st) => navigate({ st }, 'push')}
        />
      ) : (
        <span className={styles['only']}>{sampleTypeTitle(sampleTypes[sampleType].type)}</span>
      )}
    </div>
  );
}

/** Reading that takes longer than a glance: how far it is, and a way to stop it. */
function Reading({ file }: { file: ReadingFile }): ReactElement | null {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), 300);
    return () => clearTimeout(timer);
  }, []);
  if (!isLong) return null;
  return (
    <div className={styles['notice']}>
      <progress max={1} value={file.share} aria-label={`Reading ${file.name}`} />
      <span>
        Reading <bdi>{file.name}</bdi>, {Math.round(file.share * 100)} %
      </span>
      <Button icon="stop" onClick={file.stop}>
        Stop
      </Button>
    </div>
  );
}

function Notices(): ReactElement {
  const refusals = useUi((ui) => ui.refusals);
  const notices = useUrlNotices();
  return (
    <>
      {/* Stands before it has something to say: an alert is announced when words come into it. */}
      <div role="alert">
        {refusals.length > 0 && (
          <div className={styles['notice']} data-kind="error">
            <Icon name="error" />
            <ul>
              {refusals.map(({ file, verb, what, place, remedy }, i) => (
                <li key={i}>
                  <strong>
                    <bdi>{file.slice(0, 200)}</bdi>
                  </strong>{' '}
                  {verb}: {what}
                  {place !== undefined && ` (${place})`} {remedy}
                </li>
              ))}
            </ul>
            <IconButton label="Dismiss" icon="close" onClick={dismissRefusals} />
          </div>
        )}
      </div>
      {notices.length > 0 && (
        <div className={styles['notice']} data-kind="warn" role="status">
          <Icon name="warn" />
          <span>
            Not all of this link could be read: {notices.slice(0, MOST_NOTICES).join(' ')}
            {notices.length > MOST_NOTICES && ` And ${notices.length - MOST_NOTICES} more.`}
          </span>
          <IconButton label="Dismiss" icon="close" onClick={dismissUrlNotices} />
        </div>
      )}
    </>
  );
}

const MOST_NOTICES = 4;

/** Files dropped anywhere on the window open. @returns whether some hang over it now. */
function useDropOnWindow(): boolean {
  const { open } = useOpen();
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    addEventListener(
      'dragenter',
      (event) => holdsFiles(event) && (event.preventDefault(), depth.current++, setOver(true)),
      { signal },
    );
    addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault(), { signal });
    addEventListener('dragleave', (event) => holdsFiles(event) && --depth.current <= 0 && setOver(false), { signal });
    addEventListener(
      'drop',
      (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        if (event.dataTransfer) void open(fromBrowser(event.dataTransfer.files));
      },
      { signal },
    );
    addEventListener(
      'paste',
      (event) => {
        if ((event.target as Element | null)?.closest?.('input, textarea')) return;
        const { files } = event.clipboardData ?? {};
        const text = event.clipboardData?.getData('text/plain') ?? '';
        if (files && files.length > 0) void open(fromBrowser(files));
        else if (text.trim() !== '') void open([pastedSource(text)]);
      },
      { signal },
    );
    return () => stop.abort();
  }, [open]);
  return isOver;
}
