/** A function's name in a row: where there is too little room its package is cut first, then its middle. */
import type { ReactElement } from 'react';
import { splitName } from '#model/function-name.ts';
import styles from './cut-inside.module.css';

/** Names that are cut at their end, if at all. */
const SHORT = 24;
/** Characters at the end that are always shown: there the methods of a class differ. */
const TAIL = 12;

export function FunctionName({ name }: { readonly name: string }): ReactElement {
  const { prefix, middle, bare } = splitName(name);
  const letters = Array.from(middle + (bare || '(empty name)'));
  const packageName = <span className={styles['prefix']}>{prefix}</span>;
  if (prefix.length + letters.length <= SHORT)
    return (
      <bdi>
        {packageName}
        {letters.join('')}
      </bdi>
    );
  return (
    <>
      <bdi className={styles['cut']} aria-hidden="true">
        {packageName}
        <span>{letters.slice(0, -TAIL).join('')}</span>
        <span>{letters.slice(-TAIL).join('')}</span>
      </bdi>
      <span className="visually-hidden">{prefix + letters.join('')}</span>
    </>
  );
}
