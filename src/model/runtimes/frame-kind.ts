/**
 * Kinds of frames of runtimes and frameworks, which decide their treatment in comparisons, their colour, and "only my
 * code".
 */

/** In the order in which rules are asked: the first that fits says what a frame is. 0 is anything else: the program's own code. */
export const frameKinds = [
  /** Waits for work: no cost of the program. */
  'idle',
  /** Garbage collection, wherever it runs. */
  'collection',
  /** Compilation while the program runs. */
  'compilation',
  /** Other work of the runtime that no code of the program asked for. */
  'runtime',
  /** Switches, wakes and preempts threads: its cost belongs to the caller. */
  'scheduling',
  /** Calls the program's functions for it: evaluation loops, trampolines, reflection. Its cost belongs to the caller. */
  'interpreter',
  /** Start of a program, a thread or a module. */
  'program',
  /** Asks for memory. */
  'allocation',
  /** Calls handlers: servers, routers, middleware, pools, event loops. May also be below handlers. */
  'dispatch',
  /** Standard libraries and installed packages. */
  'library',
] as const;

export type FrameKind = (typeof frameKinds)[number];

export interface FrameRule {
  readonly kind: FrameKind;
  /** Whole names, separated by white space. */
  readonly names?: string;
  /** Pattern for the name in the form of `readable` in `frames.ts`. */
  readonly pattern?: RegExp;
  /** Pattern for the source file. */
  readonly file?: RegExp;
}

export interface OwnCode {
  /** `Go` */
  readonly title: string;
  /** What is hidden, in words. */
  readonly hidden: string;
  /** A search for it. The link contains the text itself, so that an old link keeps its meaning. */
  readonly match: string;
}

export interface OwnCodePreset extends OwnCode {
  readonly id: string;
  /** Whether the runtime shows in a function. */
  isSign(name: string, file: string, mapping: string): boolean;
}

export interface Runtime {
  readonly rules: readonly FrameRule[];
  /** Source files to which only this runtime's rules apply; functions of other files are checked by all rules. */
  readonly sources?: RegExp;
  /**
   * Recognises functions of the language without a file; native code has no pattern, since every profile contains some.
   */
  readonly language?: { readonly title: string; readonly name: RegExp };
  readonly ownCode?: OwnCodePreset;
  /** Packages, as `packageOf` finds them, that a reader did not choose to call. */
  readonly systemPackages?: RegExp;
  /** Binaries of the same kind, by file name. */
  readonly systemBinaries?: RegExp;
}
