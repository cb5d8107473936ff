import { expect, it } from 'vitest';
import { writeCsv } from '#base/csv.ts';

it('quotes what would end a cell or a row, and leaves the rest as it is', () => {
  expect(
    writeCsv([
      ['name', 'value'],
      ['a,b "c"\r\nd', 1.5],
      ['', undefined],
      ['é', -3],
      ['x', 9007199254740993n],
    ]),
  ).toBe('name,value\r\n"a,b ""c""\r\nd",1.5\r\n,\r\né,-3\r\nx,9007199254740993\r\n');
});

it('makes texts harmless that a spreadsheet would run', () => {
  for (const start of ['=', '+', '-', '@', '\t'])
    expect(writeCsv([[`${start}cmd|' /C calc'!A0`]])).toBe(`'${start}cmd|' /C calc'!A0\r\n`);
  expect(writeCsv([['\r=1'], ['\n=1']])).toBe('"\'\r=1"\r\n"\'\n=1"\r\n');
  expect(writeCsv([["a=1+1, 'b'"]])).toBe('"a=1+1, \'b\'"\r\n');
});
