import { equalValues, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { type Job, jobs } from "@skates/api/batch/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import { claim } from "../owner/claim.ts";
import { podReady } from "../pod/pod-state.ts";
import type { Endings } from "./backoff.ts";
import { type JobFacts, jobFacts, trueCondition } from "./facts.ts";
import { hasSucceeded, isTracked, TRACKING_FINALIZER } from "./job-pod.ts";
import { UNSETTLED } from "./pod-indexes.ts";
import { type Staffing, staffJob } from "./staffing.ts";
import { type JobStatusResult, jobStatus } from "./status.ts";
import { deadlineLeftMs, isDone, jobVerdict, type Verdict } from "./verdict.ts";

/** What the plan of a job looks at; the lister of pods has the owner indexes and those of JOB_INDEXES. */
export interface JobView {
  readonly jobs: Lister<Job>;
  readonly pods: Lister<Pod>;
  readonly endings: Endings;
}

const OWN_NAME = "kubernetes.io/job-controller";
const REACHED: Verdict = {
  outcome: "Complete",
  reason: "CompletionsReached",
  message: "Reached expected number of succeeded pods",
};

/** Has pods of a job run until enough of them have succeeded, or too many have failed. */
export function planJob(view: JobView, key: ObjectKey, nowMs: number, failures: readonly ActionFailure[]): Plan {
  const job = view.jobs.get(key);
  if (job !== undefined && (job.spec.managedBy ?? OWN_NAME) !== OWN_NAME) return NOTHING;
  const left = leftBehind(view, key, job);
  if (job === undefined || isFinished(job)) return staged([left]);
  const selector = labelSelector(job.spec.selector);
  const claimed = claim({
    owner: job,
    selector,
    resource: pods,
    lister: view.pods,
    index: UNSETTLED,
    finalizer: TRACKING_FINALIZER,
  });
  const facts = jobFacts(job, claimed.objects, {
    nowMs,
    endings: view.endings,
    succeededPods: () => view.pods.by("controller", job.metadata.uid ?? "").filter(hasSucceeded),
  });
  const { staffing, verdict, active } = decide(facts);
  const gone = verdict === undefined ? staffing.remove : facts.active;
  const result = jobStatus(facts, verdict, {
    active,
    ready: facts.ready - gone.filter(podReady).length,
    terminating: facts.terminating + gone.length,
  });
  const requeueAfterMs = earliest(staffing.waitMs, deadlineLeftMs({ ...job, status: result.status }, nowMs));
  return staged(
    [left, ...stages({ facts, result, staffing, verdict, claims: claimed.patches, failures })],
    requeueAfterMs,
  );
}

/** True once it is settled how a job ended. */
export function isFinished(job: Job): boolean {
  return trueCondition(job, "Complete") !== undefined || trueCondition(job, "Failed") !== undefined;
}

interface Decision {
  readonly verdict: Verdict | undefined;
  readonly staffing: Staffing;
  /** Pods at work once the plan has been carried out. */
  readonly active: number;
}

function decide(facts: JobFacts): Decision {
  const none: Staffing = { create: [], remove: [] };
  const verdict = jobVerdict(facts);
  if (verdict !== undefined) return { verdict, staffing: none, active: 0 };
  const staffing = facts.job.metadata.deletionTimestamp === undefined ? staffJob(facts) : none;
  const active = facts.active.length + staffing.create.length - staffing.remove.length;
  // Work that waits for its turn is still to be done.
  const done = staffing.waitMs === undefined && isDone(facts, active);
  return { verdict: done ? REACHED : undefined, staffing, active };
}

interface Steps extends Pick<Decision, "staffing" | "verdict"> {
  readonly facts: JobFacts;
  readonly result: JobStatusResult;
  readonly claims: readonly Action[];
  readonly failures: readonly ActionFailure[];
}

function stages({ facts, result, staffing, verdict, claims, failures }: Steps): readonly (readonly Action[])[] {
  const { job } = facts;
  const { status, release, told } = result;
  const write = equalValues(status, job.status) ? [] : [statusUpdate(jobs, { ...job, status })];
  const tell = told.map((one): Action => ({ do: "event", about: job, ...one }));
  const free = release.map(withoutFinalizer);
  // The status says that the job fails, and which pods count as failed, before they are touched.
  if (verdict !== undefined) return [claims, write, tell, facts.active.map((pod) => deletePod(job, pod)), free];
  const { create, remove } = staffing;
  // Pods that are not needed any more are let go first, so that they do not count as failed.
  const unneeded = [remove.filter(isTracked).map(withoutFinalizer), remove.map((pod) => deletePod(job, pod))];
  const more = create.map((pod) => createPod(job, pod));
  const failed = failures.flatMap((one) => eventOf(job, one));
  // After a failure the status is written without waiting for what is tried next, which may fail again.
  if (failed.length > 0) return [failed, claims, ...unneeded, write, tell, free, more];
  return [claims, ...unneeded, more, write, tell, free];
}

function createPod(job: Job, pod: Pod): Action {
  const announce = { about: job, type: "Normal", reason: "SuccessfulCreate", message: "Created pod: {name}" } as const;
  return creation(pods, pod, announce);
}

function deletePod(job: Job, pod: Pod): Action {
  const announce = { about: job, type: "Normal", reason: "SuccessfulDelete", message: "Deleted pod: {name}" } as const;
  return deletion(pods, pod, { announce });
}

function withoutFinalizer({ metadata: { namespace, name, uid } }: Pod): Action {
  const body = { metadata: { uid, "$deleteFromPrimitiveList/finalizers": [TRACKING_FINALIZER] } };
  return { do: "patch", resource: pods, key: { namespace, name }, patch: { type: "strategic", body } };
}

/** Pods of a job of this name that is over or gone are kept by nothing. */
function leftBehind(view: JobView, { namespace = "", name }: ObjectKey, job: Job | undefined): readonly Action[] {
  const named = view.pods.by("job", `${namespace}/${name}`);
  const over = job === undefined || isFinished(job);
  const uid = job?.metadata.uid;
  const left = named.filter((pod) => over || !pod.metadata.ownerReferences?.some((owner) => owner.uid === uid));
  return left.map(withoutFinalizer);
}

function eventOf(job: Job, { action, error }: ActionFailure): readonly Action[] {
  const about = { do: "event", about: job, type: "Warning" } as const;
  if (action.do === "create")
    return [{ ...about, reason: "FailedCreate", message: `Error creating: ${error.message}` }];
  if (action.do === "delete")
    return [{ ...about, reason: "FailedDelete", message: `Error deleting: ${error.message}` }];
  return [];
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function staged(all: readonly (readonly Action[])[], requeueAfterMs?: number): Plan {
  return { stages: all.filter((stage) => stage.length > 0), requeueAfterMs };
}
