/** A function's name in a row: where there is too little room it goes without its package, then without its middle. */
import type { ReactElement } from 'react';
import { splitName } from '#model/function-name.ts';
import styles from './cut-inside.module.css';

/** Names that are cut at their end, if at all. */
const SHORT = 16;
/** UTF-16 units of a name that a row has, from either end: names are hostile, and a row has room for less. */
const MAX_LENGTH = 600;
/** Characters at the end that are always shown: there the methods of a class differ. */
const TAIL = 10;

export function FunctionName({ name }: { readonly name: string }): ReactElement {
  const { prefix, middle, bare } = splitName(name);
  const own = bounded(middle + (bare || '(empty name)'));
  const letters = Array.from(own);
  const owner = <span className={styles['prefix']}>{bounded(prefix)}</span>;
  if (prefix.length + letters.length <= SHORT)
    return (
      <bdi>
        {owner}
        {own}
      </bdi>
    );
  return (
    <>
      <bdi className={styles['name']} aria-hidden="true">
        {owner}
        <span className={styles['cut']}>
          <span>{letters.slice(0, -TAIL).join('')}</span>
          <span>{letters.slice(-TAIL).join('')}</span>
        </span>
      </bdi>
      <span className="visually-hidden">{bounded(prefix) + own}</span>
    </>
  );
}

function bounded(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH / 2)}…${text.slice(-MAX_LENGTH / 2)}`;
}
