import { type Infer, bool, opt, req, string, struct } from "@skates/apimachinery";

export const SubjectAccessReviewStatus = struct("authorization.k8s.io/v1.SubjectAccessReviewStatus", {
  allowed: req(1, bool, ""),
  denied: opt(4, bool, ""),
  reason: opt(2, string, ""),
  evaluationError: opt(3, string, ""),
});
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}
