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
import type { SpecialCall, SpecialHandler } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { isTokenRefusal, type TokenMethod } from "../authentication/token-method.ts";
import { authenticated } from "../authentication/users.ts";
import { reviewedAttributes } from "../authorization/review-spec.ts";
import { selectorFindings } from "../authorization/selector-findings.ts";
import type { ChainedAuthorizer } from "../authorization/union.ts";
import { answer } from "./answer.ts";

export interface ReviewOptions {
  readonly authorizer: ChainedAuthorizer;
  readonly tokens: TokenMethod;
  /** Audiences that a token is checked for when the review names none. */
  readonly audiences: readonly string[];
}

/** Questions about who somebody is and what they may do. Nothing is stored. */
export function reviewHandlers(options: ReviewOptions): readonly SpecialHandler[] {
  const { authorizer } = options;
  const decide = async (spec: SubjectAccessReviewSpec, call: SpecialCall): Promise<SubjectAccessReviewStatus> => {
    const user = { name: spec.user ?? "", groups: spec.groups ?? [], uid: spec.uid, extra: spec.extra };
    const { decision, reason, error } = await authorizer.authorize(reviewedAttributes(spec, user), call.signal);
    return {
      allowed: decision === "allow",
      ...(decision === "deny" ? { denied: true } : {}),
      ...(reason === "" ? {} : { reason }),
      ...(error === undefined ? {} : { evaluationError: error }),
    };
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
      return answer(selfSubjectRulesReviews, { ...review, status: await rulesOf(authorizer, call, namespace) });
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

async function rulesOf(
  authorizer: ChainedAuthorizer,
  { user, signal }: SpecialCall,
  namespace: string,
): Promise<SubjectRulesReviewStatus> {
  const { resourceRules, nonResourceRules, incomplete, errors } = await authorizer.rulesFor(user, namespace, signal);
  return {
    resourceRules,
    nonResourceRules,
    incomplete,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(", ") }),
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
  return of === undefined ? [] : selectorFindings(of, ["spec", "resourceAttributes"]);
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
