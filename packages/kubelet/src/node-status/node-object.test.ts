// The Node object: capacity, conditions with upstream's reasons, images.
import { expect, test } from "vitest";
import { NO_FEATURES } from "../runtime.ts";
import type { MachineInfo } from "./machine.ts";
import { newNode, type NodeSettings, nodeResources, nodeStatus } from "./node-object.ts";

const settings: NodeSettings = {
  name: "n",
  labels: { zone: "a" },
  taints: [],
  addresses: ["192.0.2.1"],
  podCidr: "10.244.0.0/24",
  maxPods: 110,
  version: "v1.36.0+skates",
  kubeletPort: 10250,
  reserved: { milliCpu: 500, memoryBytes: 1024 ** 2 },
};
const machine: MachineInfo = {
  cpus: 4,
  memoryBytes: 8 * 1024 ** 3,
  ephemeralStorageBytes: 100 * 1024 ** 3,
  machineId: "m",
  systemUuid: "s",
  bootId: "b",
  kernelVersion: "6.1",
  osImage: "Debian",
  operatingSystem: "linux",
  architecture: "amd64",
};
const good = { runtimeReady: true, networkReady: true, message: "", features: NO_FEATURES };
const calm = { memory: false, disk: false, pid: false };
const NOW = Date.parse("2026-01-01T00:00:00Z");
const base = {
  settings,
  machine,
  features: ["RestartAllContainersOnContainerExits"],
  health: good,
  pressure: calm,
  images: [],
  runtimeVersion: "containerd://1",
  old: [],
  nowMs: NOW,
};
const brief = (input: Partial<typeof base>) =>
  nodeStatus({ ...base, ...input }).conditions?.map(
    (c) => `${c.type}=${c.status} ${c.reason ?? ""}: ${c.message ?? ""}`,
  );

test("capacity, and what is left for pods, in quantities as the API stores them", () => {
  expect(nodeResources(settings, machine)).toMatchObject({
    capacity: { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "100Gi" },
    allocatable: { cpu: "3500m", memory: `${8 * 1024 - 101}Mi`, pods: "110", "ephemeral-storage": "102005473200" },
  });
});

test("a new node is tainted until it is ready", () => {
  expect(newNode(settings, machine)).toMatchObject({
    metadata: { labels: { zone: "a", "kubernetes.io/hostname": "n" } },
    spec: {
      podCIDR: "10.244.0.0/24",
      podCIDRs: ["10.244.0.0/24"],
      taints: [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }],
    },
  });
});

test("conditions", () => {
  expect(brief({})?.at(-1)).toBe("Ready=True KubeletReady: kubelet is posting ready status");
  expect(brief({ pressure: { memory: true, disk: true, pid: true } })?.slice(0, 3)).toEqual([
    "MemoryPressure=True KubeletHasInsufficientMemory: kubelet has insufficient memory available",
    "DiskPressure=True KubeletHasDiskPressure: kubelet has disk pressure",
    "PIDPressure=True KubeletHasInsufficientPID: kubelet has insufficient PID available",
  ]);
  expect(
    brief({
      health: { runtimeReady: true, networkReady: false, message: "network is missing", features: NO_FEATURES },
    })?.at(-1),
  ).toBe("Ready=False KubeletNotReady: network is missing");
});

test("times move with the status, heartbeats always, conditions of others stay", () => {
  const before = nodeStatus(base).conditions ?? [];
  const old = [{ type: "Other", status: "True" }, ...before];
  const after = nodeStatus({ ...base, old, nowMs: NOW + 60_000 }).conditions ?? [];
  expect(after[0]).toEqual({ type: "Other", status: "True" });
  expect(after.at(-1)).toMatchObject({
    lastHeartbeatTime: "2026-01-01T00:01:00Z",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  });
});

test("the largest images, with few names", () => {
  const image = (i: number) => ({
    id: `i${i}`,
    tags: [`t${i}`],
    digests: [],
    sizeBytes: i,
    username: "",
    pinned: false,
  });
  const { images } = nodeStatus({ ...base, images: Array.from({ length: 60 }, (_, i) => image(i)) });
  expect(images).toHaveLength(50);
  expect(images?.[0]).toEqual({ names: ["t59"], sizeBytes: 59 });
});

test("with an external cloud provider a node waits for it, and its addresses replace ours", () => {
  const external = { ...settings, externalCloudProvider: true };
  const { metadata, spec } = newNode(external, machine);
  expect([metadata.annotations?.["alpha.kubernetes.io/provided-node-ip"], spec?.taints]).toEqual([
    "192.0.2.1",
    [
      { key: "node.cloudprovider.kubernetes.io/uninitialized", value: "true", effect: "NoSchedule" },
      { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
    ],
  ]);
  const own = [
    { type: "InternalIP", address: "192.0.2.1" },
    { type: "Hostname", address: "n" },
  ];
  const theirs = [{ type: "ExternalIP", address: "198.51.100.7" }];
  const addressesOf = (of: NodeSettings, oldAddresses: typeof theirs) =>
    nodeStatus({ ...base, settings: of, oldAddresses }).addresses;
  expect([addressesOf(external, []), addressesOf(external, theirs), addressesOf(settings, theirs)]).toEqual([
    own,
    theirs,
    own,
  ]);
});

test("what the runtime can do is shown by handler", () => {
  const able = { recursiveReadOnlyMounts: false, userNamespaces: true };
  const features = { ...NO_FEATURES, handlers: new Map([["kata", able]]) };
  const health = { runtimeReady: true, networkReady: true, message: "", features };
  expect(nodeStatus({ ...base, health }).runtimeHandlers).toEqual([
    { name: "", features: { recursiveReadOnlyMounts: false, userNamespaces: false } },
    { name: "kata", features: able },
  ]);
});
