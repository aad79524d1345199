import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Failure } from "./decision.ts";
import type { Evaluation } from "./evaluation.ts";
import { nominationRuling, type Ruling } from "./judging.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import type { Rejection } from "./verdict.ts";

/** Why the pod cannot go to the nodes that it cannot go to, where an evaluation tells all: no node is looked at that is not about to be cleared. */
export function failureByGroups(evaluation: Evaluation, pod: PodInfo, snapshot: Snapshot): Failure {
  const plugins = new Set<SchedulerPlugin>();
  const counts: [Rejection, number][] = [];
  let size = 0;
  const note = ({ plugin, rejection }: Ruling, nodes: number): void => {
    plugins.add(plugin);
    counts.push([rejection, nodes]);
    size += nodes;
  };
  for (const { of, count } of evaluation.rulings.all()) note(of, count);
  const awaiting = new Map<NodeInfo, Ruling>();
  for (const group of evaluation.groups.all()) {
    const ruling = evaluation.groupRuling(group);
    if (ruling !== undefined) note(ruling, group.size);
    else if (snapshot.nominationCount > 0) {
      for (const score of group.scores) {
        for (const slot of group.at(score)) noteAwaiting(snapshot.nodes[slot]);
      }
    }
  }
  for (const ruling of awaiting.values()) note(ruling, 1);
  const get = (node: NodeInfo): Rejection | undefined =>
    (evaluation.rulingAt(node.slot) ?? awaiting.get(node))?.rejection;
  return { nodeCount: snapshot.nodeCount, plugins, rejections: { size, counts, get, entries } };

  function noteAwaiting(node: NodeInfo | undefined): void {
    const ruling = node === undefined ? undefined : nominationRuling(evaluation.judges, node, { pod, snapshot });
    if (node !== undefined && ruling !== undefined) awaiting.set(node, ruling);
  }

  function* entries(): Iterable<readonly [NodeInfo, Rejection]> {
    for (const node of snapshot.nodes) {
      const rejection = node === undefined ? undefined : get(node);
      if (node !== undefined && rejection !== undefined) yield [node, rejection];
    }
  }
}
