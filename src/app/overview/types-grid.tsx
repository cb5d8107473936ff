/** The profile types of a service, each in its own unit. */
import { type ReactElement, type ReactNode, useMemo } from 'react';
import {
  inListOrder,
  type ProfileType,
  profileTypeGroup,
  profileTypeTitle,
  shortProfileTypeId,
} from '#model/profile-type.ts';
import type { SeriesChange } from '#model/series-change.ts';
import type { Series } from '#model/series.ts';
import { SeriesGrid } from './series-grid.tsx';

interface TypeCell {
  readonly type: ProfileType;
  /** In the type's unit: the sum, or the mean of a snapshot. */
  readonly cost: number | undefined;
  readonly series: Series | undefined;
  readonly change: SeriesChange | undefined;
}

interface TypesGridProps {
  readonly types: readonly TypeCell[] | undefined;
  readonly changeHint: string;
  readonly empty: ReactNode;
  renderSpark(series: Series, largest: number | undefined): ReactNode;
  hrefOf(type: string): string;
  /** @param type its id */
  onType(type: string): void;
}

export function TypesGrid({ types, changeHint, empty, renderSpark, hrefOf, onType }: TypesGridProps): ReactElement {
  const cells = useMemo(() => {
    if (!types) return undefined;
    const byType = new Map(types.map((cell) => [cell.type, cell]));
    const all = types.map(({ type }) => type);
    return inListOrder(all).map((type) => ({
      id: type.id,
      title: profileTypeTitle(type),
      detail: `${profileTypeGroup(type)}, ${shortProfileTypeId(type, all)}`,
      cost: byType.get(type)?.cost,
      type: { type: type.sampleType, unit: type.sampleUnit },
      series: byType.get(type)?.series,
      change: byType.get(type)?.change,
    }));
  }, [types]);
  return (
    <SeriesGrid
      label="Profile types"
      words={['profile type', 'profile types']}
      cells={cells}
      changeHint={changeHint}
      whole={undefined}
      sorts={[]}
      isOneScale={false}
      empty={empty}
      renderSpark={renderSpark}
      hrefOf={hrefOf}
      onOpen={onType}
    />
  );
}
