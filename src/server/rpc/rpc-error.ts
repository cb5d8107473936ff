/** Why a call is refused, in Connect's words and gRPC's numbers. */

const STATUS = {
  canceled: { http: 499, grpc: 1 },
  unknown: { http: 500, grpc: 2 },
  invalid_argument: { http: 400, grpc: 3 },
  deadline_exceeded: { http: 504, grpc: 4 },
  not_found: { http: 404, grpc: 5 },
  already_exists: { http: 409, grpc: 6 },
  permission_denied: { http: 403, grpc: 7 },
  resource_exhausted: { http: 429, grpc: 8 },
  failed_precondition: { http: 400, grpc: 9 },
  aborted: { http: 409, grpc: 10 },
  out_of_range: { http: 400, grpc: 11 },
  unimplemented: { http: 501, grpc: 12 },
  internal: { http: 500, grpc: 13 },
  unavailable: { http: 503, grpc: 14 },
  data_loss: { http: 500, grpc: 15 },
  unauthenticated: { http: 401, grpc: 16 },
} as const;

export type RpcCode = keyof typeof STATUS;

/** The message goes to the client: the error, its place, and what to do. */
export class RpcError extends Error {
  readonly code: RpcCode;

  constructor(code: RpcCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RpcError';
    this.code = code;
  }

  get httpStatus(): number {
    return STATUS[this.code].http;
  }

  get grpcStatus(): number {
    return STATUS[this.code].grpc;
  }
}
