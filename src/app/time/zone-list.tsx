/** A search over all time zones of the browser. */
import { type ReactElement, useMemo } from 'react';
import { formatOffset } from '#model/time-text.ts';
import { ListNotice, SearchList } from '../components/search-list.tsx';
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
  const names = useMemo(() => zoneNames(zone), [zone]);
  return (
    <div className={styles['zones']}>
      <SearchList
        fills
        find="Find a time zone"
        label="Time zones"
        rowsFor={(text) => zonesLike(names, text)}
        isChosen={(name) => name === zone}
        onPick={onPick}
        renderNotice={(hasRows) => !hasRows && <ListNotice>No matching time zones.</ListNotice>}
      >
        {(name) => (
          <>
            <bdi>{name === 'local' ? `Local time, ${shown(zoneName(name))}` : shown(name)}</bdi>
            <span className={styles['offset']}>{formatOffset(nowMs, zoneName(name))}</span>
          </>
        )}
      </SearchList>
    </div>
  );
}

function shown(name: string): string {
  return name.replaceAll('_', ' ');
}
