// VolumeBinding, VolumeZone, VolumeRestrictions and NodeVolumeLimits: tables of pod, volumes and verdicts with upstream's messages.
import type { PersistentVolume, PersistentVolumeClaim, Pod, PodSpec } from "@skates/api/core/v1";
import type { StorageClass } from "@skates/api/storage/v1";
import { clientFor } from "@skates/client";
import { virtualClock } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { ask, clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { NO_VOLUMES, type Volumes } from "../volumes/volumes.ts";
import { nodeVolumeLimits } from "./node-volume-limits.ts";
import { volumeBinding } from "./volume-binding.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";

const GI = (amount: number) => ({ storage: `${amount}Gi` });
const claim = (name: string, change: Partial<PersistentVolumeClaim> = {}): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  spec: {},
  ...change,
  metadata: { name, namespace: "default", uid: `claim-${name}`, ...change.metadata },
});
const boundTo = (name: string, volumeName: string): PersistentVolumeClaim =>
  claim(name, {
    metadata: { name, namespace: "default", annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { volumeName },
  });
const late = (name: string, size = 1, className = "local"): PersistentVolumeClaim =>
  claim(name, {
    spec: { storageClassName: className, accessModes: ["ReadWriteOnce"], resources: { requests: GI(size) } },
  });
const inZone = (zone: string) => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: [zone] } as const] }] },
  },
});
const volume = (name: string, spec: PersistentVolume["spec"], labels?: Record<string, string>): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name, ...(labels === undefined ? {} : { labels }) },
  spec,
});
const local = (name: string, zone: string, size: number): PersistentVolume =>
  volume(name, { storageClassName: "local", capacity: GI(size), accessModes: ["ReadWriteOnce"], ...inZone(zone) });
const storageClass = (name: string, provisioner: string, change: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner,
  volumeBindingMode: "WaitForFirstConsumer",
  ...change,
});

/** A pod with a claim of its own. */
const ephemeral = (name: string): Pod =>
  testPod("p", { spec: { volumes: [{ name, ephemeral: { volumeClaimTemplate: { spec: {} } } }] } });

const CLASSES = [
  storageClass("local", "kubernetes.io/no-provisioner"),
  storageClass("any", "csi.example.com"),
  storageClass("zone-b", "csi.example.com", {
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["b"] }] }],
  }),
  storageClass("measured", "measured.example.com"),
];

function storage(claims: readonly PersistentVolumeClaim[], volumes: readonly PersistentVolume[] = []): Volumes {
  return {
    ...NO_VOLUMES,
    claim: (_, name) => claims.find((one) => one.metadata.name === name),
    volume: (name) => volumes.find((one) => one.metadata.name === name),
    volumesOf: (className) => volumes.filter(({ spec }) => (spec?.storageClassName ?? "") === className),
    storageClass: (name) => CLASSES.find((one) => one.metadata.name === name),
    csiDriver: (name) => ({
      apiVersion: "storage.k8s.io/v1",
      kind: "CSIDriver",
      metadata: { name },
      spec: { storageCapacity: name === "measured.example.com" },
    }),
    capacitiesOf: (className) =>
      className !== "measured"
        ? []
        : [
            {
              apiVersion: "storage.k8s.io/v1",
              kind: "CSIStorageCapacity",
              metadata: { name: "a" },
              storageClassName: "measured",
              capacity: "5Gi",
              nodeTopology: { matchLabels: { zone: "a" } },
            },
          ],
  };
}

const cluster = clusterOf([testNode("a", { labels: { zone: "a" } }), testNode("b", { labels: { zone: "b" } })]);
const using = (...names: readonly string[]): Pod =>
  testPod("p", { spec: { volumes: names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) } });
const noClient = clientFor(() => Promise.reject(new Error("not asked")), { userAgent: "test", clock: virtualClock() });
const binding = (volumes: Volumes) => volumeBinding({ volumes, client: noClient, clock: virtualClock() });

