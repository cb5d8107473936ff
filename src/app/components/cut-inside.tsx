/** A name that loses of its middle what there is no room for: pods, images and files are told apart by their ends. */
import type { ReactElement } from 'react';
import styles from './cut-inside.module.css';

/** Names that are shown whole, or cut at their end where there is too little room. */
const SHORT = 24;
/** Of longer ones, what is always shown of their end. */
const TAIL = 10;

export function CutInside({ text, className }: { text: string; className?: string | undefined }): ReactElement {
  const letters = Array.from(text);
  if (letters.length <= SHORT) return <bdi className={className}>{text}</bdi>;
  return (
    <>
      <bdi className={`${styles['cut']} ${className ?? ''}`} aria-hidden="true">
        <span>{letters.slice(0, -TAIL).join('')}</span>
        <span>{letters.slice(-TAIL).join('')}</span>
      </bdi>
      <span className="visually-hidden">{text}</span>
    </>
  );
}
