// Pods with tainted devices, as pairs of taints and tolerations and what becomes of the pod: it stays, waits, goes, or is let off.
import type { Pod } from "@skates/api/core/v1";
import type { DeviceTaint, DeviceToleration, ResourceClaim, ResourceSlice } from "@skates/api/resource/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { userUids } from "../resource-claim/claim.ts";
import { planDeviceTaint, poolKey } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:10:00Z");
const key = { namespace: "a", name: "p" };
const taint = (name: string, ago: number, more: Partial<DeviceTaint> = {}): DeviceTaint => ({
  key: name,
  effect: "NoExecute",
  timeAdded: formatTime(nowMs - ago * 1000),
  ...more,
});
const tolerating = (name: string, seconds?: number, more: Partial<DeviceToleration> = {}): DeviceToleration => ({
  key: name,
  operator: "Exists",
  effect: "NoExecute",
  ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
  ...more,
});

interface Given {
  readonly taints: readonly DeviceTaint[];
  readonly tolerations?: readonly DeviceToleration[];
  readonly on?: string;
  readonly going?: boolean;
  readonly phase?: "Running" | "Succeeded";
  readonly user?: string;
  readonly admin?: boolean;
  /** Taints of the same device in an older generation of its pool. */
  readonly before?: readonly DeviceTaint[];
  readonly waited?: boolean;
}

function viewOf({
  taints,
  tolerations = [],
  on = "n",
  going,
  phase = "Running",
  user = "u",
  admin,
  before,
  waited,
}: Given) {
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...key, uid: "u", ...(going === true ? { deletionTimestamp: formatTime(nowMs) } : {}) },
    spec: { nodeName: on, containers: [] },
    status: { phase },
  };
  const result = { request: "r", driver: "d", pool: "x", device: "g0", tolerations, adminAccess: admin };
  const claim: ResourceClaim = {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceClaim",
    metadata: { namespace: "a", name: "c" },
    spec: {},
    status: {
      reservedFor: [{ resource: "pods", name: "p", uid: user }],
      allocation: { devices: { results: [result] } },
    },
  };
  const slice = (generation: number, of: readonly DeviceTaint[]): ResourceSlice => ({
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name: `s${generation}` },
    spec: {
      driver: "d",
      pool: { name: "x", generation, resourceSliceCount: 1 },
      nodeName: "n",
      devices: [{ name: "g0", taints: of }],
    },
  });
  return {
    pods: createLister([pod]),
    claims: createLister([claim], { user: userUids }),
    slices: createLister([slice(2, taints), ...(before === undefined ? [] : [slice(1, before)])], {
      pool: ({ spec }) => [poolKey({ driver: spec.driver, pool: spec.pool.name })],
    }),
    waiting: new Set(waited === true ? ["a/p"] : []),
  };
}

function outcome(given: Given): string {
  const view = viewOf(given);
  const { stages, requeueAfterMs } = planDeviceTaint(view, key, nowMs);
  if (requeueAfterMs !== undefined) return `waits ${requeueAfterMs / 1000}`;
  const done = stages.flat().map((action) => {
    if (action.do === "event") return action.message;
    return action.do === "delete" ? `delete, ${action.announce?.message}` : action.do;
  });
  return done.length === 0 ? "stays" : done.join(", ");
}

const GOES = "updateStatus, delete, Marking for deletion";
const PAIRS: readonly (readonly [string, Given, string])[] = [
  ["no taint", { taints: [] }, "stays"],
  ["a taint of another effect", { taints: [taint("x", 5, { effect: "NoSchedule" })] }, "stays"],
  ["a taint that is not tolerated", { taints: [taint("x", 5)] }, GOES],
  ["a taint that is tolerated", { taints: [taint("x", 5)], tolerations: [tolerating("x")] }, "stays"],
  ["every taint is tolerated", { taints: [taint("x", 5)], tolerations: [tolerating("")] }, "stays"],
  [
    "a toleration without an effect",
    { taints: [taint("x", 5)], tolerations: [{ key: "x", operator: "Exists" }] },
    GOES,
  ],
  [
    "a value that is tolerated",
    {
      taints: [taint("x", 5, { value: "v" })],
      tolerations: [tolerating("x", undefined, { operator: "Equal", value: "v" })],
    },
    "stays",
  ],
  [
    "another value",
    {
      taints: [taint("x", 5, { value: "w" })],
      tolerations: [tolerating("x", undefined, { operator: "Equal", value: "v" })],
    },
    GOES,
  ],
  ["tolerated for a while", { taints: [taint("x", 5)], tolerations: [tolerating("x", 60)] }, "waits 55"],
  [
    "the shortest time counts",
    { taints: [taint("x", 5)], tolerations: [tolerating("x", 60), tolerating("x", 20)] },
    "waits 15",
  ],
  [
    "for good is longer than any time",
    { taints: [taint("x", 5)], tolerations: [tolerating("x", 2), tolerating("x")] },
    "stays",
  ],
  ["the time is over", { taints: [taint("x", 61)], tolerations: [tolerating("x", 60)] }, GOES],
  ["less than nothing is nothing", { taints: [taint("x", 0)], tolerations: [tolerating("x", -5)] }, GOES],
  ["one of two is not tolerated", { taints: [taint("x", 5), taint("y", 5)], tolerations: [tolerating("x")] }, GOES],
  ["an administrator's claim goes as well", { taints: [taint("x", 5)], admin: true }, GOES],
  ["taints of an older generation", { taints: [], before: [taint("x", 5)] }, "stays"],
  ["a pod without a node", { taints: [taint("x", 5)], on: "" }, "stays"],
  ["a pod that is going", { taints: [taint("x", 5)], going: true }, "stays"],
  ["a pod that has ended", { taints: [taint("x", 5)], phase: "Succeeded" }, "stays"],
  ["a claim that is reserved for an earlier pod", { taints: [taint("x", 5)], user: "before" }, "stays"],
  ["let off", { taints: [], waited: true }, "Cancelling deletion"],
];

it.each(PAIRS)("%s", (_title, given, becomes) => {
  expect(outcome(given)).toBe(becomes);
});
