/** Shown instead of a view that failed, so that the page is never blank. */
import { Component, type ReactElement, type ReactNode } from 'react';
import { Button } from './components/button.tsx';

interface Broken {
  readonly error: Error | undefined;
}

/** React knows boundaries as classes only. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, Broken> {
  override state: Broken = { error: undefined };

  static getDerivedStateFromError(error: Error): Broken {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Words>
        <h1>This view broke</h1>
        <p>{error.message}</p>
        <p>Your files are still open. If it breaks again, the link and this sentence make a good bug report.</p>
        <Button kind="edged" onClick={() => this.setState({ error: undefined })}>
          Try again
        </Button>
      </Words>
    );
  }
}

function Words({ children }: { children: ReactNode }): ReactElement {
  return (
    <main role="alert" style={{ padding: 'var(--s-6)' }}>
      {children}
    </main>
  );
}
