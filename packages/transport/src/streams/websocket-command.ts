import { asError, OperatingError } from "@skates/component-base";
import { BoundedQueue } from "../bounded-queue.ts";
import type { MessageSocket } from "../message-socket.ts";
import {
  CHANNEL,
  type ChannelMessage,
  type ChannelProtocol,
  decodeChannel,
  encodeChannel,
} from "./channel-protocol.ts";
import {
  type CommandStatus,
  failedStatus,
  formatCommandStatus,
  formatTerminalSize,
  parseCommandStatus,
  parseTerminalSize,
  type RemoteCommand,
  type RemoteCommandOptions,
  type RemoteCommandSession,
  type TerminalSize,
} from "./remote-command.ts";

/** What a channel may hold unread before the connection waits. */
const CHANNEL_BYTES = 256 * 1024;

interface Served {
  readonly socket: MessageSocket;
  readonly protocol: ChannelProtocol;
  readonly options: RemoteCommandOptions;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

/** Serves one command over a WebSocket: runs it, says how it ended, and closes the connection. */
export async function serveCommandOnWebSocket(
  { socket, protocol, options, signal }: Served,
  run: (session: RemoteCommandSession) => Promise<CommandStatus>,
): Promise<void> {
  const stdin = byteQueue();
  const resizes = sizeQueue();
  const gone = new AbortController();
  if (!options.stdin) stdin.end();
  const send = (channel: number, data: Uint8Array): Promise<void> =>
    socket.send(encodeChannel(protocol, { channel, data }));

  const take = async ({ channel, data }: ChannelMessage): Promise<void> => {
    if (channel === CHANNEL.stdin && options.stdin) {
      if (!stdin.push(data)) await stdin.room();
    } else if (channel === CHANNEL.resize) resizes.push(data);
    else if (channel === CHANNEL.close && protocol.closeSignal && data[0] === CHANNEL.stdin) stdin.end();
  };
  const receiving = receive(socket, protocol, take).then(
    () => stdin.end(),
    (thrown: unknown) => stdin.fail(thrown),
  );
  void receiving.then(() => {
    resizes.end();
    gone.abort(new OperatingError("CallerGone", "the client closed the connection"));
  });

  // Tells clients that wait for it that the connection stands, as upstream does.
  const lowest = options.stdout ? CHANNEL.stdout : options.stderr ? CHANNEL.stderr : CHANNEL.error;
  await send(lowest, new Uint8Array(0));
  const status = await run({
    stdin,
    resizes: resizes.sizes,
    stdout: (chunk) => (options.stdout ? send(CHANNEL.stdout, chunk) : Promise.resolve()),
    stderr: (chunk) => (options.stderr ? send(CHANNEL.stderr, chunk) : Promise.resolve()),
    signal: AbortSignal.any([signal, gone.signal]),
  }).catch(failedStatus);
  const text = formatCommandStatus(status, protocol.jsonStatus);
  if (text !== "") await send(CHANNEL.error, new TextEncoder().encode(text));
  await socket.close(1000, "");
}

/** The client's end of a command over a WebSocket. */
export function commandOnWebSocket(socket: MessageSocket, protocol: ChannelProtocol): RemoteCommand {
  const stdout = byteQueue();
  const stderr = byteQueue();
  let error = "";
  const take = async ({ channel, data }: ChannelMessage): Promise<void> => {
    if (channel === CHANNEL.error) error += new TextDecoder().decode(data);
    const output = channel === CHANNEL.stdout ? stdout : channel === CHANNEL.stderr ? stderr : undefined;
    if (output !== undefined && data.length > 0 && !output.push(data)) await output.room();
  };
  const status = receive(socket, protocol, take).then(
    () => {
      stdout.end();
      stderr.end();
      return parseCommandStatus(error, protocol.jsonStatus);
    },
    (thrown: unknown) => {
      stdout.fail(thrown);
      stderr.fail(thrown);
      throw asError(thrown);
    },
  );
  status.catch(() => undefined); // told to whoever asks
  const send = (channel: number, data: Uint8Array): Promise<void> =>
    socket.send(encodeChannel(protocol, { channel, data }));
  return {
    stdout,
    stderr,
    status,
    writeStdin: (chunk) => send(CHANNEL.stdin, chunk),
    endStdin: () => (protocol.closeSignal ? send(CHANNEL.close, Uint8Array.of(CHANNEL.stdin)) : Promise.resolve()),
    resize: (size) => send(CHANNEL.resize, new TextEncoder().encode(formatTerminalSize(size))),
    close: () => socket.destroy(),
  };
}

async function receive(
  socket: MessageSocket,
  protocol: ChannelProtocol,
  take: (message: ChannelMessage) => Promise<void>,
): Promise<void> {
  for await (const message of socket.messages) {
    const decoded = decodeChannel(protocol, message);
    if (decoded !== undefined) await take(decoded);
  }
}

function byteQueue(): BoundedQueue<Uint8Array> {
  return new BoundedQueue({ limit: CHANNEL_BYTES, weigh: (chunk) => chunk.length });
}

/** Sizes as they come in, in JSON; what is no size is skipped. */
export interface SizeQueue {
  readonly sizes: AsyncIterable<TerminalSize>;
  push(data: Uint8Array): void;
  end(): void;
}

/** A client that sends sizes faster than they are used is not waited for; there is room for many more than a window can change. */
const SIZES_MAX = 1_000;

/** Parses sizes, which may share a chunk or span several, and hands them on. */
export function sizeQueue(): SizeQueue {
  const sizes = new BoundedQueue<TerminalSize>({ limit: SIZES_MAX });
  let text = "";
  return {
    sizes,
    push: (data) => {
      text += new TextDecoder().decode(data);
      for (let end = text.indexOf("}"); end >= 0; end = text.indexOf("}")) {
        const size = parseTerminalSize(text.slice(0, end + 1));
        text = text.slice(end + 1);
        if (size !== undefined && !sizes.full) sizes.push(size);
      }
      if (text.length > 1_000) text = ""; // no size is that long
    },
    end: () => sizes.end(),
  };
}
