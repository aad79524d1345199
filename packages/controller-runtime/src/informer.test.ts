// What an informer's cache and its listeners see of a server in memory, through lost and expired watches.
import type { ApiObject, Encoded } from "@skates/apimachinery";
import { StatusError } from "@skates/apimachinery";
import { type ConfigMap, configMaps } from "@skates/api/core/v1";
import { clientFor } from "@skates/client";
import { type Env, silentLogger, type VirtualClock, virtualClock } from "@skates/component-base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createInformer } from "./informer.ts";
import type { Informer } from "./lister.ts";
import { settle, testEnv } from "./testing/env.ts";
import { type MemoryApi, memoryApi, refusalOf } from "./testing/memory-api.ts";

let clock: VirtualClock;
let env: Env;
let api: MemoryApi;
let stop: AbortController;
let informer: Informer<ConfigMap>;
let seen: string[];
let running: Promise<void> | undefined;

beforeEach(() => {
  clock = virtualClock(undefined, settle);
  env = testEnv(clock);
  api = memoryApi([configMaps]);
  stop = new AbortController();
  seen = [];
  const client = clientFor(api.handler, { userAgent: "test", clock });
  informer = createInformer(client.resource(configMaps), configMaps, {
    env: { ...env, log: silentLogger },
    indexes: { color: (object) => (object.data?.["color"] === undefined ? [] : [object.data["color"]]) },
  });
  informer.subscribe((delta) => seen.push(`${delta.type} ${delta.object.metadata.name}`));
});
afterEach(async () => {
  stop.abort();
  await running;
});

function configMap(name: string, color?: string): ApiObject {
  const data = color === undefined ? {} : { color };
  const object: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name }, data };
  return object;
}

async function start(): Promise<void> {
  running = informer.run(stop.signal);
  await clock.advance(0);
}

test("what exists is listed, what changes is seen, and the cache has it before the listener is called", async () => {
  api.put(configMap("a"));
  const cached: (boolean | undefined)[] = [];
  informer.subscribe((delta) => cached.push(informer.get(delta.object.metadata) !== undefined));
  await start();
  expect(informer.synced()).toBe(true);
  const b = api.put(configMap("b"));
  await clock.advance(0);
  api.put({ ...b, metadata: { ...b.metadata, labels: { x: "y" } } });
  await clock.advance(0);
  api.remove(b);
  await clock.advance(0);
  expect(seen).toEqual(["added a", "added b", "updated b", "deleted b"]);
  expect(cached).toEqual([true, true, true, false]);
});

test("lists come sorted by key, and follow what changes", async () => {
  for (const name of ["c", "a", "b"]) api.put(configMap(name));
  await start();
  expect(informer.list("default").map((object) => object.metadata.name)).toEqual(["a", "b", "c"]);
  expect(informer.list("other")).toEqual([]);
  api.put(configMap("d"));
  await clock.advance(0);
  expect(informer.list().map((object) => object.metadata.name)).toEqual(["a", "b", "c", "d"]);
});

test("what the API server holds is held by its handle, and decoded again only when asked for", async () => {
  const object = api.put({
    ...configMap("a", "red"),
    metadata: { namespace: "default", name: "a", labels: { x: "y" } },
  });
  await start();
  expect(informer.get(object.metadata)).not.toBe(informer.get(object.metadata));
  expect(informer.get(object.metadata)).toEqual(object);
  let asked = 0;
  const isY = (labels: Readonly<Record<string, string>> | undefined): boolean => {
    asked++;
    return labels?.["x"] === "y";
  };
  expect(informer.matching("default", isY)).toEqual([object]);
  expect(informer.matching(undefined, (labels) => labels?.["x"] === "z")).toEqual([]);
  expect(informer.matching("other", isY)).toEqual([]);
  expect(asked).toBe(1);
  expect(informer.values("color")).toEqual(["red"]);
  api.put({ ...object, metadata: { ...object.metadata, labels: {} } });
  await clock.advance(0);
  expect(informer.matching("default", isY)).toEqual([]);
  expect(seen).toEqual(["added a", "updated a"]);
  api.remove(object);
  await clock.advance(0);
  expect([informer.values("color"), informer.list()]).toEqual([[], []]);
});

