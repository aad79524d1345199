// Plans of deployments from what is there: scaling in the middle of a rollout, what goes first, names that are taken, sets that cannot
// be made. Views in, plans out.
import { alreadyExists, formatTime, isRecord, StatusError } from "@skates/apimachinery";
import { type Deployment, type DeploymentStatus, type ReplicaSet, replicaSets } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import { type Action, type ActionFailure, createLister, type Plan, OWNER_INDEXES } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import { newSetName } from "./new-set.ts";
import { planDeployment } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const key = { namespace: "n", name: "d" };

function deployment(spec: Partial<Deployment["spec"]>, status: DeploymentStatus = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...key, uid: "d", generation: 2 },
    spec: {
      replicas: 10,
      selector: { matchLabels: { a: "b" } },
      template: template("new"),
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      ...spec,
    },
    status,
  };
}
const template = (image: string) => ({
  metadata: { name: "", labels: { a: "b" } },
  spec: { containers: [{ name: "c", image }] },
});

interface Size {
  readonly replicas: number;
  readonly available?: number;
  readonly desired?: number;
  readonly max?: number;
  readonly owner?: string;
}
function set(image: string, { replicas, available = replicas, desired = 10, max = 13, owner = "d" }: Size): ReplicaSet {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      namespace: "n",
      name: `d-${image}`,
      uid: `d-${image}`,
      generation: 1,
      creationTimestamp: formatTime(nowMs - (image === "new" ? 1000 : 100_000)),
      labels: { a: "b" },
      annotations: {
        "deployment.kubernetes.io/revision": image === "new" ? "2" : "1",
        "deployment.kubernetes.io/desired-replicas": String(desired),
        "deployment.kubernetes.io/max-replicas": String(max),
      },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: owner, uid: owner, controller: true }],
    },
    spec: { replicas, selector: { matchLabels: { a: "b" } }, template: template(image) },
    status: {
      replicas,
      availableReplicas: available,
      readyReplicas: available,
      terminatingReplicas: 0,
      observedGeneration: 1,
    },
  };
}
function planOf(subject: Deployment, sets: readonly ReplicaSet[], failures: readonly ActionFailure[] = []): Plan {
  const view = {
    deployments: createLister([subject]),
    replicaSets: createLister(sets, OWNER_INDEXES),
    pods: createLister<Pod>([], OWNER_INDEXES),
  };
  return planDeployment(view, key, nowMs, failures);
}
/** `update d-new 5`, `delete d-old`, `updateStatus d`. */
function shown(plan: Plan): readonly string[] {
  return plan.stages.flat().map((action: Action) => {
    if (action.do === "event") return `event ${action.reason}`;
    if (action.do === "delete" || action.do === "patch") return `${action.do} ${action.key.name}`;
    const spec = "spec" in action.object && isRecord(action.object.spec) ? action.object.spec : {};
    const size = action.do === "updateStatus" ? "" : ` ${String(spec["replicas"])}`;
    return `${action.do} ${action.object.metadata.name}${size}`;
  });
}
function conditionsIn(plan: Plan): unknown {
  for (const action of plan.stages.flat()) {
    if (action.do === "updateStatus" && "status" in action.object && isRecord(action.object.status)) {
      return action.object.status["conditions"];
    }
  }
  return undefined;
}

test("a rollout that is scaled up grows all its sets in proportion", () => {
  const plan = planOf(deployment({ replicas: 15 }), [
    set("old", { replicas: 8 }),
    set("new", { replicas: 5, available: 2 }),
  ]);
  expect(shown(plan)).toEqual(["update d-old 11", "update d-new 7", "updateStatus d"]);
});

test("a rollout that is scaled down shrinks all its sets in proportion", () => {
  const plan = planOf(deployment({ replicas: 5 }), [set("old", { replicas: 8 }), set("new", { replicas: 5 })]);
  expect(shown(plan)).toEqual(["update d-old 5", "update d-new 3", "updateStatus d"]);
});

test("a rollout that is scaled to nothing gives up all pods", () => {
  const plan = planOf(deployment({ replicas: 0 }), [set("old", { replicas: 8 }), set("new", { replicas: 5 })]);
  expect(shown(plan)).toEqual(["update d-old 0", "update d-new 0", "updateStatus d"]);
});

test("percentages of the bounds round up for more pods and down for fewer", () => {
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } } as const;
  const subject = deployment({ replicas: 10, strategy });
  // 25 % of 10 are 3 more and 2 fewer: 13 in all, 8 available.
  expect(shown(planOf(subject, [set("old", { replicas: 10 })]))).toEqual([
    "create " + newSetName(subject) + " 3",
    "updateStatus d",
  ]);
  const going = [set("old", { replicas: 10 }), set("new", { replicas: 3, available: 0 })];
  expect(shown(planOf(subject, going))).toEqual(["update d-old 8", "updateStatus d"]);
});

