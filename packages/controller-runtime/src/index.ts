/** Informers, work queue, plan executor, leader election, events. Start with `controller.ts`. */
export type { Action, ActionFailure, Controller, Listers, Plan, Watch } from "./controller.ts";
export type { Delta, Informer, InformerOptions, Lister } from "./lister.ts";
export type { WorkQueue } from "./work-queue.ts";
