/** What the page shows, read from the link and the open files: which profile, which of its types, which tree. */
import { useMemo } from 'react';
import type { OpenedProfile, TreeAnswer, TreeRequest } from '#analysis/analysis.ts';
import type { CallTree, NodeIndex } from '#model/call-tree.ts';
import { parseProfileType, profileTypeTitle, sampleTypeTitle } from '#model/profile-type.ts';
import type { ProfileQuery } from '#model/query.ts';
import type { SampleType } from '#model/profile.ts';
import { formatValue } from '#model/units.ts';
import { useUrl } from '../url/url-store.ts';
import type { UrlState } from '../url/url-state.ts';

/** An open profile: a file's, or the answer of a source. */
export interface ShownProfile {
  readonly name: string;
  /** Bytes as they came. */
  readonly size: number;
  readonly profile: OpenedProfile;
  /** What a source was asked; undefined for a file. */
  readonly asked: ProfileQuery | undefined;
  /** How much of the range has profiles, ms; undefined for a file, for snapshots, and before it is known. */
  readonly coveredMs: number | undefined;
  /** How long the source took; undefined for a file. */
  readonly queryMs: number | undefined;
  /** Whether nothing was cut away, and files and lines are there. */
  readonly isWhole: boolean;
  /** Snapshots that were added up; undefined if values are sums by nature. */
  readonly snapshots: Snapshots | undefined;
}

/** A merge is a sum of snapshots; the page shows their mean. */
export interface Snapshots {
  /** Steps of time with a snapshot; undefined if that is unknown. */
  readonly count: number | undefined;
  /** What merged values are multiplied by to be shown. */
  readonly scale: number;
}

export interface Shown {
  readonly opened: ShownProfile;
  readonly sampleType: number;
  readonly request: TreeRequest;
}

/** What the views draw: the question with its answer. */
export interface ShownTree extends Shown {
  readonly answer: TreeAnswer;
  readonly tree: CallTree;
}

/** Where transforms made new functions, the views know them too. */
export function shownTreeOf(asked: Shown, answer: TreeAnswer): ShownTree {
  const { opened } = asked;
  const known = answer.renamed ? { ...opened, profile: { ...opened.profile, ...answer.renamed } } : opened;
  return { ...asked, opened: known, answer, tree: answer.tree };
}

function shownOf(opened: ShownProfile, state: UrlState): Shown {
  const { profile } = opened;
  const asked = profile.sampleTypes.findIndex((_, i) => sampleTypeKey(profile.sampleTypes, i) === state.st);
  const sampleType = asked < 0 ? profile.defaultSampleType : asked;
  return {
    opened,
    sampleType,
    request: { handle: profile.handle, sampleType, order: state.order, transforms: state.t },
  };
}

/** The shown sample type in the field's words: as the type picker names it where a source was asked. */
export function shownTitle({ opened, sampleType }: Shown): string {
  const type = opened.asked && parseProfileType(opened.asked.profileType);
  return type ? profileTypeTitle(type) : sampleTypeTitle(opened.profile.sampleTypes[sampleType]?.type ?? '');
}

/** How a link names a sample type: by its type; where two have one, by unit and place too. */
export function sampleTypeKey(sampleTypes: readonly SampleType[], index: number): string {
  const { type, unit } = sampleTypes[index];
  const isAlone = type !== '' && sampleTypes.every((one, i) => i === index || one.type !== type);
  return isAlone ? type : `${type}:${unit}:${index}`;
}

export function useShown(opened: ShownProfile): Shown {
  const st = useUrl((state) => state.st);
  const order = useUrl((state) => state.order);
  const t = useUrl((state) => state.t);
  return useMemo(() => shownOf(opened, { st, order, t } as UrlState), [opened, st, order, t]);
}

/** A value of the shown sample type in words, unit and all. */
export function valueText({ opened, sampleType }: Shown, value: number): string {
  const type = opened.profile.sampleTypes[sampleType];
  return formatValue(value * scaleOf(opened), type?.unit ?? '', type?.type ?? '');
}

/** What values of the tree are multiplied by to be shown. */
export function scaleOf({ snapshots }: ShownProfile): number {
  return snapshots?.scale ?? 1;
}

/** How many samples a value is, where the file has a period of the same type. */
export function samplesIn({ opened, sampleType }: Shown, value: number): number | undefined {
  const type = opened.profile.sampleTypes[sampleType];
  const { period } = opened.profile;
  if (!type || !period || period.value <= 0) return undefined;
  if (period.type.type !== type.type || period.type.unit !== type.unit) return undefined;
  return Math.round(value / period.value);
}

/** The next node after `from` that is hit, around the end; -1 if there is none. @param hit by node */
export function nextHit(tree: CallTree, hit: Uint8Array, from: NodeIndex, step: 1 | -1): NodeIndex {
  for (let i = 1; i <= tree.length; i++) {
    const node = (from + step * i + tree.length) % tree.length;
    if (node > 0 && hit[node] === 1) return node;
  }
  return -1;
}
