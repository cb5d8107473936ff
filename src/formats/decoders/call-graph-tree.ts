/** Grows a call tree from shared calls, the largest places first, so that what is cut is the smallest. */
import { Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';

const MAX_PLACES = 65_536;
/** Frames of a stack. Deeper calls are not followed. */
const MAX_DEPTH = 500;
/** Minimum share of the whole file for a place in the tree. */
const MIN_SHARE = 1e-7;
const PLACES_A_STEP = 1024;
/** Maximum calls examined in total: few lines can describe functions with very many calls. */
const MAX_CALLS_SEEN = 1 << 25;

export interface SharedCalls {
  readonly events: number;
  readonly functionCount: number;
  /** By function and event: cost that no caller explains, and cost with callees. Not negative. */
  readonly roots: Float64Array;
  readonly spent: Float64Array;
  /** By function: its calls to others. */
  readonly calls: readonly (readonly number[])[];
  readonly callee: (call: number) => number;
  readonly cost: (call: number, event: number) => number;
}

export interface GrownTree {
  /** By place, callers first. */
  readonly func: Int32Column;
  /** -1 for roots. */
  readonly parent: Int32Column;
  /** By place and event: its total. */
  readonly flow: Float64Array;
}

export function* growCallTree(shared: SharedCalls): Steps<GrownTree> {
  const { events, functionCount, roots, spent, calls, callee, cost } = shared;
  const func = new Int32Column();
  const parent = new Int32Column();
  const depth = new Int32Column();
  let flow = new Float64Array(1024 * events);
  const total = new Float64Array(events);
  for (let i = 0; i < roots.length; i++) total[i % events] += roots[i];
  const queue = new LargestFirst();
  const made = new Float64Array(events);

  /** Adds the place in `made`, unless it is too small. */
  const place = (of: number, below: number): boolean => {
    let share = 0;
    for (let e = 0; e < events; e++) if (total[e] > 0) share = Math.max(share, made[e] / total[e]);
    if (!(share >= MIN_SHARE) || func.length >= MAX_PLACES) return false;
    const number = func.length;
    func.push(of);
    parent.push(below);
    depth.push(below < 0 ? 1 : depth.values[below] + 1);
    if ((number + 1) * events > flow.length) {
      const larger = new Float64Array(flow.length * 2);
      larger.set(flow);
      flow = larger;
    }
    flow.set(made, number * events);
    if (depth.values[number] < MAX_DEPTH) queue.push(number, share);
    return true;
  };

  for (let root = 0; root < functionCount; root++) {
    for (let e = 0; e < events; e++) made[e] = roots[root * events + e];
    place(root, -1);
  }

  const sorted = new Map<number, readonly number[]>();
  const onPath = new Int32Array(functionCount);
  const kept = new Float64Array(events);
  let seen = 0;
  for (let step = 1; queue.length > 0 && func.length < MAX_PLACES && seen < MAX_CALLS_SEEN; step++) {
    if (step % PLACES_A_STEP === 0) yield 0.8 + (func.length / MAX_PLACES) * 0.2;
    const from = queue.pop();
    const caller = func.values[from];
    for (let at = from; at >= 0; at = parent.values[at]) onPath[func.values[at]] = step;
    let ordered = sorted.get(caller);
    if (!ordered) {
      ordered = bySize(calls[caller], shared, caller);
      sorted.set(caller, ordered);
    }
    seen += ordered.length + depth.values[from];
    // Recursive calls lead back to a place above, so that the others and the function itself share what passes.
    for (let e = 0; e < events; e++) kept[e] = spent[caller * events + e];
    for (const call of ordered)
      if (onPath[callee(call)] === step) for (let e = 0; e < events; e++) kept[e] -= cost(call, e);
    for (const call of ordered) {
      const called = callee(call);
      if (onPath[called] === step) continue;
      for (let e = 0; e < events; e++) {
        made[e] = kept[e] > 0 ? Math.min(1, cost(call, e) / kept[e]) * flow[from * events + e] : 0;
      }
      if (!place(called, from) && func.length >= MAX_PLACES) break;
    }
  }
  return { func, parent, flow };
}

/** Calls of a function, the largest share of any event first. */
function bySize(calls: readonly number[], { events, spent, cost }: SharedCalls, caller: number): readonly number[] {
  const size = (call: number): number => {
    let largest = 0;
    for (let e = 0; e < events; e++) {
      const whole = spent[caller * events + e];
      if (whole > 0) largest = Math.max(largest, cost(call, e) / whole);
    }
    return largest;
  };
  return calls
    .map((call) => [call, size(call)] as const)
    .sort((a, b) => b[1] - a[1])
    .map(([call]) => call);
}

/** A heap. */
class LargestFirst {
  readonly #items: number[] = [];
  readonly #sizes: number[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: number, size: number): void {
    let at = this.#items.length;
    this.#items.push(item);
    this.#sizes.push(size);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#sizes[above] >= size) break;
      this.#swap(at, above);
      at = above;
    }
  }

  pop(): number {
    const first = this.#items[0];
    const last = this.#items.length - 1;
    this.#swap(0, last);
    this.#items.pop();
    this.#sizes.pop();
    for (let at = 0; ;) {
      let larger = at;
      for (const below of [at * 2 + 1, at * 2 + 2])
        if (below < last && this.#sizes[below] > this.#sizes[larger]) larger = below;
      if (larger === at) return first;
      this.#swap(at, larger);
      at = larger;
    }
  }

  #swap(a: number, b: number): void {
    [this.#items[a], this.#items[b]] = [this.#items[b], this.#items[a]];
    [this.#sizes[a], this.#sizes[b]] = [this.#sizes[b], this.#sizes[a]];
  }
}
