import {
  type Infer,
  bool,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";

export const SelfSubjectRulesReview = struct("authorization.k8s.io/v1.SelfSubjectRulesReview", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<SelfSubjectRulesReviewSpec>(() => SelfSubjectRulesReviewSpec),
    "",
  ),
  status: opt(
    3,
    ref<SubjectRulesReviewStatus>(() => SubjectRulesReviewStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface SelfSubjectRulesReview extends Infer<typeof SelfSubjectRulesReview> {}

export const SubjectRulesReviewStatus = struct("authorization.k8s.io/v1.SubjectRulesReviewStatus", {
  resourceRules: req(1, list(ref<ResourceRule>(() => ResourceRule)), ""),
  nonResourceRules: req(2, list(ref<NonResourceRule>(() => NonResourceRule)), ""),
  incomplete: req(3, bool, ""),
  evaluationError: opt(4, string, ""),
});
export interface SubjectRulesReviewStatus extends Infer<typeof SubjectRulesReviewStatus> {}

export const NonResourceRule = struct("authorization.k8s.io/v1.NonResourceRule", {
  verbs: req(1, list(string), ""),
  nonResourceURLs: opt(2, list(string), ""),
});
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

export const ResourceRule = struct("authorization.k8s.io/v1.ResourceRule", {
  verbs: req(1, list(string), ""),
  apiGroups: opt(2, list(string), ""),
  resources: opt(3, list(string), ""),
  resourceNames: opt(4, list(string), ""),
});
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = struct("authorization.k8s.io/v1.SelfSubjectRulesReviewSpec", {
  namespace: opt(1, string, ""),
});
export interface SelfSubjectRulesReviewSpec extends Infer<typeof SelfSubjectRulesReviewSpec> {}

export const selfSubjectRulesReviews = resource<SelfSubjectRulesReview>({
  group: "authorization.k8s.io",
  version: "v1",
  kind: "SelfSubjectRulesReview",
  plural: "selfsubjectrulesreviews",
  namespaced: false,
  verbs: ["create"],
  schema: SelfSubjectRulesReview,
  statusSubresource: false,
  storage: false,
});
