/** All services of the range: what each costs, how it went, what was deployed; one click into any. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import { inListOrder, type ProfileType, profileTypeTitle } from '#model/profile-type.ts';
import type { SampleType } from '#model/profile.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import { formatInstant } from '#model/time-text.ts';
import type { Marker } from '../source/detected-markers.ts';
import { SeriesGrid } from './series-grid.tsx';

interface ServiceCell {
  readonly name: string;
  readonly cost: number | undefined;
  readonly types: readonly ProfileType[];
  readonly series: Series | undefined;
  readonly change: SeriesChange | undefined;
  /** What happened in the range, by time. */
  readonly marks: readonly Marker[];
}

interface ServicesGridProps {
  readonly services: readonly ServiceCell[] | undefined;
  /** What costs count: of one profile type for all. */
  readonly costType: SampleType;
  readonly changeHint: string;
  readonly empty: ReactNode;
  /** In which times are written. */
  readonly zone: string;
  renderSpark(series: Series, largest: number | undefined, marksMs?: readonly number[]): ReactNode;
  hrefOf(service: string): string;
  onService(service: string): void;
}

export function ServicesGrid(props: ServicesGridProps): ReactElement {
  const { services, costType, changeHint, zone, empty, renderSpark, hrefOf, onService } = props;
  const cells = useMemo(
    () =>
      services?.map(({ name, cost, types, series, change, marks }) => {
        const titles = [...new Set(inListOrder(types).map(profileTypeTitle))].join(', ');
        const said = marks.map(({ title, timeMs }) => `${title}, ${formatInstant(timeMs, zone)}`);
        return {
          id: name,
          title: name,
          detail: said.at(-1) ?? titles,
          more: [...said, titles].join('\n'),
          cost,
          type: costType,
          series,
          change,
          marksMs: marks.map(({ timeMs }) => timeMs),
        };
      }),
    [services, costType, zone],
  );
  return (
    <SeriesGrid
      label="Services"
      words={['service', 'services']}
      cells={cells}
      changeHint={changeHint}
      whole={services?.reduce((sum, { cost }) => sum + (cost ?? 0), 0)}
      sorts={['cost', 'change', 'name']}
      isOneScale={false}
      empty={empty}
      renderSpark={renderSpark}
      hrefOf={hrefOf}
      onOpen={onService}
    />
  );
}
