import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const APIResourceList = struct("meta/v1.APIResourceList", {
  ...typeMeta,
  groupVersion: req(1, string, ""),
  resources: req(2, list(ref<APIResource>(() => APIResource)), ""),
});
export interface APIResourceList extends Infer<typeof APIResourceList> {}

export const APIResource = struct("meta/v1.APIResource", {
  name: req(1, string, ""),
  singularName: req(6, string, ""),
  namespaced: req(2, bool, ""),
  group: opt(8, string, ""),
  version: opt(9, string, ""),
  kind: req(3, string, ""),
  verbs: req(4, list(string, "atomic", true), ""),
  shortNames: opt(5, list(string), ""),
  categories: opt(7, list(string), ""),
  storageVersionHash: opt(10, string, ""),
});
export interface APIResource extends Infer<typeof APIResource> {}
