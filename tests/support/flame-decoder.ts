/** Flame graphs and tree bytes back to stacks, as the contract says to read them: nothing here is shared with the encoders. */

export interface FlameJson {
  readonly names?: readonly string[];
  readonly levels?: readonly { readonly values?: readonly (string | bigint | number)[] }[];
  readonly total?: string | bigint | number;
  readonly maxSelf?: string | bigint | number;
  readonly leftTicks?: string | bigint | number;
  readonly rightTicks?: string | bigint | number;
}

/** Self by stack, root first, names joined by U+001F. The root is left out. @param side 0 or 1, of a comparison */
export function foldFlame(graph: FlameJson | undefined, side?: 0 | 1): Map<string, number> {
  const folded = new Map<string, number>();
  const width = side === undefined ? 4 : 7;
  const offset = side === 1 ? 3 : 0;
  const names = graph?.names ?? [];
  let above: { from: number; to: number; path: string[] }[] = [];
  (graph?.levels ?? []).forEach(({ values = [] }, depth) => {
    const bars: typeof above = [];
    let end = 0;
    let parent = 0;
    for (let i = 0; i < values.length; i += width) {
      const [gap = 0, total = 0, self = 0] = values.slice(i + offset, i + offset + 3).map(Number);
      const name = names[Number(values[i + width - 1])] ?? '';
      const from = end + gap;
      end = from + total;
      // Bars without width stand between two parents: a comparison has them where the other side has the node.
      if (total > 0)
        parent = Math.max(
          parent,
          above.findIndex(({ to }, place) => place >= parent && from < to),
        );
      const path = depth === 0 ? [] : [...(above[parent]?.path ?? []), name];
      bars.push({ from, to: end, path });
      if (depth > 0 && self > 0) {
        const key = path.join('\u001f');
        folded.set(key, (folded.get(key) ?? 0) + self);
      }
    }
    above = bars.filter(({ from, to }) => to > from);
  });
  return folded;
}

export function foldTreeBytes(bytes: Uint8Array): Map<string, number> {
  const folded = new Map<string, number>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const node = (path: readonly string[], isRoot: boolean): void => {
    const length = varint();
    const name = new TextDecoder().decode(bytes.subarray(at, at + length));
    at += length;
    const self = varint();
    const own = isRoot ? path : [...path, name];
    const key = own.join('\u001f');
    if (self > 0) folded.set(key, (folded.get(key) ?? 0) + self);
    for (let children = varint(); children > 0; children--) node(own, false);
  };
  if (bytes.length > 1) node([], true);
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left over.`);
  return folded;
}
