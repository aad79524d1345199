// Plans of replica sets from the pods that are there. Letters stand for pods: r ready, u not ready, j ready just now, t being deleted, d
// ended and being deleted, s succeeded, f failed, m ready without matching, l matching without an owner, x matching with another owner.
import type { ReplicaSet } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import { formatTime, isRecord, StatusError } from "@skates/apimachinery";
import { type ActionFailure, createLister, OWNER_INDEXES, type Plan } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import { planReplicaSet } from "./plan.ts";

const nowMs = Date.UTC(2026, 0, 1);
const key = { namespace: "n", name: "s" };
const setOf = (spec: Partial<ReplicaSet["spec"]>, status?: ReplicaSet["status"]): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { ...key, uid: "s", generation: 2 },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "a" } },
    template: { metadata: { name: "", labels: { app: "a" } }, spec: { containers: [{ name: "c" }] } },
    ...spec,
  },
  status,
});

function podOf(letter: string, i: number): Pod {
  const owner = letter === "l" ? undefined : letter === "x" ? "other" : "s";
  const phase = letter === "s" || letter === "d" ? "Succeeded" : letter === "f" ? "Failed" : "Running";
  const sinceMs = nowMs - (letter === "j" ? 5000 : 60_000);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "n",
      name: `${letter}${i}`,
      uid: `${letter}${i}`,
      labels: { app: letter === "m" ? "b" : "a" },
      creationTimestamp: formatTime(nowMs - 60_000),
      deletionTimestamp: letter === "t" || letter === "d" ? formatTime(nowMs) : undefined,
      ownerReferences:
        owner === undefined
          ? undefined
          : [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: owner, controller: true }],
    },
    spec: { nodeName: `node${i}`, containers: [{ name: "c" }] },
    status: {
      phase,
      conditions: [
        { type: "Ready", status: "rjmlx".includes(letter) ? "True" : "False", lastTransitionTime: formatTime(sinceMs) },
      ],
    },
  };
}

function planOf(letters: string, set: ReplicaSet, failures: readonly ActionFailure[] = []): Plan {
  const all = Array.from(letters.replaceAll("-", ""), podOf);
  const view = { replicaSets: createLister([set], OWNER_INDEXES), pods: createLister(all, OWNER_INDEXES) };
  return planReplicaSet(view, key, nowMs, failures);
}

function shown({ stages }: Plan): string {
  const words = stages.flat().map((action) => {
    if (action.do === "event") return action.reason;
    if (action.do === "create") return "+";
    if (action.do === "delete") return `-${action.key.name}`;
    return action.do === "patch" ? `patch ${action.key.name}` : "status";
  });
  return words.join(" ");
}

function statusIn({ stages }: Plan): unknown {
  const write = stages.flat().find((action) => action.do === "updateStatus");
  return write?.do === "updateStatus" && "status" in write.object && isRecord(write.object.status)
    ? write.object.status
    : undefined;
}

test.each<[string, string, Partial<ReplicaSet["spec"]>, string]>([
  ["those that are missing are made", "-", {}, "+ + status"],
  ["those that go, have ended or failed count as missing", "tsf", {}, "+ + status"],
  ["those that are too many go, the ones that do not work first", "rur", {}, "-u1 status"],
  ["all go", "ru", { replicas: 0 }, "-r0 -u1 status"],
  ["one that nobody owns is taken, and counts", "rl", {}, "patch l1 status"],
  ["also if it is then too many", "rrl", {}, "patch l2 -r0 status"],
  ["one of another owner is none of ours", "rrx", {}, "status"],
  ["one that no longer matches is let go and replaced", "rm", {}, "patch m1 + status"],
])("%s", (_what, letters, spec, expected) => {
  expect(shown(planOf(letters, setOf(spec)))).toBe(expected);
});

test.each<[string, string, Partial<ReplicaSet["spec"]>, object]>([
  ["nothing", "-", { replicas: 0 }, { replicas: 0, terminatingReplicas: 0 }],
  [
    "those that are there, ready, and for how long",
    "ruj",
    { replicas: 3, minReadySeconds: 10 },
    { replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2, availableReplicas: 1, terminatingReplicas: 0 },
  ],
  [
    "those that go, unless they have ended",
    "rttd",
    { replicas: 1 },
    { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1, terminatingReplicas: 2 },
  ],
])("the status counts %s", (_what, letters, spec, expected) => {
  const plan = planOf(letters, setOf(spec));
  expect(JSON.parse(JSON.stringify(statusIn(plan)))).toEqual({ observedGeneration: 2, ...expected });
});

test("it is looked at again when the next pod has been ready for long enough", () => {
  expect(planOf("rj", setOf({ minReadySeconds: 10 })).requeueAfterMs).toBe(5000);
});

test("a failure is told in an event and a condition before it is tried again, and taken back once it is over", () => {
  const create = planOf("r", setOf({}))
    .stages.flat()
    .find((action) => action.do === "create");
  if (create === undefined) throw new Error("nothing is made");
  const failed = planOf("r", setOf({}), [{ action: create, error: new StatusError("Forbidden", "exceeded quota") }]);
  expect(shown(failed)).toBe("FailedCreate status +");
  const condition = {
    type: "ReplicaFailure",
    status: "True",
    reason: "FailedCreate",
    message: "exceeded quota",
    lastTransitionTime: formatTime(nowMs),
  };
  expect(statusIn(failed)).toMatchObject({ conditions: [condition] });
  const after = planOf("rr", setOf({}, { replicas: 1, conditions: [condition] }));
  expect(statusIn(after)).toMatchObject({ replicas: 2, conditions: undefined });
});

test("nothing is done for a set that is gone, and only its status kept for one that goes", () => {
  const view = { replicaSets: createLister<ReplicaSet>([], OWNER_INDEXES), pods: createLister<Pod>([], OWNER_INDEXES) };
  expect(planReplicaSet(view, key, nowMs, [])).toEqual({ stages: [] });
  const set = setOf({});
  const going = { ...set, metadata: { ...set.metadata, deletionTimestamp: formatTime(nowMs) } };
  expect(shown(planOf("rl", going))).toBe("status");
});
