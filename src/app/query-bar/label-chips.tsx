/** The matchers as chips: what each asks, whether anything meets it, and a panel to change it or to add one. */
import { type KeyboardEvent, type ReactElement, useRef, useState } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { printLabelMatcher } from '#model/label-selector.ts';
import type { SampleType } from '#model/profile.ts';
import { readable } from '#render/text.ts';
import { Button, IconButton } from '../components/button.tsx';
import { CutInside } from '../components/cut-inside.tsx';
import { PopoverPanel } from '../components/popover.tsx';
import { lazily } from '../components/lazily.tsx';
import type { LabelSource } from '../source/suggestions.ts';
import styles from './query-bar.module.css';

const LabelEditor = lazily(async () => (await import('./label-editor.tsx')).LabelEditor);

export interface LabelChipsProps {
  /** All but the plain one of the service. */
  readonly matchers: readonly LabelMatcher[];
  /** Those that leave nothing, by their place in `matchers`. */
  readonly unmatched: readonly number[];
  /** What holds beside them: the service. */
  readonly fixed: readonly LabelMatcher[];
  readonly source: LabelSource;
  readonly costType: SampleType;
  readonly costTitle: string;
  /** Lines instead of one that scrolls. */
  readonly wraps?: boolean;
  /** Shows the values of a label beside each other. */
  onGrid?(name: string): void;
  onMatchers(matchers: readonly LabelMatcher[]): void;
}

export function LabelChips(props: LabelChipsProps): ReactElement {
  const { matchers, unmatched, fixed, source, costType, costTitle, wraps = false, onGrid, onMatchers } = props;
  /** The place of the chip whose panel is open; one past the end adds. */
  const [edited, setEdited] = useState<number>();
  const [current, setCurrent] = useState(0);
  const group = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLElement>(null);
  const stops = matchers.length + 1;

  const focusStop = (place: number): void => {
    setCurrent(place);
    group.current?.querySelectorAll<HTMLElement>('[data-stop]')[place]?.focus();
  };
  const open = (place: number, control: HTMLElement): void => {
    control.focus();
    setCurrent(place);
    anchor.current = control;
    setEdited(place);
  };
  const remove = (place: number): void => {
    focusStop(place + 1);
    setCurrent(place);
    onMatchers(matchers.filter((_, i) => i !== place));
  };
  const onKeyDown = (event: KeyboardEvent, place: number): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowRight':
        focusStop(Math.min(stops - 1, place + 1));
        break;
      case 'ArrowLeft':
        focusStop(Math.max(0, place - 1));
        break;
      case 'Delete':
      case 'Backspace':
        if (place < matchers.length) remove(place);
        else if (event.key === 'Backspace' && place > 0) focusStop(place - 1);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  const stop = Math.min(current, stops - 1);

  return (
    <div ref={group} className={styles['chips']} data-wraps={wraps || undefined} role="group" aria-label="Labels">
      {matchers.map((matcher, place) => {
        const { name, operator, value } = matcher;
        const isUnmet = unmatched.includes(place);
        const words = readable(printLabelMatcher(matcher));
        return (
          <span key={place} className={styles['chip']} data-unmatched={isUnmet || undefined}>
            <button
              type="button"
              data-stop=""
              tabIndex={place === stop ? 0 : -1}
              aria-haspopup="dialog"
              aria-expanded={edited === place}
              aria-description="Delete removes it"
              title={words}
              onKeyDown={(event) => onKeyDown(event, place)}
              onFocus={() => setCurrent(place)}
              onClick={(event) => open(place, event.currentTarget)}
            >
              <bdi>{readable(name)}</bdi> <span className={styles['unit']}>{operator}</span>{' '}
              <CutInside text={readable(value) || '(empty)'} className={styles['wanted']} />
              {isUnmet && <em> matches nothing</em>}
            </button>
            <IconButton label={`Remove ${words}`} icon="close" tabIndex={-1} onClick={() => remove(place)} />
          </span>
        );
      })}
      <Button
        icon="plus"
        className={styles['add']}
        data-stop=""
        tabIndex={stop === matchers.length ? 0 : -1}
        aria-label="Add a label"
        aria-haspopup="dialog"
        aria-expanded={edited === matchers.length}
        onKeyDown={(event) => onKeyDown(event, matchers.length)}
        onFocus={() => setCurrent(matchers.length)}
        onClick={(event) => open(matchers.length, event.currentTarget)}
      >
        label
      </Button>
      {edited !== undefined && (
        <PopoverPanel
          label={edited < matchers.length ? 'Change a label' : 'Add a label'}
          anchor={anchor}
          onClose={() => setEdited(undefined)}
        >
          <LabelEditor
            matcher={matchers[edited]}
            others={[...fixed, ...matchers.filter((_, i) => i !== edited)]}
            source={source}
            costType={costType}
            costTitle={costTitle}
            onGrid={
              onGrid &&
              ((name) => {
                setEdited(undefined);
                onGrid(name);
              })
            }
            onApply={(matcher) => {
              setEdited(undefined);
              onMatchers(edited < matchers.length ? matchers.with(edited, matcher) : [...matchers, matcher]);
            }}
          />
        </PopoverPanel>
      )}
    </div>
  );
}
