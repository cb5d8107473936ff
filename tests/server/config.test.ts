import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '#server/config.ts';

const parse = (...args: string[]) => parseCommandLine(args, '1.2.3');

describe('parseCommandLine', () => {
  it('listens on loopback, port 4040, when nothing is said', () => {
    expect(parse()).toEqual({ kind: 'serve', config: { port: 4040, host: '127.0.0.1', auth: true } });
  });

  it('takes flags in both spellings', () => {
    expect(parse('--port', '0', '--host=localhost')).toEqual({
      kind: 'serve',
      config: { port: 0, host: 'localhost', auth: true },
    });
  });

  it('opens to others only with --no-auth', () => {
    expect(parse('--host', '0.0.0.0')).toMatchObject({ kind: 'refuse', reason: expect.stringContaining('--no-auth') });
    expect(parse('--host', '::')).toMatchObject({ kind: 'refuse' });
    expect(parse('--host', '0.0.0.0', '--no-auth')).toMatchObject({ kind: 'serve', config: { host: '0.0.0.0' } });
    expect(parse('--host', '127.0.0.2')).toMatchObject({ kind: 'serve' });
    expect(parse('--host', '::1')).toMatchObject({ kind: 'serve' });
  });

  it.each([
    ['--port', ''],
    ['--port', '65536'],
    ['--port', '0x50'],
    ['--port', '-1'],
    ['--port', '80.5'],
    ['--port'],
    ['--prot', '1'],
    ['--host', ''],
    ['stray'],
  ])('refuses %s %s in one line', (...args) => {
    const asked = parse(...args);
    expect(asked.kind).toBe('refuse');
    expect(asked).toMatchObject({ reason: expect.stringMatching(/^[^\n]{10,}$/) });
  });

  it('prints version and help', () => {
    expect(parse('--version')).toEqual({ kind: 'print', text: '1.2.3' });
    expect(parse('--help')).toMatchObject({
      kind: 'print',
      text: expect.stringMatching(/Usage: flametide[\s\S]*--port/),
    });
  });
});
