/**
 * Regular expressions that cannot hang. JavaScript's own backtrack: `(a+)+$` over thirty letters never ends, and a link can
 * carry such a pattern. Guessing which patterns are harmful either forbids good ones or lets bad ones pass, so ours are
 * run as pprof's are: all states of the automaton at once, characters times states at most, without look-around and back
 * references. Each character's class is still JavaScript's, and patterns with one simple repeat go to its faster engine.
 */
import { assertions, Automaton, LetterClass, type Span, type State } from './automaton.ts';

export interface SearchPattern {
  test(text: string): boolean;
  /** The first match that begins at `from` or later, the longest there; so `a+?` takes all it can. */
  find(text: string, from: number): Span | undefined;
}

/** `at` counts within the source. */
export type CompiledPattern =
  | { readonly ok: true; readonly pattern: SearchPattern }
  | { readonly ok: false; readonly at: number; readonly message: string };

const MAX_SOURCE_LENGTH = 1000;
const MAX_STATES = 2000;

export function compilePattern(source: string, ignoreCase: boolean): CompiledPattern {
  // Go's way to say it, and pprof's.
  if (source.startsWith('(?i)')) {
    const rest = compilePattern(source.slice(4), true);
    return rest.ok ? rest : { ...rest, at: rest.at + 4 };
  }
  if (source.length > MAX_SOURCE_LENGTH)
    return { ok: false, at: MAX_SOURCE_LENGTH, message: `pattern longer than ${MAX_SOURCE_LENGTH} characters` };
  const flags = ignoreCase ? 'i' : '';
  const parser = new PatternParser(source, flags);
  const mistake = parser.parse();
  if (mistake) return { ok: false, ...mistake };
  let native: RegExp;
  try {
    native = new RegExp(source, flags);
  } catch (error) {
    // JavaScript may refuse a pattern that our parser accepts: its message ends in the reason.
    const words = error instanceof Error ? error.message : 'not a pattern';
    return {
      ok: false,
      at: 0,
      message: words
        .slice(words.lastIndexOf(': ') + 1)
        .trim()
        .toLowerCase(),
    };
  }
  const automaton = new Automaton(parser.program, parser.letters);
  if (!parser.isSimple) return { ok: true, pattern: automaton };
  return {
    ok: true,
    pattern: { test: (text) => native.test(text), find: (text, from) => automaton.find(text, from) },
  };
}

/**
 * A fragment of the program: its start, and its unconnected exits (state times 2, plus 1 for the second exit of a
 * fork).
 */
interface Piece {
  readonly start: number;
  readonly loose: readonly number[];
}

interface Mistake {
  readonly at: number;
  readonly message: string;
}

class PatternParser {
  readonly program: State[] = [];
  readonly letters: LetterClass[] = [];
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #repeats = 0;
  #options = 0;
  #repeatedGroup = false;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  /** At most one repeat, few options, no group under either: backtracking costs no more than characters squared. */
  get isSimple(): boolean {
    return this.#repeats <= 1 && this.#options <= 4 && !this.#repeatedGroup;
  }

  /** Fills `program` and `letters`; the first state is the start. */
  parse(): Mistake | undefined {
    // The start is a state of its own, as pieces are numbered as they come.
    this.program.push({ kind: 'fork', arg: -1, next: -1 });
    try {
      const piece = this.#alternatives();
      if (this.#at < this.#source.length) throw new PatternMistake(this.#at, 'unmatched )');
      this.program[0].next = piece.start;
      this.#tie(piece.loose, this.#state('match', 0));
      return undefined;
    } catch (error) {
      if (error instanceof PatternMistake) return { at: error.at, message: error.message };
      throw error;
    }
  }

  #alternatives(): Piece {
    let piece = this.#sequence();
    while (this.#source[this.#at] === '|') {
      // (a|a)(a|a)… has no repeat and doubles with each group all the same.
      this.#options++;
      this.#at++;
      const other = this.#sequence();
      const fork = this.#state('fork', other.start, piece.start);
      piece = { start: fork, loose: [...piece.loose, ...other.loose] };
    }
    return piece;
  }

