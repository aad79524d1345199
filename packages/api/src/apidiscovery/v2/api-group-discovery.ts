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

export const APIGroupDiscovery = struct(
  "apidiscovery.k8s.io/v2.APIGroupDiscovery",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    versions: opt(
      2,
      list(
        ref<APIVersionDiscovery>(() => APIVersionDiscovery),
        { keys: ["version"] },
      ),
      "Its versions, best first.",
    ),
  },
  { doc: "A group of the API." },
);
export interface APIGroupDiscovery extends Infer<typeof APIGroupDiscovery> {}

export const APIVersionDiscovery = struct(
  "apidiscovery.k8s.io/v2.APIVersionDiscovery",
  {
    version: req(1, string, "Name of the version."),
    resources: opt(
      2,
      list(
        ref<APIResourceDiscovery>(() => APIResourceDiscovery),
        { keys: ["resource"] },
      ),
      "What it serves.",
    ),
    freshness: opt(3, string, "Current, or Stale when its server could not be asked.", { known: ["Current", "Stale"] }),
  },
  { doc: "A version of a group." },
);
export interface APIVersionDiscovery extends Infer<typeof APIVersionDiscovery> {}

export const APIResourceDiscovery = struct(
  "apidiscovery.k8s.io/v2.APIResourceDiscovery",
  {
    resource: req(1, string, "Plural, as in paths."),
    responseKind: opt(
      2,
      ref<GroupVersionKind>(() => GroupVersionKind),
      "Kind of the objects.",
    ),
    scope: req(3, string, "Namespaced or Cluster.", { known: ["Cluster", "Namespaced"] }),
    singularResource: req(4, string, "Singular in lower case."),
    verbs: req(5, list(string, "set"), "What can be done."),
    shortNames: opt(6, list(string, "set"), "Short names for the command line."),
    categories: opt(7, list(string, "set"), "Names of groups of kinds it is listed under."),
    subresources: opt(
      8,
      list(
        ref<APISubresourceDiscovery>(() => APISubresourceDiscovery),
        { keys: ["subresource"] },
      ),
      "Its subresources.",
    ),
  },
  { doc: "A kind that is served." },
);
export interface APIResourceDiscovery extends Infer<typeof APIResourceDiscovery> {}

export const APISubresourceDiscovery = struct(
  "apidiscovery.k8s.io/v2.APISubresourceDiscovery",
  {
    subresource: req(1, string, "Its name."),
    responseKind: opt(
      2,
      ref<GroupVersionKind>(() => GroupVersionKind),
      "Kind that it answers with.",
    ),
    acceptedTypes: opt(
      3,
      list(
        ref<GroupVersionKind>(() => GroupVersionKind),
        { keys: ["group", "version", "kind"] },
      ),
      "Kinds that it takes.",
    ),
    verbs: req(4, list(string, "set"), "What can be done."),
  },
  { doc: "A subresource that is served." },
);
export interface APISubresourceDiscovery extends Infer<typeof APISubresourceDiscovery> {}
