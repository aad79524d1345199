import type { FieldText, Strategy } from "@skates/apimachinery";
import { same } from "../../share.ts";
import type { Deployment } from "./deployment.ts";
import type { ReplicaSet } from "./replica-set.ts";
import { deploymentErrors, replicaSetErrors } from "./workload-rules.ts";

/** Where deployments depart from the conventions: annotations count as part of the spec, as they are copied to replica sets. */
export const deploymentStrategy: Strategy<Deployment> = {
  prepare(next, old, request) {
    if (old === undefined || request.subresource !== undefined) return next;
    const raised = !same(next.spec, old.spec) || same(next.metadata.annotations, old.metadata.annotations);
    if (raised) return next;
    return { ...next, metadata: { ...next.metadata, generation: (old.metadata.generation ?? 0) + 1 } };
  },
  validate: deploymentErrors,
};

/** Where replica sets depart from the conventions. */
export const replicaSetStrategy: Strategy<ReplicaSet> = { validate: replicaSetErrors };

/** Field selectors of replica sets. */
export const replicaSetFields: Readonly<Record<string, FieldText<ReplicaSet>>> = {
  "status.replicas": (set) => String(set.status?.replicas ?? 0),
};
