import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { NonResourceAttributes } from "./non-resource-attributes.ts";
import { ResourceAttributes } from "./resource-attributes.ts";
import { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";

export const SelfSubjectAccessReview = struct("authorization.k8s.io/v1.SelfSubjectAccessReview", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<SelfSubjectAccessReviewSpec>(() => SelfSubjectAccessReviewSpec),
    "",
  ),
  status: opt(
    3,
    ref<SubjectAccessReviewStatus>(() => SubjectAccessReviewStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface SelfSubjectAccessReview extends Infer<typeof SelfSubjectAccessReview> {}

export const SelfSubjectAccessReviewSpec = struct("authorization.k8s.io/v1.SelfSubjectAccessReviewSpec", {
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
});
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
