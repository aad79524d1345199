// DynamicResources: which nodes' devices serve which claims, in tables with upstream's messages. Selectors are played by a matcher that
// knows a few expressions; how CEL is evaluated is shown elsewhere.
import type { DeviceClass, DeviceRequest, ResourceClaim, ResourceSlice } from "@skates/api/resource/v1";
import type { Pod } from "@skates/api/core/v1";
import { clientFor } from "@skates/client";
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { allocate, type DeviceMatcher } from "../devices/allocate.ts";
import { devicePools } from "../devices/device-pools.ts";
import { type Devices, NO_DEVICES } from "../devices/devices.ts";
import { DeviceUsage } from "../devices/usage.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { ask, clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { dynamicResources } from "./dynamic-resources.ts";

type Spec = ResourceSlice["spec"];

const gpu = (name: string, model = "a", change: Partial<NonNullable<Spec["devices"]>[number]> = {}) => ({
  name,
  attributes: { model: { string: model } },
  ...change,
});
const slice = (nodeName: string, devices: Spec["devices"], change: Partial<Spec> = {}): ResourceSlice => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceSlice",
  metadata: { name: nodeName },
  spec: { driver: "d", pool: { name: nodeName, generation: 1, resourceSliceCount: 1 }, nodeName, devices, ...change },
});
const claim = (
  name: string,
  requests: readonly DeviceRequest[],
  change: { readonly spec?: object; readonly status?: ResourceClaim["status"] } = {},
): ResourceClaim => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceClaim",
  metadata: { name, namespace: "default", uid: `claim-${name}` },
  spec: { devices: { requests: [...requests], ...change.spec } },
  ...(change.status === undefined ? {} : { status: change.status }),
});
const exactly = (name: string, change: Partial<NonNullable<DeviceRequest["exactly"]>> = {}): DeviceRequest => ({
  name,
  exactly: { deviceClassName: "gpu", ...change },
});
const model = (wanted: string) => [{ cel: { expression: wanted } }];
const given = (device: string, pool: string): ResourceClaim["status"] => ({
  allocation: {
    devices: { results: [{ request: "r", driver: "d", pool, device }] },
    nodeSelector: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [pool] }] }],
    },
  },
});
const matches: DeviceMatcher = (selectors, { device }) =>
  selectors.every(({ cel }) => device.attributes?.["model"]?.string === cel?.expression);

const CLASS: DeviceClass = {
  apiVersion: "resource.k8s.io/v1",
  kind: "DeviceClass",
  metadata: { name: "gpu" },
  spec: {},
};

function plugin(slices: readonly ResourceSlice[], claims: readonly ResourceClaim[]) {
  const devices: Devices = {
    ...NO_DEVICES,
    claim: (_, name) => claims.find(({ metadata }) => metadata.name === name),
    deviceClass: (name) => (name === "gpu" ? CLASS : undefined),
    claims: () => claims,
    slices: () => slices,
  };
  const clock = virtualClock();
  const client = clientFor(() => Promise.reject(new Error("not asked")), { userAgent: "test", clock });
  return dynamicResources({ devices, matches, client, clock });
}
const using = (...names: readonly string[]): Pod =>
  testPod("p", { spec: { resourceClaims: names.map((name) => ({ name, resourceClaimName: name })) } });

const cluster = clusterOf([testNode("n1"), testNode("n2"), testNode("bare")]);
const no = "! cannot allocate all claims";
const elsewhere = "! resourceclaim not available on the node";
const SLICES = [slice("n1", [gpu("g0"), gpu("g1", "b")]), slice("n2", [gpu("g0"), gpu("g1"), gpu("g2")])];

