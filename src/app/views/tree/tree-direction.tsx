/** Whether a tree is read from the root on, or from the leaves: a transform like any other. */
import type { ReactElement } from 'react';
import { addTransform, removeTransform } from '../../state/commands.ts';
import { Button } from '../../components/button.tsx';
import { urlStore, useUrl } from '../../url/url-store.ts';
import styles from './tree-view.module.css';

export function useIsBottomUp(): boolean {
  return useUrl((state) => state.t.filter(({ kind }) => kind === 'invert').length % 2 === 1);
}

export function TreeDirection(): ReactElement {
  const isBottomUp = useIsBottomUp();
  const uninvert = (): void =>
    removeTransform(urlStore.getState().state.t.findLastIndex(({ kind }) => kind === 'invert'));
  return (
    <div className={styles['tools']}>
      <Button aria-pressed={!isBottomUp} onClick={() => isBottomUp && uninvert()} title="From callers to callees">
        Top-down
      </Button>
      <Button
        aria-pressed={isBottomUp}
        onClick={() => !isBottomUp && addTransform({ kind: 'invert' })}
        title="From callees to callers"
      >
        Bottom-up
      </Button>
    </div>
  );
}
