import { type Node, nodes, type Pod, pods } from "@skates/api/core/v1";
import { requestsOf, toResources, valueOf } from "../snapshot/resources.ts";
import type { TestCluster } from "./test-cluster.ts";

/** Watches all pods and notes what must never be: a pod that goes from one node to another, or a node with more than it can hold. */
export interface Checker {
  /** What was seen that must not be; ask it at the end. */
  problems(): Promise<readonly string[]>;
}

/** Begins to watch. */
export function startChecker(cluster: TestCluster): Checker {
  const nodeOf = new Map<string, string>();
  const moved: string[] = [];
  const watching = (async () => {
    for await (const event of cluster.admin.resource<Pod>(pods).watch({ resourceVersion: "0" }, cluster.signal)) {
      if (event.type !== "ADDED" && event.type !== "MODIFIED") continue;
      const { metadata, spec } = event.object;
      const { uid = "", name } = metadata;
      const before = nodeOf.get(uid);
      const now = spec.nodeName ?? "";
      if (before !== undefined && before !== now) moved.push(`pod ${name} was bound to ${before} and is on ${now}`);
      if (now !== "") nodeOf.set(uid, now);
    }
    throw new Error("it ended");
  })().catch((error: unknown) => {
    if (!cluster.signal.aborted) moved.push(`the checker's watch failed: ${String(error)}`);
  });
  void watching;
  return {
    async problems() {
      const all = (await cluster.admin.resource<Pod>(pods).list({}, cluster.signal)).items;
      const known = (await cluster.admin.resource<Node>(nodes).list({}, cluster.signal)).items;
      return [...moved, ...known.flatMap((node) => overcommitted(node, all))];
    },
  };
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
