/** Types of discovery.k8s.io/v1. */
export {
  Endpoint,
  EndpointConditions,
  EndpointHints,
  EndpointPort,
  EndpointSlice,
  ForNode,
  ForZone,
  endpointSlices,
} from "./endpoint-slice.ts";
