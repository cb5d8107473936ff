/** One row of a tree: its name, indented, and the cells of its user. */
import type { ReactElement, ReactNode } from 'react';
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { formatCount } from '#model/units.ts';
import { FunctionName } from '../../components/function-name.tsx';
import { hoverFunction, type Place, useUi } from '../../state/ui-store.ts';
import styles from './tree-grid.module.css';

/** Deeper rows are indented no further: their names must stay on the screen. */
const MAX_INDENTS = 40;
const INDENT_CSS = 12;

export function indentCss(depth: number): number {
  return Math.min(depth, MAX_INDENTS) * INDENT_CSS;
}

interface TreeRowProps {
  readonly tree: CallTree;
  readonly node: NodeIndex;
  readonly name: string;
  readonly index: number;
  readonly top: number;
  readonly isOpen: boolean;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly isHit: boolean;
  /** Matches below a closed row. */
  readonly hitsInside: number;
  readonly mark: ReactNode;
  readonly cells: ReactNode;
  onToggle(): void;
  onPick(): void;
  onMenu(at: Place): void;
}

export function TreeRow(props: TreeRowProps): ReactElement {
  const { tree, node, name, index, top, isOpen, isActive, isSelected, isHit, hitsInside, mark, cells } = props;
  const func = tree.func[node];
  const isHovered = useUi((ui) => func >= 0 && ui.hoveredFunction === func);
  const hasCallees = tree.subtreeEnd[node] > node + 1;
  const depth = tree.depth[node];
  const state = [
    styles['row'],
    isActive && styles['active'],
    isSelected && styles['selected'],
    isHovered && styles['hovered'],
    isHit && styles['hit'],
  ];
  return (
    <div
      id={`tree-row-${node}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-expanded={hasCallees ? isOpen : undefined}
      aria-selected={isSelected}
      className={state.filter(Boolean).join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      onPointerEnter={() => hoverFunction(func)}
      onClick={props.onPick}
      onDoubleClick={props.onToggle}
      onContextMenu={(event) => {
        event.preventDefault();
        props.onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <div
        role="gridcell"
        className={styles['name']}
        style={{ paddingLeft: indentCss(depth) }}
        title={name.slice(0, 600)}
      >
        <span
          className={styles['toggle']}
          data-open={isOpen || undefined}
          aria-hidden
          onClick={(event) => {
            event.stopPropagation();
            if (node > 0) props.onToggle();
          }}
        >
          {hasCallees ? '›' : ''}
        </span>
        {mark}
        <FunctionName name={name} />
        {hitsInside > 0 && (
          <span className={styles['inside']}>
            {formatCount(hitsInside)} {hitsInside === 1 ? 'match' : 'matches'}
          </span>
        )}
      </div>
      {cells}
    </div>
  );
}
