import { setMaxListeners } from "node:events";
import type { UserInfo } from "@skates/apimachinery";
import { type Client, clientFor } from "@skates/client";
import { type Component, createEnv, type Env, seededRandom, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { createKubeApiServer } from "@skates/kube-apiserver";
import { signedTokens } from "@skates/kube-apiserver/node/testing";
import { inProcess } from "@skates/kube-apiserver/testing";
import { memoryStore } from "@skates/storage";

/** The real API server in this process, with a store in memory. */
export interface TestCluster {
  readonly env: Env;
  readonly signal: AbortSignal;
  readonly admin: Client;
  /** Under the identity that the kubelet of this node has. */
  node(name: string): Client;
  /** Runs a component until the returned function is called or the cluster stops. */
  start(component: Component): () => Promise<void>;
  /** Waits until the condition holds, for at most 20 s. */
  until<R>(what: string, condition: () => Promise<R | undefined> | R | undefined): Promise<R>;
  stop(): Promise<void>;
}

export async function startTestCluster(): Promise<TestCluster> {
  setMaxListeners(0); // one signal ends all that runs here
  const clock = systemClock();
  const random = seededRandom(1);
  const env = createEnv({ clock, random });
  const server = createKubeApiServer({
    env,
    store: memoryStore({ clock }),
    ...inProcess(),
    tokens: await signedTokens({ clock, random }),
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  const as = (user: UserInfo): Client => clientFor(server.loopback(user), { userAgent: user.name, clock });
  const start = (component: Component): (() => Promise<void>) => {
    const group = new TaskGroup(signal);
    group.spawn((inner) => component.run(inner));
    const ended = group.join();
    running.add(ended);
    return async () => {
      group.stop();
      await ended;
    };
  };
  start(server);
  const until: TestCluster["until"] = async (what, condition) => {
    const deadlineMs = clock.monotonicMs() + 20_000;
    while (clock.monotonicMs() < deadlineMs) {
      const result = await condition();
      if (result !== undefined) return result;
      await clock.sleep(5, signal);
    }
    throw new Error(`waited in vain: ${what}`);
  };
  await until("the API server is ready", () => server.ready() || undefined);
  return {
    env,
    signal,
    admin: as({ name: "admin", groups: ["system:masters"] }),
    node: (name) => as({ name: `system:node:${name}`, groups: ["system:nodes", "system:authenticated"] }),
    start,
    until,
    async stop() {
      stopping.abort(new Error("test over"));
      await Promise.all(running);
    },
  };
}
