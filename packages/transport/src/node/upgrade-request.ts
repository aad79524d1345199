import { request as plainRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Socket } from "node:net";
import type { ApiRequest, ApiResponse } from "@skates/apimachinery";
import { joinStreams } from "../byte-streams.ts";
import { clientError } from "./client-error.ts";
import { singleHeaders } from "./request-headers.ts";
import { sharedSignal } from "./shared-signal.ts";
import { socketStream } from "./socket-stream.ts";

/** Where to connect to. */
export interface UpgradeTarget {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly tls: Readonly<Record<string, string | boolean>> | object;
  readonly timeoutMs: number;
}

interface Sent {
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly target: string;
}

/**
 * Asks a server to switch protocols, on a connection of its own. The body of the response joins whoever accepts it to that
 * connection; it ends when both do, or when the request's signal aborts. A refusal is an ordinary response.
 */
export function upgradeRequest(to: UpgradeTarget, request: ApiRequest, sent: Sent): Promise<ApiResponse> {
  const signal = sharedSignal(request.signal);
  const options = {
    host: to.host,
    port: to.port,
    method: request.method,
    path: sent.target,
    headers: {
      ...sent.headers,
      connection: "Upgrade",
      upgrade: request.headers["upgrade"] ?? request.upgrade?.protocol,
    },
    agent: false as const,
    signal,
  };
  return new Promise((resolve, reject) => {
    const message: ClientRequest = to.secure ? tlsRequest({ ...options, ...to.tls }) : plainRequest(options);
    const origin = `${to.host}:${to.port}`;
    message.setTimeout(to.timeoutMs, () =>
      message.destroy(Object.assign(new Error("no answer"), { code: "UND_ERR_HEADERS_TIMEOUT" })),
    );
    message.on("error", (error) => reject(clientError(error, origin, signal)));
    message.on("response", (response) => {
      message.setTimeout(0);
      resolve(refusal(response));
    });
    message.on("upgrade", (response, socket: Socket, head) => {
      socket.setTimeout(0);
      socket.setNoDelay(true);
      if (head.length > 0) socket.unshift(head);
      resolve(switched(response, socket, signal));
    });
    message.end();
  });
}

function refusal(response: IncomingMessage): ApiResponse {
  const headers = singleHeaders(response.headers);
  for (const name of ["connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"])
    delete headers[name];
  response.on("error", () => undefined); // told to the reader
  return {
    status: response.statusCode ?? 0,
    headers,
    body: { kind: "bytes", mediaType: headers["content-type"] ?? "", chunks: response },
  };
}

function switched(response: IncomingMessage, socket: Socket, signal: AbortSignal): ApiResponse {
  const stream = socketStream(socket);
  const onAbort = (): void => stream.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", onAbort));
  return {
    status: 101,
    headers: singleHeaders(response.headers),
    body: { kind: "upgrade", accept: (caller) => joinStreams(caller, stream) },
  };
}
