// Shows the chain: who is let in, what is refused and how, loopback, bounds.
import type { ApiRequest, UserInfo } from "@skates/apimachinery";
import { memoryStore } from "@skates/storage";
import { afterEach, expect, test } from "vitest";
import type { AuthorizationAttributes } from "./auth.ts";
import { startTestServer, type TestOptions, type TestServer } from "./test-server.ts";

let api: TestServer | undefined;
afterEach(() => api?.stop());

async function start(options: TestOptions): Promise<TestServer> {
  api = await startTestServer(options);
  return api;
}
const MAPS = "/api/v1/namespaces/default/configmaps";
const map = (name: string): object => ({ kind: "ConfigMap", apiVersion: "v1", metadata: { name } });

test("nobody is Unauthorized", async () => {
  const { call } = await start({ authenticator: { authenticate: () => Promise.resolve(undefined) } });
  const { status, json } = await call("GET", MAPS);
  expect([status, json]).toEqual([
    401,
    {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    },
  ]);
});

test("what is not allowed is Forbidden, in upstream's words", async () => {
  const asked: AuthorizationAttributes[] = [];
  const { call } = await start({
    authorizer: () => ({
      authorize: (attributes) => {
        asked.push(attributes);
        return Promise.resolve({ decision: "no opinion", reason: "" });
      },
    }),
  });
  const one = await call("PUT", "/apis/apps/v1/namespaces/a/deployments/web/scale", {});
  expect([one.status, one.json.message, one.json.details]).toEqual([
    403,
    'deployments.apps "web" is forbidden: User "tester" cannot update resource "deployments/scale" in API group "apps" in the namespace "a"',
    { name: "web", group: "apps", kind: "deployments" },
  ]);
  const all = await call("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dn1&labelSelector=a");
  expect(all.json.message).toBe(
    'nodes "n1" is forbidden: User "tester" cannot list resource "nodes" in API group "" at the cluster scope',
  );
  const path = await call("GET", "/metrics");
  expect(path.json.message).toBe('forbidden: User "tester" cannot get path "/metrics"');
  expect(asked[1]).toMatchObject({ verb: "list", name: "n1", fieldSelector: "metadata.name=n1", labelSelector: "a" });
});

test("who may impersonate acts as the other, with the groups that everybody has", async () => {
  const users: UserInfo[] = [];
  const asked: string[] = [];
  const { call } = await start({
    authorizer: () => ({
      authorize: ({ user, verb, group, resource, subresource, namespace, name }) => {
        if (verb === "impersonate") asked.push(`${group}/${resource}/${subresource} ${namespace} ${name}`);
        else if (!verb.startsWith("impersonate")) users.push(user);
        const bounded = verb.startsWith("impersonate:") || verb.startsWith("impersonate-on:");
        return Promise.resolve({ decision: bounded || name === "boss" ? "no opinion" : "allow", reason: "" });
      },
    }),
  });
  const as = (headers: Record<string, string>) => call("GET", MAPS, undefined, headers);
  await as({ "impersonate-user": "jane", "impersonate-group": "a, b", "impersonate-extra-scopes": "x" });
  await as({ "impersonate-user": "system:serviceaccount:ns:sa" });
  expect(asked).toEqual([
    "/users/  jane",
    "/groups/  a, b",
    "authentication.k8s.io/userextras/scopes  x",
    "/serviceaccounts/ ns sa",
  ]);
  expect(users).toEqual([
    { name: "jane", groups: ["a, b", "system:authenticated"], extra: { scopes: ["x"] } },
    {
      name: "system:serviceaccount:ns:sa",
      groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
    },
  ]);
  const boss = await as({ "impersonate-user": "boss" });
  expect([boss.status, boss.json.message]).toEqual([
    403,
    'configmaps is forbidden: User "tester" cannot impersonate-on:user-info:list resource "configmaps" in API group "" in the namespace "default"',
  ]);
  expect((await as({ "impersonate-group": "a" })).status).toBe(400);
});

