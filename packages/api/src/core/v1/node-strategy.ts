import { type FieldError, type FieldText, forbidden, invalid, type Strategy, equalValues } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import { checkCidr } from "../../ip.ts";
import type { Node, NodeSpec, NodeStatus } from "./node.ts";
import { wholeMilli } from "./pod-defaults.ts";

/** Where nodes depart from the conventions: what the cluster gave a node, it keeps. */
export const nodeStrategy: Strategy<Node> = {
  validate(next, old) {
    return [...nodeErrors(next.spec), ...(old === undefined ? [] : nodeUpdateErrors(next.spec, old.spec))];
  },
};

/** Field selectors of nodes. */
export const nodeFields: Readonly<Record<string, FieldText<Node>>> = {
  "spec.unschedulable": (node) => String(node.spec.unschedulable ?? false),
};

/** All of a node can be given away unless the node says otherwise. */
export function nodeStatusDefaults(status: NodeStatus): NodeStatus {
  const capacity = wholeMilli(status.capacity);
  const allocatable = wholeMilli(status.allocatable ?? capacity);
  return capacity === status.capacity && allocatable === status.allocatable
    ? status
    : { ...status, capacity, allocatable };
}

function nodeErrors(spec: NodeSpec): Findings {
  const seen = new Set<string>();
  const taints = (spec.taints ?? []).flatMap(({ key, effect }, index): readonly FieldError[] => {
    const pair = `${key}:${effect}`;
    const again = seen.has(pair);
    seen.add(pair);
    return again ? [{ path: ["spec", "taints", index], reason: "Duplicate", detail: "", value: { key, effect } }] : [];
  });
  const ranges = (spec.podCIDRs ?? []).flatMap((range, index) => checkCidr(["spec", "podCIDRs", index], range));
  const first = spec.podCIDRs?.[0] ?? spec.podCIDR;
  const differs = (spec.podCIDR ?? first) !== first;
  return [...taints, ...ranges, ...(differs ? [invalid(["spec", "podCIDRs", 0], first, "must match `podCIDR`")] : [])];
}

function nodeUpdateErrors(next: NodeSpec, old: NodeSpec): Findings {
  const out: FieldError[] = [];
  if ((old.podCIDRs ?? []).length > 0 && !equalValues(old.podCIDRs, next.podCIDRs)) {
    out.push(forbidden(["spec", "podCIDRs"], 'node updates may not change podCIDR except from "" to valid'));
  }
  if ((old.providerID ?? "") !== "" && old.providerID !== next.providerID) {
    out.push(forbidden(["spec", "providerID"], 'node updates may not change providerID except from "" to valid'));
  }
  return out;
}
