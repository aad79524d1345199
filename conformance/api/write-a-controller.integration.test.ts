// The example of docs/guides/write-a-controller.md: a manager with a controller, a finalizer's helpers and a webhook, on a server in process.
import { readFileSync } from "node:fs";
import { mutatingWebhookConfigurations, type MutatingWebhookConfiguration } from "@skates/api/admissionregistration/v1";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { deployments } from "@skates/api/apps/v1";
import { events } from "@skates/api/core/v1";
import { crdOf } from "@skates/api/custom-resource";
import { type Client, clientFor } from "@skates/client";
import { createEnv, seededRandom, silentLogger } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import {
  admissionWebhooks,
  createManager,
  hasFinalizer,
  withFinalizer,
  withoutFinalizer,
} from "@skates/controller-runtime";
import { webhookDialer } from "@skates/kube-apiserver/node";
import { nodePki } from "@skates/pki/node";
import { type ServingHandle, serveHandler } from "@skates/transport/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { reviewWebsite, websiteController, websites } from "./websites.ts";

const clock = systemClock();
const random = seededRandom(3);
const stop = new AbortController();
const { signal } = stop;
const key = { namespace: "default", name: "home" };
let server: TestServer;
let client: Client;
let hooks: ServingHandle;
let managing: Promise<void>;

const website = (image: string, name = "home") => ({
  apiVersion: "example.com/v1",
  kind: "Website",
  metadata: { name, namespace: "default" },
  spec: { image },
});

async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    await clock.sleep(10, signal);
  }
}

beforeAll(async () => {
  server = await startTestServer({ webhooks: webhookDialer() });
  const userAgent = "websites";
  client = clientFor(server.server.loopback(ADMIN), { userAgent, clock, random });
  const definitions = client.resource(customResourceDefinitions);
  await definitions.create(crdOf(websites), {}, signal);
  await until(
    () => definitions.get({ name: "websites.example.com" }, {}, signal),
    ({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === "Established" && is === "True") === true,
  );

  const pki = nodePki({ clock, random });
  const ca = await pki.createCa("webhook-ca", 86_400_000);
  const pair = await pki.authority(ca).issue({
    commonName: "webhooks",
    ipAddresses: ["127.0.0.1"],
    usages: ["server"],
    validMs: 86_400_000,
  });
  hooks = await serveHandler({
    handler: admissionWebhooks({ "/websites": reviewWebsite }),
    tls: { ...pair, clientCas: [] },
    address: "127.0.0.1",
    port: 0,
    log: silentLogger,
    clock,
  });
  const configuration: MutatingWebhookConfiguration = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "websites" },
    webhooks: [
      {
        name: "websites.example.com",
        clientConfig: { url: `https://127.0.0.1:${hooks.port}/websites`, caBundle: btoa(ca.cert) },
        rules: [
          {
            operations: ["CREATE", "UPDATE"],
            apiGroups: ["example.com"],
            apiVersions: ["v1"],
            resources: ["websites"],
          },
        ],
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
      },
    ],
  };
  await client.resource(mutatingWebhookConfigurations).create(configuration, {}, signal);

  const manager = createManager({
    client,
    env: createEnv({ clock, random }),
    controllers: [websiteController],
    leaderElection: { namespace: "default", name: "websites", identity: "one" },
  });
  managing = manager.run(signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
});
afterAll(async () => {
  stop.abort();
  await managing;
  await hooks.close();
  await server.stop();
});

test("the guide shows this very example", () => {
  const guide = readFileSync(new URL("../../docs/guides/write-a-controller.md", import.meta.url), "utf8");
  expect(guide).toContain(readFileSync(new URL("./websites.ts", import.meta.url), "utf8").trimEnd());
});

test("a website gets its deployment, follows its changes, and tells of them", async () => {
  const made = await client.resource(websites).create(website("pages"), {}, signal);
  // By the webhook, and by the schema's default.
  expect(made.spec).toEqual({ image: "pages:stable", replicas: 2 });
  const read = () => client.resource(deployments).list({ namespace: "default" }, signal);
  const { items } = await until(read, (list) => list.items.length === 1);
  expect(items[0]?.metadata.ownerReferences).toMatchObject([{ kind: "Website", name: "home", controller: true }]);
  const [container] = items[0]?.spec.template.spec?.containers ?? [];
  expect(container).toMatchObject({ name: "web", image: "pages:stable" });
  const told = await until(
    () => client.resource(events).list({ namespace: "default" }, signal),
    (list) => list.items.some(({ reason }) => reason === "Created"),
  );
  expect(told.items.find(({ reason }) => reason === "Created")?.message).toBe("Created deployment home");

  const current = await client.resource(websites).get(key, {}, signal);
  await client.resource(websites).update({ ...current, spec: { image: "pages:2", replicas: 3 } }, {}, signal);
  const changed = await until(
    () => client.resource(deployments).get(key, {}, signal),
    ({ spec }) => spec.replicas === 3,
  );
  expect(changed.spec.template.spec?.containers[0]?.image).toBe("pages:2");
  await client
    .resource(deployments)
    .updateStatus({ ...changed, status: { replicas: 3, readyReplicas: 3 } }, {}, signal);
  await until(
    () => client.resource(websites).get(key, {}, signal),
    ({ status }) => status?.ready === 3,
  );
});

test("what the webhook does not like is refused in its words", async () => {
  const refused = client.resource(websites).create(website("elsewhere/pages", "bad"), {}, signal);
  await expect(refused).rejects.toThrow(
    'admission webhook "websites.example.com" denied the request: elsewhere/pages is not an image of this registry',
  );
});

test("finalizers are put in and taken out", () => {
  const object = { ...website("x"), metadata: { name: "a", finalizers: ["other"] } };
  const held = withFinalizer(object, "example.com/dns");
  expect([hasFinalizer(object, "example.com/dns"), hasFinalizer(held, "example.com/dns")]).toEqual([false, true]);
  expect(withFinalizer(held, "example.com/dns")).toBe(held);
  expect(withoutFinalizer(held, "example.com/dns")).toEqual(object);
  expect(withoutFinalizer(object, "example.com/dns")).toBe(object);
});
