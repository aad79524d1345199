// Requests that the client makes and answers that it reads, in process and as bytes, against handlers written out in each test.
import type { ApiRequest, ApiResponse, Body, Handler } from "@skates/apimachinery";
import { conflict, StatusError } from "@skates/apimachinery";
import { type Lease, leases } from "@skates/api/coordination/v1";
import { nodes, type Pod, pods } from "@skates/api/core/v1";
import { OperatingError, virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { type ClientOptions, clientFor } from "./client.ts";
import type { Client } from "./resource-client.ts";

const { signal } = new AbortController();
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "default", name: "web" },
  spec: { containers: [] },
};
const stored: Pod = { ...pod, metadata: { ...pod.metadata, resourceVersion: "7" } };

interface Setup {
  readonly client: Client;
  readonly requests: ApiRequest[];
  readonly clock: ReturnType<typeof virtualClock>;
}
function setup(answers: Iterable<ApiResponse | Error>, options: Partial<ClientOptions> = {}): Setup {
  const clock = virtualClock();
  const requests: ApiRequest[] = [];
  const left = answers[Symbol.iterator]();
  const handler: Handler = (request) => {
    requests.push(request);
    const next = left.next().value;
    if (next === undefined) throw new Error("one request too many");
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return { client: clientFor(handler, { userAgent: "test/1", clock, ...options }), requests, clock };
}
const encoded = (object: Pod) => ({ object, revision: 7, bytes: () => new Uint8Array() });
const ok = (body: Body, headers: Record<string, string> = {}): ApiResponse => ({ status: 200, headers, body });
const objectBody = (object: Pod): Body => ({ kind: "object", resource: pods, object: encoded(object) });
function bytesBody(text: string, size = text.length): Body {
  const all = new TextEncoder().encode(text);
  const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  return { kind: "bytes", mediaType: "application/json", chunks };
}
const refused = (error: StatusError, headers: Record<string, string> = {}): ApiResponse => ({
  status: error.code,
  headers,
  body: { kind: "json", value: error.toStatus() },
});
async function bodyText(request: ApiRequest | undefined): Promise<string> {
  return request?.body.kind === "bytes" ? new TextDecoder().decode(await request.body.read(1e6)) : "";
}

test("each call has its method, path, query and content type", async () => {
  const answers = Array.from({ length: 11 }, () => ok(objectBody(stored)));
  const { client, requests } = setup(answers);
  const typed = client.resource(pods);
  const key = { namespace: "default", name: "web" };
  await typed.get(key, {}, signal);
  await typed.create(pod, { dryRun: true, fieldManager: "me" }, signal);
  await typed.update(pod, {}, signal);
  await typed.updateStatus(pod, {}, signal);
  await typed.patch(key, { type: "merge", body: { metadata: { labels: { a: null } } } }, {}, signal);
  await typed.apply(pod, { fieldManager: "me", force: true }, signal);
  await typed.delete(key, {}, signal);
  await typed.delete(key, { gracePeriodSeconds: 0, preconditions: { uid: "u" } }, signal);
  await typed.deleteCollection({ namespace: "default", labelSelector: "a=b", propagationPolicy: "Background" }, signal);
  await typed.sub("binding").create(key, pod, {}, signal);
  await client.resource(nodes).get({ name: "a/b" }, {}, signal);
  const shown = requests.map((r) => `${r.method} ${r.path}?${String(r.query)} ${r.headers["content-type"] ?? "-"}`);
  expect(shown).toEqual([
    "GET /api/v1/namespaces/default/pods/web? -",
    "POST /api/v1/namespaces/default/pods?dryRun=All&fieldManager=me application/json",
    "PUT /api/v1/namespaces/default/pods/web? application/json",
    "PUT /api/v1/namespaces/default/pods/web/status? application/json",
    "PATCH /api/v1/namespaces/default/pods/web? application/merge-patch+json",
    "PATCH /api/v1/namespaces/default/pods/web?fieldManager=me&force=true application/apply-patch+yaml",
    "DELETE /api/v1/namespaces/default/pods/web? -",
    "DELETE /api/v1/namespaces/default/pods/web? application/json",
    "DELETE /api/v1/namespaces/default/pods?labelSelector=a%3Db application/json",
    "POST /api/v1/namespaces/default/pods/web/binding? application/json",
    "GET /api/v1/nodes/a%2Fb? -",
  ]);
  expect(await bodyText(requests[4])).toBe('{"metadata":{"labels":{"a":null}}}');
  expect(JSON.parse(await bodyText(requests[7]))).toEqual({
    kind: "DeleteOptions",
    apiVersion: "v1",
    gracePeriodSeconds: 0,
    preconditions: { uid: "u" },
  });
  expect(JSON.parse(await bodyText(requests[8]))).toMatchObject({ propagationPolicy: "Background" });
});

test("in process objects are handed over as they are", async () => {
  const { client, requests } = setup([ok(objectBody(stored))]);
  expect(await client.resource(pods).create(pod, {}, signal)).toBe(stored);
  expect(requests[0]?.body).toEqual({ kind: "object", object: pod });
});

test("over a wire objects travel as JSON and are read by their schema", async () => {
  const lease: Lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "n", name: "l" },
    spec: {},
  };
  const answer = { ...lease, metadata: { ...lease.metadata, generation: 0 }, spec: { renewTime: null, unknown: 1 } };
  const { client, requests } = setup([ok(bytesBody(JSON.stringify(answer), 5))], { wire: true });
  expect(await client.resource(leases).create(lease, {}, signal)).toEqual(lease);
  expect(JSON.parse(await bodyText(requests[0]))).toMatchObject({ kind: "Lease", metadata: { name: "l" } });
});

