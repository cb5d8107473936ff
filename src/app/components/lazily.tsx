/** Parts of the page that load when they are first shown: what a first visit does not need stays out of its way. */
import { type ComponentType, lazy, type ReactElement, type ReactNode, Suspense } from 'react';

/** @param load of a component that is exported by name @param waiting what stands in its place for the moment */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): (props: Props) => ReactElement {
  const Lazy = lazy(async () => ({ default: await load() })) as ComponentType<Props>;
  return function Lazily(props) {
    return (
      <Suspense fallback={waiting}>
        <Lazy {...props} />
      </Suspense>
    );
  };
}
