/** One function between its callers (above) and its callees (below), each merged over all places where it occurs. */
import { type ReactElement, useState } from 'react';
import type { CallTree } from '#model/call-tree.ts';
import { formatShare } from '#model/units.ts';
import type { Direction } from '#render/flamegraph/engine.ts';
import { runFrameKey } from '../../commands.ts';
import { useSandwich } from '../../queries.ts';
import { ProfileGraph } from '../flamegraph/profile-graph.tsx';
import { type ShownTree, valueText } from '../shown.ts';
import { useFrameMenu } from '../use-frame-menu.tsx';
import styles from './sandwich.module.css';

interface SandwichProps {
  readonly shown: ShownTree;
  readonly colours: Uint8Array;
  readonly hit: Uint8Array | undefined;
  /** The function between them. */
  readonly func: number;
  onKey(key: string): boolean;
}

export function Sandwich({ shown, colours, hit, func, onKey }: SandwichProps): ReactElement {
  const { data, error } = useSandwich(shown.request, func);
  const name = shown.file.profile.functions.names[func] ?? '';
  const whole = shown.tree.total[0];
  if (error) return <p className={styles['message']}>{error.message}</p>;
  if (func < 0)
    return <p className={styles['message']}>Choose a function in the list: its callers and callees stand here.</p>;
  if (!data) return <div className={styles['sandwich']} aria-busy="true" />;
  const half = (title: string, tree: CallTree, direction: Direction): ReactElement => (
    <section className={styles['half']} aria-label={title}>
      <h2>{title}</h2>
      {tree.length > 1 ? (
        <Half
          key={`${func} ${title}`}
          {...{ shown, colours, hit, tree, direction, onKey }}
          title={`${title} of ${name}`}
          rootTitle={name}
        />
      ) : (
        <p className={styles['message']}>
          {direction === 'flame'
            ? 'Nothing calls it: it stands at the root.'
            : 'It calls nothing: all its cost is its own.'}
        </p>
      )}
    </section>
  );
  return (
    <div className={styles['sandwich']}>
      <p className={styles['facts']}>
        <strong>
          <bdi>{name.slice(0, 300) || '(empty name)'}</bdi>
        </strong>
        <span>
          total {valueText(shown, data.total)} <span className={styles['dim']}>{formatShare(data.total, whole)}</span>
        </span>
        <span>
          self {valueText(shown, data.self)} <span className={styles['dim']}>{formatShare(data.self, whole)}</span>
        </span>
      </p>
      {half('Callers', data.callers, 'flame')}
      {half('Callees', data.callees, 'icicle')}
    </div>
  );
}

/** Paths of a half are no paths of the profile: what speaks of one is not offered there. */
const byPath: readonly string[] = ['zoom', 'focus', 'copy-stack'];
const root = { node: 0 } as const;

interface HalfProps extends Omit<SandwichProps, 'func'> {
  readonly tree: CallTree;
  readonly direction: Direction;
  readonly title: string;
  readonly rootTitle: string;
}

// Zoom and selection of a half are a look aside: they pass with the tab, the function itself stands in the link.
function Half({ shown, colours, hit, tree, direction, title, rootTitle, onKey }: HalfProps): ReactElement {
  const [look, setLook] = useState({ tree, zoom: { node: 0 }, selected: 0 });
  // Indexes of another tree (another order or sample type) mean nothing in this one.
  const { zoom, selected } = look.tree === tree ? look : { zoom: root, selected: 0 };
  const { menu, open } = useFrameMenu(byPath);
  const { names } = shown.file.profile.functions;
  return (
    <>
      <ProfileGraph
        shown={shown}
        tree={tree}
        rootTitle={rootTitle}
        title={title}
        direction={direction}
        whole={shown.tree.total[0]}
        colours={colours}
        hit={hit}
        byFunction={shown.answer.byFunction}
        zoom={zoom}
        selected={selected}
        onZoom={(node) => setLook({ tree, zoom: { node }, selected })}
        onSelect={(node) => setLook({ tree, zoom, selected: node })}
        onPick={(node) => setLook({ tree, zoom: { node }, selected: node })}
        onMenu={(node, at) => open({ tree, names, node }, at)}
        onKey={(key, node) => runFrameKey(key, { tree, names, node }, byPath) || onKey(key)}
      />
      {menu}
    </>
  );
}
