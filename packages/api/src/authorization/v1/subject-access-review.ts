import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { SubjectAccessReviewSpec } from "./subject-access-review-spec.ts";
import { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";

export const SubjectAccessReview = struct("authorization.k8s.io/v1.SubjectAccessReview", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<SubjectAccessReviewSpec>(() => SubjectAccessReviewSpec),
    "",
  ),
  status: opt(
    3,
    ref<SubjectAccessReviewStatus>(() => SubjectAccessReviewStatus),
    "",
    { emitEmpty: true },
  ),
});
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
