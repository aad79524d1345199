import type { PodGroup } from "@skates/api/scheduling/v1alpha2";
import type { Client } from "@skates/client";
import { type Env, isAbort, messageOf } from "@skates/component-base";
import { failureMessage } from "../framework/decision.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";
import type { WaitingPods } from "../framework/waiting-pods.ts";
import { PodGroupStatuses } from "../gangs/pod-group-status.ts";
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
  readonly client: Client;
  readonly env: Env;
}

/** Binds the pods of a gang only once so many of them have nodes as it needs at least, and tells in the status of groups what came of it. */
export function gangScheduling({ groups, waiting, wake, client, env }: GangSchedulingOptions): SchedulerPlugin {
  const statuses = new PodGroupStatuses({ client, clock: env.clock });
  const known = (pod: PodInfo): PodGroup | undefined => {
    const name = groupOf(pod);
    return name === undefined ? undefined : groups.group(pod.namespace, name);
  };
  const gangOf = (pod: PodInfo): { readonly key: string; readonly minCount: number } | undefined => {
    const group = known(pod);
    const minCount = group?.spec.schedulingPolicy.gang?.minCount;
    return minCount === undefined ? undefined : { key: `${pod.namespace}/${group?.metadata.name}`, minCount };
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
      if (known(pod) === undefined) {
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
    async preBind({ pod }, signal) {
      const group = known(pod);
      const outcome = { scheduled: true, message: "" };
      if (group === undefined || !statuses.news(group, outcome)) return undefined;
      try {
        await statuses.write(group, outcome, signal);
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) throw error;
        // The pods can go where they are to go all the same.
        env.log.warn("a group's status could not be written", { pod: pod.key, cause: messageOf(error) });
      }
      return undefined;
    },
    postFilter({ pod, failure }) {
      const group = known(pod);
      const outcome = { scheduled: false, message: failureMessage(failure) };
      if (group === undefined || !statuses.news(group, outcome)) return undefined;
      return { act: (signal) => statuses.write(group, outcome, signal) };
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
