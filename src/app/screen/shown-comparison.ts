/** A comparison as the views draw it. */
import type { DiffAnswer, DiffRequest, EvidenceAnswer, OpenedProfile } from '#analysis/analysis.ts';
import type { SampleType } from '#model/profile.ts';
import type { SideRequests } from '#model/requests.ts';
import type { Side, SideName } from '../sides/sides.ts';

/** A side with its profile. */
export interface OpenSide {
  readonly side: Side;
  readonly profile: OpenedProfile;
  readonly sampleType: number;
  /** The seconds of its range or recording that have profiles. */
  readonly seconds: number | undefined;
  /** How much of its range has profiles, 0 to 1; undefined until that is known. */
  readonly covered: number | undefined;
  readonly isSnapshot: boolean;
  /** Undefined while they are asked for, and of a file. */
  readonly requests: SideRequests | undefined;
  /** As received. */
  readonly bytes: number;
  readonly queryMs: number | undefined;
}

/** One comparison with its answers: diff and evidence always belong to the same request. */
export interface ShownComparison {
  readonly request: DiffRequest;
  readonly diff: DiffAnswer;
  /** Both sides are complete; else only their largest nodes, which are painted first. */
  readonly isWhole: boolean;
  /** Undefined until it has come. */
  readonly evidence: EvidenceAnswer | undefined;
  readonly open: Readonly<Record<SideName, OpenSide>>;
  readonly type: SampleType;
}
