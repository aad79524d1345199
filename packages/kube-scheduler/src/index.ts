/**
 * Chooses nodes for pods. Start with `scheduler.ts` (what runs), `scheduling-cycle.ts` (one pod's way) and `framework/plugin.ts` (how
 * plugins judge); `snapshot/` knows nodes and what is taken of them, `queue/` who is next. It does not start pods: kubelets do.
 */
export { createScheduler, type SchedulerOptions } from "./scheduler.ts";
export { type Decision, type Failure, failureMessage } from "./framework/decision.ts";
export type { ClusterEvent, ClusterEventKind, Wake } from "./framework/cluster-event.ts";
export { Framework, type FrameworkOptions } from "./framework/framework.ts";
export type { NodeJudge, SchedulerPlugin } from "./framework/plugin.ts";
export { type Rejection, unresolvable, unschedulable, type Verdict } from "./framework/verdict.ts";
export { defaultPlugins } from "./plugins/default-plugins.ts";
export { Cluster, type Snapshot } from "./snapshot/cluster.ts";
export type { NodeInfo } from "./snapshot/node-info.ts";
export { type PodInfo, podInfoOf } from "./snapshot/pod-info.ts";
