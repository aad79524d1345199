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
import { SubjectAccessReviewSpec } from "./subject-access-review-spec.ts";
import { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";
import { reviewMetadataRules } from "./access-review-rules.ts";

export const SubjectAccessReview = struct(
  "authorization.k8s.io/v1.SubjectAccessReview",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<SubjectAccessReviewSpec>(() => SubjectAccessReviewSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<SubjectAccessReviewStatus>(() => SubjectAccessReviewStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ doc: "Asks whether a user may do something.", rules: [reviewMetadataRules] }),
);
export interface SubjectAccessReview extends Infer<typeof SubjectAccessReview> {}

export const subjectAccessReviews = resource<SubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SubjectAccessReview",
  plural: "subjectaccessreviews",
  namespaced: false,
  verbs: ["create"],
  schema: SubjectAccessReview,
  statusSubresource: false,
  storage: false,
});
