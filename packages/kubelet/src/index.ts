/**
 * The agent of a node. Start with `kubelet.ts` for the parts, `runtime.ts` and `pod-host.ts` for what they stand on,
 * `worker/pod-worker.ts` for the life of a pod, and `plan/plan-pod.ts` for its decisions. On a real machine the parts under
 * `@skates/kubelet/node` carry out what is decided here; `simulated/` acts it out.
 */
export type { KubeletErrorCode } from "./errors.ts";
export type { EventRecorder, EventSubject } from "./event-recorder.ts";
export type { Credentials } from "./image/image-puller.ts";
export { type ImageName, parseImageName } from "./image/image-name.ts";
export type { EvictionSettings } from "./eviction/node-evictor.ts";
export { DEFAULT_EVICTION_HARD, parseThresholds } from "./eviction/thresholds.ts";
export { createKubelet, type HostDeps, type Kubelet, type KubeletOptions, type KubeletParts } from "./kubelet.ts";
export type { MachineInfo, Pressure } from "./node-status/machine.ts";
export type { NodeSettings } from "./node-status/node-object.ts";
export type { MountedVolume, MountedVolumes, PodHost } from "./pod-host.ts";
export type { ProbeNetwork } from "./probe/probe-network.ts";
export type { References, Token, TokenSpec } from "./references.ts";
export type { Runtime } from "./runtime.ts";
export { SimulatedHost } from "./simulated/simulated-host.ts";
export {
  createNodeRoutes,
  type NodeRoute,
  type NodeRoutesOptions,
  type RouteTable,
} from "./pod-network/node-routes.ts";
export { simulatedServer, type SimulatedServer } from "./simulated/simulated-handler.ts";
export { createSimulatedKubelet, type SimulatedNodeOptions } from "./simulated/simulated-kubelet.ts";
export { sysctlAllowlist } from "./spec/sysctls.ts";
export { SimulatedRuntime } from "./simulated/simulated-runtime.ts";
export { type ClusterDns, parseResolvConf } from "./spec/dns.ts";
