import { type Infer, bool, int32, int64, list, map, opt, ref, string, struct } from "@skates/apimachinery";

// Small values that several messages share.

/** Values of the enumeration Protocol. */
export const PROTOCOL = { TCP: 0, UDP: 1, SCTP: 2 } as const;

/** Values of the enumeration MountPropagation. */
export const MOUNT_PROPAGATION = {
  PROPAGATION_PRIVATE: 0,
  PROPAGATION_HOST_TO_CONTAINER: 1,
  PROPAGATION_BIDIRECTIONAL: 2,
} as const;

export const Int64Value = struct("cri/v1.Int64Value", {
  value: opt(1, int64, ""),
});
export interface Int64Value extends Infer<typeof Int64Value> {}

export const UInt64Value = struct("cri/v1.UInt64Value", {
  value: opt(1, int64, ""),
});
export interface UInt64Value extends Infer<typeof UInt64Value> {}

export const KeyValue = struct("cri/v1.KeyValue", {
  key: opt(1, string, ""),
  value: opt(2, string, ""),
});
export interface KeyValue extends Infer<typeof KeyValue> {}

export const IDMapping = struct("cri/v1.IDMapping", {
  hostId: opt(1, int64, ""),
  containerId: opt(2, int64, ""),
  length: opt(3, int64, ""),
});
export interface IDMapping extends Infer<typeof IDMapping> {}

export const DNSConfig = struct("cri/v1.DNSConfig", {
  servers: opt(1, list(string), ""),
  searches: opt(2, list(string), ""),
  options: opt(3, list(string), ""),
});
export interface DNSConfig extends Infer<typeof DNSConfig> {}

export const PortMapping = struct("cri/v1.PortMapping", {
  protocol: opt(1, int32, ""),
  containerPort: opt(2, int32, ""),
  hostPort: opt(3, int32, ""),
  hostIp: opt(4, string, ""),
});
export interface PortMapping extends Infer<typeof PortMapping> {}

export const ImageSpec = struct("cri/v1.ImageSpec", {
  image: opt(1, string, ""),
  annotations: opt(2, map(string), ""),
  userSpecifiedImage: opt(18, string, ""),
  runtimeHandler: opt(19, string, ""),
  imageRef: opt(20, string, ""),
});
export interface ImageSpec extends Infer<typeof ImageSpec> {}

export const Mount = struct("cri/v1.Mount", {
  containerPath: opt(1, string, ""),
  hostPath: opt(2, string, ""),
  readonly: opt(3, bool, ""),
  selinuxRelabel: opt(4, bool, ""),
  propagation: opt(5, int32, ""),
  uidMappings: opt(6, list(ref<IDMapping>(() => IDMapping)), ""),
  gidMappings: opt(7, list(ref<IDMapping>(() => IDMapping)), ""),
  recursiveReadOnly: opt(8, bool, ""),
  image: opt(
    9,
    ref<ImageSpec>(() => ImageSpec),
    "",
  ),
  imageSubPath: opt(10, string, ""),
});
export interface Mount extends Infer<typeof Mount> {}

export const Device = struct("cri/v1.Device", {
  containerPath: opt(1, string, ""),
  hostPath: opt(2, string, ""),
  permissions: opt(3, string, ""),
});
export interface Device extends Infer<typeof Device> {}
