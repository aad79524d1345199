// What is done next for the pods of a stateful set, from what is there. Letters stand for pods, by number: o, n are ready and of the old
// or new revision, O, N not ready, t being deleted, x failed, - missing.
import type { StatefulSet } from "@skates/api/apps/v1";
import type { PersistentVolumeClaim, Pod } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { formatTime } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { newStatefulPod } from "./identity.ts";
import { slotsOf } from "./slots.ts";
import { stepsOf } from "./steps.ts";

const nowMs = Date.UTC(2026, 0, 1);
const template = { metadata: { name: "", labels: { app: "a" } }, spec: { containers: [{ name: "c" }] } };
type Spec = Partial<StatefulSet["spec"]>;
const setOf = (spec: Spec): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "s", namespace: "n", uid: "s" },
  spec: { replicas: 4, serviceName: "s", selector: { matchLabels: { app: "a" } }, template, ...spec },
});

function podOf(set: StatefulSet, ordinal: number, letter: string): readonly Pod[] {
  if (letter === "-") return [];
  const revision = letter.toLowerCase() === "n" ? "new" : "old";
  const pod = newStatefulPod(set, template, { ordinal, revision });
  const ready = letter === letter.toLowerCase() && letter !== "x";
  const status: Pod["status"] = {
    phase: letter === "x" ? "Failed" : "Running",
    conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: formatTime(nowMs - 60_000) }],
  };
  const deletionTimestamp = letter === "t" ? formatTime(nowMs) : undefined;
  return [{ ...pod, metadata: { ...pod.metadata, uid: `u${ordinal}`, deletionTimestamp }, status }];
}

function stepsFor(letters: string, spec: Spec, first = 0): string {
  const set = setOf(spec);
  const all = Array.from(letters).flatMap((letter, i) => podOf(set, first + i, letter));
  const versions = { current: { name: "old", template }, update: { name: "new", template } };
  const claims = createLister<PersistentVolumeClaim>([]);
  const steps = stepsOf({ ...slotsOf(set, all, versions), set, claims, updateRevision: "new", nowMs });
  return steps.pods
    .map((action) => {
      if (action.do === "create") return `+${action.object.metadata.name}`;
      return action.do === "delete" ? `-${action.key.name}` : action.do;
    })
    .join(" ");
}

const parallel: Spec = { podManagementPolicy: "Parallel" };
const rolling = (rollingUpdate: NonNullable<NonNullable<Spec["updateStrategy"]>["rollingUpdate"]>): Spec => ({
  updateStrategy: { type: "RollingUpdate", rollingUpdate },
});
const onDelete: Spec = { updateStrategy: { type: "OnDelete" } };

test.each<[string, string, Spec, string]>([
  ["the first that is missing comes", "nn--", {}, "+s-2"],
  ["the next waits for one that is not ready", "nN--", {}, ""],
  ["and for one that is going", "nt--", {}, ""],
  ["in parallel all come", "nN--", parallel, "+s-2 +s-3"],
  ["one that failed is made anew, and the others wait", "xn--", {}, "-s-0"],
  ["in parallel they do not", "xn--", parallel, "-s-0 +s-2 +s-3"],
  ["those that are too many go from the last", "nnnnnn", {}, "-s-5"],
  ["the next waits until it is gone", "nnnnnt", {}, ""],
  ["the first that does not work may go", "nnnnnN", {}, "-s-5"],
  ["the last waits for one before it that does not work", "nnnnNN", {}, ""],
  ["in parallel they all go", "nnnnNn", parallel, "-s-5 -s-4"],
  ["fewer come before an update", "ooooo", {}, "-s-4"],
  ["an update begins at the end", "oooo", {}, "-s-3"],
  ["and goes on when the new one works", "ooon", {}, "-s-2"],
  ["but not before", "oooN", {}, ""],
  ["in parallel an old one that does not work is replaced at once", "oooO", parallel, "-s-3"],
  ["down to the partition", "oonn", rolling({ partition: 2 }), ""],
  ["above it", "ooon", rolling({ partition: 2 }), "-s-2"],
  ["OnDelete leaves it to people", "oooo", onDelete, ""],
  ["as many as may be missing are replaced at a time", "oooo", rolling({ maxUnavailable: 2 }), "-s-3 -s-2"],
  ["as a share, rounded down", "oooo", rolling({ maxUnavailable: "70%" }), "-s-3 -s-2"],
  ["which is one at least", "oooo", rolling({ maxUnavailable: "10%" }), "-s-3"],
  ["new ones that do not work count", "oooN", { ...parallel, ...rolling({ maxUnavailable: 2 }) }, "-s-2"],
  ["all that may be missing are", "ooNt", { ...parallel, ...rolling({ maxUnavailable: 2 }) }, ""],
  ["old ones that do not work go in any case", "OONN", { ...parallel, ...rolling({ maxUnavailable: 2 }) }, "-s-1 -s-0"],
  ["the partition holds there too", "oooo", rolling({ maxUnavailable: 3, partition: 3 }), "-s-3"],
])("%s", (_what, letters, spec, expected) => {
  expect(stepsFor(letters, spec)).toBe(expected);
});

test("numbers may begin elsewhere: what lies before them goes, in order, once all others work", () => {
  const spec: Spec = { replicas: 2, ordinals: { start: 2 } };
  expect([stepsFor("nn", spec), stepsFor("nnnn", spec), stepsFor("nnn", spec)]).toEqual(["+s-2", "-s-1", "+s-3"]);
});

test("a pod counts once it has been ready for long enough", () => {
  expect([stepsFor("n---", { minReadySeconds: 61 }), stepsFor("n---", { minReadySeconds: 60 })]).toEqual(["", "+s-1"]);
});
