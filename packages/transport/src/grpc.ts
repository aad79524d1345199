/** A method of a gRPC service, with the codecs of its two messages. */
export interface GrpcMethod<Request, Reply> {
  /** `/package.Service/Method`. */
  readonly path: string;
  encode(request: Request): Uint8Array;
  decode(bytes: Uint8Array): Reply;
}

export interface GrpcCallOptions {
  readonly signal: AbortSignal;
  /** After this time the call fails with `GrpcDeadlineExceeded`; the server is told too. Without it a call lasts as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Sent ahead of the request; names in lower case. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * A connection to a gRPC server, opened at the first call and opened again when it breaks. Calls are never repeated.
 *
 * A failed call throws an OperatingError whose code is `Grpc` and the status name of the protocol (`GrpcUnavailable`,
 * `GrpcNotFound`, …) and whose message is Go's text, `rpc error: code = NotFound desc = …`, which clients of Kubernetes see
 * in events and statuses. A call that is aborted throws `signal.reason`.
 */
export interface GrpcClient {
  unary<Request, Reply>(method: GrpcMethod<Request, Reply>, request: Request, options: GrpcCallOptions): Promise<Reply>;
  /** Replies as the server sends them, at the reader's pace. Leaving the loop cancels the call. */
  serverStream<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    request: Request,
    options: GrpcCallOptions,
  ): AsyncIterable<Reply>;
  /** Both sides stream. The end of `requests` half-closes the call; leaving the loop cancels it and returns `requests`. */
  bidi<Request, Reply>(
    method: GrpcMethod<Request, Reply>,
    requests: AsyncIterable<Request>,
    options: GrpcCallOptions,
  ): AsyncIterable<Reply>;
  /** Ends the connection; calls under way fail with `GrpcCanceled` or `GrpcUnavailable`. */
  close(): void;
}

const GRPC_STATUS_NAMES = [
  "OK",
  "Canceled",
  "Unknown",
  "InvalidArgument",
  "DeadlineExceeded",
  "NotFound",
  "AlreadyExists",
  "PermissionDenied",
  "ResourceExhausted",
  "FailedPrecondition",
  "Aborted",
  "OutOfRange",
  "Unimplemented",
  "Internal",
  "Unavailable",
  "DataLoss",
  "Unauthenticated",
] as const;

/** The name of a status number as Go writes it: 5 is `NotFound`, an unknown one `Code(99)`. */
export function grpcStatusName(code: number): string {
  return GRPC_STATUS_NAMES[code] ?? `Code(${code})`;
}
