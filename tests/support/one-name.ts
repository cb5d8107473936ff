/** Files in which one name stands in several source files, with their numbers by hand. */
import { encodeMessage, type Field, message, Strings } from './pprof-message.ts';

/** A frame: function, file and its line; `start` is the first line of the function. */
export interface PlacedFrame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly start?: number;
  readonly binary?: string;
}

/** A pprof with one location a frame. @param samples stacks, root first, with their values */
export function placedPprof(samples: readonly (readonly [stack: readonly PlacedFrame[], value: number])[]): Uint8Array {
  const s = new Strings();
  const fields: Field[] = [[1, message([1, s.at('samples')], [2, s.at('count')])]];
  const ids = new Map<string, number>();
  const idOf = (key: string, make: (id: number) => void): number => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    ids.set(key, id);
    make(id);
    return id;
  };
  for (const [stack, value] of samples) {
    const locations = stack.toReversed().map(({ name, file, line, start = 0, binary = '' }) => {
      const mapping =
        binary === '' ? 0 : idOf(`m ${binary}`, (id) => fields.push([3, message([1, id], [5, s.at(binary)])]));
      const func = idOf(`f ${name} ${file} ${start}`, (id) =>
        fields.push([5, message([1, id], [2, s.at(name)], [4, s.at(file)], [5, start])]),
      );
      return idOf(`l ${func} ${line} ${mapping}`, (id) =>
        fields.push([4, message([1, id], [2, mapping], [4, message([1, func], [2, line])])]),
      );
    });
    fields.push([2, message([1, locations], [2, [value]])]);
  }
  return encodeMessage(message(...fields, ...s.fields));
}

const main = (line: number): PlacedFrame => ({ name: 'main', file: 'm.cc', line, start: 0 });
const inA = (line: number): PlacedFrame => ({ name: 'func', file: 'a.cc', line, start: 9 });
const inB = (line: number): PlacedFrame => ({ name: 'func', file: 'b.cc', line, start: 19 });

/**
 * Overloads of C++: `func` of a.cc and of b.cc.
 *
 *   main (m.cc:1)                       func (a.cc:10)   3
 *   main (m.cc:2)                       func (b.cc:20)   5
 *   main (m.cc:3)   func (a.cc:11)      func (b.cc:21)   7
 *
 * By file, self and total: m.cc 0 and 15, a.cc 3 and 10, b.cc 12 and 12.
 * By line: a.cc 10: 3/3, 11: 0/7; b.cc 20: 5/5, 21: 7/7. By name: func 15/15.
 */
export const overload = placedPprof([
  [[main(1), inA(10)], 3],
  [[main(2), inB(20)], 5],
  [[main(3), inA(11), inB(21)], 7],
]);

const module = { name: '<module>', file: 'run.py', line: 3, start: 1 };
const init = (file: string, line: number, binary = ''): PlacedFrame => ({
  name: '__init__',
  file,
  line,
  start: 5,
  binary,
});

/**
 * Python: `__init__` of three files.
 *
 *   <module>   __init__ (shop/cart.py:8)                                 2
 *   <module>   __init__ (shop/cart.py:8)   __init__ (shop/item.py:7)     4
 *   <module>   build (shop/make.py:30)     __init__ (shop/item.py:7)     8
 *   <module>   build (shop/make.py:30)     __init__ (shop/price.py:6)   16
 *
 * __init__: 30/30; cart.py 2/6, item.py 12/12, price.py 16/16; build 0/24.
 */
export const python = placedPprof([
  [[module, init('shop/cart.py', 8)], 2],
  [[module, init('shop/cart.py', 8), init('shop/item.py', 7)], 4],
  [[module, { name: 'build', file: 'shop/make.py', line: 30, start: 28 }, init('shop/item.py', 7)], 8],
  [[module, { name: 'build', file: 'shop/make.py', line: 30, start: 28 }, init('shop/price.py', 6)], 16],
]);
