/** What a link contains, and what it needs beside it. */
import type { ReactElement } from 'react';
import { Icon } from '../components/icon.tsx';
import type { UrlState } from '../url/url-state.ts';
import { linkRows } from './link-summary.ts';
import styles from './share.module.css';

export function LinkContent({ state, zone }: { state: UrlState; zone: string }): ReactElement {
  return (
    <section aria-labelledby="link-content">
      <h3 id="link-content">What the link contains</h3>
      <dl>
        {linkRows(state, zone).map(({ title, text }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              <bdi>{text}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function NeededFiles({ files }: { files: readonly string[] }): ReactElement {
  return (
    <p className={styles['warning']}>
      <Icon name="warn" />
      <span>
        A link does not contain files. To open it you need {files.length > 1 ? 'the same files' : 'the same file'} under
        the same name:{' '}
        {files.map((name, i) => (
          <span key={name}>
            {i > 0 && ', '}
            <bdi>{name.slice(0, 120)}</bdi>
          </span>
        ))}
        .
      </span>
    </p>
  );
}
