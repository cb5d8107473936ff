/** Writes small flight recordings for tests: a chunk of given events, with types and constants of its own. */

const TYPES = {
  boolean: 1,
  int: 2,
  long: 3,
  'java.lang.String': 4,
  'java.lang.Thread': 5,
  'java.lang.Class': 6,
  'jdk.types.Symbol': 7,
  'jdk.types.Method': 8,
  'jdk.types.StackFrame': 9,
  'jdk.types.StackTrace': 10,
  'jdk.types.ThreadState': 11,
  'jdk.types.FrameType': 12,
} as const;
type TypeName = keyof typeof TYPES;
/** `name: type`, `*` for a key into the pool of the type, `[]` for an array. */
type Fields = Readonly<Record<string, `${TypeName}${'' | '*' | '[]'}`>>;

const STRUCTS: Readonly<Partial<Record<TypeName, Fields>>> = {
  'java.lang.Thread': { osName: 'java.lang.String', javaName: 'java.lang.String' },
  'java.lang.Class': { name: 'jdk.types.Symbol*' },
  'jdk.types.Symbol': { string: 'java.lang.String' },
  'jdk.types.Method': { type: 'java.lang.Class*', name: 'jdk.types.Symbol*' },
  'jdk.types.StackFrame': { method: 'jdk.types.Method*', lineNumber: 'int' },
  'jdk.types.StackTrace': { truncated: 'boolean', frames: 'jdk.types.StackFrame[]' },
  'jdk.types.ThreadState': { name: 'java.lang.String' },
  'jdk.types.FrameType': { description: 'java.lang.String' },
};
const COMMON: Fields = { startTime: 'long', eventThread: 'java.lang.Thread*', stackTrace: 'jdk.types.StackTrace*' };

/** Fields beside those that all events have. */
const EVENTS: Readonly<Record<string, Fields>> = {
  'jdk.ExecutionSample': { state: 'jdk.types.ThreadState*', contextId: 'long' },
  'jdk.CPUTimeSample': { samplingPeriod: 'long' },
  'jdk.CPUTimeSamplesLost': { lostSamples: 'long' },
  'jdk.JavaMonitorEnter': { duration: 'long', monitorClass: 'java.lang.Class*' },
  'profiler.WallClockSample': {
    state: 'jdk.types.ThreadState*',
    samples: 'int',
    spanId: 'long',
    spanName: 'long',
    traceIdHi: 'long',
    traceIdLo: 'long',
    contextId: 'long',
  },
  'profiler.Malloc': { address: 'long', size: 'long' },
  'profiler.Free': { address: 'long' },
  'jdk.ActiveSetting': { id: 'long', name: 'java.lang.String', value: 'java.lang.String' },
  'jdk.ThreadStart': {},
};
const FIRST_EVENT = 100;

export interface MadeEvent {
  readonly type: string;
  /** Ticks. */
  readonly startTime?: number;
  readonly eventThread?: string;
  /** Leaf first: `Class.method:line`; where frames have types, `Class.method:line:Native`. */
  readonly stackTrace?: readonly string[];
  readonly [field: string]: unknown;
}

export interface ChunkFacts {
  readonly version?: readonly [number, number];
  readonly ticksPerSecond?: number;
  readonly startNs?: number;
  readonly durationNs?: number;
  readonly isCompressed?: boolean;
  /** In how many checkpoints the constants lie. */
  readonly checkpoints?: number;
  /** Whether frames have types. */
  readonly hasFrameTypes?: boolean;
}

export function jfrChunk(events: readonly MadeEvent[], facts: ChunkFacts = {}): Uint8Array {
  return new Chunk(facts).bytes(events);
}

class Chunk {
  readonly #facts: ChunkFacts;
  readonly #pools = new Map<TypeName, Map<string, number[]>>();
  readonly #keys = new Map<TypeName, Map<string, number>>();

  constructor(facts: ChunkFacts) {
    this.#facts = facts;
  }

