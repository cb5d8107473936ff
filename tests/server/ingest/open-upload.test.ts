/** Uploads of all kinds: forms, names, repeats, and what is stored with changes. */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { labelValue } from '#model/labels.ts';
import type { OpenedUpload } from '#server/ingest/open-upload.ts';
import { Interner } from '#server/store/interner.ts';
import { PartColumns } from '#server/store/part-columns.ts';
import { encodeMessage, type Field, message, smallProfile, Strings } from '../../support/pprof-message.ts';
import { expectSentences } from '../../support/refusal.ts';
import {
  ingest,
  ingestPprof,
  JSON_TYPE,
  post,
  PUSH,
  pushOf,
  refusal,
  small,
  type Sent,
} from '../../support/sent-upload.ts';

describe('names', () => {
  it.each([
    ['service_name', 'shop\0evil'],
    ['service_name', 'shop\nevil'],
    ['pod', 'a\0b'],
    ['pod', 'half \ud800 a letter'],
    ['p\0d', 'a'],
    ['p\udc00d', 'a'],
    ['__name__', 'process\u0007'],
    ['__name__', 'a:b'],
  ])('of a label are refused: %j=%j', async (name, value) => {
    expectSentences(refusal(await pushOf({ [name]: value }, encodeMessage({ fields: small() })), 400));
  });

  it('in a query are refused alike', async () => {
    expect(refusal(await ingest('name=shop{service_name=shop%00evil}', 'a 1'), 400)).toContain('U+0000');
  });

  it.each(['cpu\0', 'c:pu', 'x'.repeat(3000)])('of a type or unit are refused', async (type) => {
    const s = new Strings();
    const fields: Field[] = [[1, message([1, s.at('objects')], [2, s.at(type)])], [2, message([2, [1]])], ...s.fields];
    expect(refusal(await ingestPprof(fields), 422)).toMatch(/type or unit/);
  });

  it('of functions, files and samples keep all but what no file can hold', async () => {
    const s = new Strings();
    const [odd, tab, long] = [s.at('a\0b\u001b'), s.at('vfs_read\t[overlay]'), s.at(`head${'x'.repeat(70_000)}tail`)];
    const fields: Field[] = [
      [1, message([1, s.at('samples')], [2, s.at('count')])],
      [2, message([1, [1]], [2, [1]], [3, message([1, s.at('rou\0te')], [2, s.at('/a\0b')])])],
      [4, message([1, 1], [4, message([1, 1])], [4, message([1, 2])], [4, message([1, 3])])],
      [5, message([1, 1], [2, odd], [4, odd])],
      [5, message([1, 2], [2, tab], [4, long])],
      [5, message([1, 3], [2, long])],
      ...s.fields,
    ];
    const [{ profile, series }] = (await ingestPprof(fields)).profiles;
    const interner = new Interner(new PartColumns());
    const leaf = interner.forProfile(profile).leaf(0);
    const cut = `${'x'.repeat(65_531)}tail`;
    const { names, paths } = interner.columns;
    expect(names).toEqual([cut, 'vfs_read\t[overlay]', 'a\ufffdb\ufffd']);
    // The two innermost lines of the location are inlined calls.
    expect(paths).toEqual(['', cut, 'inlined', 'a\ufffdb\ufffd']);
    // Cleaned texts are found again.
    expect(interner.forProfile(profile).leaf(0)).toBe(leaf);
    expect(names).toHaveLength(3);
    expect(labelValue(series[0].labels, 'rou\ufffdte')).toBe('/a\ufffdb');
  });

  it('that a type lacks are given to it', async () => {
    const s = new Strings();
    const fields: Field[] = [[1, message([2, s.at('count')])], [2, message([2, [1]])], ...s.fields];
    const [{ series }] = (await ingestPprof(fields)).profiles;
    expect(series[0].profileType).toBe('process_cpu:samples:count::');
  });
});

