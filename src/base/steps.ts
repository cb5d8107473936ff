/** Long work as a generator that yields its progress, so that its caller can report, pause or stop it. */

/** Yields the share that is done, in [0, 1]; returns the result. */
export type Steps<T> = Generator<number, T, void>;

/** Steps that may wait in between, for code that loads on demand: they yield a promise, and go on once it is settled. */
export type WaitingSteps<T> = Generator<number | Promise<void>, T, void>;

/** Runs all steps at once. @throws Error where they wait for something: `finishWaiting` runs those */
export function finish<T>(steps: WaitingSteps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value instanceof Promise) throw new Error('These steps wait for code that is not loaded yet.');
  }
}

/** Runs all steps without pauses, and awaits the promises that they yield. */
export async function finishWaiting<T>(steps: WaitingSteps<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value instanceof Promise) await step.value;
  }
}
