import type { Metrics } from "@skates/component-base";

/** Which sort of webhook, as metrics name it. */
export type WebhookSort = "admit" | "validating";

export type RejectionCause = "no_error" | "calling_webhook_error" | "apiserver_internal_error";

/** One call that has ended. */
export interface WebhookCallEnd {
  readonly name: string;
  readonly operation: string;
  readonly seconds: number;
  readonly rejected: boolean;
  /** Of the answer; 0: none. */
  readonly code: number;
}

/** Upstream's metrics of webhook calls. */
export class WebhookMetrics {
  readonly #sort: WebhookSort;
  readonly #durations;
  readonly #requests;
  readonly #rejections;
  readonly #failOpen;
  readonly #exclusions;
  readonly #conditionErrors;

  constructor(metrics: Metrics, sort: WebhookSort) {
    this.#sort = sort;
    this.#durations = metrics.histogram({
      name: "apiserver_admission_webhook_admission_duration_seconds",
      help: "Admission webhook latency histogram in seconds, by name, type and operation.",
      labels: ["name", "type", "operation", "rejected"],
      buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25],
    });
    this.#requests = metrics.counter({
      name: "apiserver_admission_webhook_request_total",
      help: "Admission webhook requests, by name, type, operation and code; codes above 600 count as 600.",
      labels: ["name", "type", "operation", "code", "rejected"],
    });
    this.#rejections = metrics.counter({
      name: "apiserver_admission_webhook_rejection_count",
      help: "Requests refused because of admission webhooks, by name, type, operation, cause and code.",
      labels: ["name", "type", "operation", "error_type", "rejection_code"],
    });
    this.#failOpen = metrics.counter({
      name: "apiserver_admission_webhook_fail_open_count",
      help: "Failed calls of admission webhooks whose failures are ignored, by name and type.",
      labels: ["name", "type"],
    });
    this.#exclusions = metrics.counter({
      name: "apiserver_admission_match_condition_exclusions_total",
      help: "Requests that match conditions have excluded, by name and sort of what has the condition, type and operation.",
      labels: ["name", "kind", "type", "operation"],
    });
    this.#conditionErrors = metrics.counter({
      name: "apiserver_admission_match_condition_evaluation_errors_total",
      help: "Match conditions that failed, by name and sort of what has the condition, type and operation.",
      labels: ["name", "kind", "type", "operation"],
    });
  }

  ended({ name, operation, seconds, rejected, code }: WebhookCallEnd): void {
    this.#durations.observe([name, this.#sort, operation, String(rejected)], seconds);
    this.#requests.inc([name, this.#sort, operation, String(Math.min(code, 600)), String(rejected)]);
  }

  rejected({ name, operation, code }: WebhookCallEnd, cause: RejectionCause): void {
    this.#rejections.inc([name, this.#sort, operation, cause, String(Math.min(code, 600))]);
  }

  failedOpen(name: string): void {
    this.#failOpen.inc([name, this.#sort]);
  }

  excluded(name: string, operation: string): void {
    this.#exclusions.inc([name, "webhook", this.#sort, operation]);
  }

  conditionFailed(name: string, operation: string): void {
    this.#conditionErrors.inc([name, "webhook", this.#sort, operation]);
  }
}
