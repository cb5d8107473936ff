/** Garbage of large work: V8 collects when it allocates, so that it would stay resident until the next work. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Work on this many bytes takes several times as long as a collection, some 20 ms. */
export const LARGE_BYTES = 4 << 20;
/** While one large work follows the other, V8 collects by itself. */
const REST_MS = 100;

export class Garbage {
  readonly #collect: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param collect a full collection */
  constructor(collect = collector()) {
    this.#collect = collect;
  }

  /** Collects when large work has come to a rest. Small works leave it to V8, however many they are. */
  made(bytes: number): void {
    if (bytes < LARGE_BYTES) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#collect, REST_MS).unref();
  }
}

/** V8 offers a collection only behind this flag. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  return () => collect();
}
