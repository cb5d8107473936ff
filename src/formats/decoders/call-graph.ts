/**
 * A call tree made of costs by call. A function's cost is shared among its callers as the calls cost; what a caller
 * passes on is shared among its callees in the same way. Recursive calls are folded into the first one. Self costs of
 * functions stay exactly as they are: each is shared out whole among the places where the function stands in the tree.
 */
import { Int32Column } from '#base/column.ts';
import { PairIndex } from '#base/pair-index.ts';
import type { Steps } from '#base/steps.ts';
import type { Profile, SampleType } from '#model/profile.ts';
import type { DecodeLimits } from '../decode-limits.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { growCallTree, type SharedCalls } from './call-graph-tree.ts';

/** A function is a root only if its callers leave at least this share of its cost unexplained. */
const MIN_ROOT_SHARE = 0.01;

const RECONSTRUCTED =
  'The file has costs by call, not by call path: the tree is reconstructed. Costs are shared among callers in proportion, recursive calls are folded; self costs of functions are exact.';

export class CallGraph {
  readonly #events: number;
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #files: string[] = [];
  readonly #objects: string[] = [];
  readonly #lines = new Int32Column();
  readonly #self: CostColumn;
  readonly #calls = new PairIndex(); // caller, callee
  readonly #cost: CostColumn;

  /** @param events costs of each kind */
  constructor(events: number) {
    this.#events = events;
    this.#self = new CostColumn(events);
    this.#cost = new CostColumn(events);
  }

  get functionCount(): number {
    return this.#names.length;
  }

  func(name: string, file: string, object: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) {
      this.#files[known] ||= file;
      this.#objects[known] ||= object;
      return known;
    }
    const number = this.#names.length;
    this.#numbers.set(name, number);
    this.#names.push(name);
    this.#files.push(file);
    this.#objects.push(object);
    this.#lines.push(0);
    this.#self.grow();
    return number;
  }

  addSelf(func: number, costs: Float64Array): void {
    this.#self.add(func, costs);
  }

  sawLine(func: number, line: number): void {
    const least = this.#lines.values[func];
    if (line > 0 && line < 2 ** 31 && (least === 0 || line < least)) this.#lines.values[func] = line;
  }

  /** @returns the number of the pair */
  addCall(caller: number, callee: number, costs: Float64Array): number {
    const call = this.#calls.intern(caller, callee);
    if (call === this.#cost.length) this.#cost.grow();
    this.#cost.add(call, costs);
    return call;
  }

  *profile(types: readonly SampleType[], notes: readonly string[], limits: DecodeLimits, from: number): Steps<Profile> {
    const builder = new ProfileBuilder(types, limits);
    for (const note of notes) builder.note(note);
    if (this.#cost.length > 0) builder.note(RECONSTRUCTED);
    const frames = this.#names.map((name, func) =>
      builder.frame({
        name,
        file: this.#files[func],
        line: this.#lines.values[func],
        mapping: this.#objects[func].slice(this.#objects[func].lastIndexOf('/') + 1),
      }),
    );
    yield from;
    const tree = yield* growCallTree(this.#sharedCalls());
    // Places by function, so that each function's costs are shared out in one go.
    const places: number[][] = this.#names.map(() => []);
    for (let place = 0; place < tree.func.length; place++) places[tree.func.values[place]].push(place);
    const events = this.#events;
    const values = new Float64Array(tree.func.length * events);
    const alone: number[] = [];
    for (let func = 0; func < places.length; func++) {
      if (places[func].length === 0) alone.push(func);
      else
        for (let event = 0; event < events; event++)
          shareOut(this.#self.at(func, event), places[func], tree.flow, values, event, events);
    }
    const nodes = new Int32Array(tree.func.length);
    for (let place = 0; place < nodes.length; place++) {
      const parent = tree.parent.values[place];
      nodes[place] = builder.node(parent < 0 ? 0 : nodes[parent], frames[tree.func.values[place]]);
      const costs = values.subarray(place * events, (place + 1) * events);
      if (costs.some((cost) => cost !== 0)) builder.sample(nodes[place], costs);
    }
    for (const func of alone) {
      const costs = Array.from({ length: events }, (_, event) => this.#self.at(func, event));
      if (costs.some((cost) => cost !== 0)) builder.sample(builder.node(0, frames[func]), costs);
    }
    return builder.take();
  }

  #sharedCalls(): SharedCalls {
    const events = this.#events;
    const count = this.functionCount;
    const spent = new Float64Array(count * events); // self and calls to others
    const received = new Float64Array(count * events);
    for (let func = 0; func < count; func++)
      for (let e = 0; e < events; e++) spent[func * events + e] = Math.max(0, this.#self.at(func, e));
    const calls: number[][] = Array.from({ length: count }, () => []);
    for (let call = 0; call < this.#cost.length; call++) {
      const caller = this.#calls.first(call);
      const callee = this.#calls.second(call);
      if (caller === callee) continue;
      calls[caller].push(call);
      for (let e = 0; e < events; e++) {
        const cost = Math.max(0, this.#cost.at(call, e));
        spent[caller * events + e] += cost;
        received[callee * events + e] += cost;
      }
    }
    const roots = new Float64Array(count * events);
    for (let func = 0; func < count; func++) {
      const at = func * events;
      // Some events are not attributed to callers: one event whose calls add up shows that all callers are known.
      let least = 1;
      for (let e = at; e < at + events; e++)
        if (spent[e] > 0) least = Math.min(least, (spent[e] - received[e]) / spent[e]);
      if (least > MIN_ROOT_SHARE) for (let e = at; e < at + events; e++) roots[e] = Math.max(0, spent[e] - received[e]);
    }
    return {
      events,
      functionCount: count,
      roots,
      spent,
      calls,
      callee: (call) => this.#calls.second(call),
      cost: (call, event) => Math.max(0, this.#cost.at(call, event)),
    };
  }
}

/** Shares a cost among places by their flow: whole numbers stay whole, and the parts make up the cost exactly. */
function shareOut(
  cost: number,
  places: readonly number[],
  flow: Float64Array,
  values: Float64Array,
  event: number,
  events: number,
): void {
  if (cost === 0) return;
  let by = event;
  let sum = 0;
  for (const place of places) sum += flow[place * events + by];
  for (let e = 0; sum === 0 && e < events; e++) {
    by = e;
    for (const place of places) sum += flow[place * events + by];
  }
  const isWhole = Number.isInteger(cost);
  let passed = 0;
  let given = 0;
  for (const [i, place] of places.entries()) {
    passed += flow[place * events + by];
    const share = i === places.length - 1 ? 1 : sum > 0 ? Math.min(1, passed / sum) : (i + 1) / places.length;
    const upTo = share === 1 ? cost : isWhole ? Math.round(cost * share) : cost * share;
    values[place * events + event] = upTo - given;
    given = upTo;
  }
}

/** Sums by row and event. */
class CostColumn {
  readonly #events: number;
  #values: Float64Array;
  length = 0;

  constructor(events: number) {
    this.#events = events;
    this.#values = new Float64Array(256 * events);
  }

  grow(): void {
    this.length++;
    if (this.length * this.#events <= this.#values.length) return;
    const larger = new Float64Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
  }

  add(row: number, costs: Float64Array): void {
    for (let e = 0; e < this.#events; e++) this.#values[row * this.#events + e] += costs[e];
  }

  at(row: number, event: number): number {
    return this.#values[row * this.#events + event];
  }
}
