import { parseTime } from "@skates/apimachinery";
import type { Container, EnvVar, Pod, PodSpec } from "@skates/api/core/v1";
import type { Job } from "@skates/api/batch/v1";
import { newPod } from "../pod/new-pod.ts";
import { podCondition, podEnded } from "../pod/pod-state.ts";
import { judgeFailure } from "./failure-policy.ts";

/** Keeps a pod of a job from vanishing before it has been counted. */
export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";
const COMPLETION_INDEX = "batch.kubernetes.io/job-completion-index";
const FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count";
const IGNORED_FAILURE_COUNT = "batch.kubernetes.io/job-index-ignored-failure-count";
const INDEX_ENV = "JOB_COMPLETION_INDEX";

/** True until the pod has been counted. */
export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

/** Which of the completions of an indexed job the pod works on. */
export function completionIndex(pod: Pod): number | undefined {
  return countIn(pod, COMPLETION_INDEX);
}

/** True if pods that are ending are replaced only once they have ended. */
export function replacesFailedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === "Failed" || spec.podFailurePolicy !== undefined;
}

/** A pod that is being deleted may never get to say that it failed, and so counts as failed, unless the job waits for its end. */
export function hasFailed(pod: Pod, job: Job): boolean {
  if (pod.status?.phase === "Failed") return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== "Succeeded";
}

export function hasSucceeded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded";
}

/** True while the pod is being deleted and may still be at work. */
export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !podEnded(pod);
}

/** Failures of the pod's index before it: those that count, and those that were ignored. */
export function indexFailures(pod: Pod): { readonly counted: number; readonly ignored: number } {
  return { counted: countIn(pod, FAILURE_COUNT) ?? 0, ignored: countIn(pod, IGNORED_FAILURE_COUNT) ?? 0 };
}

function countIn(pod: Pod, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** When a pod ended, as well as it can be told: sidecars end last. */
export function finishedAtMs(pod: Pod): number {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const sidecar = (name: string): boolean =>
    pod.spec.initContainers?.some((one) => one.name === name && one.restartPolicy === "Always") === true;
  const counted = [...containerStatuses, ...initContainerStatuses.filter(({ name }) => sidecar(name))];
  const ends = counted.map(({ state }) => state?.terminated?.finishedAt);
  const known = ends.filter((end) => end !== undefined);
  if (known.length > 0 && known.length === ends.length) return Math.max(...known.map(parseTime));
  const ready = podCondition(pod, "Ready");
  if (ready?.status === "False" && ready.lastTransitionTime !== undefined) return parseTime(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return parseTime(deletionTimestamp) - Number(deletionGracePeriodSeconds) * 1000;
  return creationTimestamp === undefined ? 0 : parseTime(creationTimestamp);
}

/** A new pod of a job; of an indexed one, for this index and in place of the pod whose failure it makes up for. */
export function newJobPod(job: Job, index?: number, replaced?: Pod): Pod {
  const made = newPod(job, job.spec.template);
  const finalizers = [...new Set([...(made.metadata.finalizers ?? []), TRACKING_FINALIZER])];
  if (index === undefined) return { ...made, metadata: { ...made.metadata, finalizers } };
  const text = String(index);
  const { name } = job.metadata;
  return {
    ...made,
    metadata: {
      ...made.metadata,
      finalizers,
      generateName: indexedPrefix(name, text),
      labels: { ...made.metadata.labels, [COMPLETION_INDEX]: text },
      annotations: { ...made.metadata.annotations, [COMPLETION_INDEX]: text, ...failureCounts(job, replaced) },
    },
    spec: withIndexInEnv({ ...made.spec, hostname: `${name}-${text}` }),
  };
}

/** So much of a prefix is kept when a name is made from it. */
const PREFIX_MAX = 58;

/** Name of the job and index; of a long name the end is left out rather than the index. */
function indexedPrefix(name: string, index: string): string {
  const end = `-${index}-`;
  return `${name.slice(0, PREFIX_MAX - end.length)}${end}`;
}

function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (job.spec.backoffLimitPerIndex === undefined) return {};
  if (replaced === undefined) return { [FAILURE_COUNT]: "0" };
  const before = indexFailures(replaced);
  const { counts } = judgeFailure(job.spec.podFailurePolicy, replaced);
  const ignored = before.ignored + (counts ? 0 : 1);
  const out = { [FAILURE_COUNT]: String(before.counted + (counts ? 1 : 0)) };
  return ignored === 0 ? out : { ...out, [IGNORED_FAILURE_COUNT]: String(ignored) };
}

function withIndexInEnv(spec: PodSpec): PodSpec {
  const initContainers = spec.initContainers?.map(withIndexVariable);
  return { ...spec, initContainers, containers: spec.containers.map(withIndexVariable) };
}

function withIndexVariable(container: Container): Container {
  if (container.env?.some(({ name }) => name === INDEX_ENV) === true) return container;
  const fieldRef = { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` };
  const variable: EnvVar = { name: INDEX_ENV, valueFrom: { fieldRef } };
  return { ...container, env: [...(container.env ?? []), variable] };
}
