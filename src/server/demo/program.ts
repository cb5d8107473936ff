/** The made-up shop as columns: its functions, frames and stacks, and what each stack costs. */

import { FunctionColumns } from '#formats/profile-columns.ts';
import type { Profile } from '#model/profile.ts';
import { parts, routes, sharedWork } from './program-text.ts';
import { hashText } from '#base/seeded.ts';

/** Shared by all profiles of the demo, so that a batch is sent to the store thread with a single copy. */
export interface Program extends Pick<Profile, 'functions' | 'definitions' | 'frames'> {
  readonly stackStart: Int32Array;
  readonly stackFrames: Int32Array;
  /** By stack: its part of the whole cost, all together 1. */
  readonly cost: Float64Array;
  /** By stack: the route that it belongs to (position in `routes`), -1 for cost shared by all routes. */
  readonly route: Int8Array;
  /** By stack: its innermost function. */
  readonly leaf: Int32Array;
  /** By route: its part of the cost of all routes. */
  readonly routeShare: readonly number[];
  /** Call paths that allocate: where `runtime.mallocgc` is called. */
  readonly allocations: Allocations;
}

/** Columns by stack that allocates; its frames are without those of the runtime, as Go's heap profiles have them. */
interface Allocations {
  readonly stackStart: Int32Array;
  readonly stackFrames: Int32Array;
  readonly cost: Float64Array;
  readonly route: Int8Array;
  /** Bytes of one object. */
  readonly objectBytes: Int32Array;
  /** Share of the live bytes, together 1. */
  readonly alive: Float64Array;
}

interface Call {
  readonly name: string;
  self: number;
  readonly children: Call[];
}

const MALLOC = 'runtime.mallocgc';

export function makeProgram(): Program {
  const columns = new Columns();
  const whole = [...routes, ...sharedWork].reduce((sum, { cost }) => sum + cost, 0);
  [...routes, ...sharedWork].forEach(({ cost, around, text }, index) => {
    const calls = scaled(parse(text), cost / whole);
    const route = index < routes.length ? index : -1;
    for (const call of calls) columns.add(around, call, route);
  });
  const ofRoutes = routes.reduce((sum, { cost }) => sum + cost, 0);
  return columns.take(routes.map(({ cost }) => cost / ofRoutes));
}

/** @throws Error for a line that is not as the text should be: it is ours */
function parse(text: string): Call[] {
  const top: Call[] = [];
  const open: Call[][] = [top];
  for (const line of text.trim().split('\n')) {
    const match = /^( *)(@?)(\S+) ([\d.]+)$/.exec(line);
    const depth = (match?.[1].length ?? 0) / 2;
    const siblings = open[depth];
    if (match === null || siblings === undefined) throw new Error(`The demo's program has a bad line: ${line}`);
    const [, , isPart, name, cost] = match;
    open.length = depth + 1;
    if (isPart !== '') {
      const part = parts[name];
      if (part === undefined) throw new Error(`The demo's program has no part ${name}.`);
      siblings.push(...scaled(parse(part), Number(cost)));
    } else {
      const call = { name, self: Number(cost), children: [] };
      siblings.push(call);
      open.push(call.children);
    }
  }
  return top;
}

function scaled(calls: readonly Call[], cost: number): readonly Call[] {
  const sum = (list: readonly Call[]): number =>
    list.reduce((total, { self, children }) => total + self + sum(children), 0);
  const factor = cost / sum(calls);
  const scale = (list: readonly Call[]): void => {
    for (const call of list) {
      call.self *= factor;
      scale(call.children);
    }
  };
  scale(calls);
  return calls;
}

class Columns {
  readonly #functions = new FunctionColumns();
  readonly #frames = new Map<string, number>();
  readonly #frameFunc: number[] = [];
  readonly #frameLine: number[] = [];
  readonly #cpu = new Stacks();
  readonly #leaf: number[] = [];
  readonly #allocations = new Stacks();
  readonly #objectBytes: number[] = [];
  readonly #alive: number[] = [];

  add(around: readonly string[], call: Call, route: number): void {
    const callers: number[] = [];
    around.forEach((name, i) => callers.push(this.#frame(name, around[i + 1] ?? call.name)));
    this.#walk(callers, call, route);
  }

  take(routeShare: readonly number[]): Program {
    const alive = this.#alive.reduce((a, b) => a + b, 0);
    return {
      ...this.#functions.take(Int32Array.from(this.#frameFunc), Int32Array.from(this.#frameLine)),
      ...this.#cpu.take(),
      leaf: Int32Array.from(this.#leaf),
      routeShare,
      allocations: {
        ...this.#allocations.take(),
        objectBytes: Int32Array.from(this.#objectBytes),
        alive: Float64Array.from(this.#alive, (one) => one / alive),
      },
    };
  }

  /** Calls itself: the program is some thirty calls deep. */
  #walk(callers: readonly number[], { name, self, children }: Call, route: number): void {
    if (self > 0) {
      const leaf = this.#frame(name, '');
      this.#cpu.push([...callers, leaf], self, route);
      this.#leaf.push(this.#frameFunc[leaf]);
    }
    for (const child of children) {
      if (child.name === MALLOC) this.#allocates([...callers, this.#frame(name, '')], name, child.self, route);
      this.#walk([...callers, this.#frame(name, child.name)], child, route);
    }
  }

  #allocates(stack: readonly number[], name: string, cost: number, route: number): void {
    const hash = hashText(name) >>> 0;
    this.#allocations.push(stack, cost, route);
    this.#objectBytes.push(16 << (hash % 8));
    // A few stacks retain their allocations about a hundred times longer than the others.
    this.#alive.push(cost * (hash % 5 === 0 ? 100 : 1));
  }

  #frame(name: string, callee: string): number {
    const func = this.#functions.intern(name, fileOf(name), lineOf(name), '');
    const line = lineOf(name) + 1 + ((hashText(callee) >>> 0) % 40);
    const key = `${func} ${line}`;
    let frame = this.#frames.get(key);
    if (frame === undefined) {
      frame = this.#frameFunc.length;
      this.#frames.set(key, frame);
      this.#frameFunc.push(func);
      this.#frameLine.push(line);
    }
    return frame;
  }
}

class Stacks {
  readonly #start = [0];
  readonly #frames: number[] = [];
  readonly #cost: number[] = [];
  readonly #route: number[] = [];

  push(stack: readonly number[], cost: number, route: number): void {
    this.#frames.push(...stack);
    this.#start.push(this.#frames.length);
    this.#cost.push(cost);
    this.#route.push(route);
  }

  take() {
    return {
      stackStart: Int32Array.from(this.#start),
      stackFrames: Int32Array.from(this.#frames),
      cost: Float64Array.from(this.#cost),
      route: Int8Array.from(this.#route),
    };
  }
}

/** As Go's people would name it: `shop/cart.(*Codec).decode` in shop/cart/codec.go. */
function fileOf(name: string): string {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  const type = /^\(?\*?(\w+)\)?\./.exec(name.slice(dot + 1))?.[1];
  const folder = name.slice(0, dot);
  return `${folder}/${(type ?? name.slice(slash, dot)).toLowerCase()}.go`;
}

function lineOf(name: string): number {
  return 20 + ((hashText(name) >>> 0) % 900);
}
