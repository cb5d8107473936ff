/** A modal with a title, closed by Escape, its cross or a click beside it. */
import type { ReactElement, ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { IconButton } from './button.tsx';
import styles from './dialog.module.css';

export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose(): void;
  children: ReactNode;
}): ReactElement {
  return (
    <ModalOverlay className={styles['overlay']} isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className={styles['modal']}>
        <AriaDialog className={styles['dialog']}>
          <header>
            <Heading slot="title">{title}</Heading>
            <IconButton label="Close" icon="close" onClick={onClose} />
          </header>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
