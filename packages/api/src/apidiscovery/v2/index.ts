/** Types of apidiscovery.k8s.io/v2. */
export {
  APIGroupDiscovery,
  APIResourceDiscovery,
  APISubresourceDiscovery,
  APIVersionDiscovery,
} from "./api-group-discovery.ts";
