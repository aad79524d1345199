/**
 * The cluster's own controllers, one folder each, on shared caches. Start with `controller-manager.ts`; a controller's decisions are in
 * the file `plan.ts` of its folder.
 */
export { CONTROLLER_NAMES, createControllerManager } from "./controller-manager.ts";
export type { CertificateOptions, ControllerManagerOptions } from "./options.ts";
export { selectControllers } from "./select-controllers.ts";
