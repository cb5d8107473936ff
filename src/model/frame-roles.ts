/** The treatment of frames in a comparison, by their kind (`runtimes/`). */
import type { FrameKind } from './runtimes/frame-kind.ts';
import { frameKind } from './runtimes/frames.ts';

/**
 * `own`: the program's code, `library`: what it calls. `dispatch`: calls handlers. `fold`: counted with its caller.
 * `runtime`: the runtime or the kernel at work. `idle`: counts nowhere.
 */
export type FrameRole = 'own' | 'library' | 'dispatch' | 'fold' | 'runtime' | 'idle';

const roles: Readonly<Record<FrameKind, FrameRole>> = {
  idle: 'idle',
  collection: 'runtime',
  compilation: 'runtime',
  runtime: 'runtime',
  scheduling: 'fold',
  interpreter: 'fold',
  program: 'dispatch',
  allocation: 'fold',
  dispatch: 'dispatch',
  library: 'library',
};

/** Functions that compilers call for a line of the program, or that have no code in its language: its caller's cost. */
const PRIMITIVE =
  /^(?:runtime\.|runtime\/internal\/|internal\/runtime\/|internal\/bytealg\.|(?:mem(?:eqbody|clr\w*)|aeshashbody|cmpbody|indexbytebody|countbody|gcWriteBarrier\w*|gogo)$|:\w+(?::0)?$)/;

/** Kernel reads and writes: their cost depends on the load and the machine. */
const INPUT_OUTPUT =
  /^(?:syscall\.|internal\/poll\.|internal\/(?:runtime\/)?syscall|:(?:writev|write\w+String|writeBuffer|readStart|shutdown|close)(?::0)?$)/;

const known = new WeakMap<readonly string[], readonly FrameRole[]>();

/** Roles by function. Remembered for each table of names, since callers ask repeatedly. */
export function rolesOf(names: readonly string[]): readonly FrameRole[] {
  let ofNames = known.get(names);
  if (ofNames === undefined) known.set(names, (ofNames = names.map(roleOf)));
  return ofNames;
}

export function roleOf(name: string): FrameRole {
  if (INPUT_OUTPUT.test(name)) return 'runtime';
  const kind = frameKind(name, '');
  const role = kind === undefined ? 'own' : roles[kind];
  return role === 'library' && PRIMITIVE.test(name) ? 'fold' : role;
}
