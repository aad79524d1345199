import type { SubjectAccessReviewSpec } from "@skates/api/authorization/v1";
import { isRecord } from "@skates/apimachinery";
import type { AuthorizationAttributes, Decision } from "@skates/apiserver";
import { AnswerCache, type Clock, type Logger, messageOf } from "@skates/component-base";
import type { ReviewCaller } from "../webhooks/review-caller.ts";
import { reviewSpec } from "./review-spec.ts";
import { type ChainedAuthorizer, NO_RULES } from "./union.ts";

/** Whether a webhook is to be asked about something; throws when that cannot be told. */
export type ReviewMatcher = (spec: SubjectAccessReviewSpec) => boolean;

export interface WebhookAuthorizerOptions {
  readonly name: string;
  readonly call: ReviewCaller;
  readonly clock: Clock;
  readonly log: Logger;
  readonly version: "v1" | "v1beta1";
  /** How long answers are kept; 0: not at all. */
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
  /** What counts when no answer comes. */
  readonly onError: "deny" | "no opinion";
  /** Absent: asked about everything. */
  readonly matches?: ReviewMatcher | undefined;
}

/** Answers that are kept; the oldest goes. */
const ENTRIES_MAX = 1024;
/** Questions that are longer are not worth keeping: upstream's limit on what somebody chooses in a request. */
const CHOSEN_CHARACTERS_MAX = 10_000;

/** Asks a webhook with a SubjectAccessReview whether something is allowed. */
export function webhookAuthorizer(options: WebhookAuthorizerOptions): ChainedAuthorizer {
  const { clock, version, authorizedMs, unauthorizedMs, onError, matches } = options;
  const known = new AnswerCache<Decision>({ clock, entriesMax: ENTRIES_MAX });
  const failed = (error: unknown): Decision => {
    options.log.warn("An authorization webhook gave no answer", { name: options.name, error: messageOf(error) });
    return { decision: onError, reason: "", error: messageOf(error) };
  };
  return {
    async authorize(attributes, signal) {
      const spec = reviewSpec(attributes);
      try {
        if (matches !== undefined && !matches(spec)) return { decision: "no opinion", reason: "" };
      } catch (error) {
        return failed(error);
      }
      const key = JSON.stringify(spec);
      const before = known.find(key);
      if (before !== undefined) return before.answer;
      let decision: Decision;
      try {
        decision = decisionOf(await options.call(reviewOf(version, spec), signal), version);
      } catch (error) {
        signal.throwIfAborted();
        return failed(error);
      }
      const ms = decision.decision === "allow" ? authorizedMs : unauthorizedMs;
      if (isKept(attributes)) known.keep(key, decision, ms);
      return decision;
    },
    rulesFor: async () => ({
      ...NO_RULES,
      incomplete: true,
      errors: ["webhook authorizer does not support user rule resolution"],
    }),
  };
}

/** The first version calls groups by another name. */
function reviewOf(version: "v1" | "v1beta1", { groups, ...spec }: SubjectAccessReviewSpec): unknown {
  return {
    apiVersion: `authorization.k8s.io/${version}`,
    kind: "SubjectAccessReview",
    metadata: {},
    spec: groups === undefined ? spec : { ...spec, [version === "v1" ? "groups" : "group"]: groups },
  };
}

function decisionOf(answer: unknown, version: "v1" | "v1beta1"): Decision {
  const expected = `authorization.k8s.io/${version}`;
  if (!isRecord(answer) || answer["kind"] !== "SubjectAccessReview" || answer["apiVersion"] !== expected) {
    throw new Error(`the webhook did not answer with a SubjectAccessReview of ${expected}`);
  }
  const status = isRecord(answer["status"]) ? answer["status"] : {};
  const reason = typeof status["reason"] === "string" ? status["reason"] : "";
  const allowed = status["allowed"] === true;
  if (status["denied"] !== true) return { decision: allowed ? "allow" : "no opinion", reason };
  const both = "webhook subject access review returned both allow and deny response";
  return { decision: "deny", reason, ...(allowed ? { error: both } : {}) };
}

function isKept({
  namespace,
  verb,
  group,
  version,
  resource,
  subresource,
  name,
  path,
}: AuthorizationAttributes): boolean {
  const chosen = [namespace, verb, group, version, resource, subresource, name, path];
  return chosen.reduce((sum, text) => sum + text.length, 0) < CHOSEN_CHARACTERS_MAX;
}
