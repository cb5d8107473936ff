/** A long name with its middle cut out: pods, images and files differ at their ends. */
import type { ReactElement } from 'react';
import styles from './cut-inside.module.css';

/** Names that are shown whole, or cut at their end where there is too little room. */
const SHORT = 24;
/** Characters at the end that are always shown. */
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
