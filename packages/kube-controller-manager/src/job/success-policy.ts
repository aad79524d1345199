import type { SuccessPolicy, SuccessPolicyRule } from "@skates/api/batch/v1";
import { type Indexes, parseIndexes } from "./indexes.ts";

/** Why the successes so far are enough, if they are. */
export function enoughSuccesses(
  policy: SuccessPolicy | undefined,
  completions: number,
  succeeded: Indexes,
): string | undefined {
  if (succeeded.size === 0) return undefined;
  const index = (policy?.rules ?? []).findIndex((rule) => holds(rule, completions, succeeded));
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}

function holds(rule: SuccessPolicyRule, completions: number, succeeded: Indexes): boolean {
  if (rule.succeededIndexes === undefined) {
    return rule.succeededCount !== undefined && succeeded.size >= rule.succeededCount;
  }
  const wanted = [...parseIndexes(rule.succeededIndexes, completions)];
  const there = wanted.filter((index) => succeeded.has(index)).length;
  return there >= (rule.succeededCount ?? wanted.length);
}
