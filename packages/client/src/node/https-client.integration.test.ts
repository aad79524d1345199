// The client over HTTP against the real API server: the same calls and results as in process, and a watch that is told what happens.
import { setMaxListeners } from "node:events";
import { builtinResources } from "@skates/api";
import { type ConfigMap, configMaps, namespaces } from "@skates/api/core/v1";
import { createApiServer } from "@skates/apiserver";
import { openTo } from "@skates/apiserver/testing";
import { createEnv, seededRandom, silentLogger, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { type HttpsClient, httpsHandler, type ServingHandle, serveHandler } from "@skates/transport/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientFor } from "../client.ts";
import type { Client } from "../resource-client.ts";

const clock = systemClock();
const stop = new AbortController();
const group = new TaskGroup(stop.signal);
let serving: ServingHandle;
let connection: HttpsClient;
const clients: Record<string, Client> = {};

beforeAll(async () => {
  setMaxListeners(0);
  const env = createEnv({ clock, random: seededRandom(3) });
  const user = { name: "me", groups: [] };
  const server = createApiServer({
    env,
    store: memoryStore({ clock }),
    resources: builtinResources,
    ...openTo(user),
  });
  group.spawn((signal) => server.run(signal));
  serving = await serveHandler({
    handler: server.handler,
    address: "127.0.0.1",
    port: 0,
    log: silentLogger,
    clock,
  });
  connection = httpsHandler({ server: `http://127.0.0.1:${serving.port}` });
  const options = { userAgent: "test/1", clock };
  clients["wire"] = clientFor(connection.handler, { ...options, wire: true });
  clients["loopback"] = clientFor(server.loopback(user), options);
  await clientOf("loopback")
    .resource(namespaces)
    .create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "n" }, spec: {} }, {}, stop.signal);
});
afterAll(async () => {
  await connection.close();
  await serving.close({ graceMs: 0 });
  stop.abort(new Error("done"));
  await group.join();
});

function clientOf(name: string): Client {
  const client = clients[name];
  if (client === undefined) throw new Error(`no client ${name}`);
  return client;
}
const configMap = (name: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "n", name, labels: { test: "yes" } },
  data: { text: "ü€😀" },
});

test.each(["wire", "loopback"])("objects are written, read, listed and refused alike (%s)", async (name) => {
  const typed = clientOf(name).resource(configMaps);
  const made = await typed.create(configMap(name), {}, stop.signal);
  expect(made).toMatchObject(configMap(name));
  expect(await typed.get({ namespace: "n", name }, {}, stop.signal)).toEqual(made);
  const list = await typed.list({ namespace: "n", fieldSelector: `metadata.name=${name}` }, stop.signal);
  expect(list.items).toEqual([made]);
  const updated = await typed.update({ ...made, data: { text: "b" } }, {}, stop.signal);
  await expect(typed.update({ ...made, data: {} }, {}, stop.signal)).rejects.toMatchObject({
    reason: "Conflict",
    code: 409,
  });
  const patch = { type: "merge", body: { data: { more: "c" } } } as const;
  expect((await typed.patch({ namespace: "n", name }, patch, {}, stop.signal)).data).toEqual({ text: "b", more: "c" });
  expect(updated.metadata.uid).toBe(made.metadata.uid);
  const other = { uid: "other" };
  const wrong = typed.delete({ namespace: "n", name }, { preconditions: other }, stop.signal);
  await expect(wrong).rejects.toMatchObject({ reason: "Conflict" });
  await typed.delete({ namespace: "n", name }, { preconditions: { uid: made.metadata.uid } }, stop.signal);
  await expect(typed.get({ namespace: "n", name }, {}, stop.signal)).rejects.toMatchObject({
    reason: "NotFound",
    message: `configmaps "${name}" not found`,
  });
});

test.each(["wire", "loopback"])("a watch tells what happens, with selectors (%s)", async (name) => {
  const typed = clientOf(name).resource(configMaps);
  const { resourceVersion } = await typed.list({ namespace: "n" }, stop.signal);
  const ended = new AbortController();
  const events = typed.watch({ namespace: "n", labelSelector: "test=yes", resourceVersion }, ended.signal);
  const made = await typed.create(configMap("watched"), {}, stop.signal);
  await typed.update({ ...made, metadata: { ...made.metadata, labels: {} } }, {}, stop.signal);
  await typed.delete({ namespace: "n", name: "watched" }, {}, stop.signal);
  const seen: string[] = [];
  for await (const event of events) {
    if (event.type === "BOOKMARK") continue;
    seen.push(`${event.type} ${event.object.kind} ${event.object.metadata.name}`);
    if (seen.length === 2) break;
  }
  ended.abort();
  expect(seen).toEqual(["ADDED ConfigMap watched", "DELETED ConfigMap watched"]);
});

test("lists come in pages", async () => {
  const typed = clientOf("wire").resource(configMaps);
  for (const name of ["p1", "p2", "p3"]) await typed.create(configMap(name), {}, stop.signal);
  const first = await typed.list({ namespace: "n", limit: 2 }, stop.signal);
  expect(first.items.map((one) => one.metadata.name)).toEqual(["p1", "p2"]);
  expect(first.remainingItemCount).toBe(1);
  const rest = await typed.list({ namespace: "n", limit: 2, continue: first.continue }, stop.signal);
  expect(rest.items.map((one) => one.metadata.name)).toEqual(["p3"]);
  expect(rest.continue ?? "").toBe("");
});

test("a watch that is aborted ends, whatever it waits for", async () => {
  const abort = new AbortController();
  const typed = clientOf("wire").resource(configMaps);
  const { resourceVersion } = await typed.list({}, stop.signal);
  const next = typed.watch({ resourceVersion }, abort.signal)[Symbol.asyncIterator]().next();
  await clock.sleep(50, stop.signal);
  abort.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
});
