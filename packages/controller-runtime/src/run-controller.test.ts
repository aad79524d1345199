// A controller's way from a change to its writes: stages, slow start, failures, and not planning before the caches know; on a server in
// memory with virtual time.
import { type ApiObject, type ObjectKey, StatusError } from "@skates/apimachinery";
import { type ConfigMap, configMaps, events, secrets } from "@skates/api/core/v1";
import { clientFor } from "@skates/client";
import { TaskGroup, type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { creation, deletion, update } from "./actions.ts";
import { type ActionFailure, type Controller, NOTHING, type Plan, watch } from "./controller.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { createInformers } from "./informers.ts";
import type { Lister } from "./lister.ts";
import { controllerComponent } from "./run-controller.ts";
import { settle, testEnv } from "./testing/env.ts";
import { type MemoryApi, memoryApi, refusalOf } from "./testing/memory-api.ts";

let clock: VirtualClock;
let api: MemoryApi;
let group: TaskGroup;
let counts: Map<string, number>;
/** Time that passes within plans. */
let passing: number;
let plans: { readonly key: string; readonly failures: readonly string[] }[];
let plan: (view: Lister<ConfigMap>, key: ObjectKey, failures: readonly ActionFailure[]) => Plan;

beforeEach(() => {
  clock = virtualClock(undefined, settle);
  api = memoryApi([configMaps, secrets, events]);
  group = new TaskGroup(new AbortController().signal);
  counts = new Map();
  plans = [];
  passing = 0;
  plan = () => NOTHING;
});
afterEach(async () => {
  group.stop();
  await group.join();
});

async function start(): Promise<void> {
  const env = testEnv({ ...clock, monotonicMs: () => clock.monotonicMs() + passing }, counts);
  const client = clientFor(api.handler, { userAgent: "test", clock });
  const informers = createInformers(client, env);
  const recorder = createEventRecorder({ client, env, component: "tester" });
  const controller: Controller<Lister<ConfigMap>> = {
    name: "tester",
    watches: [
      watch({
        resource: configMaps,
        keys: ({ metadata: { namespace, name } }) => [{ namespace, name: name.split("-")[0] ?? "" }],
      }),
    ],
    view: (listers) => listers.for(configMaps),
    plan: (view, key, _nowMs, failures) => {
      plans.push({ key: key.name, failures: failures.map(({ action, error }) => `${action.do}: ${error.message}`) });
      return plan(view, key, failures);
    },
  };
  const component = controllerComponent(controller, { client, informers, recorder, env });
  group.spawn((signal) => informers.run(signal));
  group.spawn((signal) => recorder.run(signal));
  group.spawn((signal) => component.run(signal));
  await clock.advance(0);
}
const object = (name: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "n", name, uid: `uid-of-${name}` },
});
const names = (): string[] => api.all("ConfigMap").map((one) => one.metadata.name);
const writes = (): string[] =>
  api.requests.filter((request) => !request.startsWith("GET") && !request.endsWith("/events"));

test("every object that exists is planned once the caches are full, and again when it changes", async () => {
  const a = api.put(object("a"));
  api.put(object("b"));
  await start();
  expect(plans.map((one) => one.key)).toEqual(["a", "b"]);
  api.put({ ...a, metadata: { ...a.metadata, labels: { x: "y" } } });
  await clock.advance(0);
  expect(plans.map((one) => one.key)).toEqual(["a", "b", "a"]);
});

test("stages run in order, and events tell of what was written", async () => {
  const a = api.put(object("a"));
  const announce = { about: a, type: "Normal", reason: "Made", message: "Made {name}" } as const;
  plan = (view) =>
    view.list().length > 1
      ? NOTHING
      : {
          stages: [
            [creation(configMaps, object("a-1"), announce), creation(configMaps, object("a-2"))],
            [deletion(configMaps, a)],
            [update(configMaps, { ...object("a-1"), data: { k: "v" } })],
          ],
        };
  await start();
  await clock.advance(0);
  expect(writes()).toEqual([
    "POST /api/v1/namespaces/n/configmaps",
    "POST /api/v1/namespaces/n/configmaps",
    "DELETE /api/v1/namespaces/n/configmaps/a",
    "PUT /api/v1/namespaces/n/configmaps/a-1",
  ]);
  expect(api.all("Event")).toMatchObject([{ reason: "Made", message: "Made a-1" }]);
});

