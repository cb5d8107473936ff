/** The transforms in their order: what each is, whether it found anything, and a way to take it back. */
import type { ReactElement } from 'react';
import { isEditable, transformTitle } from '#model/transforms/registry.ts';
import { removeTransform } from '../commands.ts';
import { Button, IconButton } from '../components/button.tsx';
import { editTransform } from '../ui-store.ts';
import { useUrl } from '../url/url-store.ts';
import styles from './workspace.module.css';

/** @param matched see `TreeAnswer`; undefined while the tree is being made. */
export function TransformChips({ matched }: { matched: readonly number[] | undefined }): ReactElement | null {
  const transforms = useUrl((state) => state.t);
  if (transforms.length === 0) return null;
  return (
    <div className={styles['chips']} role="group" aria-label="Transforms">
      {transforms.map((transform, i) => {
        const title = transformTitle(transform);
        const nothing = matched?.[i] === 0;
        return (
          <span key={`${i} ${title}`} className={styles['chip']} data-nothing={nothing || undefined} title={title}>
            {isEditable(transform) ? (
              <button type="button" aria-label={`Edit ${title}`} onClick={() => editTransform(i)}>
                <bdi>{shortened(title)}</bdi>
              </button>
            ) : (
              <bdi>{title}</bdi>
            )}
            {nothing && <em> matched nothing</em>}
            <IconButton label={`Remove ${title}`} icon="close" onClick={() => removeTransform(i)} />
          </span>
        );
      })}
      <Button icon="undo" onClick={() => removeTransform(transforms.length - 1)}>
        Undo
      </Button>
    </div>
  );
}

/** What tells transforms apart stands at both ends. */
function shortened(title: string): string {
  return title.length > 60 ? `${title.slice(0, 28)}…${title.slice(-28)}` : title;
}
