/** The links and snapshots that the server keeps, with a way to delete them. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { deleteLink, fetchLinks, type ListedLink } from '#datasource/short-links.ts';
import { formatFullInstant } from '#model/time-text.ts';
import { formatBytesOfFile, formatCount } from '#model/units.ts';
import { Button, IconButton } from '../components/button.tsx';
import { parseUrl } from '../url/codec.ts';
import { linkRows } from './link-summary.ts';
import styles from './share.module.css';

export const LINKS_KEY = 'links';

interface SavedLinksProps {
  readonly zone: string;
  onDeleted(id: string): void;
}

export function SavedLinks(props: SavedLinksProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles['kept']} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Links and snapshots on this server</summary>
      {isOpen && <List {...props} />}
    </details>
  );
}

function List({ zone, onDeleted }: SavedLinksProps): ReactElement {
  const [asked, setAsked] = useState<string>();
  const queries = useQueryClient();
  const { data, error } = useQuery({
    queryKey: [LINKS_KEY],
    queryFn: ({ signal }) => fetchLinks(document.baseURI, signal),
    staleTime: 0,
  });
  const [failure, setFailure] = useState<string>();
  const [said, setSaid] = useState('');
  const remove = async ({ id }: ListedLink): Promise<void> => {
    try {
      await deleteLink(document.baseURI, id);
      setFailure(undefined);
      setSaid(`${id} deleted.`);
      onDeleted(id);
    } catch (reason) {
      setFailure(reason instanceof Error ? reason.message : String(reason));
    }
    await queries.invalidateQueries({ queryKey: [LINKS_KEY] });
  };
  const why = failure ?? error?.message;
  const shown = data?.links ?? [];
  return (
    <>
      <p role="status">{said}</p>
      {why !== undefined && (
        <p className={styles['failure']} role="alert">
          {why.slice(0, 300)}
        </p>
      )}
      {data && (
        <p>
          {data.count === 0
            ? 'No links yet.'
            : `${formatCount(data.count)} ${data.count === 1 ? 'link' : 'links'}, ${formatBytesOfFile(data.snapshotBytes)} of snapshots${
                shown.length < data.count ? `; the first ${formatCount(shown.length)} are listed` : ''
              }. Deleting a link breaks it for everyone.`}
        </p>
      )}
      <ul>
        {shown.map((link) => (
          <li key={link.id}>
            <a href={link.url}>
              <bdi>{titleOf(link, zone)}</bdi>
            </a>
            <span>
              {link.snapshotBytes > 0 ? `snapshot, ${formatBytesOfFile(link.snapshotBytes)}` : 'link'},{' '}
              {formatFullInstant(link.createdMs, zone)}
            </span>
            {asked === link.id ? (
              <Button
                kind="edged"
                autoFocus
                onBlur={() => setAsked(undefined)}
                onClick={({ currentTarget }) => {
                  // The row is removed: move the focus before.
                  currentTarget.closest('details')?.querySelector('summary')?.focus();
                  void remove(link);
                }}
              >
                Delete for everyone
              </Button>
            ) : (
              <IconButton label={`Delete ${link.id}`} icon="close" onClick={() => setAsked(link.id)} />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What it leads to, in a line. */
function titleOf({ id, query }: ListedLink, zone: string): string {
  const { state } = parseUrl(`?${query}`);
  const words = linkRows(state, zone).slice(0, 3);
  return `${id}: ${words.map(({ text }) => text).join(' · ')}`.slice(0, 300);
}