test("a key is not planned again before the caches have its own writes", async () => {
  api.put(object("a"));
  plan = (view) =>
    view.list().length < 4 ? { stages: [[creation(configMaps, object(`a-${view.list().length}`))]] } : NOTHING;
  await start();
  api.hold(true);
  await clock.advance(5000);
  api.put(object("a"));
  expect(names().length).toBe(4);
  api.hold(false);
  await clock.advance(5000);
  // One object each time, never the same twice: each plan saw what the one before had made.
  expect(names()).toEqual(["a", "a-1", "a-2", "a-3"]);
  expect(plans.every((one) => one.failures.length === 0)).toBe(true);
});

test("caches that lag for 30 s are listed anew, and counted", async () => {
  api.put(object("a"));
  await start();
  api.hold(true);
  plan = (view) =>
    view.list().length < 3 ? { stages: [[creation(configMaps, object(`a-${view.list().length}`))]] } : NOTHING;
  // Known to the cache by a new list only.
  api.hold(false);
  api.put(object("a"));
  api.hold(true);
  await clock.advance(29_000);
  expect(names()).toEqual(["a", "a-1"]);
  await clock.advance(5000);
  expect(counts.get("skates_controller_stale_cache_total")).toBeGreaterThan(0);
  expect(names()).toEqual(["a", "a-1", "a-2"]);
});

test("failures are handed to the next plan after a backoff, and the stages behind them are dropped", async () => {
  api.put(object("a"));
  let refusing = true;
  api.intercept = (request) =>
    refusing && request.method === "POST" ? refusalOf(new StatusError("Forbidden", "quota")) : undefined;
  plan = (view) =>
    view.list().length > 1
      ? NOTHING
      : { stages: [[creation(configMaps, object("a-1"))], [creation(secrets, { ...object("s"), kind: "Secret" })]] };
  await start();
  await clock.advance(4);
  expect(plans).toEqual([{ key: "a", failures: [] }]);
  await clock.advance(1);
  expect(plans[1]).toEqual({ key: "a", failures: ["create: quota"] });
  await clock.advance(10);
  expect(plans).toHaveLength(3);
  refusing = false;
  await clock.advance(1000);
  expect(plans.at(-1)).toEqual({ key: "a", failures: [] });
  expect(api.all("Secret")).toHaveLength(1);
});

test("when a server refuses, few requests are spent on it", async () => {
  api.put(object("a"));
  let posts = 0;
  api.intercept = (request) => {
    if (request.method !== "POST" || ++posts <= 3) return undefined;
    return refusalOf(new StatusError("Forbidden", "quota"));
  };
  plan = (_view, key, failures) =>
    key.name !== "a" || failures.length > 0
      ? NOTHING
      : { stages: [Array.from({ length: 100 }, (_, i) => creation(configMaps, object(`x${i}-1`)))] };
  await start();
  await clock.advance(5);
  // 1 and 2 succeeded, 4 were refused, 93 were never sent.
  expect(posts).toBe(7);
});

test("what cannot be made because its namespace ends is no failure", async () => {
  api.put(object("a"));
  api.intercept = (request) =>
    request.method === "POST"
      ? refusalOf(new StatusError("Forbidden", "no", { details: { causes: [{ reason: "NamespaceTerminating" }] } }))
      : undefined;
  plan = () => ({ stages: [[creation(configMaps, object("a-1"))]] });
  await start();
  await clock.advance(60_000);
  expect(plans).toEqual([{ key: "a", failures: [] }]);
});

