/** Which view of the profile: a row of choices, or one field where the window is narrow. */
import type { KeyboardEvent, ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { Choice } from '../components/menu.tsx';
import { navigate, useUrl } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
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

/** The pane of the link; of two sides there is none in the view of one. */
export function usePane(): Pane {
  return useUrl(({ pane }) => (pane === 'sides' ? 'both' : pane));
}

export function Panes({ pane }: { pane: Pane }): ReactElement {
  const isNarrow = useIsNarrow();
  return (
    <PaneChoice
      panes={isNarrow ? paneList.filter(({ id }) => id !== 'both') : paneList}
      pane={isNarrow && pane === 'both' ? 'flame' : pane}
      // Source opens where one has looked elsewhere, not where one read last.
      onPane={(next) => navigate({ pane: next, sf: '' }, 'push')}
    />
  );
}

interface PaneChoiceProps {
  readonly panes: typeof paneList;
  readonly pane: Pane;
  onPane(pane: Pane): void;
}

/** A row of choices, or one field where the window is narrow. */
export function PaneChoice({ panes, pane, onPane }: PaneChoiceProps): ReactElement {
  if (useIsNarrow()) return <Choice label="View" edged value={pane} options={panes} onChange={onPane} />;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = panes.findIndex(({ id }) => id === pane);
    const to = (at + by + panes.length) % panes.length;
    onPane(panes[to].id);
    event.currentTarget.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div role="radiogroup" aria-label="View" className={styles['panes']} onKeyDown={onKeyDown}>
      {panes.map(({ id, title }) => (
        <Button
          key={id}
          role="radio"
          aria-checked={id === pane}
          tabIndex={id === pane ? 0 : -1}
          onClick={() => onPane(id)}
        >
          {title}
        </Button>
      ))}
    </div>
  );
}
