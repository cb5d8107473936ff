/** Removes all profiles of a service from the server: its name is typed, then the removal is confirmed. */
import { type ReactElement, useState } from 'react';
import { removeService } from '#datasource/server-status.ts';
import { Button } from '../components/button.tsx';
import { lazily } from '../components/lazily.tsx';
import { useAskAgain, useServerStatus } from '../queries/source-queries.ts';
import { notify } from '../state/ui-store.ts';
import { useUrl } from '../url/url-store.ts';
import styles from './explore.module.css';

const Dialog = lazily(async () => (await import('../components/dialog.tsx')).Dialog);

interface RemoveServiceProps {
  readonly services: readonly { readonly name: string }[];
}

/** Offered where the server keeps the profiles itself, and not over a snapshot. */
export function RemoveService({ services }: RemoveServiceProps): ReactElement | null {
  const { data } = useServerStatus();
  const snap = useUrl((state) => state.snap);
  const [isOpen, setOpen] = useState(false);
  if (data?.store === undefined || snap !== undefined || services.length === 0) return null;
  return (
    <>
      <Button aria-haspopup="dialog" className={styles['remove']} onClick={() => setOpen(true)}>
        Remove a service…
      </Button>
      {isOpen && <RemoveDialog services={services} onClose={() => setOpen(false)} />}
    </>
  );
}

function RemoveDialog({ services, onClose }: RemoveServiceProps & { onClose(): void }): ReactElement {
  const [name, setName] = useState('');
  const [isAsked, setAsked] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [failure, setFailure] = useState<string>();
  const askAgain = useAskAgain();
  const isKnown = services.some((one) => one.name === name);
  const remove = async (): Promise<void> => {
    setRunning(true);
    try {
      await removeService(document.baseURI, name);
      notify(`All profiles of ${name} were removed.`);
      askAgain();
      onClose();
    } catch (reason) {
      setFailure(reason instanceof Error ? reason.message : String(reason));
      setRunning(false);
      setAsked(false);
    }
  };
  return (
    <Dialog title="Remove a service" onClose={onClose}>
      <form
        className={styles['removal']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isKnown && !isRunning) void (isAsked ? remove() : setAsked(true));
        }}
      >
        <label>
          Name of the service
          <input
            autoFocus
            autoComplete="off"
            spellCheck={false}
            value={name}
            disabled={isRunning}
            onChange={({ target }) => {
              setName(target.value);
              setAsked(false);
              setFailure(undefined);
            }}
          />
        </label>
        <p role="status">
          {isAsked
            ? 'All its profiles are removed for everybody, and this cannot be undone. Snapshots stay.'
            : name === '' || isKnown
              ? 'Type the whole name of the service whose profiles are to be removed.'
              : 'There is no service of this name in the range.'}
        </p>
        {failure !== undefined && <p role="alert">{failure}</p>}
        <Button kind={isAsked ? 'primary' : 'edged'} type="submit" disabled={!isKnown || isRunning}>
          {isAsked ? 'Remove for everybody' : 'Remove its profiles'}
        </Button>
      </form>
    </Dialog>
  );
}
