/** Types of authorization.k8s.io/v1. */
export { LocalSubjectAccessReview, localSubjectAccessReviews } from "./local-subject-access-review.ts";
export { NonResourceAttributes } from "./non-resource-attributes.ts";
export { FieldSelectorAttributes, LabelSelectorAttributes, ResourceAttributes } from "./resource-attributes.ts";
export {
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  selfSubjectAccessReviews,
} from "./self-subject-access-review.ts";
export {
  NonResourceRule,
  ResourceRule,
  SelfSubjectRulesReview,
  SelfSubjectRulesReviewSpec,
  SubjectRulesReviewStatus,
  selfSubjectRulesReviews,
} from "./self-subject-rules-review.ts";
export { SubjectAccessReview, subjectAccessReviews } from "./subject-access-review.ts";
export { SubjectAccessReviewSpec } from "./subject-access-review-spec.ts";
export { SubjectAccessReviewStatus } from "./subject-access-review-status.ts";
