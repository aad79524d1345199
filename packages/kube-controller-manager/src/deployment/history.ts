import { revisionOf } from "./annotations.ts";
import type { Rollout } from "./rollout.ts";

/** This limit means that all are kept. */
const NO_LIMIT = 2_147_483_647;

/** Deletes old sets without pods beyond what the deployment keeps for going back, those of the lowest revision first. */
export function cleanHistory(rollout: Rollout): void {
  const limit = rollout.deployment.spec.revisionHistoryLimit;
  if (limit === undefined || limit === NO_LIMIT) return;
  const alive = rollout.old().filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  const oldest = [...alive].sort((a, b) => Number(revisionOf(a) - revisionOf(b))).slice(0, surplus);
  for (const set of oldest) {
    const { status, spec, metadata } = set;
    const observed = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
    if ((status?.replicas ?? 0) === 0 && (spec.replicas ?? 1) === 0 && observed) rollout.delete(set);
  }
}