describe("VolumeBinding", () => {
  const far = "! node(s) didn't match PersistentVolume's node affinity";
  const none = "! node(s) didn't find available persistent volumes to bind";
  const space = "! node(s) did not have enough free storage";
  const gone = "! node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
  const claims = [
    claim("pending"),
    boundTo("anywhere", "pv-anywhere"),
    boundTo("zonal", "pv-zonal"),
    boundTo("lost", "pv-gone"),
    claim("abandoned", { spec: { volumeName: "pv-gone" }, status: { phase: "Lost" } }),
    late("p-foreign"),
    claim("leaving", { metadata: { name: "leaving", deletionTimestamp: "2026-01-01T00:00:00Z" } }),
    late("small"),
    late("large", 20),
    late("made", 1, "any"),
    late("made-in-b", 1, "zone-b"),
    late("fits", 5, "measured"),
    late("too-large", 6, "measured"),
    claim("chosen", {
      metadata: { name: "chosen", annotations: { "volume.kubernetes.io/selected-node": "b" } },
      spec: { storageClassName: "any" },
    }),
  ];
  const volumes = [
    volume("pv-anywhere", {}),
    volume("pv-zonal", inZone("a")),
    local("l1", "a", 2),
    local("l2", "a", 1),
    local("l3", "b", 30),
  ];
  it.each<[string, Pod, object | string]>([
    ["no claims", testPod("p"), { a: 0, b: 0 }],
    ["a claim that is not there", using("none"), 'persistentvolumeclaim "none" not found'],
    ["a claim that is going", using("leaving"), 'persistentvolumeclaim "leaving" is being deleted'],
    [
      "a claim that has lost its volume",
      using("abandoned"),
      'persistentvolumeclaim "abandoned" bound to non-existent persistentvolume "pv-gone"',
    ],
    [
      "a claim of its own that is not made yet",
      ephemeral("scratch"),
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch"',
    ],
    [
      "a claim of its own that is somebody else's",
      ephemeral("foreign"),
      "PVC default/p-foreign was not created for pod default/p (pod is not owner)",
    ],
    ["a claim that is not bound", using("anywhere", "pending"), "pod has unbound immediate PersistentVolumeClaims"],
    ["a volume that any node reaches", using("anywhere"), { a: 0, b: 0 }],
    ["a volume of one zone", using("zonal"), { a: 0, b: far }],
    ["a volume that is gone", using("lost"), { a: gone, b: gone }],
    ["a claim that some volume fits", using("small"), { a: 0, b: 0 }],
    ["a claim that one volume fits", using("large"), { a: none, b: 0 }],
    ["two claims where there are two volumes", using("small", "large"), { a: none, b: none }],
    ["a volume that can be made", using("made"), { a: 0, b: 0 }],
    ["one that can be made in a zone", using("made-in-b"), { a: none, b: 0 }],
    ["one for which there is room in a zone", using("fits"), { a: 0, b: space }],
    ["one for which there is no room", using("too-large"), { a: space, b: space }],
    ["one that is being made for a node", using("chosen"), { a: none, b: 0 }],
  ])("%s", (_, pod, said) => {
    expect(ask(binding(storage(claims, volumes)), pod, cluster)).toEqual(said);
  });

  it("promises a volume to one pod only, until that gives it back", () => {
    const plugin = binding(storage([late("one"), late("two")], [local("only", "a", 2)]));
    const [node] = cluster.nodes;
    if (node === undefined) throw new Error("no node");
    const first = podInfoOf({ ...using("one"), metadata: { name: "first", namespace: "default", uid: "1" } });
    expect(plugin.reserve?.({ pod: first, node })).toBe(undefined);
    expect(ask(plugin, using("two"), cluster)).toEqual({ a: none, b: none });
    expect(ask(plugin, using("one"), cluster)).toEqual({ a: 0, b: none });
    plugin.unreserve?.({ pod: first, node });
    expect(ask(plugin, using("two"), cluster)).toEqual({ a: 0, b: none });
  });
});

