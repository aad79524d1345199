// An autoscaled deployment under load: what its containers use is read from the kubelet, and pods come and go by it.
import { expect, test } from "vitest";
import { apply, deployment, jsonPath, ok, useNamespace } from "./cluster.ts";
import { eventually } from "./eventually.ts";

const ns = useNamespace("autoscaling");

/** Works when the file is there, which is when somebody put it into the container's folder. */
const BUSY = "while true; do if [ -f /tmp/load ]; then for i in 1 2 3 4 5 6 7 8 9; do :; done; else sleep 1; fi; done";

async function podNames(): Promise<readonly string[]> {
  const text = await jsonPath(["-n", ns, "pods", "-l", "app=worker"], "{.items[*].metadata.name}");
  return text === "" ? [] : text.split(" ");
}
const sizeOf = () => jsonPath(["-n", ns, "deployment", "worker"], "{.spec.replicas}");

test("pods come under load and go after it, and what decided is told", { timeout: 300_000 }, async () => {
  const resources = { requests: { cpu: "20m" }, limits: { cpu: "100m" } };
  await apply(deployment(ns, "worker", { container: { command: ["sh", "-c", BUSY], resources } }), {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "worker", namespace: ns },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "worker" },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 100 } } },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
  });
  await ok(["-n", ns, "rollout", "status", "deployment/worker", "--timeout=90s"]);
  await eventually(
    "the kubelet's figures",
    async () => {
      const text = await ok(["-n", ns, "get", "hpa", "worker", "--no-headers"]);
      return /cpu: \d+%\/100%/.test(text) ? text : undefined;
    },
    120_000,
  );
  const [first = ""] = await podNames();
  await ok(["-n", ns, "exec", first, "--", "touch", "/tmp/load"]);
  await eventually("a second pod", async () => ((await sizeOf()) === "2" ? true : undefined), 120_000);
  await ok(["-n", ns, "rollout", "status", "deployment/worker", "--timeout=60s"]);
  expect(await ok(["-n", ns, "describe", "hpa", "worker"])).toMatch(
    /SuccessfulRescale .*New size: 2; reason: cpu resource utilization \(percentage of request\) above target/,
  );
  expect(await ok(["-n", ns, "top", "pod", first, "--no-headers"])).toMatch(/^\S+ +\d+m +\d+Mi/);
  await ok(["-n", ns, "exec", first, "--", "rm", "/tmp/load"]);
  await eventually("the load to be over", async () => ((await sizeOf()) === "1" ? true : undefined), 120_000);
  expect(await ok(["-n", ns, "describe", "hpa", "worker"])).toMatch(
    /SuccessfulRescale .*New size: 1; reason: All metrics below target/,
  );
});
