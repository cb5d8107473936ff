/** An open file: its tab among the others, its sample type, its views. */
import { type ReactElement, useMemo } from 'react';
import { formatInterval, formatOffsetMs, type Interval } from '#model/interval.ts';
import type { LabelMatcher } from '#model/labels.ts';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import { BusyPanel, Panel } from '../components/message.tsx';
import { useLatest } from '../components/use-latest.ts';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { closeFile, type OpenFile, useFiles } from '../screen/files-store.ts';
import { sampleTypeKey, useShown } from '../screen/shown.ts';
import { useSelected } from '../screen/use-selected.ts';
import { FileLabels } from '../query-bar/file-labels.tsx';
import { GroupBy } from '../query-bar/group-by.tsx';
import { fileLabelSource } from '../source/file-label-source.ts';
import { addTransform, NO_LABELS, showFile } from '../state/commands.ts';
import { usePageTitle } from '../state/page-title.ts';
import { navigate, useUrl } from '../url/url-store.ts';
import { Workspace } from '../workspace/workspace.tsx';
import { sidesOf } from './file-pair.ts';
import { restAgainst, sidesInside, useOpen } from './use-open.ts';
import styles from './file-page.module.css';

export function FilePage({ file }: { file: OpenFile }): ReactElement {
  usePageTitle(file.name);
  const matchers = useUrl((state) => state.q);
  const by = useUrl((state) => state.by);
  const during = useUrl((state) => (file.profile.isTimed ? state.during : undefined));
  const { file: selected, isStale, error } = useSelected(file, { matchers, by, during });
  // While the first samples are selected, all of them stay.
  const latest = useLatest(selected);
  const shown = selected ?? (latest?.name === file.name ? latest : undefined);
  const isNone = selected?.profile.sampleCount === 0 && file.profile.sampleCount > 0;
  return (
    <main className={styles['main']}>
      <h1 className="visually-hidden">{file.name}</h1>
      <FileTabs file={file} />
      <FileBar file={file} matchers={matchers} by={by} during={during} />
      {error !== null || isNone ? (
        <Panel
          kind={error ? 'error' : 'info'}
          title={
            error ? 'These labels cannot be read' : during ? 'No sample in this part' : 'No sample has these labels'
          }
        >
          {error && <p>{error.message}</p>}
          <Button kind="edged" onClick={() => navigate(NO_LABELS, 'push')}>
            Show all samples
          </Button>
        </Panel>
      ) : shown ? (
        <Workspace key={file.profile.handle} opened={shown} isStale={isStale || selected === undefined} />
      ) : (
        <BusyPanel />
      )}
    </main>
  );
}

interface FileBarProps {
  readonly file: OpenFile;
  readonly matchers: readonly LabelMatcher[];
  readonly by: string;
  readonly during: Interval | undefined;
}

/** What the file itself offers: its labels, a part of its recording, and the frames that it asks to leave out. */
function FileBar({ file, matchers, by, during }: FileBarProps): ReactElement | null {
  const analysis = useAnalysis();
  const { sampleType } = useShown(file);
  const { handle, labelKeys, prune, sampleTypes } = file.profile;
  const isPruned = useUrl((state) => state.t.some((one) => one.kind === 'prune' && one.match === prune));
  const source = useMemo(() => fileLabelSource(analysis, { handle, sampleType }), [analysis, handle, sampleType]);
  if (labelKeys.length === 0 && !during && (prune === undefined || isPruned)) return null;
  return (
    <div className={styles['labels']} role="region" aria-label="Samples">
      {labelKeys.length > 0 && (
        <>
          <FileLabels
            keys={labelKeys}
            matchers={matchers}
            source={source}
            type={sampleTypes[sampleType]}
            onMatchers={(q) => navigate({ q }, 'push')}
          />
          <GroupBy
            groupBy={by === '' ? undefined : by}
            matchers={matchers}
            source={source}
            onGroupBy={(name) => navigate({ by: name ?? '', z: [] }, 'push')}
          />
        </>
      )}
      {during && <Part file={file} during={during} />}
      {prune !== undefined && !isPruned && (
        <Button
          title={`The file recommends leaving out functions that match ${prune}, and all their callees`}
          onClick={() => addTransform({ kind: 'prune', match: prune })}
        >
          Leave out frames as the file recommends
        </Button>
      )}
    </div>
  );
}

/** The part of the recording that is shown, a way to the rest and a way back. */
function Part({ file, during }: { readonly file: OpenFile; readonly during: Interval }): ReactElement {
  return (
    <span className={styles['part']} role="group" aria-label="Part of the recording">
      <span>
        {formatInterval(during)}
        {file.profile.recordedMs !== undefined && ` of ${formatOffsetMs(file.profile.recordedMs)}`}
      </span>
      <Button
        icon="swap"
        kind="edged"
        title={`A is the rest of the recording, B is ${formatInterval(during)}`}
        onClick={() => navigate({ view: 'compare', ...restAgainst(file.name, during) }, 'push')}
      >
        Compare with the rest
      </Button>
      <Button icon="close" onClick={() => navigate({ during: undefined }, 'push')}>
        Whole recording
      </Button>
    </span>
  );
}

function FileTabs({ file }: { file: OpenFile }): ReactElement {
  const analysis = useAnalysis();
  const files = useFiles();
  const { pick } = useOpen();
  const { sampleType } = useShown(file);
  const { sampleTypes, totals } = file.profile;
  const open = files.filter((one) => one.kind === 'open');
  const others = open.length - 1;
  const sides = sidesOf(file.name, open);
  const inside = sidesInside(file.name);
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
                  onClick={() => one !== file && showFile(one.name)}
                >
                  <bdi>{one.name}</bdi>
                </button>
                <IconButton
                  label={`Close ${one.name}`}
                  icon="close"
                  onClick={() => {
                    closeFile(analysis, one.name);
                    if (one === file) showFile(undefined);
                  }}
                />
              </span>
            ),
        )}
        <IconButton label="Open files" icon="plus" onClick={() => pick()} />
      </div>
      {inside && (
        <Button icon="swap" kind="edged" onClick={() => navigate({ view: 'compare', ...inside }, 'push')}>
          Compare before and after
        </Button>
      )}
      {others > 0 && (
        <Button
          kind={others === 1 ? 'edged' : 'plain'}
          icon="swap"
          title={`${sides['a.file']} is A, ${sides['b.file']} is B`}
          onClick={() => navigate({ view: 'compare', ...sides }, 'push')}
        >
          Compare
        </Button>
      )}
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
