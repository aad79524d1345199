// Counts of quotas, as pairs of what there is and what the status says.
import { type Pod, pods, type Quantities, type ResourceQuota } from "@skates/api/core/v1";
import { type ApiObject, type Resource, StatusError } from "@skates/apimachinery";
import { createLister, type Lister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planResourceQuota, type ResourceQuotaView } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const key = { namespace: "n", name: "q" };

interface Given {
  readonly hard: Quantities;
  readonly status?: ResourceQuota["status"];
  /** CPU of pods; of those in upper case that have ended. */
  readonly cpus?: readonly (string | { readonly ended: string })[];
  readonly settledAgo?: number;
  readonly others?: number;
}
function pod(cpu: string | { readonly ended: string }, i: number): Pod {
  const ended = typeof cpu !== "string";
  const requests = { cpu: ended ? cpu.ended : cpu };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "n", name: `p${i}` },
    spec: { containers: [{ name: "c", resources: { requests } }] },
    status: { phase: ended ? "Succeeded" : "Running" },
  };
}
function planned({ hard, status, cpus = [], settledAgo, others }: Given) {
  const quota: ResourceQuota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { ...key, uid: "u" },
    spec: { hard },
    status,
  };
  const untyped: Resource = pods;
  const lister: Lister<ApiObject> = createLister(cpus.map(pod));
  const since =
    settledAgo === undefined ? [] : [["u", { used: status?.used ?? {}, sinceMs: nowMs - settledAgo }] as const];
  const view: ResourceQuotaView = {
    quotas: createLister([quota]),
    counted: [{ resource: untyped, lister }],
    others: { countedFor: () => ({ found: [], waiting: others !== undefined }) },
    settled: new Map(since),
  };
  const { stages, requeueAfterMs } = planResourceQuota(view, key, nowMs);
  const written = stages.flat().map((action) => {
    if (action.do !== "updateStatus") throw new StatusError("BadRequest", action.do);
    return (action.object as ResourceQuota).status;
  });
  return [written[0], requeueAfterMs];
}
const hard = { pods: "5", "requests.cpu": "2" };

it.each<[string, Given, readonly unknown[]]>([
  ["is new and nothing is there", { hard }, [{ hard, used: { pods: "0", "requests.cpu": "0" } }, 300_000]],
  [
    "is new and pods are there",
    { hard, cpus: ["500m", "1", { ended: "1" }] },
    [{ hard, used: { pods: "2", "requests.cpu": "1500m" } }, 300_000],
  ],
  [
    "is as it should be, whatever the form of the amounts",
    { hard, cpus: ["1"], status: { hard, used: { pods: "1", "requests.cpu": "1000m" } } },
    [undefined, 300_000],
  ],
  [
    "has another bound",
    { hard: { pods: "9" }, cpus: ["1"], status: { hard: { pods: "5" }, used: { pods: "1" } } },
    [{ hard: { pods: "9" }, used: { pods: "1" } }, 300_000],
  ],
  [
    "no longer bounds something",
    { hard: { pods: "5" }, cpus: ["1"], status: { hard, used: { pods: "1", "requests.cpu": "1" } } },
    [{ hard: { pods: "5" }, used: { pods: "1" } }, 300_000],
  ],
  [
    "counts more than before",
    { hard: { pods: "5" }, cpus: ["1", "1"], status: { hard: { pods: "5" }, used: { pods: "1" } } },
    [{ hard: { pods: "5" }, used: { pods: "2" } }, 300_000],
  ],
  [
    "counts less than was noted a moment ago",
    { hard: { pods: "5" }, cpus: [], status: { hard: { pods: "5" }, used: { pods: "1" } } },
    [undefined, 2000],
  ],
  [
    "counts less than was noted two seconds ago",
    { hard: { pods: "5" }, cpus: [], status: { hard: { pods: "5" }, used: { pods: "1" } }, settledAgo: 2000 },
    [{ hard: { pods: "5" }, used: { pods: "0" } }, 10_000],
  ],
  [
    "bounds what nobody knows how to count",
    { hard: { widgets: "5" } },
    [{ hard: { widgets: "5" }, used: {} }, 300_000],
  ],
  [
    "waits for a kind that is not known yet",
    { hard, others: 1 },
    [{ hard, used: { pods: "0", "requests.cpu": "0" } }, 2000],
  ],
])("a quota that %s", (_title, given, outcome) => {
  expect(planned(given)).toEqual(outcome);
});
