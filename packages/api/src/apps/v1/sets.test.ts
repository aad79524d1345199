// Daemon sets and stateful sets: defaults, findings, what may change.
import { describe, expect, test } from "vitest";
import { createFindings, madeObject, updateFindings } from "../../testing.ts";
import { daemonSets } from "./daemon-set.ts";
import { statefulSets } from "./stateful-set.ts";

const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image: "x" }] } };
const set = (spec: object = {}): object => ({
  spec: { selector: { matchLabels: { app: "a" } }, template, serviceName: "s", ...spec },
});

test("defaults", () => {
  expect(madeObject(daemonSets, set()).spec.updateStrategy).toEqual({
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
  });
  expect(madeObject(statefulSets, set()).spec).toMatchObject({
    replicas: 1,
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
  });
});

describe("findings", () => {
  test("sound sets have none", () => {
    expect([...createFindings(daemonSets, set()), ...createFindings(statefulSets, set())]).toEqual([]);
  });

  test("a daemon set rolls one way or the other", () => {
    const rolling = (rollingUpdate: object): object => set({ updateStrategy: { rollingUpdate } });
    expect(createFindings(daemonSets, rolling({ maxUnavailable: 1, maxSurge: 1 }))).toEqual([
      "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
    ]);
    expect(createFindings(daemonSets, rolling({ maxUnavailable: 0 }))).toEqual([
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0",
    ]);
  });

  test("pods run for ever", () => {
    const once = { ...template, spec: { ...template.spec, restartPolicy: "OnFailure" } };
    expect(createFindings(statefulSets, set({ template: once }))).toEqual([
      'spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"',
    ]);
  });

  test("containers of a stateful set mount its claims by their names, and nothing that is not there", () => {
    const spec = {
      containers: [{ name: "a", image: "x", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    };
    const mounting = { template: { ...template, spec } };
    const missing = 'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"';
    const claims = (name: string) => ({
      volumeClaimTemplates: [
        {
          metadata: { name },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    });
    expect(createFindings(statefulSets, set({ ...mounting, ...claims("data") }))).toEqual([]);
    expect(createFindings(statefulSets, set({ ...mounting, ...claims("other") }))).toEqual([missing]);
    expect(createFindings(daemonSets, set(mounting))).toEqual([missing]);
  });

  test("a stateful set changes in few ways", () => {
    expect(updateFindings(statefulSets, { from: set(), to: set({ replicas: 5 }) })).toEqual([]);
    expect(updateFindings(statefulSets, { from: set(), to: set({ serviceName: "other" }) })).toEqual([
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ]);
  });
});

describe("further rules of stateful sets", () => {
  const at = "spec.updateStrategy.rollingUpdate";
  test.each([
    [
      { updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } } },
      [`${at}: Invalid value: {"partition":1}: only allowed for updateStrategy 'RollingUpdate'`],
    ],
    [{ serviceName: "A.b" }, [expect.stringContaining('spec.serviceName: Invalid value: "A.b"')]],
    [{ revisionHistoryLimit: -1 }, []],
    [{ template: { ...template, spec: { ...template.spec, hostname: "No Host", subdomain: "No Host" } } }, []],
  ])("%j", (spec, wanted) => {
    expect(createFindings(statefulSets, set(spec))).toEqual(wanted);
  });

  test("an old name of a service is borne with on updates", () => {
    const old = set({ serviceName: "A.b" });
    expect(updateFindings(statefulSets, { from: old, to: old })).toEqual([]);
  });

  test("counts in the status agree", () => {
    const update = (status: object): readonly string[] =>
      updateFindings(statefulSets, {
        from: { ...set(), status: { replicas: 1, collisionCount: 2 } },
        to: { ...set(), status },
        subresource: "status",
      });
    expect(update({ replicas: 1, readyReplicas: 2, collisionCount: 1 })).toEqual([
      "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
      "status.collisionCount: Invalid value: 1: cannot be decremented",
    ]);
    expect(update({ replicas: 2, readyReplicas: 1, availableReplicas: 2, collisionCount: 2 })).toEqual([
      "status.availableReplicas: Invalid value: 2: cannot be greater than status.readyReplicas",
    ]);
    expect(update({ replicas: 2, readyReplicas: 2, availableReplicas: 1, collisionCount: 3 })).toEqual([]);
  });
});
