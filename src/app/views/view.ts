/** The props of a view of a profile. */
import type { ReactElement } from 'react';
import { pathOf } from '#model/call-path.ts';
import type { NodeIndex } from '#model/call-tree.ts';
import type { TreeKinds } from '#model/tree-kinds.ts';
import type { ShownTree } from '../screen/shown.ts';
import { runFrameKey } from '../state/commands.ts';
import type { Place } from '../state/ui-store.ts';
import { navigate } from '../url/url-store.ts';
import { useFrameMenu } from './use-frame-menu.tsx';

export interface ViewProps {
  readonly shown: ShownTree;
  /** 1 for each function that the search finds; undefined without a search. */
  readonly hit: Uint8Array | undefined;
  /** 1 for each node of the tree that it finds, where not all nodes of a function are. */
  readonly hitNodes: Uint8Array | undefined;
  /** Colour key by function. */
  readonly colours: Uint8Array;
  /** Colour key by definition, where the answer has some and the rule asks for them. */
  readonly definitionColours: Uint8Array | undefined;
  /** How frames ran, where that is what colours show. */
  readonly kinds: TreeKinds | undefined;
  /** CSS colour by colour key. */
  readonly fills: readonly string[];
  /** The selected node, or its nearest caller in this tree. */
  readonly selected: NodeIndex;
  /** Keys that all views share. @returns whether the key was one */
  onKey(key: string): boolean;
}

interface FrameActions {
  select(node: NodeIndex): void;
  onMenu(node: NodeIndex, at: Place, numbers?: string): void;
  onKey(key: string, node: NodeIndex): boolean;
  readonly menu: ReactElement | null;
}

/** What can be done to a frame of the shown tree. */
export function useFrameActions({ shown, onKey }: ViewProps): FrameActions {
  const { tree } = shown;
  const { names } = shown.opened.profile.functions;
  const { menu, open } = useFrameMenu([]);
  return {
    select: (node) => navigate({ sel: pathOf(tree, names, node) }, 'replace'),
    onMenu: (node, at, numbers) => open({ tree, names, node }, at, numbers),
    onKey: (key, node) => onKey(key) || runFrameKey(key, { tree, names, node }),
    menu,
  };
}
