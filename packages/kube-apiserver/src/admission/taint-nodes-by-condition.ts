import { type Node, nodes, type Taint } from "@skates/api/core/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { objectOf } from "./object-kind.ts";

const NOT_READY: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A new node takes no pods until somebody has found it ready. */
export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  handles: (attributes) => attributes.operation === "CREATE" && objectOf(attributes, nodes) !== undefined,
  async mutate(attributes) {
    const node = objectOf<Node>(attributes, nodes);
    if (node === undefined) throw new Error("TaintNodesByCondition was given no node");
    const taints = node.spec.taints ?? [];
    if (taints.some((taint) => taint.key === NOT_READY.key && taint.effect === NOT_READY.effect)) return node;
    return { ...node, spec: { ...node.spec, taints: [...taints, NOT_READY] } };
  },
};
