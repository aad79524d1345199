/**
 * The cluster's own controllers, one folder each, on shared caches. Start with `controller-manager.ts`; a controller's decisions are in
 * the file `plan.ts` of its folder.
 */
export { type ControllerManagerOptions, createControllerManager } from "./controller-manager.ts";
