/** One question that is sent before the page's script has run, and whose answer the source then finds. */
import { requestOf, type SourceCall } from './query-message.ts';

export interface EarlyAnswer {
  /**
   * The answer, if it is to this call; once. Another call to the same path means that the page asks something else: the
   * early question is then withdrawn. @param signal of the call, from then on ends the question
   */
  take(call: { readonly path: string; readonly body: BodyInit }, signal: AbortSignal): Promise<Response> | undefined;
}

/** @param baseUrl of the source, with a `/` at its end */
export function askEarly({ path, body }: SourceCall, baseUrl: string): EarlyAnswer {
  const control = new AbortController();
  let response: Promise<Response> | undefined = fetch(new URL(path, baseUrl), requestOf(body, 'proto', control.signal));
  // Whoever takes it gets the error.
  response.catch(() => undefined);
  return {
    take(call, signal) {
      if (response === undefined || call.path !== path) return undefined;
      const taken = response;
      response = undefined;
      if (!(call.body instanceof Uint8Array && isEqual(call.body, body)) || signal.aborted) {
        control.abort();
        return undefined;
      }
      signal.addEventListener('abort', () => control.abort(), { once: true });
      return taken;
    },
  };
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
