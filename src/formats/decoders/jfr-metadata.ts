/** The event that declares the types of a chunk: a table of strings, then a tree of elements with attributes. */
import { type JfrCursor, refuseJfr } from './jfr-cursor.ts';
import { type JfrType, JfrTypes } from './jfr-types.ts';

const MAX_STRINGS = 1 << 20;
const MAX_ELEMENTS = 1 << 20;
const MAX_DEPTH = 32;
const MAX_TYPES = 1 << 16;
const MAX_FIELDS = 1 << 18;

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Fields of a class; other children are not kept. */
  readonly fields: Element[];
}

/** @param cursor behind the size and the type of the event */
export function readJfrMetadata(cursor: JfrCursor): JfrTypes {
  cursor.whole(8); // start
  cursor.whole(8); // duration
  cursor.whole(8); // number of the metadata
  const start = cursor.offset;
  const count = cursor.count('strings');
  if (count > MAX_STRINGS) refuseJfr(`its types are described by ${count} strings`, start);
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    const text = cursor.text();
    strings.push('text' in text ? text.text : '');
  }
  const types: JfrType[] = [];
  new Tree(cursor, strings, types).read();
  return new JfrTypes(types);
}

class Tree {
  readonly #cursor: JfrCursor;
  readonly #strings: readonly string[];
  readonly #types: JfrType[];
  #elementsLeft = MAX_ELEMENTS;
  #fieldsLeft = MAX_FIELDS;

  constructor(cursor: JfrCursor, strings: readonly string[], types: JfrType[]) {
    this.#cursor = cursor;
    this.#strings = strings;
    this.#types = types;
  }

  read(): void {
    this.#element(undefined, 0);
  }

  #element(parent: Element | undefined, depth: number): void {
    const cursor = this.#cursor;
    const at = cursor.offset;
    if (depth > MAX_DEPTH) refuseJfr('the description of its types is nested too deep', at);
    if (this.#elementsLeft-- === 0) refuseJfr(`the description of its types has more than ${MAX_ELEMENTS} parts`, at);
    const name = this.#string();
    const attributes = new Map<string, string>();
    const attributeCount = cursor.count('attributes');
    for (let i = 0; i < attributeCount; i++) {
      const key = this.#string();
      attributes.set(key, this.#string());
    }
    const element: Element = { name, attributes, fields: [] };
    const children = cursor.count('children');
    for (let i = 0; i < children; i++) this.#element(element, depth + 1);
    if (name === 'field' && parent?.name === 'class') {
      if (this.#fieldsLeft-- === 0) refuseJfr(`its types have more than ${MAX_FIELDS} fields`, at);
      parent.fields.push(element);
    } else if (name === 'class') this.#class(element, at);
  }

  #class({ attributes, fields }: Element, at: number): void {
    if (this.#types.length === MAX_TYPES) refuseJfr(`it has more than ${MAX_TYPES} types`, at);
    this.#types.push({
      id: numberOf(attributes.get('id'), at),
      name: attributes.get('name') ?? '',
      fields: fields.map((field) => ({
        name: field.attributes.get('name') ?? '',
        typeId: numberOf(field.attributes.get('class'), at),
        isPooled: field.attributes.get('constantPool') === 'true',
        isArray: Number(field.attributes.get('dimension') ?? 0) > 0,
      })),
    });
  }

  #string(): string {
    const at = this.#cursor.offset;
    const index = this.#cursor.unsigned(4);
    if (!(index < this.#strings.length)) refuseJfr(`the description of its types has no string ${index}`, at);
    return this.#strings[index];
  }
}

function numberOf(text: string | undefined, at: number): number {
  const number = Number(text);
  if (text === undefined || !Number.isSafeInteger(number)) refuseJfr('a type has no number', at);
  return number;
}
