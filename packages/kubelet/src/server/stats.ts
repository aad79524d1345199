import type { Clock, Metrics } from "@skates/component-base";
import type { Pod } from "@skates/api/core/v1";
import { CONTAINER_NAME, POD_UID } from "../pod/labels.ts";
import type { PodSet } from "../pod-set.ts";
import type { ContainerUsage, FileSystemUsage, Runtime } from "../runtime.ts";
import type { StatsPages } from "./kubelet-handler.ts";
import { type VolumeUse, volumeMetrics, volumeSummary } from "./volume-stats.ts";

export interface StatsOptions {
  readonly nodeName: string;
  readonly pods: PodSet;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly nodeStats: NodeStats;
  /** What volumes were last seen to use. */
  readonly volumes: () => readonly VolumeUse[];
}

/** What the machine as a whole uses. */
export interface NodeStats {
  readonly startedAtMs: number;
  readonly memoryBytes: number;
  usage(): Promise<NodeUsage | undefined>;
  disk(): Promise<{
    readonly capacityBytes: number;
    readonly availableBytes: number;
    readonly inodes: number;
    readonly inodesFree: number;
  }>;
}

export interface NodeUsage {
  readonly cpuNs: number;
  readonly memoryBytes: number;
  readonly workingSetBytes: number;
  readonly rssBytes: number;
}

interface Sample {
  readonly usage: ContainerUsage;
  readonly pod: Pod;
  readonly container: string;
  /** Since the sample before; 0 for the first. */
  readonly nanoCores: number;
}

/** A rate over less than this says little; the one before is kept. */
const RATE_MS_MIN = 1000;

/** The pages by which metrics-server, autoscalers and people see what pods use. */
export function statsPages(options: StatsOptions): StatsPages {
  const rates = new RateMeter();
  return {
    metrics: () => options.metrics.render() + volumeMetrics(options.volumes()),
    summary: async (signal) => {
      const [samples, usage, disk, images] = await Promise.all([
        take(options, rates, signal),
        options.nodeStats.usage(),
        options.nodeStats.disk(),
        options.runtime.imageFileSystem(signal),
      ]);
      const time = new Date(options.clock.nowMs()).toISOString();
      return {
        node: nodeSummary(options, { usage, disk, images, time, rates }),
        pods: podSummaries(samples, options.volumes()),
      };
    },
    resourceMetrics: async (signal) => {
      const [samples, usage] = await Promise.all([take(options, rates, signal), options.nodeStats.usage()]);
      return resourceText(samples, usage, options.clock.nowMs());
    },
  };
}

class RateMeter {
  readonly #seen = new Map<string, { readonly ns: number; readonly atMs: number; readonly rate: number }>();

  rate(id: string, ns: number, atMs: number): number {
    const before = this.#seen.get(id);
    if (before !== undefined && atMs - before.atMs < RATE_MS_MIN) return before.rate;
    const rate = before === undefined ? 0 : Math.max(0, Math.round(((ns - before.ns) / (atMs - before.atMs)) * 1000));
    this.#seen.set(id, { ns, atMs, rate });
    return rate;
  }

  forgetAllBut(ids: ReadonlySet<string>): void {
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id);
  }
}

async function take(options: StatsOptions, rates: RateMeter, signal: AbortSignal): Promise<readonly Sample[]> {
  const usages = await options.runtime.containerStats(signal);
  const samples: Sample[] = [];
  for (const usage of usages) {
    const pod = options.pods.worker(usage.labels[POD_UID] ?? "")?.pod();
    if (pod === undefined) continue;
    const nanoCores = rates.rate(usage.containerId, usage.cpuNanoseconds, usage.timestampMs);
    samples.push({ usage, pod, container: usage.labels[CONTAINER_NAME] ?? "", nanoCores });
  }
  rates.forgetAllBut(new Set([NODE, ...usages.map((u) => u.containerId)]));
  return samples;
}

const NODE = "/";

interface NodeInput {
  readonly usage: NodeUsage | undefined;
  readonly disk: Awaited<ReturnType<NodeStats["disk"]>>;
  readonly images: FileSystemUsage | undefined;
  readonly time: string;
  readonly rates: RateMeter;
}

function nodeSummary(options: StatsOptions, { usage, disk, images, time, rates }: NodeInput): unknown {
  const { nodeName, nodeStats, clock } = options;
  const fs = {
    time,
    availableBytes: disk.availableBytes,
    capacityBytes: disk.capacityBytes,
    usedBytes: disk.capacityBytes - disk.availableBytes,
    inodesFree: disk.inodesFree,
    inodes: disk.inodes,
    inodesUsed: disk.inodes - disk.inodesFree,
  };
  return {
    nodeName,
    startTime: new Date(nodeStats.startedAtMs).toISOString(),
    ...(usage === undefined
      ? {}
      : {
          cpu: {
            time,
            usageNanoCores: rates.rate(NODE, usage.cpuNs, clock.nowMs()),
            usageCoreNanoSeconds: usage.cpuNs,
          },
          memory: {
            time,
            availableBytes: nodeStats.memoryBytes - usage.workingSetBytes,
            usageBytes: usage.memoryBytes,
            workingSetBytes: usage.workingSetBytes,
            rssBytes: usage.rssBytes,
          },
        }),
    fs,
    runtime: { imageFs: { ...fs, usedBytes: images?.usedBytes ?? 0, inodesUsed: images?.inodesUsed ?? 0 } },
  };
}

