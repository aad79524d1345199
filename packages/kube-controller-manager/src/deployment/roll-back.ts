import { type Deployment, deployments, type ReplicaSet } from "@skates/api/apps/v1";
import type { PodTemplateSpec } from "@skates/api/core/v1";
import type { ApiObject } from "@skates/apimachinery";
import { type Action, type Plan, update } from "@skates/controller-runtime";
import { aboutDeployment, HASH_LABEL, numberIn, revisionOf, ROLLBACK_TO } from "./annotations.ts";
import type { Rollout } from "./rollout.ts";
import { sameTemplate } from "./template-hash.ts";

/**
 * Takes a deployment back to the revision that its annotation names, 0 for the one before the last: the way of the API versions before
 * apps/v1, which upstream's controller still follows. Undefined: the annotation is not there, or no number.
 */
export function rollBack(rollout: Rollout): Plan | undefined {
  const { deployment } = rollout;
  const asked = numberIn(deployment, ROLLBACK_TO);
  if (asked === undefined) return undefined;
  const sets = rollout.all();
  const revision = asked === 0 ? lastRevision(sets) : BigInt(asked);
  if (revision === 0n) return giveUp(deployment, "Unable to find last revision.");
  const set = sets.find((one) => revisionOf(one) === revision);
  if (set === undefined) return giveUp(deployment, "Unable to find the revision to rollback to.");
  const name = JSON.stringify(deployment.metadata.name);
  if (sameTemplate(set.spec.template, deployment.spec.template)) {
    const message = `The rollback revision contains the same template as current deployment ${name}`;
    return settled(deployment, { type: "Warning", reason: "DeploymentRollbackTemplateUnchanged", message });
  }
  const message = `Rolled back deployment ${name} to revision ${revision}`;
  return settled(taken(deployment, set), { type: "Normal", reason: "DeploymentRollback", message });
}

function giveUp(deployment: Deployment, message: string): Plan {
  return settled(deployment, { type: "Warning", reason: "DeploymentRollbackRevisionNotFound", message });
}

/** Written without the wish, which is then told of. */
function settled(
  deployment: Deployment,
  told: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string },
): Plan {
  const { [ROLLBACK_TO]: _done, ...annotations } = deployment.metadata.annotations ?? {};
  const next = { ...deployment, metadata: { ...deployment.metadata, annotations } };
  const write: Action = update(deployments, next, { about: deployment, ...told });
  return { stages: [[write]] };
}

/** With the template of a set, and the annotations that the deployment had with it. */
function taken(deployment: Deployment, set: ReplicaSet): Deployment {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => aboutDeployment(name));
  const others = Object.entries(set.metadata.annotations ?? {}).filter(([name]) => !aboutDeployment(name));
  const template = withoutHash(set.spec.template ?? deployment.spec.template);
  return {
    ...deployment,
    metadata: { ...deployment.metadata, annotations: Object.fromEntries([...own, ...others]) },
    spec: { ...deployment.spec, template },
  };
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { name: "", ...template.metadata, labels } };
}

/** The second highest. */
function lastRevision(sets: readonly ApiObject[]): bigint {
  return sets.map(revisionOf).sort((a, b) => Number(b - a))[1] ?? 0n;
}
