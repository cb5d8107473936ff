/** Which thread the chart is of: a filter by its label, as in the line above the views. */
import type { ReactElement } from 'react';
import type { ThreadsOfChart } from '#model/flame-chart.ts';
import { withValue } from '#model/labels.ts';
import { readable } from '#render/text.ts';
import { Choice } from '../../components/menu.tsx';
import { navigate, useUrl } from '../../url/url-store.ts';
import { Dim } from '../strip.tsx';

export function ThreadChoice({ threads }: { readonly threads: ThreadsOfChart }): ReactElement {
  const { label, shown, all, count } = threads;
  const matchers = useUrl(({ q }) => q);
  const isFiltered = matchers.some((one) => one.name === label);
  // What was in view of another thread is not there.
  const choose = (value: string | undefined): void =>
    navigate({ q: withValue(matchers, label, value), at: undefined, sel: [] }, 'push');
  const titleOf = (values: readonly string[]): string => readable(values.join(', ')).slice(0, 120) || '(none)';
  if (count <= 1 && !isFiltered) return <Dim>{titleOf(shown)}</Dim>;
  return (
    <>
      <Choice
        label={readable(label).slice(0, 60)}
        edged
        value={String(all.findIndex((values) => values.join('\n') === shown.join('\n')))}
        options={[
          ...all.map((values, i) => ({ id: String(i), title: titleOf(values) })),
          ...(isFiltered ? [{ id: 'all', title: 'The one that ran longest' }] : []),
        ]}
        onChange={(id) => choose(id === 'all' ? undefined : (all[Number(id)][0] ?? ''))}
      />
      {count > 1 && <Dim>longest of {count}</Dim>}
    </>
  );
}
