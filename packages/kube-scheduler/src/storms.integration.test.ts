// Storms over the real API server, with a checker beside: no pod is bound twice, no node is over-committed, no pod waits although it fits.
import { type Pod, podCondition, pods, serviceAccounts, nodes } from "@skates/api/core/v1";
import { type Lease, leases } from "@skates/api/coordination/v1";
import { conflict, type Handler } from "@skates/apimachinery";
import { type Client, clientFor } from "@skates/client";
import { pick, seededRandom, TaskGroup } from "@skates/component-base";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readSchedulerConfiguration } from "./config/read-configuration.ts";
import type { ExtenderTransport } from "./extenders/extenders.ts";
import { createScheduler, type SchedulerOptions } from "./scheduler.ts";
import { type Checker, startChecker } from "./testing/checker.ts";
import { testNode, testPod } from "./testing/objects.ts";
import { startTestCluster, type TestCluster } from "./testing/test-cluster.ts";

let cluster: TestCluster;
let checker: Checker;
beforeEach(async () => {
  cluster = await startTestCluster();
  const metadata = { name: "default", namespace: "default" };
  await cluster.create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  checker = startChecker(cluster);
});
afterEach(() => cluster.stop());

const through = (change: (next: Handler) => Handler = (next) => next): Client =>
  clientFor(change(cluster.server.loopback({ name: "system:kube-scheduler", groups: [] })), {
    userAgent: "kube-scheduler",
    clock: cluster.env.clock,
  });
const start = (options: Partial<SchedulerOptions> = {}): Promise<void> =>
  cluster.start(createScheduler({ client: through(), env: cluster.env, ...options }));
const all = async (): Promise<readonly Pod[]> =>
  (await cluster.admin.resource<Pod>(pods).list({ namespace: "default" }, cluster.signal)).items;
const placed = async (): Promise<number> => (await all()).filter(({ spec }) => (spec.nodeName ?? "") !== "").length;
const untilPlaced = (count: number, seconds?: number): Promise<true> =>
  cluster.until(`${count} pods have nodes`, async () => ((await placed()) === count ? true : undefined), seconds);
const messageOf = (name: string): Promise<string> =>
  cluster.until(`pod ${name} waits`, async () => {
    const pod = await cluster.admin.resource<Pod>(pods).get({ namespace: "default", name }, {}, cluster.signal);
    return podCondition(pod, "PodScheduled")?.message;
  });

it.each([
  [300, 1],
  [300, 2],
  [5000, 3],
])(
  "places what fits while nodes come and go and %i pods wait, seed %i",
  async (count, seed) => {
    const random = seededRandom(seed);
    await start();
    const many = Array.from({ length: count }, (_, i) => testPod(`p${i}`, { requests: { cpu: "500m" } }));
    for (let i = 0; i < count; i += 250) {
      await Promise.all(many.slice(i, i + 250).map((pod) => cluster.create(pods, pod)));
    }
    let joined = 0;
    const standing: string[] = [];
    for (let step = 0; step < 40; step++) {
      if (pick(random, 3) > 0 || standing.length === 0) {
        const name = `n${joined++}`;
        standing.push(name);
        await cluster.join(testNode(name, { allocatable: { cpu: "2" } }));
      } else {
        const [name = ""] = standing.splice(pick(random, standing.length), 1);
        await cluster.admin.resource(nodes).delete({ name }, {}, cluster.signal);
      }
    }
    // Four fit on each node that stands.
    const full = await cluster.until(
      "every node is full",
      async () => {
        const counts = new Map<string, number>();
        for (const { spec } of await all()) counts.set(spec.nodeName ?? "", (counts.get(spec.nodeName ?? "") ?? 0) + 1);
        return standing.every((name) => counts.get(name) === 4) ? true : undefined;
      },
      60,
    );
    expect([full, await checker.problems()]).toEqual([true, []]);
  },
  180_000,
);

it("binds everything though bindings conflict again and again", async () => {
  const tried = new Map<string, number>();
  const stubborn =
    (next: Handler): Handler =>
    async (request) => {
      const times = tried.get(request.path) ?? 0;
      if (!request.path.endsWith("/binding") || times >= 2) return await next(request);
      tried.set(request.path, times + 1);
      const error = conflict({ group: "", plural: "pods/binding" }, "x", "refused by the test");
      return { status: error.code, headers: {}, body: { kind: "json", value: error.toStatus() } };
    };
  await start({ client: through(stubborn) });
  for (const name of ["a", "b"]) await cluster.join(testNode(name, { allocatable: { cpu: "2" } }));
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => cluster.create(pods, testPod(`p${i}`, { requests: { cpu: "500m" } }))),
  );
  await untilPlaced(8);
  expect([[...tried.values()], await checker.problems()]).toEqual([Array.from({ length: 8 }, () => 2), []]);
});

