// Shows what others plug in: admission, special handlers, strategies with claims and grace periods, several versions.
import { type ApiObject, forbiddenRequest, type Resource } from "@skates/apimachinery";
import { afterEach, describe, expect, test } from "vitest";
import type { AdmissionPlugin } from "./admission.ts";
import { looseResponse } from "./responses.ts";
import { builtin, startTestServer, type TestOptions, type TestServer } from "./test-server.ts";

let api: TestServer | undefined;
afterEach(() => api?.stop());
async function start(options: TestOptions): Promise<TestServer> {
  api = await startTestServer(options);
  return api;
}
const MAPS = "/api/v1/namespaces/default/configmaps";
const map = (name: string): object => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name } });
const MERGE = { "content-type": "application/merge-patch+json" };

test("admission mutates in order, then validates what came out", async () => {
  const seen: string[] = [];
  const labelling = (value: string): AdmissionPlugin => ({
    name: value,
    handles: ({ resource, operation }) => resource.plural === "configmaps" && operation !== "DELETE",
    mutate: ({ object }) => {
      if (object === undefined) throw new Error("nothing to mutate");
      const labels = { ...object.metadata.labels, chain: `${object.metadata.labels?.["chain"] ?? ""}${value}` };
      return Promise.resolve({ ...object, metadata: { ...object.metadata, labels } });
    },
  });
  const judge: AdmissionPlugin = {
    name: "judge",
    handles: () => true,
    validate: ({ operation, name, object, old, resource }) => {
      seen.push(`${operation} ${name} ${object?.metadata.labels?.["chain"] ?? "-"} ${old === undefined ? "-" : "old"}`);
      if (name === "bad") throw forbiddenRequest(resource, name, "the judge says no");
      return Promise.resolve();
    },
  };
  const { call } = await start({ admission: () => [labelling("a"), labelling("b"), judge] });
  expect((await call("POST", MAPS, map("good"))).json.metadata.labels).toEqual({ chain: "ab" });
  const bad = await call("POST", MAPS, map("bad"));
  expect([bad.status, bad.json.message]).toEqual([403, 'configmaps "bad" is forbidden: the judge says no']);
  await call("PATCH", `${MAPS}/good`, { metadata: { labels: { chain: "" } } }, MERGE);
  await call("DELETE", `${MAPS}/good`);
  expect(seen).toEqual(["CREATE good ab -", "CREATE bad ab -", "UPDATE good ab old", "DELETE good - old"]);
});

test("a special handler answers for a review, and modifies others' objects for a binding", async () => {
  const pods = builtin("pods");
  const { call } = await start({
    specials: () => [
      {
        group: "authentication.k8s.io",
        resource: "selfsubjectreviews",
        verbs: ["create"],
        handle: async (review) => {
          const sent = await review.read<ApiObject>(review.resource.schema);
          const answer = { ...sent, status: { userInfo: { username: review.user.name } } };
          return looseResponse(201, review.resource, answer);
        },
      },
      {
        group: "",
        resource: "pods",
        subresource: "binding",
        verbs: ["create"],
        handle: async ({ registry, route, user, nowMs, dryRun, signal, request }) => {
          const writer = { user, nowMs, dryRun, fieldManager: "scheduler" };
          const change = (pod: ApiObject): ApiObject => ({
            ...pod,
            metadata: { ...pod.metadata, annotations: { bound: request.path } },
          });
          const key = { namespace: route.namespace, name: route.name };
          const object = await registry.modify(pods, { key, writer, change }, signal);
          return { status: 201, headers: {}, body: { kind: "object", resource: pods, object } };
        },
      },
    ],
  });
  const review = await call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", { kind: "SelfSubjectReview" });
  expect([review.status, review.json.status.userInfo.username]).toEqual([201, "tester"]);
  const path = "/api/v1/namespaces/default/pods";
  await call("POST", path, { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } });
  await call("POST", `${path}/p/binding`, { metadata: { name: "p" }, target: { name: "n" } });
  expect((await call("GET", `${path}/p`)).json.metadata.annotations).toEqual({ bound: `${path}/p/binding` });
  const none = await call("POST", `${path}/none/binding`, {});
  expect([none.status, none.json.message]).toEqual([404, 'pods "none" not found']);
  expect((await call("POST", `${path}/p/eviction`, {})).status).toBe(501);
  expect((await call("GET", `${path}/p/nothing`)).status).toBe(404);
});

