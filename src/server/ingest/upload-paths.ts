/** The upload paths, below the base path. */

export const PUSH_PATH = '/push.v1.PusherService/Push';
export const INGEST_PATHS: ReadonlySet<string> = new Set(['/ingest', '/pyroscope/ingest']);
export const OTLP_RPC_PATH = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export';
const OTLP_PATHS: ReadonlySet<string> = new Set(['/v1development/profiles', '/v1/profiles']);
const OTLP_SERVICES = '/opentelemetry.proto.collector.profiles.';

/** Paths of OpenTelemetry, known calls or not. */
export function isOtlpPath(path: string): boolean {
  return OTLP_PATHS.has(path) || path.startsWith(OTLP_SERVICES);
}

export function isUploadPath(path: string): boolean {
  return INGEST_PATHS.has(path) || path.startsWith('/push.v1.') || isOtlpPath(path);
}
