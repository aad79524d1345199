// Decisions by remembered evaluations must be those of asking every plugin about every node anew; and what is said when none will do.
import type { Node, Pod, PodAffinity, TopologySpreadConstraint } from "@skates/api/core/v1";
import { pick, type Random, seededRandom } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import { Cluster } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import { type PodInfo, podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { type Decision, failureMessage } from "./decision.ts";
import { firstRuling, prepareAll } from "./judging.ts";
import { Framework } from "./framework.ts";
import { NO_REJECTIONS } from "./rejections.ts";
import { isRejection } from "./plugin.ts";
import { profileOf, voicesOf } from "./profile.ts";

const profile = profileOf("default-scheduler", defaultPlugins());
const frameworkOn = (snapshot: Cluster, seed = 1): Framework =>
  new Framework({ profile, snapshot, random: seededRandom(seed) });

/** Asks everything anew, without any memory: the nodes with the best total, and how many are feasible. */
function exhaustive(pod: PodInfo, cluster: Cluster): { readonly best: readonly string[]; readonly feasible: number } {
  const prepared = prepareAll(voicesOf(profile), pod, cluster);
  if (!("judges" in prepared)) return { best: [], feasible: 0 };
  const nodes: NodeInfo[] = [];
  for (const node of cluster.nodes) {
    if (node === undefined || prepared.judges.some(({ judge }) => judge.only?.has(node.name) === false)) continue;
    if (firstRuling(prepared.judges, node) === undefined) nodes.push(node);
  }
  const totals = new Float64Array(nodes.length);
  for (const { judge, weight } of prepared.judges) {
    judge.weigh?.(nodes);
    const scores = Float64Array.from(nodes, (node) => judge.score?.(node) ?? 0);
    judge.normalize?.(scores);
    scores.forEach((score, i) => (totals[i] = (totals[i] ?? 0) + weight * score));
  }
  const max = Math.max(...totals);
  return { best: nodes.filter((_, i) => totals[i] === max).map((node) => node.name), feasible: nodes.length };
}

function randomNode(random: Random, name: string): Node {
  const chance = (percent: number): boolean => pick(random, 100) < percent;
  return testNode(name, {
    allocatable: {
      cpu: String(1 + pick(random, 8)),
      memory: `${1 + pick(random, 16)}Gi`,
      pods: String(3 + pick(random, 10)),
    },
    labels: {
      ...(chance(90) ? { zone: `z${pick(random, 3)}` } : {}),
      ...(chance(60) ? { rack: `r${pick(random, 30)}` } : {}),
      ...(chance(30) ? { disk: "ssd" } : {}),
    },
    spec: {
      ...(chance(5) ? { unschedulable: true } : {}),
      ...(chance(20) ? { taints: [{ key: "soft", effect: "PreferNoSchedule" }] } : {}),
      ...(chance(10) ? { taints: [{ key: "hard", effect: "NoSchedule" }] } : {}),
    },
    ...(chance(40) ? { images: [{ names: ["app:v1"], sizeBytes: 5e8 }] } : {}),
  });
}

const KEYS = ["zone", "kubernetes.io/hostname", "rack"];

function randomTerms(random: Random): PodAffinity {
  const term = {
    topologyKey: KEYS[pick(random, 3)] ?? "",
    labelSelector: { matchLabels: { app: `a${pick(random, 3)}` } },
  };
  return pick(random, 2) === 0
    ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
    : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1 + pick(random, 100), podAffinityTerm: term }] };
}

function randomSpread(random: Random): TopologySpreadConstraint {
  return {
    maxSkew: 1 + pick(random, 2),
    topologyKey: KEYS[pick(random, 3)] ?? "",
    whenUnsatisfiable: pick(random, 2) === 0 ? "DoNotSchedule" : "ScheduleAnyway",
    labelSelector: { matchLabels: { app: `a${pick(random, 3)}` } },
    ...(pick(random, 3) === 0 ? { nodeTaintsPolicy: "Honor" } : {}),
  };
}

function randomPod(random: Random, name: string): Pod {
  const chance = (percent: number): boolean => pick(random, 100) < percent;
  const zone = { key: "zone", operator: "In", values: [`z${pick(random, 3)}`] } as const;
  return testPod(name, {
    labels: { app: `a${pick(random, 3)}` },
    requests: chance(80) ? { cpu: `${100 * (1 + pick(random, 12))}m`, memory: `${128 * (1 + pick(random, 8))}Mi` } : {},
    spec: {
      containers: [
        {
          name: "main",
          image: chance(50) ? "app:v1" : "other:v2",
          ...(chance(10) ? { ports: [{ containerPort: 80, hostPort: 8000 + pick(random, 2), protocol: "TCP" }] } : {}),
          resources: chance(80) ? { requests: { cpu: `${100 * (1 + pick(random, 12))}m` } } : {},
        },
      ],
      ...(chance(20) ? { tolerations: [{ operator: "Exists", ...(chance(50) ? { key: "hard" } : {}) }] } : {}),
      ...(chance(20) ? { nodeSelector: { disk: "ssd" } } : {}),
      affinity: {
        ...(chance(30)
          ? {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  { weight: 10, preference: { matchExpressions: [zone] } },
                ],
              },
            }
          : {}),
        ...(chance(25) ? { podAffinity: randomTerms(random) } : {}),
        ...(chance(25) ? { podAntiAffinity: randomTerms(random) } : {}),
      },
      ...(chance(25) ? { topologySpreadConstraints: [randomSpread(random)] } : {}),
    },
  });
}