  bytes(events: readonly MadeEvent[]): Uint8Array {
    const { version = [2, 0], ticksPerSecond = 1e9, startNs = 1e18, durationNs = 1e9 } = this.#facts;
    const { isCompressed = true, checkpoints = 1 } = this.#facts;
    const body = events.map((event) => this.#event(event));
    const metadata = this.#sized([...this.whole(0, 8), ...this.#metadata()]);
    const header = 68;
    let at = header + metadata.length;
    const parts: number[][] = [metadata];
    for (const one of body) {
      parts.push(one);
      at += one.length;
    }
    let before = 0;
    let last = 0;
    for (let i = 0; i < checkpoints; i++) {
      const checkpoint = this.#checkpoint(i, checkpoints, before === 0 ? 0 : before - at);
      parts.push(checkpoint);
      before = at;
      last = at;
      at += checkpoint.length;
    }
    const out = new Uint8Array(at);
    const view = new DataView(out.buffer);
    out.set([0x46, 0x4c, 0x52, 0]);
    view.setUint16(4, version[0]);
    view.setUint16(6, version[1]);
    const longs = [at, last, header, startNs, durationNs, 0, ticksPerSecond];
    longs.forEach((value, i) => view.setBigInt64(8 + i * 8, BigInt(value)));
    view.setInt32(64, isCompressed ? 1 : 0);
    let to = header;
    for (const part of parts) {
      out.set(part, to);
      to += part.length;
    }
    return out;
  }

  whole(value: number | bigint, width: number): number[] {
    let rest = BigInt.asUintN(width * 8, BigInt(value));
    if (this.#facts.isCompressed === false)
      return Array.from({ length: width }, (_, i) => Number((rest >> BigInt(8 * (width - 1 - i))) & 255n));
    const bytes: number[] = [];
    for (let i = 0; i < 8; i++) {
      if (rest < 128n) return [...bytes, Number(rest)];
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    return [...bytes, Number(rest)];
  }

  text(text: string): number[] {
    const bytes = Buffer.from(text);
    return text === '' ? [1] : [3, ...this.whole(bytes.length, 4), ...bytes];
  }

  #sized(content: readonly number[]): number[] {
    const width = this.#facts.isCompressed === false ? 4 : this.whole(content.length + 2, 4).length;
    return [...this.whole(content.length + width, 4), ...content];
  }

  #event(event: MadeEvent): number[] {
    const content = this.whole(FIRST_EVENT + Object.keys(EVENTS).indexOf(event.type), 8);
    for (const [name, type] of Object.entries({ ...COMMON, ...EVENTS[event.type] })) {
      const value = event[name];
      if (type === 'java.lang.Thread*') content.push(...this.#key('java.lang.Thread', textOf(value)));
      else if (type === 'java.lang.Class*') content.push(...this.#key('java.lang.Class', textOf(value)));
      else if (type === 'jdk.types.ThreadState*') content.push(...this.#key('jdk.types.ThreadState', textOf(value)));
      else if (type === 'jdk.types.StackTrace*') content.push(...this.#stack(value as readonly string[] | undefined));
      else if (type === 'java.lang.String') content.push(...this.text(textOf(value)));
      else content.push(...this.whole((value as number | bigint | undefined) ?? 0, type === 'int' ? 4 : 8));
    }
    return this.#sized(content);
  }

  #stack(frames: readonly string[] | undefined): number[] {
    return frames === undefined ? this.whole(0, 8) : this.#key('jdk.types.StackTrace', frames.join('\n'));
  }

  /** The key of a constant, which is made the first time. '' has none. */
  #key(type: TypeName, text: string): number[] {
    if (text === '') return this.whole(0, 8);
    const keys = this.#keys.get(type) ?? new Map<string, number>();
    this.#keys.set(type, keys);
    let key = keys.get(text);
    if (key === undefined) {
      keys.set(text, (key = keys.size + 1));
      const pool = this.#pools.get(type) ?? new Map<string, number[]>();
      this.#pools.set(type, pool);
      pool.set(`${key}`, this.#constant(type, text));
    }
    return this.whole(key, 8);
  }

  #constant(type: TypeName, text: string): number[] {
    if (type === 'java.lang.Thread') return [...this.text(''), ...this.text(text)];
    if (type === 'java.lang.Class') return this.#key('jdk.types.Symbol', text);
    if (type === 'jdk.types.Method') {
      const dot = text.lastIndexOf('.');
      const name = this.#key('jdk.types.Symbol', text.slice(dot + 1));
      return [...this.#key('java.lang.Class', text.slice(0, Math.max(0, dot)).replaceAll('.', '/')), ...name];
    }
    if (type !== 'jdk.types.StackTrace') return this.text(text);
    const frames = text.split('\n').map((frame) => {
      const [, method = '', line = '0', frameType = ''] = /^(.*?):(-?\d+)(?::(.*))?$/.exec(frame) ?? [];
      const own = this.#facts.hasFrameTypes === true ? this.#key('jdk.types.FrameType', frameType) : [];
      return [...this.#key('jdk.types.Method', method), ...this.whole(Number(line), 4), ...own];
    });
    return [0, ...this.whole(frames.length, 4), ...frames.flat()];
  }

  #checkpoint(part: number, parts: number, distance: number): number[] {
    const pools = [...this.#pools].map(([type, pool]) => {
      const own = [...pool].filter((_, i) => i % parts === part);
      const constants = own.flatMap(([key, bytes]) => [...this.whole(Number(key), 8), ...bytes]);
      return [...this.whole(TYPES[type], 8), ...this.whole(own.length, 4), ...constants];
    });
    const head = [1, 0, 0].flatMap((value) => this.whole(value, 8));
    return this.#sized([...head, ...this.whole(distance, 8), 1, ...this.whole(pools.length, 4), ...pools.flat()]);
  }

  #metadata(): number[] {
    const strings: string[] = [];
    const indexOf = (text: string): number[] => {
      const known = strings.indexOf(text);
      return this.whole(known < 0 ? strings.push(text) - 1 : known, 4);
    };
    const element = (name: string, attributes: Record<string, string>, children: readonly number[][]): number[] => [
      ...indexOf(name),
      ...this.whole(Object.keys(attributes).length, 4),
      ...Object.entries(attributes).flatMap(([key, value]) => [...indexOf(key), ...indexOf(value)]),
      ...this.whole(children.length, 4),
      ...children.flat(),
    ];
    const classOf = (id: number, name: string, fields: Fields, superType?: string): number[] =>
      element(
        'class',
        { id: `${id}`, name, ...(superType !== undefined && { superType }) },
        Object.entries(fields).map(([field, type]) =>
          element(
            'field',
            {
              name: field,
              class: `${TYPES[type.replace(/\*|\[\]/, '') as TypeName]}`,
              ...(type.endsWith('*') && { constantPool: 'true' }),
              ...(type.endsWith('[]') && { dimension: '1' }),
            },
            [],
          ),
        ),
      );
    const { hasFrameTypes = false } = this.#facts;
    const structOf = (name: TypeName): Fields =>
      name === 'jdk.types.StackFrame' && hasFrameTypes
        ? { ...STRUCTS[name], type: 'jdk.types.FrameType*' }
        : (STRUCTS[name] ?? {});
    const classes = [
      ...Object.entries(TYPES)
        .filter(([name]) => hasFrameTypes || name !== 'jdk.types.FrameType')
        .map(([name, id]) => classOf(id, name, structOf(name as TypeName))),
      ...Object.entries(EVENTS).map(([name, own], i) =>
        classOf(FIRST_EVENT + i, name, { ...COMMON, ...own }, 'jdk.jfr.Event'),
      ),
    ];
    const tree = element('root', {}, [element('metadata', {}, classes), element('region', { locale: 'en' }, [])]);
    const head = [0, 0, 1].flatMap((value) => this.whole(value, 8));
    return [...head, ...this.whole(strings.length, 4), ...strings.flatMap((one) => this.text(one)), ...tree];
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
