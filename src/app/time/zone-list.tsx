/** Which zone: a search field over all that the browser knows. */
import { type ReactElement, useMemo, useState } from 'react';
import { formatOffset } from '#model/time-text.ts';
import { PickField, PickOptions, usePickList } from '../components/pick-list.tsx';
import { zoneName } from './zone-name.ts';
import { zoneNames, zonesLike } from './zone-names.ts';
import styles from './zone-list.module.css';

interface ZoneListProps {
  /** `local`, `UTC` or a name. */
  readonly zone: string;
  /** Offsets are those of this time. */
  readonly nowMs: number;
  onPick(zone: string): void;
}

export function ZoneList({ zone, nowMs, onPick }: ZoneListProps): ReactElement {
  const [text, setText] = useState('');
  const names = useMemo(() => zoneNames(zone), [zone]);
  const zones = useMemo(() => zonesLike(names, text), [names, text]);
  const list = usePickList(names.indexOf(zone));
  const pick = (row: number): void => onPick(zones[row]);
  return (
    <div className={styles['zones']}>
      <div className={styles['head']}>
        <PickField
          takesFocus
          list={list}
          count={zones.length}
          label="Find a zone"
          placeholder="Find a zone"
          text={text}
          onText={(next) => {
            setText(next);
            list.setActive(0);
          }}
          onPick={pick}
        />
      </div>
      <div className={styles['list']}>
        {zones.length === 0 && <p className={styles['none']}>No zone has these letters.</p>}
        <PickOptions
          list={list}
          label="Zones"
          count={zones.length}
          isChosen={(row) => zones[row] === zone}
          onPick={pick}
        >
          {(row) => {
            const name = zones[row];
            return (
              <>
                <bdi>{name === 'local' ? `Local time, ${shown(zoneName(name))}` : shown(name)}</bdi>
                <span className={styles['offset']}>{formatOffset(nowMs, zoneName(name))}</span>
              </>
            );
          }}
        </PickOptions>
      </div>
    </div>
  );
}

function shown(name: string): string {
  return name.replaceAll('_', ' ');
}