test("items of a list get the kind that they come without", async () => {
  const { kind: _, apiVersion: __, ...item } = stored;
  const list = {
    kind: "PodList",
    apiVersion: "v1",
    metadata: { resourceVersion: "9", continue: "more" },
    items: [item],
  };
  const { client, requests } = setup([ok(bytesBody(JSON.stringify(list)))], { wire: true });
  const options = { namespace: "default", labelSelector: "app in (a,b)", limit: 1 };
  const got = await client.resource(pods).list(options, signal);
  expect(got).toMatchObject({ resourceVersion: "9", continue: "more", items: [stored] });
  expect(String(requests[0]?.query)).toBe("labelSelector=app+in+%28a%2Cb%29&limit=1");
});

test("a refusal is thrown as what it says", async () => {
  const { client } = setup([refused(conflict(pods, "web"))]);
  const failure = client.resource(pods).update(pod, {}, signal);
  await expect(failure).rejects.toMatchObject({
    name: "StatusError",
    reason: "Conflict",
    code: 409,
    details: { name: "web" },
  });
});

test("an answer that is no Status becomes one by its code", async () => {
  const { client } = setup([{ status: 404, headers: {}, body: bytesBody("no such page") }]);
  const failure = client.getJson("/nothing?x=1", signal);
  await expect(failure).rejects.toMatchObject({ reason: "NotFound", code: 404, message: "no such page" });
});

test("the client waits as long as the server asks, for writes too", async () => {
  const busy = refused(new StatusError("TooManyRequests", "later"), { "retry-after": "3" });
  const { client, clock, requests } = setup([busy, ok(objectBody(stored))]);
  const created = client.resource(pods).create(pod, {}, signal);
  await clock.advance(2999);
  expect(requests).toHaveLength(1);
  await clock.advance(1);
  expect(await created).toBe(stored);
});

