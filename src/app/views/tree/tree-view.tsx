/** The call tree as rows that open and close: a treegrid for the keyboard, virtual, however large the tree. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { pathOf } from '#model/call-path.ts';
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { splitName } from '#model/function-name.ts';
import { formatShare, scaleFor } from '#model/units.ts';
import { hotPath, type RowOrder, subtreeWithin, visibleRows } from '#model/visible-rows.ts';
import { addTransform, removeTransform } from '../../commands.ts';
import { Button } from '../../components/button.tsx';
import { hoverFunction, useUi } from '../../ui-store.ts';
import type { Place } from '../../ui-store.ts';
import { useUrl } from '../../url/url-store.ts';
import type { UrlState } from '../../url/url-state.ts';
import { scaleOf, type ShownTree } from '../shown.ts';
import styles from './tree-view.module.css';

interface TreeViewProps {
  readonly shown: ShownTree;
  readonly hit: Uint8Array | undefined;
  readonly fills: readonly string[];
  readonly colours: Uint8Array;
  readonly sort: UrlState['sort'];
  readonly selected: NodeIndex;
  onSelect(node: NodeIndex): void;
  onSort(sort: UrlState['sort']): void;
  onMenu(node: NodeIndex, at: Place): void;
  onKey(key: string, node: NodeIndex): boolean;
}

const ROW_CSS = 24;
/** Rows that one key may open. */
const MOST_OPENED = 500;
/** Deeper rows are indented no further: their names must stay on the screen. */
const MOST_INDENTS = 40;
const INDENT_CSS = 12;

