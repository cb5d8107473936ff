/** The state of the server that sent the page, and its backend. `GET /api/status`. */

import { isRecord } from '#base/json.ts';

/** Longer than a target records and answers, in ms. */
const TAKE_TIMEOUT_MS = 60_000;

export interface ServerStatus {
  readonly version: string;
  /** A Pyroscope as backend supports fewer calls than the built-in store. */
  readonly source: 'embedded' | 'pyroscope';
  /** The reason, if nothing can be written at the moment. */
  readonly problem: string | undefined;
  readonly refusals: readonly UploadReport[];
  /** Uploads that were stored with changes. */
  readonly alterations: readonly UploadReport[];
  /** What was found damaged in the store, one sentence a place. */
  readonly damage: readonly string[];
  /** Services that the server fetches profiles of. */
  readonly targets: readonly { readonly service: string }[];
  /** Undefined where the server keeps no profiles itself. */
  readonly store: StoreStatus | undefined;
}

export interface StoreStatus {
  /** Why profiles older than the retention are stored: a clock that jumped. */
  readonly clock: string | undefined;
  readonly services: readonly ServiceBudget[];
}

/** The label sets of a service and its budget for a day. */
export interface ServiceBudget {
  readonly service: string;
  readonly labelSets: number;
  readonly budget: number;
  /** Samples stored without their own labels, since the server started. */
  readonly foldedSamples: number;
  /** Profiles refused since the server started, as their series had too many label sets. */
  readonly refused: number;
}

/** Uploads of a service that were refused, or stored with changes, for one reason. */
export interface UploadReport {
  readonly kind: string;
  /** As the upload names it, perhaps with `.cpu` behind it; undefined if it names none. */
  readonly service?: string;
  readonly count: number;
  readonly last: string;
  readonly lastMs: number;
}

/** @throws Error when the server does not answer in its own way */
export async function fetchServerStatus(baseUrl: string, signal: AbortSignal): Promise<ServerStatus> {
  const response = await fetch(new URL('api/status', baseUrl), { signal });
  if (!response.ok) throw new Error(`The server answered ${response.status} to the request for its status.`);
  const answer = (await response.json()) as Partial<ServerStatus>;
  return {
    version: typeof answer.version === 'string' ? answer.version : '',
    source: answer.source === 'pyroscope' ? 'pyroscope' : 'embedded',
    problem: typeof answer.problem === 'string' ? answer.problem : undefined,
    refusals: Array.isArray(answer.refusals) ? answer.refusals : [],
    alterations: Array.isArray(answer.alterations) ? answer.alterations : [],
    damage: Array.isArray(answer.damage) ? answer.damage.map(String) : [],
    targets: Array.isArray(answer.targets) ? answer.targets : [],
    store: storeIn(answer.store),
  };
}

/** Removes all profiles of a service, for everybody. @throws Error with the server's words where it refuses */
export async function removeService(baseUrl: string, service: string): Promise<void> {
  const url = new URL(`api/services/${encodeURIComponent(service)}`, baseUrl);
  const response = await fetch(url, { method: 'DELETE' });
  if (response.ok) return;
  const text = (await response.text()).trim();
  throw new Error(text.slice(0, 300) || `The server answered ${response.status}.`);
}

/** What was recorded at once; times in ms. */
export interface TakenNow {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly problems: readonly string[];
}

/**
 * Has the server record a CPU profile of the targets of a service, which takes some seconds. @param stop ends the wait
 * @throws Error with the words of a refusal, or what is wrong with the answer
 */
export async function takeProfileNow(
  baseUrl: string,
  service: string,
  stop: AbortSignal,
  timeoutMs = TAKE_TIMEOUT_MS,
): Promise<TakenNow> {
  const url = new URL(`api/targets/profile?${new URLSearchParams({ service }).toString()}`, baseUrl);
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    return await takenIn(await fetch(url, { method: 'POST', signal: AbortSignal.any([stop, limit]) }));
  } catch (error) {
    if (stop.aborted) throw new Error('You stopped waiting. The server may still record it.', { cause: error });
    if (limit.aborted) throw new Error(`The server did not answer within ${timeoutMs / 1000} s.`, { cause: error });
    throw error;
  }
}

/** @throws Error */
async function takenIn(response: Response): Promise<TakenNow> {
  if (!response.ok)
    throw new Error((await response.text()).trim().slice(0, 300) || `The server answered ${response.status}.`);
  const answer: unknown = await response.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  });
  const { fromMs, untilMs, problems } = isRecord(answer) ? answer : {};
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(untilMs) || (fromMs as number) >= (untilMs as number))
    throw new Error('The answer is not one of Flametide: check whether a proxy in between answers for it.');
  return {
    fromMs: fromMs as number,
    untilMs: untilMs as number,
    problems: Array.isArray(problems) ? problems.filter((one) => typeof one === 'string') : [],
  };
}

function storeIn(given: unknown): StoreStatus | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { clock, services } = given as Partial<Record<keyof StoreStatus, unknown>>;
  return {
    clock: typeof clock === 'string' ? clock : undefined,
    services: (Array.isArray(services) ? services : []).flatMap((one: unknown) => budgetIn(one) ?? []),
  };
}

function budgetIn(given: unknown): ServiceBudget | undefined {
  const { service, labelSets, budget, foldedSamples, refused } = (given ?? {}) as Partial<
    Record<keyof ServiceBudget, unknown>
  >;
  if (typeof service !== 'string' || typeof labelSets !== 'number' || typeof budget !== 'number') return undefined;
  if (typeof foldedSamples !== 'number' || typeof refused !== 'number') return undefined;
  return { service, labelSets, budget, foldedSamples, refused };
}
