/**
 * What a page keeps, as bytes: gzip around the length of a head (4 bytes, the smallest first), the head as JSON, and the
 * bytes that it names, one behind the other.
 */
import type { Kept } from '#datasource/kept.ts';

/** Counts up when what is read is no longer what was written. */
const VERSION = 1;

export async function packKept(kept: Kept): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const json = JSON.stringify({ version: VERSION, kept }, (_, value: unknown) => {
    if (value instanceof Float64Array) return { doubles: [...value] };
    if (!(value instanceof Uint8Array)) return value;
    parts.push(value as Uint8Array<ArrayBuffer>);
    return { bytes: value.length };
  });
  const head = new TextEncoder().encode(json);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length, true);
  return through(new CompressionStream('gzip'), [length, head, ...parts]);
}

/** @throws Error in plain words */
export async function unpackKept(packed: Uint8Array<ArrayBuffer>): Promise<Kept> {
  const bytes = await through(new DecompressionStream('gzip'), [packed]).catch(() => {
    throw new Error('The data in this file are damaged: it was cut or changed on its way.');
  });
  const headEnd = 4 + new DataView(bytes.buffer).getUint32(0, true);
  let at = headEnd;
  const { version, kept } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, headEnd)), (_, value) => {
    if (typeof value?.bytes === 'number') return bytes.slice(at, (at += value.bytes));
    if (Array.isArray(value?.doubles)) return Float64Array.from(value.doubles);
    return value;
  }) as { readonly version: number; readonly kept: Kept };
  if (version !== VERSION) throw new Error(`The data are of version ${version}, and this page reads ${VERSION}.`);
  return kept;
}

async function through(
  stream: CompressionStream | DecompressionStream,
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([...parts]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
