// Shows lists over the wire: their JSON, selectors, pages at one revision, and the rules of resourceVersion.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(() => api.stop());

const ALL = "/api/v1/configmaps";
const path = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

async function create(namespace: string, name: string, labels: Record<string, string> = {}): Promise<number> {
  const body = { kind: "ConfigMap", apiVersion: "v1", metadata: { name, labels } };
  const { json } = await api.call("POST", path(namespace), body);
  return Number(json.metadata.resourceVersion);
}
// oxlint-disable-next-line typescript/no-explicit-any
const names = (list: any): string[] => list.items.map((item: any) => item.metadata.name);

describe("a list", () => {
  test("has items without kind and apiVersion, in the order of keys, at the store's revision", async () => {
    await create("b", "x");
    await create("a", "y");
    const last = await create("a", "x");
    const { json, text } = await api.call("GET", ALL);
    expect(
      text.startsWith(
        `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"${last}"},"items":[{"metadata":{"resourceVersion":`,
      ),
    ).toBe(true);
    expect(
      json.items.map(
        (item: { metadata: { namespace: string; name: string } }) => `${item.metadata.namespace}/${item.metadata.name}`,
      ),
    ).toEqual(["a/x", "a/y", "b/x"]);
    expect(names((await api.call("GET", path("a"))).json)).toEqual(["x", "y"]);
    expect((await api.call("GET", path("none"))).json.items).toEqual([]);
  });

  test("takes label and field selectors", async () => {
    await create("a", "one", { app: "web" });
    await create("a", "two", { app: "db" });
    await create("b", "one", { app: "web" });
    expect(names((await api.call("GET", `${ALL}?labelSelector=app%3Ddb`)).json)).toEqual(["two"]);
    expect(names((await api.call("GET", `${ALL}?labelSelector=app+in+(db,web),app!=web`)).json)).toEqual(["two"]);
    expect(names((await api.call("GET", `${ALL}?fieldSelector=metadata.name%3Done`)).json)).toEqual(["one", "one"]);
    expect(names((await api.call("GET", `${path("a")}?fieldSelector=metadata.name!%3Done`)).json)).toEqual(["two"]);
    expect(names((await api.call("GET", `${ALL}?fieldSelector=metadata.namespace%3Db`)).json)).toEqual(["one"]);
    const unknown = await api.call("GET", `${ALL}?fieldSelector=spec.x%3D1`);
    expect([unknown.status, unknown.json.message]).toEqual([400, "field label not supported: spec.x"]);
    expect((await api.call("GET", `${ALL}?labelSelector=a%3D%3D%3D`)).status).toBe(400);
  });

  test("of pods on a node uses the index, and sees changes", async () => {
    const pod = (name: string, nodeName: string) => ({
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name },
      spec: { nodeName, containers: [{ name: "c", image: "i" }] },
    });
    const pods = "/api/v1/namespaces/a/pods";
    await api.call("POST", pods, pod("p1", "n1"));
    const on = "/api/v1/pods?fieldSelector=spec.nodeName%3Dn1";
    expect(names((await api.call("GET", on)).json)).toEqual(["p1"]);
    await api.call("POST", pods, pod("p0", "n1"));
    await api.call("POST", pods, pod("p2", "n2"));
    expect(names((await api.call("GET", on)).json)).toEqual(["p0", "p1"]);
    await api.call("DELETE", `${pods}/p1`, { gracePeriodSeconds: 0 });
    expect(names((await api.call("GET", on)).json)).toEqual(["p0"]);
  });
});

