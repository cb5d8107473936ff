/**
 * Runs a pattern over a text with all of its states at once: the cost is at most characters times states for every
 * pattern.
 */

/** The condition for leaving a state. */
export interface State {
  readonly kind: 'letter' | 'fork' | 'assert' | 'match';
  /** The index of the character class or assertion; for a fork its other exit. */
  arg: number;
  /** The exit. */
  next: number;
}

/** Characters [start, end) of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const assertions = ['^', '$', '\\b', '\\B'] as const;

/** One character as JavaScript reads it: `a`, `.`, `\d`, `[^x-z]`. */
export class LetterClass {
  readonly written: string;
  readonly #native: RegExp;
  readonly #ascii = new Int8Array(128); // 1 yes, -1 no, 0 not asked yet

  constructor(written: string, flags: string) {
    this.written = written;
    const isBracket = written === '{' || written === '}' || written === ']';
    try {
      this.#native = new RegExp(`^${isBracket ? `\\${written}` : written}$`, flags);
    } catch {
      // JavaScript refuses the whole pattern, with its own message, for a class such as `[z-a]`.
      this.#native = /[^]/;
    }
  }

  has(text: string, at: number): boolean {
    const code = text.charCodeAt(at);
    if (code >= 128) return this.#native.test(text[at]);
    if (this.#ascii[code] === 0) this.#ascii[code] = this.#native.test(text[at]) ? 1 : -1;
    return this.#ascii[code] === 1;
  }
}

/** A set of active states, computed once and then looked up. */
interface Front {
  readonly letters: readonly number[];
  readonly isMatch: boolean;
  readonly isMatchAtEnd: boolean;
  /** By ASCII character, as far as asked. */
  readonly next: (Front | undefined)[];
}

/** Cached fronts: ordinary patterns have a dozen, hostile ones would have millions. */
const MAX_FRONTS = 500;

export class Automaton {
  readonly #program: readonly State[];
  readonly #letters: readonly LetterClass[];
  /** The step in which a state was last entered. */
  readonly #entered: Int32Array;
  readonly #stack: number[] = [];
  #step = 0;
  readonly #fronts = new Map<string, Front>();
  /** Undefined where `\b` asks for the characters on both sides: a front does not know them. */
  #first: Front | undefined;

  constructor(program: readonly State[], letters: readonly LetterClass[]) {
    this.#program = program;
    this.#letters = letters;
    this.#entered = new Int32Array(program.length);
    this.#first = program.some(({ kind, arg }) => kind === 'assert' && arg > 1) ? undefined : this.#front([0], true);
  }

  test(text: string): boolean {
    if (!this.#first) return this.#testByState(text);
    let front = this.#first;
    for (let at = 0; at < text.length && !front.isMatch; at++) {
      const code = text.charCodeAt(at);
      front = front.next[code] ?? this.#advance(front, text, at);
    }
    return front.isMatch || front.isMatchAtEnd;
  }

  /** The first match that begins at `from` or later, and of those that begin there the longest. Looks at each letter once. */
  find(text: string, from: number): Span | undefined {
    // Active threads, the earliest start first, so that the earliest thread enters each state.
    let here: { letters: number[]; begun: number[] } = { letters: [], begun: [] };
    let found: Span | undefined;
    for (let at = from; at <= text.length; at++) {
      this.#step++;
      const open = here;
      here = { letters: [], begun: [] };
      const passes = (assertion: number): boolean => holds(assertion, text, at);
      const enter = (state: number, start: number): void => {
        if (found && start > found.start) return;
        if (this.#enter(state, passes, here.letters)) found = { start, end: at };
        while (here.begun.length < here.letters.length) here.begun.push(start);
      };
      for (const [i, state] of open.letters.entries()) {
        const { arg, next } = this.#program[state];
        if (this.#letters[arg].has(text, at - 1)) enter(next, open.begun[i]);
      }
      if (!found) enter(0, at);
      else if (here.letters.length === 0) break;
    }
    return found;
  }

  #advance(front: Front, text: string, at: number): Front {
    // A match may begin anywhere, so the start state is always active.
    const entries = [0];
    for (const state of front.letters) {
      const { arg, next } = this.#program[state];
      if (this.#letters[arg].has(text, at)) entries.push(next);
    }
    const found = this.#front(entries, false);
    const code = text.charCodeAt(at);
    if (code < 128) front.next[code] = found;
    return found;
  }

  #front(entries: readonly number[], atStart: boolean): Front {
    const letters: number[] = [];
    const ending: number[] = [];
    const isMatch = this.#enterAll(entries, (assertion) => assertion === 0 && atStart, letters);
    const isMatchAtEnd = this.#enterAll(entries, (assertion) => assertion === 1 || atStart, ending);
    const key = `${letters.sort((a, b) => a - b).join(',')} ${isMatch} ${isMatchAtEnd}`;
    const known = this.#fronts.get(key);
    if (known) return known;
    if (this.#fronts.size >= MAX_FRONTS) this.#forget();
    const made: Front = { letters, isMatch, isMatchAtEnd, next: [] };
    this.#fronts.set(key, made);
    return made;
  }

  /** Drops the cached fronts to bound memory; cached transitions start from the first front, so it is rebuilt. */
  #forget(): void {
    this.#fronts.clear();
    if (this.#first) this.#first = { ...this.#first, next: [] };
  }

  #enterAll(entries: readonly number[], passes: (assertion: number) => boolean, letters: number[]): boolean {
    this.#step++;
    let isMatch = false;
    for (const state of entries) if (this.#enter(state, passes, letters)) isMatch = true;
    return isMatch;
  }

  #testByState(text: string): boolean {
    let here: number[] = [];
    let there: number[] = [];
    for (let at = 0; at <= text.length; at++) {
      this.#step++;
      const open = here;
      here = there;
      here.length = 0;
      const passes = (assertion: number): boolean => holds(assertion, text, at);
      for (const state of open) {
        const { arg, next } = this.#program[state];
        if (this.#letters[arg].has(text, at - 1) && this.#enter(next, passes, here)) return true;
      }
      if (this.#enter(0, passes, here)) return true;
      there = open;
    }
    return false;
  }

  /** Follows forks and assertions to the next characters. @returns whether the end was met. */
  #enter(from: number, passes: (assertion: number) => boolean, letters: number[]): boolean {
    const stack = this.#stack;
    let met = false;
    stack.length = 0;
    stack.push(from);
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (state < 0 || this.#entered[state] === this.#step) continue;
      this.#entered[state] = this.#step;
      const { kind, arg, next } = this.#program[state];
      if (kind === 'match') met = true;
      else if (kind === 'letter') letters.push(state);
      else if (kind === 'fork') stack.push(arg, next);
      else if (passes(arg)) stack.push(next);
    }
    return met;
  }
}

function holds(assertion: number, text: string, at: number): boolean {
  if (assertion === 0) return at === 0;
  if (assertion === 1) return at === text.length;
  const isEdge = isWord(text, at - 1) !== isWord(text, at);
  return (assertion === 2) === isEdge;
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && /\w/.test(text[at]);
}
