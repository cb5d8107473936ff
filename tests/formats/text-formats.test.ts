/** Facts that the decoders of text formats read beside stacks, and their refusals with the place. */
import { describe, expect, it } from 'vitest';
import { finish, finishWaiting } from '#base/steps.ts';
import { FILE_LIMITS } from '#formats/decode-limits.ts';
import { decodeCallgrind } from '#formats/decoders/callgrind.ts';
import { decodePerfScript } from '#formats/decoders/perf-script.ts';
import type { DecodeError } from '#formats/format.ts';
import { decodeProfile } from '#formats/registry.ts';
import { checkProfile } from '#model/check-profile.ts';
import type { Profile } from '#model/profile.ts';
import { refusalOf, refusalOfWaiting } from '../support/refusal.ts';
import { profileRows } from '../support/tree-rows.ts';

const encoder = new TextEncoder();

async function open(content: string | Uint8Array, name = 'file'): Promise<Profile> {
  const bytes = typeof content === 'string' ? encoder.encode(content) : content;
  const { profile } = await finishWaiting(decodeProfile({ bytes, name, form: { kind: 'file' } }));
  expect(checkProfile(profile)).toEqual([]);
  return profile;
}

function refusal(content: string, name = 'file'): Promise<DecodeError> {
  return refusalOfWaiting(() => open(content, name));
}

/** Labels of each sample: `key=value`. */
function labelsOf({ labels, sampleCount }: Profile): string[] {
  return Array.from({ length: sampleCount }, (_, sample) => {
    const texts: string[] = [];
    for (let k = labels.start[sample]; k < labels.start[sample + 1]; k++) {
      const value = labels.text[k] < 0 ? labels.number[k] : labels.strings[labels.text[k]];
      texts.push(`${labels.strings[labels.key[k]]}=${value}`);
    }
    return texts.join(' ');
  });
}

describe('perf script', () => {
  it('keeps comm, pid, tid, cpu and times', async () => {
    const profile = await open(
      [
        'FS Broker 5906 7564/7565 [002] 100.000500:          1 cycles:uppp: \n\t  dd0 _start (/lib/ld.so)\n',
        ':-1    -1 [001] d..2. 101.000000: cycles:uppp: \n\t  dd0 _start (/lib/ld.so)\n',
        'sim 9 101.250000250: cycles:uppp: \n\t  dd0 _start (/lib/ld.so)\n',
      ].join('\n'),
    );
    expect(labelsOf(profile)).toEqual([
      'comm=FS Broker 5906 pid=7564 tid=7565 cpu=2',
      'comm=:-1 cpu=1',
      'comm=sim pid=9',
    ]);
    expect([...(profile.times ?? [])].map((time) => Math.round(time * 1e6))).toEqual([0, 999_500_000, 1_249_500_250]);
    expect(profile.durationMs).toBeCloseTo(1249.50025, 6);
    expect(profile.notes).toEqual(['Some events of cycles:uppp have no period: all of their events are only counted.']);
    expect(profileRows(profile)).toEqual(['total 3 self 0', '  _start 3 self 3']);
  });

  it('does not read a line without a time as a header if headers have times', async () => {
    const profile = await open(
      [
        '0x350 [0x28]: PERF_RECORD_THREAD_MAP nr: 1 thread: 7',
        '... id: 4294967295, idx: 0',
        'sim 9 101.250000: cycles:u: ',
        '\t  dd0 a (/x)',
        ' ilen: 2 insn: 89 e5',
        '\t  dd4 main (/x)',
        '',
        'sim 9 102.250000: cycles:u: ',
        '\t  dd4 main (/x)',
        '... chain 3 nr: 2',
      ].join('\n'),
    );
    expect(profileRows(profile)).toEqual(['total 2 self 0', '  main 2 self 1', '    a 1 self 1']);
    expect(profile.sampleTypes).toEqual([{ type: 'cycles:u', unit: 'count' }]);
    expect(profile.notes).toEqual(['4 lines are neither the header of an event nor a frame: skipped.']);
  });

  it('reads heads without a time', async () => {
    const profile = await open(
      'sim 9/10  2000 cpu-clock: \n\t  1 main+0x1 (/a)\n\nsim 9/10  500 cpu-clock:\n\t  1 main (/a)\n',
    );
    expect(profile.sampleTypes).toEqual([
      { type: 'cpu-clock', unit: 'count' },
      { type: 'cpu-clock period', unit: 'nanoseconds' },
    ]);
    expect(profileRows(profile, 1)).toEqual(['total 2500 self 0', '  main 2500 self 2500']);
    expect(profile.times).toBeUndefined();
  });

  it('does not read the fields of a tracepoint as a frame', async () => {
    const profile = await open(
      'fio 1/1 [021] 1.5:          1    block:rq: 259,76 R [fio] ffffffff8beead90 start ([kernel])\n',
    );
    expect(profileRows(profile)).toEqual(['total 1 self 1']);
  });

  it.each([
    ['events', 'a 1 1.5: x%:\n'.repeat(40), /32 kinds of events/, 'line 33'],
    ['no head', 'nothing here\n', /No line of the file is the head/, '1 line'],
  ])('refuses too many or no %s', (_, content, message, place) => {
    let count = 0;
    const bytes = encoder.encode(content.replaceAll('%', () => String(count++)));
    const { message: said, place: where } = refusalOf(() => finish(decodePerfScript(bytes)));
    expect([said, where]).toEqual([expect.stringMatching(message), place]);
  });

  it('stops at the limits', () => {
    const bytes = encoder.encode('a 1 1.5: x:\n\t 1 f (/a)\n\t 1 g (/a)\n\na 1 1.6: x:\n');
    const limit = (name: 'samples' | 'frames'): string | undefined =>
      refusalOf(() => finish(decodePerfScript(bytes, { ...FILE_LIMITS, [name]: 1 }))).place;
    expect([limit('samples'), limit('frames')]).toEqual(['line 5', 'line 3']);
  });
});

