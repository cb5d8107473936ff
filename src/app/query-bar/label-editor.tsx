/**
 * A matcher is made or changed: first the label, then its values by cost, or a pattern; the foot says what will be
 * applied.
 */
import { type ReactElement, useId, useMemo, useState } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import { printLabelMatcher } from '#model/label-selector.ts';
import { findPatternProblem } from '#model/pattern-problem.ts';
import type { SampleType } from '#model/profile.ts';
import { formatCount } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Button } from '../components/button.tsx';
import { PickField, usePickList } from '../components/pick-list.tsx';
import { LabelNames, LabelValues, type ValueRow } from './label-lists.tsx';
import {
  draftOf,
  emptyDraft,
  isPattern,
  isTicked,
  type LabelDraft,
  matcherOfDraft,
  withOperator,
  withValueToggled,
} from './label-draft.ts';
import { busiestFirst, type LabelSource, offeredNames, useLoaded, withWords } from '../source/suggestions.ts';
import styles from './query-bar.module.css';

const operators: readonly { readonly operator: LabelDraft['operator']; readonly title: string }[] = [
  { operator: '=', title: 'is' },
  { operator: '!=', title: 'is not' },
  { operator: '=~', title: 'matches' },
  { operator: '!~', title: 'does not' },
];

interface LabelEditorProps {
  /** Undefined makes a new one. */
  readonly matcher: LabelMatcher | undefined;
  /** What else holds, the service too. */
  readonly others: readonly LabelMatcher[];
  readonly source: LabelSource;
  /** What the costs of values count, and how the profile type is called. */
  readonly costType: SampleType;
  readonly costTitle: string;
  onGrid?: ((name: string) => void) | undefined;
  onApply(matcher: LabelMatcher): void;
}

