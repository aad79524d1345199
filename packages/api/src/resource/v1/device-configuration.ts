import { type Infer, opt, rawExtension, ref, req, string, struct } from "@skates/apimachinery";

export const DeviceConfiguration = struct(
  "resource.k8s.io/v1.DeviceConfiguration",
  {
    opaque: opt(
      1,
      ref<OpaqueDeviceConfiguration>(() => OpaqueDeviceConfiguration),
      "Settings that only the driver knows.",
    ),
  },
  { doc: "Settings for devices." },
);
export interface DeviceConfiguration extends Infer<typeof DeviceConfiguration> {}

export const OpaqueDeviceConfiguration = struct(
  "resource.k8s.io/v1.OpaqueDeviceConfiguration",
  {
    driver: req(1, string, "The driver.", { maxLength: 63 }),
    parameters: req(2, rawExtension, "The settings."),
  },
  { doc: "Settings that only a driver knows." },
);
export interface OpaqueDeviceConfiguration extends Infer<typeof OpaqueDeviceConfiguration> {}
