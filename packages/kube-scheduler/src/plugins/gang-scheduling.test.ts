// GangScheduling: who may be tried, who waits for the others, and what becomes of them when one loses its node.
import type { PodGroup } from "@skates/api/scheduling/v1alpha2";
import { clientFor } from "@skates/client";
import { createEnv, seededRandom, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { WaitingPods } from "../framework/waiting-pods.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { gangScheduling } from "./gang-scheduling.ts";

const member = (name: string, podGroupName = "gang") =>
  podInfoOf(testPod(name, { spec: { schedulingGroup: { podGroupName } } }));
const group: PodGroup = {
  apiVersion: "scheduling.k8s.io/v1alpha2",
  kind: "PodGroup",
  metadata: { name: "gang", namespace: "default" },
  spec: { schedulingPolicy: { gang: { minCount: 2 } } },
};

/** The plugin with these members of the gang, of which those have nodes. */
function plugin(members: readonly string[], placed: ReadonlySet<string>) {
  const clock = virtualClock();
  const waiting = new WaitingPods(clock);
  const woken: string[] = [];
  const uid = (name: string): string => `pod-default-${name}`;
  const gang = gangScheduling({
    groups: {
      group: (_, name) => (name === "gang" ? group : undefined),
      members: () => new Set(members.map(uid)),
      hasNode: (one) => [...placed].map(uid).includes(one),
    },
    waiting,
    wake: (one) => void woken.push(one),
    client: clientFor(() => Promise.reject(new Error("not asked")), { userAgent: "test", clock }),
    env: createEnv({ clock, random: seededRandom(1) }),
  });
  return { gang, waiting, woken };
}
const [node] = clusterOf([testNode("n1")]).nodes;
const chosen = (name: string) => {
  if (node === undefined) throw new Error("no node");
  return { pod: member(name), node };
};

it.each<[string, readonly string[], string, readonly string[] | undefined]>([
  ["may be tried when there are enough", ["a", "b"], "gang", undefined],
  ["may be tried without a group", [], "", undefined],
  ["waits for the rest", ["a"], "gang", ["waiting for minCount pods from a gang to appear in scheduling queue"]],
  [
    "waits for its group",
    ["a", "b"],
    "unknown",
    ['waiting for pods\'s pod group "unknown" to appear in scheduling queue'],
  ],
])("a pod %s", (_, members, name, reasons) => {
  expect(plugin(members, new Set()).gang.preEnqueue?.(member("a", name))?.reasons).toEqual(reasons);
});

it("holds back the first pods, and lets all go with the last", async () => {
  const placed = new Set(["a"]);
  const { gang, waiting, woken } = plugin(["a", "b"], placed);
  expect([gang.permit?.(chosen("a")), woken]).toEqual([{ kind: "wait", timeoutMs: 300_000 }, ["pod-default-b"]]);
  const held = waiting.hold(chosen("a"), [{ plugin: gang, timeoutMs: 300_000 }]);
  placed.add("b");
  expect(gang.permit?.(chosen("b"))).toBe(undefined);
  expect(await held.wait(new AbortController().signal)).toEqual({ kind: "allowed" });
});

it("has the others give up their nodes when too few are left", async () => {
  const { gang, waiting } = plugin(["a", "b"], new Set(["a", "b"]));
  const held = waiting.hold(chosen("b"), [{ plugin: gang, timeoutMs: 300_000 }]);
  gang.unreserve?.(chosen("a"));
  const outcome = await held.wait(new AbortController().signal);
  expect(outcome).toMatchObject({ kind: "rejected", rejection: { reasons: ["a pod of the gang lost its node"] } });
});