describe("DynamicResources", () => {
  it.each<[string, readonly ResourceClaim[], object | string]>([
    ["one device", [claim("c", [exactly("r")])], { n1: 0, n2: 0, bare: no }],
    ["three devices", [claim("c", [exactly("r", { count: 3 })])], { n1: no, n2: 0, bare: no }],
    ["a selector", [claim("c", [exactly("r", { selectors: model("b") })])], { n1: 0, n2: no, bare: no }],
    [
      "two requests of which only one is served",
      [claim("c", [exactly("r", { selectors: model("b") }), exactly("s", { count: 2 })])],
      { n1: no, n2: no, bare: no },
    ],
    [
      "all devices that match, also where they are few",
      [claim("c", [exactly("r", { allocationMode: "All", selectors: model("a") })])],
      { n1: 0, n2: 0, bare: no },
    ],
    [
      "devices alike",
      [claim("c", [exactly("r", { count: 2 })], { spec: { constraints: [{ matchAttribute: "model" }] } })],
      { n1: no, n2: 0, bare: no },
    ],
    [
      "devices alike, by an attribute of the driver's domain",
      [claim("c", [exactly("r", { count: 2 })], { spec: { constraints: [{ matchAttribute: "d/model" }] } })],
      { n1: no, n2: 0, bare: no },
    ],
    [
      "devices alike, by an attribute of a domain that none knows",
      [claim("c", [exactly("r", { count: 2 })], { spec: { constraints: [{ matchAttribute: "other/model" }] } })],
      { n1: no, n2: no, bare: no },
    ],
    [
      "devices unlike",
      [claim("c", [exactly("r", { count: 2 })], { spec: { constraints: [{ distinctAttribute: "model" }] } })],
      { n1: 0, n2: no, bare: no },
    ],
    [
      "the best of two alternatives, preferred where it is to be had",
      [
        claim("c", [
          {
            name: "r",
            firstAvailable: [
              { name: "b", deviceClassName: "gpu", selectors: model("b") },
              { name: "a", deviceClassName: "gpu", selectors: model("a") },
            ],
          },
        ]),
      ],
      { n1: 100, n2: 87, bare: no },
    ],
    [
      "a claim that has a device",
      [claim("c", [exactly("r")], { status: given("g0", "n1") })],
      { n1: 0, n2: elsewhere, bare: elsewhere },
    ],
    [
      "a class that is not there",
      [claim("c", [exactly("r", { deviceClassName: "tpu" })])],
      {
        n1: "! could not retrieve device class tpu",
        n2: "! could not retrieve device class tpu",
        bare: "! could not retrieve device class tpu",
      },
    ],
  ])("%s", (_, claims, said) => {
    expect(ask(plugin(SLICES, claims), using("c"), cluster)).toEqual(said);
  });

  it("gives a device to one claim only, unless it is for admins", () => {
    const taken = claim("other", [exactly("r")], { status: given("g0", "n1") });
    const single = [slice("n1", [gpu("g0")])];
    expect(ask(plugin(single, [taken, claim("c", [exactly("r")])]), using("c"), cluster)).toMatchObject({ n1: no });
    const admin = claim("c", [exactly("r", { adminAccess: true })]);
    expect(ask(plugin(single, [taken, admin]), using("c"), cluster)).toMatchObject({ n1: 0 });
  });

  it("promises devices to one pod until it gives them back", () => {
    const asked = plugin([slice("n1", [gpu("g0")])], [claim("c", [exactly("r")]), claim("d", [exactly("r")])]);
    const node = cluster.node("n1");
    if (node === undefined) throw new Error("no node");
    const chosen = { pod: podInfoOf(using("c")), node };
    expect(asked.reserve?.(chosen)).toBe(undefined);
    const other = { ...using("d"), metadata: { name: "q", namespace: "default", uid: "q" } };
    expect(ask(asked, other, cluster)).toMatchObject({ n1: no });
    asked.unreserve?.(chosen);
    expect(ask(asked, other, cluster)).toMatchObject({ n1: 0 });
  });

  it("takes no device for good where a selector cannot be told", () => {
    const shared = slice("shared", [gpu("g0"), gpu("broken", "broken")], { nodeName: undefined, allNodes: true });
    const two = claim("c", [exactly("r", { selectors: model("a") }), exactly("s", { selectors: model("no") })]);
    const one = claim("c", [exactly("r", { selectors: model("a") })]);
    const usage = new DeviceUsage(devicePools([shared]), []);
    const search = (claims: readonly ResourceClaim[]) => {
      const devices = { ...NO_DEVICES, deviceClass: () => CLASS };
      const failing: DeviceMatcher = (selectors, device) => {
        if (selectors.some(({ cel }) => cel?.expression === "no")) throw new Error("no such key");
        return matches(selectors, device);
      };
      return allocate(claims, { node: testNode("n"), devices, pools: devicePools([shared]), usage, matches: failing });
    };
    expect(() => search([two])).toThrow("no such key");
    expect(search([one])?.grants.map(({ device }) => device.device.name)).toEqual(["g0"]);
  });

  it("leaves tainted devices alone that are not tolerated", () => {
    const taints = [{ key: "broken", effect: "NoSchedule" as const }];
    const slices = [slice("n1", [gpu("g0", "a", { taints })])];
    expect(ask(plugin(slices, [claim("c", [exactly("r")])]), using("c"), cluster)).toMatchObject({ n1: no });
    const tolerant = exactly("r", { tolerations: [{ key: "broken", operator: "Exists" }] });
    expect(ask(plugin(slices, [claim("c", [tolerant])]), using("c"), cluster)).toMatchObject({ n1: 0 });
  });

  it("keeps partitions within what they share", () => {
    const part = (name: string, value: string) =>
      gpu(name, "a", { consumesCounters: [{ counterSet: "memory", counters: { bytes: { value } } }] });
    const shared = { sharedCounters: [{ name: "memory", counters: { bytes: { value: "10Gi" } } }] };
    const slices = [slice("n1", [part("half", "5Gi"), part("other-half", "5Gi"), part("most", "8Gi")], shared)];
    const two = claim("c", [exactly("r", { count: 2 })]);
    expect(ask(plugin(slices, [two]), using("c"), cluster)).toMatchObject({ n1: 0 });
    const most = claim("taken", [exactly("r")], { status: given("most", "n1") });
    expect(ask(plugin(slices, [most, claim("c", [exactly("r")])]), using("c"), cluster)).toMatchObject({ n1: no });
  });

  it("waits for all slices of a pool's newest generation", () => {
    const older = slice("n1", [gpu("g0")]);
    const newer = { ...slice("n1", [gpu("g1")], { pool: { name: "n1", generation: 2, resourceSliceCount: 2 } }) };
    expect(ask(plugin([older, newer], [claim("c", [exactly("r")])]), using("c"), cluster)).toMatchObject({ n1: no });
  });

  it.each<[string, Pod, readonly ResourceClaim[], string]>([
    ["a claim that is not there", using("c"), [], 'could not find ResourceClaim "default/c"'],
    [
      "one that is not made yet",
      testPod("p", { spec: { resourceClaims: [{ name: "c", resourceClaimTemplateName: "t" }] } }),
      [],
      'pod "default/p": ResourceClaim not created yet',
    ],
  ])("holds back a pod with %s", (_, pod, claims, message) => {
    expect(plugin(SLICES, claims).preEnqueue?.(podInfoOf(pod))?.reasons).toEqual([message]);
  });
});
