/** The way out of a zoom: the path to the frame that fills the width, each step of it, and the whole graph. */
import { type KeyboardEvent, type ReactElement, useEffect, useRef } from 'react';
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import { Button } from '../../components/button.tsx';
import styles from './zoom-crumb.module.css';

/** Steps from the innermost outwards: stacks may be 100 000 deep. */
const MAX_STEPS = 100;
/** In characters: hostile names are megabytes long. */
const MAX_NAME_LENGTH = 200;

interface ZoomCrumbProps {
  readonly tree: CallTree;
  /** By function. */
  readonly names: readonly string[];
  /** The root by name. */
  readonly root: string;
  readonly zoom: NodeIndex;
  /** What numbers in boxes are while a frame fills the width. */
  readonly note?: string | undefined;
  onZoom(node: NodeIndex): void;
}

/** Nothing without a zoom. */
export function ZoomCrumb({ tree, names, root, zoom, note, onZoom }: ZoomCrumbProps): ReactElement | null {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const steps = list.current;
    if (steps) steps.scrollLeft = steps.scrollWidth;
  }, [zoom, tree]);
  if (zoom <= 0) return null;
  const { steps, skipped } = stepsTo(tree, zoom);
  // One stop for Tab; arrows lead from step to step.
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((one) => one === document.activeElement);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  };
  return (
    <nav className={styles['crumb']} aria-label="Zoom">
      <ol ref={list} onKeyDown={onKeyDown}>
        {steps.map((node, i) => {
          const name = node === 0 ? root : nodeName(tree, names, node).slice(0, MAX_NAME_LENGTH) || '(empty name)';
          return (
            <li key={node}>
              <button
                type="button"
                title={name}
                aria-label={name}
                aria-current={node === zoom ? 'location' : undefined}
                tabIndex={i === steps.length - 1 ? 0 : -1}
                onClick={() => onZoom(node)}
              >
                <bdi>{node === 0 ? root : splitName(name).bare || name}</bdi>
              </button>
              {i === 0 && skipped > 0 && <span>… {skipped} more</span>}
            </li>
          );
        })}
      </ol>
      {note !== undefined && <span className={styles['note']}>{note}</span>}
      <Button icon="close" title="Escape, with the focus in the graph" onClick={() => onZoom(0)}>
        Whole graph
      </Button>
    </nav>
  );
}

/** The root, then the innermost callers and the frame itself. */
export function stepsTo(
  { parent }: Pick<CallTree, 'parent'>,
  node: NodeIndex,
): { readonly steps: readonly NodeIndex[]; readonly skipped: number } {
  const steps: NodeIndex[] = [];
  let depth = 0;
  for (let at = node; at > 0; at = parent[at]) {
    if (depth++ < MAX_STEPS) steps.push(at);
  }
  return { steps: [0, ...steps.reverse()], skipped: depth - steps.length };
}
