/** The labels of a file's samples: which of them are shown, and what they are grouped by. */
import { type ReactElement, useMemo } from 'react';
import type { LabelMatcher } from '#model/labels.ts';
import type { SampleType } from '#model/profile.ts';
import { sampleTypeTitle } from '#model/profile-type.ts';
import { formatValue } from '#model/units.ts';
import { readable } from '#render/text.ts';
import { Choice } from '../components/menu.tsx';
import { type CostRow, type LabelSource, useLoaded } from '../source/suggestions.ts';
import { LabelChips } from './label-chips.tsx';

interface FileLabelsProps {
  readonly keys: readonly string[];
  readonly matchers: readonly LabelMatcher[];
  readonly source: LabelSource;
  /** The sample type of the costs. */
  readonly type: SampleType;
  /** In front of the name of the plain choice, where there are several: `A`. */
  readonly of?: string;
  onMatchers(matchers: readonly LabelMatcher[]): void;
}

/** More are looked for in the editor of labels, which can search. */
const MAX_CHOICES = 200;
const NOTHING_UNMET: readonly number[] = [];

/** A plain choice where there is one label, else chips as in Explore. */
export function FileLabels(props: FileLabelsProps): ReactElement {
  const { keys, matchers, source, type, onMatchers } = props;
  const [only] = keys;
  const [values] = useLoaded(keys.length === 1 ? JSON.stringify([only, type]) : undefined, (signal) =>
    source.loadValues(only, [], signal),
  );
  const isPlain =
    keys.length === 1 &&
    (matchers.length === 0 || (matchers.length === 1 && matchers[0].name === only && matchers[0].operator === '='));
  const known = values.kind === 'loaded' ? values.value : undefined;
  if (isPlain && known && known.length <= MAX_CHOICES) return <ValueChoice {...props} name={only} values={known} />;
  return (
    <LabelChips
      wraps
      matchers={matchers}
      unmatched={NOTHING_UNMET}
      fixed={NOTHING_FIXED}
      source={source}
      costType={type}
      costTitle={sampleTypeTitle(type.type)}
      onMatchers={onMatchers}
    />
  );
}

const NOTHING_FIXED: readonly LabelMatcher[] = [];
const ALL = 'all';

interface ValueChoiceProps extends FileLabelsProps {
  readonly name: string;
  readonly values: readonly CostRow[];
}

function ValueChoice({ name, values, matchers, type, of, onMatchers }: ValueChoiceProps): ReactElement {
  const chosen = matchers.length === 0 ? undefined : matchers[0].value;
  // A link may name a value that the file does not have.
  const listed = useMemo(
    () =>
      chosen === undefined || values.some((row) => row.name === chosen)
        ? values
        : [...values, { name: chosen, cost: undefined }],
    [values, chosen],
  );
  const at = listed.findIndex((row) => row.name === chosen);
  return (
    <Choice
      label={[of, readable(name)].filter(Boolean).join(': ')}
      edged
      value={at < 0 ? ALL : String(at)}
      options={[
        { id: ALL, title: allOf(name) },
        ...listed.map((row, i) => ({
          id: String(i),
          title: readable(row.name).slice(0, 120) || '(empty)',
          hint: row.cost === undefined ? 'not in this file' : formatValue(row.cost, type.unit, type.type),
        })),
      ]}
      onChange={(id) => onMatchers(id === ALL ? [] : [{ name, operator: '=', value: listed[Number(id)].name }])}
    />
  );
}

/** `All threads`, `All values of pod`. */
function allOf(name: string): string {
  const plurals: Readonly<Record<string, string>> = {
    thread: 'threads',
    process: 'processes',
    profile: 'profiles',
    event: 'events',
  };
  return Object.hasOwn(plurals, name) ? `All ${plurals[name]}` : `All values of ${readable(name).slice(0, 60)}`;
}
