import type { Node } from "./node.ts";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "./node-selector.ts";
import type { PodSpec } from "./pod-spec.ts";

/** Any term must match; a selector without terms matches nothing. */
export function nodeSelectorMatches(selector: NodeSelector, node: Node): boolean {
  return selector.nodeSelectorTerms.some((term) => matchesNodeSelector(term, node));
}

/** All requirements of the term hold for the node; an empty term matches nothing. */
export function matchesNodeSelector(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const { labels } = node.metadata;
  const field = (key: string): string | undefined => (key === "metadata.name" ? node.metadata.name : undefined);
  return (
    expressions.every((requirement) => requirementHolds(requirement, labels?.[requirement.key])) &&
    fields.every((requirement) => requirementHolds(requirement, field(requirement.key)))
  );
}

/** The node fits what the pod demands by `nodeSelector` and by required node affinity. */
export function podSelectsNode(spec: PodSpec, node: Node): boolean {
  const { labels } = node.metadata;
  const wanted = Object.entries(spec.nodeSelector ?? {});
  if (!wanted.every(([key, value]) => labels?.[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}

function requirementHolds(requirement: NodeSelectorRequirement, actual: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return actual !== undefined && values.includes(actual);
    case "NotIn":
      return actual === undefined || !values.includes(actual);
    case "Exists":
      return actual !== undefined;
    case "DoesNotExist":
      return actual === undefined;
    case "Gt":
      return compareWhole(actual, values[0], (a, b) => a > b);
    case "Lt":
      return compareWhole(actual, values[0], (a, b) => a < b);
  }
}

function compareWhole(
  actual: string | undefined,
  bound: string | undefined,
  holds: (a: bigint, b: bigint) => boolean,
): boolean {
  if (actual === undefined || bound === undefined) return false;
  if (!/^[+-]?\d+$/.test(actual) || !/^[+-]?\d+$/.test(bound)) return false;
  return holds(BigInt(actual), BigInt(bound));
}
