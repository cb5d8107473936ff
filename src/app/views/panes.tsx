/** Which view of the profile: a row of choices, or one field where the window is narrow. */
import type { KeyboardEvent, ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import { navigate } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { useIsNarrow } from './use-narrow.ts';
import styles from './workspace.module.css';

type Pane = UrlState['pane'];

const paneList: readonly { readonly id: Pane; readonly title: string }[] = [
  { id: 'flame', title: 'Flame' },
  { id: 'functions', title: 'Functions' },
  { id: 'both', title: 'Both' },
  { id: 'sandwich', title: 'Sandwich' },
  { id: 'tree', title: 'Tree' },
  { id: 'source', title: 'Source' },
];

export function Panes({ pane }: { pane: Pane }): ReactElement {
  // Source opens where one has looked elsewhere, not where one read last.
  const choose = (next: Pane): void => navigate({ pane: next, sf: '' }, 'push');
  if (useIsNarrow()) {
    const options = paneList.filter(({ id }) => id !== 'both');
    return <Choice label="View" edged value={pane === 'both' ? 'flame' : pane} options={options} onChange={choose} />;
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = paneList.findIndex(({ id }) => id === pane);
    const to = (at + by + paneList.length) % paneList.length;
    choose(paneList[to].id);
    event.currentTarget.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div role="radiogroup" aria-label="View" className={styles['panes']} onKeyDown={onKeyDown}>
      {paneList.map(({ id, title }) => (
        <Button
          key={id}
          role="radio"
          aria-checked={id === pane}
          tabIndex={id === pane ? 0 : -1}
          onClick={() => choose(id)}
        >
          {title}
        </Button>
      ))}
    </div>
  );
}
