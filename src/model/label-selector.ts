/**
 * Label selectors as text: `cpu{service_name="a", region=~"eu.*"}`. Grammar: Prometheus' metric selector, with names in
 * quotes. Every error has its position, so that the query bar can mark it.
 */
import type { LabelMatcher } from './labels.ts';

/** `at` counts UTF-16 units within the text. */
export type ParsedSelector =
  | { readonly ok: true; readonly matchers: readonly LabelMatcher[] }
  | { readonly ok: false; readonly at: number; readonly message: string };

const BARE_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const METRIC_NAME = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const METRIC_LABEL = '__name__';
/** Matchers of one selector. */
const MAX_MATCHERS = 100;

/** A metric name, bare before the braces or in quotes within them, is a matcher of `__name__`. Order is kept. */
export function parseLabelSelector(text: string): ParsedSelector {
  try {
    return { ok: true, matchers: new SelectorParser(text).parse() };
  } catch (error) {
    if (error instanceof SelectorMistake) return { ok: false, at: error.at, message: error.message };
    throw error;
  }
}

/** The same, as people type it: matchers alone need no braces. */
export function parseTypedSelector(text: string): ParsedSelector {
  if (!/^\s*(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\\]|\\.)*"|`[^`]*`)\s*(?:=|!)/.test(text)) return parseLabelSelector(text);
  const parsed = parseLabelSelector(`{${text}}`);
  // Places count in the text as it was typed.
  return parsed.ok ? parsed : { ...parsed, at: Math.max(0, Math.min(text.length, parsed.at - 1)) };
}

/** Reads back as the same matchers. */
export function printLabelSelector(matchers: readonly LabelMatcher[]): string {
  return `{${matchers.map(printLabelMatcher).join(', ')}}`;
}

/** The text of one matcher inside the braces. */
export function printLabelMatcher({ name, operator, value }: LabelMatcher): string {
  const isBare = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  return `${isBare ? name : quote(name)}${operator}${quote(value)}`;
}

class SelectorParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): LabelMatcher[] {
    const matchers: LabelMatcher[] = [];
    this.#skipBlanks();
    const metric = this.#match(METRIC_NAME);
    if (metric !== undefined) matchers.push({ name: METRIC_LABEL, operator: '=', value: metric });
    this.#skipBlanks();
    if (this.#text[this.#at] === '{') this.#braces(matchers);
    else if (metric === undefined) {
      if (this.#at === this.#text.length) this.#fail('a selector is missing; {} selects everything');
      this.#fail('expected { or a metric name');
    }
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('nothing may follow the selector');
    return matchers;
  }

  #braces(matchers: LabelMatcher[]): void {
    const open = this.#at++;
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#at] === '}') break;
      if (matchers.length === MAX_MATCHERS) this.#fail(`a selector has at most ${MAX_MATCHERS} matchers`);
      matchers.push(
        this.#matcher(
          open,
          matchers.some(({ name }) => name === METRIC_LABEL),
        ),
      );
      this.#skipBlanks();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== '}') this.#failInside(open, 'expected , or }');
    }
    this.#at++;
  }

  #matcher(open: number, hasMetric: boolean): LabelMatcher {
    const from = this.#at;
    const isQuoted = isQuote(this.#text[from]);
    const name = isQuoted ? this.#string() : this.#match(BARE_NAME);
    if (name === undefined) return this.#failInside(open, 'expected a label name');
    this.#skipBlanks();
    const next = this.#text[this.#at];
    if (isQuoted && (next === ',' || next === '}')) {
      if (hasMetric) this.#fail('the metric name stands here twice', from);
      return { name: METRIC_LABEL, operator: '=', value: name };
    }
    if (name === '') this.#fail('a label name may not be empty', from);
    const operator = /=~|!~|!=|=/y;
    const found = this.#match(operator);
    if (found !== '=' && found !== '!=' && found !== '=~' && found !== '!~')
      return this.#failInside(open, 'expected =, !=, =~ or !~');
    this.#skipBlanks();
    if (!isQuote(this.#text[this.#at])) return this.#failInside(open, 'expected a value in quotes');
    return { name, operator: found, value: this.#string() };
  }

  /** A text in quotes, with the escapes of Go; between back-quotes nothing is escaped. */
  #string(): string {
    const from = this.#at;
    const mark = this.#text[this.#at++];
    if (mark === '`') {
      const end = this.#text.indexOf('`', this.#at);
      if (end < 0) return this.#fail('unclosed quote', from);
      const raw = this.#text.slice(this.#at, end);
      this.#at = end + 1;
      return raw;
    }
    let value = '';
    // Escapes \x and \nnn name bytes: neighbours of them are one UTF-8 text.
    let bytes: number[] = [];
    const takeBytes = (): void => {
      if (bytes.length > 0) value += new TextDecoder().decode(new Uint8Array(bytes));
      bytes = [];
    };
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined || c === '\n') return this.#fail('unclosed quote', from);
      if (c === '\\') {
        const escaped = this.#escape(mark);
        if (typeof escaped === 'number') bytes.push(escaped);
        else {
          takeBytes();
          value += escaped;
        }
        continue;
      }
      takeBytes();
      this.#at++;
      if (c === mark) return value;
      value += c;
    }
  }

  /** @returns a character, or a byte. */
  #escape(mark: string): string | number {
    const from = this.#at++;
    const c = this.#text[this.#at++] ?? '';
    const simple = SIMPLE_ESCAPES[c];
    if (simple !== undefined) return simple;
    if (c === mark) return c;
    const octal = this.#digits(/[0-7]{3}/y, this.#at - 1, 8);
    if (octal !== undefined && octal < 256) return octal;
    if (c === 'x')
      return this.#digits(/[0-9a-fA-F]{2}/y, this.#at, 16) ?? this.#fail('expected \\x and two digits', from);
    if (c === 'u' || c === 'U') {
      const length = c === 'u' ? 4 : 8;
      const code = this.#digits(new RegExp(`[0-9a-fA-F]{${length}}`, 'y'), this.#at, 16);
      if (code === undefined) return this.#fail(`expected \\${c} and ${length} digits`, from);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return this.#fail('no such letter', from);
      return String.fromCodePoint(code);
    }
    return this.#fail('unknown escape; a backslash is written \\\\', from);
  }

  #digits(pattern: RegExp, at: number, base: number): number | undefined {
    pattern.lastIndex = at;
    const digits = pattern.exec(this.#text)?.[0];
    if (digits === undefined) return undefined;
    this.#at = at + digits.length;
    return parseInt(digits, base);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #skipBlanks(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #failInside(open: number, message: string): never {
    if (this.#at >= this.#text.length) this.#fail('unclosed {', open);
    this.#fail(message);
  }

  #fail(message: string, at = this.#at): never {
    throw new SelectorMistake(at, message);
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

class SelectorMistake extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

function isQuote(letter: string | undefined): boolean {
  return letter === '"' || letter === "'" || letter === '`';
}

/** Go's escapes, so that the parser reads it back: JSON's are the same but for control characters. */
function quote(text: string): string {
  return JSON.stringify(text);
}
