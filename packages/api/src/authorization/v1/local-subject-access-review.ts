import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { SubjectAccessReviewSpec } from "./subject-access-review-spec.ts";
import { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";

export const LocalSubjectAccessReview = struct("authorization.k8s.io/v1.LocalSubjectAccessReview", {
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
export interface LocalSubjectAccessReview extends Infer<typeof LocalSubjectAccessReview> {}

export const localSubjectAccessReviews = resource<LocalSubjectAccessReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "LocalSubjectAccessReview",
  plural: "localsubjectaccessreviews",
  verbs: ["create"],
  schema: LocalSubjectAccessReview,
  statusSubresource: false,
  storage: false,
});
