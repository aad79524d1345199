// Pods wait for the devices of their claims: until they are ready, one fails, it has taken too long, or the scheduler ends.
import type { ResourceClaim } from "@skates/api/resource/v1";
import { createMetrics, virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { schedulerMetrics } from "../metrics.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { NO_DEVICES } from "./devices.ts";
import { ReadinessWait } from "./readiness-wait.ts";

const device = { driver: "d", pool: "n1", device: "g0" };
const claim = (conditions: readonly string[] = []): ResourceClaim => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaim",
  metadata: { name: "c", namespace: "default", uid: "claim-c" },
  spec: {},
  status: {
    allocation: {
      devices: {
        results: [{ ...device, request: "r", bindingConditions: ["Attached"], bindingFailureConditions: ["Broken"] }],
      },
    },
    devices: [
      {
        ...device,
        conditions: conditions.map((type) => ({
          type,
          status: "True",
          reason: "Said",
          message: "so",
          lastTransitionTime: "2026-01-01T00:00:00Z",
        })),
      },
    ],
  },
});

/** How the wait ends where the claim comes to look like this after a second, and what was told and counted. */
async function waited(later: ResourceClaim | undefined, signal = new AbortController().signal) {
  const clock = virtualClock();
  const metrics = createMetrics();
  const told: (string | undefined)[] = [];
  let now = claim();
  let changed: () => void = () => undefined;
  const wait = new ReadinessWait({
    devices: {
      ...NO_DEVICES,
      claim: () => now,
      untilClaims: (condition, inner) =>
        new Promise((resolve, reject) => {
          if (inner.aborted) reject(inner.reason);
          inner.addEventListener("abort", () => reject(inner.reason));
          changed = () => void (condition() && resolve());
        }),
    },
    clock,
    recorder: () => ({ event: ({ reason }) => told.push(reason) }),
    metrics: schedulerMetrics(metrics),
    timeoutMs: 12_000,
  });
  const [node] = clusterOf([testNode("n1")]).nodes;
  if (node === undefined) throw new Error("no node");
  const end = wait.wait({ pod: podInfoOf(testPod("p")), node }, [now], signal).then(
    () => "ready",
    (error: Error) => error.message,
  );
  await clock.advance(1000);
  now = later ?? now;
  changed();
  await clock.advance(20_000);
  const counted = metrics
    .render()
    .match(/^scheduler_dra_bindingconditions_(?:allocations_total|wait_duration_seconds_sum).*$/gm);
  return { end: await end, told, counted };
}

const counted = (status: string, seconds: number): readonly string[] => [
  `scheduler_dra_bindingconditions_allocations_total{profile="default-scheduler",driver="d",status="${status}"} 1`,
  `scheduler_dra_bindingconditions_wait_duration_seconds_sum{profile="default-scheduler",driver="d",status="${status}"} ${seconds}`,
];

it.each<[string, ResourceClaim | undefined, string, readonly string[]]>([
  ["are ready", claim(["Attached"]), "ready", counted("success", 1)],
  ["fail", claim(["Broken"]), 'claim c binding failed: reason=Said, message="so"', counted("failure", 1)],
  ["take too long", undefined, "device binding timeout", counted("failure", 15)],
])("ends when devices %s", async (_, later, end, lines) => {
  expect(await waited(later)).toEqual({ end, told: ["BindingConditionsPending"], counted: lines });
});

it("ends when the scheduler does, also where that has ended before", async () => {
  expect((await waited(undefined, AbortSignal.abort(new Error("over")))).end).toBe("over");
});
