/** Buttons: plain, with an icon, the one primary. */
import type { ComponentProps, ReactElement } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './button.module.css';

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: 'plain' | 'edged' | 'primary';
  readonly icon?: IconName;
}

export function Button({ kind = 'plain', icon, children, className, ...rest }: ButtonProps): ReactElement {
  return (
    <button type="button" className={[styles['button'], styles[kind], className].filter(Boolean).join(' ')} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** The look of an icon button, for buttons of other libraries. */
export const squareButtonClass = `${styles['button']} ${styles['square']}`;

/** A button that is only an icon: its name is its tooltip too. */
export function IconButton({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, 'kind' | 'children'> & { label: string; icon: IconName }): ReactElement {
  return <Button icon={icon} aria-label={label} title={label} {...rest} className={styles['square']} />;
}
