import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DamageNotes } from '#server/store/damage.ts';
import { Work, type WorkParts } from '#server/work.ts';
import { WorkStore } from '#server/work-store.ts';
import { readWarnings } from '#wire/warnings.ts';
import { readWork, type WorkAnswer } from '#wire/work.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let folder: string;
let work: Work;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flametide-work-'));
  work = open();
});

afterEach(() => {
  work.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(more: Partial<WorkParts> = {}): Work {
  return new Work({ folder, retentionMs: undefined, maxFutureMs: 10 * MINUTE, now: () => DAY, ...more });
}

async function call(
  method: string,
  query: string,
  body = '',
): Promise<{ status: number; text: string; warnings: readonly string[] }> {
  const answer = await work.answer(method, query, new TextEncoder().encode(body), new AbortController().signal);
  const told = answer.headers['flametide-warnings'];
  return {
    status: answer.status,
    text: new TextDecoder().decode(answer.body),
    warnings: told === undefined ? [] : readWarnings(told),
  };
}

async function push(...counts: readonly object[]): Promise<number> {
  return (await call('POST', '', JSON.stringify(counts))).status;
}

async function read(query: string): Promise<WorkAnswer> {
  const { status, text } = await call('GET', query);
  expect([status, text]).toEqual([200, expect.any(String)]);
  return readWork(JSON.parse(text))!;
}

describe('counts of requests', () => {
  it('are read back by step and by route', async () => {
    expect(await push({ service: 'shop', route: '/cart', from: 0, until: 2 * MINUTE, requests: 120 })).toBe(201);
    await push(
      { service: 'shop', route: '/login', from: 0, until: MINUTE, requests: 30 },
      { service: 'other', from: 0, until: MINUTE, requests: 1000 },
    );
    expect(await read(`service=shop&from=0&until=${4 * MINUTE}&steps=4`)).toEqual({
      source: 'pushed',
      steps: [90, 60, null, null],
      routes: [
        { route: '/cart', requests: 120 },
        { route: '/login', requests: 30 },
      ],
      covered: 0.5,
      problem: undefined,
    });
  });

  it('are spread evenly over their interval: a range that cuts it has its part', async () => {
    await push({ service: 'shop', from: 0, until: 4 * MINUTE, requests: 400 });
    expect(await read(`service=shop&from=${MINUTE}&until=${3 * MINUTE}`)).toMatchObject({ steps: [200], covered: 1 });
  });

  it('that overlap add up in each step, and leave none behind their end', async () => {
    await push(
      { service: 'shop', from: MINUTE, until: 9 * MINUTE, requests: 800 },
      { service: 'shop', from: 2.5 * MINUTE, until: 7 * MINUTE, requests: 45 },
      { service: 'shop', route: '/none', from: 0, until: 10 * MINUTE, requests: 0 },
    );
    const { steps } = await read(`service=shop&from=0&until=${12 * MINUTE}&steps=12`);
    const near = [0, 100, 105, 110, 110, 110, 110, 100, 100, 0].map((value) => expect.closeTo(value, 6));
    expect(steps).toEqual([...near, null, null]);
  });

  it('with only a time cover the minute before it', async () => {
    await push({ service: 'shop', time: 2 * MINUTE, requests: 60 });
    expect(await read(`service=shop&from=0&until=${4 * MINUTE}&steps=8`)).toMatchObject({
      steps: [null, null, 30, 30, null, null, null, null],
      covered: 0.25,
    });
  });

  it('of the same interval take the place of what was there', async () => {
    const count = { service: 'shop', from: 0, until: MINUTE, requests: 5 };
    await push(count);
    await push({ ...count, requests: 7 }, { ...count, route: '/cart', requests: 2 });
    expect(await read(`service=shop&from=0&until=${MINUTE}`)).toMatchObject({ steps: [9] });
  });

  it('are selected by their labels and by their route', async () => {
    const at = { service: 'shop', from: 0, until: MINUTE };
    await push(
      { ...at, route: '/cart', labels: { pod: 'a' }, requests: 1 },
      { ...at, route: '/cart', labels: { pod: 'b' }, requests: 2 },
      { ...at, route: '/login', labels: { pod: 'b' }, requests: 4 },
    );
    const sum = async (q: string): Promise<number | null> =>
      (await read(`service=shop&from=0&until=${MINUTE}&q=${encodeURIComponent(q)}`)).steps[0];
    expect(await sum('pod="a"')).toBe(1);
    expect(await sum('pod=~"a|b",route!="/cart"')).toBe(4);
    expect(await sum('zone="x"')).toBeNull();
  });

  it.each([
    ['not JSON', '{', /not JSON/],
    ['no count', '[]', /are not valid/],
    ['no service', '{"time":1,"requests":1}', /service/],
    ['no time', '{"service":"a","requests":1}', /send time, or from and until/],
    [
      'a time and an interval',
      '{"service":"a","time":1,"from":0,"until":2,"requests":1}',
      /send time, or from and until/,
    ],
    ['half an interval', '{"service":"a","from":1,"requests":1}', /send time, or from and until/],
    ['an end before its beginning', '{"service":"a","from":2,"until":1,"requests":1}', /from must be before until/],
    ['a long interval', `{"service":"a","from":0,"until":${DAY + 1},"requests":1}`, /at most 24 hours/],
    ['a negative count', '{"service":"a","time":1,"requests":-1}', /requests/],
    ['half a request', '{"service":"a","time":1,"requests":0.5}', /requests/],
    ['something unknown', '{"service":"a","time":1,"requests":1,"count":2}', /count/],
    ['a bad one of many', '[{"service":"a","time":1,"requests":1},{"service":"a","time":1}]', /\[1\]/],
  ])('are refused with a sentence: %s', async (_, body, words) => {
    const { status, text } = await call('POST', '', body);
    expect(status).toBe(400);
    expect((JSON.parse(text) as { message: string }).message).toMatch(words);
    expect(await read('service=a&from=0&until=1000')).toMatchObject({ source: undefined });
  });

  it.each([
    ['', /service is missing/],
    ['service=a', /from is not a time/],
    ['service=a&from=now&until=1', /from is not a time/],
    [`service=a&from=0&until=${'9'.repeat(400)}`, /until is not a time/],
    ['service=a&from=2&until=2', /ends before it begins/],
    ['service=a&from=0&until=2&steps=0', /steps/],
    ['service=a&from=0&until=2&steps=9999', /steps/],
    ['service=a&from=0&until=2&q=pod', /q is not a selector/],
    ['service=a&from=0&until=2&q=pod%3D~%22(%22', /not a valid regular expression/],
  ])('are not read by %j', async (query, words) => {
    const { status, text } = await call('GET', query);
    expect(status).toBe(400);
    expect((JSON.parse(text) as { message: string }).message).toMatch(words);
  });

  it('that end too far ahead of the clock are refused, all of the push', async () => {
    const good = { service: 'shop', time: DAY + 10 * MINUTE, requests: 1 };
    for (const ahead of [
      { service: 'shop', time: 8.64e15, requests: 1 },
      { service: 'shop', from: DAY, until: DAY + 10 * MINUTE + 1, requests: 1 },
    ]) {
      const { status, text } = await call('POST', '', JSON.stringify([good, ahead]));
      expect([status, text]).toEqual([
        400,
        expect.stringMatching(/Count 2 of 2 ends at [+\d].+Z, more than 10 min ahead of this server's clock: check/),
      ]);
    }
    expect(await read(`service=shop&from=0&until=${2 * DAY}`)).toMatchObject({ source: undefined });
    expect(await push(good)).toBe(201);
  });

  it('are read in batches: other requests have their turn, and one query reads after the other', async () => {
    const counts = Array.from({ length: 2500 }, (_, i) => ({
      service: 'shop',
      route: `/${i % 2}`,
      labels: { pod: `${i % 700}` },
      from: i % 50,
      until: MINUTE + Math.floor(i / 1000),
      requests: 1,
    }));
    for (let from = 0; from < counts.length; from += 1000)
      expect(await push(...counts.slice(from, from + 1000))).toBe(201);
    const distinct = new Set(counts.map((one) => JSON.stringify(one))).size;
    const turns: string[] = [];
    const ask = async (name: string): Promise<void> => {
      const { routes } = await read(`service=shop&from=0&until=${2 * MINUTE}`);
      expect(routes.reduce((sum, { requests }) => sum + requests, 0)).toBeCloseTo(distinct, 6);
      turns.push(name);
    };
    const both = [ask('first'), ask('second')];
    setImmediate(() => turns.push('other'));
    await Promise.all(both);
    expect(turns).toEqual(['other', 'first', 'second']);
  });

  it('are not read for more queries than can wait', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => call('GET', 'service=shop&from=0&until=1')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(10);
    expect(refused[0].text).toContain('50 queries wait to read counts of requests: ask again later.');
    expect((await call('GET', 'service=shop&from=0&until=1')).status).toBe(200);
  });

  it('of very many routes name the largest; the others are summed up', async () => {
    const counts = Array.from({ length: 250 }, (_, i) => ({
      service: 'shop',
      route: `/${i}`,
      time: MINUTE,
      requests: 1000 - i,
    }));
    await push(...counts);
    const { routes } = await read(`service=shop&from=0&until=${MINUTE}`);
    expect(routes).toHaveLength(201);
    expect(routes[0]).toEqual({ route: '/0', requests: 1000 });
    expect(routes[200].route).toBe('');
    expect(routes[200].requests).toBeCloseTo(50 * 775.5, 6);
  });

  it('go with the service', async () => {
    await push({ service: 'shop', time: MINUTE, requests: 1 }, { service: 'cart', time: MINUTE, requests: 2 });
    expect(await work.removeService('shop')).toBe(1);
    expect(await work.removeService('shop')).toBe(0);
    expect(await read(`service=shop&from=0&until=${MINUTE}`)).toMatchObject({ source: undefined, steps: [null] });
    expect(await read(`service=cart&from=0&until=${MINUTE}`)).toMatchObject({ steps: [2] });
  });

  it('that were not pushed are asked for elsewhere', async () => {
    work.close();
    const known: WorkAnswer = { source: 'prometheus', steps: [3], routes: [], covered: 1, problem: undefined };
    work = open({ elsewhere: () => Promise.resolve(known) });
    await push({ service: 'shop', time: MINUTE, requests: 1 });
    expect(await read(`service=cart&from=0&until=${MINUTE}`)).toEqual(known);
    expect(await read(`service=shop&from=0&until=${MINUTE}`)).toMatchObject({ source: 'pushed', steps: [1] });
  });
});

describe('the file of counts', () => {
  it('is read again after a restart', async () => {
    await push({ service: 'shop', time: MINUTE, requests: 1 });
    work.close();
    work = open();
    expect(await read(`service=shop&from=0&until=${MINUTE}`)).toMatchObject({ steps: [1] });
  });

  it('is set aside when it is damaged, and a new one is begun', async () => {
    work.close();
    for (const end of ['-wal', '-shm']) rmSync(join(folder, `work.db${end}`), { force: true });
    writeFileSync(join(folder, 'work.db'), 'no database, but long enough to be taken for one'.repeat(100));
    work = open();
    expect(work.notes).toEqual([expect.stringContaining('was set aside as')]);
    expect(readdirSync(folder)).toContain('work.db.damaged-1');
    expect(await push({ service: 'shop', time: MINUTE, requests: 1 })).toBe(201);
    const { warnings } = await call('GET', `service=shop&from=0&until=${MINUTE}`);
    expect(warnings).toEqual([expect.stringContaining('work.db.damaged-1')]);
  });

  it('that cannot be opened takes nothing else away', async () => {
    work.close();
    rmSync(folder, { recursive: true });
    mkdirSync(join(folder, 'work.db'), { recursive: true });
    work = open();
    expect(await push({ service: 'shop', time: MINUTE, requests: 1 })).toBe(503);
    const { source, problem } = await read(`service=shop&from=0&until=${MINUTE}`);
    expect(source).toBeUndefined();
    expect(problem).toContain('work.db in the data folder cannot be used');
  });

  it('that was moved away meanwhile takes none', async () => {
    await push({ service: 'shop', time: MINUTE, requests: 1 });
    renameSync(folder, `${folder}-elsewhere`);
    expect(await push({ service: 'shop', time: 2 * MINUTE, requests: 1 })).toBe(503);
    renameSync(`${folder}-elsewhere`, folder);
    expect(await push({ service: 'shop', time: 2 * MINUTE, requests: 1 })).toBe(201);
  });

  it.each([
    'requests = requests + 1024',
    'until_ms = until_ms - 1',
    'from_ms = 1 << 60',
    'what = substr(what, 2)',
    "what = replace(what, 'cart', 'card')",
    'row_check = row_check + 1',
  ])('leaves a damaged row out, and the answer says so: %s', async (damage) => {
    await push(
      { service: 'shop', route: '/cart', time: MINUTE, requests: 1 },
      { service: 'shop', time: MINUTE, requests: 2 },
    );
    const db = new DatabaseSync(join(folder, 'work.db'));
    db.exec(`UPDATE work SET ${damage} WHERE id = 1`);
    db.close();
    const { status, text, warnings } = await call('GET', `service=shop&from=0&until=${MINUTE}`);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ steps: [2], routes: [{ route: '', requests: 2 }] });
    if (damage !== 'from_ms = 1 << 60') expect(warnings).toEqual(['Count 1 of requests is damaged and was left out.']);
  });
});

