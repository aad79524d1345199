// DynamicResources: which nodes' devices serve which claims, in tables with upstream's messages. Selectors are played by a matcher that
// knows a few expressions; how CEL is evaluated is shown elsewhere.
import type { Condition } from "@skates/apimachinery";
import type { DeviceClass, DeviceRequest, ResourceClaim, ResourceSlice } from "@skates/api/resource/v1";
import type { Pod } from "@skates/api/core/v1";
import { clientFor } from "@skates/client";
import { createMetrics, seededRandom, virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { allocate, type DeviceMatcher } from "../devices/allocate.ts";
import { ALL_DEVICE_FEATURES } from "../devices/device-features.ts";
import { devicePools } from "../devices/device-pools.ts";
import { type Devices, NO_DEVICES } from "../devices/devices.ts";
import { DevicePromises } from "../devices/promises.ts";
import { DeviceUsage } from "../devices/usage.ts";
import { failureMessage } from "../framework/decision.ts";
import { Framework } from "../framework/framework.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { profileOf } from "../framework/profile.ts";
import { schedulerMetrics } from "../metrics.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { ask, clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { dynamicResources, type DynamicResourcesOptions } from "./dynamic-resources.ts";

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

function plugin(
  slices: readonly ResourceSlice[],
  claims: readonly ResourceClaim[],
  change: Pick<DynamicResourcesOptions, "args" | "features"> = {},
  onList: () => void = () => undefined,
) {
  const devices: Devices = {
    ...NO_DEVICES,
    claim: (_, name) => claims.find(({ metadata }) => metadata.name === name),
    deviceClass: (name) => (name === "gpu" ? CLASS : undefined),
    claims: () => (onList(), claims),
    slices: () => slices,
    classOf: (resource) => (resource === "example.com/gpu" ? CLASS : undefined),
  };
  const clock = virtualClock();
  const client = clientFor(() => Promise.reject(new Error("not asked")), { userAgent: "test", clock });
  const metrics = schedulerMetrics(createMetrics());
  const recorder = () => ({ event: () => undefined });
  const promises = new DevicePromises(devices);
  const random = seededRandom(1);
  return dynamicResources({ devices, promises, matches, client, clock, recorder, random, metrics, ...change });
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
      "a claim that as many use as may",
      [
        claim("c", [exactly("r")], {
          status: {
            ...given("g0", "n1"),
            reservedFor: Array.from({ length: 256 }, (_, i) => ({ resource: "pods", name: `p${i}`, uid: `u${i}` })),
          },
        }),
      ],
      "resourceclaim in use",
    ],
    [
      "a class that is not there",
      [claim("c", [exactly("r", { deviceClassName: "tpu" })])],
      "request r: device class tpu does not exist",
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

  it("counts what is used once for a pod, and again when something has changed", () => {
    const claims = [claim("c", [exactly("r")]), claim("d", [exactly("r")])];
    let counted = 0;
    const asked = plugin(SLICES, claims, {}, () => void counted++);
    const node = cluster.node("n1");
    if (node === undefined) throw new Error("no node");
    const chosen = { pod: podInfoOf(using("c")), node };
    const counts = [
      () => ask(asked, using("c"), cluster),
      () => asked.reserve?.(chosen),
      () => ask(asked, using("d"), cluster),
    ].map((work) => {
      work();
      return counted;
    });
    expect(counts).toEqual([1, 1, 2]);
  });

  it("takes no device for good where a selector cannot be told", () => {
    const shared = slice("shared", [gpu("g0"), gpu("broken", "broken")], { nodeName: undefined, allNodes: true });
    const two = claim("c", [exactly("r", { selectors: model("a") }), exactly("s", { selectors: model("no") })]);
    const one = claim("c", [exactly("r", { selectors: model("a") })]);
    const usage = new DeviceUsage(devicePools([shared]), []);
    const search = (claims: readonly ResourceClaim[]) => {
      const failing: DeviceMatcher = (selectors, device, whose) => {
        if (selectors.some(({ cel }) => cel?.expression === "no")) throw new Error("no such key");
        return matches(selectors, device, whose);
      };
      const pools = devicePools([shared]);
      return allocate(claims, { node: testNode("n"), deviceClass: () => CLASS, pools, usage, matches: failing });
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

  describe("devices that give shares", () => {
    const shared = gpu("g0", "a", { allowMultipleAllocations: true, capacity: { memory: { value: "10Gi" } } });
    const slices = [slice("n1", [shared])];
    const asking = (memory: string) => exactly("r", { capacity: { requests: { memory } } });
    const share = (memory: string): ResourceClaim["status"] => ({
      allocation: {
        devices: {
          results: [
            { request: "r", driver: "d", pool: "n1", device: "g0", shareID: "s", consumedCapacity: { memory } },
          ],
        },
      },
    });
    const taken = claim("other", [asking("6Gi")], { status: share("6Gi") });

    it.each<[string, readonly ResourceClaim[], string | number]>([
      ["as long as enough is left", [taken, claim("c", [asking("4Gi")])], 0],
      ["but not more", [taken, claim("c", [asking("5Gi")])], no],
      ["also to two requests of one claim", [claim("c", [asking("5Gi"), { ...asking("5Gi"), name: "s" }])], 0],
      ["within what is there", [claim("c", [asking("5Gi"), { ...asking("6Gi"), name: "s" }])], no],
      ["but not what they have not", [claim("c", [exactly("r", { capacity: { requests: { cores: "1" } } })])], no],
      ["but not all of them to who names no amount", [taken, claim("c", [exactly("r")])], no],
    ])("give them, %s", (_, claims, said) => {
      expect(ask(plugin(slices, claims), using("c"), cluster)).toMatchObject({ n1: said });
    });

    it("are refused in words where the feature is off", () => {
      const features = { ...ALL_DEVICE_FEATURES, shares: false };
      const said =
        "claim default/c, request r: has capacity requests, but the DRAConsumableCapacity feature is disabled";
      expect(ask(plugin(slices, [claim("c", [asking("1Gi")])], { features }), using("c"), cluster)).toBe(said);
      // Without an amount the device is given whole, to one.
      expect(ask(plugin(slices, [claim("c", [exactly("r")])], { features }), using("c"), cluster)).toMatchObject({
        n1: 0,
      });
    });
  });

  describe("devices that must become ready", () => {
    const conditional = gpu("g0", "a", { bindingConditions: ["Attached"], bindingFailureConditions: ["Broken"] });
    const slices = [slice("n1", [conditional])];
    const status = (conditions: readonly Condition[], allocationTimestamp: string): ResourceClaim["status"] => ({
      allocation: {
        devices: {
          results: [
            {
              request: "r",
              driver: "d",
              pool: "n1",
              device: "g0",
              bindingConditions: ["Attached"],
              bindingFailureConditions: ["Broken"],
            },
          ],
        },
        allocationTimestamp,
      },
      devices: [{ driver: "d", pool: "n1", device: "g0", conditions: [...conditions] }],
    });
    const condition = (type: string): Condition => ({
      type,
      status: "True",
      reason: "Because",
      message: "",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    });
    const [early, late] = ["1960-01-01T00:00:00Z", "2100-01-01T00:00:00Z"];

    it.each<[string, ResourceClaim["status"], string | number]>([
      ["given anew", undefined, 0],
      ["awaited", status([], late), 0],
      ["used when they are ready", status([condition("Attached")], early), 0],
      ["given up when they fail", status([condition("Broken")], late), elsewhere],
      ["given up when they take too long", status([], early), elsewhere],
    ])("are %s", (_, given, said) => {
      const one = claim("c", [exactly("r")], given === undefined ? {} : { status: given });
      expect(ask(plugin(slices, [one]), using("c"), cluster)).toMatchObject({ n1: said });
    });

    it("are tried last, and left alone where the feature is off", () => {
      const both = [slice("n1", [conditional]), slice("z", [gpu("g1")], { nodeName: "n1" })];
      const search = (features = ALL_DEVICE_FEATURES) => {
        const pools = devicePools(both, features);
        const options = { node: testNode("n1"), deviceClass: () => CLASS, pools, matches };
        const allocation = allocate([claim("c", [exactly("r", { count: 2 })])], {
          ...options,
          usage: new DeviceUsage(pools, []),
        });
        return allocation?.grants.map(({ device }) => device.device.name);
      };
      expect([search(), search({ ...ALL_DEVICE_FEATURES, readiness: false })]).toEqual([["g1", "g0"], undefined]);
    });
  });

  it("serves extended resources where the node has none of its own", () => {
    const wants = { requests: { "example.com/gpu": "1" } };
    const nodes = [testNode("n1"), testNode("own", { allocatable: { "example.com/gpu": "1" } }), testNode("bare")];
    const asked = plugin([slice("n1", [gpu("g0")])], []);
    expect(ask(asked, testPod("p", wants), clusterOf(nodes))).toEqual({ n1: 0, own: 0, bare: no });
    const off = plugin([slice("n1", [gpu("g0")])], [], {
      features: { ...ALL_DEVICE_FEATURES, extendedResources: false },
    });
    expect(off.prepare?.(podInfoOf(testPod("p", wants)), clusterOf(nodes))).toBe(undefined);
  });

  it("replaces the claim that an earlier attempt has made for extended resources", () => {
    const pod = testPod("p", { requests: { "example.com/gpu": "1" } });
    const owner = { apiVersion: "v1", kind: "Pod", name: "p", uid: pod.metadata.uid ?? "", controller: true };
    const earlier = claim("p-extended-resources-x", []);
    const metadata = {
      ...earlier.metadata,
      annotations: { "resource.kubernetes.io/extended-resource-claim": "true" },
      ownerReferences: [owner],
    };
    const asked = plugin(SLICES, [{ ...earlier, metadata }]);
    expect(ask(asked, pod, cluster)).toMatchObject({ n1: "! cannot schedule extended resource claim" });
  });

  it.each<[string, readonly ResourceSlice[], string]>([
    [
      "slices are missing",
      [slice("n1", [gpu("g0")], { pool: { name: "n1", generation: 1, resourceSliceCount: 2 } })],
      "! claim default/c, request r: asks for all devices, but resource pool d/n1 is currently being updated",
    ],
    [
      "two devices have one name",
      [slice("n1", [gpu("g0"), gpu("g0")])],
      "! claim default/c, request r: asks for all devices, but resource pool d/n1 is currently invalid",
    ],
  ])("does not take some for all where %s", (_, slices, said) => {
    const all = claim("c", [exactly("r", { allocationMode: "All" })]);
    expect(ask(plugin(slices, [all]), using("c"), cluster)).toMatchObject({ n1: said });
  });

  it("leaves devices alone of which it cannot tell what they are like, or what they use up", () => {
    const listed = ["g0", "g1"].map((name) => ({ name, attributes: { model: { strings: ["a"] } } }));
    const alike = claim("c", [exactly("r", { count: 2 })], { spec: { constraints: [{ matchAttribute: "model" }] } });
    expect(ask(plugin([slice("n1", listed)], [alike]), using("c"), cluster)).toMatchObject({ n1: no });
    const nodeAllocatableResourceMappings = { memory: { capacityKey: "memory" } };
    const greedy = [slice("n1", [gpu("g0", "a", { nodeAllocatableResourceMappings })])];
    expect(ask(plugin(greedy, [claim("c", [exactly("r")])]), using("c"), cluster)).toMatchObject({ n1: no });
  });

  it("gives up a search that takes too long", () => {
    const many = [
      slice(
        "n1",
        Array.from({ length: 40 }, (_, i) => gpu(`g${i}`, i % 2 === 0 ? "a" : "b")),
      ),
    ];
    const impossible = claim("c", [exactly("r", { count: 21 })], {
      spec: { constraints: [{ matchAttribute: "model" }] },
    });
    expect(ask(plugin(many, [impossible]), using("c"), cluster)).toMatchObject({
      n1: "! timed out trying to allocate devices",
    });
  });

  describe("where no node would do", () => {
    const say = (pod: Pod, plugins: readonly SchedulerPlugin[]) => {
      const info = podInfoOf(pod);
      const profile = profileOf("p", plugins);
      const decision = new Framework({ profile, snapshot: cluster, random: seededRandom(1) }).decide(info);
      if (!("failure" in decision)) return decision.node.name;
      const { failure } = decision;
      const { filter: filters } = profile.plugins;
      const asked = plugins.find(({ name }) => name === "DynamicResources");
      const plan = asked?.postFilter?.({ pod: info, failure, snapshot: cluster, filters });
      return failureMessage(failure, plan?.message);
    };
    const holding: SchedulerPlugin = {
      name: "Other",
      wakes: [],
      prepare: () => ({ reasons: ["no"], resolvable: false }),
    };
    const against: SchedulerPlugin = {
      name: "Other",
      wakes: [],
      prepare: () => ({ filter: () => ({ reasons: ["no"], resolvable: false }) }),
    };
    const elsewhereOnly = claim("c", [exactly("r")], { status: given("g0", "gone") });

    const none = plugin([], []);
    it.each<[string, string, Pod, readonly SchedulerPlugin[]]>([
      [
        "says that there is nothing to take back",
        "0/3 nodes are available: 3 no. no new claims to deallocate",
        testPod("p"),
        [against, none],
      ],
      [
        "says what upstream says of pods that a plugin before it rejects outright",
        "0/3 nodes are available: no. not found",
        testPod("p"),
        [holding, none],
      ],
      [
        "and of those that a plugin after it does",
        "0/3 nodes are available: no. no new claims to deallocate",
        testPod("p"),
        [none, holding],
      ],
      [
        "says that it does not help",
        "0/3 nodes are available: 3 cannot allocate all claims. still not schedulable",
        using("c"),
        [plugin([], [claim("c", [exactly("r")])])],
      ],
      [
        "takes back what was given elsewhere",
        "0/3 nodes are available: 3 resourceclaim not available on the node. deallocation of ResourceClaim completed",
        using("c"),
        [plugin(SLICES, [elsewhereOnly])],
      ],
      [
        "says which class is missing",
        "0/3 nodes are available: request r: device class tpu does not exist. no new claims to deallocate",
        using("c"),
        [plugin(SLICES, [claim("c", [exactly("r", { deviceClassName: "tpu" })])])],
      ],
    ])("%s", (_, message, pod, plugins) => {
      expect(say(pod, plugins)).toBe(message);
    });
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