function podSummaries(samples: readonly Sample[], volumes: readonly VolumeUse[]): readonly unknown[] {
  const byPod = group(samples);
  return [...byPod.values()].map((list) => {
    const pod = list[0]?.pod;
    const sum = (pick: (s: Sample) => number): number => list.reduce((total, s) => total + pick(s), 0);
    const time = new Date(Math.max(...list.map((s) => s.usage.timestampMs))).toISOString();
    const mine = volumes.filter(({ podUid }) => podUid === pod?.metadata.uid);
    return {
      podRef: { name: pod?.metadata.name, namespace: pod?.metadata.namespace, uid: pod?.metadata.uid },
      startTime: pod?.status?.startTime ?? null,
      containers: list.map((s) => containerSummary(s)),
      cpu: {
        time,
        usageNanoCores: sum((s) => s.nanoCores),
        usageCoreNanoSeconds: sum((s) => s.usage.cpuNanoseconds),
      },
      memory: {
        time,
        usageBytes: sum((s) => s.usage.usageBytes),
        workingSetBytes: sum((s) => s.usage.workingSetBytes),
        rssBytes: sum((s) => s.usage.rssBytes),
        pageFaults: sum((s) => s.usage.pageFaults),
        majorPageFaults: sum((s) => s.usage.majorPageFaults),
      },
      ...(mine.length === 0 ? {} : { volume: mine.map((use) => volumeSummary(use, time)) }),
      "ephemeral-storage": { time, usedBytes: sum((s) => s.usage.writableLayerBytes) },
    };
  });
}

function group(samples: readonly Sample[]): Map<string, Sample[]> {
  const out = new Map<string, Sample[]>();
  for (const sample of samples) {
    const uid = sample.pod.metadata.uid ?? "";
    const list = out.get(uid) ?? [];
    list.push(sample);
    out.set(uid, list);
  }
  return out;
}

function containerSummary({ usage, pod, container, nanoCores }: Sample): unknown {
  const time = new Date(usage.timestampMs).toISOString();
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return {
    name: container,
    startTime: statuses.find((s) => s.name === container)?.state?.running?.startedAt ?? null,
    cpu: { time, usageNanoCores: nanoCores, usageCoreNanoSeconds: usage.cpuNanoseconds },
    memory: {
      time,
      usageBytes: usage.usageBytes,
      workingSetBytes: usage.workingSetBytes,
      rssBytes: usage.rssBytes,
      pageFaults: usage.pageFaults,
      majorPageFaults: usage.majorPageFaults,
    },
    rootfs: { time, usedBytes: usage.writableLayerBytes, inodesUsed: usage.writableLayerInodes },
  };
}

/** The Prometheus page that metrics-server reads. */
function resourceText(samples: readonly Sample[], node: NodeUsage | undefined, nowMs: number): string {
  const cpu: string[] = [];
  const memory: string[] = [];
  const podCpu = new Map<string, number>();
  const podMemory = new Map<string, number>();
  for (const { usage, pod, container } of samples) {
    const { name, namespace = "" } = pod.metadata;
    const of = `namespace="${namespace}",pod="${name}"`;
    cpu.push(
      `container_cpu_usage_seconds_total{container="${container}",${of}} ${usage.cpuNanoseconds / 1e9} ${usage.timestampMs}`,
    );
    memory.push(
      `container_memory_working_set_bytes{container="${container}",${of}} ${usage.workingSetBytes} ${usage.timestampMs}`,
    );
    podCpu.set(of, (podCpu.get(of) ?? 0) + usage.cpuNanoseconds / 1e9);
    podMemory.set(of, (podMemory.get(of) ?? 0) + usage.workingSetBytes);
  }
  const lines = (map: ReadonlyMap<string, number>, name: string): readonly string[] =>
    [...map].map(([of, value]) => `${name}{${of}} ${value} ${nowMs}`);
  const page: readonly Family[] = [
    [
      "container_cpu_usage_seconds_total",
      "counter",
      "Cumulative cpu time consumed by the container in core-seconds",
      cpu,
    ],
    ["container_memory_working_set_bytes", "gauge", "Current working set of the container in bytes", memory],
    [
      "node_cpu_usage_seconds_total",
      "counter",
      "Cumulative cpu time consumed by the node in core-seconds",
      node === undefined ? [] : [`node_cpu_usage_seconds_total ${node.cpuNs / 1e9} ${nowMs}`],
    ],
    [
      "node_memory_working_set_bytes",
      "gauge",
      "Current working set of the node in bytes",
      node === undefined ? [] : [`node_memory_working_set_bytes ${node.workingSetBytes} ${nowMs}`],
    ],
    [
      "pod_cpu_usage_seconds_total",
      "counter",
      "Cumulative cpu time consumed by the pod in core-seconds",
      lines(podCpu, "pod_cpu_usage_seconds_total"),
    ],
    [
      "pod_memory_working_set_bytes",
      "gauge",
      "Current working set of the pod in bytes",
      lines(podMemory, "pod_memory_working_set_bytes"),
    ],
    [
      "resource_scrape_error",
      "gauge",
      "1 if there was an error while getting container metrics, 0 otherwise",
      ["resource_scrape_error 0"],
    ],
  ];
  const text = page.map(([name, type, help, list]) => [
    `# HELP ${name} [STABLE] ${help}`,
    `# TYPE ${name} ${type}`,
    ...list,
  ]);
  return `${text.flat().join("\n")}\n`;
}

type Family = readonly [name: string, type: "counter" | "gauge", help: string, lines: readonly string[]];
