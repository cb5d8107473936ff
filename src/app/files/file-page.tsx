/** An open file: its tab among the others, its sample type, its views. */
import type { ReactElement } from 'react';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { Button, IconButton } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import { useAnalysis } from '../queries/analysis-queries.ts';
import { closeFile, type OpenFile, useFiles } from '../screen/files-store.ts';
import { sampleTypeKey, useShown } from '../screen/shown.ts';
import { showFile } from '../state/commands.ts';
import { usePageTitle } from '../state/page-title.ts';
import { navigate } from '../url/url-store.ts';
import { Workspace } from '../workspace/workspace.tsx';
import { sidesOf, useOpen } from './use-open.ts';
import styles from './file-page.module.css';

export function FilePage({ file }: { file: OpenFile }): ReactElement {
  usePageTitle(file.name);
  return (
    <main className={styles['main']}>
      <h1 className="visually-hidden">{file.name}</h1>
      <FileTabs file={file} />
      <Workspace key={file.profile.handle} opened={file} />
    </main>
  );
}

function FileTabs({ file }: { file: OpenFile }): ReactElement {
  const analysis = useAnalysis();
  const files = useFiles();
  const { pick } = useOpen();
  const { sampleType } = useShown(file);
  const { sampleTypes, totals } = file.profile;
  const names = files.flatMap((one) => (one.kind === 'open' ? [one.name] : []));
  const others = names.length - 1;
  const sides = sidesOf(file.name, names);
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
