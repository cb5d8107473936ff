import { describe, expect, it } from 'vitest';
import { Metrics } from '#server/metrics.ts';
import { UploadReports } from '#server/upload-reports.ts';

function reports() {
  const logged: string[] = [];
  const log = { info: () => undefined, warn: (text: string) => void logged.push(text), error: () => undefined };
  return { made: new UploadReports(new Metrics(), log), logged };
}

describe('refused uploads', () => {
  it('are listed by kind and service, the last one last', () => {
    const { made } = reports();
    const facts = (message: string) => ({ refused: 'bad_profile', message });
    for (const [service, message] of [
      ['shop', 'first'],
      ['cart', 'second'],
      ['shop', 'third'],
    ])
      made.uploadRefused({ path: '/ingest', facts: facts(message), service });
    made.uploadRefused({ path: '/push', facts: facts('fourth') });
    expect(made.refusals).toEqual([
      { kind: 'bad_profile', service: 'cart', count: 1, last: 'second', lastMs: expect.any(Number) },
      { kind: 'bad_profile', service: 'shop', count: 2, last: 'third', lastMs: expect.any(Number) },
      { kind: 'bad_profile', count: 1, last: 'fourth', lastMs: expect.any(Number) },
    ]);
  });

  it('that a server or backend was not ready for are over with the next that is taken', () => {
    const { made } = reports();
    made.uploadRefused({
      path: '/ingest',
      facts: { refused: 'backend_unavailable' },
      service: 'shop',
      isPassing: true,
    });
    made.uploadRefused({ path: '/ingest', facts: { refused: 'bad_profile' }, service: 'shop' });
    made.uploaded('/ingest', 10, { refused: 'bad_profile' });
    expect(made.refusals.map(({ kind }) => kind)).toEqual(['backend_unavailable', 'bad_profile']);
    made.uploaded('/ingest', 10, {});
    expect(made.refusals.map(({ kind }) => kind)).toEqual(['bad_profile']);
  });

  it('of ever new services are limited to 100', () => {
    const { made } = reports();
    for (let i = 0; i < 1000; i++)
      made.uploadRefused({ path: '/ingest', facts: { refused: 'bad_profile' }, service: `${i}${'x'.repeat(1000)}` });
    expect(made.refusals).toHaveLength(100);
    expect(made.refusals.at(-1)?.service?.startsWith('999x')).toBe(true);
    expect(JSON.stringify(made.refusals).length).toBeLessThan(50_000);
  });

  it('are logged in part, however long what was sent is', () => {
    const { made, logged } = reports();
    made.refused(`/${'p'.repeat(50_000)}`, { refused: 'not_found', message: 'm'.repeat(50_000) });
    expect(logged[0].length).toBeLessThan(5000);
  });
});

it('profiles without samples are counted, and logged once', () => {
  const told: string[] = [];
  const metrics = new Metrics();
  const log = { info: (text: string) => void told.push(text), warn: () => undefined, error: () => undefined };
  const made = new UploadReports(metrics, log);
  for (let i = 0; i < 3; i++) made.uploaded('/ingest', 0, { service: 'shop', empty: 1, sent: 1 });
  expect(told).toEqual([
    '/ingest of shop: The upload has no bytes or its profile has no samples: nothing was stored. Later ones are only counted.',
  ]);
  expect(metrics.changed.emptyProfiles).toBe(3);
  expect([made.refusals, made.alterations]).toEqual([[], []]);
});

it('profiles without samples among others are counted in the log', () => {
  const logged: string[] = [];
  const log = { info: (text: string) => void logged.push(text), warn: () => undefined, error: () => undefined };
  new UploadReports(new Metrics(), log).uploaded('/push', 0, { service: 'shop', empty: 1, sent: 5 });
  expect(logged).toEqual([
    '/push of shop: 1 of 5 profiles has no samples and is not stored. Later ones are only counted.',
  ]);
});

it('uploads that are stored with changes are reported by kind and service', () => {
  const { made, logged } = reports();
  const trimmed = { cutStacks: 0, labelsDropped: 0, negativeValues: 3, cumulative: 1, cutOff: 0 };
  made.uploaded('/ingest', 10, { service: 'shop', trimmed });
  made.uploaded('/ingest', 10, { service: 'shop', trimmed: { ...trimmed, cumulative: 0, cutOff: 0 } });
  made.uploaded('/ingest', 10, { service: 'cart' });
  expect(made.alterations).toEqual([
    { kind: 'cumulative', service: 'shop', count: 1, last: expect.any(String), lastMs: expect.any(Number) },
    {
      kind: 'negativeValues',
      service: 'shop',
      count: 2,
      last: '3 values are negative and were left out.',
      lastMs: expect.any(Number),
    },
  ]);
  // The first of a kind is a warning.
  expect(logged).toHaveLength(2);
});