test("loopback goes the same way under its own identity, and gets objects", async () => {
  const users: UserInfo[] = [];
  const { server } = await start({
    authorizer: () => ({
      authorize: ({ user }) => {
        users.push(user);
        return Promise.resolve({ decision: "allow", reason: "" });
      },
    }),
  });
  const handler = server.loopback({ name: "system:kube-scheduler", groups: [] });
  const request: ApiRequest = {
    method: "POST",
    path: MAPS,
    query: new URLSearchParams(),
    headers: { "user-agent": "scheduler" },
    body: { kind: "object", object: { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x" } } },
    peer: { tls: { remoteAddress: "" } },
    signal: new AbortController().signal,
  };
  const created = await handler(request);
  expect([created.status, created.body.kind]).toEqual([201, "object"]);
  const list = await handler({ ...request, method: "GET", body: { kind: "none" } });
  if (list.body.kind !== "list") throw new Error(list.body.kind);
  const names: string[] = [];
  for await (const page of list.body.pages) names.push(...page.map(({ object }) => object.metadata.name));
  expect(names).toEqual(["x"]);
  expect(users.map(({ name }) => name)).toEqual(["system:kube-scheduler", "system:kube-scheduler"]);
});

test("objects read in process are shared, not copied", async () => {
  const { server } = await start({});
  const handler = server.loopback({ name: "c", groups: [] });
  const get = async (path: string, method = "GET", body: ApiRequest["body"] = { kind: "none" }) => {
    const response = await handler({
      method,
      path,
      query: new URLSearchParams(),
      headers: {},
      body,
      peer: { tls: { remoteAddress: "" } },
      signal: new AbortController().signal,
    });
    if (response.body.kind !== "object") throw new Error(response.body.kind);
    return response.body.object.object;
  };
  const object = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x" } };
  const created = await get(MAPS, "POST", { kind: "object", object });
  expect(await get(`${MAPS}/x`)).toBe(created);
});

test("more requests than the limit are told to come back", async () => {
  let release = (): void => undefined;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { call } = await start({
    limits: { readingInFlight: 1 },
    authorizer: () => ({
      authorize: async () => {
        await blocked;
        return { decision: "allow", reason: "" };
      },
    }),
  });
  const first = call("GET", MAPS);
  await Promise.resolve();
  const { status, json, headers } = await call("GET", MAPS);
  expect([status, json.reason, headers["retry-after"]]).toEqual([429, "TooManyRequests", "1"]);
  release();
  expect((await first).status).toBe(200);
});

test("a request that takes too long is a Timeout", async () => {
  const { call, clock } = await start({
    authorizer: () => ({
      authorize: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    }),
  });
  const answer = call("GET", MAPS);
  await clock.advance(62_000);
  expect((await answer).status).toBe(504);
});

test("a bug on the way is an InternalError, and the server goes on", async () => {
  const { call } = await start({
    authorizer: () => ({
      authorize: ({ name }) => {
        if (name === "bug") throw new TypeError("oops");
        return Promise.resolve({ decision: "allow", reason: "" });
      },
    }),
  });
  const { status, json } = await call("GET", `${MAPS}/bug`);
  expect([status, json.reason, json.message]).toEqual([500, "InternalError", "Internal error occurred: oops"]);
  expect((await call("GET", MAPS)).status).toBe(200);
});

test("an object above the limit is too large", async () => {
  const { call } = await start({ limits: { objectBytes: 1000 } });
  const { status, json } = await call("POST", MAPS, { ...map("big"), data: { a: "x".repeat(2000) } });
  expect([status, json.reason]).toEqual([413, "RequestEntityTooLarge"]);
});

test("big answers are packed for those who can read it", async () => {
  const packed: number[] = [];
  const { call } = await start({
    gzip: (chunk) => {
      packed.push(chunk.length);
      return chunk;
    },
  });
  for (let i = 0; i < 3; i++) await call("POST", MAPS, { ...map(`m${i}`), data: { a: "x".repeat(60_000) } });
  const gzip = { "accept-encoding": "gzip" };
  expect((await call("GET", MAPS, undefined, gzip)).headers["content-encoding"]).toBe("gzip");
  expect(packed.reduce((a, b) => a + b, 0)).toBeGreaterThan(180_000);
  expect((await call("GET", `${MAPS}/m1`, undefined, gzip)).headers["content-encoding"]).toBeUndefined();
  expect((await call("GET", MAPS)).headers["content-encoding"]).toBeUndefined();
});

test("a server finds what an earlier one stored", async () => {
  const first = await start({});
  await first.call("POST", MAPS, map("kept"));
  await first.stop();
  const second = await start({ store: first.store });
  expect((await second.call("GET", `${MAPS}/kept`)).status).toBe(200);
});

test("values that another server stored in other forms are read", async () => {
  const prior = await start({});
  const store = memoryStore({ clock: prior.clock });
  const value = '{"apiVersion":"v1","metadata":{"name":"x","namespace":"default"},"kind":"ConfigMap","data":{"a":"1"}}';
  await store.commit(
    "/registry/configmaps/default/x",
    0,
    new TextEncoder().encode(value),
    {},
    new AbortController().signal,
  );
  await prior.stop();
  const { call } = await start({ store });
  expect((await call("GET", `${MAPS}/x`)).json).toMatchObject({ data: { a: "1" }, metadata: { resourceVersion: "1" } });
});

// A role in one namespace would have sufficed for the cluster's objects, had they been served below it (CVE-2019-11247).
test.each([
  "/api/v1/namespaces/default/nodes",
  "/api/v1/namespaces/default/nodes/n1",
  "/api/v1/namespaces/default/namespaces",
  "/api/v1/namespaces/default/namespaces/kube-system",
  "/api/v1/namespaces/default/namespaces/kube-system/status",
])("%s leads to nothing", async (path) => {
  const { call } = await start({});
  expect((await call("POST", "/api/v1/namespaces", { ...map("kube-system"), kind: "Namespace" })).status).toBe(201);
  for (const method of ["GET", "DELETE"]) {
    const { status, json } = await call(method, path);
    expect([status, json.message]).toEqual([404, "the server could not find the requested resource"]);
  }
});

// A name that is a path would read or write what lies elsewhere in the store.
test.each([
  ["..%2Fkube-system%2Fone", "may not contain '/'"],
  ["%2e%2e", "may not be '..'"],
  ["%2E", "may not be '.'"],
  ["a%252fb", "may not contain '%'"],
])("the name %s is refused", async (name, why) => {
  const { call } = await start({});
  for (const method of ["GET", "PUT", "DELETE"]) {
    const { status, json } = await call(method, `${MAPS}/${name}`, method === "PUT" ? map("one") : undefined);
    expect([status, json.message]).toEqual([
      400,
      `Name parameter invalid: ${JSON.stringify(decodeURIComponent(name))}: ${why}`,
    ]);
  }
});

// Whoever may not even log in would fill the server's memory, and hide what matters, with series of paths that he thought up.
test("metrics tell of what is served only", async () => {
  const { call } = await start({});
  for (let i = 0; i < 20; i++) {
    await call("GET", `/apis/made${i}.up/v${i}/things${i}/x/sub${i}`);
    await call("GET", `${MAPS}/x/sub${i}`);
    await call(`METHOD${i}`, MAPS);
  }
  const text = String((await call("GET", "/metrics")).text);
  expect(text).toContain('resource="configmaps"');
  expect(text).not.toMatch(/made\d|things\d|sub\d|METHOD\d/);
});
