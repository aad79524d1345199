// A driver of devices (DRA) as any other: it registers with the kubelet of a real node, its devices are allocated to claims, prepared
// before a pod's containers and given back after, over an agent that starts anew; what containerd 1.6 cannot do is said; what a driver
// offers goes with it.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestDraPlugin } from "../../packages/kubelet/src/node/testing/dra-plugin.ts";
import { apply, cluster, jsonPath, ok, pod, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { skates } from "./skates.ts";

const NAME = "gpu.dra.test";
const ns = useNamespace("devices");
const options = { name: NAME, kubeletDir: join(cluster.dataDir, "kubelet") };
const plugin = new TestDraPlugin(options);
let node = "";

beforeAll(async () => {
  node = await jsonPath(["nodes"], "{.items[0].metadata.name}");
  await plugin.start();
  await eventually("the plugin to be told", () => Promise.resolve(plugin.statuses[0]));
  await apply(
    {
      apiVersion: "resource.k8s.io/v1",
      kind: "DeviceClass",
      metadata: { name: "gpu" },
      spec: { selectors: [{ cel: { expression: `device.driver == "${NAME}"` } }] },
    },
    {
      apiVersion: "resource.k8s.io/v1",
      kind: "ResourceClaimTemplate",
      metadata: { name: "one", namespace: ns },
      spec: { spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "gpu" } }] } } },
    },
    slice(),
  );
});
afterAll(async () => {
  plugin.stop();
  await ok(["delete", "deviceclass", "gpu"]);
  await ok(["delete", "resourceslices", "--all"]);
});

function slice(): object {
  return {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name: "offer" },
    spec: {
      driver: NAME,
      nodeName: node,
      pool: { name: node, generation: 1, resourceSliceCount: 1 },
      devices: [{ name: "gpu-0" }],
    },
  };
}

const claiming = (name: string) =>
  pod(
    ns,
    name,
    { resources: { claims: [{ name: "gpu" }] } },
    { resourceClaims: [{ name: "gpu", resourceClaimTemplateName: "one" }] },
  );
const ready = (name: string) => ok(["-n", ns, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"]);
const events = () => ok(["-n", ns, "get", "events", "-o", "custom-columns=R:.reason,M:.message"]);

test("a device is prepared for a pod that claims it, by an agent that starts anew too, and given back", async () => {
  const made = await apply(claiming("one"));
  expect(made).not.toContain("Warning");
  await ready("one");
  const claim = await jsonPath(["-n", ns, "pod", "one"], "{.status.resourceClaimStatuses[0].resourceClaimName}");
  const uid = await jsonPath(["-n", ns, "resourceclaim", claim], "{.metadata.uid}");
  expect(plugin.calls).toEqual([`v1 prepare ${ns}/${claim} ${uid}`]);

  expect((await skates(["down", "--data-dir", cluster.dataDir])).code).toBe(0);
  expect((await skates(["up", "--no-merge", "--data-dir", cluster.dataDir])).code).toBe(0);
  await ready("one");
  await eventually("the plugin to be taken again", () => Promise.resolve(plugin.statuses[1]));
  // What was offered before the agent knew of the driver is taken back; drivers offer it anew.
  await eventually("the offer to be gone", async () =>
    (await ok(["get", "resourceslices", "-o", "name"])) === "" ? true : undefined,
  );
  await apply(slice());
  await ok(["-n", ns, "delete", "pod", "one"]);
  expect([plugin.calls.at(-1), plugin.prepared.size]).toEqual([`v1 unprepare ${ns}/${claim} ${uid}`, 0]);
  await eventually("the claim to be gone", async () =>
    (await ok(["-n", ns, "get", "resourceclaims", "-o", "name"])) === "" ? true : undefined,
  );
});

test("a pod waits until its driver prepares its device", async () => {
  plugin.error = "the device is hot";
  await apply(claiming("waiting"));
  await eventually("the event", async () =>
    /FailedPrepareDynamicResources +Failed to prepare dynamic resources: prepare dynamic resources: NodePrepareResources failed for ResourceClaim waiting-gpu-\w+: the device is hot/.test(
      await events(),
    )
      ? true
      : undefined,
  );
  expect(await jsonPath(["-n", ns, "pod", "waiting"], "{.status.phase}")).toBe("Pending");
  plugin.error = "";
  await ready("waiting");
  await ok(["-n", ns, "delete", "pod", "waiting"]);
  expect(plugin.prepared.size).toBe(0);
});

test("a device that only newer runtimes can give a container is refused, with the version that is needed", async () => {
  const version = await jsonPath(["nodes"], "{.items[0].status.nodeInfo.containerRuntimeVersion}");
  plugin.devices = [{ poolName: node, deviceName: "gpu-0", cdiDeviceIds: ["dra.test/gpu=0"] }];
  await apply(claiming("newer"));
  const refusal = `devices have CDI names, which the runtime does not know (needs containerd 2.0 or CRI-O 1.28; this is ${version})`;
  if (version.startsWith("containerd://1."))
    await eventually("the event", async () => ((await events()).includes(refusal) ? true : undefined));
  await ok(["-n", ns, "delete", "pod", "newer"]);
  expect(plugin.prepared.size).toBe(0);
});

test("what a driver that was killed has offered goes", async () => {
  plugin.stop(true);
  await eventually(
    "the offer to be gone",
    async () => ((await ok(["get", "resourceslices", "-o", "name"])) === "" ? true : undefined),
    90_000,
  );
  plugin.stop();
});
