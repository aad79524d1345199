// The word that a pod is about to be taken away, when nobody does so. Pods in, what is written out.
import type { Pod } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { planStaleDisruption } from "./stale.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const targeted = (reason: string, secondsAgo: number, phase: "Running" | "Failed" = "Running"): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "n", uid: "u" },
  spec: { containers: [] },
  status: {
    phase,
    conditions: [
      { type: "DisruptionTarget", status: "True", reason, lastTransitionTime: formatTime(NOW_MS - 1000 * secondsAgo) },
    ],
  },
});
test.each<[string, Pod | undefined, unknown]>([
  ["is taken back after two minutes", targeted("EvictionByEvictionAPI", 120), ["False", undefined]],
  ["is waited for until then", targeted("PreemptionByScheduler", 30), [undefined, 90_000]],
  ["of a kubelet stays", targeted("TerminationByKubelet", 500), [undefined, undefined]],
  ["of a pod that has ended stays", targeted("EvictionByEvictionAPI", 500, "Failed"), [undefined, undefined]],
  ["of a pod that is gone is no matter", undefined, [undefined, undefined]],
])("the word that a pod goes %s", (_what, subject, expected) => {
  const { stages, requeueAfterMs } = planStaleDisruption(subject, NOW_MS);
  const [action] = stages.flat();
  const written = action?.do === "updateStatus" ? (action.object as Pod).status?.conditions?.[0]?.status : undefined;
  expect([written, requeueAfterMs]).toEqual(expected);
});
