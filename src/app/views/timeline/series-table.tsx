/** The series for those who cannot see them: what each holds in the range. */
import { memo, type ReactElement } from 'react';
import { type AlignedSeries, summaryOf } from '#model/aligned-series.ts';
import type { TimeRange } from '#model/time-range.ts';
import { readable } from '#render/text.ts';

interface SeriesTableProps {
  readonly series: AlignedSeries;
  readonly titles: readonly string[];
  /** Indexes of the series, the most costly first. */
  readonly order: readonly number[];
  readonly range: TimeRange;
  format(value: number): string;
}

const MAX_ROWS = 40;

export const SeriesTable = memo(function SeriesTable({
  series,
  titles,
  order,
  range,
  format,
}: SeriesTableProps): ReactElement {
  return (
    <div className="visually-hidden">
      <table>
        <caption>
          {titles.length > MAX_ROWS ? `The ${MAX_ROWS} largest of ${titles.length} series` : 'Series in the range'}
        </caption>
        <thead>
          <tr>
            {['Series', 'Least', 'Most', 'Mean', 'Last'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.slice(0, MAX_ROWS).map((s) => {
            const summary = summaryOf(series, series.columns[s], range);
            return (
              <tr key={s}>
                <th scope="row">{readable(titles[s]).slice(0, 80) || 'All'}</th>
                {summary &&
                  [summary.least, summary.largest, summary.mean, summary.last].map((value, i) => (
                    <td key={i}>{format(value)}</td>
                  ))}
                {!summary && <td colSpan={4}>no profiles</td>}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
});
