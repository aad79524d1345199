// Shows watches over the wire: order, transitions of selectors, resuming, bookmarks, expiry, and that slow ones are cut.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer, type WatchFrame } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer({ limits: { eventsKept: 8, watcherEvents: 5 } });
});
afterEach(() => api.stop());

const MAPS = "/api/v1/namespaces/default/configmaps";
const MERGE = { "content-type": "application/merge-patch+json" };

async function create(name: string, labels: Record<string, string> = {}): Promise<string> {
  const body = { kind: "ConfigMap", apiVersion: "v1", metadata: { name, labels } };
  const { json } = await api.call("POST", MAPS, body);
  return json.metadata.resourceVersion;
}

const relabel = (name: string, labels: Record<string, string | null>): Promise<unknown> =>
  api.call("PATCH", `${MAPS}/${name}`, { metadata: { labels } }, MERGE);

async function take(frames: AsyncIterator<WatchFrame>, count: number): Promise<string[]> {
  const out: string[] = [];
  for (let i = 0; i < count; i++) {
    const next = await frames.next();
    if (next.done === true) return [...out, "end"];
    out.push(`${next.value.type} ${next.value.object.metadata?.name ?? next.value.object.kind}`);
  }
  return out;
}

describe("a watch", () => {
  test("from a revision sees each later change once, in order", async () => {
    const from = await create("a");
    await create("b");
    const frames = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}`);
    await relabel("a", { x: "1" });
    await api.call("DELETE", `${MAPS}/b`);
    const seen: WatchFrame[] = [];
    for (let i = 0; i < 3; i++) seen.push((await frames.next()).value);
    expect(seen.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      "ADDED b",
      "MODIFIED a",
      "DELETED b",
    ]);
    const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    expect([seen[0]?.object.kind, seen[0]?.object.apiVersion]).toEqual(["ConfigMap", "v1"]);
  });

  test("from a revision is about its namespace and its name alone, in the past as in the future", async () => {
    const from = await create("a");
    const other = MAPS.replace("default", "other");
    const steps = async (name: string): Promise<void> => {
      await relabel("a", { x: name });
      await api.call("POST", other, { metadata: { name } });
      await create(name);
      await relabel("a", { x: null });
    };
    await steps("b");
    const named = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}&fieldSelector=metadata.name%3Da`);
    const elsewhere = await api.watch(`${other}?watch=true&resourceVersion=${from}`);
    await steps("c");
    expect(await take(named, 4)).toEqual(["MODIFIED a", "MODIFIED a", "MODIFIED a", "MODIFIED a"]);
    for (let i = 0; i < 2; i++) expect((await elsewhere.next()).value.object.metadata.namespace).toBe("other");
  });

  test("without a revision starts with what exists", async () => {
    await create("b");
    await create("a");
    const frames = await api.watch(`${MAPS}?watch=1`);
    expect(await take(frames, 2)).toEqual(["ADDED a", "ADDED b"]);
    await create("c");
    expect(await take(frames, 1)).toEqual(["ADDED c"]);
  });

  test("of a selection sees objects come and go as they enter and leave it", async () => {
    const from = await create("a", { app: "web" });
    const frames = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}&labelSelector=app%3Dweb`);
    await create("other");
    await relabel("other", { app: "web" });
    await relabel("a", { y: "1" });
    await relabel("a", { app: null });
    await api.call("DELETE", `${MAPS}/other`);
    expect(await take(frames, 4)).toEqual(["ADDED other", "MODIFIED a", "DELETED a", "DELETED other"]);
  });

  test("of one name, one namespace, one node", async () => {
    const from = await create("a");
    const named = await api.watch(
      `/api/v1/configmaps?watch=true&resourceVersion=${from}&fieldSelector=metadata.name%3Dz`,
    );
    const single = await api.watch(`/api/v1/watch/namespaces/default/configmaps/z?resourceVersion=${from}`);
    const elsewhere = await api.watch(`/api/v1/namespaces/other/configmaps?watch=true&resourceVersion=${from}`);
    const node = await api.watch(`/api/v1/pods?watch=true&resourceVersion=${from}&fieldSelector=spec.nodeName%3Dn1`);
    await create("b");
    await create("z");
    await api.call("POST", "/api/v1/namespaces/other/configmaps", { metadata: { name: "o" } });
    for (const [name, nodeName] of [
      ["p1", "n2"],
      ["p2", "n1"],
    ]) {
      const spec = { nodeName, containers: [{ name: "c", image: "i" }] };
      await api.call("POST", "/api/v1/namespaces/other/pods", { metadata: { name }, spec });
    }
    expect(await take(named, 1)).toEqual(["ADDED z"]);
    expect(await take(single, 1)).toEqual(["ADDED z"]);
    expect(await take(elsewhere, 1)).toEqual(["ADDED o"]);
    expect(await take(node, 1)).toEqual(["ADDED p2"]);
  });

  test("from a revision whose events are gone is told 410 in an ERROR event", async () => {
    const from = await create("a");
    for (let i = 0; i < 20; i++) await relabel("a", { i: String(i) });
    const frames = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}`);
    const { value } = await frames.next();
    expect([value.type, value.object.code, value.object.reason]).toEqual(["ERROR", 410, "Expired"]);
    expect(value.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
    expect((await frames.next()).done).toBe(true);
  });

  test("that does not read is cut, and others are not disturbed", async () => {
    const from = await create("a");
    const slow = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}`);
    const quick = await api.watch(`${MAPS}?watch=true&resourceVersion=${from}`);
    const [first, second] = await Promise.all([take(slow, 1), take(quick, 1), create("b")]);
    expect([first, second]).toEqual([["ADDED b"], ["ADDED b"]]);
    for (let i = 0; i < 8; i++) {
      await relabel("a", { i: String(i) });
      expect(await take(quick, 1)).toEqual(["MODIFIED a"]);
    }
    expect(await take(slow, 1)).toEqual(["end"]);
    expect(api.env.metrics.render()).toContain('apiserver_terminated_watchers_total{group="",resource="configmaps"} 1');
  });

  test("ends when its caller goes", async () => {
    const gone = new AbortController();
    const frames = await api.watch(`${MAPS}?watch=true`, gone.signal);
    const next = frames.next();
    gone.abort();
    expect((await next).done).toBe(true);
  });

  test("ends after timeoutSeconds, with a last bookmark for those who want them", async () => {
    await create("a");
    const plain = await api.watch(`${MAPS}?watch=true&timeoutSeconds=10`);
    const marked = await api.watch(`${MAPS}?watch=true&timeoutSeconds=10&allowWatchBookmarks=true`);
    await Promise.all([take(plain, 1), take(marked, 2)]);
    const other = await api.call("POST", "/api/v1/namespaces", { metadata: { name: "n" } });
    const ends = Promise.all([take(plain, 1), marked.next()]);
    await api.clock.advance(11_000);
    const [plainEnd, bookmark] = await ends;
    expect(plainEnd).toEqual(["end"]);
    expect(bookmark.value.type).toBe("BOOKMARK");
    expect(bookmark.value.object.metadata.resourceVersion).toBe(other.json.metadata.resourceVersion);
    expect((await marked.next()).done).toBe(true);
  });

  test("sends bookmarks each minute", async () => {
    const frames = await api.watch(`${MAPS}?watch=true&allowWatchBookmarks=true&resourceVersion=1`);
    const next = frames.next();
    await api.clock.advance(61_000);
    expect((await next).value.type).toBe("BOOKMARK");
  });

  test("with sendInitialEvents streams the list up to an annotated bookmark", async () => {
    await create("a");
    const last = await create("b");
    const options = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const frames = await api.watch(`${MAPS}?watch=true&${options}`);
    expect(await take(frames, 2)).toEqual(["ADDED a", "ADDED b"]);
    const { value } = await frames.next();
    expect([value.type, value.object.metadata]).toEqual([
      "BOOKMARK",
      expect.objectContaining({ resourceVersion: last, annotations: { "k8s.io/initial-events-end": "true" } }),
    ]);
    const refused = api.watch(`${MAPS}?watch=true&sendInitialEvents=true`).then((watch) => watch.next());
    await expect(refused).rejects.toThrow("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  });
});
