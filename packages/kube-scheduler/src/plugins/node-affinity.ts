import {
  matchesNodeSelector,
  nodeSelectorMatches,
  type NodeSelectorTerm,
  type PodSpec,
  podSelectsNode,
} from "@skates/api/core/v1";
import type { NodeAffinityArgs } from "@skates/api/kubescheduler/v1";
import { type NodeJudge, normalizeToMax, type SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

const REJECTION = unresolvable("node(s) didn't match Pod's node affinity/selector");
const ADDED = unresolvable("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = unresolvable("pod affinity terms conflict");

/**
 * Holds a pod to nodes that fit its `nodeSelector` and required node affinity, and prefers those that fit the preferred one; all pods
 * also to the affinity that is added by `args`.
 */
export function nodeAffinity({ addedAffinity }: Partial<NodeAffinityArgs> = {}): SchedulerPlugin {
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const addedPreferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    name: "NodeAffinity",
    weight: 2,
    wakes: [
      {
        on: ["NodeAdded", "NodeLabelsChanged"],
        helps: ({ pod }, event) =>
          !("node" in event) ||
          ((added === undefined || nodeSelectorMatches(added, event.node)) && podSelectsNode(pod.spec, event.node)),
      },
    ],
    sign: ({ pod }) => [pod.spec.nodeSelector, pod.spec.affinity?.nodeAffinity],
    prepare({ pod }) {
      const { spec } = pod;
      const affinity = spec.affinity?.nodeAffinity;
      const preferred = [
        ...addedPreferred,
        ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
      ].filter(({ weight }) => weight !== 0);
      const required = affinity?.requiredDuringSchedulingIgnoredDuringExecution;
      const selects = required !== undefined || spec.nodeSelector !== undefined || added !== undefined;
      const only = required === undefined ? undefined : namedNodes(required.nodeSelectorTerms);
      if (only?.size === 0) return CONFLICT;
      const filter: NodeJudge["filter"] = ({ node }) => {
        if (added !== undefined && !nodeSelectorMatches(added, node)) return ADDED;
        return podSelectsNode(spec, node) ? undefined : REJECTION;
      };
      const judge: NodeJudge = {
        only,
        ...(selects ? { filter } : {}),
        ...(preferred.length === 0 ? {} : scoring(preferred)),
      };
      return selects || preferred.length > 0 ? judge : undefined;
    },
  };
}

type Preferred = NonNullable<
  NonNullable<NonNullable<PodSpec["affinity"]>["nodeAffinity"]>["preferredDuringSchedulingIgnoredDuringExecution"]
>;

function scoring(preferred: Preferred): Pick<NodeJudge, "normalize" | "score"> {
  return {
    score: ({ node }) => {
      let sum = 0;
      for (const { weight, preference } of preferred) if (matchesNodeSelector(preference, node)) sum += weight;
      return sum;
    },
    normalize: (scores) => normalizeToMax(scores, false),
  };
}

/** The nodes that the terms name, if every term names some; as daemon pods do. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const all = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let named: ReadonlySet<string> | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== "metadata.name" || operator !== "In") continue;
      const earlier = named;
      named = new Set(values.filter((value) => earlier?.has(value) ?? true));
    }
    if (named === undefined) return undefined;
    for (const name of named) all.add(name);
  }
  return terms.length === 0 ? undefined : all;
}
