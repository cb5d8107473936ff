/** A function's name in a row: where there is too little room it goes without its package, then without its middle. */
import type { ReactElement } from 'react';
import { splitName } from '#model/function-name.ts';
import styles from './cut-inside.module.css';

/** Names up to this length are cut only at their end. In characters. */
const SHORT = 16;
/** Longer names lose their middle here: names are hostile, and a row has room for less. In UTF-16 units. */
const MAX_LENGTH = 600;
/** Characters at the end that are always shown, since the methods of a class differ there. */
const TAIL = 10;

export function FunctionName({ name }: { readonly name: string }): ReactElement {
  const { prefix, middle, bare } = splitName(name);
  const own = bounded(middle + (bare || '(empty name)'));
  const characters = Array.from(own);
  const owner = <span className={styles['prefix']}>{bounded(prefix)}</span>;
  if (prefix.length + characters.length <= SHORT)
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
          <span>{characters.slice(0, -TAIL).join('')}</span>
          <span>{characters.slice(-TAIL).join('')}</span>
        </span>
      </bdi>
      <span className="visually-hidden">{bounded(prefix) + own}</span>
    </>
  );
}

function bounded(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH / 2)}…${text.slice(-MAX_LENGTH / 2)}`;
}
