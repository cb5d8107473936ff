/** When: the range with its presets and ways to move it, the zone, the refresh. Facts in, events out. */
import type { ReactElement } from 'react';
import { rangeTitle, shiftRange, zoomOutRange } from '#model/time-range.ts';
import { formatSpan } from '#model/time-text.ts';
import { IconButton } from '../components/button.tsx';
import { lazily } from '../components/lazily.tsx';
import { Choice } from '../components/menu.tsx';
import { PopoverField } from '../components/popover.tsx';
import type { RangePanelProps } from './time-panels.tsx';
import { zoneName } from './zone-name.ts';
import styles from './time-controls.module.css';

interface TimeControlsProps extends Omit<RangePanelProps, 'refreshes'> {
  /** The range is shorter than its words say: it begins with the first profile. */
  readonly isNarrowed: boolean;
  onRefresh(): void;
}

const refreshes: readonly { id: string; title: string }[] = [
  { id: '0', title: 'off' },
  ...[5, 10, 30].map((s) => ({ id: String(s), title: `${s} s` })),
  ...[1, 5, 15].map((min) => ({ id: String(min * 60), title: `${min} min` })),
];

const RangePanel = lazily(async () => (await import('./time-panels.tsx')).RangePanel);
const ZoneList = lazily(async () => (await import('./time-panels.tsx')).ZoneList);

export function TimeControls(props: TimeControlsProps): ReactElement {
  const { text, range, isNarrowed, zone, refreshS, nowMs, onRange, onZone, onRefreshS, onRefresh } = props;
  const move = (by: -1 | 1): void => {
    if (range) onRange(shiftRange(range, by, nowMs));
  };
  const isNow = range !== undefined && range.endMs >= nowMs - 1000;
  const offered = refreshes.some(({ id }) => id === String(refreshS))
    ? refreshes
    : [...refreshes, { id: String(refreshS), title: `${refreshS} s` }];
  return (
    <div className={styles['controls']} role="group" aria-label="Time">
      <IconButton label="Earlier by one range" icon="left" onClick={() => move(-1)} disabled={!range} />
      <PopoverField
        label="Range"
        edged
        value={
          <>
            {isNarrowed ? 'All there is' : rangeTitle(text)}{' '}
            {range && <span className={styles['span']}>{formatSpan(range, zoneName(zone))}</span>}
          </>
        }
      >
        {(close) => <RangePanel {...props} refreshes={offered} onClose={close} />}
      </PopoverField>
      <IconButton label="Later by one range" icon="right" onClick={() => move(1)} disabled={!range || isNow} />
      <IconButton
        label="Zoom out to twice the range"
        icon="zoom-out"
        disabled={!range}
        onClick={() => range && onRange(zoomOutRange(range, nowMs))}
      />
      <span className={styles['wide']}>
        <ZoneField zone={zone} onZone={onZone} />
      </span>
      <IconButton label="Refresh now" icon="refresh" onClick={onRefresh} />
      <span className={styles['wide']}>
        <Choice
          label="Refresh"
          value={String(refreshS)}
          options={offered}
          onChange={(seconds) => onRefreshS(Number(seconds))}
        />
      </span>
    </div>
  );
}

function ZoneField({ zone, onZone }: { zone: string; onZone(zone: string): void }): ReactElement {
  return (
    <PopoverField label="Zone" value={zone === 'local' ? 'local time' : zone}>
      {(close) => (
        <ZoneList
          zone={zone}
          onPick={(next) => {
            onZone(next);
            close();
          }}
        />
      )}
    </PopoverField>
  );
}
