/** A button that moves the range by its own length, or doubles it. */
import type { ReactElement } from 'react';
import { shiftRange, type TimeRange, type TimeRangeText, zoomOutRange } from '#model/time-range.ts';
import { IconButton } from '../components/button.tsx';
import type { IconName } from '../components/icon.tsx';

interface RangeMoveProps {
  readonly to: 'earlier' | 'later' | 'wider';
  readonly range: TimeRange | undefined;
  readonly nowMs: number;
  onRange(range: TimeRangeText): void;
}

const faces: { readonly [To in RangeMoveProps['to']]: { readonly icon: IconName; readonly label: string } } = {
  earlier: { icon: 'left', label: 'Earlier by one range' },
  later: { icon: 'right', label: 'Later by one range' },
  wider: { icon: 'zoom-out', label: 'Zoom out to twice the range' },
};

export function RangeMove({ to, range, nowMs, onRange }: RangeMoveProps): ReactElement {
  const isNow = range !== undefined && range.endMs >= nowMs - 1000;
  return (
    <IconButton
      {...faces[to]}
      disabled={range === undefined || (to === 'later' && isNow)}
      onClick={() => {
        if (range === undefined) return;
        onRange(to === 'wider' ? zoomOutRange(range, nowMs) : shiftRange(range, to === 'later' ? 1 : -1, nowMs));
      }}
    />
  );
}
