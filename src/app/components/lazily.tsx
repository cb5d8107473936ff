/** Parts of the page that load when they are first shown: what a first visit does not need stays out of its way. */
import { type ComponentType, lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { Button } from './button.tsx';
import styles from './lazily.module.css';

/** @param load the component @param waiting shown until it has loaded */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): (props: Props) => ReactElement {
  let latest: ComponentType<Props> | undefined;
  const begin = async (): Promise<{ default: ComponentType<Props> }> => {
    try {
      return { default: await load() };
    } catch {
      latest = undefined; // The next use tries again, if the browser allows it.
      return { default: Missing };
    }
  };
  return function Lazily(props) {
    const [Part] = useState(() => (latest ??= lazy(begin) as ComponentType<Props>));
    return (
      <Suspense fallback={waiting}>
        <Part {...props} />
      </Suspense>
    );
  };
}

/** The server is away or has a newer page: the rest of this one still works. Browsers do not retry a failed module. */
function Missing(): ReactElement {
  return (
    <div role="alert" className={styles['missing']}>
      Could not load this part of the page: the server does not answer, or has a newer version of the page.{' '}
      <Button kind="edged" onClick={() => location.reload()}>
        Reload the page
      </Button>
    </div>
  );
}
