/** Most that one evaluation of a rule, validation or condition may cost, as upstream has it: about a tenth of a second. */
export const PER_CALL_LIMIT = 1_000_000;
/** Most that all evaluations for one object, or for one binding of a policy, may cost together. */
export const RUNTIME_COST_BUDGET = 10_000_000;
/** Most that the match conditions of one webhook or policy may cost together for one object. */
export const MATCH_CONDITIONS_COST_BUDGET = 2_500_000;
/** Most that one rule of a custom resource may be estimated to cost. */
export const RULE_ESTIMATE_LIMIT = 10_000_000;
/** Most that all rules of a custom resource may be estimated to cost together. */
export const RULES_ESTIMATE_LIMIT = 100_000_000;
/** The largest request that estimates reckon with, whatever the server takes. */
export const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
/** Longest message that an expression may make. */
const MESSAGE_BYTES_MAX = 5 * 1024;

/** The message that an expression has made; undefined: it is none, or one that does not fit on a line of an answer. */
export function usableMessage(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  const usable = text !== "" && !text.includes("\n") && new TextEncoder().encode(text).length <= MESSAGE_BYTES_MAX;
  return usable ? text : undefined;
}
