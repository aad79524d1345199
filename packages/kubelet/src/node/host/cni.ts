import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@skates/component-base";
import type { NodePaths } from "./node-paths.ts";

/** Name of our file in the CNI configuration folder; a file sorting before it takes over, as with any runtime. */
export const CNI_CONF_FILE = "10-skates.conflist";

/** The pod network of one node. */
export interface PodNetwork {
  /** The node's own range, such as `10.244.0.0/24`. */
  readonly podCidr: string;
  /** Largest packet that leaves the machine whole; `defaultRouteMtu` finds it. The plugin's default unless given. */
  readonly mtu?: number | undefined;
  /** Whether the host has iptables, which the plugin for host ports needs (even to find that it has nothing to do). */
  readonly hostPorts: boolean;
}

/**
 * The list of plugins that connects a pod: a pair of interfaces with a route (`ptp`; needs neither a bridge nor
 * br_netfilter, and services work towards the pod itself), addresses from `host-local`, and `portmap` for host ports.
 * Masquerading is a rule of our own (`writePodMasquerade`): one per node instead of a chain per pod.
 */
export function cniConfList(paths: Pick<NodePaths, "id" | "cniStateDir">, network: PodNetwork): string {
  const list = {
    cniVersion: "1.0.0",
    name: `skates-${paths.id}`,
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ...(network.mtu === undefined ? {} : { mtu: network.mtu }),
        ipam: {
          type: "host-local",
          dataDir: paths.cniStateDir,
          ranges: [[{ subnet: network.podCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      ...(network.hostPorts ? [{ type: "portmap", snat: true, capabilities: { portMappings: true } }] : []),
    ],
  };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** Writes the list of plugins where containerd looks for it, and switches on forwarding, which routing to pods needs. */
export async function writeCni(paths: NodePaths, network: PodNetwork): Promise<void> {
  await mkdir(paths.cniStateDir, { recursive: true });
  await mkdir(paths.cniConfDir, { recursive: true });
  await writeFile(join(paths.cniConfDir, CNI_CONF_FILE), cniConfList(paths, network), { mode: 0o600 });
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
}

/** Removes what `writeCni` wrote, but for forwarding, on which others may rely by now. */
export async function removeCni(paths: NodePaths): Promise<void> {
  await rm(join(paths.cniConfDir, CNI_CONF_FILE), { force: true });
  // The folders too, unless somebody else has something in them.
  for (const dir of [paths.cniConfDir, dirname(paths.cniConfDir)]) {
    await rmdir(dir).catch((error: unknown) => {
      if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "ENOENT") && !hasCode(error, "EEXIST")) throw error;
    });
  }
}

/** The MTU of the interface behind the default route; undefined without one. */
export async function defaultRouteMtu(): Promise<number | undefined> {
  const route = parseDefaultRoute(await readFile("/proc/net/route", "utf8"));
  return route === undefined ? undefined : Number(await readFile(`/sys/class/net/${route}/mtu`, "utf8"));
}

/** The interface of the default route with the least metric, from the text of `/proc/net/route`. */
export function parseDefaultRoute(text: string): string | undefined {
  const rows = text
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"));
  const defaults = rows.filter((row) => row[1] === "00000000" && row[7] === "00000000");
  return defaults.sort((a, b) => Number(a[6]) - Number(b[6]))[0]?.[0];
}
