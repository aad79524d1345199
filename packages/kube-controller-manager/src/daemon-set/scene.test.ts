// What is done next for the pods of a daemon set, from what is on each node. Nodes are parted by spaces; letters stand for pods: o, n are
// available and of the old or new revision, O, N not ready, t being deleted, x failed, s succeeded, - none; `!` before them: the node is
// not meant for new pods, `?`: not for any.
import type { DaemonSet } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { expect, test } from "vitest";
import type { Change, NodeScene, Scene } from "./change.ts";
import { newDaemonPod } from "./daemon-pod.ts";
import { manage } from "./manage.ts";
import { rollingUpdate } from "./rolling-update.ts";
import { daemonSetStatus } from "./status.ts";

const nowMs = Date.UTC(2026, 0, 1);
type Bounds = NonNullable<NonNullable<DaemonSet["spec"]["updateStrategy"]>["rollingUpdate"]>;

function sceneOf(text: string, bounds: Bounds = {}): Scene {
  const template = { metadata: { name: "", labels: { app: "a" } }, spec: { containers: [{ name: "c" }] } };
  const updateStrategy = { type: "RollingUpdate" as const, rollingUpdate: bounds };
  const set: DaemonSet = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "d", namespace: "n", uid: "d", generation: 3 },
    spec: { selector: { matchLabels: { app: "a" } }, template, updateStrategy },
  };
  const nodes = text.split(" ").map((letters, i): NodeScene => {
    const pods = Array.from(letters.replace(/[!?-]/g, ""), (letter) => podOf(set, `node${i + 1}`, letter));
    return { name: `node${i + 1}`, runs: !/^[!?]/.test(letters), stays: !letters.startsWith("?"), pods };
  });
  return { set, hash: "new", nodes, stranded: [], nowMs, replaceableAtMs: () => 0 };
}

function podOf(set: DaemonSet, node: string, letter: string): Pod {
  const pod = newDaemonPod(set, node, letter.toLowerCase() === "n" ? "new" : "old");
  const phase = letter === "x" ? "Failed" : letter === "s" ? "Succeeded" : "Running";
  const ready = letter === "o" || letter === "n";
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${letter}-${node}`,
      uid: `${letter}-${node}`,
      deletionTimestamp: letter === "t" ? formatTime(nowMs) : undefined,
    },
    spec: { ...pod.spec, nodeName: node },
    status: { phase, conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const shown = ({ create, delete: doomed }: Change): string =>
  [...create.map((node) => `+${node}`), ...doomed.map((pod) => `-${pod.metadata.name}`)].join(" ");

test.each<[string, string, Bounds, string]>([
  ["each node gets one", "- n -", {}, "+node1 +node3"],
  ["a node that is not meant for pods gets none, and may keep its own", "!- !n", {}, ""],
  ["one that may have none loses its own", "?n n", {}, "-n-node1"],
  ["of several the oldest stays", "nn n", {}, "-n-node1"],
  ["one that goes is waited for", "t n", {}, ""],
  ["one that has ended is replaced", "x s n", {}, "-x-node1 -s-node2"],
  ["with surge an old and a new one stand side by side while the new one does not work", "oN n", { maxSurge: 1 }, ""],
  ["the old one goes when it does", "on n", { maxSurge: 1 }, "-o-node1"],
  ["or when it does not work itself", "ON n", { maxSurge: 1 }, "-O-node1"],
])("pods on nodes: %s", (_what, nodes, bounds, expected) => {
  expect(shown(manage(sceneOf(nodes, bounds)))).toBe(expected);
});

test.each<[string, string, Bounds, string]>([
  ["one at a time", "o o o", {}, "-o-node1"],
  ["the next only when the new one works", "N o o", {}, ""],
  ["then it does", "n o o", {}, "-o-node2"],
  ["a node without its pod counts as missing", "- o o", {}, ""],
  ["as many as may be missing", "o o o o", { maxUnavailable: 2 }, "-o-node1 -o-node2"],
  ["as a share, rounded up", "o o o", { maxUnavailable: "34%" }, "-o-node1 -o-node2"],
  ["old ones that do not work go in any case", "O o N", {}, "-O-node1"],
  ["with surge the new one comes first", "o o o", { maxSurge: 1, maxUnavailable: 0 }, "+node1"],
  ["one at a time there too", "oN o o", { maxSurge: 1, maxUnavailable: 0 }, ""],
  ["and the old one goes when the new one works", "on o o", { maxSurge: 1, maxUnavailable: 0 }, "+node2 -o-node1"],
  ["an old one that does not work gets its successor at once", "oN O o", { maxSurge: 1, maxUnavailable: 0 }, "+node2"],
  ["as many as may be too many", "o o o o", { maxSurge: "50%", maxUnavailable: 0 }, "+node1 +node2"],
  ["all are new", "n n n", {}, ""],
])("an update: %s", (_what, nodes, bounds, expected) => {
  expect(shown(rollingUpdate(sceneOf(nodes, bounds)))).toBe(expected);
});

test("the status counts nodes", () => {
  expect(daemonSetStatus(sceneOf("n o N - !n ?o")).status).toEqual({
    observedGeneration: 3,
    desiredNumberScheduled: 4,
    currentNumberScheduled: 3,
    numberMisscheduled: 2,
    numberReady: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberUnavailable: 2,
    collisionCount: undefined,
    conditions: undefined,
  });
});
