// The example of docs/guides/write-a-scheduler-plugin.md: a scheduler with a plugin of one's own, on a server in process.
import { readFileSync } from "node:fs";
import { type Node, nodes, type Pod, podCondition, pods, serviceAccounts } from "@skates/api/core/v1";
import { type Client, clientFor } from "@skates/client";
import { createEnv, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { createScheduler, readSchedulerConfiguration } from "@skates/kube-scheduler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { racks } from "./racks.ts";

const GUIDE = new URL("../../docs/guides/write-a-scheduler-plugin.md", import.meta.url);
const EXAMPLE = new URL("./racks.ts", import.meta.url);
const clock = systemClock();
const random = seededRandom(3);
const stop = new AbortController();
const { signal } = stop;
let server: TestServer;
let client: Client;
let scheduling: Promise<void>;

beforeAll(async () => {
  server = await startTestServer();
  client = clientFor(server.server.loopback(ADMIN), { userAgent: "test", clock, random });
  const metadata = { name: "default", namespace: "default" };
  await client.resource(serviceAccounts).create({ apiVersion: "v1", kind: "ServiceAccount", metadata }, {}, signal);
  const configuration = readSchedulerConfiguration(`
apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: true, resourceName: my-scheduler}
profiles:
- schedulerName: my-scheduler
  plugins:
    multiPoint:
      enabled: [{name: Racks, weight: 3}]
`);
  const handler = server.server.loopback({ name: "system:kube-scheduler", groups: ["system:masters"] });
  const scheduler = createScheduler({
    client: clientFor(handler, { userAgent: "my-scheduler", clock, random }),
    env: createEnv({ clock, random }),
    plugins: () => ({ Racks: () => racks }),
    configuration,
  });
  scheduling = scheduler.run(signal);
});

afterAll(async () => {
  stop.abort(new Error("over"));
  await scheduling.catch(() => undefined);
  await server.stop();
});

async function join(name: string, rack: string): Promise<void> {
  const typed = client.resource<Node>(nodes);
  const metadata = { name, labels: { "example.com/rack": rack } };
  const created = await typed.create({ apiVersion: "v1", kind: "Node", metadata, spec: {} }, {}, signal);
  const allocatable = { cpu: "4", memory: "8Gi", pods: "10" };
  const status = { allocatable, capacity: allocatable };
  await typed.sub("status").patch({ name }, { type: "merge", body: { status } }, {}, signal);
  await typed.patch({ name: created.metadata.name }, { type: "merge", body: { spec: { taints: null } } }, {}, signal);
}

const run = (name: string, rack: string): Promise<Pod> =>
  client.resource<Pod>(pods).create(
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", annotations: { "example.com/rack": rack } },
      spec: { schedulerName: "my-scheduler", containers: [{ name: "main", image: "busybox" }] },
    },
    {},
    signal,
  );

async function until<T>(name: string, read: (pod: Pod) => T | undefined): Promise<T> {
  for (;;) {
    const value = read(await client.resource<Pod>(pods).get({ namespace: "default", name }, {}, signal));
    if (value !== undefined) return value;
    await clock.sleep(10, signal);
  }
}

test("a pod goes to its rack, and says why it waits where there is none", async () => {
  await join("n1", "a");
  await join("n2", "b");
  await run("first", "b");
  expect(await until("first", ({ spec }) => (spec.nodeName === "" ? undefined : spec.nodeName))).toBe("n2");
  await run("second", "c");
  expect(await until("second", (pod) => podCondition(pod, "PodScheduled")?.message)).toMatch(
    /^0\/2 nodes are available: 2 node\(s\) are not in rack c\./,
  );
  await join("n3", "c");
  expect(await until("second", ({ spec }) => (spec.nodeName === "" ? undefined : spec.nodeName))).toBe("n3");
});

test("the guide shows the example as it is run", () => {
  expect(readFileSync(GUIDE, "utf8")).toContain(readFileSync(EXAMPLE, "utf8").trimEnd());
});
