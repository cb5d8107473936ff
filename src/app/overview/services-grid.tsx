/** All services of the range: what each costs, how it went, which profile types it has; one click into any. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import { inListOrder, type ProfileType, profileTypeTitle } from '#model/profile-type.ts';
import type { SampleType } from '#model/profile.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import { SeriesGrid } from './series-grid.tsx';

interface ServiceCell {
  readonly name: string;
  readonly cost: number | undefined;
  readonly types: readonly ProfileType[];
  readonly series: Series | undefined;
  readonly change: SeriesChange | undefined;
}

interface ServicesGridProps {
  readonly services: readonly ServiceCell[] | undefined;
  /** What costs count: of one profile type for all. */
  readonly costType: SampleType;
  readonly changeHint: string;
  readonly empty: ReactNode;
  renderSpark(series: Series, largest: number | undefined): ReactNode;
  hrefOf(service: string): string;
  onService(service: string): void;
}

export function ServicesGrid(props: ServicesGridProps): ReactElement {
  const { services, costType, changeHint, empty, renderSpark, hrefOf, onService } = props;
  const cells = useMemo(
    () =>
      services?.map(({ name, cost, types, series, change }) => ({
        id: name,
        title: name,
        detail: [...new Set(inListOrder(types).map(profileTypeTitle))].join(', '),
        cost,
        type: costType,
        series,
        change,
      })),
    [services, costType],
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