export function LabelEditor(props: LabelEditorProps): ReactElement {
  const { matcher: given, others, source, costType, costTitle, onGrid, onApply } = props;
  const [draft, setDraft] = useState(() => (given ? draftOf(given) : emptyDraft));
  const [step, setStep] = useState<'name' | 'value'>(given ? 'value' : 'name');
  const [nameText, setNameText] = useState('');
  const othersKey = JSON.stringify(others);
  const [names, retryNames] = useLoaded(othersKey, (signal) => source.loadNames(others, signal));
  const [values, retryValues] = useLoaded(
    draft.name === '' ? undefined : JSON.stringify([draft.name, others]),
    (signal) => source.loadValues(draft.name, others, signal),
  );

  const nameRows = useMemo(
    () => withWords(names.kind === 'loaded' ? offeredNames(names.value) : [], nameText),
    [names, nameText],
  );
  const allValues = useMemo(() => busiestFirst(values.kind === 'loaded' ? values.value : []), [values]);
  const whole = useMemo(() => allValues.reduce((sum, { cost }) => sum + (cost ?? 0), 0), [allValues]);
  const isTyped = isPattern(draft);
  const filter = isTyped ? '' : draft.text;
  const valueRows = useMemo(() => {
    const seen = new Set(allValues.map(({ name }) => name));
    const unseen = [...draft.values, filter].filter((name) => name !== '' && !seen.has(name));
    // A ticked or typed value may be missing in this range.
    const rows = [...new Set(unseen)].map((name): ValueRow => ({ name, cost: undefined, isSeen: false }));
    return [...withWords(allValues, filter).map((row): ValueRow => ({ ...row, isSeen: true })), ...rows];
  }, [allValues, draft.values, filter]);
  const nameList = usePickList(-1);
  const valueList = usePickList(-1);

  const matcher = matcherOfDraft(draft);
  const problem = isTyped ? findPatternProblem(draft.text) : undefined;
  const mistakeId = useId();
  const apply = (): void => {
    if (matcher && !problem) onApply(matcher);
  };
  const pickName = (row: number): void => {
    const { name } = nameRows[row];
    if (name !== draft.name) setDraft({ ...emptyDraft, operator: draft.operator, name });
    setNameText('');
    setStep('value');
    nameList.setActive(-1);
    valueList.setActive(-1);
  };
  const tick = (row: number): void => {
    const { name } = valueRows[row];
    setDraft(withValueToggled(draft, name));
    if (!isTyped) valueList.setActive(allValues.findIndex((one) => one.name === name));
  };
  // One value takes one click; once something is ticked or typed, a row adds to it.
  const clickAlone = (row: number): void => {
    const alone = draft.values.length > 0 ? undefined : matcherOfDraft({ ...draft, values: [valueRows[row].name] });
    if (alone && !isTyped) onApply(alone);
    else tick(row);
  };
  const back = (): void => {
    if (draft.values.length > 0) setDraft({ ...draft, values: draft.values.slice(0, -1) });
    else setStep('name');
  };

  return (
    <div className={styles['editor']} data-step={step}>
      <div className={styles['head']}>
        {step === 'name' ? (
          <PickField
            key="name"
            takesFocus
            list={nameList}
            count={nameRows.length}
            label="Find a label"
            placeholder="Find a label"
            text={nameText}
            onText={(text) => {
              setNameText(text);
              nameList.setActive(0);
            }}
            onPick={pickName}
            onEnter={() => draft.name !== '' && setStep('value')}
          />
        ) : (
          <PickField
            key="value"
            takesFocus
            list={valueList}
            count={valueRows.length}
            label={
              isTyped ? `Pattern for the whole ${readable(draft.name)}` : `Find a value of ${readable(draft.name)}`
            }
            placeholder={isTyped ? 'Pattern for the whole value, as web-.*' : 'Find a value'}
            text={draft.text}
            isCode={isTyped}
            mistake={problem && mistakeId}
            lead={
              <button
                type="button"
                className={styles['lead']}
                title="Choose another label"
                onClick={() => setStep('name')}
              >
                <bdi>{readable(draft.name)}</bdi>
              </button>
            }
            onText={(text) => {
              setDraft({ ...draft, text });
              valueList.setActive(isTyped || text === '' ? -1 : 0);
            }}
            // Enter takes a value, and Enter again applies; Backspace takes it back.
            onPick={(row) => (isTicked(draft, valueRows[row].name) ? apply() : tick(row))}
            onEnter={apply}
            onBack={back}
          />
        )}
        <div className={styles['operators']} role="radiogroup" aria-label="Operator">
          {operators.map(({ operator, title }) => (
            <label key={operator} title={operator}>
              <input
                type="radio"
                className="visually-hidden"
                name={`${mistakeId}-operator`}
                checked={draft.operator === operator}
                onChange={() => {
                  setDraft(withOperator(draft, operator));
                  valueList.setActive(-1);
                }}
              />
              {title}
            </label>
          ))}
        </div>
      </div>
      <div className={styles['panes']}>
        <LabelNames
          list={nameList}
          rows={nameRows}
          chosen={draft.name}
          names={names}
          place={source.place}
          isFiltered={nameText !== ''}
          onPick={pickName}
          onRetry={retryNames}
        />
        <LabelValues
          list={valueList}
          rows={valueRows}
          draft={draft}
          values={values}
          isEmpty={values.kind === 'loaded' && allValues.length === 0 && filter === ''}
          place={source.place}
          whole={whole}
          costType={costType}
          costTitle={costTitle}
          onGrid={onGrid}
          onPick={tick}
          onClickAlone={clickAlone}
          onRetry={retryValues}
        />
      </div>
      <div className={styles['foot']}>
        <span id={mistakeId} role="status" className={styles['words']} data-wrong={problem !== undefined || undefined}>
          {problem
            ? `At character ${problem.at + 1}: ${problem.message}.`
            : matcher && <MatcherWords matcher={matcher} draft={draft} />}
          {!problem &&
            !matcher &&
            'Click a value to apply it, or its box to choose several. Enter ticks a value, Enter again applies.'}
        </span>
        <Button kind="primary" disabled={!matcher || problem !== undefined} onClick={apply}>
          Apply
        </Button>
      </div>
    </div>
  );
}

function MatcherWords({ matcher, draft }: { matcher: LabelMatcher; draft: LabelDraft }): ReactElement {
  const count = isPattern(draft) ? 0 : draft.values.length;
  return (
    <>
      {count > 1 && `${formatCount(count)} values: `}
      <code>{printLabelMatcher(matcher)}</code>
    </>
  );
}
