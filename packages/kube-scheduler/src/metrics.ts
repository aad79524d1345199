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
  /** How long single calls of plugins took, by plugin, point and status; of a sample. */
  readonly pluginSeconds: Histogram;
  /** Pods that plugins had a say about, by plugin, point and profile. */
  readonly pluginEvaluations: Counter;
  /** How long it took to tell whether a change helps a waiting pod, by plugin, event and hint; of a sample. */
  readonly hintSeconds: Histogram;
  /** Changes that are kept for pods in flight, by event. */
  readonly inFlightEvents: Gauge;
  /** Pods that were scheduled after they had waited for an event in vain. */
  readonly afterFlush: Counter;
  /** Making room on nodes, by result. */
  readonly preemptionSeconds: Histogram;
  readonly preemptionExecutions: Counter;
  /** Devices that had to become ready, and how long that took, by profile, driver and status. */
  readonly readinessAllocations: Counter;
  readonly readinessSeconds: Histogram;
  /** Things that go on beside scheduling, by what they are: binding. */
  readonly underWay: Gauge;
  /** How long pods were held back, by what came of it. */
  readonly permitWaitSeconds: Histogram;
}

const SECONDS = exponential(0.001, 2, 15);
const PLUGIN_SECONDS = exponential(0.00001, 1.5, 20);

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
    pluginSeconds: metrics.histogram({
      name: "scheduler_plugin_execution_duration_seconds",
      help: "Duration for running a plugin at a specific extension point.",
      labels: ["plugin", "extension_point", "status"],
      buckets: PLUGIN_SECONDS,
    }),
    pluginEvaluations: metrics.counter({
      name: "scheduler_plugin_evaluation_total",
      help: "Number of attempts to schedule pods by each plugin and the extension point (available only in PreFilter, Filter, PreScore, and Score).",
      labels: ["plugin", "extension_point", "profile"],
    }),
    hintSeconds: metrics.histogram({
      name: "scheduler_queueing_hint_execution_duration_seconds",
      help: "Duration for running a queueing hint function of a plugin.",
      labels: ["plugin", "event", "hint"],
      buckets: PLUGIN_SECONDS,
    }),
    inFlightEvents: metrics.gauge({
      name: "scheduler_inflight_events",
      help: "Number of events currently tracked in the scheduling queue.",
      labels: ["event"],
    }),
    afterFlush: metrics.counter({
      name: "scheduler_pod_scheduled_after_flush_total",
      help: "Number of pods that were successfully scheduled after being flushed from unschedulableEntities due to timeout. This metric helps detect potential queueing hint misconfigurations or event handling issues.",
    }),
    preemptionSeconds: metrics.histogram({
      name: "scheduler_preemption_goroutines_duration_seconds",
      help: "Duration in seconds for running goroutines for the preemption.",
      labels: ["result"],
      buckets: exponential(0.01, 2, 20),
    }),
    preemptionExecutions: metrics.counter({
      name: "scheduler_preemption_goroutines_execution_total",
      help: "Number of preemption goroutines executed.",
      labels: ["result"],
    }),
    readinessAllocations: metrics.counter({
      name: "scheduler_dra_bindingconditions_allocations_total",
      help: "Number of allocations using devices with BindingConditions, counted per driver per scheduling attempt",
      labels: ["profile", "driver", "status"],
    }),
    readinessSeconds: metrics.histogram({
      name: "scheduler_dra_bindingconditions_wait_duration_seconds",
      help: "Time in seconds spent waiting for BindingConditions to be satisfied during PreBind.",
      labels: ["profile", "driver", "status"],
      buckets: exponential(0.1, 2, 14),
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
export function notePending(
  { pending, unschedulable, inFlightEvents }: SchedulerMetrics,
  queue: SchedulingQueue,
): void {
  for (const [event, count] of queue.missed()) inFlightEvents.set([event], count);
  const counts = queue.counts();
  for (const pool of ["active", "backoff", "gated", "unschedulable"] as const) pending.set([pool], counts[pool]);
  for (const { plugin, profile, count } of queue.rejections()) unschedulable.set([plugin, profile], count);
}

function exponential(start: number, factor: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i);
}
