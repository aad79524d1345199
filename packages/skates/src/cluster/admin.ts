import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";

export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
}

/** Asks the API server as the administrator. Rejects when it cannot be reached. For the few calls of the command line itself. */
export function askApi(paths: Paths, config: ClusterConfig, path: string, timeoutMs = 2_000): Promise<AdminAnswer> {
  const pem = (name: string): string => readFileSync(join(paths.pki, name), "utf8");
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: config.apiPort,
        path,
        ca: pem("ca.crt"),
        cert: pem("admin.crt"),
        key: pem("admin.key"),
        timeout: timeoutMs,
        agent: false,
        headers: { accept: "application/json" },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    call.on("timeout", () => call.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    call.on("error", reject);
    call.end();
  });
}

/** A node as far as the command line tells of it. */
export interface NodeSummary {
  readonly name: string;
  readonly ready: boolean;
  readonly message: string;
}

/** The cluster's nodes and whether they are ready. */
export async function nodeSummaries(paths: Paths, config: ClusterConfig): Promise<readonly NodeSummary[]> {
  const answer = await askApi(paths, config, "/api/v1/nodes");
  if (answer.status !== 200) throw new Error(`the API answered ${answer.status}: ${answer.text.slice(0, 200)}`);
  const list = JSON.parse(answer.text) as NodeListShape;
  return (list.items ?? []).map((node) => {
    const condition = node.status?.conditions?.find((c) => c.type === "Ready");
    return {
      name: node.metadata.name,
      ready: condition?.status === "True",
      message: condition?.message ?? "no status yet",
    };
  });
}

interface NodeListShape {
  readonly items?: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: {
      readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
    };
  }[];
}
