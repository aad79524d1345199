import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@skates/component-base";
import { tryCommand } from "./run-command.ts";

/** The chains that the portmap plugin shares between all networks of a host. */
const SHARED_CHAINS = ["CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-MASQ", "CNI-HOSTPORT-SETMARK"];
/** How long the kernel may take to take down the interfaces of a network namespace that is gone. */
const LINKS_GONE_MS = 2_000;

/**
 * Waits until no route leads to these pod addresses any more. The host's ends of the pods' interfaces go with the pods'
 * network namespaces; one whose namespace something else still holds is removed by hand.
 */
export async function removePodLinks(addresses: readonly string[], signal: AbortSignal): Promise<void> {
  const wanted = new Set(addresses);
  const left = async (): Promise<readonly string[]> => {
    const routes = parseRoutes(await readFile("/proc/net/route", "utf8"));
    return routes.filter(({ to, device }) => wanted.has(to) && device.startsWith("veth")).map(({ device }) => device);
  };
  for (const until = performance.now() + LINKS_GONE_MS; performance.now() < until; ) {
    if ((await left()).length === 0) return;
    await sleep(10, undefined, { signal });
  }
  for (const device of await left()) await tryCommand(["ip", "link", "delete", device], {}, signal);
}

/** Destination addresses and devices, from the text of `/proc/net/route`. */
export function parseRoutes(text: string): readonly { readonly to: string; readonly device: string }[] {
  return text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [device = "", hex = ""] = line.split("\t");
      const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)); // little-endian
      return { to: bytes.join("."), device };
    });
}

/**
 * Removes the host port rules of our pods that the portmap plugin left, which it does when it could not run for a
 * pod's end. Its shared chains, and the tables that they are in, go too once nothing of anybody is in them.
 */
export async function removeHostPortRules(id: string, signal: AbortSignal): Promise<void> {
  for (const { family, program } of FAMILIES) {
    const saved = await output([`${program}-save`, "-t", "nat"], signal);
    if (saved === undefined) continue;
    const input = hostPortRemoval(saved, id);
    if (input !== undefined)
      await tryCommand([`${program}-restore`, "--noflush"], { input: Buffer.from(input) }, signal);
    const table = await output(["nft", "--json", "list", "table", family, "nat"], signal);
    if (table !== undefined && emptyNatTable(table))
      await tryCommand(["nft", "delete", "table", family, "nat"], {}, signal);
  }
}

const FAMILIES = [
  { family: "ip", program: "iptables" },
  { family: "ip6", program: "ip6tables" },
] as const;

/** True for a table as iptables makes it on first use and never removes: its four chains, no rules, all accepted. */
export function emptyNatTable(json: string): boolean {
  const value: unknown = JSON.parse(json);
  const list: unknown = typeof value === "object" && value !== null && "nftables" in value ? value.nftables : undefined;
  if (!Array.isArray(list)) return false;
  const plain = ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"];
  return list.every((entry: object) => {
    if ("metainfo" in entry || "table" in entry) return true;
    const chain: unknown = "chain" in entry ? entry.chain : undefined;
    if (typeof chain !== "object" || chain === null || !("name" in chain)) return false;
    return plain.includes(String(chain.name)) && (!("policy" in chain) || chain.policy === "accept");
  });
}

/** Input of `iptables-restore --noflush` that takes out what is ours of the output of `iptables-save`; undefined if nothing is. */
export function hostPortRemoval(saved: string, id: string): string | undefined {
  const lines = saved.split("\n");
  const chains = new Set(lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1).split(" ")[0] ?? ""));
  const shared = SHARED_CHAINS.filter((name) => chains.has(name));
  if (shared.length === 0) return undefined;
  const rules = lines.filter((line) => line.startsWith("-A "));
  const ours = rules.filter((rule) => rule.startsWith("-A CNI-HOSTPORT-DNAT ") && rule.includes(`skates-${id}\\"`));
  const own = ours.map((rule) => /-j (CNI-DN-\S+)/.exec(rule)?.[1]).filter((name) => name !== undefined);
  const others = rules.some((rule) => rule.startsWith("-A CNI-HOSTPORT-DNAT ") && !ours.includes(rule));
  const unused = others ? [] : shared;
  const jumps = others ? [] : rules.filter((rule) => shared.some((name) => rule.endsWith(`-j ${name}`)));
  const outside = jumps.filter((rule) => !/^-A CNI-(DN|HOSTPORT)-/.test(rule));
  if (ours.length + unused.length === 0) return undefined;
  const removed = [...own, ...unused];
  return [
    "*nat",
    ...[...ours, ...outside].map((rule) => rule.replace(/^-A/, "-D")),
    ...removed.map((name) => `-F ${name}`),
    ...removed.map((name) => `-X ${name}`),
    "COMMIT",
    "",
  ].join("\n");
}

async function output(command: readonly [string, ...string[]], signal: AbortSignal): Promise<string | undefined> {
  try {
    const result = await tryCommand(command, {}, signal);
    return result.code === 0 ? result.stdout : undefined;
  } catch (error) {
    if (hasCode(error, "CommandMissing")) return undefined;
    throw error;
  }
}
