/** Share: a link to the view, a summary of it, and a snapshot that outlives the profiles. */
import { useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { rangeTitle } from '#model/range-title.ts';
import { isRelative } from '#model/time-range.ts';
import { formatBytesOfFile } from '#model/units.ts';
import { useStore } from 'zustand';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { useServerStatus } from '../queries/source-queries.ts';
import { zoneName } from '../time/zone-name.ts';
import { parseUrl } from '../url/codec.ts';
import type { UrlState } from '../url/url-state.ts';
import { linkOnScreen, movingLink } from '../screen/link-on-screen.ts';
import { comparisonOf, onScreen, treeOf, useCurrentView } from '../screen/current-view.ts';
import { saveSnapshot, type SavedSnapshot, shortLinkOf } from './save-snapshot.ts';
import { SavedLinks, LINKS_KEY } from './saved-links.tsx';
import { LinkContent, NeededFiles } from './link-content.tsx';
import { linkAsMarkdown } from './link-summary.ts';
import styles from './share.module.css';

type Form = 'fixed' | 'moving' | 'snapshot';

export function ShareDialog({ onClose }: { onClose(): void }): ReactElement {
  const view = useCurrentView();
  const isComplete = useStore(onScreen, (screen) => screen.isComplete);
  const analysis = useAnalysis();
  const queries = useQueryClient();
  const hasServer = useServerStatus().data !== undefined;
  const field = useRef<HTMLInputElement>(null);
  // Taken when the dialog opens: a refresh must not change the link while it is copied.
  const [long] = useState(() => ({ fixed: linkOnScreen(), moving: movingLink() }));
  const [form, setForm] = useState<Form>('fixed');
  const [short, setShort] = useState<Readonly<Record<string, string>>>({});
  const [saved, setSaved] = useState<SavedSnapshot>();
  const [said, setSaid] = useState('');
  const { busy, failure, run } = useWork();

  const link = (form === 'moving' ? long.moving : undefined) ?? long.fixed;
  const url = form === 'snapshot' && saved ? saved.url : (short[link] ?? link);
  const { state } = useMemo(() => parseUrl(new URL(link).search), [link]);
  const zone = zoneName(state.tz);
  const files = filesOf(state);

  // Not disabled while they work, because they would lose the focus.
  const canShorten = busy === undefined && url === link;
  const isShown = (treeOf(view) ?? comparisonOf(view)) !== undefined;
  const canSave = busy === undefined && isComplete && isShown;

  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(`${what} copied.`);
    } catch {
      // Plain http from another machine has no clipboard.
      field.current?.focus();
      field.current?.select();
      setSaid('The browser did not allow copying; the link is selected.');
    }
  };
  const shorten = (): void =>
    run('Making a short link…', async () => {
      const made = await shortLinkOf(link);
      setShort((known) => ({ ...known, [link]: made.url }));
      void queries.invalidateQueries({ queryKey: [LINKS_KEY] });
      await copy(made.url, 'Short link');
    });
  const save = (): void =>
    run('Saving a snapshot…', async (signal) => {
      const made = await saveSnapshot(analysis, queries, signal);
      setSaved(made);
      setForm('snapshot');
      void queries.invalidateQueries({ queryKey: [LINKS_KEY] });
      await copy(made.url, 'Link to the snapshot');
    });

  /** A deleted link is no longer offered. */
  const forget = (id: string): void => {
    setShort((known) => Object.fromEntries(Object.entries(known).filter(([, made]) => !made.endsWith(`/${id}`))));
    if (saved?.id !== id) return;
    setSaved(undefined);
    setForm('fixed');
  };

  return (
    <Dialog title="Share" onClose={onClose}>
      <div className={styles['share']}>
        {(long.moving !== undefined || saved) && (
          <fieldset>
            <legend className="visually-hidden">Which link</legend>
            <Option
              form="fixed"
              chosen={form}
              onChoose={setForm}
              title="The current range"
              hint="shows the same as long as the profiles are stored"
            />
            {long.moving !== undefined && (
              <Option
                form="moving"
                chosen={form}
                onChoose={setForm}
                title={`Moving: ${movingWords(state, long.moving)}`}
                hint="shows the newest profiles each time it is opened"
              />
            )}
            {saved && (
              <Option
                form="snapshot"
                chosen={form}
                onChoose={setForm}
                title={`Snapshot: ${formatBytesOfFile(saved.bytes)} on the server`}
                hint="shows the same until someone deletes it"
              />
            )}
          </fieldset>
        )}
        <div className={styles['link']}>
          <input
            ref={field}
            aria-label="Link"
            readOnly
            value={url}
            spellCheck={false}
            onFocus={({ target }) => target.select()}
          />
          <Button kind="primary" icon="copy" autoFocus onClick={() => void copy(url, 'Link')}>
            Copy link
          </Button>
        </div>
        <div className={styles['ways']}>
          <Button kind="edged" onClick={() => void copy(linkAsMarkdown(state, url, zone), 'Markdown')}>
            Copy as Markdown
          </Button>
          {hasServer && (
            <Button kind="edged" aria-disabled={!canShorten} onClick={() => canShorten && shorten()}>
              Make a short link
            </Button>
          )}
          <span role="status" className={styles['said']}>
            {busy ?? said}
          </span>
        </div>
        {failure !== undefined && (
          <p className={styles['failure']} role="alert">
            {failure}
          </p>
        )}
        {files.length > 0 && form !== 'snapshot' && state.snap === undefined && <NeededFiles files={files} />}
        <LinkContent state={state} zone={zone} />
        {hasServer && (
          <section aria-labelledby="snapshot">
            <h3 id="snapshot">Snapshot</h3>
            <p>
              The server stores the data of this view under a short link. The link works when the profiles are gone, and
              lasts until someone deletes it below: retention does not remove it.
            </p>
            <div className={styles['ways']}>
              <Button kind="edged" aria-disabled={!canSave} onClick={() => canSave && save()}>
                Save a snapshot
              </Button>
              {saved && (
                <span>
                  {formatBytesOfFile(saved.bytes)} saved as <bdi>{saved.id}</bdi>.
                </span>
              )}
              {!isComplete && <span>Still loading.</span>}
              {isComplete && !isShown && <span>Open a graph first: there is nothing to snapshot.</span>}
            </div>
          </section>
        )}
        {hasServer && <SavedLinks zone={zone} onDeleted={forget} />}
      </div>
    </Dialog>
  );
}

