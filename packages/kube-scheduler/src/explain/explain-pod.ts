import { prepareAll } from "../framework/judging.ts";
import { isRejection, type NodeJudge } from "../framework/plugin.ts";
import { type Profile, type Voice, voicesOf } from "../framework/profile.ts";
import type { Cluster } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import { type PodInfo, podInfoOf } from "../snapshot/pod-info.ts";
import { remedyFor, type Remedy } from "./remedies.ts";

/** What speaks for and against the nodes for one pod. */
export interface Explanation {
  readonly nodeCount: number;
  /** Plugins that do not let the pod be tried at all, whatever the nodes. */
  readonly outright: readonly { readonly plugin: string; readonly reasons: readonly string[] }[];
  /** Each plugin with the nodes that it rules out, by reason; every plugin is asked about every node. */
  readonly ruledOut: readonly { readonly plugin: string; readonly nodes: ReadonlyMap<string, readonly string[]> }[];
  /** The nodes that are left, the best first, with the weighted scores of the plugins. */
  readonly feasible: readonly {
    readonly node: string;
    readonly total: number;
    readonly scores: Readonly<Record<string, number>>;
  }[];
  /** The smallest change found that lets the pod in; none is needed where nodes are left. */
  readonly change: { readonly node: string; readonly steps: readonly string[] } | undefined;
}

/** Changes that are tried before it is given up to find one that helps. */
const TRIED_MAX = 200;

/** Asks all plugins about all nodes. Changes the cluster for a moment to try what would help; pure otherwise. */
export function explainPod(
  pod: PodInfo,
  { profile, cluster }: { readonly profile: Profile; readonly cluster: Cluster },
): Explanation {
  const nodes = cluster.nodes.filter((node) => node !== undefined);
  const outright = profile.plugins.preEnqueue.flatMap((plugin) => {
    const rejection = plugin.preEnqueue?.(pod);
    return rejection === undefined ? [] : [{ plugin: plugin.name, reasons: rejection.reasons }];
  });
  const against = new Map<NodeInfo, string[]>(nodes.map((node) => [node, []]));
  const ruledOut: { readonly plugin: string; readonly nodes: Map<string, string[]> }[] = [];
  const judges: { readonly voice: Voice; readonly judge: NodeJudge }[] = [];
  for (const voice of voicesOf(profile)) {
    const { name } = voice.plugin;
    const prepared = voice.plugin.prepare?.(pod, cluster);
    if (isRejection(prepared)) {
      if (voice.filters) outright.push({ plugin: name, reasons: prepared.reasons });
      continue;
    }
    if (prepared === undefined) continue;
    judges.push({ voice, judge: prepared });
    if (!voice.filters) continue;
    const byReason = new Map<string, string[]>();
    for (const node of nodes) {
      const reasons =
        prepared.only?.has(node.name) === false ? ["not among the nodes it names"] : prepared.filter?.(node)?.reasons;
      if (reasons === undefined) continue;
      against.get(node)?.push(name);
      const reason = reasons.join(", ");
      byReason.set(reason, [...(byReason.get(reason) ?? []), node.name]);
    }
    if (byReason.size > 0) ruledOut.push({ plugin: name, nodes: byReason });
  }
  const left = nodes.filter((node) => against.get(node)?.length === 0);
  const feasible = outright.length > 0 ? [] : scored(left, judges);
  const change =
    feasible.length > 0 || outright.length > 0 ? undefined : smallestChange(pod, { profile, cluster, against });
  return { nodeCount: nodes.length, outright, ruledOut, feasible, change };
}

function scored(
  nodes: readonly NodeInfo[],
  judges: readonly { readonly voice: Voice; readonly judge: NodeJudge }[],
): Explanation["feasible"] {
  const rows = nodes.map((node) => ({ node: node.name, total: 0, scores: {} as Record<string, number> }));
  for (const { voice, judge } of judges) {
    if (!voice.scores || judge.score === undefined) continue;
    judge.weigh?.(nodes);
    const scores = Float64Array.from(nodes, (node) => judge.score?.(node) ?? 0);
    judge.normalize?.(scores);
    for (const [i, row] of rows.entries()) {
      const score = voice.weight * (scores[i] ?? 0);
      row.scores[voice.plugin.name] = score;
      row.total += score;
    }
  }
  return rows.toSorted((a, b) => b.total - a.total || (a.node < b.node ? -1 : 1));
}

/** For each node what would have to change so that no plugin is against it; the least of what then really lets the pod in. */
function smallestChange(
  pod: PodInfo,
  {
    profile,
    cluster,
    against,
  }: {
    readonly profile: Profile;
    readonly cluster: Cluster;
    readonly against: ReadonlyMap<NodeInfo, readonly string[]>;
  },
): Explanation["change"] {
  const candidates: { readonly node: NodeInfo; readonly remedies: readonly Remedy[]; readonly size: number }[] = [];
  for (const [node, plugins] of against) {
    const remedies: Remedy[] = [];
    for (const plugin of plugins) {
      const remedy = remedyFor(plugin, pod, node);
      if (remedy !== undefined) remedies.push(remedy);
    }
    if (remedies.length !== plugins.length) continue;
    candidates.push({ node, remedies, size: remedies.reduce((sum, remedy) => sum + remedy.size, 0) });
  }
  const sorted = candidates.toSorted(
    (a, b) => a.remedies.length - b.remedies.length || a.size - b.size || (a.node.name < b.node.name ? -1 : 1),
  );
  for (const { node, remedies } of sorted.slice(0, TRIED_MAX)) {
    if (helps(pod, { node, remedies, profile, cluster })) {
      return { node: node.name, steps: remedies.map(({ text }) => text) };
    }
  }
  return undefined;
}

/** Tries it. */
function helps(
  pod: PodInfo,
  {
    node,
    remedies,
    profile,
    cluster,
  }: {
    readonly node: NodeInfo;
    readonly remedies: readonly Remedy[];
    readonly profile: Profile;
    readonly cluster: Cluster;
  },
): boolean {
  const original = node.node;
  const changed = remedies.reduce((state, remedy) => remedy.apply(state), { pod: pod.pod, node: original });
  cluster.setNode(changed.node);
  try {
    const prepared = prepareAll(voicesOf(profile), podInfoOf(changed.pod), cluster);
    const now = cluster.node(node.name);
    if ("rejection" in prepared || now === undefined) return false;
    return prepared.judges.every(
      ({ judge }) => judge.only?.has(now.name) !== false && judge.filter?.(now) === undefined,
    );
  } finally {
    cluster.setNode(original);
  }
}