describe("a strategy", () => {
  const maps = builtin("configmaps");
  const served = (strategy: Resource["strategy"]): TestOptions => ({ resources: [{ ...maps, strategy }] });

  test("claims for a write, and gives back when the write fails", async () => {
    const log: string[] = [];
    const { call } = await start(
      served({
        begin: (next) => {
          log.push(`claim ${next.metadata.name}`);
          return Promise.resolve({
            object: { ...next, metadata: { ...next.metadata, annotations: { claimed: "yes" } } },
            finish: (committed) => Promise.resolve(void log.push(committed ? "keep" : "give back")),
          });
        },
        validate: (next) =>
          next.metadata.name === "bad" ? [{ path: ["data"], reason: "Forbidden", detail: "not this" }] : [],
      }),
    );
    expect((await call("POST", MAPS, map("one"))).json.metadata.annotations).toEqual({ claimed: "yes" });
    const bad = await call("POST", MAPS, map("bad"));
    expect([bad.status, bad.json.message]).toEqual([422, 'ConfigMap "bad" is invalid: data: Forbidden: not this']);
    expect((await call("POST", MAPS, map("one"))).status).toBe(409);
    await call("POST", `${MAPS}?dryRun=All`, map("dry"));
    expect(log.join(", ")).toBe("claim one, keep, claim bad, give back, claim one, give back, claim dry, give back");
  });

  test("with a grace period marks first; a shorter one moves the end, none removes", async () => {
    const { call, clock } = await start(
      served({ graceSeconds: (_, { gracePeriodSeconds }) => Number(gracePeriodSeconds ?? 30), returnsDeleted: true }),
    );
    await call("POST", MAPS, map("p"));
    const ends = ({ json }: { json: any }): unknown[] => [
      json.metadata.deletionTimestamp,
      json.metadata.deletionGracePeriodSeconds,
    ];
    expect(ends(await call("DELETE", `${MAPS}/p`))).toEqual(["2026-11-20T12:00:30Z", 30]);
    await clock.advance(2000);
    expect(ends(await call("DELETE", `${MAPS}/p`, { gracePeriodSeconds: 60 }))).toEqual(["2026-11-20T12:00:30Z", 30]);
    expect(ends(await call("DELETE", `${MAPS}/p`, { gracePeriodSeconds: 10 }))).toEqual(["2026-11-20T12:00:10Z", 10]);
    await clock.advance(5000);
    expect(ends(await call("DELETE", `${MAPS}/p`, { gracePeriodSeconds: 1 }))).toEqual(["2026-11-20T12:00:07Z", 1]);
    const gone = await call("DELETE", `${MAPS}/p`, { gracePeriodSeconds: 0 });
    expect([gone.status, gone.json.kind]).toEqual([200, "ConfigMap"]);
    expect((await call("GET", `${MAPS}/p`)).status).toBe(404);
  });

  test("that holds an object keeps it until its view lets go", async () => {
    const strategy: Resource["strategy"] = {
      holds: (object) => object.metadata.annotations?.["hold"] === "yes",
      markDeleting: (object) => ({ ...object, metadata: { ...object.metadata, labels: { phase: "Terminating" } } }),
    };
    const { call } = await start(served(strategy));
    await call("POST", MAPS, { ...map("n"), metadata: { name: "n", annotations: { hold: "yes" } } });
    const marked = await call("DELETE", `${MAPS}/n`);
    expect(marked.json.metadata).toMatchObject({
      deletionTimestamp: "2026-11-20T12:00:00Z",
      labels: { phase: "Terminating" },
    });
    expect((await call("DELETE", `${MAPS}/n`)).status).toBe(200);
    await call("PATCH", `${MAPS}/n`, { metadata: { annotations: null } }, MERGE);
    expect((await call("GET", `${MAPS}/n`)).status).toBe(404);
  });

  test("with a time to live lets objects vanish, seen by watchers", async () => {
    const { call, watch, clock } = await start(served({ ttlSeconds: 100 }));
    await call("POST", MAPS, map("event"));
    const frames = await watch(`${MAPS}?watch=true&timeoutSeconds=3600`);
    expect((await frames.next()).value.type).toBe("ADDED");
    const next = frames.next();
    await clock.advance(200_000);
    expect((await next).value.type).toBe("DELETED");
    expect((await call("GET", `${MAPS}/event`)).status).toBe(404);
  });
});

test("a kind in two versions is the same object through both", async () => {
  const hub = builtin("configmaps");
  const other: Resource = {
    ...hub,
    group: "other.example",
    conversion: {
      hub: () => hub,
      toHub: (object) => ({ ...object, apiVersion: "v1" }),
      fromHub: (object) => ({ ...object, apiVersion: "other.example/v1" }),
    },
  };
  const { call, watch } = await start({ resources: [hub, other] });
  const path = "/apis/other.example/v1/namespaces/default/configmaps";
  const created = await call("POST", path, { ...map("x"), apiVersion: "other.example/v1", data: { a: "1" } });
  expect([created.status, created.json.apiVersion]).toEqual([201, "other.example/v1"]);
  expect((await call("GET", `${MAPS}/x`)).json).toMatchObject({ apiVersion: "v1", data: { a: "1" } });
  const frames = await watch(`${path}?watch=true`);
  expect((await frames.next()).value.object.apiVersion).toBe("other.example/v1");
  await call("PATCH", `${MAPS}/x`, { data: { b: "2" } }, MERGE);
  expect((await frames.next()).value.object).toMatchObject({
    apiVersion: "other.example/v1",
    data: { a: "1", b: "2" },
  });
  const list = await call("GET", path);
  expect([list.json.apiVersion, list.json.items[0].data]).toEqual(["other.example/v1", { a: "1", b: "2" }]);
  const patched = await call("PATCH", `${path}/x`, { data: { b: null } }, MERGE);
  expect(patched.json).toMatchObject({ apiVersion: "other.example/v1", data: { a: "1" } });
});

test("the registry tells of the next change of some kinds, once, and of no other", async () => {
  const { call, server } = await start({});
  const ending = new AbortController();
  const events: string[] = [];
  const watch = (name: string, ...plurals: string[]): void =>
    void server.registry
      .changed(
        plurals.map((plural) => builtin(plural)),
        ending.signal,
      )
      .then(() => events.push(name));
  watch("maps or secrets", "configmaps", "secrets");
  watch("secrets", "secrets");
  await call("POST", MAPS, map("one"));
  expect(events).toEqual(["maps or secrets"]);
  await call("POST", MAPS, map("two"));
  expect(events).toEqual(["maps or secrets"]);
  ending.abort();
  await Promise.resolve();
  expect(events).toEqual(["maps or secrets", "secrets"]);
});
