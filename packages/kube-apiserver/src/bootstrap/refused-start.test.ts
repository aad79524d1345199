import type { Endpoints } from "@skates/api/core/v1";
import { systemClock } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { expect, onTestFinished, test } from "vitest";
import { ADMIN, startTestServer, type TestServer } from "../node/testing.ts";

const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
/** Asks a webhook that cannot be reached about each write of whatever it is. */
const FORBIDS_ALL = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "locked" },
  webhooks: [
    {
      name: "locked.example.com",
      clientConfig: { url: "https://127.0.0.1:1" },
      rules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], operations: ["*"] }],
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
};

async function start(address: string, store = memoryStore({ clock: systemClock() })): Promise<TestServer> {
  const started = await startTestServer({ store, endpoint: { address, port: 6443 } });
  onTestFinished(() => started.stop());
  return started;
}

async function publishedAddress(running: TestServer): Promise<string | undefined> {
  const { body } = await running.call({ user: ADMIN }, "GET", "/api/v1/namespaces/default/endpoints/kubernetes");
  const endpoints: Endpoints = body;
  return endpoints.subsets?.[0]?.addresses?.[0]?.ip;
}

test("a server whose own writes are all refused starts, can be repaired, and then finishes", async () => {
  const first = await start("192.0.2.10");
  const created = await first.call({ user: ADMIN }, "POST", WEBHOOKS, FORBIDS_ALL);
  expect(created.status).toBe(201);
  await first.stop();

  const second = await start("192.0.2.20", first.store);
  expect(second.server.ready()).toBe(true);
  expect(await publishedAddress(second)).toBe("192.0.2.10");
  const refused = await second.call({ user: ADMIN }, "POST", "/api/v1/namespaces", { metadata: { name: "refused" } });
  expect(refused.status).toBe(500);

  expect((await second.call({ user: ADMIN }, "DELETE", `${WEBHOOKS}/locked`)).status).toBe(200);
  await expect.poll(() => publishedAddress(second), { timeout: 10_000 }).toBe("192.0.2.20");
});
