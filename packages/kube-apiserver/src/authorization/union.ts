import type { NonResourceRule, ResourceRule } from "@skates/api/authorization/v1";
import { joinedErrors, type UserInfo } from "@skates/apimachinery";
import type { Authorizer, Decision } from "@skates/apiserver";

/** What somebody may do in a namespace, as far as an authorizer can tell without being asked for one thing. */
export interface UserRules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  /** True: there may be more, or less. */
  readonly incomplete: boolean;
  /** Why; empty: nothing failed. */
  readonly errors: readonly string[];
}

/** One of the authorizers that are asked in order. */
export interface ChainedAuthorizer extends Authorizer {
  rulesFor(user: UserInfo, namespace: string, signal: AbortSignal): Promise<UserRules>;
}

/** No rules that could be listed. */
export const NO_RULES: UserRules = { resourceRules: [], nonResourceRules: [], incomplete: false, errors: [] };

/** Asks one after the other: the first that allows or denies decides. When none does, all their reasons are told. */
export function unionOf(authorizers: () => readonly ChainedAuthorizer[]): ChainedAuthorizer {
  return {
    async authorize(attributes, signal): Promise<Decision> {
      const reasons: string[] = [];
      const errors: string[] = [];
      for (const authorizer of authorizers()) {
        const { decision, reason, error } = await authorizer.authorize(attributes, signal);
        if (reason !== "") reasons.push(reason);
        if (error !== undefined) errors.push(error);
        if (decision !== "no opinion") return { decision, reason, ...(error === undefined ? {} : { error }) };
      }
      const failed = errors.length === 0 ? {} : { error: joinedErrors(errors) };
      return { decision: "no opinion", reason: reasons.join("\n"), ...failed };
    },
    async rulesFor(user, namespace, signal): Promise<UserRules> {
      const all = await Promise.all(authorizers().map((each) => each.rulesFor(user, namespace, signal)));
      return {
        resourceRules: all.flatMap(({ resourceRules }) => resourceRules),
        nonResourceRules: all.flatMap(({ nonResourceRules }) => nonResourceRules),
        incomplete: all.some(({ incomplete }) => incomplete),
        errors: all.flatMap(({ errors }) => errors),
      };
    },
  };
}
