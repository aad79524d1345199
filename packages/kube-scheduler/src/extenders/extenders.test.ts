// Extenders: what becomes of the pod when one that binds answers, refuses or fails, ignorable or not; what is left of the nodes that could
// be cleared when extenders have a say; and what they say for explanations.
import type { Extender } from "@skates/api/kubescheduler/v1";
import { createEnv, seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { candidateOf } from "../preemption/candidate.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { withOpinions } from "../explain/with-extenders.ts";
import { Extenders } from "./extenders.ts";

const [node] = clusterOf([testNode("n1")]).nodes;
const random = seededRandom(1);

/** The outcome of a binding with this answer; undefined: it is left to the plugins. */
async function bind(answer: () => unknown, change: Partial<Extender> = {}) {
  if (node === undefined) throw new Error("no node");
  const extender: Extender = { urlPrefix: "http://127.0.0.1:1", bindVerb: "bind", ...change };
  const transport = async (): Promise<unknown> => answer();
  const env = createEnv({ clock: virtualClock(), random });
  const extenders = new Extenders({ env, extenders: [extender], transport, random });
  const outcome = await extenders.bind({ pod: podInfoOf(testPod("p")), node }, new AbortController().signal);
  return outcome?.kind === "failed" ? outcome.error.message : outcome?.kind;
}
const down = (): never => {
  throw new Error("connection refused");
};

it.each<[string, () => unknown, Partial<Extender>, string | undefined]>([
  ["binds", () => ({}), {}, "bound"],
  ["refuses", () => ({ error: "taken" }), {}, "taken"],
  ["fails", down, {}, "connection refused"],
  ["does not manage what the pod asks for", down, { managedResources: [{ name: "example.com/gpu" }] }, undefined],
  ["is ignorable and binds", () => ({}), { ignorable: true }, "bound"],
  ["is ignorable and refuses", () => ({ error: "taken" }), { ignorable: true }, undefined],
  ["is ignorable and fails", down, { ignorable: true }, undefined],
])("an extender that %s", async (_, answer, change, outcome) => {
  expect(await bind(answer, change)).toBe(outcome);
});

describe("nodes that could be cleared", () => {
  const on = (nodeName: string, name: string, priority: number) => testPod(name, { nodeName, priority });
  const cluster = clusterOf(
    [testNode("n1"), testNode("n2")],
    [on("n1", "a", 1), on("n1", "b", 2), on("n2", "c", 1), on("n1", "important", 9)],
  );
  const candidates = cluster.nodes.flatMap((one) => {
    const victims = [...(one?.pods.values() ?? [])].filter(({ priority }) => priority < 5);
    return one === undefined ? [] : [candidateOf(one, victims, 0)];
  });
  const victims = (...names: readonly string[]) => ({ pods: names.map((name) => ({ uid: `pod-default-${name}` })) });

  /** `n1: a, b`, or the error, with what was asked. */
  async function agreed(answers: readonly (() => unknown)[], change: Partial<Extender> = {}) {
    const asked: unknown[] = [];
    const extenders = answers.map((_, i) => ({
      urlPrefix: `http://${i}`,
      preemptVerb: "preempt",
      nodeCacheCapable: true,
      ...change,
    }));
    const transport = async ({ urlPrefix = "" }: Extender, { body }: { readonly body: unknown }): Promise<unknown> => {
      asked.push(body);
      return answers[Number(urlPrefix.slice(-1))]?.();
    };
    const env = createEnv({ clock: virtualClock(), random });
    const pod = podInfoOf(testPod("p", { priority: 5 }));
    const all = new Extenders({ env, extenders, transport, random });
    try {
      const left = await all.agreedCandidates(candidates, pod, new AbortController().signal);
      const texts = left.map(
        ({ node: { name }, victims: who }) =>
          `${name}: ${who.map(({ pod: { metadata } }) => metadata.name).join(", ")}`,
      );
      return { asked, left: texts };
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  }

  it("are all offered to each extender, as the one before has left them", async () => {
    const first = () => ({ nodeNameToMetaVictims: { n1: victims("a", "b"), n2: victims("c") } });
    const second = () => ({ nodeNameToMetaVictims: { n1: victims("b") } });
    const third = () => ({ nodeNameToMetaVictims: { n1: victims("b") } });
    const said = await agreed([first, second, third]);
    expect(said).toMatchObject({
      left: ["n1: b"],
      asked: [
        { nodeNameToMetaVictims: { n1: { pods: expect.any(Array), numPDBViolations: 0 }, n2: victims("c") } },
        { nodeNameToMetaVictims: { n1: { pods: expect.any(Array) }, n2: victims("c") } },
        { nodeNameToMetaVictims: { n1: victims("b") } },
      ],
    });
  });

  it.each<[string, () => unknown, Partial<Extender>, unknown]>([
    ["are none where the extender refuses all", () => ({ nodeNameToMetaVictims: {} }), {}, { left: [] }],
    ["are as they were where an ignorable one fails", down, { ignorable: true }, { left: ["n1: a, b", "n2: c"] }],
    ["are an error where another fails", down, {}, "connection refused"],
    [
      "are an error where it names a pod that is no less important",
      () => ({ nodeNameToMetaVictims: { n1: victims("important") } }),
      {},
      "extender: http://0 claims to preempt pod (UID: pod-default-important) on node: n1, but the pod is no less important",
    ],
    [
      "are an error where it names a pod that is not there",
      () => ({ nodeNameToMetaVictims: { n2: victims("a") } }),
      {},
      "extender: http://0 claims to preempt pod (UID: pod-default-a) on node: n2, but the pod is not found on that node",
    ],
    [
      "are an error where it names a node that it was not asked about",
      () => ({ nodeNameToMetaVictims: { n9: victims() } }),
      {},
      "extender http://0 claims to preempt on node n9, which it was not asked about",
    ],
  ])("%s", async (_, answer, change, said) => {
    const result = await agreed([answer], change);
    if (typeof said === "string") expect(result).toBe(said);
    else expect(result).toMatchObject(said as object);
  });
});

it("tells for explanations whom each extender rules out, what it adds, and how it fails", async () => {
  const answers: Readonly<Record<string, () => unknown>> = {
    "http://a/filter": () => ({ nodenames: ["n1"], failedNodes: { n2: "too far away" } }),
    "http://b/prioritize": () => [{ host: "n1", score: 5 }],
    "http://c/filter": down,
  };
  const transport = async ({ urlPrefix = "" }: Extender, { verb }: { readonly verb: string }): Promise<unknown> =>
    answers[`${urlPrefix}/${verb}`]?.();
  const env = createEnv({ clock: virtualClock(), random });
  const extenders: readonly Extender[] = [
    { urlPrefix: "http://a", filterVerb: "filter", nodeCacheCapable: true },
    { urlPrefix: "http://b", prioritizeVerb: "prioritize", weight: 2, nodeCacheCapable: true },
    { urlPrefix: "http://c", filterVerb: "filter" },
    { urlPrefix: "http://other", filterVerb: "filter", managedResources: [{ name: "example.com/gpu" }] },
  ];
  const nodes = clusterOf([testNode("n1"), testNode("n2")]).nodes.filter((one) => one !== undefined);
  const asking = new Extenders({ env, extenders, transport, random });
  const opinions = await asking.opinions(podInfoOf(testPod("p")), nodes, new AbortController().signal);
  const row = (name: string) => ({ node: name, total: 100, scores: { NodeAffinity: 100 } });
  const before = { nodeCount: 2, outright: [], ruledOut: [], feasible: [row("n1"), row("n2")], change: undefined };
  expect(withOpinions(before, opinions)).toEqual({
    nodeCount: 2,
    outright: [{ plugin: "extender http://c", reasons: ["connection refused"] }],
    ruledOut: [{ plugin: "extender http://a", nodes: new Map([["too far away", ["n2"]]]) }],
    feasible: [],
    change: undefined,
  });
  expect(withOpinions(before, opinions.slice(0, 2)).feasible).toEqual([
    { node: "n1", total: 200, scores: { NodeAffinity: 100, "extender http://b": 100 } },
  ]);
});
