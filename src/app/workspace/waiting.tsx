/** An answer that takes long: what is loading, for how long, and a way to stop it. */
import { type ReactElement, useEffect, useState } from 'react';
import { Button } from '../components/button.tsx';
import { useAskAgain, useAsking } from '../queries/source-queries.ts';
import { setStopped, useUi } from '../state/ui-store.ts';
import { BusyPanel } from '../components/message.tsx';
import styles from './waiting.module.css';

interface WaitingProps {
  /** Follows `Loading`. */
  readonly what: string;
  /** How long the user has waited before this is shown. */
  readonly sinceMs: number;
  /** Drawn over the view; else in its place. */
  readonly isOver: boolean;
}

export function Waiting({ what, sinceMs, isOver }: WaitingProps): ReactElement {
  const { isAsking, stop } = useAsking();
  const isStopped = useUi((ui) => ui.isStopped);
  const askAgain = useAskAgain();
  const [waitedMs, setWaitedMs] = useState(sinceMs);
  useEffect(() => {
    if (isStopped) return undefined;
    const began = performance.now();
    const timer = setInterval(() => setWaitedMs(sinceMs + performance.now() - began), 1000);
    return () => clearInterval(timer);
  }, [isStopped, sinceMs]);
  // New queries are not stopped.
  useEffect(() => {
    if (isAsking) setStopped(false);
  }, [isAsking]);
  useEffect(() => () => setStopped(false), []);
  const verb = isStopped ? 'Stopped loading' : isAsking ? 'Loading' : 'Computing';
  const said = (
    <>
      <span role="status">
        {verb} {what.slice(0, 300)}
      </span>
      {!isStopped && (
        <span className={styles['seconds']} aria-hidden="true">
          {Math.round(waitedMs / 1000)}&nbsp;s
        </span>
      )}
      {isStopped ? (
        <Button
          kind="edged"
          onClick={() => {
            setWaitedMs(0);
            askAgain();
          }}
        >
          Try again
        </Button>
      ) : (
        isAsking && (
          <Button
            kind="edged"
            icon="stop"
            onClick={() => {
              setStopped(true);
              stop();
            }}
          >
            Stop
          </Button>
        )
      )}
    </>
  );
  return isOver ? <div className={styles['over']}>{said}</div> : <BusyPanel>{said}</BusyPanel>;
}