describe('callgrind', () => {
  it.each([
    ['more costs than events', 'events: Ir\nfn=main\n1 2 3\n', 'line 3'],
    ['other events in a later part', 'events: Ir\nfn=main\n1 2\nevents: Dr\nfn=b\n', 'line 4'],
    ['a word for a number', 'events: Ir\nfn=main\n1 x\n', 'line 3'],
    ['a call of nothing', 'events: Ir\nfn=main\ncalls=1 2\n1 2\n', 'line 4'],
    ['a function before the events', 'fn=main\n1 2\nevents: Ir\n', 'line 1'],
    ['nothing that costs', 'events: Ir\n# fl=a\nfl=\n', 'line 3'],
  ])('refuses %s', async (_, content, place) => {
    const refused = await refusal(content, 'x.callgrind');
    expect([refused.code, refused.place]).toEqual(['malformed', place]);
  });

  it('adds the parts of a file up, and counts other lines', async () => {
    const profile = await open('events: Ir\nfn=(1) main\n1 2\n\npart: 2\nevents: Ir\nfn=(1)\n+1 3\nwhatever\n');
    expect(profileRows(profile)).toEqual(['total 5 self 0', '  main 5 self 5']);
    expect(profile.notes).toEqual(["1 line is not in callgrind's format: skipped."]);
  });

  it('passes over jumps, with the file and function that they lead to', async () => {
    const profile = await open('events: Ir\nfn=main\n1 2\njcnd=40/40 6\n7\njfi=a.h\njfn=g\njump=3 9\n8\n6 40\n');
    expect(profileRows(profile)).toEqual(['total 42 self 0', '  main 42 self 42']);
    expect(profile.notes).toEqual([]);
  });

  it('folds recursion, and keeps self costs whole where callers share them', async () => {
    const call = (name: string, cost: number): string => `cfn=${name}\ncalls=1 1\n1 ${cost}\n`;
    const content =
      `events: Ir\nfn=main\n1 1\n${call('a', 100)}${call('b', 50)}` +
      `fn=a\n1 10\n${call('shared', 60)}${call('a', 30)}${call('b', 30)}fn=b\n1 7\n${call('shared', 40)}${call('a', 33)}fn=shared\n1 100\n`;
    const profile = await open(content);
    const self = (name: string): number =>
      profileRows(profile)
        .filter((row) => row.trim().startsWith(`${name} `))
        .reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
    expect(['main', 'a', 'b', 'shared'].map(self)).toEqual([1, 10, 7, 100]);
    for (const row of profileRows(profile)) expect(row).toMatch(/ \d+ self \d+$/);
    expect(profile.notes.join()).toMatch(/reconstructed/);
  });

  it('stays small where paths double at each level', () => {
    const levels = 60;
    let content = 'events: Ir\n';
    for (let level = 0; level < levels; level++) {
      for (const side of ['a', 'b']) {
        content += `fn=${side}${level}\n1 1\n`;
        for (const next of ['a', 'b'])
          if (level + 1 < levels) content += `cfn=${next}${level + 1}\ncalls=1 1\n1 ${2 ** 50}\n`;
      }
    }
    const profile = finish(decodeCallgrind(encoder.encode(content)));
    expect(profile.sampleCount).toBeLessThanOrEqual(65_536);
    expect(profile.values[0].values.reduce((sum, value) => sum + value)).toBe(levels * 2);
  });
});