test("from a server elsewhere, objects are kept without the owners of their fields", async () => {
  const managedFields = [{ manager: "m", operation: "Update" }];
  api.put({ ...configMap("a"), metadata: { namespace: "default", name: "a", managedFields } });
  const elsewhere = clientFor(
    async (request) => {
      const response = await api.handler(request);
      if (response.body.kind !== "list") return response;
      const { pages: given } = response.body;
      async function* pages(): AsyncGenerator<readonly Encoded[]> {
        for await (const page of given) {
          yield page.map(({ object, revision }) => ({ object, revision, bytes: () => new Uint8Array() }));
        }
      }
      return { ...response, body: { ...response.body, pages: pages() } };
    },
    { userAgent: "test", clock },
  );
  const far = createInformer(elsewhere.resource(configMaps), configMaps, { env });
  running = far.run(stop.signal);
  await clock.advance(0);
  expect(far.list().map(({ metadata }) => Object.keys(metadata).toSorted())).toEqual([
    ["name", "namespace", "resourceVersion", "uid"],
  ]);
  expect(far.list()[0]).toBe(far.list()[0]);
});

test("indexes follow the objects", async () => {
  api.put(configMap("a", "red"));
  await start();
  const red = (): string[] => informer.by("color", "red").map((object) => object.metadata.name);
  expect(red()).toEqual(["a"]);
  api.put(configMap("a", "blue"));
  api.put(configMap("b", "red"));
  await clock.advance(0);
  expect(red()).toEqual(["b"]);
  expect(informer.by("color", "blue")).toHaveLength(1);
});

test("a watch that ends is taken up where it ended, without a list", async () => {
  await start();
  await clock.advance(60_000);
  api.endWatches();
  await clock.advance(0);
  api.put(configMap("a"));
  await clock.advance(0);
  expect(seen).toEqual(["added a"]);
  expect(api.requests).toEqual(["GET /api/v1/configmaps"]);
});

test("an expired watch leads to a new list that tells the differences only", async () => {
  api.put(configMap("a"));
  const b = api.put(configMap("b"));
  await start();
  seen.length = 0;
  api.hold(true);
  api.remove(b);
  api.put(configMap("c"));
  api.endWatches(new StatusError("Expired", "too old resource version"));
  await clock.advance(2000);
  expect(seen).toEqual(["deleted b", "added c"]);
  expect(api.requests).toHaveLength(2);
});

test("an object that was replaced by one of the same name is deleted and added", async () => {
  const a = api.put(configMap("a"));
  await start();
  api.hold(true);
  api.remove(a);
  api.put(configMap("a"));
  api.endWatches(new StatusError("Expired", "too old resource version"));
  await clock.advance(2000);
  expect(seen).toEqual(["added a", "deleted a", "added a"]);
});

test("a server that refuses is asked ever more rarely, and the informer recovers", async () => {
  api.intercept = () => refusalOf(new StatusError("InternalError", "broken"));
  await start();
  await clock.advance(600_000);
  const asked = api.requests.length;
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(40);
  api.intercept = undefined;
  api.put(configMap("a"));
  await clock.advance(60_000);
  expect(seen).toEqual(["added a"]);
});

test("until resolves with the change that makes it true, and rejects when aborted", async () => {
  await start();
  const waited = informer.until(() => informer.list().length === 2, stop.signal);
  api.put(configMap("a"));
  await clock.advance(0);
  api.put(configMap("b"));
  await waited;
  const gaveUp = new AbortController();
  const never = informer.until(() => false, gaveUp.signal);
  gaveUp.abort(new Error("enough"));
  await expect(never).rejects.toThrow("enough");
});
