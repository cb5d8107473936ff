/** Uploads to the doors of OpenTelemetry, and the series that come of them. */
import type { IncomingProfile } from '#server/incoming.ts';
import { type OpenedUpload, openUpload } from '#server/ingest/open-upload.ts';
import type { IngestLimits } from '#server/ingest/series-of-profile.ts';
import type { WireRequest } from '#server/request.ts';
import type { MadeResource } from './otlp-message.ts';
import { UPLOAD_LIMITS } from './store-limits.ts';

const NOW_MS = 1_795_000_060_000;
export const TIME_NS = 1_795_000_000_000_000_000n;
export const LIMITS: IngestLimits = { ...UPLOAD_LIMITS, maxAgeMs: 3_600_000, maxFutureMs: 600_000 };
export const PATH = '/v1development/profiles';
export const RPC = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
export const CPU = { periodType: ['cpu', 'nanoseconds'], period: 50_000_000 } as const;

export interface Sent {
  readonly path?: string;
  readonly type?: string;
  readonly encoding?: string;
  readonly limits?: IngestLimits;
}

export function send(
  body: Uint8Array | string,
  { path = PATH, type = 'application/x-protobuf', encoding, limits = LIMITS }: Sent = {},
): Promise<OpenedUpload> {
  return openUpload(requestOf(body, path, type, encoding), limits, NOW_MS);
}

export function requestOf(body: Uint8Array | string, path: string, type: string, encoding?: string): WireRequest {
  const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
  return { method: 'POST', path, query: '', headers, body: new Uint8Array(Buffer.from(body)) };
}

export function frame(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return new Uint8Array(Buffer.concat([head, message]));
}

interface Row {
  readonly service: string;
  readonly type: string;
  readonly total: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Series without what the server adds. */
export function rowsOf(profiles: readonly IncomingProfile[]): Row[] {
  return profiles.flatMap(({ profile, series }) =>
    series.map(({ service, profileType, column, rows, labels }) => ({
      service,
      type: profileType,
      total: [...rows].reduce((sum, row) => sum + profile.values[column].values[row], 0),
      labels: Object.fromEntries(
        labels
          .filter(({ name }) => !name.startsWith('__') && name !== 'service_name')
          .map(({ name, value }) => [name, value]),
      ),
    })),
  );
}

export const SHOP: readonly MadeResource[] = [
  {
    attributes: { 'service.name': 'shop', 'container.id': 'f00', 'k8s.pod.name': 'shop-1' },
    profiles: [
      {
        ...CPU,
        samples: [
          {
            stack: ['main', 'price'],
            values: [3],
            attributes: { 'thread.name': 'a', 'thread.id': 1, 'process.pid': 9 },
          },
          {
            stack: ['main', 'price'],
            values: [4],
            attributes: { 'thread.name': 'a', 'thread.id': 2, 'cpu.logical_number': 1 },
          },
        ],
      },
    ],
  },
];

export function textOf({ answer }: OpenedUpload): string {
  return Buffer.from(answer.body).toString();
}
