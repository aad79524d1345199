import { type Infer, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";

// Resource limits of containers.

export const HugepageLimit = struct("cri/v1.HugepageLimit", {
  pageSize: opt(1, string, ""),
  limit: opt(2, int64, ""),
});
export interface HugepageLimit extends Infer<typeof HugepageLimit> {}

export const LinuxContainerResources = struct("cri/v1.LinuxContainerResources", {
  cpuPeriod: opt(1, int64, ""),
  cpuQuota: opt(2, int64, ""),
  cpuShares: opt(3, int64, ""),
  memoryLimitInBytes: opt(4, int64, ""),
  oomScoreAdj: opt(5, int64, ""),
  cpusetCpus: opt(6, string, ""),
  cpusetMems: opt(7, string, ""),
  hugepageLimits: opt(8, list(ref<HugepageLimit>(() => HugepageLimit)), ""),
  unified: opt(9, map(string), ""),
  memorySwapLimitInBytes: opt(10, int64, ""),
});
export interface LinuxContainerResources extends Infer<typeof LinuxContainerResources> {}

export const ContainerResources = struct("cri/v1.ContainerResources", {
  linux: opt(
    1,
    ref<LinuxContainerResources>(() => LinuxContainerResources),
    "",
  ),
});
export interface ContainerResources extends Infer<typeof ContainerResources> {}

export const UpdateContainerResourcesRequest = struct("cri/v1.UpdateContainerResourcesRequest", {
  containerId: opt(1, string, ""),
  linux: opt(
    2,
    ref<LinuxContainerResources>(() => LinuxContainerResources),
    "",
  ),
  annotations: opt(4, map(string), ""),
});
export interface UpdateContainerResourcesRequest extends Infer<typeof UpdateContainerResourcesRequest> {}

export const UpdateContainerResourcesResponse = struct("cri/v1.UpdateContainerResourcesResponse", {});
export interface UpdateContainerResourcesResponse extends Infer<typeof UpdateContainerResourcesResponse> {}
