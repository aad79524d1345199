import { controllerReference } from "@skates/controller-runtime";
import type { Deployment, ReplicaSet } from "@skates/api/apps/v1";
import { HASH_LABEL, newSetAnnotations, revisionOf, sizeAnnotations } from "./annotations.ts";
import type { Rollout } from "./rollout.ts";
import { boundsOf, newSetSize } from "./sizes.ts";
import { templateHash } from "./template-hash.ts";

const NAME_LENGTH_MAX = 253;

/** Makes sure that the rollout has its newest set, with what it takes over from the deployment. Returns that set's revision. */
export function ensureNewest(rollout: Rollout, creating: boolean): bigint | undefined {
  const { deployment } = rollout;
  const revision = rollout.old().map(revisionOf).reduce(larger, 0n) + 1n;
  const existing = rollout.newest();
  if (existing !== undefined) {
    const annotations = newSetAnnotations(deployment, existing, revision);
    const { minReadySeconds } = deployment.spec;
    rollout.change({
      ...existing,
      metadata: { ...existing.metadata, annotations },
      spec: { ...existing.spec, minReadySeconds },
    });
    return revisionOf({ ...existing, metadata: { ...existing.metadata, annotations } });
  }
  if (!creating) return undefined;
  rollout.create(newSet(rollout, revision));
  return revision;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** The set for a template that none has yet. */
function newSet(rollout: Rollout, revision: bigint): ReplicaSet {
  const { deployment } = rollout;
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount ?? 0);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const empty: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: newSetName(deployment),
      namespace: deployment.metadata.namespace,
      labels,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { name: "", ...template.metadata, labels } },
    },
  };
  const { desired, maxSurge } = boundsOf(deployment);
  const annotations = sizeAnnotations(newSetAnnotations(deployment, empty, revision), desired, desired + maxSurge);
  const replicas = newSetSize(deployment, [...rollout.old(), empty], empty);
  return { ...empty, metadata: { ...empty.metadata, annotations }, spec: { ...empty.spec, replicas } };
}

/** The name that the set for the deployment's template gets; of a long name only as much as leaves room for the hash. */
export function newSetName({ metadata, spec, status }: Deployment): string {
  const hash = templateHash(spec.template, status?.collisionCount ?? 0);
  return `${metadata.name.slice(0, NAME_LENGTH_MAX - hash.length - 1)}-${hash}`;
}
