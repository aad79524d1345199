import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { failure } from "../cli/errors.ts";

/**
 * The machine's IPv4 address on the interface of the default route, else its first one that is no loopback. Pods reach the API
 * server and DNS under it, which is why a loopback address will not do.
 */
export function hostAddress(): string {
  const all = networkInterfaces();
  const preferred = defaultInterface();
  const names = Object.keys(all).sort((a, b) => Number(b === preferred) - Number(a === preferred));
  for (const name of names) {
    const found = all[name]?.find((a) => a.family === "IPv4" && !a.internal && !a.address.startsWith("169.254."));
    if (found !== undefined && !isPodInterface(name)) return found.address;
  }
  throw failure(
    "this machine has no IPv4 address but loopback",
    "connect it to a network, or add one: ip addr add 192.0.2.1/32 dev lo",
  );
}

/** The host ends of pods' interfaces carry the pod network's gateway address. */
function isPodInterface(name: string): boolean {
  return /^(veth|cni|docker|br-|cali|flannel|kube)/.test(name);
}

function defaultInterface(): string | undefined {
  try {
    const rows = readFileSync("/proc/net/route", "utf8").split("\n").slice(1);
    return rows.map((row) => row.split("\t")).find((row) => row[1] === "00000000" && row[7] === "00000000")?.[0];
  } catch {
    return undefined; // no Linux: any interface will do
  }
}
