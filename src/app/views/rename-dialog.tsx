/** Functions under another name: those that a search finds. */
import { type ReactElement, useState } from 'react';
import { parseSearch, printExact } from '#model/search.ts';
import { addTransform } from '../commands.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { urlStore } from '../url/url-store.ts';
import styles from './rename-dialog.module.css';

export function RenameDialog({ onClose }: { onClose(): void }): ReactElement {
  const [match, setMatch] = useState(() => {
    const selected = urlStore.getState().state.sel.at(-1);
    return selected === undefined ? '' : printExact(selected);
  });
  const [name, setName] = useState('');
  const parsed = parseSearch(match);
  const mistake = match === '' || parsed.ok ? undefined : parsed.message;
  return (
    <Dialog title="Rename functions" onClose={onClose}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          addTransform({ kind: 'rename', match: match.trim(), name: name.trim() });
          onClose();
        }}
      >
        <label>
          Functions that match (as in the search: text, /regex/, file:, pkg:)
          <input value={match} onChange={({ target }) => setMatch(target.value)} spellCheck={false} />
        </label>
        {mistake !== undefined && <p role="alert">{mistake}</p>}
        <label>
          are called ($0 stands for the old name)
          <input value={name} onChange={({ target }) => setName(target.value)} spellCheck={false} />
        </label>
        <Button
          kind="primary"
          type="submit"
          disabled={match.trim() === '' || name.trim() === '' || mistake !== undefined}
        >
          Rename
        </Button>
      </form>
    </Dialog>
  );
}
