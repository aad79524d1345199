import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { UserInfo } from "./user-info.ts";

export const SelfSubjectReview = struct(
  "authentication.k8s.io/v1.SelfSubjectReview",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    status: opt(
      2,
      ref<SelfSubjectReviewStatus>(() => SelfSubjectReviewStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Asks who one is." },
);
export interface SelfSubjectReview extends Infer<typeof SelfSubjectReview> {}

export const SelfSubjectReviewStatus = struct(
  "authentication.k8s.io/v1.SelfSubjectReviewStatus",
  {
    userInfo: opt(
      1,
      ref<UserInfo>(() => UserInfo),
      "The asker, as the server knows them.",
      { emitEmpty: true },
    ),
  },
  { doc: "Who asked." },
);
export interface SelfSubjectReviewStatus extends Infer<typeof SelfSubjectReviewStatus> {}

export const selfSubjectReviews = resource<SelfSubjectReview>({
  group: "authentication.k8s.io",
  version: "v1",
  kind: "SelfSubjectReview",
  plural: "selfsubjectreviews",
  namespaced: false,
  verbs: ["create"],
  schema: SelfSubjectReview,
  statusSubresource: false,
  storage: false,
});
