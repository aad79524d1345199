// Containers whose rule starts all containers of their pod again in place.
import { afterEach, expect, test } from "vitest";
import { condition, endWorkers, startWorker, state } from "../testing/one-worker.ts";

afterEach(endWorkers);

const RESTART_ALL = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }];

test("a container whose rule says so starts all of them again in the same sandbox, and init containers first", async () => {
  const t = startWorker({
    restartPolicy: "Never",
    initContainers: [{ name: "init", image: "img:1", command: ["true"] }],
    containers: [
      {
        name: "a",
        image: "img:1",
        command: ["sh", "-c", "sleep 5; exit 42"],
        restartPolicy: "Never",
        restartPolicyRules: RESTART_ALL,
      },
      { name: "b", image: "img:1" },
    ],
  });
  await t.clock.advance(1000);
  expect(condition(t.api.pod, "AllContainersRestarting")).toBe("False");
  const { podIP } = t.api.pod?.status ?? {};
  const told: unknown[] = [];
  const { patchStatus } = t.worker.deps.api;
  t.worker.deps.api.patchStatus = async (pod, patch, signal) => {
    const restarting = t.worker.pod().status?.conditions?.find((one) => one.type === "AllContainersRestarting");
    told.push([restarting?.status, restarting?.reason, t.worker.pod().status?.phase]);
    return await patchStatus(pod, patch, signal);
  };
  t.events.length = 0;
  t.runtime.created.length = 0;
  await t.clock.advance(4500);
  expect(told).toContainEqual(["True", "RestartAllContainersStarted", "Running"]);
  expect(t.runtime.created.map(({ name }) => name)).toEqual(["init", "a", "b"]);
  expect(t.events.filter((text) => text.includes("Killing"))).toEqual(["Normal Killing: killing"]);
  const message = "The container is removed because RestartAllContainers in place";
  const lastState = { terminated: { exitCode: 137, reason: "RestartingAllContainers", message } };
  expect(t.api.pod?.status).toMatchObject({
    phase: "Running",
    podIP,
    initContainerStatuses: [{ name: "init", restartCount: 1, ready: true, lastState }],
    containerStatuses: [
      { name: "a", restartCount: 1, ready: true, lastState },
      { name: "b", restartCount: 1, ready: true, lastState },
    ],
  });
  expect(["AllContainersRestarting", "Initialized", "Ready"].map((type) => condition(t.api.pod, type))).toEqual([
    "False",
    "True",
    "True",
  ]);
  expect(t.runtime.sandboxes).toHaveLength(1);
  await t.clock.advance(5000);
  expect([state(t.api.pod)?.restartCount, state(t.api.pod, 1)?.restartCount]).toEqual([2, 2]);
});

test("an end that no rule is about ends the pod as ever", async () => {
  const t = startWorker({
    restartPolicy: "Never",
    containers: [
      { name: "a", image: "img:1", command: ["false"], restartPolicy: "Never", restartPolicyRules: RESTART_ALL },
    ],
  });
  await t.clock.advance(1000);
  expect([t.api.pod?.status?.phase, t.runtime.created.length]).toEqual(["Failed", 1]);
  expect(t.api.pod?.status?.conditions?.find(({ type }) => type === "AllContainersRestarting")).toMatchObject({
    status: "False",
    reason: "PodFailed",
  });
});
