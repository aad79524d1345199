import type { Pod } from "@skates/api/core/v1";
import type { PodGroup } from "@skates/api/scheduling/v1alpha2";
import type { Informer } from "@skates/controller-runtime";
import type { Cluster } from "../snapshot/cluster.ts";

/** What is known of groups of pods. */
export interface PodGroups {
  group(namespace: string, name: string): PodGroup | undefined;
  /** By `namespace/name` of a group: uids of all its pods that have not ended. */
  members(key: string): ReadonlySet<string>;
  /** The pod has a node, or one is chosen for it. */
  hasNode(uid: string): boolean;
}

/** A cluster without groups. */
export const NO_GROUPS: PodGroups = { group: () => undefined, members: () => new Set(), hasNode: () => false };

/** Groups from the API, with their pods by an index of the informer. */
export function watchPodGroups({
  groups,
  pods,
  cluster,
}: {
  readonly groups: Informer<PodGroup>;
  readonly pods: Informer<Pod>;
  readonly cluster: Cluster;
}): PodGroups {
  pods.addIndex("podGroup", ({ metadata, spec, status }) => {
    const name = spec.schedulingGroup?.podGroupName ?? "";
    const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
    return name === "" || ended ? [] : [`${metadata.namespace ?? ""}/${name}`];
  });
  return {
    group: (namespace, name) => groups.get({ namespace, name }),
    members: (key) => new Set(pods.by("podGroup", key).map(({ metadata }) => metadata.uid ?? "")),
    hasNode: (uid) => cluster.placed(uid) !== undefined,
  };
}
