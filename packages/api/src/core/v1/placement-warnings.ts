import type { NodeSelectorTerm } from "./node-selector.ts";
import type { PodSpec } from "./pod-spec.ts";

/** Labels of nodes that have another name now, and since when. */
const OLD_NODE_LABELS = new Map([
  ["beta.kubernetes.io/arch", old("1.14", "kubernetes.io/arch")],
  ["beta.kubernetes.io/os", old("1.14", "kubernetes.io/os")],
  ["failure-domain.beta.kubernetes.io/region", old("1.17", "topology.kubernetes.io/region")],
  ["failure-domain.beta.kubernetes.io/zone", old("1.17", "topology.kubernetes.io/zone")],
  ["beta.kubernetes.io/instance-type", old("1.17", "node.kubernetes.io/instance-type")],
]);
const NONE: readonly string[] = [];
const NO_SELECTOR = "a null labelSelector results in matching no pod";

function old(since: string, now: string): string {
  return `deprecated since v${since}; use "${now}" instead`;
}

/** Where a pod is to run, said by old labels of nodes or by selectors that match nothing; `path` is where the spec stands. */
export function placementWarnings(spec: PodSpec, path: string): readonly string[] {
  if (spec.affinity === undefined && spec.nodeSelector === undefined && spec.topologySpreadConstraints === undefined)
    return NONE;
  const { nodeAffinity, podAffinity, podAntiAffinity } = spec.affinity ?? {};
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const affinity = `${path}.affinity`;
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
      const text = OLD_NODE_LABELS.get(label);
      return text === undefined ? [] : [`${path}.nodeSelector[${label}]: ${text}`];
    }),
    ...required.flatMap((term, i) => {
      const list = "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
      return nodeTermWarnings(term, `${affinity}.${list}[${i}]`);
    }),
    ...preferred.flatMap(({ preference }, i) => {
      const list = "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution";
      return nodeTermWarnings(preference, `${affinity}.${list}[${i}].preference`);
    }),
    ...spreadWarnings(spec, path),
    ...Object.entries({ podAffinity, podAntiAffinity }).flatMap(([name, rules]) => [
      ...(rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ labelSelector }, i) => {
        const at = `${affinity}.${name}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector`;
        return labelSelector === undefined ? [`${at}: ${NO_SELECTOR}`] : [];
      }),
      ...(rules?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ podAffinityTerm: term }, i) => {
        const at = `${affinity}.${name}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector`;
        return term.labelSelector === undefined ? [`${at}: ${NO_SELECTOR}`] : [];
      }),
    ]),
  ];
}

function spreadWarnings(spec: PodSpec, path: string): readonly string[] {
  return (spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey, labelSelector }, i) => {
    const at = `${path}.topologySpreadConstraints[${i}]`;
    const text = OLD_NODE_LABELS.get(topologyKey);
    return [
      ...(text === undefined ? [] : [`${at}.topologyKey: ${topologyKey} is ${text}`]),
      ...(labelSelector === undefined ? [`${at}.labelSelector: ${NO_SELECTOR}`] : []),
    ];
  });
}

/** Old labels in a term that selects nodes. */
export function nodeTermWarnings({ matchExpressions = [] }: NodeSelectorTerm, path: string): readonly string[] {
  return matchExpressions.flatMap(({ key }, i) => {
    const text = OLD_NODE_LABELS.get(key);
    return text === undefined ? [] : [`${path}.matchExpressions[${i}].key: ${key} is ${text}`];
  });
}
