import { type Infer, bool, list, map, opt, ref, string, struct } from "@skates/apimachinery";

// What the runtime says of itself.

export const VersionRequest = struct("cri/v1.VersionRequest", {
  version: opt(1, string, ""),
});
export interface VersionRequest extends Infer<typeof VersionRequest> {}

export const VersionResponse = struct("cri/v1.VersionResponse", {
  version: opt(1, string, ""),
  runtimeName: opt(2, string, ""),
  runtimeVersion: opt(3, string, ""),
  runtimeApiVersion: opt(4, string, ""),
});
export interface VersionResponse extends Infer<typeof VersionResponse> {}

export const RuntimeCondition = struct("cri/v1.RuntimeCondition", {
  type: opt(1, string, ""),
  status: opt(2, bool, ""),
  reason: opt(3, string, ""),
  message: opt(4, string, ""),
});
export interface RuntimeCondition extends Infer<typeof RuntimeCondition> {}

export const RuntimeStatus = struct("cri/v1.RuntimeStatus", {
  conditions: opt(1, list(ref<RuntimeCondition>(() => RuntimeCondition)), ""),
});
export interface RuntimeStatus extends Infer<typeof RuntimeStatus> {}

export const StatusRequest = struct("cri/v1.StatusRequest", {
  verbose: opt(1, bool, ""),
});
export interface StatusRequest extends Infer<typeof StatusRequest> {}

export const RuntimeHandlerFeatures = struct("cri/v1.RuntimeHandlerFeatures", {
  recursiveReadOnlyMounts: opt(1, bool, ""),
  userNamespaces: opt(2, bool, ""),
});
export interface RuntimeHandlerFeatures extends Infer<typeof RuntimeHandlerFeatures> {}

export const RuntimeHandler = struct("cri/v1.RuntimeHandler", {
  name: opt(1, string, ""),
  features: opt(
    2,
    ref<RuntimeHandlerFeatures>(() => RuntimeHandlerFeatures),
    "",
  ),
});
export interface RuntimeHandler extends Infer<typeof RuntimeHandler> {}

export const RuntimeFeatures = struct("cri/v1.RuntimeFeatures", {
  supplementalGroupsPolicy: opt(1, bool, ""),
  userNamespacesHostNetwork: opt(2, bool, ""),
});
export interface RuntimeFeatures extends Infer<typeof RuntimeFeatures> {}

export const StatusResponse = struct("cri/v1.StatusResponse", {
  status: opt(
    1,
    ref<RuntimeStatus>(() => RuntimeStatus),
    "",
  ),
  info: opt(2, map(string), ""),
  runtimeHandlers: opt(3, list(ref<RuntimeHandler>(() => RuntimeHandler)), ""),
  features: opt(
    4,
    ref<RuntimeFeatures>(() => RuntimeFeatures),
    "",
  ),
});
export interface StatusResponse extends Infer<typeof StatusResponse> {}

export const NetworkConfig = struct("cri/v1.NetworkConfig", {
  podCidr: opt(1, string, ""),
});
export interface NetworkConfig extends Infer<typeof NetworkConfig> {}

export const RuntimeConfig = struct("cri/v1.RuntimeConfig", {
  networkConfig: opt(
    1,
    ref<NetworkConfig>(() => NetworkConfig),
    "",
  ),
});
export interface RuntimeConfig extends Infer<typeof RuntimeConfig> {}

export const UpdateRuntimeConfigRequest = struct("cri/v1.UpdateRuntimeConfigRequest", {
  runtimeConfig: opt(
    1,
    ref<RuntimeConfig>(() => RuntimeConfig),
    "",
  ),
});
export interface UpdateRuntimeConfigRequest extends Infer<typeof UpdateRuntimeConfigRequest> {}

export const UpdateRuntimeConfigResponse = struct("cri/v1.UpdateRuntimeConfigResponse", {});
export interface UpdateRuntimeConfigResponse extends Infer<typeof UpdateRuntimeConfigResponse> {}
