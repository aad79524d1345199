import { type Infer, list, map, opt, ref, string, struct } from "@skates/apimachinery";

// What a node asks a driver to do with claims.

export const DeviceClaim = struct("dra/v1.Claim", {
  namespace: opt(1, string, ""),
  uid: opt(2, string, ""),
  name: opt(3, string, ""),
});
export interface DeviceClaim extends Infer<typeof DeviceClaim> {}

export const NodePrepareResourcesRequest = struct("dra/v1.NodePrepareResourcesRequest", {
  claims: opt(1, list(ref<DeviceClaim>(() => DeviceClaim)), ""),
});
export interface NodePrepareResourcesRequest extends Infer<typeof NodePrepareResourcesRequest> {}

/** Without request names it belongs to all requests of its claim. */
export const PreparedDevice = struct("dra/v1.Device", {
  requestNames: opt(1, list(string), ""),
  poolName: opt(2, string, ""),
  deviceName: opt(3, string, ""),
  cdiDeviceIds: opt(4, list(string), ""),
  shareId: opt(5, string, ""),
});
export interface PreparedDevice extends Infer<typeof PreparedDevice> {}

export const NodePrepareResourceResponse = struct("dra/v1.NodePrepareResourceResponse", {
  devices: opt(1, list(ref<PreparedDevice>(() => PreparedDevice)), ""),
  error: opt(2, string, ""),
});
export interface NodePrepareResourceResponse extends Infer<typeof NodePrepareResourceResponse> {}

/** By the uids of claims. */
export const NodePrepareResourcesResponse = struct("dra/v1.NodePrepareResourcesResponse", {
  claims: opt(1, map(ref<NodePrepareResourceResponse>(() => NodePrepareResourceResponse)), ""),
});
export interface NodePrepareResourcesResponse extends Infer<typeof NodePrepareResourcesResponse> {}

export const NodeUnprepareResourcesRequest = struct("dra/v1.NodeUnprepareResourcesRequest", {
  claims: opt(1, list(ref<DeviceClaim>(() => DeviceClaim)), ""),
});
export interface NodeUnprepareResourcesRequest extends Infer<typeof NodeUnprepareResourcesRequest> {}

export const NodeUnprepareResourceResponse = struct("dra/v1.NodeUnprepareResourceResponse", {
  error: opt(1, string, ""),
});
export interface NodeUnprepareResourceResponse extends Infer<typeof NodeUnprepareResourceResponse> {}

/** By the uids of claims. */
export const NodeUnprepareResourcesResponse = struct("dra/v1.NodeUnprepareResourcesResponse", {
  claims: opt(1, map(ref<NodeUnprepareResourceResponse>(() => NodeUnprepareResourceResponse)), ""),
});
export interface NodeUnprepareResourcesResponse extends Infer<typeof NodeUnprepareResourcesResponse> {}
