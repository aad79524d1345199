// Deployments, services and pods with real containers, driven by unmodified kubectl.
import { expect, test } from "vitest";
import { apply, cluster, deployment, jsonPath, kubectl, ok, pod, service, useNamespace, webServer } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { run } from "./skates.ts";

const ns = useNamespace("workloads");

test("the node is Ready and tells what it is", async () => {
  expect(await ok(["get", "nodes", "--no-headers"])).toMatch(/^\S+\s+Ready\s+\S+\s+\S+\s+v1\.36\.\d+\+skates/);
  expect(await jsonPath(["nodes"], "{.items[0].status.nodeInfo.containerRuntimeVersion}")).toMatch(/^containerd:\/\//);
});

test("a deployment runs, and is reached by name and by service address from another pod and from the host", async () => {
  await apply(deployment(ns, "web", { replicas: 2, container: webServer("hello") }), service(ns, "web"));
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=60s"]);
  await apply(pod(ns, "client"));
  await ok(["-n", ns, "wait", "--for=condition=Ready", "pod/client", "--timeout=60s"]);
  const address = await jsonPath(["-n", ns, "service/web"], "{.spec.clusterIP}");
  for (const host of ["web", `web.${ns}.svc.cluster.local`, address]) {
    const page = await eventually(`${host} to answer`, async () => {
      const got = await kubectl(["-n", ns, "exec", "client", "--", "timeout", "5", "wget", "-qO-", `http://${host}/`]);
      return got.code === 0 ? got.stdout : undefined;
    });
    expect(page).toMatch(/^hello web-/);
  }
  expect((await run("curl", ["-s", "--max-time", "5", `http://${address}/`])).stdout).toMatch(/^hello web-/);
});

test("a deployment is scaled up and down", async () => {
  await ok(["-n", ns, "scale", "deployment/web", "--replicas=4"]);
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=60s"]);
  expect(await jsonPath(["-n", ns, "deployment/web"], "{.status.readyReplicas}")).toBe("4");
  await ok(["-n", ns, "scale", "deployment/web", "--replicas=1"]);
  await eventually("one pod", async () => {
    const names = await jsonPath(["-n", ns, "pods", "-l", "app=web"], "{.items[*].metadata.name}");
    return names.split(" ").length === 1 ? names : undefined;
  });
});

test("a deleted pod is replaced", async () => {
  const before = await jsonPath(["-n", ns, "pods", "-l", "app=web"], "{.items[0].metadata.name}");
  await ok(["-n", ns, "delete", "pod", before]);
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=60s"]);
  const after = await jsonPath(["-n", ns, "pods", "-l", "app=web"], "{.items[*].metadata.name}");
  expect(after).not.toContain(before);
});

test("a rolling update under a constant stream of requests loses none", async () => {
  await ok(["-n", ns, "scale", "deployment/web", "--replicas=3"]);
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=60s"]);
  const address = await jsonPath(["-n", ns, "service/web"], "{.spec.clusterIP}");
  // A server that goes on answering while it is being taken out of the service, as rolling updates need.
  const preStop = { lifecycle: { preStop: { exec: { command: ["sleep", "2"] } } } };
  await apply(
    deployment(ns, "web", { replicas: 3, graceSeconds: 10, container: { ...webServer("second"), ...preStop } }),
  );
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=90s"]);
  // A rollout is over when the last pod of the old set is told to go: the proxy hears of it a moment later.
  await eventually("the first pods to be gone", async () =>
    (await jsonPath(["-n", ns, "pods", "-l", "app=web"], "{.items[*].metadata.name}")).split(" ").length === 3
      ? true
      : undefined,
  );
  const results: string[] = [];
  let stop = false;
  const stream = (async () => {
    while (!stop) {
      const got = await run("curl", ["-s", "--max-time", "3", `http://${address}/`]);
      results.push(got.code === 0 ? (got.stdout.split(" ")[0] ?? "") : `exit ${got.code}`);
    }
  })();
  await apply(
    deployment(ns, "web", { replicas: 3, graceSeconds: 10, container: { ...webServer("third"), ...preStop } }),
  );
  await ok(["-n", ns, "rollout", "status", "deployment/web", "--timeout=90s"]);
  stop = true;
  await stream;
  expect(results.length).toBeGreaterThan(20);
  expect(results.filter((r) => r !== "second" && r !== "third")).toEqual([]);
  expect(results).toContain("third");
});

test("a killed process is restarted, with growing pauses", async () => {
  await apply(pod(ns, "brittle", { command: ["sh", "-c", "sleep 1; exit 3"] }));
  await eventually("CrashLoopBackOff", async () => {
    const reason = await jsonPath(["-n", ns, "pod/brittle"], "{.status.containerStatuses[0].state.waiting.reason}");
    return reason === "CrashLoopBackOff" ? reason : undefined;
  });
  const last = await jsonPath(
    ["-n", ns, "pod/brittle"],
    "{.status.containerStatuses[0].lastState.terminated.exitCode}",
  );
  expect(last).toBe("3");
  await eventually("a second restart", async () => {
    const count = Number(await jsonPath(["-n", ns, "pod/brittle"], "{.status.containerStatuses[0].restartCount}"));
    return count >= 2 ? count : undefined;
  });
  expect(await ok(["-n", ns, "get", "events", "--field-selector", "involvedObject.name=brittle"])).toContain(
    "Back-off restarting failed container",
  );
  await ok(["-n", ns, "delete", "pod", "brittle"]);
});

test("an image that is not there is told in status and events", async () => {
  const missing = cluster.image.replace("test:1", "missing:9");
  await apply(pod(ns, "no-image", { image: missing }));
  await eventually("ImagePullBackOff", async () => {
    const reason = await jsonPath(["-n", ns, "pod/no-image"], "{.status.containerStatuses[0].state.waiting.reason}");
    return reason === "ImagePullBackOff" ? reason : undefined;
  });
  const events = await ok(["-n", ns, "get", "events", "--field-selector", "involvedObject.name=no-image"]);
  expect(events).toContain(`Failed to pull image "${missing}"`);
  expect(events).toContain("ErrImagePull");
  await ok(["-n", ns, "delete", "pod", "no-image"]);
});

test("a pod that cannot be scheduled says why", async () => {
  await apply(pod(ns, "huge", { resources: { requests: { cpu: "1000" } } }));
  const message = await eventually("a reason", async () => {
    const text = await jsonPath(["-n", ns, "pod/huge"], "{.status.conditions[?(@.type=='PodScheduled')].message}");
    return text === "" ? undefined : text;
  });
  expect(message).toMatch(/^0\/1 nodes are available: 1 Insufficient cpu/);
  await ok(["-n", ns, "delete", "pod", "huge"]);
});
