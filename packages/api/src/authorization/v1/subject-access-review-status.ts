import { type Infer, bool, opt, req, string, struct } from "@skates/apimachinery";

export const SubjectAccessReviewStatus = struct(
  "authorization.k8s.io/v1.SubjectAccessReviewStatus",
  {
    allowed: req(1, bool, "Whether it is allowed."),
    denied: opt(4, bool, "Whether it is refused for good, not only not allowed."),
    reason: opt(2, string, "Why."),
    evaluationError: opt(3, string, "What went wrong while it was looked at."),
  },
  { doc: "The answer." },
);
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}
