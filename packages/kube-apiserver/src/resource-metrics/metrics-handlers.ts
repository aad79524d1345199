import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import {
  type NodeMetrics,
  nodes as nodeMetrics,
  type PodMetrics,
  pods as podMetrics,
} from "@skates/api/metrics/v1beta1";
import {
  type ApiObject,
  badRequest,
  formatDuration,
  formatTime,
  notFound,
  parseLabelSelector,
  type Resource,
  SelectorError,
  type Selector,
} from "@skates/apimachinery";
import { looseListResponse, looseResponse, type SpecialCall, type SpecialHandler } from "@skates/apiserver";
import { type Env, messageOf } from "@skates/component-base";
import { limitedBytes } from "../limited-bytes.ts";
import { kubeletAddress, type KubeletDialer } from "../kubelet/kubelets.ts";
import { type NodeReading, readResourcePage } from "./read-page.ts";
import { type Usage, UsageMeter } from "./usage-meter.ts";

export interface MetricsOptions {
  readonly env: Env;
  readonly dial: KubeletDialer;
}

const PAGE_BYTES_MAX = 16 << 20;
const GROUP = "metrics.k8s.io";

/**
 * `metrics.k8s.io`: what nodes and pods use, for `kubectl top` and autoscalers, without another program. An APIService of that name takes
 * the group over, as a metrics-server's does.
 */
export function metricsHandlers(options: MetricsOptions): readonly SpecialHandler[] {
  const { env } = options;
  const meter = new UsageMeter({ clock: env.clock, read: (node, signal) => readNode(options, node, signal) });
  return [
    {
      group: GROUP,
      resource: nodeMetrics.plural,
      verbs: ["get", "list"],
      async handle(call) {
        const { route, registry, signal } = call;
        const all = registry.cachedList<Node>(nodes);
        meter.keep(new Set(all.map(({ metadata }) => metadata.name)));
        if (route.name !== "") {
          const node = all.find(({ metadata }) => metadata.name === route.name);
          const found = node === undefined ? undefined : (await metricsOfNodes(meter, [node], call, env))[0];
          if (found === undefined) throw notFound(nodeMetrics, route.name);
          return looseResponse(200, nodeMetrics, found);
        }
        signal.throwIfAborted();
        return looseListResponse(nodeMetrics, await metricsOfNodes(meter, selected(all, call), call, env));
      },
    },
    {
      group: GROUP,
      resource: podMetrics.plural,
      verbs: ["get", "list"],
      async handle(call) {
        const { route, registry } = call;
        const namespace = route.namespace === "" ? undefined : route.namespace;
        if (route.name !== "") {
          const pod = registry.cached<Pod>(pods, { namespace, name: route.name });
          const found = pod === undefined ? undefined : (await metricsOfPods(meter, [pod], call, env))[0];
          if (found === undefined) throw notFound(podMetrics, `${route.namespace}/${route.name}`);
          return looseResponse(200, podMetrics, found);
        }
        const chosen = selected(registry.cachedList<Pod>(pods, namespace), call);
        return looseListResponse(podMetrics, await metricsOfPods(meter, chosen, call, env));
      },
    },
  ];
}

async function readNode({ env, dial }: MetricsOptions, node: Node, signal: AbortSignal): Promise<NodeReading> {
  const response = await dial(kubeletAddress(node))({
    method: "GET",
    path: "/metrics/resource",
    query: new URLSearchParams(),
    headers: {},
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "" } },
    signal,
  });
  const text = new TextDecoder().decode(await limitedBytes(response, PAGE_BYTES_MAX));
  if (response.status !== 200) throw new Error(`the kubelet answered ${response.status}`);
  return readResourcePage(text, env.clock.nowMs());
}

async function metricsOfNodes(
  meter: UsageMeter,
  of: readonly Node[],
  { signal }: SpecialCall,
  env: Env,
): Promise<readonly NodeMetrics[]> {
  const usages = await usagesOf(meter, of, { signal, env });
  return of.flatMap((node) => {
    const usage = usages.get(node.metadata.name)?.node;
    return usage === undefined ? [] : [{ ...typed(nodeMetrics, node), ...measured(usage), usage: quantities(usage) }];
  });
}

async function metricsOfPods(
  meter: UsageMeter,
  of: readonly Pod[],
  { registry, signal }: SpecialCall,
  env: Env,
): Promise<readonly PodMetrics[]> {
  const running = of.filter(({ spec, status }) => spec.nodeName !== undefined && status?.phase === "Running");
  const names = new Set(running.map(({ spec }) => spec.nodeName ?? ""));
  const hosts = [...names].flatMap((name) => registry.cached<Node>(nodes, { name }) ?? []);
  const usages = await usagesOf(meter, hosts, { signal, env });
  return running.flatMap((pod) => {
    const { namespace = "", name } = pod.metadata;
    const containers = usages.get(pod.spec.nodeName ?? "")?.pods.get(`${namespace}/${name}`);
    if (containers === undefined) return [];
    const [first] = containers.values();
    if (first === undefined) return [];
    const each = [...containers].map(([container, usage]) => ({ name: container, usage: quantities(usage) }));
    return [{ ...typed(podMetrics, pod), ...measured(first), containers: each }];
  });
}

/** A node that does not answer is left out; the others are told of. */
async function usagesOf(
  meter: UsageMeter,
  of: readonly Node[],
  { signal, env }: { readonly signal: AbortSignal; readonly env: Env },
) {
  const found = await Promise.all(
    of.map(async (node) => {
      const { name } = node.metadata;
      try {
        return [name, await meter.usageOf(node, signal)] as const;
      } catch (error) {
        signal.throwIfAborted();
        env.log.info("a node does not tell what it uses", { node: name, cause: messageOf(error) });
        return undefined;
      }
    }),
  );
  return new Map(found.filter((entry) => entry !== undefined));
}

function selected<T extends ApiObject>(objects: readonly T[], { request }: SpecialCall): readonly T[] {
  const text = request.query.get("labelSelector") ?? "";
  if (text === "") return objects;
  let selector: Selector;
  try {
    selector = parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
  return objects.filter(({ metadata }) => selector.matches(metadata.labels));
}

function typed({ kind, group, version }: Resource, { metadata }: ApiObject) {
  const { name, namespace, labels } = metadata;
  return {
    kind,
    apiVersion: `${group}/${version}`,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), ...(labels === undefined ? {} : { labels }) },
  };
}

function measured({ timestampMs, windowMs }: Usage) {
  return { timestamp: formatTime(timestampMs), window: formatDuration(windowMs) };
}

function quantities({ cpuCores, memoryBytes }: Usage): Readonly<Record<string, string>> {
  const kib = Math.round(memoryBytes / 1024);
  return { cpu: `${Math.round(cpuCores * 1e9)}n`, memory: `${kib}Ki` };
}
