// Simulated nodes on the real API server in this process: registration, lives of pods, many nodes at once.
import type { ApiObject } from "@skates/apimachinery";
import { type Lease, leases } from "@skates/api/coordination/v1";
import { type Event, events, namespaces, type Node, nodes, type Pod, pods, serviceAccounts } from "@skates/api/core/v1";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCluster, type TestCluster } from "../testing/test-cluster.ts";
import { createSimulatedKubelet } from "./simulated-kubelet.ts";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
  await cluster.until("the namespace", () => get(namespaces, { name: "default" }));
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } };
  await cluster.admin
    .resource(serviceAccounts)
    .create(account, {}, cluster.signal)
    .catch(() => undefined);
});
afterAll(() => cluster.stop());

async function get<T extends ApiObject>(
  resource: Parameters<TestCluster["admin"]["resource"]>[0],
  key: object,
): Promise<T | undefined> {
  try {
    return (await cluster.admin.resource(resource).get(key as any, {}, cluster.signal)) as T;
  } catch {
    return undefined;
  }
}
const podNamed = (name: string): Promise<Pod | undefined> => get<Pod>(pods as any, { namespace: "default", name });
const isTrue = (object: Pod | Node | undefined, type: string): boolean =>
  (object?.status?.conditions ?? []).some((c: any) => c.type === type && c.status === "True");

function kubelet(name: string, i = 1) {
  return createSimulatedKubelet({
    name,
    client: cluster.node(name),
    env: cluster.env,
    podCidr: `10.244.${i % 256}.0/24`,
    address: "192.0.2.1",
    version: "v1.36.0+skates.test",
  });
}

