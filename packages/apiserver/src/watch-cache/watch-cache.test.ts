// Shows that the cache follows its store: what it loads, shares and forgets, and that it begins anew after falling behind.
import { configMaps } from "@skates/api/core/v1";
import { memoryStore, type RevisionStore, storeError } from "@skates/storage";
import { afterEach, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "../test-server.ts";

let api: TestServer | undefined;
afterEach(() => api?.stop());
const MAPS = "/api/v1/namespaces/default/configmaps";
const map = (name: string): object => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name } });

/** A store whose watch can be made to end as if the reader had been too slow. */
function faulty(store: RevisionStore): { readonly store: RevisionStore; fail(code: "Lagging" | "Compacted"): void } {
  let breakOff: (error: Error) => void = () => undefined;
  return {
    fail: (code) => breakOff(storeError(code, "too slow")),
    store: {
      range: (...args) => store.range(...args),
      commit: (...args) => store.commit(...args),
      head: (signal) => store.head(signal),
      grant: (...args) => store.grant(...args),
      compact: (...args) => store.compact(...args),
      compacted: () => store.compacted(),
      snapshot: (signal) => store.snapshot(signal),
      close: () => store.close(),
      async *watch(prefix, after, signal) {
        const broken = new Promise<never>((_, reject) => {
          breakOff = reject;
        });
        const batches = store.watch(prefix, after, signal)[Symbol.asyncIterator]();
        for (;;) {
          const next = await Promise.race([batches.next(), broken]);
          if (next.done === true) return;
          yield next.value;
        }
      },
    },
  };
}

test.each(["Lagging", "Compacted"] as const)(
  "after %s it loads anew and ends watches, whose resume is told to list",
  async (code) => {
    const first = await startTestServer();
    const { store, fail } = faulty(memoryStore({ clock: first.clock }));
    await first.stop();
    api = await startTestServer({ store });
    const { json } = await api.call("POST", MAPS, map("a"));
    await api.call("POST", MAPS, map("b"));
    const frames = await api.watch(`${MAPS}?watch=true&resourceVersion=${json.metadata.resourceVersion}`);
    expect((await frames.next()).value.object.metadata.name).toBe("b");
    fail(code);
    expect((await frames.next()).done).toBe(true);
    expect((await api.call("GET", MAPS)).json.items.length).toBe(2);
    const resumed = await api.watch(`${MAPS}?watch=true&resourceVersion=${json.metadata.resourceVersion}`);
    expect((await resumed.next()).value.object.code).toBe(410);
    await api.call("POST", MAPS, map("c"));
    expect((await api.call("GET", MAPS)).json.items.length).toBe(3);
  },
);

test("objects beyond the bound of decoded ones are decoded again when asked for", async () => {
  let decoded = 0;
  api = await startTestServer({ limits: { decodedObjects: 2 }, onDecode: () => void decoded++ });
  for (const name of ["a", "b", "c", "d"]) await api.call("POST", MAPS, map(name));
  const before = decoded;
  const list = `${MAPS}?labelSelector=x`;
  await api.call("GET", list);
  const forgotten = decoded - before;
  expect(forgotten).toBeGreaterThanOrEqual(2);
  await api.call("GET", list);
  expect(decoded - before).toBe(forgotten);
});

test("lists and plain watches decode nothing", async () => {
  const prior = await startTestServer();
  for (const name of ["a", "b"]) await prior.call("POST", MAPS, map(name));
  await prior.stop();
  let decoded = 0;
  api = await startTestServer({ store: prior.store, onDecode: () => void decoded++ });
  expect((await api.call("GET", MAPS)).json.items.length).toBe(2);
  const frames = await api.watch(`${MAPS}?watch=true`);
  expect((await frames.next()).value.object.metadata.name).toBe("a");
  await api.call("DELETE", `${MAPS}/b`);
  expect(decoded).toBeLessThanOrEqual(1);
});

test("those who watch an object are counted by name, namespace and kind, but not those who ask by a field with an index", async () => {
  api = await startTestServer();
  const { registry } = api.server;
  const pods = "/api/v1/pods";
  const key = { namespace: "default", name: "a" };
  const counts = () => [
    registry.watchersOf(configMaps, key),
    registry.watchersOf(configMaps, { namespace: "default", name: "" }),
    registry.watchersOf(configMaps, { namespace: "other", name: "a" }),
    registry.watchersOf({ group: "", version: "v1", plural: "pods" }, key),
  ];
  const { json } = await api.call("POST", MAPS, map("a"));
  const ended = new AbortController();
  const opened = [
    `/api/v1/configmaps?watch=true`,
    `${MAPS}?watch=true&labelSelector=app%3Dweb`,
    `${MAPS}?watch=true&fieldSelector=metadata.name%3Da`,
    `${MAPS}?watch=true&fieldSelector=metadata.name%3Db`,
    `${pods}?watch=true&fieldSelector=spec.nodeName%3Dn1`,
    `${pods}?watch=true`,
  ].map(async (url) => {
    const frames = await api?.watch(`${url}&resourceVersion=${json.metadata.resourceVersion}`, ended.signal);
    return frames?.next().catch(() => undefined);
  });
  await vi.waitFor(() => expect(counts()).toEqual([3, 2, 1, 1]));
  ended.abort(new Error("enough"));
  await Promise.all(opened);
  await vi.waitFor(() => expect(counts()).toEqual([0, 0, 0, 0]));
});
