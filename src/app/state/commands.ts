/** Named actions on a frame and on the view: menus, shortcuts and buttons all call these. */
import { type CallTree, type NodeIndex, nodeName } from '#model/call-tree.ts';
import { type CallPath, pathOf } from '#model/call-path.ts';
import { printExact } from '#model/search.ts';
import { kindOf, type Transform } from '#model/transforms/registry.ts';
import { notify, editTransform } from './ui-store.ts';
import { maxTransforms } from '../url/codec.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore } from '../url/url-store.ts';

/** A frame that something is done to. */
export interface FrameTarget {
  readonly tree: CallTree;
  readonly names: readonly string[];
  readonly node: NodeIndex;
}

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly isTransform: boolean;
  /** The key that does the same while the graph has the focus. */
  readonly key: string | undefined;
  /** Whether it is offered on a frame; undefined: on all. */
  readonly fits?: (target: FrameTarget) => boolean;
  run(target: FrameTarget): void;
}

export const frameCommands: readonly Command[] = [
  {
    id: 'zoom',
    isTransform: false,
    title: 'Zoom to this frame',
    key: 'Enter',
    run: ({ tree, names, node }) => navigate({ z: pathOf(tree, names, node) }, 'push'),
  },
  {
    id: 'focus',
    isTransform: true,
    title: 'Focus on this path',
    key: 'f',
    run: ({ tree, names, node }) => addTransform({ kind: 'focus-path', path: pathOf(tree, names, node) }),
  },
  {
    id: 'focus-function',
    isTransform: true,
    title: 'Focus on this function',
    key: 'F',
    run: (target) => addTransform({ kind: 'focus', match: exact(target) }),
  },
  {
    id: 'hide',
    isTransform: true,
    title: 'Merge into caller (hide)',
    key: 'h',
    run: (target) => addTransform({ kind: 'hide', match: exact(target) }),
  },
  {
    id: 'show-from',
    isTransform: true,
    title: 'Show only from here',
    key: 'o',
    run: (target) => addTransform({ kind: 'show-from', match: exact(target) }),
  },
  {
    id: 'ignore',
    isTransform: true,
    title: 'Ignore stacks through it',
    key: 'i',
    run: (target) => addTransform({ kind: 'ignore', match: exact(target) }),
  },
  {
    id: 'sandwich',
    isTransform: false,
    title: 'Sandwich: callers and callees',
    key: 's',
    run: ({ tree, names, node }) => showSandwich(nodeName(tree, names, node)),
  },
  {
    id: 'source',
    isTransform: false,
    title: 'Source: cost by line',
    key: 'e',
    run: ({ tree, names, node }) => navigate({ pane: 'source', sel: pathOf(tree, names, node), sf: '' }, 'push'),
  },
  {
    id: 'over-time',
    isTransform: false,
    title: 'This path over time',
    key: 't',
    run: ({ tree, names, node }) => showOverTime(pathOf(tree, names, node)),
  },
  {
    id: 'rename',
    isTransform: true,
    title: 'Rename…',
    key: 'r',
    run: ({ tree, names, node }) => {
      navigate({ sel: pathOf(tree, names, node) }, 'replace');
      editTransform('rename');
    },
  },
  {
    id: 'search',
    isTransform: false,
    title: 'Search for this name',
    key: undefined,
    run: (target) => navigate({ s: exact(target) }, 'push'),
  },
  {
    id: 'copy-name',
    isTransform: false,
    title: 'Copy name',
    key: 'c',
    run: ({ tree, names, node }) => void copy(nodeName(tree, names, node), 'Name'),
  },
  {
    id: 'copy-stack',
    isTransform: false,
    title: 'Copy stack',
    key: 'C',
    run: ({ tree, names, node }) => void copy(pathOf(tree, names, node).join('\n'), 'Stack'),
  },
];

/**
 * Runs the command of a key.
 * @param except ids of commands that do not apply here. @returns whether there is one (the root takes none)
 */
export function runFrameKey(key: string, target: FrameTarget, except: readonly string[] = []): boolean {
  if (target.node <= 0) return false;
  const command = frameCommands.find((one) => one.key === key && !except.includes(one.id));
  command?.run(target);
  return command !== undefined;
}

/** A transform changes every path, so the zoom is dropped; the selection stays where its frame is still there. */
export function addTransform(transform: Transform): void {
  const { t } = urlStore.getState().state;
  if (t.length === maxTransforms) notify(`A view holds ${maxTransforms} transforms: remove one first.`);
  else navigate({ t: [...t, transform], z: [] }, 'push');
}

export function removeTransform(index: number): void {
  navigate({ t: urlStore.getState().state.t.filter((_, i) => i !== index), z: [] }, 'push');
}

export function replaceTransform(index: number, transform: Transform): void {
  navigate({ t: urlStore.getState().state.t.with(index, transform), z: [] }, 'push');
}

function showOverTime(path: CallPath): void {
  const { view, t } = urlStore.getState().state;
  if (view !== 'explore') notify('A file has no time series.');
  else if (!t.every((transform) => kindOf(transform).keepsPaths))
    notify('Remove the transforms that change paths first.');
  else navigate({ cs: path }, 'push');
}

/** Zoom and selection belong to the profile before. @param name an open file; undefined shows the list of files */
export function showFile(name: string | undefined): void {
  navigate({ view: 'files', file: name, src: undefined, st: undefined, ...NO_LABELS, ...NO_FRAME }, 'push');
}

/** The link of another service or profile type: zoom and selection belong to the one before. */
export function ofSubject(svc: string | undefined, type: string | undefined): Partial<UrlState> {
  return { svc, type, grid: 'none', ...NO_FRAME };
}

/** Labels and times of a file are not those of another, or of services. */
export const NO_LABELS = { q: [], by: '', during: undefined, at: undefined } as const;

const NO_FRAME = { z: [], sel: [] } as const;

export function showSandwich(name: string): void {
  navigate({ pane: 'sandwich', sw: name }, 'push');
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied.`);
  } catch {
    notify(`${what} not copied: the browser did not allow it.`);
  }
}

function exact({ tree, names, node }: FrameTarget): string {
  return printExact(nodeName(tree, names, node));
}
