/** Requests that a service served, as `/api/work` answers them. */
import { isRecord } from '#base/json.ts';

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
