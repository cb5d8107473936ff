/** Small pprof files, message by message, for what no writer of ours would write. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A whole number of eight bytes. */
interface Fixed {
  readonly fixed64: bigint;
}

/** Field number and content: a number, packed numbers, a nested message, a text, or raw bytes. */
export type Field = readonly [
  field: number,
  content: number | bigint | readonly number[] | Message | string | Uint8Array | Fixed,
];
export interface Message {
  readonly fields: readonly Field[];
}

export function message(...fields: Field[]): Message {
  return { fields };
}

export function encodeMessage({ fields }: Message): Uint8Array {
  const writer = new BinaryWriter();
  for (const [field, content] of fields) {
    if (typeof content === 'number' || typeof content === 'bigint') {
      writer.tag(field, WireType.Varint).int64(content);
      continue;
    }
    if (typeof content === 'object' && 'fixed64' in content) {
      writer.tag(field, WireType.Bit64).fixed64(content.fixed64);
      continue;
    }
    writer.tag(field, WireType.LengthDelimited);
    if (typeof content === 'string') writer.string(content);
    else if (content instanceof Uint8Array) writer.bytes(content);
    else if ('fields' in content) writer.bytes(encodeMessage(content));
    else {
      writer.fork();
      for (const number of content) writer.int64(number);
      writer.join();
    }
  }
  return writer.finish();
}

/** Texts in the order of first use, the empty one first. */
export class Strings {
  readonly #texts = [''];

  at(text: string): number {
    const known = this.#texts.indexOf(text);
    return known >= 0 ? known : this.#texts.push(text) - 1;
  }

  get fields(): Field[] {
    return this.#texts.map((text) => [6, text] as const);
  }
}

/**
 * A profile with one of everything: two types, two samples through an inlined location, labels of both kinds, a mapping.
 * Root first: main, outer, inner (3 samples) and main, libc.so.6+0xdead (4 samples).
 */
export function smallProfile(): Field[] {
  const s = new Strings();
  const at = (text: string): number => s.at(text);
  return [
    [1, message([1, at('samples')], [2, at('count')])],
    [1, message([1, at('cpu')], [2, at('nanoseconds')])],
    [2, message([1, [2, 1]], [2, [3, 300]], [3, message([1, at('route')], [2, at('/cart')])])],
    [2, message([1, [3, 1]], [2, [4, -400]], [3, message([1, at('bytes')], [3, -1], [4, at('B')])])],
    [3, message([1, 1], [5, at('/usr/lib/libc.so.6')])],
    [4, message([1, 1], [4, message([1, 1], [2, 12])])],
    [4, message([1, 2], [4, message([1, 3], [2, 33])], [4, message([1, 2], [2, 24])])],
    [4, message([1, 3], [2, 1], [3, 0xdead])],
    [5, message([1, 1], [2, at('main')], [4, at('main.go')], [5, 10])],
    [5, message([1, 2], [2, at('outer')], [4, at('outer.go')])],
    [5, message([1, 3], [3, at('inner')], [4, at('inner.go')])],
    [9, 1_700_000_000_000_000_000n],
    [10, 2_500_000_000],
    [11, message([1, at('cpu')], [2, at('nanoseconds')])],
    [12, 10_000_000],
    ...s.fields,
  ];
}
