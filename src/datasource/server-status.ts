/** The state of the server that sent the page, and its backend. `GET /api/status`. */

export interface ServerStatus {
  readonly version: string;
  /** A Pyroscope behind it answers less than the own store does. */
  readonly source: 'embedded' | 'pyroscope';
  /** Why nothing can be written at the moment. */
  readonly problem: string | undefined;
  readonly refusals: readonly UploadRefusal[];
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
  if (!response.ok) throw new Error(`The server answered ${response.status} to the request for its status.`);
  const answer = (await response.json()) as Partial<ServerStatus>;
  return {
    version: typeof answer.version === 'string' ? answer.version : '',
    source: answer.source === 'pyroscope' ? 'pyroscope' : 'embedded',
    problem: typeof answer.problem === 'string' ? answer.problem : undefined,
    refusals: Array.isArray(answer.refusals) ? answer.refusals : [],
  };
}
