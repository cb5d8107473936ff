/** Functions that are not of the program's own code, by the kinds of their frames. */
/** Kinds that a virtual machine's code has. */
const MANAGED: ReadonlySet<string> = new Set(['interpreted', 'JIT-compiled', 'C1-compiled']);
/** Kinds of code that is not written for a virtual machine. */
const NATIVE: ReadonlySet<string> = new Set(['native', 'C++']);

/** Functions and the kinds of their frames, as a `Profile` has them. */
export interface KindedNames {
  readonly functions: { readonly names: readonly string[] };
  readonly frames: {
    readonly func: ArrayLike<number>;
    readonly kinds?: { readonly names: readonly string[]; readonly of: ArrayLike<number> };
  };
}

/** Names all of whose frames are of the kernel, or native in a profile that has code of a virtual machine. */
export function foreignNames(profiles: readonly KindedNames[]): ReadonlySet<string> {
  const foreign = new Set<string>();
  const own = new Set<string>();
  for (const { functions, frames } of profiles) {
    const { func, kinds } = frames;
    const known = kinds?.names.map((name) => name.replace(/, inlined$/, '')) ?? [''];
    const isManaged = known.some((name) => MANAGED.has(name));
    const isForeign = known.map((name) => name === 'kernel' || (isManaged && NATIVE.has(name)));
    for (let frame = 0; frame < func.length; frame++)
      (isForeign[kinds?.of[frame] ?? 0] ? foreign : own).add(functions.names[func[frame]]);
  }
  for (const name of own) foreign.delete(name);
  return foreign;
}
