/** The label whose values are the units of work: its values on both sides, and which labels there are to choose. */
import { useMemo } from 'react';
import type { LabelValues } from '#model/label-frames.ts';
import type { ProfileQuery } from '#model/query.ts';
import { isUnitLabel, unitValues } from '#model/unit-labels.ts';
import { isUngrouped, useSide } from '../queries/comparison-queries.ts';
import { type LabelPlace, useLabelCounts, useValueCosts } from '../queries/unit-label-queries.ts';
import { type OpenFile, useFiles } from '../screen/files-store.ts';
import { sampleTypeOf } from '../screen/shown.ts';
import type { Side } from '../sides/sides.ts';

type Sides = Readonly<Record<'a' | 'b', Side>>;

/**
 * What the stacks of both sides are grouped by. Undefined where no label is chosen, a side does not have it, or its
 * source cannot group by it: a grouped side differs from one that is not in every stack.
 * @param label undefined: none is chosen
 */
export function useGrouping(
  sides: Sides,
  label: string | undefined,
): { readonly by: LabelValues | undefined; readonly isKnown: boolean } {
  const a = useValueCosts(usePlace(sides.a), label);
  const b = useValueCosts(usePlace(sides.b), label);
  const wanted = useMemo(() => {
    const values = label !== undefined && a && b ? unitValues(a, b) : [];
    return label === undefined || values.length === 0 ? undefined : { label, values };
  }, [label, a, b]);
  const ofA = useSide('whole', groupedQuery(sides.a, wanted));
  const ofB = useSide('whole', groupedQuery(sides.b, wanted));
  const by = isUngrouped(ofA.error) || isUngrouped(ofB.error) ? undefined : wanted;
  return { by, isKnown: label === undefined || (a !== undefined && b !== undefined) };
}

/** What a side is asked for as a whole. @param by undefined does not group */
function groupedQuery(side: Side, by: LabelValues | undefined): ProfileQuery | undefined {
  return by && side.kind === 'source' && side.query ? { ...side.query, by } : undefined;
}

interface OfferedLabel {
  readonly name: string;
  /** Of the side with more of them. */
  readonly values: number;
}

/** Labels that can be chosen; undefined while they are not known, or not asked for. */
export function useUnitLabels(sides: Sides, isAsked: boolean): readonly OfferedLabel[] | undefined {
  const [placeA, placeB] = [usePlace(sides.a), usePlace(sides.b)];
  const a = useLabelCounts(isAsked ? placeA : undefined);
  const b = useLabelCounts(isAsked ? placeB : undefined);
  return useMemo(
    () =>
      a &&
      b &&
      [...a].flatMap(([name, count]) => {
        const other = b.get(name);
        return isUnitLabel(name, count, other) ? [{ name, values: Math.max(count, other!) }] : [];
      }),
    [a, b],
  );
}

/** Where the labels of a side are; undefined while that is not known. */
function usePlace(side: Side): LabelPlace | undefined {
  const files = useFiles();
  return useMemo(() => {
    if (side.kind === 'source') return side.query && { kind: 'source', query: side.query };
    const file = files.find((one): one is OpenFile => one.kind === 'open' && one.name === side.file);
    return (
      file && {
        kind: 'file',
        handle: file.profile.handle,
        sampleType: sampleTypeOf(file.profile, side.st),
        matchers: side.matchers,
      }
    );
  }, [side, files]);
}