export function TreeView(props: TreeViewProps): ReactElement {
  const { shown, hit, fills, colours, sort, selected, onSelect, onSort, onMenu, onKey } = props;
  const { tree } = shown;
  const { names } = shown.file.profile.functions;
  const transforms = useUrl((state) => state.t);
  const inverted = transforms.findLastIndex(({ kind }) => kind === 'invert');
  // By path, so that what is open stays open when the tree is asked for again.
  const [opened, setOpened] = useState<ReadonlySet<string>>();
  const open = useMemo(
    () => opened ?? new Set(hotPath(tree).map((node) => keyOf(tree, names, node))),
    [opened, tree, names],
  );
  const order = useMemo(() => orderOf(tree, names, sort), [tree, names, sort]);
  const rows = useMemo(
    () => visibleRows(tree, (node) => open.has(keyOf(tree, names, node)), order),
    [tree, names, open, order],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_CSS,
    overscan: 8,
  });
  const [active, setActive] = useState(0);
  const activeRow = Math.min(active, rows.length - 1);

  // A frame chosen elsewhere, or found by the search, is brought into view with all of its callers open.
  const [revealed, setRevealed] = useState<NodeIndex>(-1);
  if (selected > 0 && selected !== revealed) {
    setRevealed(selected);
    const callers: string[] = [];
    for (let node = tree.parent[selected]; node > 0; node = tree.parent[node]) callers.push(keyOf(tree, names, node));
    if (callers.some((key) => !open.has(key))) setOpened(new Set([...open, ...callers]));
  }
  useEffect(() => {
    const row = selected > 0 ? rows.indexOf(selected) : -1;
    if (row < 0) return;
    setActive(row);
    virtual.scrollToIndex(row, { align: 'auto' });
  }, [selected, rows, virtual]);

  const setOpen = (nodes: readonly NodeIndex[], isOpen: boolean): void => {
    const next = new Set(open);
    for (const node of nodes) {
      if (isOpen) next.add(keyOf(tree, names, node));
      else next.delete(keyOf(tree, names, node));
    }
    setOpened(next);
  };
  const move = (to: number): void => {
    const row = Math.max(0, Math.min(rows.length - 1, to));
    setActive(row);
    virtual.scrollToIndex(row, { align: 'auto' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const node = rows[activeRow];
    const isOpen = node === 0 || open.has(keyOf(tree, names, node));
    const hasCallees = tree.subtreeEnd[node] > node + 1;
    switch (event.key) {
      case 'ArrowDown':
        move(activeRow + 1);
        break;
      case 'ArrowUp':
        move(activeRow - 1);
        break;
      case 'ArrowRight':
        if (hasCallees && !isOpen) setOpen([node], true);
        else if (hasCallees) move(activeRow + 1);
        break;
      case 'ArrowLeft':
        if (hasCallees && isOpen && node !== 0) setOpen([node], false);
        else move(rows.indexOf(tree.parent[node]));
        break;
      case 'Home':
        move(0);
        break;
      case 'End':
        move(rows.length - 1);
        break;
      case '*':
        setOpen(subtreeWithin(tree, node, MOST_OPENED), true);
        break;
      case 'Enter':
      case ' ':
        if (node > 0) onSelect(node);
        break;
      default:
        if (!onKey(event.key, node)) return;
    }
    event.preventDefault();
  };

  const scale = scaleOf(shown.file);
  const type = shown.file.profile.sampleTypes[shown.sampleType];
  const whole = tree.total[0];
  const total = scaleFor(type.unit, type.type, whole * scale);
  const self = useMemo(() => scaleFor(type.unit, type.type, largestOf(tree.self) * scale), [type, tree, scale]);
  const heads: readonly { key: UrlState['sort']['key']; title: string }[] = [
    { key: 'name', title: 'Call path' },
    { key: 'total', title: `Total${total.suffix && `, ${total.suffix}`}` },
    { key: 'total', title: 'Total\u00a0%' },
  ];
  return (
    <div className={styles['view']}>
      <div className={styles['tools']}>
        <Button
          aria-pressed={inverted < 0}
          onClick={() => inverted >= 0 && removeTransform(inverted)}
          title="From the root to what it calls"
        >
          Top-down
        </Button>
        <Button
          aria-pressed={inverted >= 0}
          onClick={() => inverted < 0 && addTransform({ kind: 'invert' })}
          title="From what costs to who calls it"
        >
          Bottom-up
        </Button>
      </div>
      <div
        className={styles['grid']}
        role="treegrid"
        aria-label="Call tree"
        aria-rowcount={rows.length + 1}
        aria-description="Arrows move, open and close; * opens all below; Enter selects"
        tabIndex={0}
        aria-activedescendant={`tree-row-${rows[activeRow]}`}
        onKeyDown={onKeyDown}
      >
        <div role="row" className={styles['head']} aria-rowindex={1}>
          {heads.map(({ key, title }, i) => {
            const isSorted =
              (sort.key === 'name') === (key === 'name') && heads.findIndex((head) => head.key === key) === i;
            return (
              <div
                key={title}
                role="columnheader"
                aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
              >
                <button
                  type="button"
                  onClick={() => onSort({ key, descending: sort.key === key ? !sort.descending : key !== 'name' })}
                >
                  {title}
                  {isSorted && (sort.descending ? ' ↓' : ' ↑')}
                </button>
              </div>
            );
          })}
          <div role="columnheader">Self{self.suffix && `, ${self.suffix}`}</div>
          <div role="columnheader">Self&nbsp;%</div>
        </div>
        <div
          ref={scroller}
          className={styles['scroller']}
          role="rowgroup"
          tabIndex={-1}
          onPointerLeave={() => hoverFunction(-1)}
        >
          <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => {
              const node = rows[index];
              const func = tree.func[node];
              return (
                <TreeRow
                  key={node}
                  tree={tree}
                  node={node}
                  name={nodeName(tree, names, node)}
                  index={index}
                  top={start}
                  isOpen={node === 0 || open.has(keyOf(tree, names, node))}
                  isActive={index === activeRow}
                  isSelected={node === selected && node > 0}
                  isHit={func >= 0 && hit?.[func] === 1}
                  colour={func >= 0 ? fills[colours[func]] : undefined}
                  whole={whole}
                  formatTotal={(value) => total.format(value * scale)}
                  formatSelf={(value) => self.format(value * scale)}
                  onToggle={() => setOpen([node], !open.has(keyOf(tree, names, node)))}
                  onPick={() => {
                    setActive(index);
                    if (node > 0) onSelect(node);
                  }}
                  onMenu={(at) => onMenu(node, at)}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
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
  readonly colour: string | undefined;
  readonly whole: number;
  formatTotal(value: number): string;
  formatSelf(value: number): string;
  onToggle(): void;
  onPick(): void;
  onMenu(at: Place): void;
}

function TreeRow(props: TreeRowProps): ReactElement {
  const { tree, node, name, index, top, isOpen, isActive, isSelected, isHit, colour, whole } = props;
  const func = tree.func[node];
  const isHovered = useUi((ui) => func >= 0 && ui.hoveredFunction === func);
  const { prefix, middle, bare } = splitName(name);
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
        style={{ paddingLeft: Math.min(depth, MOST_INDENTS) * INDENT_CSS }}
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
        {colour !== undefined && <span className={styles['swatch']} style={{ background: colour }} />}
        <bdi>
          <span className={styles['prefix']}>{prefix}</span>
          {middle}
          {bare || '(empty name)'}
        </bdi>
      </div>
      <div role="gridcell" className={styles['number']}>
        <span className={styles['bar']} style={{ width: `${share(tree.total[node], whole)}%` }} />
        <span>{props.formatTotal(tree.total[node])}</span>
      </div>
      <div role="gridcell" className={styles['share']}>
        {formatShare(tree.total[node], whole)}
      </div>
      <div role="gridcell" className={styles['number']}>
        <span>{props.formatSelf(tree.self[node])}</span>
      </div>
      <div role="gridcell" className={styles['share']}>
        {formatShare(tree.self[node], whole)}
      </div>
    </div>
  );
}

function share(value: number, whole: number): number {
  return whole > 0 ? Math.max(0, (value / whole) * 100) : 0;
}

/** What stays the same when the tree is asked for again. */
function keyOf(tree: CallTree, names: readonly string[], node: NodeIndex): string {
  return pathOf(tree, names, node).join('\0');
}

/** By total, or by name: what a caller spends itself says nothing of where to look below it. */
function orderOf(tree: CallTree, names: readonly string[], { key, descending }: UrlState['sort']): RowOrder {
  const sign = descending ? -1 : 1;
  if (key === 'name') return (a, b) => sign * (nodeName(tree, names, a) < nodeName(tree, names, b) ? -1 : 1);
  return (a, b) => sign * (tree.total[a] - tree.total[b]) || a - b;
}

function largestOf(column: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < column.length; i++) if (column[i] > largest) largest = column[i];
  return largest;
}
