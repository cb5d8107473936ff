/** The corpus' OTLP messages through the server's doors: the facts of the manifest, from what would be stored. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openUpload } from '#server/ingest/open-upload.ts';
import { readManifest } from '../support/check-manifest-file.ts';
import { viewFacts } from '../support/folded-hash.ts';
import { joinProfiles } from '../support/join-profiles.ts';
import { UPLOAD_LIMITS } from '../support/store-limits.ts';

const folder = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const files = existsSync(folder) ? readManifest(folder).files.filter(({ format }) => format === 'otlp') : [];
const LIMITS = UPLOAD_LIMITS;

it('the files are there', () => expect(files.length).toBeGreaterThan(3));

it.each(files.map((file) => [file.path, file] as const))('%s', async (path, { truth }) => {
  const type = path.endsWith('.json') ? 'application/json' : 'application/x-protobuf';
  const body = new Uint8Array(readFileSync(join(folder, path)));
  const request = {
    method: 'POST',
    path: '/v1development/profiles',
    query: '',
    headers: { 'content-type': type },
    body,
  };
  const { answer, profiles, facts } = await openUpload(request, LIMITS, Date.parse('2026-11-24T00:00:00Z'));
  expect([answer.status, facts.refused, facts.trimmed?.labelsDropped]).toEqual([200, undefined, 0]);
  const [view] = truth?.views ?? [];
  const { total, nonzero, top_self, top_total, folded_sha256 } = viewFacts(
    joinProfiles(profiles.map(({ profile }) => profile)),
    0,
  );
  expect({ total, nonzero, top_self, top_total, folded_sha256 }).toEqual({
    total: view.total,
    nonzero: view.nonzero,
    top_self: view.top_self,
    top_total: view.top_total,
    folded_sha256: view.folded_sha256,
  });
});
