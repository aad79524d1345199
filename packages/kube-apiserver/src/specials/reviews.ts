import {
  SelfSubjectReview,
  selfSubjectReviews,
  TokenReview,
  tokenReviews,
  type UserInfo as ReviewedUser,
} from "@skates/api/authentication/v1";
import {
  LocalSubjectAccessReview,
  localSubjectAccessReviews,
  SelfSubjectAccessReview,
  selfSubjectAccessReviews,
  SelfSubjectRulesReview,
  selfSubjectRulesReviews,
  SubjectAccessReview,
  type SubjectAccessReviewSpec,
  subjectAccessReviews,
  type SubjectAccessReviewStatus,
  type SubjectRulesReviewStatus,
} from "@skates/api/authorization/v1";
import {
  badRequest,
  type FieldError,
  forbidden,
  invalid,
  invalidStatus,
  type Resource,
  type UserInfo,
} from "@skates/apimachinery";
import type { AuthorizationAttributes, Authorizer, SpecialCall, SpecialHandler } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { isTokenRefusal, type TokenMethod } from "../authentication/token-method.ts";
import { authenticated, nodeOfUser } from "../authentication/users.ts";
import type { PolicySource } from "../authorization/rbac/policy-source.ts";
import { rulesOfUser } from "../authorization/rbac/rbac-authorizer.ts";
import { answer } from "./answer.ts";

export interface ReviewOptions {
  readonly authorizer: Authorizer;
  readonly source: PolicySource;
  readonly tokens: TokenMethod;
  /** Audiences that a token is checked for when the review names none. */
  readonly audiences: readonly string[];
}

/** Questions about who somebody is and what they may do. Nothing is stored. */
export function reviewHandlers(options: ReviewOptions): readonly SpecialHandler[] {
  const { authorizer, source } = options;
  const decide = async (spec: SubjectAccessReviewSpec, call: SpecialCall): Promise<SubjectAccessReviewStatus> => {
    const user = { name: spec.user ?? "", groups: spec.groups ?? [], uid: spec.uid, extra: spec.extra };
    const { decision, reason } = await authorizer.authorize(attributesOf(spec, user), call.signal);
    const said = reason === "" ? {} : { reason };
    return { allowed: decision === "allow", ...(decision === "deny" ? { denied: true } : {}), ...said };
  };
  return [
    handler(selfSubjectReviews, async (call) => {
      const review = await call.read<SelfSubjectReview>(SelfSubjectReview);
      return answer(selfSubjectReviews, { ...review, status: { userInfo: reviewedUser(call.user) } });
    }),
    handler(subjectAccessReviews, async (call) => {
      const review = await call.read<SubjectAccessReview>(SubjectAccessReview);
      refuseFindings("SubjectAccessReview", subjectFindings(review.spec));
      return answer(subjectAccessReviews, { ...review, status: await decide(review.spec, call) });
    }),
    handler(localSubjectAccessReviews, async (call) => {
      const review = await call.read<LocalSubjectAccessReview>(LocalSubjectAccessReview);
      refuseFindings("LocalSubjectAccessReview", [
        ...subjectFindings(review.spec),
        ...localFindings(review.spec, call),
      ]);
      return answer(localSubjectAccessReviews, { ...review, status: await decide(review.spec, call) });
    }),
    handler(selfSubjectAccessReviews, async (call) => {
      const review = await call.read<SelfSubjectAccessReview>(SelfSubjectAccessReview);
      refuseFindings("SelfSubjectAccessReview", attributeFindings(review.spec));
      const { name, groups, uid, extra } = call.user;
      return answer(selfSubjectAccessReviews, {
        ...review,
        status: await decide({ ...review.spec, user: name, groups, uid, extra }, call),
      });
    }),
    handler(selfSubjectRulesReviews, async (call) => {
      const review = await call.read<SelfSubjectRulesReview>(SelfSubjectRulesReview);
      const namespace = review.spec.namespace ?? "";
      if (namespace === "") throw badRequest("no namespace on request");
      await source.load(call.signal);
      return answer(selfSubjectRulesReviews, { ...review, status: rulesOf(source, call.user, namespace) });
    }),
    handler(tokenReviews, async (call) => {
      const review = await call.read<TokenReview>(TokenReview);
      if ((review.spec.token ?? "") === "") throw badRequest("token is required for TokenReview in authentication");
      return answer(tokenReviews, { ...review, status: await reviewToken(options, review, call.signal) });
    }),
  ];
}

function handler(of: Resource, handle: SpecialHandler["handle"]): SpecialHandler {
  return { group: of.group, resource: of.plural, verbs: ["create"], handle };
}

