import { type Infer, opt, ref, req, string, struct } from "@skates/apimachinery";

export const DeviceSelector = struct(
  "resource.k8s.io/v1.DeviceSelector",
  {
    cel: opt(
      1,
      ref<CELDeviceSelector>(() => CELDeviceSelector),
      "By a CEL expression.",
    ),
  },
  { doc: "What a device is like." },
);
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const CELDeviceSelector = struct(
  "resource.k8s.io/v1.CELDeviceSelector",
  {
    expression: req(1, string, "CEL expression that is true for such devices."),
  },
  { doc: "What a device is like, by expression." },
);
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}
