import { type ApiRequest, type ApiResponse, badRequest, type ByteStream, StatusError } from "@skates/apimachinery";
import { webSocketAccept } from "./message-socket.ts";

/** The protocols that a client would speak over its WebSocket, best first. */
export function offeredProtocols(request: ApiRequest): readonly string[] {
  return listed(request.headers["sec-websocket-protocol"]);
}

/** The first that the client names and we know. Throws Forbidden. */
export function negotiate<T extends { readonly name: string }>(offered: readonly string[], known: readonly T[]): T {
  for (const name of offered) {
    const found = known.find((protocol) => protocol.name === name);
    if (found !== undefined) return found;
  }
  const ours = known.map((protocol) => protocol.name).filter((name) => name !== "");
  throw new StatusError(
    "Forbidden",
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${ours.join(" ")}]`,
  );
}

/** The values of a header that is a list. */
export function listed(header: string | undefined): readonly string[] {
  return (header ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** The server's half of the handshake; `accept` gets the connection. Throws BadRequest. */
export function webSocketResponse(
  request: ApiRequest,
  protocol: string,
  accept: (stream: ByteStream) => Promise<void>,
): ApiResponse {
  const key = request.headers["sec-websocket-key"] ?? "";
  if (
    request.method !== "GET" ||
    !/^[A-Za-z0-9+/]{22}==$/.test(key) ||
    request.headers["sec-websocket-version"] !== "13"
  )
    throw badRequest("not a WebSocket handshake of version 13");
  return {
    status: 101,
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-accept": webSocketAccept(key),
      ...(protocol === "" ? {} : { "sec-websocket-protocol": protocol }),
    },
    body: { kind: "upgrade", accept },
  };
}
