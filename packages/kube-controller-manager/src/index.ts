/** The cluster's own controllers, one folder each. */
export { replicaSetController } from "./replica-set/controller.ts";
