/** A row of choices: one stop for Tab, arrows move and choose. */
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { Button } from './button.tsx';

interface RadioRowProps<Id extends string> {
  readonly label: string;
  readonly className?: string | undefined;
  readonly value: Id;
  readonly options: readonly { readonly id: Id; readonly title: ReactNode }[];
  onChange(id: Id): void;
}

export function RadioRow<Id extends string>(props: RadioRowProps<Id>): ReactElement {
  const { label, className, value, options, onChange } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const at = options.findIndex(({ id }) => id === value);
    const to = (at + by + options.length) % options.length;
    onChange(options[to].id);
    event.currentTarget.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div role="radiogroup" aria-label={label} className={className} onKeyDown={onKeyDown}>
      {options.map(({ id, title }) => (
        <Button
          key={id}
          role="radio"
          aria-checked={id === value}
          tabIndex={id === value ? 0 : -1}
          onClick={() => onChange(id)}
        >
          {title}
        </Button>
      ))}
    </div>
  );
}
