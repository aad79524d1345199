import { type Infer, opt, ref, req, string, struct } from "@skates/apimachinery";

export const DeviceSelector = struct("resource.k8s.io/v1.DeviceSelector", {
  cel: opt(
    1,
    ref<CELDeviceSelector>(() => CELDeviceSelector),
    "",
  ),
});
export interface DeviceSelector extends Infer<typeof DeviceSelector> {}

export const CELDeviceSelector = struct("resource.k8s.io/v1.CELDeviceSelector", {
  expression: req(1, string, ""),
});
export interface CELDeviceSelector extends Infer<typeof CELDeviceSelector> {}
