/**
 * What is looked at, in one band: service, profile type, labels; the same as text; and what the series are grouped by.
 */
import { lazy, type ReactElement, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { joinService, type LabelMatcher, splitService } from '#model/labels.ts';
import { printLabelSelector } from '#model/label-selector.ts';
import type { ProfileType } from '#model/profile-type.ts';
import type { SampleType } from '#model/profile.ts';
import { Button } from '../components/button.tsx';
import { MenuButton } from '../components/menu.tsx';
import { useIsNarrow } from '../components/use-narrow.ts';
import { GroupBy, GroupByAt } from './group-by.tsx';
import { LabelChips } from './label-chips.tsx';
import { ServicePicker } from './service-picker.tsx';
import type { CostRow, LabelSource } from '../source/suggestions.ts';
import { TypePicker } from './type-picker.tsx';
import styles from './query-bar.module.css';

const SelectorText = lazy(async () => ({ default: (await import('./selector-text.tsx')).SelectorText }));

interface QueryBarProps {
  /** In any order; undefined while they are loading. */
  readonly services: readonly CostRow[] | undefined;
  /** Why there are none; undefined if they are there, or asked for. */
  readonly failed?: string | undefined;
  onRetry?(): void;
  /** Undefined where the query names none, or several. */
  readonly service: string | undefined;
  readonly types: readonly ProfileType[];
  readonly type: ProfileType | undefined;
  /** All but the plain one of the service. */
  readonly matchers: readonly LabelMatcher[];
  /** Those that leave nothing, by their place in `matchers`. */
  readonly unmatched: readonly number[];
  readonly groupBy: string | undefined;
  readonly source: LabelSource;
  /** What costs count, and how it is called: of the profile type that services and values are ranked by. */
  readonly costType: SampleType;
  readonly costTitle: string;
  renderSpark?(service: string): ReactNode;
  /** A button about the service; left out where there is little room. */
  readonly action?: ReactNode;
  /** The service and the matchers together are one change. */
  onQuery(service: string | undefined, matchers: readonly LabelMatcher[]): void;
  onType(type: ProfileType): void;
  onGroupBy(name: string | undefined): void;
  onAllServices(): void;
  /** Shows the values of a label beside each other. */
  onGrid(name: string): void;
}

export function QueryBar(props: QueryBarProps): ReactElement {
  const { service, types, type, matchers, unmatched, groupBy, source, costType, costTitle } = props;
  const { onQuery, onType, onGroupBy, onGrid } = props;
  const [isText, setText] = useState(false);
  const [isGrouping, setGrouping] = useState(false);
  const isNarrow = useIsNarrow();
  const more = useRef<HTMLSpanElement>(null);
  const modes = useRef<HTMLSpanElement>(null);
  const wasText = useRef(false);
  const whole = joinService(service, matchers);
  const selector = printLabelSelector(whole);
  // The typed text survives a switch to the chips as long as the query is unchanged.
  const [draft, setDraft] = useState({ from: selector, text: selector });
  const grouping = { groupBy, matchers: whole, source, onGroupBy };

  // The field that had the focus is gone: focus the control that opens it again.
  useEffect(() => {
    if (wasText.current && !isText) (modes.current ?? more.current)?.querySelector('button')?.focus();
    wasText.current = isText;
  }, [isText]);

  const openText = (): void => {
    if (draft.from !== selector) setDraft({ from: selector, text: selector });
    setText(true);
  };

  return (
    <div className={styles['bar']} role="region" aria-label="Query">
      <div className={styles['asked']} data-text={isText || undefined}>
        {!isText && <ServicePicker {...props} onService={(name) => onQuery(name, matchers)} />}
        {!(isText && isNarrow) && <TypePicker types={types} type={type} onType={onType} />}
        {!(isText && isNarrow) && <span className={styles['rule']} />}
        {isText ? (
          <Suspense fallback={<span className={styles['chips']} />}>
            <SelectorText
              text={draft.text}
              onText={(text) => setDraft({ ...draft, text })}
              onApply={(asked) => {
                const split = splitService(asked);
                const text = printLabelSelector(joinService(split.service, split.others));
                setDraft({ from: text, text });
                setText(false);
                onQuery(split.service, split.others);
              }}
              onLeave={() => setText(false)}
            />
          </Suspense>
        ) : (
          <LabelChips
            matchers={matchers}
            unmatched={unmatched}
            fixed={joinService(service, [])}
            source={source}
            costType={costType}
            costTitle={costTitle}
            onGrid={onGrid}
            onMatchers={(next) => onQuery(service, next)}
          />
        )}
      </div>
      {!isNarrow && props.action}
      {isNarrow ? (
        <span ref={more} className={styles['more']}>
          <MenuButton
            label="More query options"
            icon="more"
            groups={[
              {
                entries: [
                  ...(isText ? [] : [{ id: 'text', title: 'As text' }]),
                  { id: 'group', title: 'Group by', hint: groupBy ?? 'none' },
                ],
              },
            ]}
            onPick={(id) => (id === 'text' ? openText() : setGrouping(true))}
          />
        </span>
      ) : (
        <>
          {!isText && (
            <span ref={modes}>
              <Button onClick={openText}>as text</Button>
            </span>
          )}
          <GroupBy {...grouping} />
        </>
      )}
      {isGrouping && <GroupByAt {...grouping} anchor={more} onClose={() => setGrouping(false)} />}
    </div>
  );
}
