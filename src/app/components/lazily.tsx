/** Parts of the page that load when they are first shown: what a first visit does not need stays out of its way. */
import {
  type ComponentType,
  createContext,
  lazy,
  type ReactElement,
  type ReactNode,
  Suspense,
  useContext,
  useState,
} from 'react';
import { Button } from './button.tsx';
import styles from './lazily.module.css';

/** @param load of a component that is exported by name @param waiting what stands in its place for the moment */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): (props: Props) => ReactElement {
  let latest: ComponentType<Props> | undefined;
  const part = (): ComponentType<Props> => (latest ??= lazy(loaded) as ComponentType<Props>);
  const loaded = async (): Promise<{ default: ComponentType<Props> }> => {
    try {
      return { default: await load() };
    } catch {
      latest = undefined; // Whoever shows it next asks again.
      return { default: Missing };
    }
  };
  return function Lazily(props) {
    const [Part, setPart] = useState(() => part());
    const again = (): void => setPart(() => part());
    return (
      <Again value={again}>
        <Suspense fallback={waiting}>
          <Part {...props} />
        </Suspense>
      </Again>
    );
  };
}

const Again = createContext((): void => {});

/** The server went away, or has a newer page: the rest of the page goes on. */
function Missing(): ReactElement {
  const again = useContext(Again);
  return (
    <div role="alert" className={styles['missing']}>
      This part of the page could not be loaded: the server does not answer, or it has a newer page.{' '}
      <Button kind="edged" onClick={again}>
        Try again
      </Button>{' '}
      <Button kind="edged" onClick={() => location.reload()}>
        Reload the page
      </Button>
    </div>
  );
}
