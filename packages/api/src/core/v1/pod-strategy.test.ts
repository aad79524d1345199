// What the server sets in pods, how long their deletion waits, and what selectors and warnings read of them.
import { decodeValue, DeleteOptions } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { madeObject, testRequest } from "../../testing.ts";
import { pods } from "./pod.ts";
import { container, pod } from "./testing/pod.ts";

test("a new pod is pending, with its quality of service, and gated where it has gates", () => {
  const made = madeObject(pods, pod({ schedulingGates: [{ name: "g" }] }));
  expect(pods.strategy.prepare?.(made, undefined, testRequest("create")).status).toEqual({
    phase: "Pending",
    qosClass: "BestEffort",
    conditions: [
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      },
    ],
  });
});

test("match label keys become part of the selectors", () => {
  const term = {
    topologyKey: "zone",
    labelSelector: { matchLabels: { app: "web" } },
    matchLabelKeys: ["hash", "gone"],
  };
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  const made = madeObject(pods, { ...pod({ affinity }), metadata: { name: "x", labels: { hash: "1" } } });
  const created = pods.strategy.prepare?.(made, undefined, testRequest("create"));
  const [merged] = created?.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  expect(merged?.labelSelector).toEqual({
    matchLabels: { app: "web" },
    matchExpressions: [{ key: "hash", operator: "In", values: ["1"] }],
  });
});

test.each([
  ["unscheduled", pod({}), {}, 0],
  ["bound", pod({ nodeName: "n" }), {}, 30],
  ["asked for", pod({ nodeName: "n" }), { gracePeriodSeconds: 5 }, 5],
  ["negative", pod({ nodeName: "n", terminationGracePeriodSeconds: -1 }), {}, 1],
  ["ended", pod({ nodeName: "n" }, { status: { phase: "Succeeded" } }), {}, 0],
])("grace when %s", (_what, given, options, seconds) => {
  const asked = decodeValue<DeleteOptions>(DeleteOptions, options).object;
  expect(pods.strategy.graceSeconds?.(madeObject(pods, given), asked)).toBe(seconds);
});

test("field selectors read what they name", () => {
  const made = madeObject(pods, pod({ nodeName: "n" }, { status: { phase: "Running", podIPs: [{ ip: "10.0.0.1" }] } }));
  const read = Object.fromEntries(Object.entries(pods.selectableFields).map(([path, text]) => [path, text(made)]));
  expect(read).toEqual({
    "spec.nodeName": "n",
    "spec.restartPolicy": "Always",
    "spec.schedulerName": "default-scheduler",
    "spec.serviceAccountName": "",
    "spec.hostNetwork": "false",
    "status.phase": "Running",
    "status.podIP": "10.0.0.1",
    "status.nominatedNodeName": "",
  });
});

test("a variable that hides another one is worth a warning", () => {
  const given = { ...container, env: [{ name: "A" }, { name: "A", value: "2" }] };
  expect(pods.strategy.warnings?.(madeObject(pods, { spec: { containers: [given] } }), undefined)).toEqual([
    'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
  ]);
});