describe('old formats of pprof', () => {
  it('scales sampled heaps, and keeps the size of blocks', async () => {
    const profile = await open('heap profile: 1: 512 [1: 512] @ heap_v2/524288\n1: 512 [1: 512] @ 0x10\n');
    expect(profileRows(profile, 0)).toEqual(['total 1024 self 0', '  0xf 1024 self 1024']);
    expect(profileRows(profile, 1)).toEqual(['total 524544 self 0', '  0xf 524544 self 524544']);
    expect(labelsOf(profile)).toEqual(['bytes=512']);
    expect(profile.period).toEqual({ type: { type: 'space', unit: 'bytes' }, value: 524_288 });
  });

  it('keeps labels, and leaves out what Go hides', async () => {
    const profile = await open(
      'goroutine profile: total 3\n3 @ 0x438876 0x4ee865 0x463981\n# labels: {"queue":"emails", "worker":"0"}\n#\t0x4ee864\tmain.parked+0x44\tshop/main.go:146\n',
    );
    expect(profileRows(profile)).toEqual(['total 3 self 0', '  main.parked 3 self 3']);
    expect(labelsOf(profile)).toEqual(['queue=emails worker=0']);
    expect(profile.functions.files).toContain('shop/main.go');
    expect(profile.notes.join()).toMatch(/1 of 1 samples .* are left out/);
  });

  it('reads labels quoted as in Go', async () => {
    const profile = await open(
      'goroutine profile: total 1\n1 @ 0x11\n# labels: {"k;y":"v\\x00ü\\\"\\U0001f600", "\\a":"\\xff"}\n#\t0x10\tmain.f+0x1\ta.go:1\n',
    );
    expect(labelsOf(profile)).toEqual(['k;y=v\0ü"\u{1f600} \x07=\ufffd']);
  });

  it('takes one from every address of a count, as go tool pprof -raw does', async () => {
    const profile = await open('threadcreate profile: total 5\n5 @ 0x0 0x20\n#\t0x0\n');
    expect(profileRows(profile)).toEqual(['total 5 self 0', '  0x1f 5 self 0', '    0xffffffffffffffff 5 self 5']);
  });

  it.each([
    ['goroutine profile: total 1\n1 @ 0x1\nnonsense\n', 'line 3'],
    ['heap profile: 1: 2 [1: 2] @ heapwhat/1\n', 'line 1'],
    ['--- contention:\ncycles/second=many\n', 'line 2'],
    ['--- threadz 1 ---\n--- Thread 1 (name: a/1) stack: ---\n 0x1\n--- what\n', 'line 4'],
  ])('refuses %j', async (content, place) => {
    const refused = await refusal(content);
    expect([refused.code, refused.place]).toEqual(['malformed', place]);
  });

  it('refuses a stack that is longer than the file', async () => {
    const words = BigUint64Array.of(0n, 3n, 0n, 10_000n, 0n, 1n, 2n ** 61n, 1n);
    const refused = await refusalOfWaiting(() => open(new Uint8Array(words.buffer)));
    expect([refused.code, refused.place]).toEqual(['malformed', 'byte 40']);
  });
});

describe('Instruments', () => {
  it.each([
    ['Weight\tSymbol Name\n', 'line 1'],
    ['Weight\tSymbol Name\n\t\tnothing\n', 'line 2'],
    ['Thing\tSymbol Name\n1.0 s\tmain\n', 'line 1'],
  ])('refuses %j', async (content, place) => {
    const refused = await refusal(content);
    expect([refused.code, refused.place]).toEqual(['malformed', place]);
  });
});

describe("Pyroscope's trees", () => {
  it.each([
    ['an end within a node', [0, 0, 1, 4, 109, 97]],
    ['more children than bytes', [0, 0, 255, 255, 255, 255, 15]],
    ['a tail', [0, 0, 1, 1, 97, 1, 0, 9]],
  ])('refuses %s', async (_, bytes) => {
    for (const name of ['a.tree', 'a.trie']) {
      const refused = await refusalOfWaiting(() => open(Uint8Array.from(bytes), name));
      expect([refused.code, refused.place]).toEqual(['malformed', expect.stringMatching(/^byte \d+$/)]);
    }
  });

  it('knows a trie without semicolons by its ending', async () => {
    const bytes = Uint8Array.of(0, 0, 1, 1, 97, 1, 1, 1, 98, 2, 0);
    expect(profileRows(await open(bytes, 'x.trie'))).toEqual(['total 3 self 0', '  a 1 self 1', '  ab 2 self 2']);
    expect(profileRows(await open(bytes, 'x.tree'))).toEqual(['total 3 self 0', '  a 3 self 1', '    b 2 self 2']);
  });
});

describe('threads of collapsed stacks', () => {
  it.each([
    ['tid:12;main.py:run:3 4\ntid:13;main.py:run:3 5\n', ['tid=12', 'tid=13']],
    ['thread (0x7F1): worker-1;run (a.py:3) 4\n', ['tid=0x7F1 thread=worker-1']],
    ['[main tid=7];run 4\n[tid=8];run 1\n', ['thread=main tid=7', 'tid=8']],
    ['java-12/13;run 4\n', ['comm=java pid=12 tid=13']],
    ['tid:12;run 4\nmain;run 4\n', ['', '']],
    ['main;run 4\n', ['']],
  ])('%j', async (content, labels) => {
    const profile = await open(content);
    expect(labelsOf(profile)).toEqual(labels);
    expect(profile.functions.names).toContain(content.slice(0, content.indexOf(';')));
  });

  it('reads the places of Python 3.15', async () => {
    const { functions, frames } = await open('tid:12;main.py:run:3;main.py:<module>:44 4\n');
    expect([functions.names, functions.files, [...frames.line]]).toEqual([
      ['tid:12', 'main.py:run:3', 'main.py:<module>:44'],
      ['', 'main.py', 'main.py'],
      [0, 3, 44],
    ]);
  });
});