  #sequence(): Piece {
    const start = this.#state('fork', -1);
    let loose: readonly number[] = [start * 2];
    while (this.#at < this.#source.length && this.#source[this.#at] !== '|' && this.#source[this.#at] !== ')') {
      const piece = this.#repeated();
      this.#tie(loose, piece.start);
      loose = piece.loose;
    }
    return { start, loose };
  }

  /** An atom with its quantifier. A counted one is written out: `a{2,4}` is `aaa?a?`. */
  #repeated(): Piece {
    const from = this.#at;
    const first = this.#atom();
    const quantifier = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#source.slice(this.#at));
    if (!quantifier) return first;
    const to = this.#at;
    if (this.#source[from] === '(') this.#repeatedGroup = true;
    const sign = quantifier[0][0];
    if (sign === '?') this.#options++;
    else this.#repeats++;
    const least = sign === '{' ? Number(quantifier[1]) : sign === '+' ? 1 : 0;
    const most =
      sign === '?'
        ? 1
        : sign !== '{'
          ? Infinity
          : quantifier[2] === undefined
            ? least
            : quantifier[3] === ''
              ? Infinity
              : Number(quantifier[3]);
    let used = false;
    const copy = (): Piece => {
      if (!used) {
        used = true;
        return first;
      }
      this.#at = from;
      return this.#atom();
    };
    const start = this.#state('fork', -1);
    let loose: readonly number[] = [start * 2];
    const skipped: number[] = [];
    for (let i = 0; i < least; i++) {
      const piece = copy();
      this.#tie(loose, piece.start);
      loose = piece.loose;
    }
    if (most === Infinity) {
      const fork = this.#state('fork', -1);
      const piece = copy();
      this.#tie(loose, fork);
      this.program[fork].next = piece.start;
      this.#tie(piece.loose, fork);
      loose = [fork * 2 + 1];
    } else {
      for (let i = least; i < most; i++) {
        const fork = this.#state('fork', -1);
        const piece = copy();
        this.#tie(loose, fork);
        this.program[fork].next = piece.start;
        skipped.push(fork * 2 + 1);
        loose = piece.loose;
      }
    }
    this.#at = to + quantifier[0].length;
    return { start, loose: [...loose, ...skipped] };
  }

  #atom(): Piece {
    const source = this.#source;
    const from = this.#at;
    const c = source[from];
    if (c === '(') return this.#group();
    if (c === '*' || c === '+' || c === '?') throw new PatternMistake(from, 'nothing to repeat');
    if (c === '^' || c === '$') return this.#assertion(c);
    if (c === '\\') {
      const next = source[from + 1];
      if (next === undefined) throw new PatternMistake(from, '\\ at end of pattern');
      if (next === 'b' || next === 'B') return this.#assertion(`\\${next}`);
      if (/[1-9k]/.test(next)) throw new PatternMistake(from, 'back references are not supported');
      return this.#letter(
        /^\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|c[a-z]|[^])/i.exec(source.slice(from, from + 6))?.[0] ?? '\\\\',
      );
    }
    if (c === '[') {
      let end = from + 1;
      while (end < source.length && source[end] !== ']') end += source[end] === '\\' ? 2 : 1;
      if (end >= source.length) throw new PatternMistake(from, 'unterminated character class');
      return this.#letter(source.slice(from, end + 1));
    }
    return this.#letter(c);
  }

  #group(): Piece {
    const open = this.#at;
    const kind = /^\((?:\?(?::|<[A-Za-z_$][\w$]*>)|(?!\?))/.exec(this.#source.slice(open, open + 60));
    if (!kind) {
      const looks = /^\(\?<?[=!]/.test(this.#source.slice(open, open + 4));
      throw new PatternMistake(open, looks ? 'look-around is not supported' : 'invalid group');
    }
    this.#at += kind[0].length;
    const piece = this.#alternatives();
    if (this.#source[this.#at] !== ')') throw new PatternMistake(open, 'unterminated group');
    this.#at++;
    return piece;
  }

  #assertion(written: string): Piece {
    this.#at += written.length;
    const state = this.#state(
      'assert',
      assertions.findIndex((one) => one === written),
    );
    return { start: state, loose: [state * 2] };
  }

  #letter(written: string): Piece {
    this.#at += written.length;
    let known = this.letters.findIndex((one) => one.written === written);
    if (known < 0) known = this.letters.push(new LetterClass(written, this.#flags)) - 1;
    const state = this.#state('letter', known);
    return { start: state, loose: [state * 2] };
  }

  #state(kind: State['kind'], arg: number, next = -1): number {
    if (this.program.length >= MAX_STATES) throw new PatternMistake(this.#at, 'pattern too large');
    return this.program.push({ kind, arg, next }) - 1;
  }

  #tie(loose: readonly number[], to: number): void {
    for (const end of loose) {
      const state = this.program[end >> 1];
      if (end % 2 === 0) state.next = to;
      else state.arg = to;
    }
  }
}

class PatternMistake extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}
