/** Requests that a service served, as `/api/work` answers them. */
import { isRecord } from '#base/json.ts';
import { type LabelMatcher, splitService } from '#model/labels.ts';
import { printLabelMatcher } from '#model/label-selector.ts';
import type { SideRequests } from '#model/requests.ts';
import type { TimeRange } from '#model/time-range.ts';

/** Parts of a range that an answer may be cut into. */
export const MAX_WORK_STEPS = 2000;
/** Routes of an answer, the largest ones; the others are summed up under ''. */
export const MAX_ROUTES = 200;
/** In characters. */
export const MAX_ROUTE_LENGTH = 500;

export interface RouteCount {
  /** '' where the counts name none. */
  readonly route: string;
  readonly requests: number;
}

export interface WorkAnswer {
  /** Where the counts come from; undefined if nothing was counted. */
  readonly source: 'pushed' | 'prometheus' | undefined;
  /** Requests in each of the equal parts of the range; null where nothing was counted. */
  readonly steps: readonly (number | null)[];
  /** Sums over the range, the largest first. */
  readonly routes: readonly RouteCount[];
  /** How much of the range has counts, 0 to 1. */
  readonly covered: number;
  /** The reason, as a sentence, if the source was asked but has no counts. */
  readonly problem: string | undefined;
}

/** Counts are asked for one service, in equal parts of a range. */
export interface WorkQuestion {
  readonly service: string;
  readonly matchers: readonly LabelMatcher[];
  readonly range: TimeRange;
  readonly steps: number;
}

/** @returns undefined where the matchers name no service, or several */
export function workQuestion(
  matchers: readonly LabelMatcher[],
  range: TimeRange,
  steps: number,
): WorkQuestion | undefined {
  const { service, others } = splitService(matchers);
  return service === undefined ? undefined : { service, matchers: others, range, steps };
}

/** Relative to where the server is. */
export function workAddress({ service, matchers, range, steps }: WorkQuestion): string {
  const query = new URLSearchParams({
    service,
    from: String(Math.floor(range.startMs)),
    until: String(Math.ceil(range.endMs)),
    steps: String(steps),
  });
  if (matchers.length > 0) query.set('q', matchers.map(printLabelMatcher).join(','));
  return `api/work?${query}`;
}

/** From so much of a range on its counts stand for all of it. */
const MIN_COVERED = 0.8;
const NOT_COUNTED = 'No requests were counted. Push counts to /api/work, or start the server with --prometheus.';

/** What the counts say of a side. @param answer undefined: the source has no such counts */
export function sideRequests(answer: WorkAnswer | undefined, { startMs, endMs }: TimeRange): SideRequests {
  if (answer?.source === undefined) return { kind: 'unknown', why: answer?.problem ?? NOT_COUNTED };
  const { covered, routes, steps } = answer;
  if (covered < MIN_COVERED)
    return { kind: 'unknown', why: `Only ${Math.floor(covered * 100)}\u00a0% of the range has counts of requests.` };
  const count = steps.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return {
    kind: 'counted',
    count,
    rate: (count * 1000) / ((endMs - startMs) * covered),
    routes: routes.map(({ route, requests }) => ({ route, count: requests })),
  };
}

/** The requests of a side for which `workQuestion` returns undefined. */
export const NO_SERVICE: SideRequests = {
  kind: 'unknown',
  why: 'Requests are counted by service, and this side names none.',
};

/** @returns undefined if the server has no `/api/work`; its refusal is in `problem` */
export async function workIn(response: Response): Promise<WorkAnswer | undefined> {
  if (response.status === 404 || response.status === 405) {
    await response.body?.cancel();
    return undefined;
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return readWork(answer);
  const message = isRecord(answer) ? answer['message'] : undefined;
  const problem = typeof message === 'string' ? message.slice(0, 1000) : `The server answered ${response.status}.`;
  return { source: undefined, steps: [], routes: [], covered: 0, problem };
}

/** @returns undefined if this is not an answer of `/api/work` */
export function readWork(answer: unknown): WorkAnswer | undefined {
  if (!isRecord(answer) || !Array.isArray(answer['steps']) || !Array.isArray(answer['routes'])) return undefined;
  const { source, steps, routes, covered, problem } = answer;
  return {
    source: source === 'pushed' || source === 'prometheus' ? source : undefined,
    steps: (steps as unknown[]).slice(0, MAX_WORK_STEPS).map((one) => (isCount(one) ? one : null)),
    routes: (routes as unknown[]).slice(0, MAX_ROUTES + 1).flatMap((one) => {
      if (!isRecord(one) || typeof one['route'] !== 'string' || !isCount(one['requests'])) return [];
      return [{ route: one['route'].slice(0, MAX_ROUTE_LENGTH), requests: one['requests'] }];
    }),
    covered: isCount(covered) ? Math.min(1, covered) : 0,
    problem: typeof problem === 'string' ? problem.slice(0, 1000) : undefined,
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