describe('forms', () => {
  const pprof = Buffer.from(encodeMessage({ fields: small() }));

  function form(parts: readonly (readonly [head: string, body: Sent])[]): Promise<OpenedUpload> {
    const chunks = parts.flatMap(([head, body]) => [
      Buffer.from(`--edge\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ]);
    const type = { 'content-type': 'multipart/form-data; boundary=edge' };
    return ingest('name=shop', Buffer.concat([...chunks, Buffer.from('--edge--\r\n')]), type);
  }

  it.each(['name="profile"', 'name="profile"; filename="cpu.pb"', 'filename="x"; name=profile'])(
    'are taken with the part %s',
    async (head) => {
      for (const bytes of [pprof, gzipSync(pprof)]) {
        const { answer, profiles } = await form([[head, bytes]]);
        expect([answer.status, profiles.length]).toEqual([200, 1]);
        expect([...profiles[0].profile.values[0].values]).toEqual([3, 4]);
      }
    },
  );

  it('take the names of types from a part without a file name', async () => {
    const config = JSON.stringify({ samples: { 'display-name': 'block_count' } });
    const { profiles } = await form([
      ['name="profile"', pprof],
      ['name="sample_type_config"', config],
    ]);
    expect(profiles[0].series[0].profileType).toMatch(/^block:/);
  });

  it.each([
    ['"file"', [['name="file"; filename="cpu.pb"', pprof]]],
    ['the parts ""', [['filename="cpu.pb"', pprof]]],
    ['no parts', []],
    ['more than 16 parts', Array.from({ length: 17 }, (_, i) => [`name="p${i}"`, 'x'])],
    [
      'more than 65536 bytes',
      [
        ['name="profile"', pprof],
        ['name="sample_type_config"', '['.repeat(70_000)],
      ],
    ],
    ['jfr', [['name="jfr"; filename="jfr"', 'FLR']]],
  ] as const)('are refused for %s', async (why, parts) => {
    expect(refusal(await form(parts as never), 422)).toContain(why);
  });

  it('with an empty profile hold nothing', async () => {
    expect((await form([['name="profile"', '']])).answer.status).toBe(200);
  });
});

describe('a repeat', () => {
  const keys = async (query: string, body: Sent): Promise<string> => (await ingest(query, body)).profiles[0].repeatKey;
  const timed = encodeMessage({ fields: smallProfile() });
  const untimed = encodeMessage({ fields: small() });
  const ancient = encodeMessage({ fields: [...small(), [9, 5]] });

  it.each([
    ['a text without a window', 'name=shop', 'a 1'],
    ['a text of a moving window', 'name=shop&from=now-10s&until=now', 'a 1'],
    ['a pprof without a time', 'name=shop&format=pprof', untimed],
    ['a pprof of a moving window', 'name=shop&format=pprof&from=now-10s', untimed],
    ['a pprof of 1970', 'name=shop&format=pprof', ancient],
  ])('is never %s', async (_, query, body) => {
    expect(await keys(query, body)).toBe('');
  });

  it.each([
    ['a text of a window', 'name=shop&from=1794999000&until=1794999010', 'a 1'],
    ['a pprof of a window', 'name=shop&format=pprof&from=1794999000', untimed],
    ['a pprof with a time', 'name=shop&format=pprof', timed],
  ])('is %s', async (_, query, body) => {
    expect(await keys(query, body)).not.toBe('');
    expect(await keys(query, body)).toBe(await keys(query, body));
    expect(await keys(query.replace('shop', 'other'), body)).not.toBe(await keys(query, body));
  });

  it('of a push is one with a time of its own', async () => {
    expect((await pushOf({}, untimed)).profiles[0].repeatKey).toBe('');
    expect((await pushOf({}, timed)).profiles[0].repeatKey).not.toBe('');
  });
});

describe('what is not kept as it was sent', () => {
  it('is reported if values are negative', async () => {
    const { answer, facts } = await ingestPprof(smallProfile());
    expect(answer.status).toBe(200);
    expect(facts.trimmed).toEqual({ cutStacks: 0, labelsDropped: 0, negativeValues: 1, cumulative: 0, cutOff: 0 });
    expect(answer.headers['x-flametide-note']).toBe('1 values are negative and were left out.');
  });

  it.each([
    ['an upload without bytes', 'name=shop', ''],
    ['a pprof without bytes', 'name=shop&format=pprof', ''],
    [
      'a pprof without samples',
      'name=shop&format=pprof',
      encodeMessage({ fields: small().filter(([field]) => field !== 2) }),
    ],
  ])('is reported, and accepted, if it is %s', async (_, query, body) => {
    const { answer, facts } = await ingest(query, body);
    expect([answer.status, facts.empty]).toEqual([200, 1]);
    expect(answer.headers['x-flametide-note']).toContain('nothing was stored');
  });

  it.each([
    [1, 5, '1 of 5 profiles has no samples and is not stored.'],
    [2, 5, '2 of 5 profiles have no samples and are not stored.'],
    [2, 2, 'The upload has no bytes or its profile has no samples: nothing was stored.'],
  ])('counts the profiles without samples: %d of %d', async (empty, all, note) => {
    const labels = Object.entries({ __name__: 'process_cpu', service_name: 'shop' });
    const samples = Array.from({ length: all }, (_, i) => {
      const fields = small().filter(([field]) => i >= empty || field !== 2);
      return { rawProfile: Buffer.from(encodeMessage({ fields })).toString('base64') };
    });
    const body = { series: [{ labels: labels.map(([name, value]) => ({ name, value })), samples }] };
    const { answer, facts } = await post(PUSH, JSON.stringify(body), JSON_TYPE);
    expect([answer.status, facts.empty, facts.sent]).toEqual([200, empty, all]);
    expect(answer.headers['x-flametide-note']?.split(' left out. ').at(-1)).toBe(note);
  });

  it('is not reported as empty if it has samples', async () => {
    const { answer, facts } = await ingest('name=shop', 'a 1');
    expect([facts.empty, answer.headers['x-flametide-note']]).toEqual([0, undefined]);
  });

  it.each(['name=shop&format=pprof', 'name=shop&format=jfr'])('is named by its content, sent as %s', async (query) => {
    const png = Buffer.concat([Buffer.from([0x89]), Buffer.from('PNG\r\n\x1a\n'), Buffer.alloc(40)]);
    expect(refusal(await ingest(query, png), 422)).toContain('This is a PNG picture.');
  });

  it('is refused where no value is above 0', async () => {
    expect(refusal(await ingest('name=shop', 'a -1\nb 0'), 422)).toContain('above 0');
    expect((await ingest('name=shop', 'a 0')).answer.status).toBe(200);
  });

  it('is reported if the profile is marked as cumulative', async () => {
    const config = JSON.stringify({ cpu: { cumulative: true }, other: { cumulative: true } });
    const body = [
      '--edge\r\nContent-Disposition: form-data; name="sample_type_config"\r\n\r\n',
      config,
      '\r\n--edge\r\nContent-Disposition: form-data; name="profile"; filename="p"\r\n\r\n',
      Buffer.from(encodeMessage({ fields: small() })),
      '\r\n--edge--\r\n',
    ];
    const type = { 'content-type': 'multipart/form-data; boundary=edge' };
    const opened = await ingest('name=shop', Buffer.concat(body.map((part) => Buffer.from(part))), type);
    expect(opened.facts.trimmed?.cumulative).toBe(1);
    expect(opened.answer.headers['x-flametide-note']).toContain('cumulative');
  });
});
