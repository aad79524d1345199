// InterPodAffinity and PodTopologySpread: tables of verdicts, and random clusters where the kept tables must say what counting says.
import type { Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from "@skates/api/core/v1";
import { pick, type Random, seededRandom } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { isRejection, type SchedulerPlugin } from "../framework/plugin.ts";
import type { Cluster } from "../snapshot/cluster.ts";
import { type NodeInfo, nodeWithPods } from "../snapshot/node-info.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { ask, clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { interPodAffinity as nearAndApart } from "./inter-pod-affinity.ts";
import { NO_OWNERS, type Owners } from "./default-spread.ts";
import { podTopologySpread as spreadAmong } from "./pod-topology-spread.ts";

const podTopologySpread = spreadAmong(NO_OWNERS);
const interPodAffinity = nearAndApart();
const ZONE = "topology.kubernetes.io/zone";
const HOST = "kubernetes.io/hostname";
const inZone = (name: string, zone: string) => testNode(name, { labels: { [ZONE]: zone } });
const app = (name: string): PodAffinityTerm["labelSelector"] => ({ matchLabels: { app: name } });
const nearby = (...terms: readonly PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [...terms] } },
});
const apart = (...terms: readonly PodAffinityTerm[]): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [...terms] } },
});

describe("InterPodAffinity", () => {
  const nodes = [inZone("a1", "a"), inZone("a2", "a"), inZone("b1", "b"), testNode("x")];
  const near = "! node(s) didn't match pod affinity rules";
  const away = "node(s) didn't match pod anti-affinity rules";
  const existing = "node(s) didn't satisfy existing pods anti-affinity rules";
  const db = testPod("db", { nodeName: "a1", labels: { app: "db" } });

  it("goes where the pods are that it wants to be near", () => {
    const pod = testPod("p", { spec: nearby({ topologyKey: ZONE, labelSelector: app("db") }) });
    expect(ask(interPodAffinity, pod, clusterOf(nodes, [db]))).toEqual({ a1: 0, a2: 0, b1: near, x: near });
    expect(ask(interPodAffinity, pod, clusterOf(nodes))).toEqual({ a1: near, a2: near, b1: near, x: near });
  });

  it("may be the first of a group, on any node that has the label", () => {
    const pod = testPod("p", {
      labels: { app: "web" },
      spec: nearby({ topologyKey: ZONE, labelSelector: app("web") }),
    });
    expect(ask(interPodAffinity, pod, clusterOf(nodes))).toEqual({ a1: 0, a2: 0, b1: 0, x: near });
  });

  it("needs pods that all terms mean", () => {
    const terms = [
      { topologyKey: ZONE, labelSelector: app("db") },
      { topologyKey: HOST, labelSelector: { matchLabels: { tier: "1" } } },
    ];
    const pod = testPod("p", { spec: nearby(...terms) });
    const both = testPod("both", { nodeName: "b1", labels: { app: "db", tier: "1" } });
    expect(ask(interPodAffinity, pod, clusterOf(nodes, [db, both]))).toEqual({ a1: near, a2: near, b1: 0, x: near });
  });

  it("stays away from others, and others from it", () => {
    const term = { topologyKey: ZONE, labelSelector: app("db") };
    const shy = testPod("p", { spec: apart(term) });
    expect(ask(interPodAffinity, shy, clusterOf(nodes, [db]))).toEqual({ a1: away, a2: away, b1: 0, x: 0 });
    const there = testPod("shy", { nodeName: "b1", spec: apart(term) });
    const another = testPod("p", { labels: { app: "db" } });
    expect(ask(interPodAffinity, another, clusterOf(nodes, [there]))).toEqual({ a1: 0, a2: 0, b1: existing, x: 0 });
  });

  it("looks into its own namespace, those it names, and those it selects", () => {
    const term = (more: Partial<PodAffinityTerm>) =>
      testPod("p", { spec: apart({ topologyKey: HOST, labelSelector: app("db"), ...more }) });
    const other = testPod("db", { nodeName: "a1", namespace: "other", labels: { app: "db" } });
    const cluster = clusterOf(nodes, [other]);
    cluster.setNamespace("other", { team: "blue" });
    const at = (pod: Pod) =>
      Object.entries(ask(interPodAffinity, pod, cluster)).filter(([, said]) => said === away).length;
    expect(at(term({}))).toBe(0);
    expect(at(term({ namespaces: ["other"] }))).toBe(1);
    expect(at(term({ namespaceSelector: { matchLabels: { team: "blue" } } }))).toBe(1);
    expect(at(term({ namespaceSelector: { matchLabels: { team: "red" } } }))).toBe(0);
    expect(at(term({ namespaceSelector: {} }))).toBe(1);
    cluster.setNamespace("other", { team: "red" });
    expect(at(term({ namespaceSelector: { matchLabels: { team: "red" } } }))).toBe(1);
  });

  it("tells generations apart by matchLabelKeys", () => {
    const term = { topologyKey: HOST, labelSelector: app("web"), matchLabelKeys: ["hash"] };
    const pod = testPod("p", { labels: { app: "web", hash: "2" }, spec: apart(term) });
    const old = testPod("old", { nodeName: "a1", labels: { app: "web", hash: "1" } });
    const young = testPod("young", { nodeName: "a2", labels: { app: "web", hash: "2" } });
    expect(ask(interPodAffinity, pod, clusterOf(nodes, [old, young]))).toEqual({ a1: 0, a2: away, b1: 0, x: 0 });
  });

  it("scores by preferences of both sides", () => {
    const prefer = (weight: number, name: string) => ({
      weight,
      podAffinityTerm: { topologyKey: ZONE, labelSelector: app(name) },
    });
    const pod = testPod("p", {
      labels: { app: "web" },
      spec: {
        affinity: {
          podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(10, "db")] },
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [prefer(4, "noisy")] },
        },
      },
    });
    const noisy = testPod("noisy", { nodeName: "b1", labels: { app: "noisy" } });
    // zone a: 10, zone b: -4, x: 0.
    expect(ask(interPodAffinity, pod, clusterOf(nodes, [db, noisy]))).toEqual({ a1: 100, a2: 100, b1: 0, x: 28 });
    const fond = testPod("fond", { nodeName: "b1", spec: nearby({ topologyKey: ZONE, labelSelector: app("web") }) });
    const plain = testPod("q", { labels: { app: "web" } });
    expect(ask(interPodAffinity, plain, clusterOf(nodes, [fond]))).toEqual({ a1: 0, a2: 0, b1: 100, x: 0 });
  });
});

