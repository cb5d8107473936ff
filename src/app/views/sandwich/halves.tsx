/** The halves of a sandwich: callers above, callees below. */
import { Fragment, type ReactElement } from 'react';
import type { CallTree } from '#model/call-tree.ts';
import type { Direction } from '#render/flamegraph/engine.ts';
import styles from './sandwich.module.css';

/** One half, ready to draw. */
export interface HalfOf<T> {
  readonly of: T;
  readonly which: 'callers' | 'callees';
  /** The function in the middle. */
  readonly name: string;
  /** The accessible name of its graph. */
  readonly title: string;
  readonly direction: Direction;
}

interface HalvesProps<T> {
  readonly func: number;
  readonly name: string;
  readonly callers: T;
  readonly callees: T;
  /** What is drawn keeps its state as long as the function is the same. */
  render(half: HalfOf<T>): ReactElement;
}

export function Halves<T extends { readonly tree: CallTree }>(props: HalvesProps<T>): ReactElement {
  const { func, name, callers, callees, render } = props;
  const half = (which: 'callers' | 'callees', of: T, direction: Direction, empty: string): ReactElement => {
    const title = which === 'callers' ? 'Callers' : 'Callees';
    return (
      <section className={styles['half']} aria-label={title}>
        <h2>{title}</h2>
        {of.tree.length > 1 ? (
          <Fragment key={func}>{render({ of, which, name, title: `${title} of ${name}`, direction })}</Fragment>
        ) : (
          <p className={styles['message']}>{empty}</p>
        )}
      </section>
    );
  };
  return (
    <>
      {half('callers', callers, 'flame', 'Nothing calls it: it is at the root.')}
      {half('callees', callees, 'icicle', 'It calls nothing: all its cost is self.')}
    </>
  );
}
