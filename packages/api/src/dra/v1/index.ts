/**
 * Messages by which the kubelet has devices prepared for pods (`k8s.io.kubelet.pkg.apis.dra`, v1 and v1beta1, which are alike on the wire).
 * Field descriptions are left out, as in CRI.
 */
export {
  DeviceClaim,
  NodePrepareResourceResponse,
  NodePrepareResourcesRequest,
  NodePrepareResourcesResponse,
  NodeUnprepareResourceResponse,
  NodeUnprepareResourcesRequest,
  NodeUnprepareResourcesResponse,
  PreparedDevice,
} from "./node-resources.ts";