describe("VolumeZone", () => {
  const ZONE = "topology.kubernetes.io/zone";
  const OLD = "failure-domain.beta.kubernetes.io/zone";
  const nodes = clusterOf([
    testNode("a", { labels: { [ZONE]: "a" } }),
    testNode("b", { labels: { [ZONE]: "b" } }),
    testNode("nowhere"),
  ]);
  const no = "! node(s) had no available volume zone";
  it.each<[string, Record<string, string> | undefined, object]>([
    ["no labels", undefined, { a: 0, b: 0, nowhere: 0 }],
    ["one zone", { [ZONE]: "a" }, { a: 0, b: no, nowhere: 0 }],
    ["two zones", { [ZONE]: "a__b" }, { a: 0, b: 0, nowhere: 0 }],
    ["a zone by its old name", { [OLD]: "b" }, { a: no, b: 0, nowhere: 0 }],
  ])("%s", (_, labels, said) => {
    const plugin = volumeZone(storage([boundTo("c", "v")], [volume("v", {}, labels)]));
    expect(ask(plugin, using("c"), nodes)).toEqual(said);
  });
});

describe("VolumeRestrictions", () => {
  const withVolumes = (name: string, volumes: PodSpec["volumes"], nodeName?: string): Pod =>
    testPod(name, { spec: { volumes }, ...(nodeName === undefined ? {} : { nodeName }) });
  const disk = (readOnly: boolean): PodSpec["volumes"] => [
    { name: "d", gcePersistentDisk: { pdName: "disk", readOnly } },
  ];
  it("mounts a disk once on a node, unless all only read", () => {
    const plugin = volumeRestrictions(NO_VOLUMES);
    const said = (there: boolean, asked: boolean) =>
      ask(plugin, withVolumes("p", disk(asked)), clusterOf([testNode("n")], [withVolumes("q", disk(there), "n")]));
    expect([said(false, false), said(true, false), said(true, true)]).toEqual([
      { n: "node(s) had no available disk" },
      { n: "node(s) had no available disk" },
      { n: 0 },
    ]);
  });

  it("lets one pod of all nodes use a claim that is for one pod", () => {
    const single = claim("single", { spec: { accessModes: ["ReadWriteOncePod"] } });
    const plugin = volumeRestrictions(storage([single]));
    const user = { ...using("single"), metadata: { name: "u", namespace: "default", uid: "u" } };
    const busy = clusterOf([testNode("n1"), testNode("n2")], [{ ...user, spec: { ...user.spec, nodeName: "n1" } }]);
    const no = "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    expect(ask(plugin, using("single"), busy)).toEqual({ n1: no, n2: no });
    busy.removePod("u");
    expect(ask(plugin, using("single"), busy)).toEqual({ n1: 0, n2: 0 });
  });
});

describe("NodeVolumeLimits", () => {
  const handle = (name: string): PersistentVolume =>
    volume(name, { csi: { driver: "csi.example.com", volumeHandle: name } });
  const claims = ["one", "two", "three"].map((name) => boundTo(name, name));
  const volumes: Volumes = {
    ...storage([...claims, late("unmade", 1, "any")], ["one", "two", "three"].map(handle)),
    csiNode: (name) => ({
      apiVersion: "storage.k8s.io/v1",
      kind: "CSINode",
      metadata: { name },
      spec: {
        drivers: name === "free" ? [] : [{ name: "csi.example.com", nodeID: name, allocatable: { count: 2 } }],
      },
    }),
  };
  const plugin = nodeVolumeLimits(volumes);
  const at = (nodeName: string, ...names: readonly string[]): Pod => {
    const pod = using(...names);
    return { ...pod, metadata: { ...pod.metadata, name: "q", uid: "q" }, spec: { ...pod.spec, nodeName } };
  };
  const full = "node(s) exceed max volume count";
  it.each<[string, Pod, object | string]>([
    ["as many as the driver takes", using("one", "two"), { limited: 0, free: 0 }],
    ["more", using("one", "two", "three"), { limited: full, free: 0 }],
    ["one that is not made yet counts", using("one", "two", "unmade"), { limited: full, free: 0 }],
    ["a claim that is not there", using("none"), 'persistentvolumeclaim "none" not found'],
  ])("%s", (_, pod, said) => {
    expect(ask(plugin, pod, clusterOf([testNode("limited"), testNode("free")]))).toEqual(said);
  });
  it("counts what pods there use, once", () => {
    const busy = clusterOf([testNode("limited")], [at("limited", "one", "two")]);
    expect(ask(plugin, using("one", "two"), busy)).toEqual({ limited: 0 });
    expect(ask(plugin, using("three"), busy)).toEqual({ limited: full });
  });
});
