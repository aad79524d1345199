import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { httpsHandler } from "@skates/transport/node";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";

export interface AdminClient extends AsyncDisposable {
  readonly client: Client;
}

/** A typed client as the cluster's administrator. */
export function adminClient(paths: Paths, config: ClusterConfig): AdminClient {
  const pem = (name: string): string => readFileSync(join(paths.pki, name), "utf8");
  const https = httpsHandler({
    server: `https://127.0.0.1:${config.apiPort}`,
    ca: pem("ca.crt"),
    cert: pem("admin.crt"),
    key: pem("admin.key"),
  });
  return {
    client: clientFor(https.handler, { userAgent: "skates", clock: systemClock(), random: systemRandom(), wire: true }),
    [Symbol.asyncDispose]: () => https.close(),
  };
}
