/** Zoom and selection within half of a sandwich. Only the function itself is in the link. */
import { type ReactElement, useState } from 'react';
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { runFrameKey } from '../../state/commands.ts';
import type { FlameGraphProps } from '../flamegraph/flame-graph.tsx';
import { useFrameMenu } from '../use-frame-menu.tsx';

/** Commands on paths: paths of a half do not exist in the profile. */
const byPath: readonly string[] = ['zoom', 'focus', 'copy-stack'];
const root = { node: 0 } as const;

interface Look extends Pick<FlameGraphProps, 'zoom' | 'selected' | 'onSelect' | 'onPick' | 'onMenu' | 'onKey'> {
  onZoom(node: NodeIndex): void;
}

/** @param except ids of commands that make no sense there */
export function useLook(
  tree: CallTree,
  names: readonly string[],
  onKey: (key: string) => boolean,
  except: readonly string[] = [],
): { look: Look; menu: ReactElement | null } {
  const [kept, setKept] = useState({ tree, zoom: { node: 0 }, selected: 0 });
  // Indexes of another tree (another order or sample type) mean nothing in this one.
  const { zoom, selected } = kept.tree === tree ? kept : { zoom: root, selected: 0 };
  const notHere = [...byPath, ...except];
  const { menu, open } = useFrameMenu(notHere);
  return {
    menu,
    look: {
      zoom,
      selected,
      onZoom: (node) => setKept({ tree, zoom: { node }, selected }),
      onSelect: (node) => setKept({ tree, zoom, selected: node }),
      onPick: (node) => setKept({ tree, zoom: { node }, selected: node }),
      onMenu: (node, at, numbers) => open({ tree, names, node }, at, numbers),
      onKey: (key, node) => runFrameKey(key, { tree, names, node }, notHere) || onKey(key),
    },
  };
}
