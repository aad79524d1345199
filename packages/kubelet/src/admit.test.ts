// Which pods a node takes although they are bound to it, and what a pod asks for.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { admit, podRequest } from "./admit.ts";
import { unsupported } from "./worker/refuse-pod.ts";

const pod = (cpu: string, spec: Partial<Pod["spec"]> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "a", resources: { requests: { cpu } } }], ...spec },
});
const allocatable = { cpu: "2", memory: "1Gi", pods: "3" };
const ask = (p: Pod, others: readonly Pod[]) => admit({ pod: p, others, allocatable, operatingSystem: "linux" });

test("room is what is left of the node", () => {
  expect(ask(pod("1"), [pod("1")])).toBeUndefined();
  expect(ask(pod("1500m"), [pod("1")])).toEqual({
    reason: "OutOfcpu",
    message: "Node didn't have enough resource: cpu, requested: 1500, used: 1000, capacity: 2000",
  });
  expect(ask(pod("0"), [pod("0"), pod("0"), pod("0")])?.reason).toBe("OutOfpods");
  expect(ask(pod("0"), [pod("5")])).toBeUndefined();
});

test("another operating system", () => {
  expect(ask(pod("0", { os: { name: "windows" } }), [])?.reason).toBe("PodOSNotSupported");
});

test("init containers run before the others, sidecars beside them", () => {
  const request = (cpu: string) => ({ requests: { cpu } });
  const p = pod("1", {
    initContainers: [
      { name: "i", resources: request("3") },
      { name: "s", restartPolicy: "Always", resources: request("500m") },
      { name: "j", resources: request("2") },
    ],
  });
  expect(podRequest(p, "cpu")).toBe(3000);
  expect(podRequest({ ...p, spec: { ...p.spec, initContainers: p.spec.initContainers?.slice(1) } }, "cpu")).toBe(2500);
});

test("what nobody here can do is said, not left out", () => {
  expect(unsupported(pod("0"))).toBeUndefined();
  expect(unsupported(pod("0", { hostUsers: false }))).toContain("user namespaces");
  expect(unsupported(pod("0", { resourceClaims: [{ name: "gpu" }] }))).toContain('resource claim "gpu"');
  const mount = { name: "v", mountPath: "/v", readOnly: true, recursiveReadOnly: "Enabled" };
  expect(unsupported(pod("0", { containers: [{ name: "a", volumeMounts: [mount] }] }))).toContain(
    "recursive read-only",
  );
});
