/**
 * Commands on a frame in a comparison: without some commands of a profile, and with one to open each side alone.
 */
import { type CallPath, pathOf } from '#model/call-path.ts';
import { nodeName } from '#model/call-tree.ts';
import { readLabelFrame } from '#model/label-frames.ts';
import type { Command } from '../state/commands.ts';
import type { UrlState } from '../url/url-state.ts';
import { navigate, urlStore } from '../url/url-store.ts';
import { type Side, type SideName, sideNames } from '../sides/sides.ts';

/** Commands that make no sense with two sides. */
export const notInCompare: readonly string[] = ['source', 'over-time', 'rename'];

/** What a link to a side alone says. */
export function linkAlone(side: Side): Partial<UrlState> {
  if (side.kind === 'file')
    return {
      view: 'files',
      file: side.file,
      st: side.st,
      src: undefined,
      q: side.matchers,
      by: '',
      during: side.during,
    };
  const { service, profileType, matchers, text } = side;
  return { view: 'explore', svc: service, type: profileType, q: matchers, ...text, grid: 'none', cs: [] };
}

function isLabelFrame(name: string | undefined): boolean {
  const { unit } = urlStore.getState().state;
  return unit !== undefined && name !== undefined && readLabelFrame(unit, name) !== undefined;
}

/** Without a label as the unit of work, and on a side alone, stacks have no frames of it. */
function withoutLabel(path: CallPath): CallPath {
  return isLabelFrame(path[0]) ? path.slice(1) : path;
}

/** The link with the callees of a function as the units of work, in place of a label. */
export function linkWithRoutes(routes: string): Partial<UrlState> {
  const { z, sel } = urlStore.getState().state;
  return { routes, unit: undefined, z: withoutLabel(z), sel: withoutLabel(sel) };
}

export function sideCommands(open: Readonly<Record<SideName, { readonly side: Side }>>): readonly Command[] {
  const routes: Command = {
    id: 'routes',
    title: 'Callees are routes',
    isTransform: false,
    key: undefined,
    fits: ({ tree, names, node }) => !isLabelFrame(nodeName(tree, names, node)),
    run: ({ tree, names, node }) => navigate(linkWithRoutes(nodeName(tree, names, node)), 'push'),
  };
  const alone = sideNames.map((name): Command => ({
    id: `alone-${name}`,
    title: `Show ${name.toUpperCase()} alone`,
    isTransform: false,
    key: undefined,
    run: ({ tree, names, node }) => {
      const path = withoutLabel(pathOf(tree, names, node));
      navigate({ ...linkAlone(open[name].side), z: path, sel: path }, 'push');
    },
  }));
  return [routes, ...alone];
}
