/** The transforms in their order: what each is, whether it found anything, and a way to take it back. */
import type { ReactElement } from 'react';
import type { OwnCode } from '#model/runtimes/frame-kind.ts';
import { kindOf, mistakeIn, transformTitle } from '#model/transforms/registry.ts';
import { removeTransform } from '../state/commands.ts';
import { Button, IconButton } from '../components/button.tsx';
import { editTransform } from '../state/ui-store.ts';
import { useUrl } from '../url/url-store.ts';
import styles from './workspace.module.css';

interface TransformChipsProps {
  /** See `TreeAnswer`; undefined while the tree is being made. */
  readonly matched: readonly number[] | undefined;
  /** See `OpenedProfile`. */
  readonly ownCode: readonly OwnCode[];
}

export function TransformChips({ matched, ownCode }: TransformChipsProps): ReactElement {
  const transforms = useUrl((state) => state.t);
  return (
    <div className={styles['chips']} role="group" aria-label="Transforms">
      {transforms.map((transform, i) => {
        const title = transformTitle(transform, ownCode);
        const nothing = matched?.[i] === 0;
        const mistake = mistakeIn(transform);
        return (
          <span
            key={`${i} ${title}`}
            className={styles['chip']}
            data-nothing={nothing || undefined}
            title={mistake === undefined ? title : `${title}\n${mistake}`}
          >
            {kindOf(transform).form ? (
              <button type="button" aria-label={`Edit ${title}`} onClick={() => editTransform(i)}>
                <bdi>{shortened(title)}</bdi>
              </button>
            ) : (
              <bdi>{title}</bdi>
            )}
            {nothing && <em> {mistake === undefined ? 'matched nothing' : 'not a valid pattern'}</em>}
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

/** Transforms differ at both ends. */
function shortened(title: string): string {
  return title.length > 60 ? `${title.slice(0, 28)}…${title.slice(-28)}` : title;
}
