/**
 * What the query bar offers: names and values with what they cost, in order, filtered, and asked for while a panel is
 * open.
 */
import { useEffect, useEffectEvent, useState } from 'react';
import { compareNatural } from '#base/natural-order.ts';
import { type LabelMatcher, SERVICE_LABEL } from '#model/labels.ts';

/** A service, or a value of a label. */
export interface CostRow {
  readonly name: string;
  /** In the range, in the unit of the profile type; undefined if it is not known. */
  readonly cost: number | undefined;
}

export interface LabelNameRow {
  readonly name: string;
  readonly valueCount: number | undefined;
}

/** Questions that a panel asks when it opens. They reject with `AbortError` when the signal fires. */
export interface LabelSource {
  /** What the labels are in. */
  readonly place: 'this range' | 'this file';
  /** @param others the matchers that hold beside the one that is edited, the service too */
  loadNames(others: readonly LabelMatcher[], signal: AbortSignal): Promise<readonly LabelNameRow[]>;
  /** In any order. */
  loadValues(name: string, others: readonly LabelMatcher[], signal: AbortSignal): Promise<readonly CostRow[]>;
}

/** The largest cost first, what has none last, ties by name. */
export function busiestFirst<Row extends CostRow>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (b.cost ?? -Infinity) - (a.cost ?? -Infinity) || compareNatural(a.name, b.name));
}

/** Rows whose name holds every word of the text, whatever the case. */
export function withWords<Row extends { readonly name: string }>(rows: readonly Row[], text: string): readonly Row[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter(({ name }) => {
    const lower = name.toLowerCase();
    return wanted.every((word) => lower.includes(word));
  });
}

/**
 * Labels that describe a series, by name: without the service, which has its own field, and the store's internal
 * labels.
 */
export function offeredNames(rows: readonly LabelNameRow[]): LabelNameRow[] {
  return rows
    .filter(({ name }) => name !== SERVICE_LABEL && !/^__.*__$/s.test(name))
    .sort((a, b) => compareNatural(a.name, b.name));
}

export type Loaded<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'loaded'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

const LOADING = { kind: 'loading' } as const;

/** @param key identifies the question; undefined: no query. @returns the answer, and a way to ask again */
export function useLoaded<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
): readonly [Loaded<T>, () => void] {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly loaded: Loaded<T> }>();
  const [attempt, setAttempt] = useState(0);
  const ask = useEffectEvent(load);
  useEffect(() => {
    if (key === undefined) return;
    const stop = new AbortController();
    const settle = (loaded: Loaded<T>): void => {
      if (!stop.signal.aborted) setAnswer({ key, loaded });
    };
    ask(stop.signal).then(
      (value) => settle({ kind: 'loaded', value }),
      (error: unknown) => settle({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
    );
    return () => stop.abort();
  }, [key, attempt]);
  const again = (): void => {
    setAnswer(undefined);
    setAttempt((tries) => tries + 1);
  };
  return [answer?.key === key && answer ? answer.loaded : LOADING, again];
}
