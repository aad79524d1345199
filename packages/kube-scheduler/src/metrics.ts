import type { Counter, Gauge, Histogram, Metrics } from "@skates/component-base";
import type { SchedulingQueue } from "./queue/scheduling-queue.ts";

/** Upstream's metrics of the scheduler, as far as there is something to measure here. */
export interface SchedulerMetrics {
  /** Labels `result` (scheduled, unschedulable, error) and `profile`. */
  readonly attempts: Counter;
  /** From taking a pod to its binding, by `result` and `profile`. */
  readonly attemptSeconds: Histogram;
  /** Choosing a node alone. */
  readonly algorithmSeconds: Histogram;
  /** From the first attempt to the binding, by `attempts`. */
  readonly podSeconds: Histogram;
  readonly podAttempts: Histogram;
  readonly preemptionAttempts: Counter;
  readonly preemptionVictims: Histogram;
  readonly pending: Gauge;
  readonly incoming: Counter;
  readonly cacheSize: Gauge;
  /** Waiting pods by the plugin that rejected them, and profile. */
  readonly unschedulable: Gauge;
  /** How long all plugins of an extension point took, by point, status and profile. */
  readonly pointSeconds: Histogram;
  /** Things that go on beside scheduling, by what they are: binding. */
  readonly underWay: Gauge;
  /** How long pods were held back, by what came of it. */
  readonly permitWaitSeconds: Histogram;
}

const SECONDS = exponential(0.001, 2, 15);

/** Registers them. */
export function schedulerMetrics(metrics: Metrics): SchedulerMetrics {
  return {
    attempts: metrics.counter({
      name: "scheduler_schedule_attempts_total",
      help: "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
      labels: ["result", "profile"],
    }),
    attemptSeconds: metrics.histogram({
      name: "scheduler_scheduling_attempt_duration_seconds",
      help: "Scheduling attempt latency in seconds (scheduling algorithm + binding)",
      labels: ["result", "profile"],
      buckets: SECONDS,
    }),
    algorithmSeconds: metrics.histogram({
      name: "scheduler_scheduling_algorithm_duration_seconds",
      help: "Scheduling algorithm latency in seconds",
      buckets: SECONDS,
    }),
    podSeconds: metrics.histogram({
      name: "scheduler_pod_scheduling_sli_duration_seconds",
      help: "E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.",
      labels: ["attempts"],
      buckets: exponential(0.01, 2, 20),
    }),
    podAttempts: metrics.histogram({
      name: "scheduler_pod_scheduling_attempts",
      help: "Number of attempts to successfully schedule a pod.",
      buckets: [1, 2, 4, 8, 16],
    }),
    preemptionAttempts: metrics.counter({
      name: "scheduler_preemption_attempts_total",
      help: "Total preemption attempts in the cluster till now",
    }),
    preemptionVictims: metrics.histogram({
      name: "scheduler_preemption_victims",
      help: "Number of selected preemption victims",
      buckets: exponential(1, 2, 7),
    }),
    pending: metrics.gauge({
      name: "scheduler_pending_pods",
      help: "Number of pending pods, by the queue type.",
      labels: ["queue"],
    }),
    incoming: metrics.counter({
      name: "scheduler_queue_incoming_pods_total",
      help: "Number of pods added to scheduling queues by event and queue type.",
      labels: ["queue", "event"],
    }),
    cacheSize: metrics.gauge({
      name: "scheduler_cache_size",
      help: "Number of nodes, pods, and assumed (bound) pods in the scheduler cache.",
      labels: ["type"],
    }),
    unschedulable: metrics.gauge({
      name: "scheduler_unschedulable_pods",
      help: "The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.",
      labels: ["plugin", "profile"],
    }),
    pointSeconds: metrics.histogram({
      name: "scheduler_framework_extension_point_duration_seconds",
      help: "Latency for running all plugins of a specific extension point.",
      labels: ["extension_point", "status", "profile"],
      buckets: exponential(0.0001, 2, 12),
    }),
    underWay: metrics.gauge({
      name: "scheduler_goroutines",
      help: "Number of running goroutines split by the work they do such as binding.",
      labels: ["operation"],
    }),
    permitWaitSeconds: metrics.histogram({
      name: "scheduler_permit_wait_duration_seconds",
      help: "Duration of waiting on permit.",
      labels: ["result"],
      buckets: SECONDS,
    }),
  };
}

/** Puts the queue's sizes into the gauges. */
export function notePending({ pending, unschedulable }: SchedulerMetrics, queue: SchedulingQueue): void {
  const counts = queue.counts();
  for (const pool of ["active", "backoff", "gated", "unschedulable"] as const) pending.set([pool], counts[pool]);
  for (const { plugin, profile, count } of queue.rejections()) unschedulable.set([plugin, profile], count);
}

function exponential(start: number, factor: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i);
}
