import { hasCode } from "@skates/component-base";
import type { NodePaths } from "./node-paths.ts";
import { runCommand, tryCommand } from "./run-command.ts";

/**
 * Lets packets from and to pods pass on hosts whose FORWARD chain drops what it does not know, as Docker and ufw set it
 * up. A rule in a table of our own could not overrule that chain, so these two go into it, marked with the cluster's id.
 * Does nothing on other hosts, and nothing the second time. Returns whether the rules are needed.
 */
export async function allowPodForwarding(
  paths: Pick<NodePaths, "id">,
  clusterCidr: string,
  signal: AbortSignal,
): Promise<boolean> {
  const saved = await filterRules(signal);
  if (saved === undefined || !forwardingDropped(saved)) return false;
  const input = forwardingRules(saved, paths.id, clusterCidr);
  if (input !== undefined) await restore(input, signal);
  return true;
}

/** Takes the rules of `allowPodForwarding` out again. */
export async function removePodForwarding(paths: Pick<NodePaths, "id">, signal: AbortSignal): Promise<void> {
  const saved = await filterRules(signal);
  const input = saved === undefined ? undefined : forwardingRemoval(saved, paths.id);
  if (input !== undefined) await restore(input, signal);
}

/** Whether the output of `iptables-save -t filter` says that forwarded packets are dropped unless a rule accepts them. */
export function forwardingDropped(saved: string): boolean {
  return /^:FORWARD DROP\b/m.test(saved);
}

/** Input of `iptables-restore --noflush` that puts the rules first; undefined when they are there. */
export function forwardingRules(saved: string, id: string, clusterCidr: string): string | undefined {
  const rules = ["-s", "-d"].map((side) => `${side} ${clusterCidr} -m comment --comment skates-${id} -j ACCEPT`);
  const missing = rules.filter((rule) => !saved.split("\n").includes(`-A FORWARD ${rule}`));
  return missing.length === 0 ? undefined : table(missing.map((rule) => `-I FORWARD 1 ${rule}`));
}

/** Input of `iptables-restore --noflush` that removes them; undefined when there are none. */
export function forwardingRemoval(saved: string, id: string): string | undefined {
  const ours = saved.split("\n").filter((line) => line.startsWith("-A FORWARD ") && line.includes(`skates-${id} `));
  return ours.length === 0 ? undefined : table(ours.map((rule) => rule.replace(/^-A/, "-D")));
}

function table(lines: readonly string[]): string {
  return ["*filter", ...lines, "COMMIT", ""].join("\n");
}

async function restore(input: string, signal: AbortSignal): Promise<void> {
  await runCommand(["iptables-restore", "--noflush"], { input: Buffer.from(input) }, signal);
}

async function filterRules(signal: AbortSignal): Promise<string | undefined> {
  try {
    const saved = await tryCommand(["iptables-save", "-t", "filter"], {}, signal);
    return saved.code === 0 ? saved.stdout : undefined;
  } catch (error) {
    if (hasCode(error, "CommandMissing")) return undefined; // no iptables, so no chain of its making
    throw error;
  }
}
