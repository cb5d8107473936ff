/** Reads JSON from outside: each call checks one value, and fails with the owner's error. */

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class JsonReader {
  readonly #fail: (what: string) => Error;
  readonly #maxEntries: number;

  /** @param fail makes the error that is thrown; gets `a string was expected` @param maxEntries of a list */
  constructor(fail: (what: string) => Error, maxEntries: number) {
    this.#fail = fail;
    this.#maxEntries = maxEntries;
  }

  record(value: unknown): JsonRecord {
    if (!isRecord(value)) throw this.#fail('an object was expected');
    return value;
  }

  /** @param readOne reads each entry */
  list<T>(value: unknown, readOne: (entry: unknown) => T): T[] {
    if (!Array.isArray(value)) throw this.#fail('a list was expected');
    if (value.length > this.#maxEntries) throw this.#fail(`a list has more than ${this.#maxEntries} entries`);
    return value.map(readOne);
  }

  readonly text = (value: unknown): string => {
    if (typeof value !== 'string') throw this.#fail('a string was expected');
    return value;
  };

  readonly number = (value: unknown): number => {
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.#fail('a number was expected');
    return value;
  };

  oneOf<const T extends string>(value: unknown, known: readonly T[]): T {
    const found = known.find((one) => one === value);
    if (found === undefined) throw this.#fail(`one of ${known.join(', ')} was expected`);
    return found;
  }

  /** No bound here: the text is already bounded. */
  column(value: unknown): Float64Array {
    if (!Array.isArray(value)) throw this.#fail('a column of numbers was expected');
    return Float64Array.from(value, this.number);
  }
}
