/**
 * For whoever writes controllers, this cluster's own and others: a manager, informers, work queue, plan executor, leader election,
 * events, finalizers and admission webhooks. Start with `controller.ts` and docs/guides/write-a-controller.md.
 */
export type { ControllerRuntimeErrorCode } from "./errors.ts";
export {
  type AdmissionAnswer,
  type AdmissionQuestion,
  type AdmissionWebhook,
  admissionWebhooks,
} from "./admission-webhooks.ts";
export { creation, deletion, statusUpdate, update } from "./actions.ts";
export {
  type Action,
  type ActionFailure,
  type Announcement,
  type Controller,
  type Listers,
  NOTHING,
  type Plan,
  type Watch,
  watch,
} from "./controller.ts";
export { createLister } from "./create-lister.ts";
export { createEventRecorder, type EventRecorder, type EventRecorderOptions } from "./event-recorder.ts";
export { hasFinalizer, withFinalizer, withoutFinalizer } from "./finalizers.ts";
export { createInformer } from "./informer.ts";
export { createInformers, type Informers } from "./informers.ts";
export { keyWorker, type KeyWorkerOptions } from "./key-worker.ts";
export { type LeaderElectionOptions, leading } from "./leader-election.ts";
export type { Delta, Informer, InformerOptions, KeysOf, Lister } from "./lister.ts";
export { createManager, type ManagerOptions } from "./manager.ts";
export {
  controllerOf,
  controllerReference,
  controls,
  OWNER_INDEXES,
} from "./owners.ts";
export { controllerComponent, type RunOptions } from "./run-controller.ts";
export { createWorkQueue, type WorkQueue, type WorkQueueOptions } from "./work-queue.ts";
