import type { Counter, Gauge, Histogram, Metrics } from "@skates/component-base";

/** How a controller gets on. Names are upstream's where it has the like; the label is the controller. */
export interface ControllerMetrics {
  readonly adds: Counter;
  readonly depth: Gauge;
  readonly planSeconds: Histogram;
  readonly retries: Counter;
  readonly staleCaches: Counter;
}

const BUCKETS = [0.000_01, 0.000_1, 0.001, 0.01, 0.1, 1];

/** The metrics of all controllers of a process. */
export function controllerMetrics(metrics: Metrics): ControllerMetrics {
  return {
    adds: metrics.counter({
      name: "workqueue_adds_total",
      help: "Keys that were put into a queue and were not in it.",
      labels: ["name"],
    }),
    depth: metrics.gauge({ name: "workqueue_depth", help: "Keys that wait for a worker.", labels: ["name"] }),
    planSeconds: metrics.histogram({
      name: "workqueue_work_duration_seconds",
      help: "Time that a plan took, without its writes.",
      labels: ["name"],
      buckets: BUCKETS,
    }),
    retries: metrics.counter({
      name: "workqueue_retries_total",
      help: "Keys that come back because their plan could not be carried out.",
      labels: ["name"],
    }),
    staleCaches: metrics.counter({
      name: "skates_controller_stale_cache_total",
      help: "How often a cache did not show a controller's own write in time and was listed anew.",
      labels: ["name"],
    }),
  };
}