describe("PodTopologySpread", () => {
  const nodes = [inZone("a1", "a"), inZone("a2", "a"), inZone("b1", "b"), testNode("x")];
  const skewed = "node(s) didn't match pod topology spread constraints";
  const unlabelled = "! node(s) didn't match pod topology spread constraints (missing required label)";
  const constraint = (change: Partial<TopologySpreadConstraint> = {}): TopologySpreadConstraint => ({
    maxSkew: 1,
    topologyKey: ZONE,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "web" } },
    ...change,
  });
  const web = (name: string, nodeName: string): Pod => testPod(name, { nodeName, labels: { app: "web" } });
  const spread = (spec: Partial<PodSpec>): Pod => testPod("p", { labels: { app: "web" }, spec });
  const pod = (...topologySpreadConstraints: readonly TopologySpreadConstraint[]): Pod =>
    spread({ topologySpreadConstraints: [...topologySpreadConstraints] });

  it("keeps the skew within bounds", () => {
    const said = (...there: readonly Pod[]) => ask(podTopologySpread, pod(constraint()), clusterOf(nodes, there));
    expect(said()).toEqual({ a1: 0, a2: 0, b1: 0, x: unlabelled });
    expect(said(web("1", "a1"))).toEqual({ a1: skewed, a2: skewed, b1: 0, x: unlabelled });
    expect(said(web("1", "a1"), web("2", "b1"))).toEqual({ a1: 0, a2: 0, b1: 0, x: unlabelled });
  });

  it("counts neither other namespaces nor pods that go", () => {
    const going = {
      ...web("1", "a1"),
      metadata: { ...web("1", "a1").metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    const elsewhere = testPod("2", { nodeName: "a1", namespace: "other", labels: { app: "web" } });
    const cluster = clusterOf(nodes, [going, elsewhere]);
    expect(ask(podTopologySpread, pod(constraint()), cluster)).toMatchObject({ a1: 0, a2: 0 });
  });

  it("takes missing parts for empty until there are enough of them", () => {
    const cluster = clusterOf(nodes, [web("1", "a1"), web("2", "b1")]);
    expect(ask(podTopologySpread, pod(constraint({ minDomains: 3 })), cluster)).toEqual({
      a1: skewed,
      a2: skewed,
      b1: skewed,
      x: unlabelled,
    });
  });

  it("leaves out nodes that the pod cannot go to, as its policies say", () => {
    const cluster = clusterOf(nodes, [web("1", "a1")]);
    const onlyA = { nodeSelector: { [ZONE]: "a" }, topologySpreadConstraints: [constraint()] };
    expect(ask(podTopologySpread, spread(onlyA), cluster)).toMatchObject({ a1: 0, a2: 0 });
    const ignoring = { ...onlyA, topologySpreadConstraints: [constraint({ nodeAffinityPolicy: "Ignore" })] };
    expect(ask(podTopologySpread, spread(ignoring), cluster)).toMatchObject({ a1: skewed, a2: skewed });
  });

  it("prefers parts with few pods", () => {
    const cluster = clusterOf(nodes, [web("1", "a1"), web("2", "a1"), web("3", "a2"), web("4", "b1")]);
    const soft = { whenUnsatisfiable: "ScheduleAnyway" } as const;
    // zone a: 3 ln 4 = 4, zone b: 1 ln 4 = 1.
    expect(ask(podTopologySpread, pod(constraint(soft)), cluster)).toEqual({ a1: 25, a2: 25, b1: 100, x: 0 });
    // by node: 2, 1, 1 and 0 times ln 6, rounded: 4, 2, 2, 0.
    const byNode = pod(constraint({ ...soft, topologyKey: HOST }));
    expect(ask(podTopologySpread, byNode, cluster)).toEqual({ a1: 0, a2: 50, b1: 50, x: 100 });
  });
});

