/** Long work in slices: a generator that yields how far it is, so that its caller can report, pause or stop it. */

/** Yields the share that is done, in [0, 1]; returns the result. */
export type Steps<T> = Generator<number, T, void>;

/** Runs all steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
