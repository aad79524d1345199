import type { DaemonSet } from "@skates/api/apps/v1";
import { type Node, podSelectsNode, type Taint, untoleratedTaint } from "@skates/api/core/v1";
import { daemonTolerations } from "./daemon-pod.ts";

/** How a node and a daemon set get on. */
export interface Fit {
  /** A pod that is not there yet is to be made. */
  readonly runs: boolean;
  /** A pod that is there may stay. */
  readonly stays: boolean;
}

const NEITHER: Fit = { runs: false, stays: false };

/** Decides which nodes are to have a pod of the set. */
export function fitFor({ spec: { template } }: DaemonSet): (node: Node) => Fit {
  const spec = template.spec ?? { containers: [] };
  const tolerations = daemonTolerations(spec);
  return (node) => {
    if (spec.nodeName !== undefined && spec.nodeName !== "" && spec.nodeName !== node.metadata.name) return NEITHER;
    if (!podSelectsNode(spec, node)) return NEITHER;
    const repelled = (of: (taint: Taint) => boolean): boolean =>
      untoleratedTaint(node.spec?.taints, tolerations, of) !== undefined;
    if (repelled(({ effect }) => effect === "NoExecute")) return NEITHER;
    return { runs: !repelled(({ effect }) => effect === "NoSchedule"), stays: true };
  };
}