describe("pods that say nothing of spreading", () => {
  const owners: Owners = {
    ...NO_OWNERS,
    services: () => [
      { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" } } },
      { apiVersion: "v1", kind: "Service", metadata: { name: "manual" }, spec: {} },
    ],
    replicaSet: (_, name) => ({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name },
      spec: { selector: { matchLabels: { set: name } } },
    }),
  };
  const nodes = [inZone("a1", "a"), inZone("a2", "a"), inZone("b1", "b"), testNode("x")];
  const at = (name: string, nodeName: string, labels: Readonly<Record<string, string>>): Pod =>
    testPod(name, { nodeName, labels });

  it("are spread with those of their service", () => {
    const cluster = clusterOf(nodes, [
      at("1", "a1", { app: "web" }),
      at("2", "a1", { app: "web" }),
      at("3", "b1", { app: "web" }),
    ]);
    const said = ask(spreadAmong(owners), testPod("p", { labels: { app: "web" } }), cluster);
    // By node 2, 0, 1 and 0 times ln 6, plus 2; by zone 2, 2, 1 times ln 5, plus 4, but nothing for x: 13, 9, 9 and 2.
    expect(said).toEqual({ a1: 15, a2: 46, b1: 46, x: 100 });
  });

  it("are spread with those of their controller", () => {
    const pod = testPod("p", { labels: { set: "s1" } });
    const owned = {
      ...pod,
      metadata: {
        ...pod.metadata,
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "s1", uid: "u", controller: true }],
      },
    };
    const cluster = clusterOf([testNode("n1"), testNode("n2")], [at("1", "n1", { set: "s1" })]);
    expect(ask(spreadAmong(owners), owned, cluster)).toEqual({ n1: 66, n2: 100 });
    expect(ask(spreadAmong(owners), pod, cluster)).toEqual({ n1: 0, n2: 0 });
  });
});

