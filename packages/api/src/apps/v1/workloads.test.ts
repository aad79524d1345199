// Deployments and replica sets: defaults, findings, immutable selectors, tables.
import { describe, expect, test } from "vitest";
import { createFindings, madeObject, rowOf, updateFindings } from "../../testing.ts";
import { deployments } from "./deployment.ts";
import { replicaSets } from "./replica-set.ts";

const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "a", image: "nginx:1" }] } };
const selector = { matchLabels: { app: "web" } };
const workload = (spec: object = {}): object => ({ spec: { selector, template, ...spec } });

test("defaults of a deployment", () => {
  const { selector: _, template: __, ...spec } = madeObject(deployments, workload()).spec;
  expect(spec).toEqual({
    replicas: 1,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
});

test("a pod of a template gets no requests from limits, and no service links", () => {
  const limited = {
    ...template,
    spec: { containers: [{ name: "a", image: "x", resources: { limits: { cpu: "1" } } }] },
  };
  const pod = madeObject(deployments, workload({ template: limited })).spec.template.spec;
  expect([pod?.containers[0]?.resources, pod?.enableServiceLinks]).toEqual([{ limits: { cpu: "1" } }, undefined]);
});

describe("findings on a deployment", () => {
  test.each<[string, object, readonly string[]]>([
    ["sound", workload(), []],
    [
      "without selector",
      { spec: { template } },
      [
        "spec.selector: Required value",
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
      ],
    ],
    [
      "a selector of other pods",
      workload({ selector: { matchLabels: { app: "db" } } }),
      ['spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`'],
    ],
    [
      "pods that end",
      workload({
        template: { ...template, spec: { ...template.spec, restartPolicy: "Never", activeDeadlineSeconds: 5 } },
      }),
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
      ],
    ],
    [
      "numbers",
      workload({ replicas: -1, minReadySeconds: 10, progressDeadlineSeconds: 10 }),
      [
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
        "spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds",
      ],
    ],
    [
      "no way to roll",
      workload({ strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: "0%" } } }),
      ["spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"],
    ],
    [
      "rolling and recreating",
      workload({ strategy: { type: "Recreate", rollingUpdate: {} } }),
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      "percentages",
      workload({ strategy: { rollingUpdate: { maxUnavailable: "101%", maxSurge: "x" } } }),
      [
        "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": must be an integer or percentage (e.g '5%%')",
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      ],
    ],
  ])("%s", (_what, given, findings) => {
    expect(createFindings(deployments, given)).toEqual(findings);
  });

  test("the selector stays", () => {
    const labels = { app: "web", tier: "x" };
    const to = workload({ selector: { matchLabels: labels }, template: { ...template, metadata: { labels } } });
    expect(updateFindings(deployments, { from: workload(), to })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable',
    ]);
    expect(updateFindings(replicaSets, { from: workload(), to })).toEqual([
      'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable',
    ]);
  });
});

test("findings on the status of a replica set", () => {
  const from = workload();
  const to = { ...workload(), status: { replicas: 1, readyReplicas: 2, availableReplicas: -1 } };
  expect(updateFindings(replicaSets, { from, to, subresource: "status" })).toEqual([
    "status.availableReplicas: Invalid value: -1: must be greater than or equal to 0",
    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
  ]);
});

test("what looks wrong in a template is said once", () => {
  const env = [{ name: "A" }, { name: "A" }];
  const made = madeObject(
    deployments,
    workload({ template: { ...template, spec: { containers: [{ name: "a", image: "x", env }] } } }),
  );
  expect(deployments.strategy.warnings?.(made, undefined)).toEqual([
    'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ]);
  expect(deployments.strategy.warnings?.(made, made)).toEqual([]);
});

test("tables", () => {
  const status = { replicas: 3, readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 };
  const metadata = { name: "web", creationTimestamp: "2026-11-19T10:00:00Z" };
  expect(rowOf(deployments, { ...workload({ replicas: 3 }), metadata, status })).toEqual({
    Name: "web",
    Ready: "2/3",
    "Up-to-date": 1,
    Available: 2,
    Age: "26h",
    Containers: "a",
    Images: "nginx:1",
    Selector: "app=web",
  });
  expect(
    rowOf(replicaSets, { ...workload({ replicas: 3 }), metadata, status: { replicas: 3, readyReplicas: 2 } }),
  ).toMatchObject({
    Desired: 3,
    Current: 3,
    Ready: 2,
  });
});
