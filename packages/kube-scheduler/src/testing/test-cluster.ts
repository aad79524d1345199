import { setMaxListeners } from "node:events";
import type { ApiObject, Resource, UserInfo } from "@skates/apimachinery";
import { type Node, nodes, serviceAccounts } from "@skates/api/core/v1";
import { type Client, clientFor } from "@skates/client";
import {
  type Component,
  createEnv,
  type Env,
  type FeatureGates,
  seededRandom,
  TaskGroup,
} from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { createKubeApiServer, type KubeApiServer } from "@skates/kube-apiserver";
import { signedTokens } from "@skates/kube-apiserver/node/testing";
import { inProcess } from "@skates/kube-apiserver/testing";
import { memoryStore } from "@skates/storage";

const ADMIN: UserInfo = { name: "admin", groups: ["system:masters"] };

/** The real API server in this process, with a store in memory. */
export interface TestCluster {
  readonly env: Env;
  readonly admin: Client;
  readonly server: KubeApiServer;
  readonly signal: AbortSignal;
  /** Runs a component until the cluster stops. */
  start(component: Component): Promise<void>;
  create<T extends ApiObject>(resource: Resource<T>, object: T): Promise<T>;
  /** A node as its kubelet registers it and the node lifecycle controller then finds it: ready, without the taint of the beginning. */
  join(node: Node): Promise<void>;
  /** Waits until the condition holds, for at most 10 s or what is said. */
  until<R>(what: string, condition: () => Promise<R | undefined>, seconds?: number): Promise<R>;
  stop(): Promise<void>;
}

/** What the scheduler asks by; the namespace `default` gets the account that pods there need. */
export async function schedulerClient({ server, env, create }: TestCluster): Promise<Client> {
  const metadata = { name: "default", namespace: "default" };
  await create(serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata });
  const handler = server.loopback({ name: "system:kube-scheduler", groups: [] });
  return clientFor(handler, { userAgent: "kube-scheduler", clock: env.clock });
}

/** Starts it and waits until it is ready. */
export async function startTestCluster(gates?: FeatureGates): Promise<TestCluster> {
  setMaxListeners(0); // one signal ends all that runs here
  const clock = systemClock();
  const random = seededRandom(1);
  const env = createEnv({ clock, random, ...(gates === undefined ? {} : { gates }) });
  const server = createKubeApiServer({
    env,
    store: memoryStore({ clock }),
    ...inProcess(),
    tokens: await signedTokens({ clock, random }),
  });
  const stopping = new AbortController();
  const group = new TaskGroup(stopping.signal);
  const { signal } = stopping;
  const ready = async (component: Component): Promise<void> => {
    group.spawn((inner) => component.run(inner));
    while (!component.ready() && group.size > 0 && !group.signal.aborted) await clock.sleep(2, signal);
    if (group.signal.aborted) await group.join();
  };
  await ready(server);
  const admin = clientFor(server.loopback(ADMIN), { userAgent: "admin", clock });
  return {
    env,
    admin,
    server,
    signal,
    start: ready,
    create: (resource, object) => admin.resource(resource).create(object, {}, signal),
    async join(node) {
      const typed = admin.resource<Node>(nodes);
      const created = await typed.create(node, {}, signal);
      const taints = node.spec.taints ?? null;
      const key = { name: created.metadata.name };
      await typed.sub("status").patch(key, { type: "merge", body: { status: node.status } }, {}, signal);
      await typed.patch(key, { type: "merge", body: { spec: { taints } } }, {}, signal);
    },
    async until(what, condition, seconds = 10) {
      const endMs = clock.monotonicMs() + seconds * 1000;
      while (clock.monotonicMs() < endMs) {
        const result = await condition();
        if (result !== undefined) return result;
        await clock.sleep(5, signal);
      }
      throw new Error(`waited in vain: ${what}`);
    },
    async stop() {
      stopping.abort(new Error("test over"));
      await group.join();
    },
  };
}
