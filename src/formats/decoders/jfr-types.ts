/** The types that a chunk of a flight recording declares, and how their values are read and stepped over. */
import { type JfrCursor, type JfrKey, type JfrText, refuseJfr } from './jfr-cursor.ts';

export interface JfrType {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly JfrField[];
}

interface JfrField {
  readonly name: string;
  readonly typeId: number;
  /** Whether the value is a key into the pool of its type. */
  readonly isPooled: boolean;
  readonly isArray: boolean;
}

type Kind = 'byte' | 'short' | 'int' | 'long' | 'float' | 'double' | 'text' | 'key' | 'array';

/** One step of reading a value. Values inside values are laid out flat, with the names of their fields joined by dots. */
interface Step {
  readonly name: string;
  readonly kind: Kind;
  readonly typeId: number;
  /** Steps for the elements of an array. */
  readonly elements: readonly Step[];
}

const PRIMITIVES: Readonly<Record<string, Kind>> = {
  boolean: 'byte',
  byte: 'byte',
  char: 'short',
  short: 'short',
  int: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  'java.lang.String': 'text',
};
const WIDTHS: Readonly<Partial<Record<Kind, number>>> = { short: 2, int: 4, long: 8 };

const MAX_DEPTH = 16;
const MAX_STEPS = 4096;

/** The wanted fields of one value, as whole numbers, texts or keys. */
export interface JfrRecord {
  readonly numbers: ReadonlyMap<string, number>;
  readonly keys: ReadonlyMap<string, { readonly typeId: number; readonly key: JfrKey }>;
  readonly texts: ReadonlyMap<string, JfrText>;
  /** Values of `exact` fields: 64 bits, unsigned. */
  readonly ids: ReadonlyMap<string, JfrKey>;
}

const NONE: ReadonlySet<string> = new Set();

export class JfrTypes {
  readonly #byId = new Map<number, JfrType>();
  readonly #steps = new Map<number, readonly Step[]>();

  constructor(types: readonly JfrType[]) {
    for (const type of types) this.#byId.set(type.id, type);
  }

  get all(): Iterable<JfrType> {
    return this.#byId.values();
  }

  get(id: number): JfrType | undefined {
    return this.#byId.get(id);
  }

  /** Steps over a value of the type. */
  skip(cursor: JfrCursor, typeId: number): void {
    for (const step of this.#stepsOf(typeId, cursor.offset)) skipStep(cursor, step);
  }

  /** Reads the fields of a value whose names are `wanted`. @param exact those whose numbers are ids, beyond doubles */
  read(cursor: JfrCursor, typeId: number, wanted: ReadonlySet<string>, exact = NONE): JfrRecord {
    const numbers = new Map<string, number>();
    const keys = new Map<string, { typeId: number; key: JfrKey }>();
    const texts = new Map<string, JfrText>();
    const ids = new Map<string, JfrKey>();
    for (const step of this.#stepsOf(typeId, cursor.offset)) {
      if (!wanted.has(step.name)) skipStep(cursor, step);
      else if (step.kind === 'key') keys.set(step.name, { typeId: step.typeId, key: cursor.key() });
      else if (step.kind === 'text') texts.set(step.name, cursor.text());
      else if (step.kind === 'long' && exact.has(step.name)) ids.set(step.name, cursor.key());
      else if (step.kind === 'byte') numbers.set(step.name, cursor.byte());
      else if (WIDTHS[step.kind] !== undefined) numbers.set(step.name, cursor.signed(WIDTHS[step.kind]!));
      else skipStep(cursor, step);
    }
    return { numbers, keys, texts, ids };
  }

  /** Calls `visit` with each element of the array called `name` of a value. */
  readArray(
    cursor: JfrCursor,
    typeId: number,
    name: string,
    visit: (field: string, number: number, key: JfrKey, typeId: number) => void,
    atEnd: () => void,
  ): void {
    for (const step of this.#stepsOf(typeId, cursor.offset)) {
      if (step.name !== name || step.kind !== 'array') {
        skipStep(cursor, step);
        continue;
      }
      const count = cursor.count('frames');
      for (let i = 0; i < count; i++) {
        for (const element of step.elements) {
          if (element.kind === 'key') visit(element.name, 0, cursor.key(), element.typeId);
          else if (element.kind === 'int') visit(element.name, cursor.signed(4), 0, element.typeId);
          else skipStep(cursor, element);
        }
        atEnd();
      }
    }
  }

  #stepsOf(typeId: number, offset: number): readonly Step[] {
    const known = this.#steps.get(typeId);
    if (known !== undefined) return known;
    const type = this.#byId.get(typeId);
    if (type === undefined) refuseJfr(`the type ${typeId} is not declared`, offset);
    const steps: Step[] = [];
    const kind = PRIMITIVES[type.name];
    if (kind === undefined) this.#lay(type, '', steps, { left: MAX_STEPS }, 0, offset);
    else steps.push({ name: '', kind, typeId, elements: [] });
    this.#steps.set(typeId, steps);
    return steps;
  }

  #lay(type: JfrType, prefix: string, into: Step[], room: { left: number }, depth: number, offset: number): void {
    if (depth > MAX_DEPTH) refuseJfr(`the type ${type.name} contains itself`, offset);
    for (const { name, typeId, isPooled, isArray } of type.fields) {
      if (room.left-- === 0) refuseJfr(`the type ${type.name} has more than ${MAX_STEPS} fields`, offset);
      const full = prefix === '' ? name : `${prefix}.${name}`;
      const own = this.#byId.get(typeId);
      if (own === undefined) refuseJfr(`the field ${full} is of a type that is not declared`, offset);
      const kind = isPooled ? 'key' : PRIMITIVES[own.name];
      if (isArray) {
        const elements: Step[] = [];
        if (kind === undefined) this.#lay(own, '', elements, room, depth + 1, offset);
        else elements.push({ name: '', kind, typeId, elements: [] });
        into.push({ name: full, kind: 'array', typeId, elements });
      } else if (kind === undefined) this.#lay(own, full, into, room, depth + 1, offset);
      else into.push({ name: full, kind, typeId, elements: [] });
    }
  }
}

function skipStep(cursor: JfrCursor, { kind, elements }: Step): void {
  switch (kind) {
    case 'byte':
      cursor.skip(1);
      return;
    case 'short':
      cursor.whole(2);
      return;
    case 'int':
      cursor.whole(4);
      return;
    case 'long':
    case 'key':
      cursor.whole(8);
      return;
    case 'float':
      cursor.skip(4);
      return;
    case 'double':
      cursor.skip(8);
      return;
    case 'text':
      cursor.skipText();
      return;
    case 'array': {
      // A value without fields takes no bytes, however many there are.
      const count = cursor.count('elements');
      if (elements.length === 0) return;
      for (let i = 0; i < count; i++) for (const element of elements) skipStep(cursor, element);
      return;
    }
  }
}
