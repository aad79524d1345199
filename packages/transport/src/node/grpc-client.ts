import type { Client, ClientReadableStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { OperatingError } from "@skates/component-base";
import { type GrpcCallOptions, type GrpcClient, type GrpcMethod, grpcStatusName } from "../grpc.ts";
import { sharedSignal } from "./shared-signal.ts";

export interface GrpcClientOptions {
  /** `unix:///run/containerd.sock` or `host:port`. */
  readonly address: string;
  /** PEM. Without it the connection is plain, as is usual on unix sockets. */
  readonly tls?:
    | { readonly ca: string; readonly cert?: string | undefined; readonly key?: string | undefined }
    | undefined;
  /** Time between tries to connect grows from 100 ms to this. Default 3 s. */
  readonly reconnectMsMax?: number | undefined;
  /** A connection over which nothing came for so long is probed, and given up when no answer comes within a third of it. Default: never. */
  readonly keepaliveMs?: number | undefined;
}

type Grpc = typeof import("@grpc/grpc-js");

/** Connects to a gRPC server. The library is loaded at the first use, for it takes its time. */
export async function grpcClient(options: GrpcClientOptions): Promise<GrpcClient> {
  // By its default, for a bundle gives CommonJS packages no other name; tsx gives the names and no default.
  const loaded: Grpc & { readonly default?: Grpc | undefined } = await import("@grpc/grpc-js");
  const grpc = loaded.default ?? loaded;
  const tls = options.tls;
  const credentials =
    tls === undefined
      ? grpc.credentials.createInsecure()
      : grpc.credentials.createSsl(Buffer.from(tls.ca), pem(tls.key), pem(tls.cert));
  const client = new grpc.Client(options.address, credentials, {
    "grpc.enable_retries": 0,
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.min_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": options.reconnectMsMax ?? 3_000,
    // A unix socket's path is no host name, and some servers refuse an :authority that is none.
    ...(options.keepaliveMs === undefined
      ? {}
      : {
          "grpc.keepalive_time_ms": options.keepaliveMs,
          "grpc.keepalive_timeout_ms": Math.ceil(options.keepaliveMs / 3),
        }),
    ...(options.address.startsWith("unix:") ? { "grpc.default_authority": "localhost" } : {}),
  });
  return {
    unary: (method, request, call) => unary(grpc, client, { method, request, call }),
    serverStream: (method, request, call) => serverStream(grpc, client, { method, request, call }),
    bidi: (method, requests, call) => bidi(grpc, client, { method, requests, call }),
    close: () => client.close(),
  };
}

interface Call<Request, Reply> {
  readonly method: GrpcMethod<Request, Reply>;
  readonly request: Request;
  readonly call: GrpcCallOptions;
}

function unary<Request, Reply>(
  grpc: Grpc,
  client: Client,
  { method, request, call }: Call<Request, Reply>,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (call.signal.aborted) return reject(call.signal.reason);
    const running = client.makeUnaryRequest(
      method.path,
      encoder(method),
      decoder(method),
      request,
      metadataOf(grpc, call),
      callOptions(call),
      (error, value) => {
        call.signal.removeEventListener("abort", onAbort);
        if (error === null && value !== undefined) return resolve(value);
        reject(call.signal.aborted ? call.signal.reason : grpcError(error));
      },
    );
    const onAbort = (): void => running.cancel();
    sharedSignal(call.signal).addEventListener("abort", onAbort, { once: true });
  });
}

function serverStream<Request, Reply>(
  grpc: Grpc,
  client: Client,
  { method, request, call }: Call<Request, Reply>,
): AsyncIterable<Reply> {
  return {
    [Symbol.asyncIterator]: () => {
      call.signal.throwIfAborted();
      const stream = client.makeServerStreamRequest(
        method.path,
        encoder(method),
        decoder(method),
        request,
        metadataOf(grpc, call),
        callOptions(call),
      );
      return replies(stream, call.signal);
    },
  };
}

function bidi<Request, Reply>(
  grpc: Grpc,
  client: Client,
  { method, requests, call }: Omit<Call<Request, Reply>, "request"> & { readonly requests: AsyncIterable<Request> },
): AsyncIterable<Reply> {
  return {
    [Symbol.asyncIterator]: () => {
      call.signal.throwIfAborted();
      const stream = client.makeBidiStreamRequest(
        method.path,
        encoder(method),
        decoder(method),
        metadataOf(grpc, call),
        callOptions(call),
      );
      return replies(stream, call.signal, sendAll(stream, requests));
    },
  };
}

function encoder<Request>(method: GrpcMethod<Request, unknown>): (request: Request) => Buffer {
  return (request) => asBuffer(method.encode(request));
}

function decoder<Reply>(method: GrpcMethod<never, Reply>): (bytes: Buffer) => Reply {
  return (bytes) => method.decode(bytes);
}

/** Reads a stream to its end and turns its failure into ours. `sending` is told when reading is over. */
async function* replies<Reply>(
  stream: ClientReadableStream<Reply>,
  signal: AbortSignal,
  sending?: Sending,
): AsyncGenerator<Reply, void> {
  const onAbort = (): void => stream.cancel();
  sharedSignal(signal).addEventListener("abort", onAbort, { once: true });
  try {
    for await (const reply of stream) yield reply as Reply;
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw sending?.failure() ?? grpcError(thrown);
  } finally {
    signal.removeEventListener("abort", onAbort);
    stream.cancel();
    // Destroying a stream that was cancelled reports the cancellation once more, to nobody.
    stream.on("error", () => undefined);
    sending?.stop();
  }
  if (signal.aborted) throw signal.reason;
}

/** The writing half of a call. */
interface Sending {
  stop(): void;
  /** What the source of requests threw, if it did. */
  failure(): unknown;
}

interface RequestSink<Request> {
  write(request: Request): boolean;
  end(): void;
  once(event: "drain" | "close", listener: () => void): unknown;
  cancel(): void;
}

function sendAll<Request>(stream: RequestSink<Request>, requests: AsyncIterable<Request>): Sending {
  const iterator = requests[Symbol.asyncIterator]();
  let stopped = false;
  let failure: unknown;
  const ended = new Promise<void>((resolve) => {
    stream.once("close", resolve);
  });
  const run = async (): Promise<void> => {
    for (let next = await iterator.next(); next.done !== true && !stopped; next = await iterator.next()) {
      if (stream.write(next.value)) continue;
      await Promise.race([ended, new Promise<void>((resolve) => stream.once("drain", resolve))]);
    }
    if (!stopped) stream.end();
  };
  run().catch((thrown: unknown) => {
    failure = thrown;
    stream.cancel();
  });
  return {
    stop: () => {
      if (stopped) return;
      stopped = true;
      iterator.return?.().then(undefined, () => undefined); // nobody waits for a source that is no longer read
    },
    failure: () => failure,
  };
}

function callOptions(call: GrpcCallOptions): { deadline?: number } {
  return call.timeoutMs === undefined ? {} : { deadline: Date.now() + call.timeoutMs };
}

function metadataOf(grpc: Grpc, call: GrpcCallOptions): Metadata {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(call.metadata ?? {})) metadata.set(name, value);
  return metadata;
}

function grpcError(thrown: unknown): unknown {
  if (!isServiceError(thrown)) return thrown ?? new OperatingError("GrpcInternal", "the server sent no reply");
  const name = grpcStatusName(thrown.code);
  return new OperatingError(`Grpc${name}`, `rpc error: code = ${name} desc = ${thrown.details}`, { cause: thrown });
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "number" && "details" in thrown;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function pem(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}
