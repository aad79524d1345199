// A pod's row in a table: what its status comes to in one word.
import { expect, test } from "vitest";
import { rowOf } from "../../testing.ts";
import { pods } from "./pod.ts";
import { pod } from "./testing/pod.ts";

const status = (container: object, more: object = {}): object =>
  pod(
    { nodeName: "n" },
    {
      status: {
        phase: "Running",
        containerStatuses: [{ name: "app", ready: false, restartCount: 0, image: "", imageID: "", ...container }],
        ...more,
      },
    },
  );

test("a running pod", () => {
  const given = {
    ...status(
      {
        ready: true,
        restartCount: 2,
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, finishedAt: "2026-11-20T11:55:00Z" } },
      },
      { podIPs: [{ ip: "10.244.0.7" }] },
    ),
    metadata: { name: "web-1", namespace: "default", creationTimestamp: "2026-11-20T11:00:00Z" },
  };
  expect(rowOf(pods, given)).toEqual({
    Name: "web-1",
    Ready: "1/1",
    Status: "Running",
    Restarts: "2 (5m ago)",
    Age: "60m",
    IP: "10.244.0.7",
    Node: "n",
    "Nominated Node": "<none>",
    "Readiness Gates": "<none>",
  });
});

test.each<[string, object, string]>([
  ["waiting", status({ state: { waiting: { reason: "ImagePullBackOff" } } }), "ImagePullBackOff"],
  ["ended", status({ state: { terminated: { exitCode: 3 } } }), "ExitCode:3"],
  ["killed", status({ state: { terminated: { exitCode: 137, signal: 9 } } }), "Signal:9"],
  ["reasoned", status({ state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }), "OOMKilled"],
  ["fresh", pod({}, { status: { phase: "Pending" } }), "Pending"],
  [
    "initializing",
    pod(
      { initContainers: [{ name: "i", image: "x" }] },
      {
        status: {
          phase: "Pending",
          initContainerStatuses: [
            { name: "i", ready: false, restartCount: 0, image: "", imageID: "", state: { running: {} } },
          ],
        },
      },
    ),
    "Init:0/1",
  ],
  [
    "being deleted",
    {
      ...status({ ready: true, state: { running: {} } }),
      metadata: { name: "x", deletionTimestamp: "2026-11-20T11:00:00Z" },
    },
    "Terminating",
  ],
])("a pod that is %s", (_what, given, text) => {
  expect(rowOf(pods, given)["Status"]).toBe(text);
});
