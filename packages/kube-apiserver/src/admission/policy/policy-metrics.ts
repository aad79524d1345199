import type { Counter, Histogram, Metrics } from "@skates/component-base";

export type PolicyErrorType = "compile_error" | "invalid_error" | "out_of_budget" | "no_error";

/** Upstream's metrics of checks by policies of one sort. */
export class PolicyMetrics {
  readonly #checks: Counter;
  readonly #durations: Histogram;

  constructor(metrics: Metrics, sort: "validating" | "mutating") {
    const labels = ["policy", "policy_binding", "error_type", "enforcement_action"];
    const name = `apiserver_${sort}_admission_policy`;
    this.#checks = metrics.counter({
      name: `${name}_check_total`,
      help: "Checks by policies, by policy, binding, error and what was done.",
      labels,
    });
    this.#durations = metrics.histogram({
      name: `${name}_check_duration_seconds`,
      help: "Time that a policy took for one object, by policy, binding, error and what was done.",
      labels,
      buckets: [0.0000005, 0.001, 0.01, 0.1, 1],
    });
  }

  checked(
    { policy, binding, action }: { readonly policy: string; readonly binding: string; readonly action: string },
    error: PolicyErrorType,
    seconds: number,
  ): void {
    this.#checks.inc([policy, binding, error, action]);
    this.#durations.observe([policy, binding, error, action], seconds);
  }
}

/** What metrics call an error of this text. */
export function errorTypeOf(message: string): PolicyErrorType {
  if (message.startsWith("compilation")) return "compile_error";
  return message.startsWith("validation failed due to running out of cost budget") ? "out_of_budget" : "invalid_error";
}