function podOn(nodeName: string, name: string, spec: Partial<Pod["spec"]> = {}): Pod {
  const containers = [{ name: "a", image: "nginx:1.27" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { containers, nodeName, ...spec },
  };
}
const create = (pod: Pod): Promise<Pod> => cluster.admin.resource<Pod>(pods).create(pod, {}, cluster.signal);

test("a node registers, becomes Ready and holds its lease", async () => {
  const stop = cluster.start(kubelet("n1"));
  const node = await cluster.until("Ready", async () => {
    const found = await get<Node>(nodes as any, { name: "n1" });
    return isTrue(found, "Ready") ? found : undefined;
  });
  expect(node.metadata.labels).toMatchObject({
    "kubernetes.io/hostname": "n1",
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
  });
  expect(node.spec).toMatchObject({ podCIDR: "10.244.1.0/24" });
  expect(node.status).toMatchObject({
    capacity: { cpu: "8", pods: "110" },
    addresses: [
      { type: "InternalIP", address: "192.0.2.1" },
      { type: "Hostname", address: "n1" },
    ],
    nodeInfo: {
      kubeletVersion: "v1.36.0+skates.test",
      containerRuntimeVersion: "simulated://1.0.0",
      operatingSystem: "linux",
    },
  });
  expect(node.status?.conditions?.map((c) => `${c.type} ${c.status} ${c.reason ?? ""}`)).toEqual([
    "MemoryPressure False KubeletHasSufficientMemory",
    "DiskPressure False KubeletHasNoDiskPressure",
    "PIDPressure False KubeletHasSufficientPID",
    "Ready True KubeletReady",
  ]);
  const lease = await cluster.until("lease", () =>
    get<Lease>(leases as any, { namespace: "kube-node-lease", name: "n1" }),
  );
  expect(lease.spec).toMatchObject({ holderIdentity: "n1", leaseDurationSeconds: 40 });
  await stop();
});

test("pods run, end and go as the API says", async () => {
  const stop = cluster.start(kubelet("n2", 2));
  await create(podOn("n2", "web", { volumes: [{ name: "v", emptyDir: {} }] }));
  await create(
    podOn("n2", "job", {
      restartPolicy: "Never",
      containers: [{ name: "a", image: "x", command: ["sh", "-c", "sleep 0.1; exit 3"] }],
    }),
  );
  const web = await cluster.until("Ready", async () => {
    const found = await podNamed("web");
    return isTrue(found, "Ready") ? found : undefined;
  });
  expect(web.status).toMatchObject({
    phase: "Running",
    podIP: expect.stringMatching(/^10\.244\.2\./),
    hostIP: "192.0.2.1",
  });
  expect(web.status?.conditions?.map((c) => c.type).toSorted()).toEqual([
    "ContainersReady",
    "Initialized",
    "PodReadyToStartContainers",
    "PodScheduled",
    "Ready",
  ]);
  await cluster.until("Failed", async () => ((await podNamed("job"))?.status?.phase === "Failed" ? true : undefined));
  await cluster.admin.resource<Pod>(pods).delete({ namespace: "default", name: "web" }, {}, cluster.signal);
  await cluster.until("gone", async () => ((await podNamed("web")) === undefined ? true : undefined));
  const told = await cluster.until("events", async () => {
    const list = await cluster.admin.resource<Event>(events).list({ namespace: "default" }, cluster.signal);
    const of = list.items.filter((e) => e.involvedObject.name === "web").map((e) => e.reason);
    return of.includes("Killing") ? { of, one: list.items.find((e) => e.reason === "Started") } : undefined;
  });
  expect(told.of).toEqual(expect.arrayContaining(["Pulled", "Created", "Started", "Killing"]));
  expect(told.one).toMatchObject({
    involvedObject: { fieldPath: "spec.containers{a}" },
    source: { component: "kubelet", host: "n2" },
  });
  await stop();
});

test("a kubelet that starts anew ends what it finds without a runtime, and begins again", async () => {
  const stop = cluster.start(kubelet("n3", 3));
  await create(podOn("n3", "again"));
  await cluster.until("Ready", async () => (isTrue(await podNamed("again"), "Ready") ? true : undefined));
  await stop();
  // The simulated runtime forgets with its process, as after a power cut.
  cluster.start(kubelet("n3", 3));
  const pod = await cluster.until("restarted", async () => {
    const found = await podNamed("again");
    return found?.status?.containerStatuses?.[0]?.restartCount === 1 && isTrue(found, "Ready") ? found : undefined;
  });
  expect(pod.status?.phase).toBe("Running");
});

test("a hundred nodes with a pod each", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `m${i}`);
  names.forEach((name, i) => cluster.start(kubelet(name, i)));
  await cluster.until("all nodes Ready", async () => {
    const { items } = await cluster.admin.resource<Node>(nodes).list({}, cluster.signal);
    return items.filter((n) => n.metadata.name.startsWith("m") && isTrue(n, "Ready")).length === 100 ? true : undefined;
  });
  await Promise.all(names.map((name) => create(podOn(name, `on-${name}`))));
  await cluster.until("all pods Ready", async () => {
    const { items } = await cluster.admin.resource<Pod>(pods).list({ namespace: "default" }, cluster.signal);
    return items.filter((p) => p.metadata.name.startsWith("on-") && isTrue(p, "Ready")).length === 100
      ? true
      : undefined;
  });
});

test("a pod is judged by the node's labels as they are, and what is refused says why", async () => {
  const stop = cluster.start(kubelet("n7", 7));
  await cluster.until("Ready", async () =>
    isTrue(await get<Node>(nodes as any, { name: "n7" }), "Ready") ? true : undefined,
  );
  const labels = { metadata: { labels: { fresh: "yes" } } };
  await cluster.admin.resource<Node>(nodes).patch({ name: "n7" }, { type: "merge", body: labels }, {}, cluster.signal);
  await create(podOn("n7", "fits", { nodeSelector: { fresh: "yes" } }));
  await create(podOn("n7", "differs", { nodeSelector: { fresh: "no" } }));
  await cluster.until("Ready", async () => (isTrue(await podNamed("fits"), "Ready") ? true : undefined));
  const refused = await cluster.until("Failed", async () => {
    const found = await podNamed("differs");
    return found?.status?.phase === "Failed" ? found : undefined;
  });
  const { observedGeneration: _, ...status } = refused.status ?? {};
  expect(status).toEqual({
    phase: "Failed",
    reason: "NodeAffinity",
    message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    startTime: expect.anything(),
    qosClass: "BestEffort",
  });
  await stop();
});

