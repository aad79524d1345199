// PersistentVolumeClaimResize: when a claim may grow.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PluginServer, refusal, startPluginServer } from "./testing.ts";

let server: PluginServer;
const CLAIMS = "namespaces/work/persistentvolumeclaims";
beforeAll(async () => {
  server = await startPluginServer();
  for (const [name, allowVolumeExpansion] of [
    ["grows", true],
    ["stays", false],
  ] as const) {
    await server.post("/apis/storage.k8s.io/v1/storageclasses", {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name },
      provisioner: "x.example.com",
      allowVolumeExpansion,
    });
    await server.post(CLAIMS, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name },
      spec: {
        storageClassName: name,
        volumeName: "v",
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
      },
    });
  }
});
afterAll(() => server.at.stop());

const grow = (name: string) =>
  server.patch(`${CLAIMS}/${name}`, { spec: { resources: { requests: { storage: "2Gi" } } } });
const bind = (name: string) =>
  server.patch(`${CLAIMS}/${name}/status`, { status: { phase: "Bound", capacity: { storage: "1Gi" } } });

it("refuses claims that are not bound, and classes that do not grow", async () => {
  expect((await grow("grows")).status).not.toBe(200);
  await bind("grows");
  await bind("stays");
  expect(refusal(await grow("stays"))).toEqual([
    403,
    'persistentvolumeclaims "stays" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  ]);
  expect((await grow("grows")).status).toBe(200);
});
