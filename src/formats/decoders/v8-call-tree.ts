/** The call tree of a V8 CPU profile: in a .cpuprofile, whole or in chunks in a Chrome trace, as a list or as a tree. */
import { Float64Column, Int32Column } from '#base/column.ts';
import { JsonObjects } from '#base/json-objects.ts';
import type { JsonPull } from '#base/json-pull.ts';
import type { Steps } from '#base/steps.ts';
import { DecodeError } from '../format.ts';
import { refuseJson } from '../json-document.ts';
import type { LabelPair, ProfileBuilder } from '../profile-builder.ts';

const NODES_A_STEP = 2048;
const NO_DEOPT = 0;

export interface CallFrame {
  readonly name: string;
  readonly url: string;
  /** From 1; 0 if unknown. */
  readonly line: number;
  /** The frame's number in `CallFrames`; -1 if it is not shared there. */
  readonly number: number;
}

/** What is known of a node's frame before its fields. */
export const NO_FRAME: CallFrame = { name: '', url: '', line: 0, number: -1 };

/** Frames of `callFrame` objects: most functions are called in many places, and each is read once. */
export class CallFrames {
  readonly #builder: ProfileBuilder;
  readonly #frames: CallFrame[] = [];
  #objects: JsonObjects | undefined;
  /** By frame: its number in the builder, -1 where it has none yet. */
  readonly #numbers = new Int32Column();

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
  }

  /** Reads a `callFrame`, into an object that others of the same bytes share. Lines are from 0 there. */
  read(json: JsonPull): CallFrame {
    const number = (this.#objects ??= new JsonObjects(json)).number();
    if (number < this.#frames.length) return this.#frames[number];
    const frame = { name: '', url: '', line: 0, number };
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      if (key === 'functionName') frame.name = json.stringIn() ?? '';
      else if (key === 'url') frame.url = json.stringIn() ?? '';
      else if (key === 'lineNumber') frame.line = (json.numberIn() ?? -1) + 1;
      else json.skip();
    }
    this.#frames.push(frame);
    this.#numbers.push(-1);
    return frame;
  }

  /** The frame of the builder. V8 counts lines of the profile's function: its first one. */
  inBuilder({ name, url, line, number }: CallFrame): number {
    const known = number < 0 ? -1 : this.#numbers.values[number];
    if (known >= 0) return known;
    const made = this.#builder.frame({ name: name || '(anonymous)', file: url, line, startLine: line });
    if (number >= 0) this.#numbers.values[number] = made;
    return made;
  }
}

