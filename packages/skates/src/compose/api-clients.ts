import { type Client, clientFor } from "@skates/client";
import { type Env, hasCode } from "@skates/component-base";
import type { KeyPair } from "@skates/pki";
import { type HttpsClient, httpsHandler } from "@skates/transport/node";
import type { ClusterConfig } from "../cluster/config.ts";
import { liveHttps } from "./live-https.ts";

/** Clients of the API server over HTTPS, each with the certificate of its component. */
export interface ApiClients extends AsyncDisposable {
  /** The identity is asked for at each request: it may have been renewed. Connections: at one time; a watch holds one. */
  as(name: string, identity: () => KeyPair, connectionsMax?: number): Client;
  /** Waits until the server takes connections: it starts at the same time as we do. */
  untilReachable(signal: AbortSignal): Promise<void>;
}

const POLL_MS = 20;

export function apiClients(config: ClusterConfig, ca: () => string, env: Env): ApiClients {
  const server = `https://127.0.0.1:${config.apiPort}`;
  const open: Pick<HttpsClient, "close">[] = [];
  return {
    as(name, identity, connectionsMax) {
      const https = liveHttps(() => ({ server, ca: ca(), ...identity(), userAgent: name, connectionsMax }));
      open.push(https);
      return clientFor(https.handler, { userAgent: name, clock: env.clock, random: env.random, wire: true });
    },
    async untilReachable(signal) {
      const https = httpsHandler({ server, ca: ca() });
      try {
        while (!(await isReachable(https, signal))) await env.clock.sleep(POLL_MS, signal);
      } finally {
        await https.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(open.map((https) => https.close()));
    },
  };
}

async function isReachable(https: HttpsClient, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await https.handler({
      method: "GET",
      path: "/readyz",
      query: new URLSearchParams(),
      headers: {},
      body: { kind: "none" },
      peer: { tls: { remoteAddress: "" } },
      signal,
    });
    if (response.body.kind === "bytes") for await (const _ of response.body.chunks) continue;
    return response.status === 200;
  } catch (error) {
    if (!hasCode(error, "ConnectFailed") && !hasCode(error, "ConnectionLost")) throw error;
    return false; // not listening yet
  }
}
