import { readdir } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import type { NodeRoute, RouteTable } from "../../pod-network/node-routes.ts";
import { CNI_CONF_FILE } from "./cni.ts";
import type { NodePaths } from "./node-paths.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/** Marks our routes for the kernel, which keeps the number and does nothing with it; iproute2 and routing daemons use others. */
const PROTOCOL = "83";

/** The machine's main routing table by `ip`. Only routes into `clusterCidr` count: those of other clusters have the mark too. */
export function hostRouteTable(paths: Pick<NodePaths, "cniConfDir">, clusterCidr: string): RouteTable {
  return {
    list: (signal) => listRoutes(clusterCidr, signal),
    async add({ to, via }, signal) {
      const route = [to, "via", via, "proto", PROTOCOL] as const;
      const ours = (await listRoutes(clusterCidr, signal)).some((each) => each.to === to);
      // `replace` would also take over a route that is not ours.
      await runCommand(["ip", "-4", "route", ours ? "replace" : "add", ...route], {}, signal);
    },
    remove: removeRoute,
    async reach(address, signal) {
      if (isOwn(address)) return "self";
      const answer = await runCommand(["ip", "-4", "-j", "route", "get", address], {}, signal);
      const [found] = records(answer);
      if (found?.["type"] === "local") return "self";
      return found?.["gateway"] === undefined ? "link" : "router";
    },
    async ours() {
      const lists = (await readdir(paths.cniConfDir)).filter((name) => /\.(conf|conflist|json)$/.test(name)).sort();
      return lists[0] === CNI_CONF_FILE;
    },
  };
}

/** Removes our routes to pods of other nodes of a cluster; nothing to remove is no error. */
export async function removeNodeRoutes(clusterCidr: string, signal: AbortSignal): Promise<void> {
  for (const route of await listRoutes(clusterCidr, signal)) await removeRoute(route, signal);
}

async function listRoutes(clusterCidr: string, signal: AbortSignal): Promise<readonly NodeRoute[]> {
  const command = ["ip", "-4", "-j", "route", "show", "root", clusterCidr, "proto", PROTOCOL] as const;
  return records(await runCommand(command, {}, signal)).flatMap(({ dst, gateway }) =>
    typeof dst === "string" && typeof gateway === "string" ? [{ to: dst, via: gateway }] : [],
  );
}

async function removeRoute({ to, via }: NodeRoute, signal: AbortSignal): Promise<void> {
  // One that is gone already went with its link.
  await tryCommand(["ip", "-4", "route", "delete", to, "via", via, "proto", PROTOCOL], {}, signal);
}

/** Simulated nodes are many, and all have an address of this machine: `ip` is not run for each. */
function isOwn(address: string): boolean {
  return Object.values(networkInterfaces()).some((own) => own?.some((each) => each.address === address));
}

/** What `ip -j` printed. It prints nothing, and not an empty list, where nothing is found. */
function records(json: string): readonly Readonly<Record<string, unknown>>[] {
  const value: unknown = json.trim() === "" ? [] : JSON.parse(json);
  return Array.isArray(value) ? value : [];
}