describe('old counts', () => {
  const NOW = 100 * DAY;
  const at = (ms: number) => ({
    service: 'shop',
    route: '',
    labels: [],
    fromMs: ms - MINUTE,
    untilMs: ms,
    requests: 1,
  });
  const left = (store: WorkStore): number[] =>
    [...store.read('shop', 0, 200 * DAY, new DamageNotes())].flat().map(({ untilMs }) => untilMs / DAY);

  it('are removed after the retention, by the clock or by the newest count, whichever is earlier', () => {
    const store = new WorkStore(folder, 7 * DAY);
    store.add([at(NOW - 9 * DAY), at(NOW - 8 * DAY), at(NOW - 2 * DAY)], NOW);
    // The newest is of two days ago: nothing before nine days ago is old.
    expect(left(store)).toEqual([91, 92, 98]);
    store.add([at(NOW)], NOW + 2 * MINUTE);
    expect(left(store)).toEqual([98, 100]);
    store.add([at(NOW + 1)], NOW + 50 * DAY);
    expect(left(store)).toHaveLength(3);
    store.close();
  });

  it('are removed where there are too many, however young', () => {
    const store = new WorkStore(folder, undefined, 3);
    store.add([at(4 * DAY), at(3 * DAY), at(2 * DAY)], NOW);
    store.add([at(5 * DAY)], NOW);
    expect(left(store)).toEqual([3, 4, 5]);
    store.close();
  });

  it('are removed in small steps, a few with each push', () => {
    const store = new WorkStore(folder, 7 * DAY);
    for (let i = 0; i < 3; i++)
      store.add(
        Array.from({ length: 200 }, (_, j) => at(NOW + i * 200 + j)),
        NOW,
      );
    store.add([at(NOW + 20 * DAY)], NOW + 20 * DAY);
    expect(left(store)).toHaveLength(401);
    // A push of more removes more: twice what it adds.
    store.add(
      Array.from({ length: 150 }, (_, j) => at(NOW + 19 * DAY + j)),
      NOW + 20 * DAY,
    );
    expect(left(store)).toHaveLength(251);
    store.close();
  });

  it('count those that take the place of others once, also after a service was removed', () => {
    const store = new WorkStore(folder, undefined, 3);
    for (let i = 0; i < 5; i++) store.add([at(2 * DAY), at(3 * DAY)], NOW);
    expect(left(store)).toEqual([2, 3]);
    store.add([{ ...at(DAY), service: 'cart' }], NOW);
    expect([...store.removeService('cart')]).toEqual([]);
    store.add([at(4 * DAY)], NOW);
    expect(left(store)).toEqual([2, 3, 4]);
    store.add([at(5 * DAY)], NOW);
    expect(left(store)).toEqual([3, 4, 5]);
    store.close();
  });
});
