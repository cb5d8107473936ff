/** The dialog of a transform: a new one, or one of the link that is changed. */
import { type ReactElement, useState } from 'react';
import { kindOf, type Transform, transformKinds } from '#model/transforms/registry.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { Choice } from '../components/menu.tsx';
import { addTransform, replaceTransform } from '../state/commands.ts';
import { urlStore } from '../url/url-store.ts';
import styles from './transform-dialog.module.css';

interface TransformDialogProps {
  /** The place of the transform in the link, or the kind of a new one. */
  readonly edited: number | Transform['kind'];
  onClose(): void;
}

export function TransformDialog({ edited, onClose }: TransformDialogProps): ReactElement | null {
  const [{ verb, first }] = useState(() => startOf(edited));
  const [transform, setTransform] = useState(first);
  // Each field keeps its own text while the user types: half of an escape is not yet a path.
  const form = transform && kindOf(transform).form;
  const [texts, setTexts] = useState(() => form?.fields.map((field) => field.read(transform!)) ?? []);
  if (!transform || !form) return null;
  const mistake = form.fields.map((field, i) => field.mistake(texts[i])).find((one) => one !== undefined);
  return (
    <Dialog title={form.title} onClose={onClose}>
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          if (mistake !== undefined) return;
          if (typeof edited === 'number') replaceTransform(edited, transform);
          else addTransform(transform);
          onClose();
        }}
      >
        {form.fields.map((field, i) => {
          const onChange = (text: string): void => {
            setTexts(texts.with(i, text));
            const next = field.write(transform, text);
            if (next) setTransform(next);
          };
          return field.choices ? (
            <Choice
              key={field.label}
              label={field.label}
              prefix={field.label}
              edged
              value={texts[i]}
              options={field.choices.map((id) => ({ id, title: id }))}
              onChange={onChange}
            />
          ) : (
            <label key={field.label}>
              {field.label}
              <input
                autoFocus={i === 0}
                value={texts[i]}
                spellCheck={false}
                autoComplete="off"
                onChange={({ target }) => onChange(target.value)}
              />
            </label>
          );
        })}
        <p role="alert">{mistake}</p>
        <Button kind="primary" type="submit" aria-disabled={mistake !== undefined}>
          {verb}
        </Button>
      </form>
    </Dialog>
  );
}

function startOf(edited: number | Transform['kind']): { verb: string; first: Transform | undefined } {
  const { t, sel } = urlStore.getState().state;
  if (typeof edited === 'number') return { verb: 'Apply', first: t[edited] };
  for (const { kind, menu } of transformKinds)
    for (const entry of menu)
      if (kind === edited && 'draft' in entry) return { verb: entry.verb, first: entry.draft(sel.at(-1)) };
  return { verb: '', first: undefined };
}
