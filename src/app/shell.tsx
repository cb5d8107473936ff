/** The bands around every page: top bar, errors, notices, the page itself. */
import { type ReactElement, useState } from 'react';
import { formatFullInstant } from '#model/time-text.ts';
import { Button, IconButton } from './components/button.tsx';
import { Icon } from './components/icon.tsx';
import { lazily } from './components/lazily.tsx';
import { Note } from './components/message.tsx';
import { ExplorePage } from './explore/explore-page.tsx';
import { ExploreTime } from './explore/explore-time.tsx';
import { ExportMenu } from './exports/export-menu.tsx';
import { FilePage } from './files/file-page.tsx';
import { Reading } from './files/reading.tsx';
import { useDropOnWindow } from './files/use-drop.ts';
import { FILE_INPUT_ID, fromBrowser, sidesOfShownFile, useOpen } from './files/use-open.ts';
import { useShownFile } from './files/use-shown-file.ts';
import { useCurrentView, useOnScreen } from './screen/current-view.ts';
import { type ReadingFile, useFiles } from './screen/files-store.ts';
import { NO_LABELS, showFile } from './state/commands.ts';
import { isExportedPage } from './state/exported-page.ts';
import { setPreference, usePreference } from './state/preferences.ts';
import { dismissRefusals, openDialog, useUi } from './state/ui-store.ts';
import { useNow } from './time/refresh-clock.ts';
import { zoneName } from './time/zone-name.ts';
import type { UrlState } from './url/url-state.ts';
import { dismissUrlNotices, linkTo, navigate, useUrl, useUrlNotices } from './url/url-store.ts';
import styles from './shell.module.css';

const ComparePage = lazily(async () => (await import('./compare/compare-page.tsx')).ComparePage);
const EmbedBar = lazily(async () => (await import('./embed-bar.tsx')).EmbedBar, <header className={styles['embed']} />);
const FilesPage = lazily(async () => (await import('./files/files-page.tsx')).FilesPage);
const DropVeil = lazily(async () => (await import('./files/files-page.tsx')).DropVeil);
const PasteDialog = lazily(async () => (await import('./files/files-page.tsx')).PasteDialog);
const TransformDialog = lazily(async () => (await import('./workspace/transform-dialog.tsx')).TransformDialog);
const ShareDialog = lazily(async () => (await import('./share/share-dialog.tsx')).ShareDialog);
const SnapshotSource = lazily(async () => (await import('./share/snapshot-source.tsx')).SnapshotSource);
const SnapshotNotice = lazily(async () => (await import('./share/snapshot-source.tsx')).SnapshotNotice);
const KeysDialog = lazily(async () => (await import('./keys-dialog.tsx')).KeysDialog);

export function Shell(): ReactElement {
  useOnScreen('hasStarted', true);
  const snap = useUrl((state) => state.snap);
  if (snap === undefined) return <Bands />;
  return (
    <SnapshotSource key={snap} id={snap}>
      <Bands />
    </SnapshotSource>
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
      <button type="button" className={styles['skip']} onClick={focusContent}>
        Skip to the content
      </button>
      {isEmbedded ? <EmbedBar /> : <TopBar view={view} />}
      <Notices />
      {snap !== undefined && <SnapshotNotice id={snap} />}
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

/** For keys: past the pages and the controls of the top bar. */
function focusContent(): void {
  const content = document.querySelector('main');
  if (!content) return;
  content.tabIndex = -1;
  content.focus();
}

interface PageLink {
  readonly title: string;
  readonly view: UrlState['view'];
  /** Which grid of Explore is the page. */
  readonly grid?: UrlState['grid'];
}

const pages: readonly PageLink[] = [
  { title: 'Explore', view: 'explore', grid: 'none' },
  { title: 'Services', view: 'explore', grid: 'services' },
  { title: 'Compare', view: 'compare' },
  { title: 'Files', view: 'files' },
];

/** Switching between files and services drops the labels from the link, since they differ. */
function labelsAt(from: UrlState['view'], to: UrlState['view']): Partial<UrlState> {
  return (from === 'files') === (to === 'files') ? {} : NO_LABELS;
}

function TopBar({ view }: { view: UrlState['view'] }): ReactElement {
  const { kind } = useCurrentView();
  const theme = usePreference('theme');
  const { open } = useOpen();
  // A file holds one page, and takes others to look at.
  const isKept = isExportedPage();
  const [first] = useState(view);
  const nowMs = useNow();
  const zone = useUrl((state) => state.tz);
  const home = isKept ? first : 'explore';
  const offered = isKept
    ? pages.filter((one) => one.grid !== 'services' && [first, 'files'].includes(one.view))
    : pages;
  const isServices = useUrl((state) => state.view === 'explore' && state.grid === 'services');
  const next = { system: 'light', light: 'dark', dark: 'system' } as const;
  return (
    <header className={styles['top']}>
      <a
        className={styles['mark']}
        href={linkTo({ view: home, ...labelsAt(view, home) })}
        onClick={(event) => {
          event.preventDefault();
          navigate(isKept ? { view: home } : { view: home, grid: 'none', ...labelsAt(view, home) }, 'push');
        }}
      >
        <Icon name="mark" /> Flametide
      </a>
      <nav aria-label="Pages">
        {offered.map(({ title, ...page }) => {
          const to = { ...page, ...labelsAt(view, page.view) };
          const isHere = page.view === view && isServices === (page.grid === 'services');
          return (
            <a
              key={title}
              href={linkTo(to)}
              aria-current={isHere ? 'page' : undefined}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey) return;
                event.preventDefault();
                // A message about a file has been read where it came up.
                dismissRefusals();
                // A second click on Files leads back to the list of them.
                if (page.view === 'files' && view === 'files') showFile(undefined);
                else
                  navigate({ ...to, ...(page.view === 'compare' && view === 'files' && sidesOfShownFile()) }, 'push');
              }}
            >
              {title}
            </a>
          );
        })}
      </nav>
      <div className={styles['actions']}>
        {isKept ? (
          <span className={`${styles['only']} ${styles['wide']}`}>
            Saved on {formatFullInstant(nowMs, zoneName(zone))}
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

function Notices(): ReactElement {
  const refusals = useUi((ui) => ui.refusals);
  const notices = useUrlNotices();
  return (
    <>
      {/* Rendered empty first: an alert is announced when text is added to it. */}
      <div role="alert">
        {refusals.length > 0 && (
          <Note kind="error" isSilent actions={<IconButton label="Dismiss" icon="close" onClick={dismissRefusals} />}>
            <ul>
              {refusals.map(({ file, verb, reason }, i) => (
                <li key={i}>
                  <strong>
                    <bdi>{file.slice(0, 200)}</bdi>
                  </strong>{' '}
                  {verb}: {reason}
                </li>
              ))}
            </ul>
          </Note>
        )}
      </div>
      {notices.length > 0 && (
        <Note kind="warn" actions={<IconButton label="Dismiss" icon="close" onClick={dismissUrlNotices} />}>
          Parts of this link could not be read: {notices.slice(0, MAX_NOTICES).join(' ')}
          {notices.length > MAX_NOTICES && ` And ${notices.length - MAX_NOTICES} more.`}
        </Note>
      )}
    </>
  );
}

const MAX_NOTICES = 4;