/** What roles give the user in a namespace. What a kubelet may besides depends on its pods. */
function rulesOf(source: PolicySource, user: UserInfo, namespace: string): SubjectRulesReviewStatus {
  const { rules, errors } = rulesOfUser(source, user, namespace);
  const kubelet = nodeOfUser(user) !== undefined;
  const failed = [...(kubelet ? ["node authorizer does not support user rule resolution"] : []), ...errors];
  return {
    resourceRules: rules
      .filter(({ resources = [] }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups: apiGroups ?? [],
        resources: resources ?? [],
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: rules.flatMap(({ verbs, nonResourceURLs = [] }) =>
      nonResourceURLs.length === 0 ? [] : [{ verbs, nonResourceURLs }],
    ),
    incomplete: failed.length > 0,
    ...(failed.length === 0 ? {} : { evaluationError: failed.join(", ") }),
  };
}

/** Upstream's words for any token that proves nothing. */
const UNKNOWN_TOKEN = "invalid bearer token";

async function reviewToken(
  { tokens, audiences }: ReviewOptions,
  { spec }: TokenReview,
  signal: AbortSignal,
): Promise<TokenReview["status"]> {
  const asked = spec.audiences ?? [];
  try {
    const found = await tokens.authenticate(spec.token, asked.length > 0 ? asked : audiences, signal);
    if (found === undefined) return { error: UNKNOWN_TOKEN };
    const user = reviewedUser(authenticated(found.user));
    return { authenticated: true, user, audiences: found.audiences };
  } catch (error) {
    signal.throwIfAborted();
    if (!isTokenRefusal(error)) throw error;
    return { error: `[${UNKNOWN_TOKEN}, ${messageOf(error)}]` };
  }
}

function reviewedUser({ name, uid, groups, extra }: UserInfo): ReviewedUser {
  return {
    username: name,
    ...(uid === undefined || uid === "" ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

function attributesOf(spec: SubjectAccessReviewSpec, user: UserInfo): AuthorizationAttributes {
  const { resourceAttributes: of, nonResourceAttributes: other } = spec;
  if (of === undefined) {
    const none = { group: "", version: "", resource: "", subresource: "", namespace: "", name: "" };
    return { ...none, user, verb: other?.verb ?? "", resourceRequest: false, path: other?.path ?? "" };
  }
  return {
    user,
    verb: of.verb ?? "",
    resourceRequest: true,
    path: "",
    group: of.group ?? "",
    version: of.version ?? "",
    resource: of.resource ?? "",
    subresource: of.subresource ?? "",
    namespace: of.namespace ?? "",
    name: of.name ?? "",
    ...selectorsOf(of),
  };
}

function selectorsOf({
  fieldSelector,
  labelSelector,
}: NonNullable<SubjectAccessReviewSpec["resourceAttributes"]>): Pick<
  AuthorizationAttributes,
  "fieldSelector" | "labelSelector"
> {
  const fields = (fieldSelector?.requirements ?? []).filter(
    ({ operator, values }) => operator === "In" && values?.length === 1,
  );
  return {
    fieldSelector: fieldSelector?.rawSelector ?? fields.map(({ key, values }) => `${key}=${values?.[0]}`).join(","),
    labelSelector: labelSelector?.rawSelector,
  };
}

function refuseFindings(kind: string, findings: readonly FieldError[]): void {
  if (findings.length > 0) throw invalidStatus({ group: "authorization.k8s.io", kind }, "", findings);
}

function subjectFindings(spec: SubjectAccessReviewSpec): readonly FieldError[] {
  if ((spec.user ?? "") !== "" || (spec.groups ?? []).length > 0) return attributeFindings(spec);
  return [...attributeFindings(spec), invalid(["spec", "user"], "", "at least one of user or group must be specified")];
}

function attributeFindings(spec: SubjectAccessReviewSpec): readonly FieldError[] {
  const { resourceAttributes: of, nonResourceAttributes: other } = spec;
  if (of !== undefined && other !== undefined) {
    return [
      invalid(["spec", "nonResourceAttributes"], other, "cannot be specified in combination with resourceAttributes"),
    ];
  }
  if (of === undefined && other === undefined) {
    return [
      invalid(
        ["spec", "resourceAttributes"],
        null,
        "exactly one of nonResourceAttributes or resourceAttributes must be specified",
      ),
    ];
  }
  return [];
}

function localFindings(spec: SubjectAccessReviewSpec, call: SpecialCall): readonly FieldError[] {
  const { resourceAttributes: of, nonResourceAttributes: other } = spec;
  const out: FieldError[] = [];
  if (of !== undefined && (of.namespace ?? "") !== call.route.namespace) {
    out.push(invalid(["spec", "resourceAttributes", "namespace"], of.namespace ?? "", "must match metadata.namespace"));
  }
  if (other !== undefined) out.push(forbidden(["spec", "nonResourceAttributes"], "disallowed on this kind of request"));
  return out;
}
