import type { ServicePortRules } from "./service-port.ts";

/** A UDP flow that still goes to an endpoint which no longer serves it. */
export interface StaleFlow {
  readonly destination: string;
  readonly port: number;
  /** Absent: all flows of that destination (it had no endpoints before, and the kernel remembers the refusal). */
  readonly endpoint?: string | undefined;
}

/** Makes the kernel forget flows. */
export interface FlowTable {
  forget(flows: readonly StaleFlow[], signal: AbortSignal): Promise<void>;
}

/**
 * What must be forgotten after a change. TCP ends by itself when its endpoint is gone; UDP has no end, and would go on to an
 * address where nobody, or somebody else, listens.
 */
export function staleFlows(old: readonly ServicePortRules[], next: readonly ServicePortRules[]): readonly StaleFlow[] {
  const now = new Map(next.map((port) => [keyOf(port), port]));
  const before = new Map(old.map((port) => [keyOf(port), port]));
  const out: StaleFlow[] = [];
  for (const port of old) {
    if (port.protocol !== "udp") continue;
    const kept = new Set(endpointsOf(now.get(keyOf(port))));
    for (const endpoint of endpointsOf(port)) {
      if (kept.has(endpoint)) continue;
      for (const destination of [port.clusterIp, ...port.externalIps])
        out.push({ destination, port: port.port, endpoint });
    }
  }
  for (const port of next) {
    if (port.protocol !== "udp" || endpointsOf(port).length === 0) continue;
    if (endpointsOf(before.get(keyOf(port))).length > 0) continue;
    for (const destination of [port.clusterIp, ...port.externalIps]) out.push({ destination, port: port.port });
  }
  return out;
}

function keyOf(port: ServicePortRules): string {
  return `${port.clusterIp}/${port.protocol}/${port.port}`;
}

function endpointsOf(port: ServicePortRules | undefined): readonly string[] {
  return port === undefined ? [] : port.clusterEndpoints.map((e) => e.address);
}
