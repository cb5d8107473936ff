/** `samples` and `stackFrames` of a trace, as Hermes (React Native) writes them. A sample lasts until the next one of its thread. */
import { Float64Column, Int32Column } from '#base/column.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import { refuseJson } from '../json-document.ts';
import type { ProfileBuilder } from '../profile-builder.ts';
import type { TraceThreads } from './trace-threads.ts';

const STEP = 4096;
const RESOLVING = -1;

interface Frame {
  name: string;
  category: string;
  parent: string;
}

export class HermesSamples {
  readonly #builder: ProfileBuilder;
  readonly #threads: TraceThreads;
  readonly #frames = new Map<string, Frame>();
  readonly #nodes = new Map<string, number>();
  readonly #thread = new Int32Column(16);
  readonly #ts = new Float64Column(16);
  readonly #stack: string[] = [];
  firstUs = Infinity;

  constructor(builder: ProfileBuilder, threads: TraceThreads) {
    this.#builder = builder;
    this.#threads = threads;
  }

  *readFrames(json: JsonPull): Steps<void> {
    json.enterObject();
    for (let id = json.key(); id !== undefined; id = json.key()) {
      if (this.#frames.size % STEP === 0) yield json.share * 0.8;
      const frame: Frame = { name: '', category: '', parent: '' };
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) {
        if (key === 'name') frame.name = json.stringIn() ?? '';
        else if (key === 'category') frame.category = json.stringIn() ?? '';
        else if (key === 'parent') frame.parent = json.stringIn() ?? '';
        else json.skip();
      }
      this.#frames.set(id, frame);
    }
  }

  *readSamples(json: JsonPull): Steps<void> {
    json.enterArray();
    while (json.item()) {
      if (this.#ts.length % STEP === 0) yield json.share * 0.8;
      let [pid, tid, stack, ts] = ['', '', '', NaN];
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) {
        if (key === 'ts') ts = json.numberIn() ?? NaN;
        else if (key === 'pid') pid = json.stringIn() ?? '';
        else if (key === 'tid') tid = json.stringIn() ?? '';
        else if (key === 'sf') stack = json.stringIn() ?? '';
        else json.skip();
      }
      if (Number.isNaN(ts)) refuseJson('A sample has no time (ts).', `samples[${this.#ts.length}]`);
      this.#thread.push(this.#threads.index(pid, tid));
      this.#ts.push(ts);
      this.#stack.push(stack);
      this.firstUs = Math.min(this.firstUs, ts);
    }
  }

  /** @returns whether there are any */
  *addSamples(origin: number): Steps<boolean> {
    const count = this.#ts.length;
    const next = new Map<number, number>();
    const lasts = new Float64Array(count);
    for (let i = count - 1; i >= 0; i--) {
      const thread = this.#thread.values[i];
      lasts[i] = Math.max(0, (next.get(thread) ?? this.#ts.values[i]) - this.#ts.values[i]);
      next.set(thread, this.#ts.values[i]);
    }
    const labels = this.#threads.all().map(({ pid, tid }) => this.#builder.labels(this.#threads.labels(pid, tid)));
    for (let i = 0; i < count; i++) {
      if (i % STEP === 0) yield 0.9;
      const at = (this.#ts.values[i] - origin) / 1000;
      const node = this.#node(this.#stack[i], `samples[${i}]`);
      this.#builder.sample(node, [1, lasts[i], 0], labels[this.#thread.values[i]], at);
    }
    return count > 0;
  }

  #node(stack: string, place: string): number {
    const path: string[] = [];
    let node = 0;
    for (let id = stack; id !== '';) {
      const known = this.#nodes.get(id);
      if (known === RESOLVING) refuseJson('A stack is its own parent.', `stackFrames.${id}`);
      if (known !== undefined) {
        node = known;
        break;
      }
      const frame = this.#frames.get(id);
      if (!frame) refuseJson(`The frame ${id} is not in the table.`, place);
      this.#nodes.set(id, RESOLVING);
      path.push(id);
      id = frame.parent;
    }
    for (let id = path.pop(); id !== undefined; id = path.pop()) {
      node = this.#builder.node(node, this.#builder.frame({ name: this.#frames.get(id)?.name || '(unnamed)' }));
      this.#nodes.set(id, node);
    }
    return node;
  }
}
