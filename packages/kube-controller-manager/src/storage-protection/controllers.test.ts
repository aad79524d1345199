// Storage that something uses outlives its deletion, shown with the real server and its admission.
import { pods, persistentVolumeClaims, persistentVolumes } from "@skates/api/core/v1";
import { isStatus, StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const claim = (name: string) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "default" },
  spec: { accessModes: ["ReadWriteOnce" as const], resources: { requests: { storage: "1Gi" } } },
});
const user = (name: string, nodeName: string | undefined) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: {
    ...(nodeName === undefined ? {} : { nodeName }),
    containers: [{ name: "c", image: "x" }],
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }],
  },
});

async function exists(name: string): Promise<boolean> {
  try {
    await world.get(persistentVolumeClaims, { namespace: "default", name });
    return true;
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    return false;
  }
}

it("keeps a claim while a pod on a node uses it", async () => {
  const made = await world.create(persistentVolumeClaims, claim("data"));
  expect(made.metadata.finalizers).toEqual(["kubernetes.io/pvc-protection"]);
  await world.create(pods, user("waiting", undefined));
  await world.create(pods, user("running", "n1"));
  const key = { namespace: "default", name: "data" };
  await world.client.resource(persistentVolumeClaims).delete(key, {}, world.signal);
  await world.pass(5);
  expect(await exists("data")).toBe(true);
  const now = { gracePeriodSeconds: 0 };
  await world.client.resource(pods).delete({ namespace: "default", name: "running" }, now, world.signal);
  await world.pass(5);
  expect(await exists("data")).toBe(false);
});

it("lets volumes go that no claim has", async () => {
  const made = await world.create(persistentVolumes, {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "disk" },
    spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" } },
  });
  expect(made.metadata.finalizers).toEqual(["kubernetes.io/pv-protection"]);
  await world.client.resource(persistentVolumes).delete({ name: "disk" }, {}, world.signal);
  await world.pass(5);
  expect(await world.list(persistentVolumes)).toEqual([]);
});

it("asks the server for pods before a claim loses its protection", async () => {
  await world.create(persistentVolumeClaims, claim("data"));
  const key = { namespace: "default", name: "data" };
  const asked = () => world.requests.filter((request) => request === "GET /api/v1/namespaces/default/pods").length;
  const before = asked();
  world.refuse = ({ method, path }) =>
    method === "GET" && path === "/api/v1/namespaces/default/pods"
      ? new StatusError("ServiceUnavailable", "not now")
      : undefined;
  await world.client.resource(persistentVolumeClaims).delete(key, {}, world.signal);
  await world.pass(5);
  expect([await exists("data"), asked() > before]).toEqual([true, true]);
  world.refuse = undefined;
  await world.pass(10);
  expect(await exists("data")).toBe(false);
});

it("protects what came without, and asks for pods once for claims that go together", async () => {
  const names = Array.from({ length: 20 }, (_, i) => `data-${i}`);
  for (const name of names) {
    await world.create(persistentVolumeClaims, claim(name));
    await world.edit(persistentVolumeClaims, { namespace: "default", name }, (one) => ({
      ...one,
      metadata: { ...one.metadata, finalizers: [] },
    }));
  }
  await world.pass(5);
  const guarded = (await world.list(persistentVolumeClaims, "default")).map(({ metadata }) => metadata.finalizers);
  expect(guarded).toEqual(names.map(() => ["kubernetes.io/pvc-protection"]));
  const asked = () => world.requests.filter((request) => request === "GET /api/v1/namespaces/default/pods").length;
  const before = asked();
  await world.client.resource(persistentVolumeClaims).deleteCollection({ namespace: "default" }, world.signal);
  await world.pass(10);
  expect(await world.list(persistentVolumeClaims, "default")).toEqual([]);
  expect(asked() - before).toBeLessThan(10);
});
