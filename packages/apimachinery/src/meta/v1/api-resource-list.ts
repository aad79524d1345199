import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const APIResourceList = struct(
  "meta/v1.APIResourceList",
  {
    ...typeMeta,
    groupVersion: req(1, string, "Group and version of the resources."),
    resources: req(2, list(ref<APIResource>(() => APIResource)), "The resources, with their subresources."),
  },
  { doc: "The resources of one version of a group." },
);
export interface APIResourceList extends Infer<typeof APIResourceList> {}

export const APIResource = struct(
  "meta/v1.APIResource",
  {
    name: req(1, string, "Plural name, with the subresource after a slash."),
    singularName: req(6, string, "Singular name, for clients that accept either."),
    namespaced: req(2, bool, "Whether objects live in namespaces."),
    group: opt(8, string, "Group of the kind where it differs from that of the list."),
    version: opt(9, string, "Version of the kind where it differs from that of the list."),
    kind: req(3, string, "Kind of the objects."),
    verbs: req(4, list(string, "atomic", true), "What can be done with the resource."),
    shortNames: opt(5, list(string), "Abbreviations that clients may accept."),
    categories: opt(7, list(string), "Groupings such as all that name several resources at once."),
    storageVersionHash: opt(10, string, "A hash that changes when the objects are stored in another version."),
  },
  { doc: "A resource as discovery shows it." },
);
export interface APIResource extends Infer<typeof APIResource> {}
