import { randomBytes } from "node:crypto";
import type { ApiRequest, ApiResponse, ByteStream, Handler } from "@skates/apimachinery";
import { messageOf, OperatingError } from "@skates/component-base";
import { upgradedStream } from "../byte-streams.ts";
import { joinChunks } from "../chunks.ts";
import { spdySession } from "../spdy/session.ts";
import { channelProtocols } from "../streams/channel-protocol.ts";
import {
  PORT_FORWARD_PROTOCOL,
  PORT_FORWARD_TUNNEL,
  type PortForwarder,
  portForwarder,
} from "../streams/port-forward.ts";
import type { RemoteCommand, RemoteCommandOptions } from "../streams/remote-command.ts";
import { commandOnSpdy, SPDY_COMMAND_PROTOCOLS } from "../streams/spdy-command.ts";
import { commandOnWebSocket } from "../streams/websocket-command.ts";
import { tunnel } from "./accept-streams.ts";
import { messageSocket, webSocketAccept } from "./message-socket.ts";
import { spdyInflater } from "./spdy-inflater.ts";

/** Where streams are asked for: a handler (`httpsHandler`, for container runtimes too) and the request's target. */
export interface DialOptions {
  readonly handler: Handler;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: URLSearchParams | undefined;
  /** Ends the connection when it aborts. */
  readonly signal: AbortSignal;
  /** Container runtimes speak SPDY, API servers both. Default SPDY. */
  readonly over?: "spdy" | "websocket" | undefined;
}

/**
 * Starts or joins a command. Throws `UpgradeRefused`, with the server's answer in its message, if the server does not switch protocols,
 * and what `httpsHandler` throws if it cannot be reached.
 */
export async function dialRemoteCommand(dial: DialOptions, options: RemoteCommandOptions): Promise<RemoteCommand> {
  if (dial.over === "websocket") {
    const names = channelProtocols.slice(0, 2).map(({ name }) => name);
    const { stream, protocol } = await dialWebSocket(dial, names);
    const [newest] = channelProtocols;
    const spoken = channelProtocols.find(({ name }) => name === protocol) ?? newest;
    if (spoken === undefined) throw new OperatingError("UpgradeRefused", "the server chose no protocol");
    return commandOnWebSocket(messageSocket(stream, "client"), spoken);
  }
  const stream = await dialSpdy(dial, SPDY_COMMAND_PROTOCOLS[0]);
  const session = spdySession(stream, { side: "client", inflater: spdyInflater() });
  return await commandOnSpdy(session, options).catch((thrown: unknown) => {
    session.destroy();
    throw thrown;
  });
}

/** Opens a connection for forwarding ports. Throws as `dialRemoteCommand` does. */
export async function dialPortForward(dial: DialOptions): Promise<PortForwarder> {
  const stream =
    dial.over === "websocket"
      ? tunnel(messageSocket((await dialWebSocket(dial, [PORT_FORWARD_TUNNEL])).stream, "client"))
      : await dialSpdy(dial, PORT_FORWARD_PROTOCOL);
  return portForwarder(spdySession(stream, { side: "client", inflater: spdyInflater() }));
}

async function dialSpdy(dial: DialOptions, protocol: string): Promise<ByteStream> {
  const headers = { upgrade: "SPDY/3.1", connection: "Upgrade", "x-stream-protocol-version": protocol };
  const response = await dial.handler(upgradeRequestFor(dial, "POST", headers));
  return await streamOf(response);
}

async function dialWebSocket(
  dial: DialOptions,
  protocols: readonly string[],
): Promise<{ readonly stream: ByteStream; readonly protocol: string }> {
  const key = randomBytes(16).toString("base64");
  const headers = {
    upgrade: "websocket",
    connection: "Upgrade",
    "sec-websocket-key": key,
    "sec-websocket-version": "13",
    "sec-websocket-protocol": protocols.join(", "),
  };
  const response = await dial.handler(upgradeRequestFor(dial, "GET", headers));
  const stream = await streamOf(response);
  const protocol = response.headers["sec-websocket-protocol"] ?? "";
  if (response.headers["sec-websocket-accept"] !== webSocketAccept(key) || !protocols.includes(protocol)) {
    stream.destroy();
    throw new OperatingError("UpgradeRefused", "the server's WebSocket handshake is wrong");
  }
  return { stream, protocol };
}

function upgradeRequestFor(dial: DialOptions, method: string, headers: Readonly<Record<string, string>>): ApiRequest {
  return {
    method,
    path: dial.path,
    query: dial.query ?? new URLSearchParams(),
    headers,
    body: { kind: "none" },
    peer: { loopback: { name: "", groups: [] } }, // credentials are the handler's
    signal: dial.signal,
    upgrade: { protocol: (headers["upgrade"] ?? "").toLowerCase() },
  };
}

async function streamOf(response: ApiResponse): Promise<ByteStream> {
  const { body, status } = response;
  if (body.kind === "upgrade") return upgradedStream(response);
  const text = await bodyText(response).catch(messageOf);
  throw new OperatingError("UpgradeRefused", `the server answered ${status} instead of switching protocols: ${text}`);
}

/** A refusal is short; more of it would not help. */
const REFUSAL_BYTES_MAX = 64 * 1024;

async function bodyText({ body }: ApiResponse): Promise<string> {
  if (body.kind === "json") return JSON.stringify(body.value);
  if (body.kind !== "bytes") return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body.chunks) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > REFUSAL_BYTES_MAX) break;
  }
  return Buffer.from(joinChunks(chunks)).toString().trim();
}
