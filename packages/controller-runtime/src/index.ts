/** Informers, work queue, plan executor, leader election, events. Start with `controller.ts`. */
export type { ControllerRuntimeErrorCode } from "./errors.ts";
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
export { createInformer } from "./informer.ts";
export { createInformers, type Informers } from "./informers.ts";
export { type LeaderElectionOptions, leading } from "./leader-election.ts";
export type { Delta, Informer, InformerOptions, KeysOf, Lister } from "./lister.ts";
export { referenceTo } from "./new-event.ts";
export { controllerComponent, type RunOptions } from "./run-controller.ts";
export { createWorkQueue, type WorkQueue, type WorkQueueOptions } from "./work-queue.ts";
