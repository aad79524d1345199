import {
  type Infer,
  opt,
  ref,
  req,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { NonResourceAttributes } from "./non-resource-attributes.ts";
import { ResourceAttributes } from "./resource-attributes.ts";
import { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";
import { reviewMetadataRules, selfSubjectAccessReviewSpecRules } from "./access-review-rules.ts";

export const SelfSubjectAccessReview = struct(
  "authorization.k8s.io/v1.SelfSubjectAccessReview",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<SelfSubjectAccessReviewSpec>(() => SelfSubjectAccessReviewSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<SubjectAccessReviewStatus>(() => SubjectAccessReviewStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ doc: "Asks whether one may do something.", rules: [reviewMetadataRules] }),
);
export interface SelfSubjectAccessReview extends Infer<typeof SelfSubjectAccessReview> {}

export const SelfSubjectAccessReviewSpec = struct(
  "authorization.k8s.io/v1.SelfSubjectAccessReviewSpec",
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
  },
  (): AnyStructOptions => ({
    doc: "What is to be done; exactly one is given.",
    rules: [selfSubjectAccessReviewSpecRules],
  }),
);
export interface SelfSubjectAccessReviewSpec extends Infer<typeof SelfSubjectAccessReviewSpec> {}

export const selfSubjectAccessReviews = resource<SelfSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectAccessReview",
  plural: "selfsubjectaccessreviews",
  namespaced: false,
  verbs: ["create"],
  schema: SelfSubjectAccessReview,
  statusSubresource: false,
  storage: false,
});
