import type { Handler } from "@skates/apimachinery";
import { type HttpsClient, httpsHandler } from "@skates/transport/node";

/** Pods and services reached lately; connections to others are closed when more come. */
const ORIGINS_MAX = 64;

/**
 * Connections to pods and services for the API server's proxy, by origin. Their certificates are not verified, as upstream: they
 * are whatever the workload has, and no credentials are sent.
 */
export function workloadDialer(): (origin: string) => Handler {
  const open = new Map<string, HttpsClient>();
  return (origin) => {
    let client = open.get(origin);
    if (client === undefined) {
      client = httpsHandler({ server: origin, insecure: true });
      evictOldest(open);
    } else open.delete(origin);
    open.set(origin, client);
    return client.handler;
  };
}

function evictOldest(open: Map<string, HttpsClient>): void {
  if (open.size < ORIGINS_MAX) return;
  const [oldest] = open;
  if (oldest === undefined) return;
  open.delete(oldest[0]);
  // What is under way on it ends with an error that its caller sees.
  void oldest[1].close();
}
