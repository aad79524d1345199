import { type ApiRequest, type ApiResponse, badRequest, type ByteStream, StatusError } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";
import { byteStreamPair } from "../byte-streams.ts";
import { BoundedQueue } from "../bounded-queue.ts";
import type { MessageSocket } from "../message-socket.ts";
import { type SpdySession, spdySession } from "../spdy/session.ts";
import type { SpdyStream } from "../spdy/stream.ts";
import { statusResponse } from "../status-response.ts";
import { type ChannelProtocol, channelProtocols } from "../streams/channel-protocol.ts";
import {
  type ForwardedConnection,
  PORT_FORWARD_PROTOCOL,
  PORT_FORWARD_TUNNEL,
  servePortForward,
} from "../streams/port-forward.ts";
import type { CommandStatus, RemoteCommandOptions, RemoteCommandSession } from "../streams/remote-command.ts";
import { SPDY_COMMAND_PROTOCOLS, serveCommandOnSpdy } from "../streams/spdy-command.ts";
import { serveCommandOnWebSocket } from "../streams/websocket-command.ts";
import { servePortForwardOnWebSocket } from "../streams/websocket-forward.ts";
import { messageSocket } from "./message-socket.ts";
import { spdyInflater } from "./spdy-inflater.ts";
import { listed, negotiate, offeredProtocols, webSocketResponse } from "./web-socket-handshake.ts";

/** Streams that a client may have opened and we not yet looked at. */
const WAITING_STREAMS_MAX = 1_000;

export interface AcceptCommandOptions extends RemoteCommandOptions {
  readonly clock: Clock;
}

/**
 * Answers exec or attach: the response takes over the connection, over WebSocket (v5 to v1 of the channel protocols, binary or base64)
 * or SPDY/3.1 (v4 to v1), runs the command and tells the client how it ended. What `run` throws is told as a Status. A request that
 * asks for no upgrade, or for an unknown protocol, is refused.
 */
export function acceptRemoteCommand(
  request: ApiRequest,
  options: AcceptCommandOptions,
  run: (session: RemoteCommandSession) => Promise<CommandStatus>,
): ApiResponse {
  const { signal } = request;
  return refusing(() => {
    if (request.upgrade?.protocol === "websocket") {
      const offered = offeredProtocols(request);
      const protocol = negotiate(offered.length === 0 ? [""] : offered, channelProtocols);
      return webSocketResponse(request, protocol.name, (stream) => {
        const socket = messageSocket(stream, "server");
        return serveCommandOnWebSocket({ socket, protocol, options, signal }, run);
      });
    }
    requireSpdy(request);
    const offered = listed(request.headers["x-stream-protocol-version"]);
    const known = SPDY_COMMAND_PROTOCOLS.map((name) => ({ name }));
    const protocol = offered.length === 0 ? "channel.k8s.io" : negotiate(offered, known).name;
    return spdyResponse(offered.length === 0 ? undefined : protocol, async (stream) => {
      const { session, incoming } = serverSession(stream);
      const { clock } = options;
      await serveCommandOnSpdy({ session, incoming, protocol, options, signal, clock }, run).catch(
        (thrown: unknown) => {
          session.destroy();
          throw thrown;
        },
      );
    });
  });
}

export interface AcceptPortForwardOptions {
  readonly clock: Clock;
  /** The ports named in the query: needed for the oldest protocol only, which forwards one connection to each. */
  readonly ports?: readonly number[] | undefined;
}

/**
 * Answers port forwarding, over SPDY/3.1, over SPDY tunnelled through a WebSocket, or over channels of a WebSocket, as clients other
 * than kubectl do. `forward` is called for each connection; it resolves when that connection is over, and what it throws is told to
 * the client.
 */
export function acceptPortForward(
  request: ApiRequest,
  options: AcceptPortForwardOptions,
  forward: (connection: ForwardedConnection) => Promise<void>,
): ApiResponse {
  const { signal } = request;
  const serve = (stream: ByteStream): Promise<void> =>
    servePortForward({ ...serverSession(stream), signal, clock: options.clock }, forward);
  return refusing(() => {
    if (request.upgrade?.protocol === "websocket") {
      const offered = offeredProtocols(request);
      const channels = channelProtocols.filter(({ name }) => name.startsWith("v4.") || name === "");
      const known: readonly (ChannelProtocol | { readonly name: string })[] = [
        { name: PORT_FORWARD_TUNNEL },
        ...channels,
      ];
      const protocol = negotiate(offered.length === 0 ? [""] : offered, known);
      if (!("base64" in protocol))
        return webSocketResponse(request, protocol.name, (stream) => serve(tunnel(messageSocket(stream, "server"))));
      const { ports = [] } = options;
      if (ports.length === 0) throw badRequest('query parameter "port" is required');
      return webSocketResponse(request, protocol.name, (stream) =>
        servePortForwardOnWebSocket({ socket: messageSocket(stream, "server"), protocol, ports, signal }, forward),
      );
    }
    requireSpdy(request);
    const offered = listed(request.headers["x-stream-protocol-version"]);
    const protocol = negotiate(offered.length === 0 ? [PORT_FORWARD_PROTOCOL] : offered, [
      { name: PORT_FORWARD_PROTOCOL },
    ]);
    return spdyResponse(protocol.name, serve);
  });
}

/** A WebSocket whose binary messages, put together, are a byte stream. */
export function tunnel(socket: MessageSocket): ByteStream {
  const [mine, theirs] = byteStreamPair();
  const receive = async (): Promise<void> => {
    for await (const { data } of socket.messages) await theirs.write(data);
    await theirs.end();
  };
  const send = async (): Promise<void> => {
    for await (const chunk of theirs.readable) await socket.send(chunk);
    await socket.close(1000, "");
  };
  Promise.all([receive(), send()]).catch(() => {
    socket.destroy();
    theirs.destroy();
  });
  return mine;
}

function refusing(make: () => ApiResponse): ApiResponse {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof StatusError) return statusResponse(thrown);
    throw thrown;
  }
}

function requireSpdy(request: ApiRequest): void {
  if (request.upgrade === undefined) throw badRequest("Upgrade request required");
  if (request.upgrade.protocol !== "spdy/3.1")
    throw badRequest(`unable to upgrade: unknown protocol ${JSON.stringify(request.upgrade.protocol)}`);
}

function spdyResponse(protocol: string | undefined, accept: (stream: ByteStream) => Promise<void>): ApiResponse {
  return {
    status: 101,
    headers: {
      connection: "Upgrade",
      upgrade: "SPDY/3.1",
      ...(protocol === undefined ? {} : { "x-stream-protocol-version": protocol }),
    },
    body: { kind: "upgrade", accept },
  };
}

function serverSession(stream: ByteStream): {
  readonly session: SpdySession;
  readonly incoming: AsyncIterable<SpdyStream>;
} {
  const incoming = new BoundedQueue<SpdyStream>({ limit: WAITING_STREAMS_MAX });
  const session = spdySession(stream, {
    side: "server",
    inflater: spdyInflater(),
    onStream: (opened) => {
      if (incoming.full) opened.destroy();
      else incoming.push(opened);
    },
  });
  void session.closed.then(() => incoming.end());
  return { session, incoming };
}