export class V8CallTree {
  readonly #builder: ProfileBuilder;
  readonly #frames: CallFrames;
  /** Node index by id; the last one of an id. */
  readonly #index = new IdIndex();
  readonly #id = new Float64Column();
  readonly #frame = new Int32Column(); // -1 for the root
  readonly #hits = new Float64Column();
  readonly #deopt = new Int32Column();
  readonly #reasons: string[] = [''];
  /** Id of the parent as a node names it, NaN if it names none. */
  readonly #parentId = new Float64Column();
  /** Pairs: index of the parent, id of the child. */
  readonly #children = new Float64Column();
  hasUniqueIds = true;
  #nodes: Int32Array | undefined;

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
    this.#frames = new CallFrames(builder);
  }

  get length(): number {
    return this.#id.length;
  }

  /** The list `nodes`, of a whole profile or of a chunk. */
  *readList(json: JsonPull): Steps<void> {
    json.enterArray();
    while (this.#readNodes(json, this.length + NODES_A_STEP)) yield json.share;
  }

  /** A plain function, as engines make generators fast late. @returns whether there may be more */
  #readNodes(json: JsonPull, until: number): boolean {
    while (this.length < until) {
      if (!json.item()) return false;
      const node = this.#open();
      let at = NO_FRAME;
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) at = this.#field(json, key, node, at, false);
      this.#close(node, at, false);
    }
    return true;
  }

  /** The tree `head` of old profiles: lines are from 1 there, and names stand in the node. */
  *readHead(json: JsonPull): Steps<void> {
    const open: { readonly node: number; at: CallFrame }[] = [];
    const enter = (): void => {
      const parent = open.at(-1);
      const node = this.#open();
      // By its number, as ids of old profiles may all be 0.
      if (parent) this.#parentId.values[node] = -2 - parent.node;
      json.enterObject();
      open.push({ node, at: NO_FRAME });
    };
    enter();
    while (open.length > 0) {
      const top = open[open.length - 1];
      const { node, at } = top;
      const key = json.key();
      if (key === undefined) {
        this.#close(node, at, true);
        open.pop();
        // The next sibling, or behind the list more keys of the parent.
        if (open.length > 0 && json.item()) enter();
      } else if (key === 'children') {
        json.enterArray();
        if (json.item()) enter();
      } else top.at = this.#field(json, key, node, at, true);
      if (this.length % NODES_A_STEP === 0) yield json.share;
    }
  }

  /** Parents of a chunk that stand apart, as ids; in the order of the chunk's nodes. */
  setParents(from: number, ids: readonly number[]): void {
    for (const [i, id] of ids.entries()) if (from + i < this.length) this.#parentId.values[from + i] = id;
  }

  /** The stack of each node, once all are read. @throws DecodeError where nodes are their own callers */
  resolve(): Int32Array {
    if (this.#nodes?.length === this.length) return this.#nodes;
    const parent = this.#parents();
    const nodes = new Int32Array(this.length).fill(-1);
    const path: number[] = [];
    for (let start = 0; start < this.length; start++) {
      let at = start;
      while (at >= 0 && nodes[at] === -1) {
        nodes[at] = -2;
        path.push(at);
        at = parent[at];
      }
      if (at >= 0 && nodes[at] === -2)
        refuseJson('Two nodes of the call tree call each other.', `node ${this.#id.values[at]}`);
      let stack = at < 0 ? 0 : nodes[at];
      for (let node = path.pop(); node !== undefined; node = path.pop()) {
        const frame = this.#frame.values[node];
        if (frame >= 0) stack = this.#builder.node(stack, frame);
        nodes[node] = stack;
      }
    }
    this.#nodes = nodes;
    return nodes;
  }

  /** Index of the node of that id, -1 where there is none. */
  find(id: number): number {
    return this.#index.get(id);
  }

  hits(node: number): number {
    return this.#hits.values[node];
  }

  /** Labels of samples in the node, beside `others`. */
  labels(node: number, others: readonly LabelPair[]): number {
    const deopt = node < 0 ? NO_DEOPT : this.#deopt.values[node];
    return this.#builder.labels(deopt === NO_DEOPT ? others : [...others, ['deoptimised', this.#reasons[deopt]]]);
  }

  #open(): number {
    this.#id.push(NaN);
    this.#frame.push(-1);
    this.#hits.push(0);
    this.#deopt.push(NO_DEOPT);
    this.#parentId.push(NaN);
    return this.length - 1;
  }

  /** @param at what is known of the node's frame @returns the same with the field */
  #field(json: JsonPull, key: string, node: number, at: CallFrame, isOld: boolean): CallFrame {
    switch (key) {
      case 'id':
        this.#id.values[node] = json.numberIn() ?? NaN;
        break;
      case 'parent':
        this.#parentId.values[node] = json.numberIn() ?? NaN;
        break;
      case 'callFrame':
        if (json.kind() === 'object') return this.#frames.read(json);
        json.skip();
        break;
      case 'functionName':
        return { ...at, number: -1, name: json.stringIn() ?? '' };
      case 'url':
        return { ...at, number: -1, url: json.stringIn() ?? '' };
      case 'lineNumber':
        return { ...at, number: -1, line: json.numberIn() ?? 0 };
      case 'hitCount':
        this.#hits.values[node] = json.numberIn() ?? 0;
        break;
      case 'deoptReason':
      case 'bailoutReason':
        this.#deopt.values[node] = this.#reason(json.stringIn() ?? '');
        break;
      case 'children':
        if (isOld || json.kind() !== 'array') json.skip();
        else {
          json.enterArray();
          while (json.item()) {
            this.#children.push(node);
            this.#children.push(json.number());
          }
        }
        break;
      default:
        json.skip();
    }
    return at;
  }

  #reason(reason: string): number {
    if (reason === '' || reason === 'no reason') return NO_DEOPT;
    const known = this.#reasons.indexOf(reason);
    return known > 0 ? known : this.#reasons.push(reason) - 1;
  }

  #close(node: number, at: CallFrame, isOld: boolean): void {
    const id = this.#id.values[node];
    if (!isOld && Number.isNaN(id)) refuseJson('A node of the call tree has no id.', `nodes[${node}]`);
    if (this.#index.get(id) >= 0) {
      if (!isOld) refuseJson(`Two nodes of the call tree have the id ${id}.`, `nodes[${node}]`);
      this.hasUniqueIds = false;
    }
    this.#index.set(id, node);
    const isRoot = at.name === '(root)' && (isOld ? Number.isNaN(this.#parentId.values[node]) : true);
    if (isRoot) return;
    this.#frame.values[node] = this.#frames.inBuilder(at);
  }

  #parents(): Int32Array {
    const parent = new Int32Array(this.length).fill(-1);
    for (let node = 0; node < this.length; node++) {
      const id = this.#parentId.values[node];
      if (id <= -2) parent[node] = -2 - id;
      else if (!Number.isNaN(id)) parent[node] = this.find(id);
    }
    const { values } = this.#children;
    for (let i = 0; i < this.#children.length; i += 2) {
      const child = this.find(values[i + 1]);
      // Chrome leaves nodes out that no sample needs.
      if (child < 0) continue;
      if (parent[child] >= 0 && parent[child] !== values[i])
        refuseJson(`Two nodes call the node ${values[i + 1]}.`, `node ${this.#id.values[values[i]]}`);
      parent[child] = values[i];
    }
    return parent;
  }
}

