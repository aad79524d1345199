import {
  type Infer,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  GroupVersionKind,
  ObjectMeta,
} from "@skates/apimachinery";

export const APIGroupDiscovery = struct("apidiscovery.k8s.io/v2.APIGroupDiscovery", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  versions: opt(
    2,
    list(
      ref<APIVersionDiscovery>(() => APIVersionDiscovery),
      { keys: ["version"] },
    ),
    "",
  ),
});
export interface APIGroupDiscovery extends Infer<typeof APIGroupDiscovery> {}

export const APIVersionDiscovery = struct("apidiscovery.k8s.io/v2.APIVersionDiscovery", {
  version: req(1, string, ""),
  resources: opt(
    2,
    list(
      ref<APIResourceDiscovery>(() => APIResourceDiscovery),
      { keys: ["resource"] },
    ),
    "",
  ),
  freshness: opt(3, string, "", { known: ["Current", "Stale"] }),
});
export interface APIVersionDiscovery extends Infer<typeof APIVersionDiscovery> {}

export const APIResourceDiscovery = struct("apidiscovery.k8s.io/v2.APIResourceDiscovery", {
  resource: req(1, string, ""),
  responseKind: opt(
    2,
    ref<GroupVersionKind>(() => GroupVersionKind),
    "",
  ),
  scope: req(3, string, "", { known: ["Cluster", "Namespaced"] }),
  singularResource: req(4, string, ""),
  verbs: req(5, list(string, "set"), ""),
  shortNames: opt(6, list(string, "set"), ""),
  categories: opt(7, list(string, "set"), ""),
  subresources: opt(
    8,
    list(
      ref<APISubresourceDiscovery>(() => APISubresourceDiscovery),
      { keys: ["subresource"] },
    ),
    "",
  ),
});
export interface APIResourceDiscovery extends Infer<typeof APIResourceDiscovery> {}

export const APISubresourceDiscovery = struct("apidiscovery.k8s.io/v2.APISubresourceDiscovery", {
  subresource: req(1, string, ""),
  responseKind: opt(
    2,
    ref<GroupVersionKind>(() => GroupVersionKind),
    "",
  ),
  acceptedTypes: opt(
    3,
    list(
      ref<GroupVersionKind>(() => GroupVersionKind),
      { keys: ["group", "version", "kind"] },
    ),
    "",
  ),
  verbs: req(4, list(string, "set"), ""),
});
export interface APISubresourceDiscovery extends Infer<typeof APISubresourceDiscovery> {}
