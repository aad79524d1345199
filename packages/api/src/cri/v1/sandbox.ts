import { type Infer, bool, int32, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { ContainerStatus } from "./container.ts";
import { PodSandboxConfig, PodSandboxMetadata } from "./sandbox-config.ts";
import { NamespaceOption } from "./security.ts";

// Pod sandboxes: state, requests.

/** Values of the enumeration PodSandboxState. */
export const POD_SANDBOX_STATE = { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } as const;

export const RunPodSandboxRequest = struct("cri/v1.RunPodSandboxRequest", {
  config: opt(
    1,
    ref<PodSandboxConfig>(() => PodSandboxConfig),
    "",
  ),
  runtimeHandler: opt(2, string, ""),
});
export interface RunPodSandboxRequest extends Infer<typeof RunPodSandboxRequest> {}

export const RunPodSandboxResponse = struct("cri/v1.RunPodSandboxResponse", {
  podSandboxId: opt(1, string, ""),
});
export interface RunPodSandboxResponse extends Infer<typeof RunPodSandboxResponse> {}

export const StopPodSandboxRequest = struct("cri/v1.StopPodSandboxRequest", {
  podSandboxId: opt(1, string, ""),
});
export interface StopPodSandboxRequest extends Infer<typeof StopPodSandboxRequest> {}

export const StopPodSandboxResponse = struct("cri/v1.StopPodSandboxResponse", {});
export interface StopPodSandboxResponse extends Infer<typeof StopPodSandboxResponse> {}

export const RemovePodSandboxRequest = struct("cri/v1.RemovePodSandboxRequest", {
  podSandboxId: opt(1, string, ""),
});
export interface RemovePodSandboxRequest extends Infer<typeof RemovePodSandboxRequest> {}

export const RemovePodSandboxResponse = struct("cri/v1.RemovePodSandboxResponse", {});
export interface RemovePodSandboxResponse extends Infer<typeof RemovePodSandboxResponse> {}

export const PodSandboxStatusRequest = struct("cri/v1.PodSandboxStatusRequest", {
  podSandboxId: opt(1, string, ""),
  verbose: opt(2, bool, ""),
});
export interface PodSandboxStatusRequest extends Infer<typeof PodSandboxStatusRequest> {}

export const PodIP = struct("cri/v1.PodIP", {
  ip: opt(1, string, ""),
});
export interface PodIP extends Infer<typeof PodIP> {}

export const PodSandboxNetworkStatus = struct("cri/v1.PodSandboxNetworkStatus", {
  ip: opt(1, string, ""),
  additionalIps: opt(2, list(ref<PodIP>(() => PodIP)), ""),
});
export interface PodSandboxNetworkStatus extends Infer<typeof PodSandboxNetworkStatus> {}

export const Namespace = struct("cri/v1.Namespace", {
  options: opt(
    2,
    ref<NamespaceOption>(() => NamespaceOption),
    "",
  ),
});
export interface Namespace extends Infer<typeof Namespace> {}

export const LinuxPodSandboxStatus = struct("cri/v1.LinuxPodSandboxStatus", {
  namespaces: opt(
    1,
    ref<Namespace>(() => Namespace),
    "",
  ),
});
export interface LinuxPodSandboxStatus extends Infer<typeof LinuxPodSandboxStatus> {}

export const PodSandboxStatus = struct("cri/v1.PodSandboxStatus", {
  id: opt(1, string, ""),
  metadata: opt(
    2,
    ref<PodSandboxMetadata>(() => PodSandboxMetadata),
    "",
  ),
  state: opt(3, int32, ""),
  createdAt: opt(4, int64, ""),
  network: opt(
    5,
    ref<PodSandboxNetworkStatus>(() => PodSandboxNetworkStatus),
    "",
  ),
  linux: opt(
    6,
    ref<LinuxPodSandboxStatus>(() => LinuxPodSandboxStatus),
    "",
  ),
  labels: opt(7, map(string), ""),
  annotations: opt(8, map(string), ""),
  runtimeHandler: opt(9, string, ""),
});
export interface PodSandboxStatus extends Infer<typeof PodSandboxStatus> {}

export const PodSandboxStatusResponse = struct("cri/v1.PodSandboxStatusResponse", {
  status: opt(
    1,
    ref<PodSandboxStatus>(() => PodSandboxStatus),
    "",
  ),
  info: opt(2, map(string), ""),
  containersStatuses: opt(3, list(ref<ContainerStatus>(() => ContainerStatus)), ""),
  timestamp: opt(4, int64, ""),
});
export interface PodSandboxStatusResponse extends Infer<typeof PodSandboxStatusResponse> {}

export const PodSandboxStateValue = struct("cri/v1.PodSandboxStateValue", {
  state: opt(1, int32, ""),
});
export interface PodSandboxStateValue extends Infer<typeof PodSandboxStateValue> {}

export const PodSandboxFilter = struct("cri/v1.PodSandboxFilter", {
  id: opt(1, string, ""),
  state: opt(
    2,
    ref<PodSandboxStateValue>(() => PodSandboxStateValue),
    "",
  ),
  labelSelector: opt(3, map(string), ""),
});
export interface PodSandboxFilter extends Infer<typeof PodSandboxFilter> {}

export const ListPodSandboxRequest = struct("cri/v1.ListPodSandboxRequest", {
  filter: opt(
    1,
    ref<PodSandboxFilter>(() => PodSandboxFilter),
    "",
  ),
});
export interface ListPodSandboxRequest extends Infer<typeof ListPodSandboxRequest> {}

export const PodSandbox = struct("cri/v1.PodSandbox", {
  id: opt(1, string, ""),
  metadata: opt(
    2,
    ref<PodSandboxMetadata>(() => PodSandboxMetadata),
    "",
  ),
  state: opt(3, int32, ""),
  createdAt: opt(4, int64, ""),
  labels: opt(5, map(string), ""),
  annotations: opt(6, map(string), ""),
  runtimeHandler: opt(7, string, ""),
});
export interface PodSandbox extends Infer<typeof PodSandbox> {}

export const ListPodSandboxResponse = struct("cri/v1.ListPodSandboxResponse", {
  items: opt(1, list(ref<PodSandbox>(() => PodSandbox)), ""),
});
export interface ListPodSandboxResponse extends Infer<typeof ListPodSandboxResponse> {}
