import { bool, type Infer, list, opt, string, struct } from "@skates/apimachinery";

/** Values of `PluginInfo.type`. */
export const PLUGIN_TYPE = { csi: "CSIPlugin", device: "DevicePlugin", dra: "DRAPlugin" } as const;

export const InfoRequest = struct("pluginregistration/v1.InfoRequest", {});
export interface InfoRequest extends Infer<typeof InfoRequest> {}

/** What a plugin says of itself. Without an endpoint it is served where it was asked. */
export const PluginInfo = struct("pluginregistration/v1.PluginInfo", {
  type: opt(1, string, ""),
  name: opt(2, string, ""),
  endpoint: opt(3, string, ""),
  supportedVersions: opt(4, list(string), ""),
});
export interface PluginInfo extends Infer<typeof PluginInfo> {}

/** Whether the kubelet took the plugin, and why not. */
export const RegistrationStatus = struct("pluginregistration/v1.RegistrationStatus", {
  pluginRegistered: opt(1, bool, ""),
  error: opt(2, string, ""),
});
export interface RegistrationStatus extends Infer<typeof RegistrationStatus> {}

export const RegistrationStatusResponse = struct("pluginregistration/v1.RegistrationStatusResponse", {});
export interface RegistrationStatusResponse extends Infer<typeof RegistrationStatusResponse> {}