it.each([1, 2])(
  "keeps to its nodes though it is ended again and again while it makes room, seed %i",
  async (seed) => {
    const random = seededRandom(seed);
    for (let i = 0; i < 4; i++) await cluster.join(testNode(`n${i}`, { allocatable: { cpu: "2" } }));
    const stopping: AbortController[] = [];
    const begin = (): { end(): Promise<void> } => {
      const stop = new AbortController();
      stopping.push(stop);
      const group = new TaskGroup(stop.signal);
      const scheduler = createScheduler({ client: through(), env: cluster.env });
      group.spawn((signal) => scheduler.run(signal));
      return {
        end: async () => {
          stop.abort(new Error("ended by the test"));
          await group.join().catch(() => undefined);
        },
      };
    };
    let scheduler = begin();
    const victim = (i: number): Pod =>
      testPod(`low${i}`, { requests: { cpu: "500m" }, spec: { terminationGracePeriodSeconds: 3600 } });
    await Promise.all(Array.from({ length: 16 }, (_, i) => cluster.create(pods, victim(i))));
    await untilPlaced(16);
    const important = (i: number): Pod =>
      testPod(`high${i}`, { requests: { cpu: "1" }, spec: { priorityClassName: "system-cluster-critical" } });
    await Promise.all(Array.from({ length: 6 }, (_, i) => cluster.create(pods, important(i))));
    const arrived = (): Promise<readonly Pod[]> =>
      all().then((them) =>
        them.filter(({ metadata, spec }) => metadata.name.startsWith("high") && (spec.nodeName ?? "") !== ""),
      );
    // The kubelets: who is to leave is gone after a while.
    await cluster.until(
      "all that are important have nodes",
      async () => {
        for (const { metadata, spec } of await all()) {
          if (metadata.deletionTimestamp === undefined || (spec.nodeName ?? "") === "" || pick(random, 3) > 0) continue;
          const key = { namespace: "default", name: metadata.name };
          await cluster.admin.resource(pods).delete(key, { gracePeriodSeconds: 0 }, cluster.signal);
        }
        if (stopping.length < 6 && pick(random, 4) === 0) {
          await scheduler.end();
          scheduler = begin();
        }
        return (await arrived()).length === 6 ? true : undefined;
      },
      40,
    );
    const problems = await checker.problems();
    await scheduler.end();
    expect([stopping.length > 1, problems]).toEqual([true, []]);
  },
  60_000,
);

it("goes on where a scheduler was ended in the middle of a preemption", async () => {
  await cluster.join(testNode("n1", { allocatable: { cpu: "1" } }));
  const stopping = new AbortController();
  const group = new TaskGroup(stopping.signal);
  const first = createScheduler({ client: through(), env: cluster.env });
  group.spawn((signal) => first.run(signal));
  const slow = { requests: { cpu: "1" }, spec: { terminationGracePeriodSeconds: 3600 } };
  await cluster.create(pods, testPod("victim", slow));
  await untilPlaced(1);
  const priority = { requests: { cpu: "1" }, spec: { priorityClassName: "system-cluster-critical" } };
  await cluster.create(pods, testPod("preemptor", priority));
  await cluster.until("the node is nominated", async () => {
    const pod = (await all()).find(({ metadata }) => metadata.name === "preemptor");
    return (pod?.status?.nominatedNodeName ?? "") === "" ? undefined : true;
  });
  stopping.abort(new Error("ended by the test"));
  await group.join().catch(() => undefined);
  await start();
  // Somebody less important comes before the victim is gone: the place is not his.
  await cluster.create(pods, testPod("opportunist", { requests: { cpu: "1" } }));
  const now = { gracePeriodSeconds: 0 };
  await cluster.admin.resource(pods).delete({ namespace: "default", name: "victim" }, now, cluster.signal);
  await untilPlaced(1);
  const there = (await all()).filter(({ spec }) => (spec.nodeName ?? "") !== "").map(({ metadata }) => metadata.name);
  expect([there, await checker.problems()]).toEqual([["preemptor"], []]);
});

it("places everything though its watches end again and again", async () => {
  let cut = 0;
  const cutting =
    (next: Handler): Handler =>
    async (request) => {
      const response = await next(request);
      const { body } = response;
      if (body.kind !== "events") return response;
      const { events } = body;
      async function* some(): AsyncGenerator<never> {
        let batches = 0;
        for await (const batch of events) {
          yield batch as never;
          if (++batches < 3) continue;
          cut++;
          return;
        }
      }
      return { ...response, body: { ...body, events: some() } };
    };
  await start({ client: through(cutting) });
  for (const name of ["a", "b"]) await cluster.join(testNode(name, { allocatable: { cpu: "2" } }));
  for (let i = 0; i < 8; i++) await cluster.create(pods, testPod(`p${i}`, { requests: { cpu: "500m" } }));
  await untilPlaced(8);
  expect(await checker.problems()).toEqual([]);
  expect(cut).toBeGreaterThan(3);
});

