/**
 * The dictionary of one service and UTC day, as columns: functions, frames (function and line) and a trie of nodes
 * (parent and frame). A name that occurs in several files or binaries, or whose frames are of several kinds, has a function
 * for each. A stack is its leaf's number. Numbers are dense and only grow, a parent's is below its child's.
 * Kept on disk as deltas: what came since the last one.
 */

import { Int32Column } from '#base/column.ts';
import { WireSink } from '#wire/wire-sink.ts';
import { DamagedBlob, payloadReader } from './blob.ts';

/** How far a dictionary has been written or read. */
export interface PartMark {
  readonly paths: number;
  readonly functions: number;
  readonly frames: number;
  readonly nodes: number;
}

export class PartColumns {
  /** Source files, binaries and kinds of frames, each text once; 0 is ''. */
  readonly paths: string[] = [''];
  /** By function: distinguished by name, file and binary, as definitions of a `Profile`, and by kind of frame. */
  readonly names: string[] = [];
  /** The first function of the same name: most names have one. */
  readonly named = new Int32Column(256);
  readonly file = new Int32Column(256); // into paths
  readonly mapping = new Int32Column(256); // into paths
  /** How the function ran (`FrameKinds`); '' where that is unknown. */
  readonly kind = new Int32Column(256); // into paths
  readonly startLine = new Int32Column(256);
  readonly frameFunc = new Int32Column(256);
  readonly frameLine = new Int32Column(256);
  /** Node 0 is the root: the empty stack. */
  readonly nodeParent = new Int32Column(1024);
  readonly nodeFrame = new Int32Column(1024);

  constructor() {
    this.nodeParent.push(-1);
    this.nodeFrame.push(-1);
  }

  /** Nodes, the root included. */
  get nodes(): number {
    return this.nodeParent.length;
  }

  get hasKinds(): boolean {
    return this.kind.values.some((kind) => kind !== 0);
  }

  reserveNodes(more: number): void {
    this.nodeParent.reserve(more);
    this.nodeFrame.reserve(more);
  }

  mark(): PartMark {
    return {
      paths: this.paths.length,
      functions: this.names.length,
      frames: this.frameFunc.length,
      nodes: this.nodes,
    };
  }

  /** Estimate of the memory held, texts included. */
  get bytes(): number {
    return (
      this.nodeParent.values.length * 8 + this.frameFunc.length * 8 + this.names.length * 120 + this.paths.length * 100
    );
  }

  /** The rows between two marks, encoded for the disk. */
  encode(from: PartMark, to: PartMark = this.mark()): Uint8Array {
    const sink = new WireSink(1024 + (to.nodes - from.nodes) * 4);
    sink.varint(from.paths);
    sink.varint(to.paths - from.paths);
    for (let i = from.paths; i < to.paths; i++) writeText(sink, this.paths[i]);
    sink.varint(from.functions);
    sink.varint(to.functions - from.functions);
    for (let i = from.functions; i < to.functions; i++) {
      const first = this.named.values[i];
      if (first === i) writeText(sink, this.names[i]);
      else {
        // Another function of a known name (from format 4 on): no name, no path has this number, and which function.
        writeText(sink, '');
        sink.varint(to.paths);
        sink.varint(first);
      }
      sink.varint(this.file.values[i]);
      sink.varint(this.mapping.values[i]);
      sink.varint(this.startLine.values[i]);
    }
    sink.varint(from.frames);
    sink.varint(to.frames - from.frames);
    for (let i = from.frames; i < to.frames; i++) {
      sink.varint(this.frameFunc.values[i]);
      sink.varint(this.frameLine.values[i]);
    }
    sink.varint(from.nodes);
    sink.varint(to.nodes - from.nodes);
    for (let i = from.nodes; i < to.nodes; i++) {
      sink.varint(i - this.nodeParent.values[i]);
      sink.varint(this.nodeFrame.values[i]);
    }
    // Kinds come last and only where they are known: earlier versions do not read beyond the nodes.
    for (let i = from.functions, before = i; i < to.functions; i++) {
      if (this.kind.values[i] === 0) continue;
      sink.varint(i - before);
      sink.varint(this.kind.values[i]);
      before = i;
    }
    return sink.take();
  }

  /** Appends a delta that begins where this ends. @throws DamagedBlob; what came before the damage stays, and is whole */
  append(payload: Uint8Array): void {
    const reader = payloadReader(payload);
    const section = (known: number, what: string): number => {
      const first = reader.unsigned();
      if (first !== known) throw new DamagedBlob(`continues at ${what} ${first}, not at ${known}`);
      const count = reader.unsigned();
      if (count > payload.length) throw new DamagedBlob(`claims ${count} ${what} in ${payload.length} bytes`);
      return count;
    };
    const below = (limit: number, what: string): number => {
      const value = reader.unsigned();
      if (value >= limit) throw new DamagedBlob(`names ${what} ${value} of ${limit}`);
      return value;
    };
    const text = (): string => {
      const end = reader.stop();
      const bytes = payload.subarray(reader.offset, end);
      reader.offset = end;
      return decoder.decode(bytes);
    };
    for (let left = section(this.paths.length, 'paths'); left > 0; left--) this.paths.push(text());
    let kindOf = this.names.length;
    for (let left = section(this.names.length, 'functions'); left > 0; left--) {
      let name = text();
      let first = this.names.length;
      let file = below(this.paths.length + 1, 'path');
      if (file === this.paths.length) {
        first = this.named.values[below(this.names.length, 'function')];
        name = this.names[first];
        file = below(this.paths.length, 'path');
      }
      const mapping = below(this.paths.length, 'path');
      this.startLine.push(reader.unsigned());
      this.mapping.push(mapping);
      this.kind.push(0);
      this.file.push(file);
      this.named.push(first);
      this.names.push(name);
    }
    for (let left = section(this.frameFunc.length, 'frames'); left > 0; left--) {
      const func = below(this.names.length, 'function');
      this.frameLine.push(reader.unsigned());
      this.frameFunc.push(func);
    }
    const more = section(this.nodes, 'nodes');
    this.reserveNodes(more);
    const parents = this.nodeParent.values;
    const frames = this.nodeFrame.values;
    const knownFrames = this.frameFunc.length;
    // By hand: a part has hundreds of thousands of nodes, and the first question of a service waits for all.
    for (let node = this.nodes, end = node + more; node < end; node++) {
      const up = reader.unsigned();
      if (up === 0 || up > node) throw new DamagedBlob(`node ${node} has its parent ${up} back`);
      const frame = reader.unsigned();
      if (frame >= knownFrames) throw new DamagedBlob(`names frame ${frame} of ${knownFrames}`);
      frames[node] = frame;
      parents[node] = node - up;
      this.nodeFrame.length = node + 1;
      this.nodeParent.length = node + 1;
    }
    while (reader.offset < payload.length) {
      kindOf += below(this.names.length - kindOf, 'function');
      this.kind.values[kindOf] = below(this.paths.length, 'kind');
    }
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function writeText(sink: WireSink, text: string): void {
  const bytes = encoder.encode(text);
  sink.varint(bytes.length);
  sink.bytes(bytes);
}
