/** Functions that are not of the program's own code, by the kinds of their frames. */
/** Kinds of a virtual machine's code in recordings of one process: all native code in these is the machine's. */
const OF_THE_PROCESS: ReadonlySet<string> = new Set(['interpreted', 'JIT-compiled', 'C1-compiled']);
/** Kinds of interpreted or managed code in recordings of a whole host: native code is foreign in stacks with such frames. */
const OF_THE_STACK: ReadonlySet<string> = new Set([
  'JVM',
  '.NET',
  'JavaScript',
  'Python',
  'Ruby',
  'PHP',
  'Perl',
  'BEAM',
  'LuaJIT',
]);
/** Kinds of code that is not written for a virtual machine. */
const NATIVE: ReadonlySet<string> = new Set(['native', 'C++']);

/** Functions and the kinds of their frames, as a `Profile` has them. */
export interface KindedNames {
  readonly functions: { readonly names: readonly string[] };
  readonly frames: {
    readonly func: ArrayLike<number>;
    readonly kinds?: { readonly names: readonly string[]; readonly of: ArrayLike<number> };
  };
  /** Without stacks, all frames are of one service. */
  readonly stackStart?: ArrayLike<number>;
  readonly stackFrames?: ArrayLike<number>;
}

/** Names all of whose frames are of the kernel, or native beside code of a virtual machine. */
export function foreignNames(profiles: readonly KindedNames[]): ReadonlySet<string> {
  const foreign = new Set<string>();
  const own = new Set<string>();
  for (const { functions, frames, stackStart, stackFrames } of profiles) {
    const { func, kinds } = frames;
    const known = kinds?.names.map((name) => name.replace(/, inlined$/, '')) ?? [''];
    const isManaged = known.some((name) => OF_THE_PROCESS.has(name) || (!stackFrames && OF_THE_STACK.has(name)));
    const isNative = known.map((name) => NATIVE.has(name));
    const isForeign = known.map((name, kind) => name === 'kernel' || (isManaged && isNative[kind]));
    const isOfStack = known.map((name) => OF_THE_STACK.has(name));
    /** By frame: 1 where a native one is not the program's own. */
    const isBeside = new Uint8Array(func.length);
    if (kinds && stackStart && stackFrames && !isManaged && isOfStack.includes(true)) {
      isBeside.fill(1);
      for (let sample = 0; sample + 1 < stackStart.length; sample++) {
        const [start, end] = [stackStart[sample], stackStart[sample + 1]];
        let at = start;
        while (at < end && !isOfStack[kinds.of[stackFrames[at]]]) at++;
        // A stack of native frames alone is another program's.
        if (at === end) for (at = start; at < end; at++) isBeside[stackFrames[at]] = 0;
      }
    }
    for (let frame = 0; frame < func.length; frame++) {
      const kind = kinds?.of[frame] ?? 0;
      (isForeign[kind] || (isNative[kind] && isBeside[frame] === 1) ? foreign : own).add(functions.names[func[frame]]);
    }
  }
  for (const name of own) foreign.delete(name);
  return foreign;
}
