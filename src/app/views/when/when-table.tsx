/** The recording for those who cannot see it: what each part of it holds. */
import { memo, type ReactElement } from 'react';
import { formatInterval } from '#model/interval.ts';
import { formatShare } from '#model/units.ts';
import { ROWS, type When } from '#model/when.ts';
import { type ShownTree, valueText } from '../../screen/shown.ts';
import { cellMsOf, intervalOf } from './cells.ts';

const MAX_PARTS = 30;

export const WhenTable = memo(function WhenTable({ when, shown }: { when: When; shown: ShownTree }): ReactElement {
  const { cells, columns, total } = when;
  const columnsAPart = Math.ceil(columns / MAX_PARTS);
  const parts = Array.from({ length: Math.ceil(columns / columnsAPart) }, (_, part) => {
    const start = part * columnsAPart * ROWS;
    const end = Math.min(cells.length, start + columnsAPart * ROWS);
    return { start, end, value: cells.subarray(start, end).reduce((sum, value) => sum + value, 0) };
  });
  return (
    <div className="visually-hidden">
      <table>
        <caption>Parts of the recording</caption>
        <thead>
          <tr>
            {['Part', 'Value', 'Share'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map(({ start, end, value }) => (
            <tr key={start}>
              <th scope="row">{formatInterval(intervalOf({ start, end }, cellMsOf(when)))}</th>
              <td>{valueText(shown, value)}</td>
              <td>{formatShare(value, total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
});