it.each([1, 2])(
  "binds no pod twice though two that do not know of each other want the same pods, seed %i",
  async (seed) => {
    const random = seededRandom(seed);
    await Promise.all([start(), start()]);
    // Half as much again as the pods need, so that a node that both have chosen at once may be full, but not all.
    for (let i = 0; i < 6; i++) await cluster.join(testNode(`n${i}`, { allocatable: { cpu: "5" } }));
    for (let i = 0; i < 40; ) {
      const burst = 1 + pick(random, 10);
      const some = Array.from({ length: Math.min(burst, 40 - i) }, () =>
        testPod(`p${i++}`, { requests: { cpu: "500m" } }),
      );
      await Promise.all(some.map((pod) => cluster.create(pods, pod)));
    }
    await untilPlaced(40, 40);
    // Upstream's do not keep two schedulers from filling one node at once: its kubelet would refuse what is too much.
    const problems = (await checker.problems()).filter((problem) => !/ offers \d+m of cpu and has /.test(problem));
    expect(problems).toEqual([]);
  },
);

it("keeps to its nodes though those who lead are ended one after another", async () => {
  const configuration = readSchedulerConfiguration(
    `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
leaderElection: {leaderElect: true, leaseDuration: 30s, renewDeadline: 20s, retryPeriod: 100ms}`,
  );
  const ends: (() => Promise<void>)[] = [];
  for (const identity of ["a", "b", "c"]) {
    const stop = new AbortController();
    const group = new TaskGroup(stop.signal);
    const scheduler = createScheduler({ client: through(), env: cluster.env, configuration, identity });
    group.spawn((signal) => scheduler.run(signal));
    ends.push(async () => {
      stop.abort(new Error("ended by the test"));
      await group.join().catch(() => undefined);
    });
  }
  const holders = new Set<string>();
  const leader = (): Promise<string> =>
    cluster.until("somebody else leads", async () => {
      const { items } = await cluster.admin.resource<Lease>(leases).list({ namespace: "kube-system" }, cluster.signal);
      const holder = items.find(({ metadata }) => metadata.name === "kube-scheduler")?.spec?.holderIdentity ?? "";
      return holder === "" || holders.has(holder) ? undefined : holder;
    });
  // There is room for all, and for none besides.
  for (let i = 0; i < 6; i++) await cluster.join(testNode(`n${i}`, { allocatable: { cpu: "5" } }));
  for (let round = 0; round < 3; round++) {
    const holder = await leader();
    holders.add(holder);
    const some = Array.from({ length: 20 }, (_, i) => testPod(`p${round}-${i}`, { requests: { cpu: "500m" } }));
    await Promise.all(some.map((pod) => cluster.create(pods, pod)));
    // In the middle of its work, but for the last.
    if (round < 2) await ends[["a", "b", "c"].indexOf(holder)]?.();
  }
  await untilPlaced(60, 40);
  const problems = await checker.problems();
  for (const end of ends) await end();
  expect([holders.size, problems]).toEqual([3, []]);
}, 60_000);

const extended = (fields: string) =>
  readSchedulerConfiguration(
    `apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
extenders:
- {urlPrefix: "http://extender.test", ${fields}}`,
  );

it("asks extenders, and holds up only the pods that they are asked about while they hang", async () => {
  const hanging: ExtenderTransport = (_, __, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  const fields = "filterVerb: filter, httpTimeout: 100ms, managedResources: [{name: example.com/gpu}]";
  await start({ configuration: extended(fields), extenderTransport: hanging });
  await cluster.join(testNode("n1", { allocatable: { "example.com/gpu": "1" } }));
  await cluster.create(
    pods,
    testPod("asked", {
      requests: { "example.com/gpu": "1" },
      spec: {
        containers: [
          {
            name: "main",
            image: "a",
            resources: { requests: { "example.com/gpu": "1" }, limits: { "example.com/gpu": "1" } },
          },
        ],
      },
    }),
  );
  await cluster.create(pods, testPod("plain"));
  await untilPlaced(1);
  expect(await messageOf("asked")).toContain("extender at http://extender.test/filter did not answer within 100ms");
});

it("does as an extender says, and not as one that lies", async () => {
  const answers: Record<string, unknown> = {
    honest: { nodenames: ["n2"], failedNodes: { n1: "too far away" } },
    lying: { nodenames: ["n9"] },
    broken: "no object",
    nobody: { nodenames: [], failedNodes: { n1: "too far away" }, failedAndUnresolvableNodes: { n2: "never" } },
  };
  const transport: ExtenderTransport = (_, { body }) => {
    const { pod } = body as { readonly pod: Pod };
    return Promise.resolve(answers[pod.metadata.name]);
  };
  await start({ configuration: extended("filterVerb: filter, nodeCacheCapable: true"), extenderTransport: transport });
  for (const name of ["n1", "n2"]) await cluster.join(testNode(name));
  for (const name of Object.keys(answers)) await cluster.create(pods, testPod(name));
  await untilPlaced(1);
  const honest = (await all()).find(({ metadata }) => metadata.name === "honest");
  expect(honest?.spec.nodeName).toBe("n2");
  expect(await messageOf("lying")).toBe(
    'extender "http://extender.test" claims a filtered node "n9" which is not found in the input node list',
  );
  const said = await messageOf("nobody");
  expect(said).toMatch(
    /^0\/2 nodes are available: 1 never, 1 too far away\. no new claims to deallocate, preemption: /,
  );
  // What the plugins alone would allow, extenders forbid.
  expect(await checker.problems(() => true)).toEqual([]);
});