test("a server that stays busy is reported in the end", async () => {
  const busy = refused(new StatusError("TooManyRequests", "later"), { "retry-after": "0" });
  const { client, clock, requests } = setup(Array.from({ length: 11 }, () => busy));
  const failure = client.resource(pods).create(pod, {}, signal);
  const expected = expect(failure).rejects.toMatchObject({
    reason: "TooManyRequests",
    details: { retryAfterSeconds: 0 },
  });
  await clock.advance(60_000);
  await expected;
  expect(requests).toHaveLength(11);
});

test("a read without an answer is repeated, a write is not", async () => {
  const lost = new OperatingError("ECONNRESET", "connection lost");
  const reading = setup([lost, lost, ok(objectBody(stored))]);
  const got = reading.client.resource(pods).get(pod.metadata, {}, signal);
  await reading.clock.advance(1000);
  expect(await got).toBe(stored);
  const writing = setup([lost]);
  await expect(writing.client.resource(pods).create(pod, {}, signal)).rejects.toMatchObject({ code: "NoAnswer" });
});

test("a call without an end is given up", async () => {
  const clock = virtualClock();
  const silent: Handler = (request) =>
    new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
  const client = clientFor(silent, { userAgent: "test/1", clock, timeoutMs: 5000 });
  const failure = client.resource(pods).get(pod.metadata, {}, signal);
  const expected = expect(failure).rejects.toMatchObject({ name: "TimeoutError" });
  await clock.advance(5000);
  await expected;
});

test("an answer above the limit is refused", async () => {
  const { client } = setup([ok(bytesBody("x".repeat(101), 10))], { limitBytes: 100 });
  await expect(client.getJson("/version", signal)).rejects.toMatchObject({ code: "ResponseTooLarge" });
});

const big = "ü€😀".repeat(10_000);
const lines = [
  { type: "ADDED", object: stored },
  { type: "MODIFIED", object: { ...stored, metadata: { ...stored.metadata, annotations: { big } } } },
  {
    type: "BOOKMARK",
    object: {
      kind: "Pod",
      apiVersion: "v1",
      metadata: { resourceVersion: "9", annotations: { "k8s.io/initial-events-end": "true" } },
    },
  },
  { type: "DELETED", object: stored },
]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join("");

for (const size of [1, 7, 1000, 1 << 20]) {
  test(`watch events are read from chunks of ${size} bytes`, async () => {
    const { client, requests } = setup([ok(bytesBody(lines, size))], { wire: true });
    const seen: unknown[] = [];
    for await (const event of client.resource(pods).watch({ resourceVersion: "5" }, signal)) seen.push(event);
    expect(String(requests[0]?.query)).toBe("resourceVersion=5&watch=true&allowWatchBookmarks=true");
    expect(seen).toMatchObject([
      { type: "ADDED", object: stored },
      { type: "MODIFIED", object: { metadata: { annotations: { big } } } },
      { type: "BOOKMARK", resourceVersion: "9", initialEventsEnd: true },
      { type: "DELETED", object: stored },
    ]);
  });
}

test("an error in a watch is thrown, after the events before it", async () => {
  const expired = new StatusError("Expired", "too old resource version: 1 (9)");
  const text = `${JSON.stringify({ type: "ADDED", object: stored })}\n${JSON.stringify({ type: "ERROR", object: expired.toStatus() })}\n`;
  const { client } = setup([ok(bytesBody(text))], { wire: true });
  const events = client.resource(pods).watch({}, signal)[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: "ADDED" });
  await expect(events.next()).rejects.toMatchObject({ reason: "Expired", code: 410 });
});

test("numbers that are too long for a double keep their digits", async () => {
  const text = `{"type":"ADDED","object":${JSON.stringify(pod).replace('"containers":[]', '"containers":[],"activeDeadlineSeconds":9007199254740993')}}\n`;
  const { client } = setup([ok(bytesBody(text))], { wire: true });
  for await (const event of client.resource(pods).watch({}, signal)) {
    expect(event).toMatchObject({ object: { spec: { activeDeadlineSeconds: 9007199254740993n } } });
  }
  expect.assertions(1);
});