describe("kept tables", () => {
  const KEYS = [ZONE, HOST, "rack"];
  const oneOf = <T>(random: Random, values: readonly T[]): T => values[pick(random, values.length)] as T;
  const randomTerm = (random: Random): PodAffinityTerm => ({
    topologyKey: oneOf(random, KEYS),
    labelSelector: app(oneOf(random, ["a", "b", "c"])),
    ...(pick(random, 4) === 0 ? { namespaces: ["other"] } : {}),
    ...(pick(random, 6) === 0 ? { namespaceSelector: { matchLabels: { team: "blue" } } } : {}),
  });
  const randomPod = (random: Random, name: string): Pod =>
    testPod(name, {
      namespace: oneOf(random, ["default", "default", "other"]),
      labels: { app: oneOf(random, ["a", "b", "c"]) },
      spec: oneOf<() => Partial<PodSpec>>(random, [
        () => ({}),
        () => nearby(randomTerm(random)),
        () => apart(randomTerm(random)),
        () => ({
          topologySpreadConstraints: [
            {
              maxSkew: 1 + pick(random, 2),
              topologyKey: oneOf(random, KEYS),
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: app(oneOf(random, ["a", "b", "c"])),
            },
          ],
        }),
      ])(),
    });
  const randomNode = (random: Random, name: string) =>
    testNode(name, {
      labels: {
        ...(pick(random, 5) > 0 ? { [ZONE]: oneOf(random, ["a", "b", "c"]) } : {}),
        ...(pick(random, 3) > 0 ? { rack: oneOf(random, ["1", "2"]) } : {}),
      },
    });

  const verdict = (plugin: SchedulerPlugin, pod: Pod, cluster: Cluster): ((node: NodeInfo) => string | undefined) => {
    const prepared = plugin.prepare?.(podInfoOf(pod), cluster);
    if (isRejection(prepared)) return () => prepared.reasons.join();
    return (node) => prepared?.filter?.(node)?.reasons.join();
  };

  it.each(Array.from({ length: 20 }, (_, seed) => seed))("say what counting anew says, seed %i", (seed) => {
    const random = seededRandom(seed);
    const cluster = clusterOf(Array.from({ length: 8 }, (_, i) => randomNode(random, `n${i}`)));
    cluster.setNamespace("other", { team: "blue" });
    cluster.setNamespace("default", {});
    const placed = new Map<string, Pod>();
    for (let step = 0; step < 120; step++) {
      const dice = pick(random, 10);
      const name = `n${pick(random, 10)}`;
      if (dice === 0) cluster.setNode(randomNode(random, name));
      else if (dice === 1) cluster.removeNode(name);
      else if (dice <= 3 && placed.size > 0) {
        const uid = oneOf(random, [...placed.keys()]);
        placed.delete(uid);
        cluster.removePod(uid);
      } else {
        const pod = randomPod(random, `p${step}`);
        const at = { ...pod, spec: { ...pod.spec, nodeName: name } };
        placed.set(pod.metadata.uid ?? "", at);
        cluster.setPod(podInfoOf(at), name);
      }
      const asked = randomPod(random, "asked");
      for (const plugin of [interPodAffinity, podTopologySpread]) {
        const kept = verdict(plugin, asked, cluster);
        for (const node of cluster.nodes) {
          if (node === undefined) continue;
          const where = `seed ${seed}, step ${step}, ${plugin.name}, ${node.name}`;
          const expected =
            plugin === interPodAffinity
              ? affinityByCounting(asked, node, cluster)
              : spreadByCounting(asked, node, cluster);
          expect(kept(node), where).toBe(expected);
        }
      }
    }
  });

  it.each(Array.from({ length: 10 }, (_, seed) => seed))(
    "say what would be if a node had other pods, seed %i",
    (seed) => {
      const random = seededRandom(100 + seed);
      const nodes = Array.from({ length: 5 }, (_, i) => randomNode(random, `n${i}`));
      const pods = Array.from({ length: 15 }, (_, i) => {
        const pod = randomPod(random, `p${i}`);
        return { ...pod, spec: { ...pod.spec, nodeName: `n${pick(random, 5)}` } };
      });
      const cluster = clusterOf(nodes, pods);
      for (const node of cluster.nodes) {
        if (node === undefined) continue;
        const left = [...node.pods.values()].filter(() => pick(random, 2) === 0);
        const tried = nodeWithPods(node, left);
        const gone = new Set([...node.pods.keys()].filter((uid) => !left.some((info) => info.uid === uid)));
        const really = clusterOf(
          nodes,
          pods.filter((pod) => !gone.has(pod.metadata.uid ?? "")),
        );
        for (let i = 0; i < 10; i++) {
          const asked = randomPod(random, "asked");
          // Whether a pod may be the first of its group is told by all pods that are there, those to be removed included.
          if (asked.spec.affinity?.podAffinity !== undefined) continue;
          for (const plugin of [interPodAffinity, podTopologySpread]) {
            const same = really.node(node.name);
            expect(verdict(plugin, asked, cluster)(tried), `${plugin.name} on ${node.name}`).toBe(
              same === undefined ? undefined : verdict(plugin, asked, really)(same),
            );
          }
        }
      }
    },
  );
});

