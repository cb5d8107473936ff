/** How the server that brought the page is, and what stands behind it. `GET /api/status`. */

export interface ServerStatus {
  readonly version: string;
  /** A Pyroscope behind it answers less than the own store does. */
  readonly source: 'embedded' | 'pyroscope';
  /** Why nothing can be written at the moment. */
  readonly problem: string | undefined;
  readonly refusals: readonly UploadRefusal[];
  /** What was found damaged in the store, one sentence a place. */
  readonly damage: readonly string[];
}

/** Uploads that were refused for one reason. */
interface UploadRefusal {
  readonly kind: string;
  readonly count: number;
  readonly last: string;
  readonly lastMs: number;
}

/** @throws Error when the server does not answer in its own way */
export async function fetchServerStatus(baseUrl: string, signal: AbortSignal): Promise<ServerStatus> {
  const response = await fetch(new URL('api/status', baseUrl), { signal });
  if (!response.ok) throw new Error(`The server answered ${response.status} when asked how it is.`);
  const answer = (await response.json()) as Partial<ServerStatus>;
  return {
    version: typeof answer.version === 'string' ? answer.version : '',
    source: answer.source === 'pyroscope' ? 'pyroscope' : 'embedded',
    problem: typeof answer.problem === 'string' ? answer.problem : undefined,
    refusals: Array.isArray(answer.refusals) ? answer.refusals : [],
    damage: Array.isArray(answer.damage) ? answer.damage.map(String) : [],
  };
}
