import { type Deployment, type ReplicaSet, replicaSets } from "@skates/api/apps/v1";
import { type Action, creation, deletion, update } from "@skates/controller-runtime";
import { sizeAnnotations } from "./annotations.ts";
import { boundsOf } from "./sizes.ts";
import { sameTemplate } from "./template-hash.ts";

/** The replica sets of a deployment while a plan is made: what is there, and what the plan makes of it. */
export class Rollout {
  readonly deployment: Deployment;
  readonly #before: ReadonlyMap<string, ReplicaSet>;
  readonly #sets: Map<string, ReplicaSet>;
  readonly #newestUid: string | undefined;
  readonly #deleted: ReplicaSet[] = [];
  #created: ReplicaSet | undefined;

  /** `sets` are those of the deployment. */
  constructor(deployment: Deployment, sets: readonly ReplicaSet[]) {
    this.deployment = deployment;
    const sorted = [...sets].sort(byAge);
    this.#before = new Map(sorted.map((set) => [set.metadata.uid ?? "", set]));
    this.#sets = new Map(this.#before);
    // Of several with this template the oldest, so that the choice does not change.
    this.#newestUid = sorted.find((set) => sameTemplate(set.spec.template, deployment.spec.template))?.metadata.uid;
  }

  /** The set with the deployment's template. */
  newest(): ReplicaSet | undefined {
    return this.#created ?? this.#sets.get(this.#newestUid ?? "");
  }

  /** All others, oldest first. */
  old(): readonly ReplicaSet[] {
    return [...this.#sets.values()].filter((set) => set.metadata.uid !== this.#newestUid);
  }

  /** The others and the newest. */
  all(): readonly ReplicaSet[] {
    const newest = this.newest();
    return newest === undefined ? this.old() : [...this.old(), newest];
  }

  create(set: ReplicaSet): void {
    this.#created = set;
  }

  /** Puts a changed set in the place of what it was. */
  change(set: ReplicaSet): void {
    this.#sets.set(set.metadata.uid ?? "", set);
  }

  /** Gives a set another size and notes what it is part of. True if the size changes. */
  scale(set: ReplicaSet, replicas: number): boolean {
    const { desired, maxSurge } = boundsOf(this.deployment);
    const annotations = sizeAnnotations(set.metadata.annotations ?? {}, desired, desired + maxSurge);
    this.change({ ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec, replicas } });
    return set.spec.replicas !== replicas;
  }

  delete(set: ReplicaSet): void {
    this.#deleted.push(set);
  }

  creating(): boolean {
    return this.#created !== undefined;
  }

  /** What makes it so. */
  stages(): readonly (readonly Action[])[] {
    const created = this.#created === undefined ? [] : [this.#creation(this.#created)];
    const changes: Action[] = [];
    for (const [uid, set] of this.#sets) {
      const before = this.#before.get(uid);
      if (before !== undefined && before !== set) changes.push(...this.#change(before, set));
    }
    return [created, changes, this.#deleted.map((set) => deletion(replicaSets, set))];
  }

  #creation(set: ReplicaSet): Action {
    const size = set.spec.replicas ?? 1;
    if (size === 0) return creation(replicaSets, set);
    return creation(replicaSets, set, this.#scaled("up", set, [0, size]));
  }

  #change(before: ReplicaSet, set: ReplicaSet): readonly Action[] {
    const from = before.spec.replicas ?? 1;
    const to = set.spec.replicas ?? 1;
    if (from !== to) return [update(replicaSets, set, this.#scaled(from < to ? "up" : "down", set, [from, to]))];
    const { annotations = {} } = before.metadata;
    const same =
      before.spec.minReadySeconds === set.spec.minReadySeconds &&
      sameRecord(annotations, set.metadata.annotations ?? {});
    return same ? [] : [update(replicaSets, set)];
  }

  #scaled(direction: "up" | "down", set: ReplicaSet, [from, to]: readonly [number, number]) {
    const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
    return { about: this.deployment, type: "Normal", reason: "ScalingReplicaSet", message } as const;
  }
}

/** Oldest first, then by name. */
export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const first = a.metadata.creationTimestamp ?? "";
  const second = b.metadata.creationTimestamp ?? "";
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : Number(a.metadata.name > b.metadata.name);
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
