import type { NodePaths } from "./node-paths.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/** Ranges of addresses that pods reach under their own address. */
export interface MasqueradeRanges {
  /** Pods of this node. */
  readonly podCidr: string;
  /** Pods of the whole cluster. */
  readonly clusterCidr: string;
}

/** Name of our table for the pod network. Every table of a cluster has its id in its name. */
export function podTable(id: string): string {
  return `skates_${id}_pods`;
}

/** nft commands that let pods reach what lies outside of the cluster, in the node's name; replacing what was there. */
export function masqueradeRules(id: string, ranges: MasqueradeRanges): string {
  const table = `table ip ${podTable(id)}`;
  return [
    table,
    `delete ${table}`,
    `${table} {`,
    "  chain postrouting {",
    "    type nat hook postrouting priority srcnat; policy accept;",
    `    ip saddr ${ranges.podCidr} ip daddr != { ${ranges.clusterCidr}, 224.0.0.0/4 } masquerade fully-random`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** Puts the rules in force, in one transaction. */
export async function writePodMasquerade(
  paths: Pick<NodePaths, "id">,
  ranges: MasqueradeRanges,
  signal: AbortSignal,
): Promise<void> {
  await runCommand(["nft", "-f", "-"], { input: Buffer.from(masqueradeRules(paths.id, ranges)) }, signal);
}

/** Removes every nftables table that has the id in its name, whichever component made it; returns their names. */
export async function removeTables(id: string, signal: AbortSignal): Promise<readonly string[]> {
  const listed = await tryCommand(["nft", "list", "tables"], {}, signal);
  if (listed.code !== 0) return []; // no nftables in this kernel: nothing can be in it
  const ours = parseTables(listed.stdout).filter((table) => table.includes(id));
  for (const table of ours) await tryCommand(["nft", "delete", "table", ...table.split(" ")], {}, signal);
  return ours;
}

/** `family name` of each table, from the output of `nft list tables`. */
export function parseTables(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("table "))
    .map((line) => line.slice("table ".length).trim());
}
