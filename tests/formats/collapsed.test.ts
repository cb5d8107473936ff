import { describe, expect, it } from 'vitest';
import { finish } from '#base/steps.ts';
import { collapsedFormat, decodeCollapsed } from '#formats/collapsed.ts';
import { DecodeError } from '#formats/format.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { profileRows } from '../support/tree-rows.ts';

const encoder = new TextEncoder();

function decode(text: string | Uint8Array): Profile {
  const profile = finish(decodeCollapsed(typeof text === 'string' ? encoder.encode(text) : text));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(text.length * 2 + 2));
  bytes.setUint16(0, 0xfeff, littleEndian);
  for (let i = 0; i < text.length; i++) bytes.setUint16(i * 2 + 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(bytes.buffer);
}

const DRAWING = 'main;parse;read 3\nmain;parse 2\nmain;serve über 5';
const ROWS = [
  'total 10 self 0',
  '  main 10 self 0',
  '    parse 5 self 2',
  '      read 3 self 3',
  '    serve über 5 self 5',
];

describe('decodeCollapsed', () => {
  it('merges lines to a tree', () => {
    expect(profileRows(decode(DRAWING))).toEqual(ROWS);
  });

  it.each([
    ['CR before LF', encoder.encode(DRAWING.replaceAll('\n', '\r\n'))],
    ['leading white space', encoder.encode(DRAWING.replaceAll('main', ' \tmain'))],
    ['a mark of UTF-8', encoder.encode(`\ufeff${DRAWING}`)],
    ['UTF-16, low byte first', utf16(DRAWING, true)],
    ['UTF-16, high byte first', utf16(DRAWING, false)],
    ['white space before and behind the number', encoder.encode(DRAWING.replaceAll(/ (\d)/g, ' \t $1 '))],
  ])('reads %s', (_, bytes) => {
    expect(profileRows(decode(bytes))).toEqual(ROWS);
    expect(collapsedFormat.sniff(bytes, '')).toBe(true);
  });

  it('keeps names unchanged', () => {
    const { functions } = decode('java/lang/Object.wait_[j];<main>;a\\b;__proto__;$x {y} 4');
    expect(functions.names).toEqual(['java/lang/Object.wait_[j]', '<main>', 'a\\b', '__proto__', '$x {y}']);
  });

  it('keeps empty frames', () => {
    expect(decode(';a;;b; 1').functions.names).toEqual(['', 'a', 'b']);
    expect(profileRows(decode(';a;;b; 1')).at(-1)).toBe(`${'  '.repeat(5)} 1 self 1`);
  });

  it('takes comments of Austin for no stacks, and names that begin with # for stacks', () => {
    const text = '# austin: 3.7.0\n# interval: 2000\n# duration: 5913309\n\nP1;T0:1;a.py:f:3 4\n#private 5\n# a;b 6\n';
    expect(profileRows(decode(text)).filter((row) => !row.startsWith('   '))).toEqual([
      'total 15 self 0',
      '  # a 6 self 0',
      '  #private 5 self 5',
      '  P1 4 self 0',
    ]);
    expect(decode('# made by hand\n# in\n# three lines\nmain 12\nidle 3').sampleCount).toBe(2);
  });

  it('refuses a report, few of whose lines end in a number', () => {
    const report =
      'Process 6481: python w.py 4\nPython v3.11.7\n\nThread 6481 (idle): "MainThread"\n    main (w.py:13)\n';
    expect(() => decode(report)).toThrow('Few lines of the file are a stack with a number behind it.');
    // Where frames have callers, the others are lines that the tool printed between its stacks.
    expect(profileRows(decode(`${report}main;work 3\n`))[0]).toBe('total 7 self 0');
  });

  it('skips lines without stack or number, and counts them', () => {
    const profile = decode('# made by hand\nmain;a 1\n\nno number\n12\nmain;b 0x10\nmain;c NaN\nmain;d 1e5\nmain;e 2');
    expect(profile.sampleCount).toBe(2);
    expect(profile.notes).toEqual(['6 lines are not a stack with a number: skipped.']);
  });

  it('reads signs and fractions', () => {
    expect([...decode('a -3\nb 0.25\nc -1.5\nd 0').values[0].values]).toEqual([-3, 0.25, -1.5, 0]);
  });

  it('reads exponents as programs write them', () => {
    expect([...decode('a 1e+06\nb 1.5e+06\nc 2.50E3\nd -5e-1').values[0].values]).toEqual([1e6, 1.5e6, 2500, -0.5]);
    expect(() => decode('a 1\nb 1e+400')).toThrow(expect.objectContaining({ code: 'malformed', place: 'line 2' }));
    expect(decode('a 1e+06\na 9007199254740993').values[0].exact).toEqual(
      BigInt64Array.of(1_000_000n, 9007199254740993n),
    );
  });

  it.each([
    ['NUL', [0], '\0'],
    ['bytes that are not UTF-8', [0xfd, 0xff, 0xfc], '\ufffd\ufffd\ufffd'],
  ])('reads names of %s, however many there are', (_, odd, text) => {
    const bytes = Uint8Array.from([...odd, 59, ...odd, 32, 49, 10, ...odd, 32, 50, 10]);
    expect(collapsedFormat.sniff(bytes, '')).toBe(true);
    expect(profileRows(decode(bytes))).toEqual(['total 3 self 0', `  ${text} 3 self 2`, `    ${text} 1 self 1`]);
  });

  it('finds the place in a name of a million brackets', () => {
    const { functions } = decode(`${' ('.repeat(500_000)}x:y) 1\n${' ('.repeat(500_000)}x.py:7) 1`);
    expect(functions.files).toEqual(['', 'x.py']);
  });

  it('keeps whole numbers beyond 2^53', () => {
    const [column] = decode('a 9007199254740993\na 9223372036854775807\nb 0000000000000000001').values;
    expect(column.exact && [...column.exact]).toEqual([9007199254740993n, 9223372036854775807n, 1n]);
  });

  it('refuses a number beyond 64 bits, and says where', () => {
    expect(() => decode('a 1\nb 9223372036854775808')).toThrow(
      expect.objectContaining({ code: 'malformed', place: 'line 2' }),
    );
  });

  it('takes file and line from the names of py-spy', () => {
    const { functions, frames } = decode('worker (shop/cart.py:42);<lambda> (a b.py:7);run (x) 3');
    expect(functions.names[0]).toBe('worker (shop/cart.py:42)');
    expect(functions.files).toEqual(['shop/cart.py', 'a b.py', '']);
    expect([...functions.line]).toEqual([42, 7, 0]);
    expect([...frames.line]).toEqual([42, 7, 0]);
  });

  it('merges names that are the same text once their bytes are read', () => {
    const bytes = Uint8Array.from([
      0x61,
      0xff,
      32,
      49,
      10,
      0x61,
      0xfe,
      32,
      50,
      10,
      ...encoder.encode('plain;name 1\n'.repeat(9)),
    ]);
    expect(profileRows(decode(bytes))).toContain('  a\ufffd 3 self 3');
  });

  it('reads a stack of 100 000 frames', () => {
    const stack = Array.from({ length: 100_000 }, (_, i) => `f${i % 977}`).join(';');
    const profile = decode(`${stack} 1\n${stack};leaf 1\n`);
    expect(profile.stackFrames.length).toBe(200_001);
    expect(profile.functions.names.length).toBe(978);
  });

  it('refuses a text without a stack', () => {
    expect(() => decode('main;a;b\nmain;a;c\n')).toThrow(DecodeError);
  });

  it('refuses a file that is not text', () => {
    const noise = Uint8Array.from({ length: 2000 }, (_, i) => Math.imul(i + 7, 0x9e3779b1) >>> 24);
    expect(() => decode(noise)).toThrow(expect.objectContaining({ code: 'unrecognized' }));
  });
});

