/** The series by cost, or as they are stacked: a click shows one alone, Shift or Alt hides it or brings it back. */
import { type KeyboardEvent, memo, type MouseEvent, type ReactElement, useState } from 'react';
import { readable } from '#render/text.ts';
import { SearchList } from '../../components/search-list.tsx';
import { PopoverField } from '../../components/popover.tsx';
import { Button } from '../../components/button.tsx';
import { everything, isolated, isShown, listedIn, MAX_ENTRIES, type SeriesChoice, toggled } from './series-choice.ts';
import { Swatch } from './swatch.tsx';
import styles from './timeline.module.css';

interface LegendProps {
  readonly titles: readonly string[];
  /** Indexes of the series, the most costly first. */
  readonly order: readonly number[];
  /** Then entries have the order of the layers, from below. */
  readonly isStacked: boolean;
  readonly choice: SeriesChoice;
  onChoice(choice: SeriesChoice): void;
}

export const Legend = memo(function Legend({ titles, order, isStacked, choice, onChoice }: LegendProps): ReactElement {
  const [stop, setStop] = useState(0);
  const listed = listedIn(order, isStacked).map((index) => ({ index, title: titles[index] }));
  const at = Math.min(stop, listed.length - 1);
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: listed.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(listed.length - 1, next));
    setStop(to);
    event.currentTarget.querySelectorAll('button')[to]?.focus();
  };
  const onClick = (event: MouseEvent, title: string): void =>
    onChoice(event.shiftKey || event.altKey ? toggled(choice, title) : isolated(choice, title));
  const isWhole = choice.titles.size === 0;
  return (
    <div className={styles['legend']}>
      <ul aria-label="Series" onKeyDown={onKeyDown}>
        {listed.map(({ index, title }, place) => (
          <li key={index}>
            <button
              type="button"
              tabIndex={place === at ? 0 : -1}
              aria-pressed={isShown(choice, title)}
              title={`${readable(title).slice(0, 300)}. Click shows it alone, Shift click hides or shows it`}
              onFocus={() => setStop(place)}
              onClick={(event) => onClick(event, title)}
            >
              <Swatch series={index} />
              <bdi>{readable(title).slice(0, 60)}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {titles.length > MAX_ENTRIES && (
        <PopoverField label="Series" value={`all ${titles.length}`}>
          {() => <AllSeries titles={titles} order={order} choice={choice} onChoice={onChoice} />}
        </PopoverField>
      )}
      {!isWhole && <Button onClick={() => onChoice(everything)}>Show all</Button>}
    </div>
  );
});

function AllSeries({ titles, order, choice, onChoice }: Omit<LegendProps, 'isStacked'>): ReactElement {
  return (
    <div className={styles['all']}>
      <SearchList
        fills
        find="Find a series"
        label="Series"
        isMultiple
        rowsFor={(text) => order.filter((index) => titles[index].toLowerCase().includes(text.toLowerCase()))}
        isChosen={(index) => isShown(choice, titles[index])}
        // The first that is picked is shown alone, the next ones beside it.
        onPick={(index) =>
          onChoice(choice.titles.size === 0 ? isolated(choice, titles[index]) : toggled(choice, titles[index]))
        }
      >
        {(index) => (
          <>
            <Swatch series={index} />
            <bdi>{readable(titles[index])}</bdi>
          </>
        )}
      </SearchList>
    </div>
  );
}
