/**
 * Chooses nodes for pods. Start with `scheduler.ts` (what runs), `scheduling-cycle.ts` (one pod's way) and `framework/plugin.ts` (how
 * plugins judge); `snapshot/` knows nodes and what is taken of them, `queue/` who is next, `config/` which plugins there are. It does not
 * start pods: kubelets do.
 */
export { createScheduler, type SchedulerOptions } from "./scheduler.ts";
export { readSchedulerConfiguration, type SchedulerConfiguration } from "./config/read-configuration.ts";
export type { PluginFactory, PluginRegistry } from "./config/build-profile.ts";
export type { ExtenderTransport } from "./extenders/extenders.ts";
export type { BindOutcome } from "./bind/bind-outcome.ts";
export { type Decision, type Failure, failureMessage } from "./framework/decision.ts";
export type { ClusterEvent, ClusterEventKind, Wake } from "./framework/cluster-event.ts";
export { type ExtensionPoint, EXTENSION_POINTS } from "./framework/extension-points.ts";
export { Framework, type FrameworkOptions } from "./framework/framework.ts";
export type {
  Chosen,
  FailedAttempt,
  GroupedJudge,
  GroupSize,
  NodeJudge,
  Permission,
  SchedulerPlugin,
} from "./framework/plugin.ts";
export { type Profile, profileOf } from "./framework/profile.ts";
export { type Rejection, unresolvable, unschedulable, type Verdict } from "./framework/verdict.ts";
export type { WaitingPod, WaitingPods } from "./framework/waiting-pods.ts";
export { defaultPlugins } from "./plugins/default-plugins.ts";
export type { PluginHandle, Plugins } from "./plugins/registry.ts";
export { planPreemption, type PreemptionOptions, type PreemptionPlan } from "./preemption/plan-preemption.ts";
export { type Candidate, leastHarm } from "./preemption/candidate.ts";
export { TrialCache } from "./preemption/trial-cache.ts";
export type { PostFilterPlan } from "./preemption/post-filter-plan.ts";
export type { QueuedPod } from "./queue/queued-pod.ts";
export { Cluster, type Snapshot } from "./snapshot/cluster.ts";
export type { NodeInfo } from "./snapshot/node-info.ts";
export { type PodInfo, podInfoOf } from "./snapshot/pod-info.ts";
export type { Explanation } from "./explain/explain-pod.ts";
export { type ExplainOptions, explainPending } from "./explain/explainer.ts";
