import { expect, it } from 'vitest';
import { saidInLink } from '#app/explore/said-in-link.ts';

const OPEN = {
  svc: undefined,
  type: undefined,
  from: undefined,
  until: undefined,
  grid: 'none',
  snap: undefined,
} as const;
const subject = { service: 'shop', profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' };
const known = { subject, isYoung: false, isNarrowed: false };
const all = { svc: 'shop', type: subject.profileType, from: 'now-1h', until: 'now' };

it('what the page chose is written out, with a range that goes on moving', () => {
  expect(saidInLink(OPEN, known)).toEqual(all);
  expect(saidInLink({ ...OPEN, svc: 'shop', from: 'now-6h', until: 'now' }, known)).toEqual({ ...all, from: 'now-6h' });
});

it('of a service that the link names, the rest is written out', () => {
  const own = { ...subject, service: 'flametide' };
  expect(saidInLink({ ...OPEN, svc: 'flametide' }, { ...known, subject: own })).toEqual({ ...all, svc: 'flametide' });
});

it.each([
  ['the link has all of it', { ...OPEN, ...all }, known],
  ['nothing is chosen yet', OPEN, { ...known, subject: undefined }],
  ['it is not known since when there are profiles', OPEN, { ...known, isYoung: undefined }],
  ['the store is young: the busiest service is still to come', OPEN, { ...known, isYoung: true }],
  ['all that is stored is shown', OPEN, { ...known, isNarrowed: true }],
  ['only the server itself has profiles yet', OPEN, { ...known, subject: { ...subject, service: 'flametide' } }],
  ['services are shown, not one of them', { ...OPEN, grid: 'services' as const }, known],
  ['a snapshot says it itself', { ...OPEN, snap: 'k3v9x0ab' }, known],
  ['the link asks for another service by now', { ...OPEN, svc: 'cart' }, known],
])('nothing is written where %s', (_, state, explored) => {
  expect(saidInLink(state, explored)).toBeUndefined();
});
