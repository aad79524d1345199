import { type Infer, opt, rawExtension, ref, req, string, struct } from "@skates/apimachinery";

export const DeviceConfiguration = struct("resource.k8s.io/v1.DeviceConfiguration", {
  opaque: opt(
    1,
    ref<OpaqueDeviceConfiguration>(() => OpaqueDeviceConfiguration),
    "",
  ),
});
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const OpaqueDeviceConfiguration = struct("resource.k8s.io/v1.OpaqueDeviceConfiguration", {
  driver: req(1, string, "", { maxLength: 63 }),
  parameters: req(2, rawExtension, ""),
});
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}