test("a pod that is refused takes no room of those that come with it", async () => {
  const asking = (cpu: string) => [{ name: "a", image: "x", resources: { requests: { cpu } } }];
  await create(podOn("n9", "huge", { containers: asking("50") }));
  await create(podOn("n9", "small", { containers: asking("1") }));
  const stop = cluster.start(kubelet("n9", 9));
  const ended = await cluster.until("judged", async () => {
    const found = [await podNamed("huge"), await podNamed("small")];
    return found.every((p) => p?.status?.phase === "Failed" || isTrue(p, "Ready")) ? found : undefined;
  });
  expect(ended.map((p) => p?.status?.phase)).toEqual(["Failed", "Running"]);
  await stop();
});

test("a critical pod takes the room of others", async () => {
  const stop = cluster.start(kubelet("n8", 8));
  const asking = (cpu: string) => [{ name: "a", image: "x", resources: { requests: { cpu } } }];
  await create(podOn("n8", "modest", { containers: asking("1") }));
  await create(podOn("n8", "large", { containers: asking("6"), terminationGracePeriodSeconds: 0 }));
  await cluster.until("Ready", async () => (isTrue(await podNamed("large"), "Ready") ? true : undefined));
  await create(podOn("n8", "needed", { containers: asking("5"), priorityClassName: "system-node-critical" }));
  await cluster.until("Ready", async () => (isTrue(await podNamed("needed"), "Ready") ? true : undefined));
  const large = await cluster.until("Failed", async () => {
    const found = await podNamed("large");
    return found?.status?.phase === "Failed" ? found : undefined;
  });
  expect(large.status).toMatchObject({ reason: "Preempting", message: "Preempted in order to admit critical pod" });
  expect(large.status?.conditions).toContainEqual(
    expect.objectContaining({ type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet" }),
  );
  expect(isTrue(await podNamed("modest"), "Ready")).toBe(true);
  await create(podOn("n8", "impossible", { containers: asking("50"), priorityClassName: "system-node-critical" }));
  const refused = await cluster.until("Failed", async () => {
    const found = await podNamed("impossible");
    return found?.status?.phase === "Failed" ? found : undefined;
  });
  expect(refused.status?.reason).toBe("UnexpectedAdmissionError");
  await stop();
});

test("what changes with a node is told, and that its machine was started anew", async () => {
  const told = async () => {
    const { items } = await cluster.admin.resource<Event>(events).list({ namespace: "default" }, cluster.signal);
    return items.filter((e) => e.involvedObject.name === "n9").map((e) => `${e.type} ${e.reason}: ${e.message}`);
  };
  const stop = cluster.start(kubelet("n9", 9));
  const status = "Node n9 status is now:";
  const expected = ["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"].map(
    (reason) => `Normal ${reason}: ${status} ${reason}`,
  );
  await cluster.until("events", async () => {
    const all = await told();
    return expected.every((one) => all.includes(one)) || undefined;
  });
  await stop();
  const body = { status: { nodeInfo: { bootID: "before" } } };
  await cluster.admin
    .resource<Node>(nodes)
    .sub("status")
    .patch({ name: "n9" }, { type: "merge", body }, {}, cluster.signal);
  const stopAgain = cluster.start(kubelet("n9", 9));
  await cluster.until("the event", async () => {
    return (await told()).includes("Warning Rebooted: Node n9 has been rebooted, boot id: n9") || undefined;
  });
  await stopAgain();
});
