/** Runs a pattern over a text with all of its states at once: letters times states at most, whatever the pattern. */

/** What it takes to leave a state. */
export interface State {
  readonly kind: 'letter' | 'fork' | 'assert' | 'match';
  /** Which letter class, which assertion; or for a fork the other way out. */
  arg: number;
  /** The way out. */
  next: number;
}

export const assertions = ['^', '$', '\\b', '\\B'] as const;

/** One letter as JavaScript reads it: `a`, `.`, `\d`, `[^x-z]`. */
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
      // A class out of order, `[z-a]`: the whole pattern is refused by JavaScript, with its words.
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

export class Automaton {
  readonly #program: readonly State[];
  readonly #letters: readonly LetterClass[];
  /** At which step a state was last entered. */
  readonly #entered: Int32Array;
  readonly #stack: number[] = [];
  #step = 0;

  constructor(program: readonly State[], letters: readonly LetterClass[]) {
    this.#program = program;
    this.#letters = letters;
    this.#entered = new Int32Array(program.length);
  }

  test(text: string): boolean {
    let here: number[] = [];
    let there: number[] = [];
    for (let at = 0; at <= text.length; at++) {
      // A match may begin anywhere: the start is entered at every letter, after what is on its way already.
      this.#step++;
      const open = here;
      here = there;
      here.length = 0;
      for (const state of open) {
        const { arg, next } = this.#program[state];
        if (this.#letters[arg].has(text, at - 1) && this.#enter(next, text, at, here)) return true;
      }
      if (this.#enter(0, text, at, here)) return true;
      there = open;
    }
    return false;
  }

  /** Follows forks and assertions to the letters behind them. @returns whether the end was met. */
  #enter(from: number, text: string, at: number, letters: number[]): boolean {
    const stack = this.#stack;
    stack.length = 0;
    stack.push(from);
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      if (state < 0 || this.#entered[state] === this.#step) continue;
      this.#entered[state] = this.#step;
      const { kind, arg, next } = this.#program[state];
      if (kind === 'match') return true;
      if (kind === 'letter') letters.push(state);
      else if (kind === 'fork') stack.push(arg, next);
      else if (holds(arg, text, at)) stack.push(next);
    }
    return false;
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
