import { type Infer, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { ContainerMetadata } from "./container.ts";
import { FilesystemUsage } from "./image.ts";
import { PodSandboxMetadata } from "./sandbox-config.ts";
import { UInt64Value } from "./values.ts";

// Usage of sandboxes and containers.

export const ContainerStatsFilter = struct("cri/v1.ContainerStatsFilter", {
  id: opt(1, string, ""),
  podSandboxId: opt(2, string, ""),
  labelSelector: opt(3, map(string), ""),
});
export interface ContainerStatsFilter extends Infer<typeof ContainerStatsFilter> {}

export const ListContainerStatsRequest = struct("cri/v1.ListContainerStatsRequest", {
  filter: opt(
    1,
    ref<ContainerStatsFilter>(() => ContainerStatsFilter),
    "",
  ),
});
export interface ListContainerStatsRequest extends Infer<typeof ListContainerStatsRequest> {}

export const ListContainerStatsResponse = struct("cri/v1.ListContainerStatsResponse", {
  stats: opt(1, list(ref<ContainerStats>(() => ContainerStats)), ""),
});
export interface ListContainerStatsResponse extends Infer<typeof ListContainerStatsResponse> {}

export const ContainerAttributes = struct("cri/v1.ContainerAttributes", {
  id: opt(1, string, ""),
  metadata: opt(
    2,
    ref<ContainerMetadata>(() => ContainerMetadata),
    "",
  ),
  labels: opt(3, map(string), ""),
  annotations: opt(4, map(string), ""),
});
export interface ContainerAttributes extends Infer<typeof ContainerAttributes> {}

export const ContainerStats = struct("cri/v1.ContainerStats", {
  attributes: opt(
    1,
    ref<ContainerAttributes>(() => ContainerAttributes),
    "",
  ),
  cpu: opt(
    2,
    ref<CpuUsage>(() => CpuUsage),
    "",
  ),
  memory: opt(
    3,
    ref<MemoryUsage>(() => MemoryUsage),
    "",
  ),
  writableLayer: opt(
    4,
    ref<FilesystemUsage>(() => FilesystemUsage),
    "",
  ),
  swap: opt(
    5,
    ref<SwapUsage>(() => SwapUsage),
    "",
  ),
});
export interface ContainerStats extends Infer<typeof ContainerStats> {}

export const CpuUsage = struct("cri/v1.CpuUsage", {
  timestamp: opt(1, int64, ""),
  usageCoreNanoSeconds: opt(
    2,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  usageNanoCores: opt(
    3,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface CpuUsage extends Infer<typeof CpuUsage> {}

export const MemoryUsage = struct("cri/v1.MemoryUsage", {
  timestamp: opt(1, int64, ""),
  workingSetBytes: opt(
    2,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  availableBytes: opt(
    3,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  usageBytes: opt(
    4,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  rssBytes: opt(
    5,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  pageFaults: opt(
    6,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  majorPageFaults: opt(
    7,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface MemoryUsage extends Infer<typeof MemoryUsage> {}

export const SwapUsage = struct("cri/v1.SwapUsage", {
  timestamp: opt(1, int64, ""),
  swapAvailableBytes: opt(
    2,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  swapUsageBytes: opt(
    3,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface SwapUsage extends Infer<typeof SwapUsage> {}

export const NetworkInterfaceUsage = struct("cri/v1.NetworkInterfaceUsage", {
  name: opt(1, string, ""),
  rxBytes: opt(
    2,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  rxErrors: opt(
    3,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  txBytes: opt(
    4,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
  txErrors: opt(
    5,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface NetworkInterfaceUsage extends Infer<typeof NetworkInterfaceUsage> {}

export const NetworkUsage = struct("cri/v1.NetworkUsage", {
  timestamp: opt(1, int64, ""),
  defaultInterface: opt(
    2,
    ref<NetworkInterfaceUsage>(() => NetworkInterfaceUsage),
    "",
  ),
  interfaces: opt(3, list(ref<NetworkInterfaceUsage>(() => NetworkInterfaceUsage)), ""),
});
export interface NetworkUsage extends Infer<typeof NetworkUsage> {}

export const ProcessUsage = struct("cri/v1.ProcessUsage", {
  timestamp: opt(1, int64, ""),
  processCount: opt(
    2,
    ref<UInt64Value>(() => UInt64Value),
    "",
  ),
});
export interface ProcessUsage extends Infer<typeof ProcessUsage> {}

export const PodSandboxAttributes = struct("cri/v1.PodSandboxAttributes", {
  id: opt(1, string, ""),
  metadata: opt(
    2,
    ref<PodSandboxMetadata>(() => PodSandboxMetadata),
    "",
  ),
  labels: opt(3, map(string), ""),
  annotations: opt(4, map(string), ""),
});
export interface PodSandboxAttributes extends Infer<typeof PodSandboxAttributes> {}

export const LinuxPodSandboxStats = struct("cri/v1.LinuxPodSandboxStats", {
  cpu: opt(
    1,
    ref<CpuUsage>(() => CpuUsage),
    "",
  ),
  memory: opt(
    2,
    ref<MemoryUsage>(() => MemoryUsage),
    "",
  ),
  network: opt(
    3,
    ref<NetworkUsage>(() => NetworkUsage),
    "",
  ),
  process: opt(
    4,
    ref<ProcessUsage>(() => ProcessUsage),
    "",
  ),
  containers: opt(5, list(ref<ContainerStats>(() => ContainerStats)), ""),
});
export interface LinuxPodSandboxStats extends Infer<typeof LinuxPodSandboxStats> {}

export const PodSandboxStats = struct("cri/v1.PodSandboxStats", {
  attributes: opt(
    1,
    ref<PodSandboxAttributes>(() => PodSandboxAttributes),
    "",
  ),
  linux: opt(
    2,
    ref<LinuxPodSandboxStats>(() => LinuxPodSandboxStats),
    "",
  ),
});
export interface PodSandboxStats extends Infer<typeof PodSandboxStats> {}

export const PodSandboxStatsFilter = struct("cri/v1.PodSandboxStatsFilter", {
  id: opt(1, string, ""),
  labelSelector: opt(2, map(string), ""),
});
export interface PodSandboxStatsFilter extends Infer<typeof PodSandboxStatsFilter> {}

export const ListPodSandboxStatsRequest = struct("cri/v1.ListPodSandboxStatsRequest", {
  filter: opt(
    1,
    ref<PodSandboxStatsFilter>(() => PodSandboxStatsFilter),
    "",
  ),
});
export interface ListPodSandboxStatsRequest extends Infer<typeof ListPodSandboxStatsRequest> {}

export const ListPodSandboxStatsResponse = struct("cri/v1.ListPodSandboxStatsResponse", {
  stats: opt(1, list(ref<PodSandboxStats>(() => PodSandboxStats)), ""),
});
export interface ListPodSandboxStatsResponse extends Infer<typeof ListPodSandboxStatsResponse> {}