interface OptionProps {
  readonly form: Form;
  readonly chosen: Form;
  readonly title: string;
  readonly hint: string;
  onChoose(form: Form): void;
}

function Option({ form, chosen, title, hint, onChoose }: OptionProps): ReactElement {
  return (
    <label>
      <input type="radio" name="which-link" checked={form === chosen} onChange={() => onChoose(form)} />
      <span>
        {title} <span className={styles['hint']}>{hint}</span>
      </span>
    </label>
  );
}

/** One task at a time; closing the dialog aborts it. */
function useWork(): {
  readonly busy: string | undefined;
  readonly failure: string | undefined;
  run(what: string, work: (signal: AbortSignal) => Promise<void>): void;
} {
  const [busy, setBusy] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), []);
  const run = (what: string, work: (signal: AbortSignal) => Promise<void>): void => {
    const control = new AbortController();
    stop.current = control;
    setBusy(what);
    setFailure(undefined);
    work(control.signal)
      .catch((error: unknown) => {
        if (!control.signal.aborted) setFailure(error instanceof Error ? error.message : String(error));
      })
      .finally(() => setBusy(undefined));
  };
  return { busy, failure, run };
}

function filesOf(state: UrlState): readonly string[] {
  const names =
    state.view === 'files'
      ? [state.src ? undefined : state.file]
      : state.view === 'compare'
        ? [state['a.file'], state['b.file']]
        : [];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** @param state of the fixed link @param moving the moving link */
function movingWords({ view }: UrlState, moving: string): string {
  const { from = 'now-1h', until = 'now', tz } = parseUrl(new URL(moving).search).state;
  const title = view === 'explore' && isRelative({ from, until }) ? rangeTitle({ from, until }, zoneName(tz)) : '';
  return title === '' ? 'the ranges as written' : title;
}