describe('the sniff', () => {
  it.each([
    ['HTML', '<!DOCTYPE html>\n<p>code 404\n<p>request 12\n'],
    ['XML', '<?xml version="1.0"?>\n<a>\nb 1\n'],
    ['JSON', '{"a": 1,\n"b": 2\n}'],
    ['a JSON array', '[1, 2,\n 3\n]'],
    ['nested arrays', '['.repeat(100)],
    ['prose', 'Chapter 1\nIt was a dark and stormy night.\nIt rained.\nEnd of page 2\nAnd so on.\n'],
    ['zeros', '\u0000'.repeat(100)],
    ['nothing', ''],
  ])('is not taken in by %s', (_, text) => {
    expect(collapsedFormat.sniff(encoder.encode(text), '')).toBe(false);
  });

  it.each(['<main>;<main>;a 1', '[unknown];[libc.so];a 3', '{closure:/a.php(5)};b 1', '# note\n# note\na;b 2', ';a 3'])(
    'takes %j',
    (text) => {
      expect(collapsedFormat.sniff(encoder.encode(text), '')).toBe(true);
    },
  );

  it('takes a first line longer than it looks', () => {
    expect(collapsedFormat.sniff(encoder.encode(`${'frame;'.repeat(20_000)}leaf 1`), '')).toBe(true);
  });
});
