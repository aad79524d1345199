// Jobs that are done, as pairs of a job and what becomes of it.
import type { Job } from "@skates/api/batch/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planTtl } from "./controller.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const ago = (seconds: number): string => formatTime(nowMs - seconds * 1000);
interface Given {
  readonly ttl?: number;
  readonly condition?: string;
  readonly status?: "True" | "False";
  readonly endedAgo?: number;
  readonly going?: boolean;
}
function outcome({ ttl, condition = "Complete", status = "True", endedAgo = 10, going = false }: Given): string {
  const job: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      namespace: "n",
      name: "j",
      uid: "u",
      resourceVersion: "7",
      ...(going ? { deletionTimestamp: ago(1) } : {}),
    },
    spec: { template: { spec: { containers: [] } }, ...(ttl === undefined ? {} : { ttlSecondsAfterFinished: ttl }) },
    status: { conditions: [{ type: condition, status, lastTransitionTime: ago(endedAgo) }] },
  };
  const { stages, requeueAfterMs } = planTtl({ jobs: createLister([job]) }, { namespace: "n", name: "j" }, nowMs);
  const [action] = stages.flat();
  if (action?.do === "delete") {
    const { propagationPolicy, preconditions } = action.options ?? {};
    return `deleted ${propagationPolicy} ${action.uid} ${preconditions?.resourceVersion}`;
  }
  return requeueAfterMs === undefined ? "stays" : `waits ${requeueAfterMs / 1000}`;
}
const DELETED = "deleted Foreground u 7";

it.each<[string, Given, string]>([
  ["that says nothing", {}, "stays"],
  ["with time left", { ttl: 60 }, "waits 50"],
  ["whose time is over", { ttl: 10 }, DELETED],
  ["that goes at once", { ttl: 0, endedAgo: 0 }, DELETED],
  ["that has failed", { ttl: 10, condition: "Failed" }, DELETED],
  ["that ends in the future, by another clock", { ttl: 10, endedAgo: -5 }, "waits 15"],
  ["that runs", { ttl: 0, condition: "Suspended" }, "stays"],
  ["that is not done after all", { ttl: 0, status: "False" }, "stays"],
  ["that goes already", { ttl: 0, going: true }, "stays"],
])("a job %s", (_title, given, becomes) => {
  expect(outcome(given)).toBe(becomes);
});
