// What of a pod may be changed by an update, of itself and of its views.
import { expect, test } from "vitest";
import { updateFindings } from "../../testing.ts";
import { pods } from "./pod.ts";
import { container, pod } from "./testing/pod.ts";

const from = pod({ tolerations: [{ key: "k", operator: "Exists" }] });

test("images, deadlines and more tolerations may change", () => {
  const to = {
    spec: {
      containers: [{ ...container, image: "nginx:2" }],
      activeDeadlineSeconds: 5,
      tolerations: [
        { key: "k", operator: "Exists" },
        { key: "j", operator: "Exists" },
      ],
    },
  };
  expect(updateFindings(pods, { from, to })).toEqual([]);
});

test("nothing else may", () => {
  const to = {
    spec: { containers: [{ ...container, command: ["x"] }], tolerations: [{ key: "k", operator: "Exists" }] },
  };
  expect(updateFindings(pods, { from, to })).toEqual([
    [
      "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
      'spec.containers[0].command: unset -> ["x"]',
    ].join("\n"),
  ]);
});

test("containers and tolerations may not go", () => {
  expect(updateFindings(pods, { from, to: pod({ containers: [container, { ...container, name: "b" }] }) })).toEqual([
    "spec.containers: Forbidden: pod updates may not add or remove containers",
  ]);
  expect(updateFindings(pods, { from, to: pod({}) })).toEqual([
    "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
  ]);
});

test("gates only open", () => {
  const gated = pod({ schedulingGates: [{ name: "a" }] });
  expect(updateFindings(pods, { from: gated, to: pod({}) })).toEqual([]);
  expect(updateFindings(pods, { from: pod({}), to: gated })).toEqual([
    "spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'",
  ]);
});

test("what was wrong before does not stand in the way", () => {
  const bad = pod({ hostname: "a.b" });
  expect(updateFindings(pods, { from: bad, to: { ...bad, metadata: { name: "x", labels: { a: "b" } } } })).toEqual([]);
});

test("a container that ended for good does not run again", () => {
  const status = (state: object): object => ({
    containerStatuses: [{ name: "app", ready: false, restartCount: 0, image: "", imageID: "", state }],
  });
  const once = { restartPolicy: "Never" };
  const ended = pod(once, { status: status({ terminated: { exitCode: 1 } }) });
  const again = pod(once, { status: status({ running: {} }) });
  expect(updateFindings(pods, { from: ended, to: again, subresource: "status" })).toEqual([
    "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state",
  ]);
});

test("resizing changes cpu and memory within the quality of service", () => {
  const sized = (cpu: string, more: object = {}): object => ({
    spec: { containers: [{ ...container, resources: { requests: { cpu }, limits: more } }] },
  });
  expect(updateFindings(pods, { from: sized("1"), to: sized("2"), subresource: "resize" })).toEqual([]);
  expect(
    updateFindings(pods, { from: sized("1"), to: sized("1", { "ephemeral-storage": "1" }), subresource: "resize" }),
  ).toEqual(["spec: Forbidden: only cpu and memory resources are mutable"]);
});
