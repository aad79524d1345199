import type { PodSpec } from "./pod-spec.ts";
import { isSidecar } from "./pod-resources.ts";

/** A port of the node that a container takes. */
export interface HostPort {
  readonly protocol: string;
  readonly hostIp: string;
  readonly port: number;
}

/** Stands for every address of the node. */
const ANY_ADDRESS = "0.0.0.0";

/** The ports of the node that a pod takes as long as it runs. */
export function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  const out: HostPort[] = [];
  for (const container of [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)]) {
    for (const { hostPort = 0, hostIP, protocol } of container.ports ?? []) {
      if (hostPort > 0) out.push({ protocol: protocol ?? "TCP", hostIp: hostIP || ANY_ADDRESS, port: hostPort });
    }
  }
  return out;
}

/** Which ports of a node are taken. Pods that were bound by others may take one twice. */
export class HostPortTable {
  /** `TCP/80` to how often it is taken on each address. */
  readonly #taken = new Map<string, Map<string, number>>();

  add({ protocol, hostIp, port }: HostPort): void {
    const id = `${protocol}/${port}`;
    let addresses = this.#taken.get(id);
    if (addresses === undefined) this.#taken.set(id, (addresses = new Map()));
    addresses.set(hostIp, (addresses.get(hostIp) ?? 0) + 1);
  }

  remove({ protocol, hostIp, port }: HostPort): void {
    const id = `${protocol}/${port}`;
    const addresses = this.#taken.get(id);
    const count = addresses?.get(hostIp) ?? 0;
    if (count > 1) addresses?.set(hostIp, count - 1);
    else addresses?.delete(hostIp);
    if (addresses?.size === 0) this.#taken.delete(id);
  }

  /** True if the port is taken on this address, or on all, or if all are wanted and it is taken on any. */
  conflicts({ protocol, hostIp, port }: HostPort): boolean {
    const addresses = this.#taken.get(`${protocol}/${port}`);
    if (addresses === undefined) return false;
    return hostIp === ANY_ADDRESS || addresses.has(ANY_ADDRESS) || addresses.has(hostIp);
  }
}
