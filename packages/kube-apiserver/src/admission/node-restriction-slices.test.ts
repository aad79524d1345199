// What kubelets may say of devices: slices of their own node only.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Caller, startTestServer, type TestServer } from "../node/testing.ts";

const PATH = "/apis/resource.k8s.io/v1/resourceslices";
const kubelet = (name: string): Caller => ({ user: { name: `system:node:${name}`, groups: ["system:nodes"] } });
const slice = (name: string, nodeName: string) => ({
  apiVersion: "resource.k8s.io/v1",
  kind: "ResourceSlice",
  metadata: { name },
  spec: { driver: "gpu.example.com", nodeName, pool: { name: nodeName, generation: 1, resourceSliceCount: 1 } },
});
let at: TestServer;
beforeAll(async () => {
  at = await startTestServer();
});
afterAll(() => at.stop());

it("a slice is written and deleted by its own node only", async () => {
  const foreign = await at.call(kubelet("n2"), "POST", PATH, slice("s1", "n1"));
  expect([foreign.status, foreign.body.message]).toEqual([
    403,
    expect.stringContaining("can only create ResourceSlice with the same NodeName as the requesting node"),
  ]);
  expect((await at.call(kubelet("n1"), "POST", PATH, slice("s1", "n1"))).status).toBe(201);
  expect((await at.call(kubelet("n2"), "DELETE", `${PATH}/s1`)).status).toBe(403);
  expect((await at.call(kubelet("n2"), "DELETE", `${PATH}?fieldSelector=spec.nodeName%3Dn1`)).status).toBe(403);
  expect((await at.call(kubelet("n1"), "DELETE", `${PATH}/s1`)).status).toBe(200);
});
