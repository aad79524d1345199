import { type Infer, list, map, opt, ref, string, struct } from "@skates/apimachinery";
import { NonResourceAttributes } from "./non-resource-attributes.ts";
import { ResourceAttributes } from "./resource-attributes.ts";

export const SubjectAccessReviewSpec = struct("authorization.k8s.io/v1.SubjectAccessReviewSpec", {
  resourceAttributes: opt(
    1,
    ref<ResourceAttributes>(() => ResourceAttributes),
    "",
  ),
  nonResourceAttributes: opt(
    2,
    ref<NonResourceAttributes>(() => NonResourceAttributes),
    "",
  ),
  user: opt(3, string, ""),
  groups: opt(4, list(string), ""),
  extra: opt(5, map(list(string, "atomic", true)), ""),
  uid: opt(6, string, ""),
});
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}
