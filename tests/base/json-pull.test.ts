import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Float64Column } from '#base/column.ts';
import { JsonObjects } from '#base/json-objects.ts';
import { JsonPull } from '#base/json-pull.ts';
import { JsonRows } from '#base/json-rows.ts';

class Wrong extends Error {
  readonly at: number;
  constructor(what: string, at: number) {
    super(what);
    this.at = at;
  }
}

function pull(text: string): JsonPull {
  return new JsonPull(new TextEncoder().encode(text), (what, at) => new Wrong(what, at));
}

/** Maps as plain objects without a prototype, to compare. */
function plain(value: unknown): unknown {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, unknown>)].map(([key, one]) => [key, plain(one)] as const);
    return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
  }
  return Array.isArray(value) ? value.map(plain) : value;
}

describe('JsonPull', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(3), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, indent);
        const json = pull(spaced);
        expect(JSON.stringify(plain(json.value()))).toBe(JSON.stringify(JSON.parse(spaced)));
        json.end();
      }),
    );
  });

  it('reads lists of numbers, short whole ones or any', () => {
    const numbers = fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(numbers), fc.nat(2), fc.nat(5), (list, indent, most) => {
        const json = pull(JSON.stringify(list, undefined, indent));
        const read = new Float64Column();
        json.enterArray();
        for (;;) {
          json.shortNumbers(read, read.length + most, 1e6);
          if (!json.item()) break;
          read.push(json.number());
        }
        expect(Array.from(read.take(), (one) => one + 0)).toEqual(list.map((one) => one + 0));
        json.end();
      }),
    );
    for (const text of ['[1,]', '[1,,2]', '[1 2]', '[1']) {
      const json = pull(text);
      const read = new Float64Column();
      expect(() => {
        json.enterArray();
        json.shortNumbers(read, 9);
        while (json.item()) read.push(json.number());
      }, text).toThrow(Wrong);
    }
  });

  it('knows keys again, in any order', () => {
    const key = fc.constantFrom('a', 'ab', 'b', 'a"', 'a\\', 'é', '');
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, fc.oneof(fc.nat(), fc.dictionary(key, fc.nat())))), (list) => {
        const text = JSON.stringify(list);
        expect(JSON.stringify(plain(pull(text).value()))).toBe(text);
      }),
    );
  });

  it('finds the end of a string at any place of a word, and escapes before it', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', '"', '\\', '/', '\u00a2', '\u0722', '\n'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text), (list) => {
        const json = pull(JSON.stringify(list));
        const read: string[] = [];
        json.enterArray();
        while (json.item()) read.push(json.string());
        expect(read).toEqual(list);
      }),
    );
  });

  it('reads numbers to the last bit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger()), (number) => {
        const text = JSON.stringify(number);
        expect(pull(text).number() + 0).toBe(Number(text) + 0);
      }),
    );
    expect(
      ['0.1', '-12.50', '1e3', '123456789012345.6', '9007199254740993'].map((text) => pull(text).number()),
    ).toEqual([0.1, -12.5, 1000, 123456789012345.6, 9007199254740992]);
    expect([pull('9007199254740993').exactNumber(), pull('9007199254740991').exactNumber()]).toEqual([
      9007199254740993n,
      9007199254740991,
    ]);
  });

  it('steps over a value, however deep', () => {
    const deep = `[${'['.repeat(200_000)}${']'.repeat(200_000)},7]`;
    const json = pull(deep);
    json.enterArray();
    expect(json.item()).toBe(true);
    json.skip();
    expect([json.item(), json.number(), json.item(), json.kind()]).toEqual([true, 7, false, 'nothing']);
  });

  it('has keys and items in order, those that are stepped over too', () => {
    const json = pull(' { "a" : [ 1 , {"x":[]} ] , "\\u0062" : "\\n\\ud83d\\ude00" , "a":null }');
    const keys: string[] = [];
    json.enterObject();
    for (let key = json.key(); key !== undefined; key = json.key()) {
      keys.push(key);
      if (key === 'b') expect(json.string()).toBe('\n\u{1f600}');
      else json.skip();
    }
    expect(keys).toEqual(['a', 'b', 'a']);
    json.end();
  });

  it.each([
    ['', 'value', '', 0],
    ['[1 2]', 'value', 'a comma or the end of a list was expected', 3],
    ['{"a" 1}', 'value', 'a colon was expected', 5],
    ['{1:2}', 'value', 'a key was expected', 1],
    // Keys that are known by then.
    ['[{"a":1,"b":2},{"a":1"b":2}]', 'value', 'a comma or the end of an object was expected', 21],
    ['[{"a":1,"b":2},{,"a":1}]', 'value', 'a key was expected', 16],
    ['[{"a":1,"b":2},{"a":1,"b"]', 'value', 'a colon was expected', 25],
    ['"abc', 'value', '', 4],
    ['"a\\x"', 'value', 'a string has an escape that does not exist', 1],
    ['-', 'number', 'a number was expected', 0],
    ['1.', 'number', 'a number was expected', 0],
    ['1e999', 'number', 'a number was expected', 0],
    ['[[', 'skip', '', 2],
    [']', 'skip', 'a value was expected', 0],
    ['"x"', 'enterArray', 'a list was expected', 0],
  ] as const)('refuses %s with its place', (text, call, what, at) => {
    const json = pull(text);
    let wrong: unknown;
    try {
      json[call]();
    } catch (error) {
      wrong = error;
    }
    expect(wrong).toBeInstanceOf(Wrong);
    const { message, at: place } = wrong as Wrong;
    // At the end of the bytes there is nothing to be named.
    if (text.length > 0 && at < text.length) expect({ message, place }).toEqual({ message: what, place: at });
    else expect(message).toBe('');
  });

  it('refuses a value that nests too deep to be made', () => {
    expect(() => pull('['.repeat(100) + ']'.repeat(100)).value()).toThrow('less nesting');
  });

  it('replaces lone surrogates and invalid UTF-8', () => {
    expect(pull('"\\ud800x"').string()).toBe('\ufffdx');
    const json = new JsonPull(Uint8Array.of(34, 0xff, 34), (what, at) => new Wrong(what, at));
    expect(json.string()).toBe('\ufffd');
  });
});

