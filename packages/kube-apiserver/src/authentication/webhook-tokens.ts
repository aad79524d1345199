import { isRecord, type UserInfo } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import { apiServerError } from "../errors.ts";
import type { ReviewCaller } from "../webhooks/review-caller.ts";
import type { TokenMethod } from "./token-method.ts";

export interface WebhookTokenOptions {
  readonly call: ReviewCaller;
  readonly version: "v1" | "v1beta1";
  /** Audiences of this API: a webhook that names none in its answer has vouched for these. */
  readonly audiences: readonly string[];
}

/** Asks a webhook with a TokenReview who a token stands for. Slow: to be used with `cachedTokens`. */
export function webhookTokens({ call, version, audiences: own }: WebhookTokenOptions): TokenMethod {
  const apiVersion = `authentication.k8s.io/${version}`;
  return {
    async authenticate(token, audiences, signal) {
      const review = { apiVersion, kind: "TokenReview", metadata: {}, spec: { token, audiences } };
      const status = await reviewed(call, review, signal);
      const said = strings(status["audiences"]);
      const vouched = said.length === 0 ? own : said;
      const common = audiences.filter((audience) => vouched.includes(audience));
      if (common.length === 0) return undefined;
      if (status["authenticated"] === true) return { user: userOf(status["user"]), audiences: common };
      const error = status["error"];
      if (typeof error === "string" && error !== "") throw apiServerError("TokenInvalid", error);
      return undefined;
    },
  };
}

async function reviewed(
  call: ReviewCaller,
  review: { readonly apiVersion: string },
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  let answer: unknown;
  try {
    answer = await call(review, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw apiServerError("TokenUnverified", `the token webhook cannot be asked: ${messageOf(error)}`, error);
  }
  if (isRecord(answer) && answer["kind"] === "TokenReview" && answer["apiVersion"] === review.apiVersion) {
    return isRecord(answer["status"]) ? answer["status"] : {};
  }
  throw apiServerError(
    "TokenUnverified",
    `the token webhook did not answer with a TokenReview of ${review.apiVersion}`,
  );
}

function userOf(value: unknown): UserInfo {
  const user = isRecord(value) ? value : {};
  const { username, uid, groups, extra } = user;
  const more = Object.entries(isRecord(extra) ? extra : {}).map(([key, list]) => [key, strings(list)] as const);
  return {
    name: typeof username === "string" ? username : "",
    ...(typeof uid === "string" && uid !== "" ? { uid } : {}),
    groups: strings(groups),
    ...(more.length === 0 ? {} : { extra: Object.fromEntries(more) }),
  };
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
