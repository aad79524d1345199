import { asError, type Clock, deadline, OperatingError } from "@skates/component-base";
import { BoundedQueue } from "../bounded-queue.ts";
import type { SpdySession } from "../spdy/session.ts";
import type { SpdyStream } from "../spdy/stream.ts";
import {
  type CommandStatus,
  failedStatus,
  formatCommandStatus,
  formatTerminalSize,
  parseCommandStatus,
  type RemoteCommand,
  type RemoteCommandOptions,
  type RemoteCommandSession,
} from "./remote-command.ts";
import { sizeQueue } from "./websocket-command.ts";

/** How long a client may take to open its streams. */
const STREAMS_MS_MAX = 30_000;

/** The versions of the protocol over SPDY, newest first. */
export const SPDY_COMMAND_PROTOCOLS = [
  "v4.channel.k8s.io",
  "v3.channel.k8s.io",
  "v2.channel.k8s.io",
  "channel.k8s.io",
] as const;

interface Served {
  readonly session: SpdySession;
  /** Streams as the client opens them. */
  readonly incoming: AsyncIterable<SpdyStream>;
  /** One of SPDY_COMMAND_PROTOCOLS. */
  readonly protocol: string;
  readonly options: RemoteCommandOptions;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Serves one command over SPDY: waits for its streams, runs it, says how it ended, and closes the connection. */
export async function serveCommandOnSpdy(
  served: Served,
  run: (session: RemoteCommandSession) => Promise<CommandStatus>,
): Promise<void> {
  const { session, options, protocol } = served;
  const gone = new AbortController();
  void session.closed.then(() => gone.abort(new OperatingError("CallerGone", "the client closed the connection")));
  const signal = AbortSignal.any([served.signal, gone.signal]);
  const wanted = wantedStreams(options, protocol);
  const streams = await collectStreams(served, wanted, signal);
  const resizes = sizeQueue();
  void drain(streams.get("resize"), (chunk) => resizes.push(chunk)).then(() => resizes.end());
  void drain(streams.get("error"), () => undefined);
  const output = (name: string) => {
    const stream = streams.get(name);
    return (chunk: Uint8Array): Promise<void> => stream?.write(chunk) ?? Promise.resolve();
  };
  const status = await run({
    stdin: streams.get("stdin")?.readable ?? nothing(),
    resizes: resizes.sizes,
    stdout: output("stdout"),
    stderr: output("stderr"),
    signal,
  }).catch(failedStatus);
  const text = formatCommandStatus(status, protocol === SPDY_COMMAND_PROTOCOLS[0]);
  if (text !== "") await streams.get("error")?.write(new TextEncoder().encode(text));
  for (const name of ["stdout", "stderr", "error"]) await streams.get(name)?.end();
  await session.close();
  await session.closed;
}

function wantedStreams(options: RemoteCommandOptions, protocol: string): readonly string[] {
  const resizable = options.tty && (protocol.startsWith("v4.") || protocol.startsWith("v3."));
  return [
    "error",
    ...(options.stdin ? ["stdin"] : []),
    ...(options.stdout ? ["stdout"] : []),
    ...(options.stderr && !options.tty ? ["stderr"] : []),
    ...(resizable ? ["resize"] : []),
  ];
}

async function collectStreams(
  { incoming, clock }: Served,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SpdyStream>> {
  const streams = new Map<string, SpdyStream>();
  using limit = deadline(clock, STREAMS_MS_MAX, signal);
  const iterator = incoming[Symbol.asyncIterator]();
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () => reject(asError(limit.signal.reason)), { once: true });
  });
  late.catch(() => undefined); // usually nobody is late
  while (streams.size < wanted.length) {
    const next = await Promise.race([iterator.next(), late]);
    if (next.done === true) throw new OperatingError("StreamClosed", "the client closed the connection");
    const type = next.value.headers["streamtype"] ?? "";
    if (!wanted.includes(type) || streams.has(type))
      throw new OperatingError("ProtocolViolation", `unexpected stream of type ${JSON.stringify(type)}`);
    streams.set(type, next.value);
  }
  return streams;
}

/** The client's end of a command over SPDY, protocol v4. Opens the streams; resolves once the server has accepted all. */
export async function commandOnSpdy(session: SpdySession, options: RemoteCommandOptions): Promise<RemoteCommand> {
  const wanted = wantedStreams(options, SPDY_COMMAND_PROTOCOLS[0]);
  const opened = await Promise.all(wanted.map((type) => session.open({ streamtype: type })));
  const stream = (type: string): SpdyStream | undefined => opened[wanted.indexOf(type)];
  const status = commandStatus(session, stream("error"));
  status.catch(() => undefined); // told to whoever asks
  return {
    stdout: stream("stdout")?.readable ?? nothing(),
    stderr: stream("stderr")?.readable ?? nothing(),
    status,
    writeStdin: (chunk) => stream("stdin")?.write(chunk) ?? Promise.resolve(),
    endStdin: () => stream("stdin")?.end() ?? Promise.resolve(),
    resize: (size) => stream("resize")?.write(new TextEncoder().encode(formatTerminalSize(size))) ?? Promise.resolve(),
    close: () => session.destroy(),
  };
}

async function commandStatus(session: SpdySession, error: SpdyStream | undefined): Promise<CommandStatus> {
  let text = "";
  const decoder = new TextDecoder();
  if (error !== undefined) for await (const chunk of error.readable) text += decoder.decode(chunk, { stream: true });
  if (text === "") {
    const failure = await Promise.race([session.closed, Promise.resolve(undefined)]);
    if (failure !== undefined) throw failure;
  }
  return parseCommandStatus(text, true);
}

/** Reads a stream to its end, however it ends. */
async function drain(stream: SpdyStream | undefined, take: (chunk: Uint8Array) => void): Promise<void> {
  if (stream === undefined) return;
  try {
    for await (const chunk of stream.readable) take(chunk);
  } catch {
    return; // the session's end is reported by the session
  }
}

function nothing(): AsyncIterable<Uint8Array> {
  const queue = new BoundedQueue<Uint8Array>({ limit: 1 });
  queue.end();
  return queue;
}