test("bounds that are both nothing still let one pod go", () => {
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: "1%", maxUnavailable: 0 } } as const;
  const none = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "1%" } } as const;
  const sets = [set("old", { replicas: 10, max: 11 }), set("new", { replicas: 0, max: 11 })];
  expect(shown(planOf(deployment({ strategy }), sets))).toContain("update d-new 1");
  expect(shown(planOf(deployment({ strategy: none }), sets))).toContain("update d-old 9");
});

test("old pods that serve nobody go first, those that serve only as new ones are available", () => {
  const sets = [set("old", { replicas: 8, available: 6 }), set("new", { replicas: 5, available: 5 })];
  // Of 8 old pods 2 serve nobody; 11 are available and 8 must be, so 3 more may go.
  expect(shown(planOf(deployment({}), sets))).toEqual(["update d-old 3", "updateStatus d"]);
  const broken = [set("old", { replicas: 8, available: 8 }), set("new", { replicas: 5, available: 0 })];
  expect(shown(planOf(deployment({}), broken))).toEqual(["updateStatus d"]);
});

test("a settled deployment needs nothing", () => {
  const sets = [set("old", { replicas: 0 }), set("new", { replicas: 10 })];
  const first = planOf(deployment({}), sets);
  const [write] = first.stages.flat();
  if (write?.do !== "updateStatus") throw new Error("no status");
  expect(planOf(write.object as Deployment, sets)).toEqual({ stages: [], requeueAfterMs: undefined });
});

test("a rollout asks to be looked at when its time has run out", () => {
  const sets = [set("old", { replicas: 8 }), set("new", { replicas: 5, available: 0 })];
  const progressing = {
    type: "Progressing",
    status: "True",
    reason: "ReplicaSetUpdated",
    lastUpdateTime: formatTime(nowMs - 100_000),
  };
  const subject = deployment(
    {},
    { replicas: 13, updatedReplicas: 5, readyReplicas: 8, availableReplicas: 8, conditions: [progressing] },
  );
  expect(planOf(subject, sets).requeueAfterMs).toBe(501_000);
});

test("a name that another set has leads to another name", () => {
  const subject = deployment({});
  const name = newSetName(subject);
  const other = set("old", { replicas: 0, owner: "somebody" });
  const taken = { ...other, metadata: { ...other.metadata, name } };
  const create: Action = { do: "create", resource: replicaSets, object: taken };
  const failures = [{ action: create, error: alreadyExists(replicaSets, name) }];
  const plan = planOf(subject, [taken], failures);
  const [write] = plan.stages.flat();
  if (write?.do !== "updateStatus") throw new Error("no status");
  const next = write.object as Deployment;
  expect(next.status?.collisionCount).toBe(1);
  expect(newSetName(next)).not.toBe(name);
  // The cache may not know the set yet: no other name is used up before it does.
  expect(planOf(subject, [], failures)).toEqual({ stages: [], requeueAfterMs: 1000 });
});

test("a set of ours whose template somebody changed has the name no more than another's", () => {
  const subject = deployment({});
  const name = newSetName(subject);
  const ours = { ...set("edited", { replicas: 0 }) };
  const taken = { ...ours, metadata: { ...ours.metadata, name } };
  const failures = (object: ReplicaSet): readonly ActionFailure[] => [
    { action: { do: "create", resource: replicaSets, object }, error: alreadyExists(replicaSets, name) },
  ];
  const [write] = planOf(subject, [taken], failures(taken)).stages.flat();
  if (write?.do !== "updateStatus") throw new Error("no status");
  expect((write.object as Deployment).status?.collisionCount).toBe(1);
  // With its template it is the one that was wanted.
  const mine = { ...set("new", { replicas: 0 }), metadata: { ...set("new", { replicas: 0 }).metadata, name } };
  expect(shown(planOf(subject, [mine], failures(mine)))[0]).toBe("event ReplicaSetCreateError");
});

test("without a deadline no progress is told, not even that there is none", () => {
  const subject = deployment({ progressDeadlineSeconds: 2_147_483_647 });
  const create: Action = { do: "create", resource: replicaSets, object: set("new", { replicas: 3 }) };
  const failures = [{ action: create, error: new StatusError("Forbidden", "quota") }];
  expect(conditionsIn(planOf(subject, [set("old", { replicas: 10 })], failures))).not.toContainEqual(
    expect.objectContaining({ type: "Progressing" }),
  );
});

test("pods that are wanted and were never made are unavailable", () => {
  const empty = set("new", { replicas: 10 });
  const plan = planOf(deployment({}), [{ ...empty, status: { replicas: 0 } }]);
  const [write] = plan.stages.flat();
  if (write?.do !== "updateStatus") throw new Error("no status");
  expect((write.object as Deployment).status).toMatchObject({ unavailableReplicas: 10 });
});

