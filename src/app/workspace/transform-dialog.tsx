/** The text of a transform: of a new rename, or of one that stands on a chip. */
import { type ReactElement, useState } from 'react';
import { parseSearch, printExact } from '#model/search.ts';
import { isEditable, type Transform } from '#model/transforms/registry.ts';
import { addTransform, replaceTransform } from '../state/commands.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Choice } from '../components/menu.tsx';
import { parsePath, printPath } from '../url/transform-text.ts';
import { urlStore } from '../url/url-store.ts';
import styles from './transform-dialog.module.css';

const titles: Record<Transform['kind'], string> = {
  focus: 'Keep stacks through what matches',
  'focus-path': 'Keep stacks through one path',
  hide: 'Merge what matches into its callers',
  ignore: 'Drop stacks through what matches',
  'show-from': 'Show only from what matches',
  'merge-recursion': 'Merge recursion',
  'group-by': 'Group frames',
  rename: 'Rename functions',
  invert: 'Invert',
};

const groups = [
  { id: 'package', title: 'package' },
  { id: 'file', title: 'file' },
  { id: 'binary', title: 'binary' },
] as const;

interface TransformDialogProps {
  /** Which of the transforms; -1 a new rename. */
  readonly index: number;
  onClose(): void;
}

export function TransformDialog({ index, onClose }: TransformDialogProps): ReactElement | null {
  const [transform, setTransform] = useState<Transform | undefined>(() => {
    const { t, sel } = urlStore.getState().state;
    if (index >= 0) return t[index];
    const selected = sel.at(-1);
    return { kind: 'rename', match: selected === undefined ? '' : printExact(selected), name: '' };
  });
  // A path has a text of its own while it is typed: half of an escape is none yet.
  const [pathText, setPathText] = useState(() => (transform?.kind === 'focus-path' ? printPath(transform.path) : ''));
  if (!transform || !isEditable(transform)) return null;
  const mistake = mistakeIn(transform, pathText);
  return (
    <Dialog title={titles[transform.kind]} onClose={onClose}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (mistake !== undefined) return;
          if (index < 0) addTransform(transform);
          else replaceTransform(index, transform);
          onClose();
        }}
      >
        {'match' in transform && (
          <Field
            label="Functions that match (as in the search: text, /regex/, file:, pkg:)"
            isFirst
            value={transform.match}
            onChange={(match) => setTransform({ ...transform, match })}
          />
        )}
        {transform.kind === 'rename' && (
          <Field
            label="are called ($0 is what is replaced: the part that a /regex/ alone finds, else the whole name)"
            value={transform.name}
            onChange={(name) => setTransform({ ...transform, name })}
          />
        )}
        {transform.kind === 'focus-path' && (
          <Field
            label="Functions from the root, parted by ;"
            isFirst
            value={pathText}
            onChange={(text) => {
              setPathText(text);
              const path = parsePath(text);
              if (path) setTransform({ kind: 'focus-path', path });
            }}
          />
        )}
        {transform.kind === 'group-by' && (
          <Choice
            label="Group by"
            prefix="Group by"
            edged
            value={transform.by}
            options={groups}
            onChange={(by) => setTransform({ kind: 'group-by', by })}
          />
        )}
        <p role="alert">{mistake}</p>
        <Button kind="primary" type="submit" aria-disabled={mistake !== undefined}>
          {index < 0 ? 'Rename' : 'Apply'}
        </Button>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  /** What one came to change. */
  readonly isFirst?: boolean;
  onChange(value: string): void;
}

function Field({ label, value, isFirst, onChange }: FieldProps): ReactElement {
  return (
    <label>
      {label}
      <input
        autoFocus={isFirst}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

/** Why it cannot be applied as it stands; '' while nothing is typed yet. */
function mistakeIn(transform: Transform, pathText: string): string | undefined {
  if ('match' in transform) {
    if (transform.match.trim() === '') return '';
    const parsed = parseSearch(transform.match);
    return parsed.ok ? undefined : parsed.message;
  }
  if (transform.kind !== 'focus-path') return undefined;
  const path = parsePath(pathText);
  return path === undefined ? 'a \\ at the end escapes nothing' : path.length === 0 ? '' : undefined;
}
