/** The messages between the page and the worker: calls, answers, progress, errors. */
import { DecodeError, type DecodeErrorCode } from '#formats/format.ts';
import type { CallName, ProfileHandle } from './analysis.ts';

/** The arguments are the call's own, without its signal and progress callback: those are messages too. */
export interface CallMessage {
  readonly kind: 'call';
  readonly id: number;
  readonly call: CallName;
  readonly args: readonly unknown[];
}

export type ToWorker = CallMessage | { kind: 'abort'; id: number } | { kind: 'close'; handle: ProfileHandle };

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
      return new DOMException('The call was aborted.', 'AbortError');
    case 'DecodeError': {
      const { place, remedy } = error;
      return new DecodeError(error.code, error.message, { ...(place && { place }), ...(remedy && { remedy }) });
    }
    case 'Error':
      return new Error(error.message);
  }
}

/**
 * A copy of an answer with columns of its own, for handing over. Finds columns in fields up to three levels down.
 * @param transfer gets their buffers.
 */
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
