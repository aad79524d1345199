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
import { localSubjectAccessReviewRules } from "./access-review-rules.ts";

export const LocalSubjectAccessReview = struct(
  "authorization.k8s.io/v1.LocalSubjectAccessReview",
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
  (): AnyStructOptions => ({
    doc: "Asks whether a user may do something in one namespace.",
    rules: [localSubjectAccessReviewRules],
  }),
);
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
