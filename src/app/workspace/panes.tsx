/** Which view of the profile: a row of choices, or one field where the window is narrow. */
import type { ReactElement } from 'react';
import { Choice } from '../components/menu.tsx';
import { RadioRow } from '../components/radio-row.tsx';
import { isExportedPage } from '../state/exported-page.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore, useUrl } from '../url/url-store.ts';
import { type Pane, paneIds, panes } from '../url/panes.ts';
import { useIsNarrow } from '../components/use-narrow.ts';
import styles from './workspace.module.css';

interface PaneEntry {
  readonly id: Pane;
  readonly title: string;
}

/** Whether it is a view of one profile. An exported page does not hold the labels of samples, so it has no threads. */
function isHere(pane: Pane): boolean {
  const { title, needs } = panes[pane];
  return title !== undefined && (needs !== 'threads' || !isExportedPage());
}

/** The pane of the link that a profile is shown in. A view of two sides is none of one, and the list needs room. */
export function usePane(): Pane {
  const isNarrow = useIsNarrow();
  const asked = useUrl(({ pane }) => (isHere(pane) ? pane : 'both'));
  return isNarrow && asked === 'both' ? 'flame' : asked;
}

export function Panes({ pane, isTimed }: { pane: Pane; isTimed: boolean }): ReactElement {
  const isNarrow = useIsNarrow();
  // What a link opens is among the choices, also where it has nothing to show.
  const offered = paneIds.flatMap((id): PaneEntry[] => {
    const { title, needs } = panes[id];
    const isOffered = isHere(id) && (needs === undefined || isTimed || id === pane);
    return title !== undefined && isOffered ? [{ id, title }] : [];
  });
  return (
    <PaneChoice
      panes={isNarrow ? offered.filter(({ id }) => id !== 'both') : offered}
      pane={pane}
      onPane={(next) => navigate({ ...ofPane(next), sf: '' }, 'push')}
    />
  );
}

/** A view opens at the selected function, not at what it showed last. */
export function ofPane(pane: Pane): Partial<UrlState> {
  const isSelected = urlStore.getState().state.sel.length > 0;
  return pane === 'sandwich' && isSelected ? { pane, sw: '' } : { pane };
}

interface PaneChoiceProps {
  readonly panes: readonly PaneEntry[];
  readonly pane: Pane;
  onPane(pane: Pane): void;
}

/** A row of choices, or one field where the window is narrow. */
export function PaneChoice({ panes: offer, pane, onPane }: PaneChoiceProps): ReactElement {
  if (useIsNarrow()) return <Choice label="View" edged value={pane} options={offer} onChange={onPane} />;
  return <RadioRow label="View" className={styles['panes']} value={pane} options={offer} onChange={onPane} />;
}
