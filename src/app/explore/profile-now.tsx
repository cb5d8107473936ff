/** Has the server record a profile of a scraped service now, and opens it. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { takeProfileNow } from '#datasource/server-status.ts';
import { Button, IconButton } from '../components/button.tsx';
import { useServerStatus } from '../queries/source-queries.ts';
import { refresh } from '../time/refresh-clock.ts';
import { notify } from '../state/ui-store.ts';
import { navigate, useUrl } from '../url/url-store.ts';

/** What a Go program records. */
const CPU_TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

/** Offered where the server fetches profiles of the service, and not over a snapshot. */
export function ProfileNow({ service }: { service: string }): ReactElement | null {
  const { data } = useServerStatus();
  const snap = useUrl((state) => state.snap);
  const [isRunning, setRunning] = useState(false);
  const stop = useRef<AbortController>(undefined);
  const isShown = useRef(false);
  useEffect(() => {
    isShown.current = true;
    return () => {
      isShown.current = false;
    };
  }, []);
  if (snap !== undefined || data?.targets.some((target) => target.service === service) !== true) return null;
  const take = async (): Promise<void> => {
    setRunning(true);
    stop.current = new AbortController();
    try {
      const { fromMs, untilMs, problems } = await takeProfileNow(document.baseURI, service, stop.current.signal);
      const seconds = Math.round((untilMs - fromMs) / 1000);
      // Who went on to another page is not brought back.
      const what = isShown.current
        ? `This is the profile of these ${seconds} s.`
        : `${service}: ${seconds} s were recorded.`;
      notify([what, ...problems].join(' ').slice(0, 400));
      refresh();
      if (!isShown.current) return;
      const range = { from: String(fromMs), until: String(untilMs) };
      navigate(
        {
          view: 'explore',
          svc: service,
          type: CPU_TYPE,
          span: undefined,
          trace: undefined,
          grid: 'none',
          cs: [],
          z: [],
          sel: [],
          ...range,
        },
        'push',
      );
    } catch (reason) {
      notify(`No profile was taken. ${reason instanceof Error ? reason.message : String(reason)}`);
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      <Button kind="edged" disabled={isRunning} aria-busy={isRunning} onClick={() => void take()}>
        {isRunning ? 'Recording…' : 'Profile now'}
      </Button>
      {isRunning && (
        <IconButton label="Stop waiting for the profile" icon="close" onClick={() => stop.current?.abort()} />
      )}
    </>
  );
}
