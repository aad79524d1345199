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

export const SelfSubjectRulesReview = struct(
  "authorization.k8s.io/v1.SelfSubjectRulesReview",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<SelfSubjectRulesReviewSpec>(() => SelfSubjectRulesReviewSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<SubjectRulesReviewStatus>(() => SubjectRulesReviewStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Asks what one may do in a namespace." },
);
export interface SelfSubjectRulesReview extends Infer<typeof SelfSubjectRulesReview> {}

export const SubjectRulesReviewStatus = struct(
  "authorization.k8s.io/v1.SubjectRulesReviewStatus",
  {
    resourceRules: req(1, list(ref<ResourceRule>(() => ResourceRule)), "What is allowed with objects."),
    nonResourceRules: req(2, list(ref<NonResourceRule>(() => NonResourceRule)), "What else is allowed."),
    incomplete: req(3, bool, "Whether there may be more."),
    evaluationError: opt(4, string, "Why there may be more."),
  },
  { doc: "What a user may do, as far as it is known." },
);
export interface SubjectRulesReviewStatus extends Infer<typeof SubjectRulesReviewStatus> {}

export const NonResourceRule = struct(
  "authorization.k8s.io/v1.NonResourceRule",
  {
    verbs: req(1, list(string), "Methods in lower case; * for all."),
    nonResourceURLs: opt(2, list(string), "Paths; a * at the end stands for any rest."),
  },
  { doc: "Requests that are not for objects." },
);
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

export const ResourceRule = struct(
  "authorization.k8s.io/v1.ResourceRule",
  {
    verbs: req(1, list(string), "Such as get or create; * for all."),
    apiGroups: opt(2, list(string), "API groups; * for all."),
    resources: opt(3, list(string), "Plurals of kinds; * for all, */scale for a subresource of all."),
    resourceNames: opt(4, list(string), "Names of objects; all when empty."),
  },
  { doc: "Requests for objects." },
);
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = struct(
  "authorization.k8s.io/v1.SelfSubjectRulesReviewSpec",
  {
    namespace: opt(1, string, "The namespace asked about."),
  },
  { doc: "Where." },
);
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