describe('JsonRows', () => {
  /** All rows as [letter, number], and how many were read by their bytes. */
  function rowsOf(text: string): { rows: [string, number][]; alike: number } {
    const json = pull(text);
    const rows = new JsonRows(json);
    const values = new Float64Array(4);
    const read: [string, number][] = [];
    let alike = 0;
    json.enterArray();
    for (;;) {
      const count = rows.read(values, 2);
      alike += count;
      for (let i = 0; i < count; i++) read.push([String.fromCharCode(values[i * 2]), values[i * 2 + 1]]);
      rows.begin();
      if (!json.item()) break;
      let [letter, number] = ['', 0];
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) {
        rows.before();
        if (key === 'a') letter = json.string();
        else number = json.number();
        rows.behind();
      }
      rows.finish();
      read.push([letter, number]);
    }
    json.end();
    return { rows: read, alike };
  }

  it('reads what reading by keys reads, however rows are written', () => {
    const letter = fc.constantFrom('O', 'C', 'é', '"', '\\', '0');
    const number = fc.oneof(fc.nat(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(letter, number)), fc.nat(2), (list, indent) => {
        const text = JSON.stringify(
          list.map(([a, b]) => ({ a, b })),
          undefined,
          indent,
        );
        expect(rowsOf(text).rows).toEqual(list.map(([a, b]) => [a, b + 0]));
      }),
    );
  });

  it('reads rows like the one before by their bytes, and the others by keys', () => {
    const text = '[{"a":"x","b":1},{"a":"y","b":25},{"a":"z","b":0.5}, {"a":"x","b":1e3}, {"a":"x","b":-1}]';
    expect(rowsOf(text)).toEqual({
      rows: [
        ['x', 1],
        ['y', 25],
        ['z', 0.5],
        ['x', 1000],
        ['x', -1],
      ],
      // The first row has no comma before it.
      alike: 1,
    });
  });

  it.each(['[{"a":"x","b":1},{"a":"y","b":2', '[{"a":"x","b":1},{"a":"y","b":2}', '[{"a":"x","b":1},{"a":"y","b":}]'])(
    'refuses %s',
    (text) => expect(() => rowsOf(text)).toThrow(Wrong),
  );
});

describe('JsonObjects', () => {
  it('have one number for the same bytes, and are stepped over when they come again', () => {
    const objects = ['{}', '{"a":"}"}', '{"a":"\\"}","b":{"c":[1,{}]}}', '{"a":"\\\\"}', '{"a":"}"}', '{}'];
    const json = pull(`[${objects.map((one) => `{"x": ${one}}`).join(',')}]`);
    const known = new JsonObjects(json);
    const numbers: number[] = [];
    json.enterArray();
    while (json.item()) {
      json.enterObject();
      for (let key = json.key(); key !== undefined; key = json.key()) {
        const number = known.number();
        if (!numbers.includes(number)) json.skip();
        numbers.push(number);
      }
    }
    json.end();
    expect(numbers).toEqual([0, 1, 2, 3, 1, 0]);
  });
});
