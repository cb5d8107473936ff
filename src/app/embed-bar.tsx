/** The only band around a view in a frame of another page: its source, and a link to the whole page. */
import type { ReactElement } from 'react';
import { Icon } from './components/icon.tsx';
import { useExplored } from './explore/use-explored.ts';
import { useAutoRefresh } from './time/refresh-clock.ts';
import { linkTo, useUrl } from './url/url-store.ts';
import styles from './shell.module.css';

export function EmbedBar(): ReactElement {
  useAutoRefresh(useExplored().refreshS);
  // The link follows the state.
  useUrl((state) => state);
  return (
    <header className={styles['embed']}>
      <Icon name="mark" />
      <a href={linkTo({ embed: false })} target="_blank" rel="noopener">
        Open in Flametide
      </a>
    </header>
  );
}