describe("pages", () => {
  test("go on at the revision of the first one, whatever changes meanwhile", async () => {
    for (const name of ["a", "b", "c", "d", "e"]) await create("ns", name);
    const first = await api.call("GET", `${path("ns")}?limit=2`);
    expect([names(first.json), first.json.metadata.remainingItemCount]).toEqual([["a", "b"], 3]);
    const next = `${path("ns")}?limit=2&continue=${first.json.metadata.continue}`;
    const quiet = await api.call("GET", next);
    await create("ns", "bb");
    await api.call("DELETE", `${path("ns")}/d`);
    const second = await api.call("GET", next);
    expect([names(second.json), second.json.metadata]).toEqual([["c", "d"], quiet.json.metadata]);
    expect(second.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
    const third = await api.call("GET", `${path("ns")}?limit=2&continue=${second.json.metadata.continue}`);
    expect([names(third.json), third.json.metadata.continue]).toEqual([["e"], undefined]);
  });

  test("with a selector count no remaining items", async () => {
    for (const name of ["a", "b", "c"]) await create("ns", name, { x: "y" });
    const { json } = await api.call("GET", `${path("ns")}?limit=2&labelSelector=x%3Dy`);
    expect([names(json), json.metadata.remainingItemCount]).toEqual([["a", "b"], undefined]);
  });

  test("end as Expired when their revision is compacted, with a token to go on inconsistently", async () => {
    for (const name of ["a", "b", "c"]) await create("ns", name);
    const first = await api.call("GET", `${path("ns")}?limit=2`);
    await api.call("DELETE", `${path("ns")}/a`);
    const newest = await create("ns", "d");
    await api.store.compact(newest, new AbortController().signal);
    const expired = await api.call("GET", `${path("ns")}?limit=2&continue=${first.json.metadata.continue}`);
    expect([expired.status, expired.json.reason]).toEqual([410, "Expired"]);
    const rest = await api.call("GET", `${path("ns")}?limit=2&continue=${expired.json.metadata.continue}`);
    expect([rest.status, names(rest.json), rest.json.metadata.resourceVersion]).toEqual([
      200,
      ["c", "d"],
      String(newest),
    ]);
  });

  test("end so too when nothing of the kind has changed since", async () => {
    for (const name of ["a", "b", "c"]) await create("ns", name);
    const first = await api.call("GET", `${path("ns")}?limit=2`);
    const secret = { kind: "Secret", apiVersion: "v1", metadata: { name: "other" } };
    const { json } = await api.call("POST", "/api/v1/namespaces/ns/secrets", secret);
    await api.store.compact(Number(json.metadata.resourceVersion), new AbortController().signal);
    const expired = await api.call("GET", `${path("ns")}?limit=2&continue=${first.json.metadata.continue}`);
    expect([expired.status, expired.json.reason]).toEqual([410, "Expired"]);
  });

  test("refuse broken tokens", async () => {
    for (const token of ["x", btoa('{"v":"meta.k8s.io/v1","rv":1,"start":"../x"}').replaceAll("=", "")]) {
      expect((await api.call("GET", `${ALL}?continue=${token}`)).status).toBe(400);
    }
  });
});

describe("resourceVersion", () => {
  test("Exact gives the state of then", async () => {
    const then = await create("ns", "a");
    await create("ns", "b");
    const { json } = await api.call("GET", `${ALL}?resourceVersion=${then}&resourceVersionMatch=Exact`);
    expect([names(json), json.metadata.resourceVersion]).toEqual([["a"], String(then)]);
    const later = await api.call("GET", `${ALL}?resourceVersion=${then}&resourceVersionMatch=NotOlderThan`);
    expect(names(later.json)).toEqual(["a", "b"]);
  });

  test("in the future is a Timeout that says so", async () => {
    await create("ns", "a");
    const answer = api.call("GET", `${ALL}?resourceVersion=1000`);
    await api.clock.advance(5000);
    const { status, json } = await answer;
    expect([status, json.reason, json.details.causes]).toEqual([
      504,
      "Timeout",
      [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    ]);
  });
});

describe("other forms", () => {
  test("a Table has columns and rows with the objects' metadata", async () => {
    await create("ns", "a");
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const { json } = await api.call("GET", path("ns"), undefined, { accept });
    expect([json.kind, json.apiVersion, json.columnDefinitions[0].name]).toEqual(["Table", "meta.k8s.io/v1", "Name"]);
    expect([json.rows[0].cells[0], json.rows[0].object.kind, json.rows[0].object.metadata.name]).toEqual([
      "a",
      "PartialObjectMetadata",
      "a",
    ]);
    const bare = await api.call("GET", `${path("ns")}/a?includeObject=None`, undefined, { accept });
    expect(bare.json.rows[0].object).toBeNull();
  });

  test("PartialObjectMetadataList has metadata only", async () => {
    await create("ns", "a");
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    const { json } = await api.call("GET", path("ns"), undefined, { accept });
    expect([json.kind, names(json), Object.keys(json.items[0])]).toEqual([
      "PartialObjectMetadataList",
      ["a"],
      ["kind", "apiVersion", "metadata"],
    ]);
  });
});
