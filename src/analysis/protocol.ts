/** What crosses between the page and the worker: calls, answers, progress, errors. */
import { DecodeError, type DecodeErrorCode } from '#formats/format.ts';
import type { EncodedProfile } from '#model/encoded-profile.ts';
import type { Analysis } from './analysis.ts';

export type CallName = Exclude<keyof Analysis, 'close'>;

/** A call's arguments without its signal and progress callback, which become messages of their own. */
export type CallArguments = {
  open: [encoded: EncodedProfile];
  openWithTree: [encoded: EncodedProfile, view: Parameters<Analysis['openWithTree']>[1]];
  tree: [request: Parameters<Analysis['tree']>[0]];
  search: [request: Parameters<Analysis['search']>[0], text: string];
  sandwich: [request: Parameters<Analysis['sandwich']>[0], func: number];
  lines: [request: Parameters<Analysis['lines']>[0]];
  stacks: [request: Parameters<Analysis['stacks']>[0]];
  exportTree: [
    request: Parameters<Analysis['exportTree']>[0],
    kind: Parameters<Analysis['exportTree']>[1],
    name: string,
  ];
  diff: [request: Parameters<Analysis['diff']>[0]];
  evidence: [request: Parameters<Analysis['evidence']>[0], noise: Parameters<Analysis['evidence']>[1]];
  searchDiff: [request: Parameters<Analysis['searchDiff']>[0], text: string];
  sandwichDiff: [request: Parameters<Analysis['sandwichDiff']>[0], func: number];
  exportDiff: [request: Parameters<Analysis['exportDiff']>[0]];
  pack: [handle: Parameters<Analysis['pack']>[0]];
};

export type CallMessage = { [N in CallName]: { kind: 'call'; id: number; call: N; args: CallArguments[N] } }[CallName];

export type ToWorker =
  | CallMessage
  | { kind: 'abort'; id: number }
  | { kind: 'close'; handle: Parameters<Analysis['close']>[0] };

export type FromWorker =
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'progress'; id: number; share: number }
  | { kind: 'error'; id: number; error: CrossedError };

export type CrossedError =
  | { name: 'AbortError' }
  | {
      name: 'DecodeError';
      code: DecodeErrorCode;
      message: string;
      place: string | undefined;
      remedy: string | undefined;
    }
  | { name: 'Error'; message: string };

export function packError(error: unknown): CrossedError {
  if (error instanceof DecodeError) {
    return { name: 'DecodeError', code: error.code, message: error.message, place: error.place, remedy: error.remedy };
  }
  if (error instanceof Error && error.name === 'AbortError') return { name: 'AbortError' };
  return { name: 'Error', message: error instanceof Error ? error.message : String(error) };
}

export function unpackError(error: CrossedError): Error {
  switch (error.name) {
    case 'AbortError':
      return new DOMException('The question was taken back.', 'AbortError');
    case 'DecodeError': {
      const { place, remedy } = error;
      return new DecodeError(error.code, error.message, { ...(place && { place }), ...(remedy && { remedy }) });
    }
    case 'Error':
      return new Error(error.message);
  }
}

/** The buffers of an answer's columns, for copying once and handing over. Looks two levels deep, where columns are. */
export function withOwnColumns<T>(value: T, transfer: Transferable[], depth = 0): T {
  if (value instanceof Uint8Array || value instanceof Int32Array || value instanceof Float64Array) {
    const copy = value.slice();
    transfer.push(copy.buffer);
    return copy as T;
  }
  if (depth > 2 || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const own: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) own[key] = withOwnColumns(part, transfer, depth + 1);
  return own as T;
}
