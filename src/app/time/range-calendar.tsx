/** Days of a month to pick a first and a last one from. Heavy: loaded when the panel that has it opens. */
import { CalendarDate } from '@internationalized/date';
import { type ReactElement, useEffect, useState } from 'react';
import {
  Button,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  Heading,
  I18nProvider,
  RangeCalendar as AriaRangeCalendar,
} from 'react-aria-components';
import { civilOf } from '#model/civil-time.ts';
import type { TimeRange } from '#model/time-range.ts';
import { Icon } from '../components/icon.tsx';
import { squareButtonClass } from '../components/button.tsx';
import styles from './range-panel.module.css';

interface RangeCalendarProps {
  readonly range: TimeRange | undefined;
  readonly nowMs: number;
  /** A name that `Intl` knows. */
  readonly zone: string;
  /** Both as `2026-11-25`; they may be one day. */
  onDays(first: string, last: string): void;
}

export function RangeCalendar({ range, nowMs, zone, onDays }: RangeCalendarProps): ReactElement {
  const today = dayOf(nowMs, zone);
  const value = range && {
    start: earlier(dayOf(range.startMs, zone), today),
    end: earlier(dayOf(range.endMs, zone), today),
  };
  const endKey = value?.end.toString();
  const [focused, setFocused] = useState(value?.end ?? today);
  // The month follows the typed ends.
  useEffect(() => {
    if (value) setFocused(value.end);
    // oxlint-disable-next-line react/exhaustive-deps -- the day is another object each time
  }, [endKey]);
  return (
    // The page speaks English, whatever the browser does.
    <I18nProvider locale="en-GB">
      <AriaRangeCalendar
        aria-label="Days"
        className={styles['calendar']}
        firstDayOfWeek="mon"
        value={value ?? null}
        maxValue={today}
        focusedValue={focused}
        onFocusChange={setFocused}
        onChange={({ start, end }) => onDays(start.toString(), end.toString())}
      >
        {({ state }) => (
          <div
            // Escape drops the day that was begun; only the next one closes the panel.
            onKeyDownCapture={(event) => {
              if (event.key !== 'Escape' || state.anchorDate === null) return;
              event.stopPropagation();
              state.setAnchorDate(null);
            }}
          >
            <header>
              <Heading level={3} />
              <Button slot="previous" className={squareButtonClass}>
                <Icon name="left" />
              </Button>
              <Button slot="next" className={squareButtonClass}>
                <Icon name="right" />
              </Button>
            </header>
            <CalendarGrid weekdayStyle="short">
              <CalendarGridHeader>
                {(day) => <CalendarHeaderCell>{day.slice(0, 2)}</CalendarHeaderCell>}
              </CalendarGridHeader>
              <CalendarGridBody>
                {(date) => (
                  <CalendarCell
                    date={date}
                    className={styles['day']}
                    data-now={date.compare(today) === 0 || undefined}
                  />
                )}
              </CalendarGridBody>
            </CalendarGrid>
          </div>
        )}
      </AriaRangeCalendar>
    </I18nProvider>
  );
}

function dayOf(ms: number, zone: string): CalendarDate {
  const { year, month, day } = civilOf(ms, zone);
  return new CalendarDate(year, month, day);
}

function earlier(one: CalendarDate, other: CalendarDate): CalendarDate {
  return one.compare(other) < 0 ? one : other;
}