/** Whole numbers by id. Ids are mostly small and dense: a column holds those, a map the others. */
class IdIndex {
  /** The value + 1, 0 where there is none. */
  readonly #dense = new Int32Column();
  readonly #others = new Map<number, number>();

  /** -1 for an id that is not there. */
  get(id: number): number {
    if (id >= 0 && id < this.#dense.length && Number.isInteger(id)) {
      const value = this.#dense.values[id];
      if (value > 0) return value - 1;
    }
    return this.#others.size === 0 ? -1 : (this.#others.get(id) ?? -1);
  }

  set(id: number, value: number): void {
    const dense = this.#dense;
    const isDense = Number.isInteger(id) && id >= 0 && id < DENSE_IDS + 4 * value;
    if (!isDense) {
      this.#others.set(id, value);
      return;
    }
    if (id >= dense.length) {
      dense.reserve(id + 1 - dense.length);
      dense.length = id + 1;
    }
    dense.values[id] = value + 1;
  }
}

const DENSE_IDS = 4096;

/** Reads a list of numbers. */
export function* readNumbers(json: JsonPull, into: Float64Column): Steps<void> {
  if (json.kind() !== 'array') {
    json.skip();
    return;
  }
  json.enterArray();
  for (let pause = NUMBERS_A_STEP; ;) {
    json.shortNumbers(into, Math.min(MAX_NUMBERS, into.length + NUMBERS_A_STEP));
    if (into.length >= pause) {
      yield json.share;
      pause = into.length + NUMBERS_A_STEP;
    }
    if (!json.item()) break;
    if (into.length >= MAX_NUMBERS)
      throw new DecodeError(
        'too-large',
        `The file has a list of more than ${MAX_NUMBERS.toLocaleString('en')} numbers.`,
        {
          place: `byte ${json.at} of the unpacked file`,
          remedy: 'Record for a shorter time.',
        },
      );
    into.push(json.numberIn() ?? NaN);
  }
}

const MAX_NUMBERS = 1 << 26;
const NUMBERS_A_STEP = 65_536;
