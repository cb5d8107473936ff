/** When: the range with its presets and ways to move it, the zone, the refresh. Facts in, events out. */
import type { ReactElement } from 'react';
import { rangeTitle } from '#model/range-title.ts';
import { formatSpan } from '#model/time-text.ts';
import { IconButton } from '../components/button.tsx';
import { lazily } from '../components/lazily.tsx';
import { Choice } from '../components/menu.tsx';
import { PopoverField } from '../components/popover.tsx';
import { RangeMove } from './range-move.tsx';
import type { NarrowProps, RangePanelProps } from './range-panel.tsx';
import { zoneName } from './zone-name.ts';
import styles from './time-controls.module.css';

interface TimeControlsProps extends Omit<RangePanelProps, 'narrow' | 'onClose'>, Omit<NarrowProps, 'refreshes'> {
  /** The range is shorter than its words say: it begins with the first profile. */
  readonly isNarrowed: boolean;
  /** Undefined where the view has its own ranges: only zone and refresh are shown. */
  readonly hasRange: boolean;
  /** Whether there is anything that a refresh could change. */
  readonly hasRefresh: boolean;
}

const refreshes: readonly { id: string; title: string }[] = [
  { id: '0', title: 'off' },
  ...[5, 10, 30].map((s) => ({ id: String(s), title: `${s}\u00a0s` })),
  ...[1, 5, 15].map((min) => ({ id: String(min * 60), title: `${min}\u00a0min` })),
];

const RangePanel = lazily(async () => (await import('./range-panel.tsx')).RangePanel);
const ZoneList = lazily(async () => (await import('./zone-list.tsx')).ZoneList);

export function TimeControls(props: TimeControlsProps): ReactElement {
  const { text, range, isNarrowed, hasRange, hasRefresh, zone, refreshS, nowMs, onZone, onRefreshS, onRefresh } = props;
  const title = isNarrowed ? 'All data' : rangeTitle(text, zoneName(zone));
  const offered = refreshes.some(({ id }) => id === String(refreshS))
    ? refreshes
    : [...refreshes, { id: String(refreshS), title: `${refreshS}\u00a0s` }];
  return (
    <div className={styles['controls']} data-rangeless={!hasRange || undefined} role="group" aria-label="Time">
      {hasRange && (
        <>
          <RangeMove to="earlier" {...props} />
          <PopoverField
            label="Range"
            edged
            value={
              <>
                {title}{' '}
                {range && (
                  <span className={title === '' ? undefined : styles['span']}>
                    {formatSpan(range, zoneName(zone), nowMs)}
                  </span>
                )}
              </>
            }
          >
            {(close) => <RangePanel {...props} narrow={{ ...props, refreshes: offered }} onClose={close} />}
          </PopoverField>
          <RangeMove to="later" {...props} />
          <RangeMove to="wider" {...props} />
        </>
      )}
      <span className={`${styles['wide']} ${styles['zone']}`}>
        <PopoverField label="Zone" value={zone === 'local' ? 'local time' : zone.replaceAll('_', ' ')}>
          {(close) => (
            <ZoneList
              zone={zone}
              nowMs={nowMs}
              onPick={(next) => {
                close();
                onZone(next);
              }}
            />
          )}
        </PopoverField>
      </span>
      {hasRefresh && (
        <>
          <IconButton label="Refresh now" icon="refresh" onClick={onRefresh} />
          <span className={styles['wide']}>
            <Choice
              label="Refresh"
              value={String(refreshS)}
              options={offered}
              onChange={(seconds) => onRefreshS(Number(seconds))}
            />
          </span>
        </>
      )}
    </div>
  );
}
