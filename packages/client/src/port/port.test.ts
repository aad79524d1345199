// What crosses a real message channel between a client and a server's handler: answers, streams, backpressure, aborts, and an end.
import { once } from "node:events";
import { type ConfigMap, configMaps } from "@skates/api/core/v1";
import type { ApiRequest, ApiResponse, Body, Encoded, EncodedEvent, Handler } from "@skates/apimachinery";
import { encodeJson, isStatus, notFound } from "@skates/apimachinery";
import { hasCode, virtualClock } from "@skates/component-base";
import { afterEach, expect, it } from "vitest";
import { clientFor } from "../client.ts";
import type { ResourceClient } from "../resource-client.ts";
import { portHandler } from "./port-handler.ts";
import { servePort } from "./serve-port.ts";

const never = new AbortController().signal;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Joined {
  readonly handler: Handler;
  readonly configMaps: ResourceClient<ConfigMap>;
  readonly seen: ApiRequest[];
  readonly stop: () => void;
  readonly closed: Promise<unknown>;
}

function join(answer: (request: ApiRequest) => Body | ApiResponse): Joined {
  const { port1, port2 } = new MessageChannel();
  const stopping = new AbortController();
  const seen: ApiRequest[] = [];
  servePort(
    port1,
    (request) => {
      seen.push(request);
      const answered = answer(request);
      return Promise.resolve("kind" in answered ? { status: 200, headers: {}, body: answered } : answered);
    },
    stopping.signal,
  );
  const handler = portHandler(port2, [configMaps]);
  const stop = (): void => stopping.abort();
  ends.push(stop, () => port2.close());
  const client = clientFor(handler, { userAgent: "test", clock: virtualClock(), retry: { unanswered: 0 } });
  return { handler, configMaps: client.resource(configMaps), seen, stop, closed: once(port2, "close") };
}

function configMap(name: string, size = 1): ConfigMap {
  const metadata = { namespace: "default", name, resourceVersion: "7" };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text: "x".repeat(size) } };
}

function encoded(object: ConfigMap): Encoded {
  return { object, revision: 7, bytes: () => new TextEncoder().encode(encodeJson(configMaps.schema, object)) };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 1));
};

it("carries an object there and one back", async () => {
  const at = join((request) => {
    expect([request.method, request.path, request.query.toString()]).toEqual([
      "POST",
      "/api/v1/namespaces/default/configmaps",
      "dryRun=All",
    ]);
    expect(request.body).toEqual({ kind: "object", object: configMap("a") });
    return { kind: "object", resource: configMaps, object: encoded(configMap("a")) };
  });
  expect(await at.configMaps.create(configMap("a"), { dryRun: true }, never)).toEqual(configMap("a"));
});

it("carries a refusal", async () => {
  const body = { kind: "json", value: notFound(configMaps, "a").toStatus() } as const;
  const at = join(() => ({ status: 404, headers: {}, body }));
  const get = at.configMaps.get({ namespace: "default", name: "a" }, {}, never);
  await expect(get).rejects.toSatisfy((error) => isStatus(error, "NotFound"));
});

it("carries lists page by page", async () => {
  async function* pages(): AsyncGenerator<readonly Encoded[]> {
    for (let page = 0; page < 20; page++) yield [encoded(configMap(`a${page}`)), encoded(configMap(`b${page}`))];
  }
  const at = join(() => ({ kind: "list", resource: configMaps, meta: { resourceVersion: "9" }, pages: pages() }));
  const list = await at.configMaps.list({}, never);
  expect(list.resourceVersion).toBe("9");
  expect(list.items).toEqual(
    Array.from({ length: 20 }, (_, page) => [configMap(`a${page}`), configMap(`b${page}`)]).flat(),
  );
});

it("sends no more of a watch than is read, and ends it when nobody reads on", async () => {
  let made = 0;
  let ended = false;
  async function* events(): AsyncGenerator<readonly EncodedEvent[]> {
    try {
      for (;;) yield [{ type: "ADDED", object: encoded(configMap(`c${made++}`)) }];
    } finally {
      ended = true;
    }
  }
  const at = join(() => ({ kind: "events", resource: configMaps, events: events() }));
  const names: string[] = [];
  for await (const event of at.configMaps.watch({}, never)) {
    if (event.type !== "ADDED") continue;
    names.push(event.object.metadata.name);
    await turns();
    expect(made - names.length).toBeLessThanOrEqual(10);
    if (names.length === 5) break;
  }
  await turns();
  expect(names).toEqual(["c0", "c1", "c2", "c3", "c4"]);
  expect(ended).toBe(true);
});

it("passes on an abort, before the answer and amid it", async () => {
  const silent = join(() => ({
    status: 200,
    headers: {},
    body: { kind: "events", resource: configMaps, events: stuck() },
  }));
  let left = 0;
  async function* stuck(): AsyncGenerator<readonly EncodedEvent[]> {
    const { signal } = silent.seen[0] as ApiRequest;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    left++;
    yield [];
  }
  const stop = new AbortController();
  const reading = (async () => {
    for await (const _ of silent.configMaps.watch({}, stop.signal));
  })();
  await turns();
  stop.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  await turns();
  expect(left).toBe(1);
});

it("rejects what waits when the port closes, and what comes later", async () => {
  const at = join(() => ({ kind: "events", resource: configMaps, events: new ReadableStream() as never }));
  const get = at.handler({
    method: "GET",
    path: "/x",
    query: new URLSearchParams(),
    headers: {},
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "" } },
    signal: never,
  });
  const answered = await get;
  expect(answered.body.kind).toBe("events");
  at.stop();
  await at.closed;
  await turns();
  await expect(at.configMaps.get({ name: "a" }, {}, never)).rejects.toSatisfy((error) => hasCode(error, "NoAnswer"));
});

it("refuses a connection that would be taken over", async () => {
  const at = join(() => ({ kind: "upgrade", accept: () => Promise.resolve() }));
  const get = at.configMaps.get({ namespace: "default", name: "a" }, {}, never);
  await expect(get).rejects.toSatisfy((error) => isStatus(error, "NotImplemented"));
});

it("carries bytes in chunks", async () => {
  const chunks = ['{"a":', "1}"].map((text) => new TextEncoder().encode(text));
  const at = join(() => ({ kind: "bytes", mediaType: "application/json", chunks }));
  const request = { method: "GET", path: "/version", query: new URLSearchParams(), headers: {}, signal: never };
  const { body } = await at.handler({ ...request, body: { kind: "none" }, peer: { tls: { remoteAddress: "" } } });
  let text = "";
  if (body.kind === "bytes") for await (const chunk of body.chunks) text += new TextDecoder().decode(chunk);
  expect(text).toBe('{"a":1}');
});
