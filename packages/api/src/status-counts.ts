import { type FieldError, invalid } from "@skates/apimachinery";
import { checkNotNegative, type Findings } from "./checks.ts";

type Counts<K extends string> = { readonly [name in K]?: number | undefined };

interface Replicas {
  readonly replicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
}

/** Counts of a status that are negative, in the order of `names`. */
export function statusCountFindings<K extends string>(status: Counts<K>, names: readonly K[]): Findings {
  return names.flatMap((name) => checkNotNegative(["status", name], status[name]));
}

/** No part of the replicas is more than all of them, and only what is ready is available. `ready` names what is, as upstream does. */
export function replicaPartFindings<K extends string>(
  status: Counts<K> & Replicas,
  parts: readonly K[],
  ready = "readyReplicas",
): Findings {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const out: FieldError[] = [];
  for (const name of parts) {
    const count = status[name] ?? 0;
    if (count > replicas) out.push(invalid(["status", name], count, "cannot be greater than status.replicas"));
  }
  if (availableReplicas > readyReplicas) {
    out.push(invalid(["status", "availableReplicas"], availableReplicas, `cannot be greater than ${ready}`));
  }
  return out;
}

interface Collisions {
  readonly collisionCount?: number | undefined;
}

/** The number of collisions only grows, and does not go away. */
export function collisionFindings(next: Collisions = {}, old: Collisions = {}): Findings {
  const { collisionCount } = next;
  const fewer = old.collisionCount !== undefined && (collisionCount ?? -1) < old.collisionCount;
  return fewer ? [invalid(["status", "collisionCount"], collisionCount ?? 0, "cannot be decremented")] : [];
}
