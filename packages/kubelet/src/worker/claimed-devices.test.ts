// Devices that a pod claims are prepared before its sandbox, and given back before it has ended.
import { afterEach, expect, test } from "vitest";
import { endWorkers, startWorker } from "../testing/one-worker.ts";

afterEach(endWorkers);

const CLAIMING = {
  restartPolicy: "Never",
  resourceClaims: [{ name: "gpu", resourceClaimName: "one" }],
  containers: [{ name: "a", image: "i", command: ["sleep", "5"], resources: { claims: [{ name: "gpu" }] } }],
} as const;

test("a pod gets no sandbox before its devices are prepared, and has ended only once they are given back", async () => {
  const t = startWorker(CLAIMING);
  t.devices.failure = "DRA driver gpu.test is not registered";
  t.devices.cdiNames = ["vendor.test/gpu=0"];
  await t.clock.advance(0);
  expect([t.runtime.sandboxes.length, [...new Set(t.events)]]).toEqual([
    0,
    [
      "Warning FailedPrepareDynamicResources: Failed to prepare dynamic resources: DRA driver gpu.test is not registered",
    ],
  ]);
  t.devices.failure = undefined;
  await t.clock.advance(4000);
  expect(t.runtime.created.map(({ cdiDevices }) => cdiDevices)).toEqual([["vendor.test/gpu=0"]]);
  t.devices.failure = "the driver is away";
  await t.clock.advance(10_000);
  expect(t.api.pod?.status).toMatchObject({
    phase: "Running",
    containerStatuses: [{ state: { terminated: { reason: "Completed" } } }],
  });
  t.devices.failure = undefined;
  await t.clock.advance(10_000);
  expect(t.api.pod?.status?.phase).toBe("Succeeded");
  expect(new Set(t.devices.log)).toEqual(new Set(["prepare while Pending", "unprepare while Running"]));
});

test("a pod whose devices the runtime would leave out waits, and says what the runtime lacks", async () => {
  const t = startWorker(CLAIMING);
  t.devices.cdiNames = ["vendor.test/gpu=0"];
  t.runtime.versionText = "containerd://1.6.20";
  await t.clock.advance(0);
  expect([t.runtime.sandboxes.length, t.events[0]]).toEqual([
    0,
    "Warning FailedPrepareDynamicResources: Failed to prepare dynamic resources: devices have CDI names, which the runtime does not know (needs containerd 2.0 or CRI-O 1.28; this is containerd://1.6.20)",
  ]);
  t.devices.cdiNames = [];
  await t.clock.advance(4000);
  expect(t.api.pod?.status?.phase).toBe("Running");
});
