import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";
import type { WaitingPods } from "../framework/waiting-pods.ts";
import type { PodGroups } from "../gangs/pod-groups.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";

const NAME = "GangScheduling";
/** How long pods with a node wait for the rest of their gang. */
const WAIT_MS = 300_000;
const TOO_FEW = unresolvable("waiting for minCount pods from a gang to appear in scheduling queue");

export interface GangSchedulingOptions {
  readonly groups: PodGroups;
  readonly waiting: WaitingPods;
  /** Tries a pod again. */
  readonly wake: (uid: string) => void;
}

/** Binds the pods of a gang only once so many of them have nodes as it needs at least. */
export function gangScheduling({ groups, waiting, wake }: GangSchedulingOptions): SchedulerPlugin {
  const gangOf = (pod: PodInfo): { readonly key: string; readonly minCount: number } | undefined => {
    const name = groupOf(pod);
    const minCount =
      name === undefined ? undefined : groups.group(pod.namespace, name)?.spec.schedulingPolicy.gang?.minCount;
    return minCount === undefined ? undefined : { key: `${pod.namespace}/${name ?? ""}`, minCount };
  };
  return {
    name: NAME,
    wakes: [
      { on: ["PodGroupsChanged"], helps: (pod) => groupOf(pod) !== undefined },
      {
        on: ["PodAdded"],
        helps: (pod, event) =>
          "pod" in event && event.pod.namespace === pod.namespace && groupOf(event.pod) === groupOf(pod),
      },
    ],
    preEnqueue(pod) {
      const name = groupOf(pod);
      if (name === undefined) return undefined;
      if (groups.group(pod.namespace, name) === undefined) {
        return unresolvable(`waiting for pods's pod group ${JSON.stringify(name)} to appear in scheduling queue`);
      }
      const gang = gangOf(pod);
      return gang !== undefined && groups.members(gang.key).size < gang.minCount ? TOO_FEW : undefined;
    },
    permit({ pod }) {
      const gang = gangOf(pod);
      if (gang === undefined) return undefined;
      const members = groups.members(gang.key);
      const placed = [...members].filter((uid) => groups.hasNode(uid));
      if (placed.length < gang.minCount) {
        for (const uid of members) if (uid !== pod.uid && !groups.hasNode(uid)) wake(uid);
        return { kind: "wait", timeoutMs: WAIT_MS };
      }
      for (const uid of placed) waiting.get(uid)?.allow(NAME);
      return undefined;
    },
    unreserve({ pod }) {
      const gang = gangOf(pod);
      if (gang === undefined) return;
      // Without this one the others may be too few: they give back their nodes rather than hold them in vain.
      const placed = [...groups.members(gang.key)].filter((uid) => uid !== pod.uid && groups.hasNode(uid));
      if (placed.length >= gang.minCount) return;
      for (const uid of placed) waiting.get(uid)?.reject(this, "a pod of the gang lost its node");
    },
  };
}

/** The group that the pod is scheduled with. */
function groupOf({ pod }: PodInfo): string | undefined {
  const name = pod.spec.schedulingGroup?.podGroupName ?? "";
  return name === "" ? undefined : name;
}