test("a deletion of what is gone, or of another object of that name, counts as done", async () => {
  api.put(object("a"));
  const gone: ApiObject = object("gone");
  plan = () => ({ stages: [[deletion(configMaps, gone)], [creation(configMaps, object("b-1"))]] });
  await start();
  expect(names()).toEqual(["a", "b-1"]);
});

test("a deletion that met another conflict is tried again; one that met another object is done", async () => {
  let refusals = 2;
  api.intercept = (request) =>
    request.method === "DELETE" && refusals-- > 0 ? refusalOf(new StatusError("Conflict", "busy")) : undefined;
  const a = api.put(object("a"));
  plan = (view, key) => (view.get(key) === undefined ? NOTHING : { stages: [[deletion(configMaps, a)]] });
  await start();
  await clock.advance(5000);
  expect([names(), plans.flatMap(({ failures }) => failures)]).toEqual([[], ["delete: busy", "delete: busy"]]);
  refusals = 1;
  api.put({ ...object("b"), metadata: { ...object("b").metadata, uid: "another" } });
  plan = () => ({ stages: [[deletion(configMaps, object("b"))]] });
  await clock.advance(5000);
  expect([names(), plans.flatMap(({ failures }) => failures)]).toEqual([["b"], ["delete: busy", "delete: busy"]]);
});

test("a plan that throws is tried again, and others go on", async () => {
  api.put(object("a"));
  api.put(object("b"));
  plan = (_view, key) => {
    if (key.name === "a") throw new Error("broken");
    return NOTHING;
  };
  await start();
  await clock.advance(100);
  const keys = plans.map((one) => one.key);
  expect(keys.filter((key) => key === "b")).toHaveLength(1);
  expect(keys.filter((key) => key === "a").length).toBeGreaterThan(3);
});

test("a key whose plan is costly rests for ten times as long, and many changes cost one plan", async () => {
  const a = object("a");
  api.put(a);
  await start();
  plan = () => {
    passing += 20; // the plan takes 20 ms
    return NOTHING;
  };
  const change = (i: string): ConfigMap => ({ ...a, data: { i } });
  api.put(change("first"));
  await clock.advance(0);
  expect(plans).toHaveLength(2);
  for (let i = 0; i < 5; i++) {
    api.put(change(String(i)));
    await clock.advance(10);
  }
  expect(plans).toHaveLength(2);
  await clock.advance(150);
  expect(plans).toHaveLength(3);
  expect(counts.get("workqueue_adds_total")).toBe(3);
});

test("a plan can ask to be made again later", async () => {
  api.put(object("a"));
  plan = () => (plans.length < 3 ? { stages: [], requeueAfterMs: 10_000 } : NOTHING);
  await start();
  await clock.advance(9999);
  expect(plans).toHaveLength(1);
  await clock.advance(60_000);
  expect(plans).toHaveLength(3);
});

test("what only tells of many changes is written a few times; what does something is written each time", async () => {
  api.put(object("a"));
  let version = 0;
  const change = (): void => {
    const changed: ConfigMap = { ...object("a"), data: { version: String(++version) } };
    api.put(changed);
  };
  const told: string[] = [];
  plan = (view, key) => {
    const data = view.get(key)?.data?.["version"] ?? "none";
    if (told.at(-1) === data) return NOTHING;
    told.push(data);
    return {
      stages: [[creation(secrets, { ...secret, metadata: { namespace: "n", name: `s${told.length}` } })]],
      mayWait,
    };
  };
  const secret = { apiVersion: "v1", kind: "Secret" } as const;
  let mayWait = true;
  await start();
  for (let i = 0; i < 100; i++) {
    change();
    await clock.advance(1);
  }
  await clock.advance(1000);
  const few = writes().length;
  expect([few < 25, told.at(-1)]).toEqual([true, "100"]);
  mayWait = false;
  for (let i = 0; i < 100; i++) {
    change();
    await clock.advance(1);
  }
  expect([writes().length - few, told.at(-1)]).toEqual([100, "200"]);
});
