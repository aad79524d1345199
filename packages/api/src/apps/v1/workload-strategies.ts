import type { FieldText, Strategy } from "@skates/apimachinery";
import type { Deployment } from "./deployment.ts";
import type { ReplicaSet } from "./replica-set.ts";
import { deploymentErrors, replicaSetErrors } from "./workload-rules.ts";
import { namedTemplateWarnings } from "../../core/v1/pod-warnings.ts";

/** Where deployments depart from the conventions. */
export const deploymentStrategy: Strategy<Deployment> = {
  validate: deploymentErrors,
  warnings: (next, old) => namedTemplateWarnings(next, old),
};

/** Where replica sets depart from the conventions. */
export const replicaSetStrategy: Strategy<ReplicaSet> = {
  validate: replicaSetErrors,
  warnings: (next, old) => namedTemplateWarnings(next, old),
};

/** Field selectors of replica sets. */
export const replicaSetFields: Readonly<Record<string, FieldText<ReplicaSet>>> = {
  "status.replicas": (set) => String(set.status?.replicas ?? 0),
};
