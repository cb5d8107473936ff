/** Panels below their control: Escape and a click outside close one, and the focus returns to the control. */
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import { Field, type FieldProps } from './field.tsx';
import { lazily } from './lazily.tsx';
import { loadOverlays } from './load-overlays.ts';

/** Open while rendered. */
export const PopoverPanel = lazily(async () => (await loadOverlays()).PanelOverlay);

interface PopoverFieldProps extends FieldProps {
  children(close: () => void): ReactNode;
}

/** A chosen value with a chevron, that opens a panel to choose another. */
export function PopoverField({ children, ...field }: PopoverFieldProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const close = (): void => setOpen(false);
  return (
    <>
      <Field {...field} opens="dialog" isOpen={isOpen} anchor={anchor} onOpen={() => setOpen(true)} />
      {isOpen && (
        <PopoverPanel label={field.label} anchor={anchor} onClose={close}>
          {children(close)}
        </PopoverPanel>
      )}
    </>
  );
}
