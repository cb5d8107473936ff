/** The component of each view of a profile (`url/panes.ts`). */
import type { ComponentType, ReactElement } from 'react';
import { lazily } from '../components/lazily.tsx';
import { FlameView } from '../views/flame/flame-view.tsx';
import { FunctionsView } from '../views/functions/functions-view.tsx';
import type { ViewProps } from '../views/view.ts';

type View = (props: ViewProps) => ReactElement;

/** Views that load when they are first shown, by folder. */
const folders =
  import.meta.env.MODE === 'viewer'
    ? // An exported page does not hold the threads of samples (`usePane`).
      import.meta.glob<ComponentType<ViewProps>>(['../views/*/view.tsx', '!../views/chart/view.tsx'], {
        import: 'View',
      })
    : import.meta.glob<ComponentType<ViewProps>>('../views/*/view.tsx', { import: 'View' });
const lazy = Object.entries(folders).map(([path, load]) => [path.split('/')[2], lazily(load)] as const);

/** By pane. The first picture must not wait for the flamegraph and the functions: they are part of the page. */
export const views: Readonly<Record<string, View>> = {
  ...Object.fromEntries(lazy),
  flame: FlameView,
  both: FlameView,
  functions: FunctionsView,
};