/** Another amount for each pod, so that what is kept of pods that are alike does not tell. */
function withAmounts(random: Random, pod: Pod): Pod {
  const cpu = pick(random, 10) === 0 ? {} : { cpu: `${1 + pick(random, 1500)}m` };
  const memory = pick(random, 3) === 0 ? {} : { memory: `${1 + pick(random, 3000)}Mi` };
  const requests = { ...cpu, ...memory };
  return {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec.containers.map((one) => ({ ...one, resources: { requests } })) },
  };
}

/** Places pods one after another while nodes and pods come and go; `unlike`: of pods that each ask for another amount. */
function run(seed: number, { nodes, steps, unlike }: { nodes: number; steps: number; unlike: boolean }): void {
  const random = seededRandom(seed);
  const cluster = new Cluster();
  const framework = frameworkOn(cluster, seed);
  const templates = Array.from({ length: 12 }, (_, i) => randomPod(random, `t${i}`));
  const placed: string[] = [];
  for (let i = 0; i < nodes; i++) cluster.setNode(randomNode(random, `n${i}`));
  const anyName = (): string => `n${pick(random, nodes + nodes / 2)}`;
  for (let step = 0; step < steps; step++) {
    const dice = pick(random, 100);
    if (dice < 10) cluster.setNode(randomNode(random, anyName()));
    else if (dice < 14) cluster.removeNode(anyName());
    else if (dice < 30 && placed.length > 0) {
      const [uid] = placed.splice(pick(random, placed.length), 1);
      cluster.removePod(uid ?? "");
    } else {
      const template = templates[pick(random, templates.length)] ?? randomPod(random, "t");
      const pod = { ...template, metadata: { ...template.metadata, name: `p${step}`, uid: `p${step}` } };
      const info = podInfoOf(unlike ? withAmounts(random, pod) : pod);
      const expected = exhaustive(info, cluster);
      const decision = framework.decide(info);
      const node = "node" in decision ? decision.node.name : undefined;
      const feasible = "node" in decision ? decision.feasible : 0;
      expect({ seed, step, feasible }).toEqual({ seed, step, feasible: expected.feasible });
      if (node === undefined) continue;
      expect(expected.best, `seed ${seed}, step ${step}`).toContain(node);
      cluster.assume(info, node);
      placed.push(info.uid);
    }
  }
}

describe("decisions", () => {
  // Long, for the exhaustive scheduler takes its time on a machine that is busy.
  const limitMs = 60_000;
  it.each(Array.from({ length: 16 }, (_, seed) => seed))(
    "are those of an exhaustive scheduler, seed %i",
    (seed) => run(seed, { nodes: 10, steps: 300, unlike: false }),
    limitMs,
  );
  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    "are so for pods of all sizes on many nodes, seed %i",
    (seed) => run(seed, { nodes: 40, steps: 200, unlike: true }),
    limitMs,
  );

  it.each([true, false])("fall among equals by chance, and the same way for the same seed; pods alike: %s", (alike) => {
    const choices = (seed: number): readonly string[] => {
      const cluster = clusterOf(["a", "b", "c", "d"].map((name) => testNode(name)));
      const framework = frameworkOn(cluster, seed);
      return Array.from({ length: 40 }, (_, i) => {
        const decision = framework.decide(
          podInfoOf(testPod(`p${i}`, { requests: { cpu: alike ? "1m" : `${i + 1}m` } })),
        );
        return "node" in decision ? decision.node.name : "";
      });
    };
    expect(new Set(choices(1))).toEqual(new Set(["a", "b", "c", "d"]));
    expect(choices(1)).toEqual(choices(1));
    expect(choices(1)).not.toEqual(choices(2));
  });
});

describe("why no node will do", () => {
  const say = (cluster: Cluster, pod: Pod): string => {
    const decision: Decision = frameworkOn(cluster).decide(podInfoOf(pod));
    return "failure" in decision ? failureMessage(decision.failure) : `goes to ${decision.node.name}`;
  };
  const nodes = [
    testNode("n1", { allocatable: { cpu: "1" } }),
    testNode("n2", { allocatable: { cpu: "1", memory: "1Gi" } }),
    testNode("n3", { spec: { taints: [{ key: "x", effect: "NoSchedule" }] } }),
  ];
  const onlyOn = (...names: readonly string[]): Pod =>
    testPod("a", {
      requests: { cpu: "2" },
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [...names] }] }],
            },
          },
        },
      },
    });
  it.each<[string, Pod, string]>([
    [
      "counts each reason over the nodes",
      testPod("a", { requests: { cpu: "2", memory: "2Gi" } }),
      "0/3 nodes are available: 1 Insufficient memory, 1 node(s) had untolerated taint(s), 2 Insufficient cpu.",
    ],
    [
      "tells what the others were left out by",
      onlyOn("n1"),
      "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    ],
    [
      "names a node that is not there",
      onlyOn("n9"),
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    ],
  ])("%s", (_, pod, message) => {
    expect(say(clusterOf(nodes), pod)).toBe(message);
  });
  it("says that there are no nodes", () => {
    expect(say(clusterOf([]), testPod("a"))).toBe("no nodes available to schedule pods");
  });
  it("appends what came of preemption", () => {
    const failure = {
      nodeCount: 1,
      plugins: new Set<never>(),
      rejections: NO_REJECTIONS,
      outright: { reasons: ["x"], resolvable: true },
    };
    expect(failureMessage(failure, "preemption: not eligible due to preemptionPolicy=Never.")).toBe(
      "0/1 nodes are available: x. preemption: not eligible due to preemptionPolicy=Never.",
    );
  });
});

it("tells rejections and judges apart", () => {
  expect([isRejection(undefined), isRejection({}), isRejection({ reasons: [], resolvable: true })]).toEqual([
    false,
    false,
    true,
  ]);
});
