import { isStatus } from "@skates/apimachinery";
import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { seededRandom } from "@skates/component-base";
import { Framework } from "../framework/framework.ts";
import { profileOf } from "../framework/profile.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import type { Cluster } from "../snapshot/cluster.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "./ask.ts";
import { requestsOf, toResources, valueOf } from "../snapshot/resources.ts";
import type { TestCluster } from "./test-cluster.ts";

/**
 * Watches all pods and notes what must never be: a pod that goes from one node to another, a node with more than it can hold, or (once
 * all has come to rest) a pod that waits although it fits.
 */
export interface Checker {
  /** What was seen that must not be; ask it at the end. Pods that wait although they fit get some seconds to find their nodes, unless they may. */
  problems(mayWait?: (pod: Pod) => boolean): Promise<readonly string[]>;
}

/** So long pods may wait although they fit: for their backoff, and for what is on its way. */
const REST_MS = 20_000;
const LOOK_MS = 200;

/** Begins to watch. */
export function startChecker(cluster: TestCluster): Checker {
  const nodeOf = new Map<string, string>();
  const moved: string[] = [];
  const note = ({ metadata, spec }: Pod): void => {
    const { uid = "", name } = metadata;
    const before = nodeOf.get(uid);
    const now = spec.nodeName ?? "";
    if (before !== undefined && before !== now) moved.push(`pod ${name} was bound to ${before} and is on ${now}`);
    if (now !== "") nodeOf.set(uid, now);
  };
  void watchPods(cluster, note).catch((error: unknown) => {
    if (!cluster.signal.aborted) moved.push(`the checker's watch failed: ${String(error)}`);
  });
  return {
    async problems(mayWait = () => false) {
      const { clock } = cluster.env;
      const untilMs = clock.monotonicMs() + REST_MS;
      for (;;) {
        const all = (await cluster.admin.resource<Pod>(pods).list({}, cluster.signal)).items;
        const known = (await cluster.admin.resource<Node>(nodes).list({}, cluster.signal)).items;
        const wrong = [...moved, ...known.flatMap((node) => overcommitted(node, all))];
        const waiting = fitting(known, all, mayWait);
        if (wrong.length > 0 || waiting.length === 0 || clock.monotonicMs() > untilMs) return [...wrong, ...waiting];
        await clock.sleep(LOOK_MS, cluster.signal);
      }
    },
  };
}

/** Shows all copies of pods that the server tells of. A server ends watches that are too slow: then from where it was, or anew. */
async function watchPods({ admin, signal }: TestCluster, note: (pod: Pod) => void): Promise<never> {
  const typed = admin.resource<Pod>(pods);
  let resourceVersion = "0";
  for (;;) {
    try {
      for await (const event of typed.watch({ resourceVersion }, signal)) {
        if (event.type !== "BOOKMARK") resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        if (event.type === "ADDED" || event.type === "MODIFIED") note(event.object);
      }
    } catch (error) {
      if (!isStatus(error, "Expired")) throw error;
      const list = await typed.list({}, signal);
      for (const pod of list.items) note(pod);
      resourceVersion = list.resourceVersion;
    }
  }
}

/** Pods without a node for which the default plugins find one. */
function fitting(known: readonly Node[], all: readonly Pod[], mayWait: (pod: Pod) => boolean): readonly string[] {
  const snapshot = clusterOf(
    known,
    all.filter(({ spec }) => (spec.nodeName ?? "") !== ""),
  );
  for (const pod of all) if (pod.status?.nominatedNodeName !== undefined) nominate(snapshot, pod);
  const profile = profileOf("default-scheduler", defaultPlugins());
  const framework = new Framework({ profile, snapshot, random: seededRandom(1) });
  return all.flatMap((pod) => {
    const { spec, metadata } = pod;
    if ((spec.nodeName ?? "") !== "" || metadata.deletionTimestamp !== undefined || mayWait(pod)) return [];
    const decision = framework.decide(podInfoOf(pod));
    return "node" in decision ? [`pod ${metadata.name} waits although it fits on ${decision.node.name}`] : [];
  });
}

function nominate(snapshot: Cluster, pod: Pod): void {
  if ((pod.spec.nodeName ?? "") === "") snapshot.nominate(podInfoOf(pod), pod.status?.nominatedNodeName);
}

function overcommitted({ metadata, status }: Node, all: readonly Pod[]): readonly string[] {
  const here = all.filter(
    ({ spec, status: now }) => spec.nodeName === metadata.name && now?.phase !== "Succeeded" && now?.phase !== "Failed",
  );
  const cpu = here.reduce((sum, { spec }) => sum + requestsOf(spec).milliCpu, 0);
  const offered = toResources(status?.allocatable).milliCpu;
  const most = valueOf(status?.allocatable?.["pods"] ?? "0");
  return [
    ...(cpu > offered ? [`node ${metadata.name} offers ${offered}m of cpu and has ${cpu}m to give`] : []),
    ...(here.length > most ? [`node ${metadata.name} takes ${most} pods and has ${here.length}`] : []),
  ];
}
