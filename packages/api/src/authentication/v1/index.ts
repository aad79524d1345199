/** Types of authentication.k8s.io/v1. */
export { SelfSubjectReview, SelfSubjectReviewStatus, selfSubjectReviews } from "./self-subject-review.ts";
export { BoundObjectReference, TokenRequest, TokenRequestSpec, TokenRequestStatus } from "./token-request.ts";
export { TokenReview, TokenReviewSpec, TokenReviewStatus, tokenReviews } from "./token-review.ts";
export { UserInfo } from "./user-info.ts";
