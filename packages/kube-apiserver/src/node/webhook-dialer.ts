import { lookup } from "node:dns/promises";
import type { Handler } from "@skates/apimachinery";
import { type HttpsClient, httpsHandler } from "@skates/transport/node";
import { isSpecialAddress } from "../webhooks/service-endpoint.ts";
import type { WebhookDialer, WebhookServer } from "../webhooks/webhook-target.ts";

/** Servers reached lately; connections to others are closed when more come. Upstream keeps 200 clients too. */
const SERVERS_MAX = 200;

/** Longer than any webhook may take: the caller's signal bounds it. */
const HEADERS_TIMEOUT_MS = 120_000;

/** Dials webhook servers over TLS and HTTP/1.1, with connections that are kept. */
export function webhookDialer(): WebhookDialer {
  const open = new Map<string, HttpsClient>();
  const clientOf = (server: WebhookServer): HttpsClient => {
    const key = JSON.stringify(server);
    let client = open.get(key);
    if (client === undefined) {
      client = httpsHandler(optionsOf(server));
      evictOldest(open);
    } else open.delete(key);
    open.set(key, client);
    return client;
  };
  return (server) => (server.publicOnly ? checkedHandler(server, clientOf) : clientOf(server).handler);
}

function optionsOf({ origin, serverName, hostHeader, ca, credentials }: WebhookServer) {
  return {
    server: origin,
    serverName: credentials?.serverName ?? serverName,
    hostHeader,
    ca,
    cert: credentials?.cert,
    key: credentials?.key,
    token: credentials?.token,
    insecure: credentials?.insecure,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
  };
}

/** Names (of ExternalName services) are looked up first, and what was checked is what is dialed. */
function checkedHandler(server: WebhookServer, clientOf: (server: WebhookServer) => HttpsClient): Handler {
  return async (request) => {
    const url = new URL(server.origin);
    const { address, family } = await lookup(url.hostname.replace(/^\[|\]$/g, ""));
    if (isSpecialAddress(address)) throw new Error(`address not allowed: ${address}`);
    const origin = `https://${family === 6 ? `[${address}]` : address}:${url.port === "" ? 443 : url.port}`;
    return await clientOf({ ...server, origin }).handler(request);
  };
}

function evictOldest(open: Map<string, HttpsClient>): void {
  if (open.size < SERVERS_MAX) return;
  const [oldest] = open;
  if (oldest === undefined) return;
  open.delete(oldest[0]);
  // What is under way on it ends with an error that its caller sees.
  void oldest[1].close();
}
