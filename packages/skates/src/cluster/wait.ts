import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import type { Node } from "@skates/api/core/v1";
import { readAnswers, writeQuery } from "@skates/cluster-dns";
import { CliError, EXIT, failure } from "../cli/errors.ts";
import { askApi, nodeSummaries } from "./admin.ts";
import type { ClusterConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";
import { isAlive, logFileOf, logTail, type Role } from "./processes.ts";

/** A cluster that is starting: where it is and which processes must live on. */
export interface Starting {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  readonly pids: Readonly<Partial<Record<Role, number>>>;
  readonly signal: AbortSignal;
}

/** Questions are this far apart: shorter than anybody notices, long enough not to steal time from what is starting. */
const POLL_MS = 20;
const DNS_TYPE_A = 1;
const DNS_WAIT_MS = 200;

/** Waits for the API server to say that it is ready. */
export async function untilApiReady(starting: Starting, timeoutMs: number): Promise<void> {
  await poll(starting, timeoutMs, "the API server to be ready", async () => {
    const answer = await askApi(starting.paths, starting.config, "/readyz");
    return answer.status === 200 ? undefined : `/readyz answered ${answer.status}: ${answer.text.slice(0, 300)}`;
  });
}

/** Waits for `count` nodes to be Ready. */
export async function untilNodesReady(starting: Starting, count: number, timeoutMs: number): Promise<void> {
  await poll(starting, timeoutMs, count === 1 ? "the node to be Ready" : `${count} nodes to be Ready`, async () => {
    const nodes = await nodeSummaries(starting.paths, starting.config);
    const ready = nodes.filter((node) => node.ready).length;
    if (ready >= count) return undefined;
    const waiting = nodes.find((node) => !node.ready);
    return waiting === undefined ? `${ready} of ${count} nodes are Ready` : `node ${waiting.name}: ${waiting.message}`;
  });
}

/** Waits for this machine's node of a cluster that it joined to be Ready, as the cluster sees it. */
export async function untilOwnNodeReady(
  starting: Starting,
  get: () => Promise<Node>,
  timeoutMs: number,
): Promise<void> {
  await poll(starting, timeoutMs, "the node to be Ready", async () => {
    const condition = (await get()).status?.conditions?.find(({ type }) => type === "Ready");
    if (condition?.status === "True") return undefined;
    return condition?.message ?? "the kubelet has not reported yet";
  });
}

/** Waits until the cluster's DNS gives the API's address, asked as a pod would ask: at its Service address. */
export async function untilDnsAnswers(starting: Starting, timeoutMs: number): Promise<void> {
  const { config } = starting;
  const name = `kubernetes.default.svc.${config.clusterDomain}`;
  await poll(starting, timeoutMs, `DNS at ${config.dnsAddress} to answer`, () => askDns(config.dnsAddress, name));
}

function askDns(server: string, name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const finish = (outcome: string | undefined): void => {
      clearTimeout(timer);
      socket.removeAllListeners("message").close();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish(`no answer from ${server}`), DNS_WAIT_MS);
    socket.on("error", (error) => finish(error.message));
    socket.on("message", (reply) => finish(readAnswers(reply).length > 0 ? undefined : `${name} has no address yet`));
    socket.send(writeQuery(1, name, DNS_TYPE_A), 53, server, (error) => {
      if (error !== null) finish(error.message);
    });
  });
}

/** Asks until `check` gives undefined; fails when a process has ended or the time is up, with the last answer. */
async function poll(
  { paths, pids, signal }: Starting,
  timeoutMs: number,
  what: string,
  check: () => Promise<string | undefined>,
): Promise<void> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    const hindrance = await check().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    if (hindrance === undefined) return;
    for (const role of ["server", "agent"] as const) {
      const pid = pids[role];
      if (pid !== undefined && !isAlive(pid)) throw ended(paths, role);
    }
    if (performance.now() > untilMs) {
      const logs = `see ${logFileOf(paths, "server")} and ${logFileOf(paths, "agent")}`;
      throw failure(`waited ${timeoutMs / 1000} s for ${what}, last: ${hindrance}`, logs);
    }
    await sleep(POLL_MS);
  }
}

function ended(paths: Paths, role: Role): CliError {
  const last = logTail(paths, role, 1)[0] ?? "it left no message";
  return new CliError(EXIT.failed, `the ${role} ended: ${last} (more in ${logFileOf(paths, role)})`);
}
