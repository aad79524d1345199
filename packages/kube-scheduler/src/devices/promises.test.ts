// What is promised of devices counts until the API shows it, however soon that changes again; and for the pods of all profiles.
import type { ResourceClaim } from "@skates/api/resource/v1";
import type { Delta } from "@skates/controller-runtime";
import { createEnv, seededRandom, virtualClock } from "@skates/component-base";
import { clientFor } from "@skates/client";
import { expect, it } from "vitest";
import { schedulerMetrics } from "../metrics.ts";
import { builtinPlugins, type PluginHandle } from "../plugins/registry.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { type Devices, NO_DEVICES } from "./devices.ts";
import { DevicePromises } from "./promises.ts";

const results = { devices: { results: [{ request: "r", driver: "d", pool: "n1", device: "g0" }] } };
const claim = (name: string, given = false): ResourceClaim => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaim",
  metadata: { name, namespace: "default", uid: `claim-${name}` },
  spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } },
  ...(given ? { status: { allocation: results } } : {}),
});

function promises() {
  let tell: (change: Delta<ResourceClaim>) => void = () => undefined;
  const made = new DevicePromises({ onClaim: (listener) => void (tell = listener) });
  const show = (object: ResourceClaim, type: "added" | "deleted" = "added"): void => tell({ type, object });
  return { made, show, count: (nowMs = 0) => made.results(nowMs).length };
}

it("forgets what it promised once a claim has it, or is gone", () => {
  const { made, show, count } = promises();
  made.add(claim("a"), { pod: "p", results });
  show(claim("a"));
  expect([made.allocationOf(claim("a")), count()]).toEqual([results, 1]);
  show(claim("a", true));
  // Its pods have ended: what it is given next is chosen anew.
  show(claim("a"));
  expect([made.allocationOf(claim("a")), count()]).toEqual([undefined, 0]);
  made.add(claim("a"), { pod: "p", results });
  show({ ...claim("a"), metadata: { ...claim("a").metadata, uid: "earlier" } }, "deleted");
  expect(count()).toBe(1);
  show(claim("a"), "deleted");
  expect(count()).toBe(0);
});

it.each(["before", "after"])(
  "forgets a claim for extended resources that is gone again, seen %s the binding",
  (when) => {
    const { made, show, count } = promises();
    const extended = { claim: claim("x"), mappings: [] };
    made.addExtended("p", { extended, results, created: true });
    expect(count()).toBe(1);
    if (when === "before") show(claim("x", true));
    expect(made.extendedOf("p")).toBeDefined();
    made.settle("p", 0);
    if (when === "after") show(claim("x", true));
    show(claim("x"), "deleted");
    expect([made.extendedOf("p"), count()]).toEqual([undefined, 0]);
  },
);

it("gives up a claim for extended resources that is never shown", () => {
  const { made, count } = promises();
  made.addExtended("p", { extended: { claim: claim("x"), mappings: [] }, results, created: true });
  made.settle("p", 0);
  expect([count(300_000), count(300_001)]).toEqual([1, 0]);
});

it("keeps the pods of one profile from what was promised to those of another", () => {
  const clock = virtualClock();
  const env = createEnv({ clock, random: seededRandom(1) });
  const spec = { driver: "d", nodeName: "n1", pool: { name: "n1", generation: 1, resourceSliceCount: 1 } };
  const slice = { apiVersion: "resource.k8s.io/v1", kind: "ResourceSlice", metadata: { name: "n1" } };
  const devices: Devices = {
    ...NO_DEVICES,
    claim: (_, name) => claim(name),
    claims: () => [claim("a"), claim("b")],
    deviceClass: () => ({ apiVersion: "resource.k8s.io/v1", kind: "DeviceClass", metadata: { name: "gpu" }, spec: {} }),
    slices: () => [{ ...slice, spec: { ...spec, devices: [{ name: "g0" }] } }],
  };
  const client = clientFor(() => Promise.reject(new Error("not asked")), { userAgent: "test", clock });
  const preemption = { metrics: schedulerMetrics(env.metrics), recorder: () => ({ event: () => undefined }) };
  const handle = { client, env, devices, preemption } as unknown as PluginHandle;
  const registry = builtinPlugins(handle);
  const [one, other] = [registry["DynamicResources"]?.(undefined), registry["DynamicResources"]?.(undefined)];
  const cluster = clusterOf([testNode("n1")]);
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error("no node");
  const user = (name: string) =>
    podInfoOf(testPod(name, { spec: { resourceClaims: [{ name: "c", resourceClaimName: name }] } }));
  const reasons = [one?.reserve?.({ pod: user("a"), node }), other?.reserve?.({ pod: user("b"), node })];
  expect(reasons.map((one) => one?.reasons)).toEqual([undefined, ["cannot allocate all claims"]]);
});
