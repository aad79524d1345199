import type { Node, Service } from "@skates/api/core/v1";
import type { EndpointSlice } from "@skates/api/discovery/v1";
import { type Component, type Env, isAbort, messageOf } from "@skates/component-base";
import type { Informer } from "@skates/controller-runtime";
import type { DataPlane } from "@skates/packet-filter";
import { compile, type CompileOptions } from "./compile.ts";
import { type Place, type ServicePortRules, servicePorts } from "./service-port.ts";
import { type FlowTable, staleFlows } from "./stale-flows.ts";

export interface KubeProxyOptions {
  readonly env: Env;
  readonly services: Informer<Service>;
  /** Indexed under `service` by `namespace/name` (`serviceKeysOf`). */
  readonly slices: Informer<EndpointSlice>;
  readonly nodeName: string;
  /** At least this node, whose zone the hints of endpoints are compared with. */
  readonly nodes: Informer<Node>;
  readonly dataPlane: DataPlane;
  readonly flows: FlowTable;
  readonly table: CompileOptions;
}

/** kube-proxy of one node. */
export interface KubeProxy extends Component {
  /** From now on this service is served by these slices, which are this node's own, whatever slices the API has. */
  useSlices(service: string, slices: readonly EndpointSlice[]): void;
}

/** Changes that come together are carried out together: a rollout touches many slices at once. */
const GATHER_MS = 5;
/** After a failure the rules are tried again after this time. */
const RETRY_MS = 1_000;
const ZONE = "topology.kubernetes.io/zone";

/** Index function of the slices: the service that they belong to. */
export function serviceKeysOf(slice: EndpointSlice): readonly string[] {
  const name = slice.metadata.labels?.["kubernetes.io/service-name"];
  return name === undefined ? [] : [`${slice.metadata.namespace ?? ""}/${name}`];
}

/** Keeps the packet filter in step with services and their endpoints. The informers are run by the caller. */
export function createKubeProxy(options: KubeProxyOptions): KubeProxy {
  const { env, services, slices, nodes, nodeName } = options;
  const own = new Map<string, readonly EndpointSlice[]>();
  const slicesOf = (service: string): readonly EndpointSlice[] => own.get(service) ?? slices.by("service", service);
  const cache = new Map<string, CachedPorts>();
  let ready = false;
  let dirty = true;
  let wake: (() => void) | undefined;
  let zone: string | undefined;
  let applied: readonly ServicePortRules[] = [];
  const duration = env.metrics.histogram({
    name: "kubeproxy_sync_proxy_rules_duration_seconds",
    help: "Time to bring the packet filter in step.",
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
  });
  const failures = env.metrics.counter({
    name: "kubeproxy_sync_proxy_rules_nftables_sync_failures_total",
    help: "Times that the packet filter refused the rules.",
  });

  function touch(): void {
    dirty = true;
    wake?.();
  }

  function place(): Place {
    const zone = nodes.get({ name: nodeName })?.metadata.labels?.[ZONE];
    return { nodeName, zone: zone === "" ? undefined : zone };
  }

  /** Nodes change all the time, their zones hardly ever. */
  function touchIfMoved(): void {
    if (place().zone !== zone) touch();
  }

  async function sync(signal: AbortSignal): Promise<void> {
    const startMs = env.clock.monotonicMs();
    const here = place();
    if (here.zone !== zone) cache.clear();
    zone = here.zone;
    const next = portsOf(cache, { services: services.list(), slicesOf, place: here });
    await options.dataPlane.apply(compile(next, options.table), signal);
    const stale = staleFlows(applied, next);
    applied = next;
    if (stale.length > 0) await options.flows.forget(stale, signal);
    duration.observe([], (env.clock.monotonicMs() - startMs) / 1000);
    ready = true;
  }

  return {
    name: "kube-proxy",
    ready: () => ready,
    useSlices(service, these) {
      own.set(service, these);
      touch();
    },
    async run(signal) {
      await Promise.all([services, slices, nodes].map((informer) => informer.whenSynced(signal)));
      const ends = [services.subscribe(touch), slices.subscribe(touch), nodes.subscribe(touchIfMoved)];
      signal.addEventListener("abort", () => wake?.(), { once: true });
      try {
        while (!signal.aborted) {
          if (!dirty) await new Promise<void>((resolve) => (wake = resolve));
          if (ready) await env.clock.sleep(GATHER_MS, signal);
          dirty = false;
          try {
            await sync(signal);
          } catch (error) {
            if (isAbort(error, signal)) break;
            failures.inc([]);
            env.log.error("service rules could not be applied", { error: messageOf(error) });
            dirty = true;
            await env.clock.sleep(RETRY_MS, signal);
          }
        }
      } catch (error) {
        if (!isAbort(error, signal)) throw error;
      } finally {
        for (const end of ends) end();
      }
    },
  };
}

interface CachedPorts {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  readonly ports: readonly ServicePortRules[];
}

interface Served {
  readonly services: readonly Service[];
  /** Of the service with this `namespace/name`. */
  readonly slicesOf: (service: string) => readonly EndpointSlice[];
  readonly place: Place;
}

/** The rules of all services; those whose objects are the same as last time are not made anew. */
function portsOf(cache: Map<string, CachedPorts>, { services, slicesOf, place }: Served): readonly ServicePortRules[] {
  const out: ServicePortRules[] = [];
  const seen = new Set<string>();
  for (const service of services) {
    const key = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
    const own = slicesOf(key);
    seen.add(key);
    let cached = cache.get(key);
    if (cached?.service !== service || !sameItems(cached.slices, own)) {
      cached = { service, slices: own, ports: servicePorts(service, own, place) };
      cache.set(key, cached);
    }
    out.push(...cached.ports);
  }
  for (const key of cache.keys()) if (!seen.has(key)) cache.delete(key);
  return out;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
