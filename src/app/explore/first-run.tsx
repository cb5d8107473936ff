/** The page of an empty server: how programs of each language send profiles. It disappears with the first profile. */
import { type ReactElement, useState } from 'react';
import { Button } from '../components/button.tsx';
import { Panel } from '../components/message.tsx';
import { RadioRow } from '../components/radio-row.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { copy } from '../state/commands.ts';
import { navigate } from '../url/url-store.ts';
import { type Language, languages } from './first-lines.ts';
import styles from './first-run.module.css';

export function FirstRun(): ReactElement {
  const [language, setLanguage] = useState<Language>('go');
  // Without the slash at its end: agents add a path of their own.
  const address = new URL('.', document.baseURI).href.replace(/\/$/, '');
  const { note, steps } = languages[language];
  // The state that a Pyroscope reports is minutes old: only the range is known to be empty.
  const isPyroscope = useServerStatus().data?.source === 'pyroscope';
  return (
    <Panel kind="info" title={isPyroscope ? 'No profile in this range' : 'No profile yet'}>
      <p>
        Profiling agents send to <strong>{address}</strong>, the address of this page. The first profile appears here by
        itself.
      </p>
      <RadioRow<Language>
        label="Language"
        className={styles['languages']}
        value={language}
        options={(Object.keys(languages) as Language[]).map((id) => ({ id, title: languages[id].title }))}
        onChange={setLanguage}
      />
      {note !== undefined && <p>{note}</p>}
      {steps.map(({ title, linesFor }) => {
        const lines = linesFor(address);
        return (
          <section key={title} className={styles['step']} aria-label={title}>
            <header>
              <h3>{title}</h3>
              <Button icon="copy" aria-label={`Copy: ${title}`} onClick={() => void copy(lines, title)}>
                Copy
              </Button>
            </header>
            <pre tabIndex={0} role="region" aria-label={`Lines: ${title}`}>
              {lines}
            </pre>
          </section>
        );
      })}
      <Button kind="edged" onClick={() => navigate({ view: 'files' }, 'push')}>
        Open a file instead
      </Button>
    </Panel>
  );
}
