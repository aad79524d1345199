import { setMaxListeners } from "node:events";
import { type Namespace, type Node, nodes, type Pod, type PodCondition, pods } from "@skates/api/core/v1";
import {
  type ApiObject,
  type ApiRequest,
  type Filter,
  type Handler,
  formatTime,
  isStatus,
  type ObjectKey,
  type Resource,
  type StatusError,
} from "@skates/apimachinery";
import { errorResponse } from "@skates/apiserver";
import { type Client, clientFor } from "@skates/client";
import {
  createEnv,
  type Env,
  seededRandom,
  silentLogger,
  TaskGroup,
  type VirtualClock,
  virtualClock,
} from "@skates/component-base";
import { createKubeApiServer, type KubeletDialer } from "@skates/kube-apiserver";
import { inProcess } from "@skates/kube-apiserver/testing";
import { memoryStore } from "@skates/storage";
import { createControllerManager } from "../controller-manager.ts";
import type { ControllerManagerOptions } from "../options.ts";

/** A cluster without machines: the real API server on a store in memory, all controllers, and virtual time. */
export interface World {
  readonly clock: VirtualClock;
  readonly client: Client;
  readonly signal: AbortSignal;
  /** Requests to the API server but watches, in order: `PUT /api/v1/...`. */
  readonly requests: string[];
  /** What a kubelet would do with pods; pods whose name it is not given stay as they are. Called after each change. */
  kubelet: ((pod: Pod) => Pod | "gone" | undefined) | undefined;
  /** Refuses requests of the controllers. */
  refuse: ((request: ApiRequest) => StatusError | undefined) | undefined;
  /**
   * Stands between the controllers and the server, watches included; asked anew for each request. Whenever it is set, the watches that are
   * open end, and the next ones go through it.
   */
  interfere: Filter | undefined;
  list<T extends ApiObject>(resource: Resource<T>, namespace?: string): Promise<readonly T[]>;
  get<T extends ApiObject>(resource: Resource<T>, key: ObjectKey): Promise<T>;
  create<T extends ApiObject>(resource: Resource<T>, object: T): Promise<T>;
  /** Reads, changes and writes. */
  edit<T extends ApiObject>(resource: Resource<T>, key: ObjectKey, change: (object: T) => T): Promise<T>;
  /** Sets the wall clock of server and controllers forward, or back; what sleeps is not woken. */
  jump(ms: number): void;
  /** Lets `seconds` pass, in steps, so that everybody gets on with their work. */
  pass(seconds: number): Promise<void>;
  /** For a world that was started without them. */
  startControllers(): Promise<void>;
  /** Ends the controllers, whatever they are at, and starts others that know nothing of it. */
  restartControllers(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldOptions
  extends Pick<
    ControllerManagerOptions,
    "nodeIpam" | "serviceLb" | "tokenSigner" | "certificates" | "clusterInfo" | "keepAttached"
  > {
  /** Default true. */
  readonly controllers?: boolean;
  readonly gates?: Env["gates"];
  readonly caBundle?: ControllerManagerOptions["caBundle"];
  /** Plays the kubelets for the API server; default: none answers. */
  readonly kubelets?: KubeletDialer;
  /** Plays all servers of parts of the API that others serve (`testing/aggregated.ts`); default: none answers. */
  readonly aggregated?: Handler;
}

/** Starts a world as every cluster is at its start. A controller that does what it may not makes `stop` fail. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  setMaxListeners(0); // one signal ends all controllers
  const steady = virtualClock(undefined, settle);
  let jumpedMs = 0;
  const clock: VirtualClock = { ...steady, nowMs: () => steady.nowMs() + jumpedMs };
  const env: Env = createEnv({ clock, random: seededRandom(7), log: silentLogger, gates: options.gates });
  const store = memoryStore({ clock });
  const server = createKubeApiServer({
    env,
    store,
    ...inProcess(),
    serviceCidrs: ["10.96.0.0/16", "fd00:10:96::/112"],
    ...(options.kubelets === undefined ? {} : { kubelets: options.kubelets }),
    webhooks: () => options.aggregated ?? (() => Promise.reject(new Error("no other servers here"))),
    turn: () => Promise.resolve(),
    // Its turns of the loop are real ones: time here stands still while requests wait for them.
    fairness: false,
  });
  const stopping = new AbortController();
  const group = new TaskGroup(stopping.signal);
  group.spawn((signal) => server.run(signal));
  const requests: string[] = [];
  const forbidden: string[] = [];
  let connected = new AbortController();
  const handler = server.loopback({ name: "admin", groups: ["system:masters"] });
  const client = clientFor(handler, { userAgent: "world", clock });
  const makeManager = () =>
    createControllerManager({
      // Each under its own name, so that the API server's rules for controllers are tried out as well.
      clientAs: (name) => {
        const own = server.loopback({ name, groups: [] });
        const observed: Handler = async (request) => {
          if (request.query.get("watch") === null) requests.push(`${request.method} ${request.path}`);
          const refusal = world.refuse?.(request);
          if (refusal !== undefined) return errorResponse(refusal);
          const response = await watchedUntil(world.interfere?.(own) ?? own, connected.signal)(request);
          // Admission refuses too, as it should; only the authorizer words it so.
          const text = response.body.kind === "json" ? JSON.stringify(response.body.value) : "";
          if (response.status === 403 && text.includes(" cannot "))
            forbidden.push(`${name} ${request.method} ${request.path}`);
          return response;
        };
        return clientFor(observed, { userAgent: "kube-controller-manager", clock });
      },
      env,
      caBundle: options.caBundle ?? (() => "PEM"),
      nodeIpam: options.nodeIpam,
      keepAttached: options.keepAttached,
      serviceLb: options.serviceLb,
      tokenSigner: options.tokenSigner,
      certificates: options.certificates,
      clusterInfo: options.clusterInfo,
    });
  const { signal } = stopping;
  let managing: TaskGroup | undefined;

  let interfere: Filter | undefined;
  const world: World = {
    clock,
    client,
    signal,
    requests,
    kubelet: undefined,
    refuse: undefined,
    get interfere() {
      return interfere;
    },
    set interfere(filter) {
      interfere = filter;
      connected.abort();
      connected = new AbortController();
    },
    jump: (ms) => void (jumpedMs += ms),
    list: async (resource, namespace) => (await client.resource(resource).list({ namespace }, signal)).items,
    get: (resource, key) => client.resource(resource).get(key, {}, signal),
    create: (resource, object) => client.resource(resource).create(object, {}, signal),
    async edit(resource, key, change) {
      const typed = client.resource(resource);
      for (;;) {
        try {
          return await typed.update(change(await typed.get(key, {}, signal)), {}, signal);
        } catch (error) {
          if (!isStatus(error, "Conflict")) throw error;
        }
      }
    },
    async pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        await actAsKubelet(world);
        await clock.advance(1000);
      }
    },
    async startControllers() {
      managing = new TaskGroup(stopping.signal);
      const manager = makeManager();
      managing.spawn((inner) => manager.run(inner));
      await clock.advance(2000);
    },
    async restartControllers() {
      managing?.stop();
      await managing?.join();
      await world.startControllers();
    },
    async stop() {
      stopping.abort(new Error("the world stops"));
      await managing?.join();
      await group.join();
      await store.close();
      if (forbidden.length > 0) throw new Error(`controllers may not: ${forbidden.join(", ")}`);
    },
  };
  for (let i = 0; !server.ready() && i < 100; i++) await clock.advance(100);
  if (options.controllers !== false) await world.startControllers();
  return world;
}

/** Watches end when `signal` aborts. */
function watchedUntil(handler: Handler, signal: AbortSignal): Handler {
  return async (request) => {
    if (request.query.get("watch") === null) return await handler(request);
    const response = await handler({ ...request, signal: AbortSignal.any([request.signal, signal]) });
    const { body } = response;
    return body.kind === "events" ? { ...response, body: { ...body, events: endedBy(signal, body.events) } } : response;
  };
}

async function* endedBy<T>(signal: AbortSignal, events: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* events;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Store, server and informers hand over by turns of the event loop, not by microtasks alone. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

async function actAsKubelet(world: World): Promise<void> {
  const { kubelet, client, signal } = world;
  if (kubelet === undefined) return;
  for (const pod of await world.list(pods)) {
    const next = kubelet(pod);
    if (next === undefined || next === pod) continue;
    try {
      if (next === "gone") await client.resource(pods).delete(pod.metadata, { gracePeriodSeconds: 0 }, signal);
      else await client.resource(pods).updateStatus(next, {}, signal);
    } catch (error) {
      // The next round sees it anew.
      if (!isStatus(error, "Conflict") && !isStatus(error, "NotFound")) throw error;
    }
  }
}

/** A kubelet whose pods are ready at once, and gone at once when they are deleted. */
export function readyKubelet(clock: VirtualClock): (pod: Pod) => Pod | "gone" | undefined {
  let address = 0;
  return (pod) => {
    if (pod.metadata.deletionTimestamp !== undefined) return "gone";
    if (pod.status?.podIP !== undefined) return undefined;
    return readyPod(pod, `10.244.0.${++address}`, clock.nowMs());
  };
}

/** A pod as it is when it runs and takes traffic. */
export function readyPod(pod: Pod, podIP: string, nowMs: number): Pod {
  const ready: PodCondition = { type: "Ready", status: "True", lastTransitionTime: formatTime(nowMs) };
  return { ...pod, status: { ...pod.status, phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [ready] } };
}

export function namespace(name: string): Namespace {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: { finalizers: ["kubernetes"] } };
}

/** A node that is ready as of now. */
export async function addNode(world: World, name: string): Promise<void> {
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name }, spec: {} };
  await world.create(nodes, node);
  const now = formatTime(world.clock.nowMs());
  const conditions = [
    { type: "Ready", status: "True", lastHeartbeatTime: now, lastTransitionTime: now, reason: "KubeletReady" },
  ];
  // A patch: controllers write nodes as soon as they see them.
  const patch = { type: "merge", body: { status: { conditions } } } as const;
  await world.client.resource(nodes).sub("status").patch({ name }, patch, {}, world.signal);
}