test("a set that knows of another size learns the right one, and does not hold up rollouts for ever", () => {
  const plan = planOf(deployment({}), [set("new", { replicas: 10, desired: 3, max: 4 })]);
  expect(shown(plan)).toEqual(["update d-new 10", "updateStatus d"]);
});

test("of a long name as much is kept as leaves room for the hash", () => {
  const subject = deployment({});
  const long = { ...subject, metadata: { ...subject.metadata, name: "d".repeat(253) } };
  expect(newSetName(long)).toMatch(/^d{242,}-[a-z0-9]+$/);
  expect(newSetName(long)).toHaveLength(253);
});

test("a set that is refused is told of before it is tried again", () => {
  const subject = deployment({});
  const create: Action = { do: "create", resource: replicaSets, object: set("new", { replicas: 3 }) };
  const plan = planOf(
    subject,
    [set("old", { replicas: 10 })],
    [{ action: create, error: new StatusError("Forbidden", "quota") }],
  );
  expect(shown(plan)).toEqual(["event ReplicaSetCreateError", "updateStatus d", `create ${newSetName(subject)} 3`]);
  expect(conditionsIn(plan)).toContainEqual(
    expect.objectContaining({
      type: "Progressing",
      status: "False",
      reason: "ReplicaSetCreateError",
      message: 'Failed to create new replica set "d-new": quota',
    }),
  );
});

test("failures of the newest set's pods are those of the deployment", () => {
  const failing = set("new", { replicas: 10, available: 0 });
  const condition = {
    type: "ReplicaFailure",
    status: "True",
    reason: "FailedCreate",
    message: "quota",
    lastTransitionTime: formatTime(nowMs),
  };
  const plan = planOf(deployment({}), [
    { ...failing, status: { ...failing.status, replicas: 0, conditions: [condition] } },
  ]);
  expect(conditionsIn(plan)).toContainEqual({ ...condition, lastUpdateTime: condition.lastTransitionTime });
});

test("an empty selector is refused", () => {
  const plan = planOf(deployment({ selector: {} }), []);
  expect(shown(plan)).toEqual(["event SelectingAll", "updateStatus d"]);
});

test("a deployment that is being deleted makes nothing", () => {
  const subject = deployment({});
  const deleted = { ...subject, metadata: { ...subject.metadata, deletionTimestamp: formatTime(nowMs) } };
  expect(shown(planOf(deleted, [set("old", { replicas: 10 })]))).toEqual(["updateStatus d"]);
});

test.each<[string, string, string, string]>([
  ["to a revision", "1", "old", 'Normal DeploymentRollback Rolled back deployment "d" to revision 1'],
  ["to the one before", "0", "old", 'Normal DeploymentRollback Rolled back deployment "d" to revision 1'],
  [
    "to where it is",
    "2",
    "new",
    'Warning DeploymentRollbackTemplateUnchanged The rollback revision contains the same template as current deployment "d"',
  ],
  [
    "to one that is not there",
    "7",
    "new",
    "Warning DeploymentRollbackRevisionNotFound Unable to find the revision to rollback to.",
  ],
])("an annotation of former versions takes it back %s", (_what, revision, image, told) => {
  const subject = deployment({});
  const annotations = { own: "stays", "deprecated.deployment.rollback.to": revision };
  const asking = { ...subject, metadata: { ...subject.metadata, annotations } };
  const [write, ...rest] = planOf(asking, [set("old", { replicas: 0 }), set("new", { replicas: 10 })]).stages.flat();
  if (write?.do !== "update") throw new Error("nothing is written");
  const { metadata, spec } = write.object as Deployment;
  const { type, reason, message } = write.announce ?? {};
  expect([rest, spec.template.spec?.containers[0]?.image, `${type} ${reason} ${message}`]).toEqual([[], image, told]);
  expect(metadata.annotations?.["deprecated.deployment.rollback.to"]).toBeUndefined();
});

test("revisions have 64 bits", () => {
  const after = (revision: string): unknown => {
    const old = set("old", { replicas: 10 });
    const annotations = { ...old.metadata.annotations, "deployment.kubernetes.io/revision": revision };
    const plan = planOf(deployment({}), [{ ...old, metadata: { ...old.metadata, annotations } }]);
    return /"revision":"(\d+)"/.exec(JSON.stringify(plan).replaceAll("deployment.kubernetes.io/", ""))?.[1];
  };
  const revisions = ["3546343826724305832", "9223372036854775808", "x"];
  expect(revisions.map(after)).toEqual(["3546343826724305833", "1", "1"]);
});
