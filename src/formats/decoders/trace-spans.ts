/**
 * Spans of threads as a tree of time: X events (with a duration) and pairs of B and E. The time between two of them
 * belongs to the innermost span that is open.
 *
 * Writers are careless: of events at one time, what fits the innermost span comes first; an end without its begin is left
 * out; an end of an outer span waits until its inner spans have ended; an X event that outlasts its parent continues
 * without it; a span without an end ends with its thread.
 */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { Steps } from '#base/steps.ts';
import type { ProfileBuilder } from '../profile-builder.ts';

const STEP = 4096;
/** Events at one time, and open spans, that are looked through for the one that fits. */
const MAX_LOOK = 256;

const BEGIN = 0;
const END = 1;
const WHOLE = 2;
export const spanKinds = { B: BEGIN, E: END, X: WHOLE } as const;

interface Open {
  readonly event: number;
  node: number;
  isEnded: boolean;
}

export class TraceSpans {
  readonly #builder: ProfileBuilder;
  readonly #kind = new Int32Column();
  readonly #thread = new Int32Column();
  readonly #frame = new Int32Column();
  /** Number of its arguments as text, which tell alike names apart. */
  readonly #args = new Int32Column();
  readonly #ts = new Float64Column();
  readonly #duration = new Float64Column();
  firstUs = Infinity;
  lastUs = -Infinity;
  unmatched = 0;
  unended = 0;

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
  }

  get length(): number {
    return this.#kind.length;
  }

  push(kind: number, thread: number, frame: number, args: number, ts: number, duration: number): void {
    this.#kind.push(kind);
    this.#thread.push(thread);
    this.#frame.push(frame);
    this.#args.push(args);
    this.#ts.push(ts);
    this.#duration.push(duration);
    this.firstUs = Math.min(this.firstUs, ts);
    this.lastUs = Math.max(this.lastUs, ts + duration);
  }

  /** @param labels by thread @param add takes the innermost open span, the time in µs, the labels, and when it began */
  *addTo(labels: readonly number[], add: (node: number, us: number, labels: number, ts: number) => void): Steps<void> {
    const byThread: Int32Column[] = labels.map(() => new Int32Column(16));
    for (let event = 0; event < this.length; event++) byThread[this.#thread.values[event]].push(event);
    let done = 0;
    for (const [thread, events] of byThread.entries()) {
      if (events.length === 0) continue;
      yield* this.#addThread(events.take(), (node, us, ts) => add(node, us, labels[thread], ts), done / this.length);
      done += events.length;
    }
  }

  *#addThread(events: Int32Array, add: (node: number, us: number, ts: number) => void, share: number): Steps<void> {
    const [kind, ts, duration] = [this.#kind.values, this.#ts.values, this.#duration.values];
    const begins = events.filter((event) => kind[event] !== END);
    const ends = events.filter((event) => kind[event] !== BEGIN);
    const endOf = (event: number): number => ts[event] + duration[event];
    // Among spans with the same start the longest is outermost; a B, whose end is not known, is outside an X.
    const width = (event: number): number => (kind[event] === BEGIN ? Infinity : duration[event]);
    begins.sort((a, b) => ts[a] - ts[b] || (width(a) === width(b) ? a - b : width(b) - width(a)));
    ends.sort((a, b) => endOf(a) - endOf(b) || a - b);
    const open: Open[] = [];
    let now = -Infinity;
    const pass = (time: number): void => {
      const top = open.at(-1);
      if (top && time > now) add(top.node, time - now, now);
      now = Math.max(now, time);
    };
    let [b, e] = [0, 0];
    while (b < begins.length || e < ends.length) {
      if ((b + e) % STEP === 0) yield share;
      if (e === ends.length || (b < begins.length && this.#isBeginNext(begins[b], ends[e], endOf(ends[e])))) {
        const event = begins[b++];
        pass(ts[event]);
        open.push({
          event,
          node: this.#builder.node(open.at(-1)?.node ?? 0, this.#frame.values[event]),
          isEnded: false,
        });
      } else {
        this.#bringForward(ends, e, endOf, open.at(-1));
        const event = ends[e++];
        const at = this.#opened(event, open);
        pass(endOf(event));
        if (at < 0) this.unmatched++;
        else if (kind[event] === WHOLE) this.#remove(open, at);
        else open[at].isEnded = true;
        while (open.at(-1)?.isEnded) open.pop();
      }
    }
    this.unended += open.length;
  }

  /** Spans that begin within another and end after it go on in the one around it. */
  #remove(open: Open[], at: number): void {
    open.splice(at, 1);
    for (let i = at; i < open.length; i++)
      open[i].node = this.#builder.node(open[i - 1]?.node ?? 0, this.#frame.values[open[i].event]);
  }

  /** An end comes before a begin at the same time, but for its own. */
  #isBeginNext(begin: number, end: number, endTime: number): boolean {
    const start = this.#ts.values[begin];
    return start < endTime || (start === endTime && (begin === end || this.#isAlike(begin, end)));
  }

  /**
   * Among ends at one time, that of the innermost span comes first, matched by event or arguments, otherwise by name.
   */
  #bringForward(ends: Int32Array, from: number, endOf: (event: number) => number, top: Open | undefined): void {
    if (!top) return;
    const time = endOf(ends[from]);
    let named = -1;
    for (let i = from; i < ends.length && i < from + MAX_LOOK && endOf(ends[i]) === time; i++) {
      if (this.#isEndOf(ends[i], top.event) && this.#args.values[ends[i]] === this.#args.values[top.event]) {
        named = i;
        break;
      }
      if (named < 0 && this.#isEndOf(ends[i], top.event)) named = i;
    }
    // The others keep their order.
    for (let i = named; i > from; i--) [ends[i - 1], ends[i]] = [ends[i], ends[i - 1]];
  }

  /** Which open span the event ends, -1 for none. */
  #opened(event: number, open: readonly Open[]): number {
    for (let at = open.length - 1; at >= 0 && at >= open.length - MAX_LOOK; at--)
      if (!open[at].isEnded && this.#isEndOf(event, open[at].event)) return at;
    return -1;
  }

  #isEndOf(end: number, begin: number): boolean {
    const kind = this.#kind.values;
    if (kind[end] === WHOLE || kind[begin] === WHOLE) return end === begin;
    return this.#frame.values[end] === this.#frame.values[begin] || this.#frame.values[end] < 0;
  }

  #isAlike(begin: number, end: number): boolean {
    const kind = this.#kind.values;
    return (
      kind[begin] === BEGIN &&
      kind[end] === END &&
      this.#frame.values[begin] === this.#frame.values[end] &&
      this.#args.values[begin] === this.#args.values[end]
    );
  }
}