function eachPod(cluster: Cluster, visit: (pod: Pod, node: NodeInfo) => void): void {
  for (const node of cluster.nodes)
    for (const { pod } of node?.pods.values() ?? []) if (node !== undefined) visit(pod, node);
}

function meansPod(term: PodAffinityTerm, owner: Pod, pod: Pod): boolean {
  const names = term.namespaces ?? (term.namespaceSelector === undefined ? [owner.metadata.namespace ?? ""] : []);
  const blue = term.namespaceSelector !== undefined && pod.metadata.namespace === "other";
  const inNamespace = names.includes(pod.metadata.namespace ?? "") || blue;
  return inNamespace && term.labelSelector?.matchLabels?.["app"] === pod.metadata.labels?.["app"];
}

function together(key: string, a: NodeInfo, b: NodeInfo): boolean {
  const value = a.node.metadata.labels?.[key];
  return value !== undefined && value === b.node.metadata.labels?.[key];
}

/** By the rules as they are written, for pods with at most one required term. */
function affinityByCounting(asked: Pod, node: NodeInfo, cluster: Cluster): string | undefined {
  const labels = node.node.metadata.labels ?? {};
  const [near] = asked.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (near !== undefined) {
    let here = 0;
    let anywhere = 0;
    eachPod(cluster, (pod, at) => {
      if (!meansPod(near, asked, pod) || at.node.metadata.labels?.[near.topologyKey] === undefined) return;
      anywhere++;
      if (together(near.topologyKey, node, at)) here++;
    });
    const first = anywhere === 0 && meansPod(near, asked, asked);
    if (labels[near.topologyKey] === undefined || (here === 0 && !first))
      return "node(s) didn't match pod affinity rules";
  }
  const [away] = asked.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  let met = false;
  let disturbed = false;
  eachPod(cluster, (pod, at) => {
    if (away !== undefined && meansPod(away, asked, pod) && together(away.topologyKey, node, at)) met = true;
    for (const term of pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      if (meansPod(term, pod, asked) && together(term.topologyKey, node, at)) disturbed = true;
    }
  });
  if (met) return "node(s) didn't match pod anti-affinity rules";
  return disturbed ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
}

function spreadByCounting(asked: Pod, node: NodeInfo, cluster: Cluster): string | undefined {
  for (const { topologyKey, maxSkew, labelSelector } of asked.spec.topologySpreadConstraints ?? []) {
    const value = node.node.metadata.labels?.[topologyKey];
    if (value === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
    const counts = new Map<string, number>();
    for (const one of cluster.nodes) {
      const part = one?.node.metadata.labels?.[topologyKey];
      if (part !== undefined) counts.set(part, 0);
    }
    const means = (pod: Pod): boolean =>
      pod.metadata.namespace === asked.metadata.namespace &&
      pod.metadata.labels?.["app"] === labelSelector?.matchLabels?.["app"];
    eachPod(cluster, (pod, at) => {
      const part = at.node.metadata.labels?.[topologyKey];
      if (part !== undefined && means(pod)) counts.set(part, (counts.get(part) ?? 0) + 1);
    });
    const skew = (counts.get(value) ?? 0) + (means(asked) ? 1 : 0) - Math.min(...counts.values());
    if (skew > maxSkew) return "node(s) didn't match pod topology spread constraints";
  }
  return undefined;
}
