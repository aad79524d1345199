import { type Infer, list, map, opt, ref, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { NonResourceAttributes } from "./non-resource-attributes.ts";
import { ResourceAttributes } from "./resource-attributes.ts";
import { subjectAccessReviewSpecRules } from "./access-review-rules.ts";

export const SubjectAccessReviewSpec = struct(
  "authorization.k8s.io/v1.SubjectAccessReviewSpec",
  {
    resourceAttributes: opt(
      1,
      ref<ResourceAttributes>(() => ResourceAttributes),
      "A request for an object.",
    ),
    nonResourceAttributes: opt(
      2,
      ref<NonResourceAttributes>(() => NonResourceAttributes),
      "A request for something else.",
    ),
    user: opt(3, string, "Name of the user."),
    groups: opt(4, list(string), "Groups that the user is in."),
    extra: opt(5, map(list(string, "atomic", true)), "Whatever else is known of the user."),
    uid: opt(6, string, "Id of the user."),
  },
  (): AnyStructOptions => ({ doc: "Who, and what is to be done.", rules: [subjectAccessReviewSpecRules] }),
);
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}
