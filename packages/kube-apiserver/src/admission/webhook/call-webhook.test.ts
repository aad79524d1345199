// What comes of a call: refusals, webhooks that hang, lie, send elsewhere or are not there; deadlines and metrics.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestServer } from "../../node/testing.ts";
import { startWebhookServer } from "../../node/testing-webhooks.ts";
import { webhookDialer } from "../../node/webhook-dialer.ts";
import {
  admin,
  allowed,
  CONFIG_MAPS,
  FAILED,
  GROUP,
  INVALID,
  map,
  MUTATING,
  refusal,
  review,
  VALIDATING,
  WebhookWorld,
} from "./testing.ts";

let world: WebhookWorld;
beforeAll(async () => {
  world = await WebhookWorld.start();
});
afterAll(() => world.stop());
afterEach(() => world.reset());

describe("refusals", () => {
  test("carry the webhook's status, with a word on who refuses", async () => {
    await world.configure(VALIDATING, world.webhook());
    const answers: unknown[] = [];
    for (const status of [
      undefined,
      { message: "not today", code: 418, reason: "Teapot" },
      { reason: "Expired" },
      { message: "odd", code: 200, status: "Success" },
    ]) {
      world.hook.answer((request) => review(request, { allowed: false, status }));
      answers.push(refusal(await world.create("refused")));
    }
    const who = 'admission webhook "maps.example.com" denied the request';
    expect(answers).toEqual([
      [400, undefined, `${who} without explanation`],
      [418, "Teapot", `${who}: not today`],
      [400, "Expired", `${who}: Expired`],
      [400, undefined, `${who}: odd`],
    ]);
  });

  test("of one webhook are enough, and warnings and notes of all arrive", async () => {
    await world.configure(
      VALIDATING,
      world.webhook({ name: "one.example.com" }),
      world.webhook({
        name: "two.example.com",
        clientConfig: { url: `${world.hook.url}/two`, caBundle: world.hook.caBundle },
      }),
    );
    world.hook.answer((request) => {
      const two = request.url.startsWith("/two");
      return review(request, {
        allowed: !two,
        warnings: [two ? "second" : "first"],
        auditAnnotations: { seen: two ? "2" : "1" },
      });
    });
    const { status, warnings = [] } = await world.create("refused");
    expect([status, warnings.toSorted(), world.notes]).toMatchObject([
      400,
      ["first", "second"],
      { "one.example.com/seen": "1", "two.example.com/seen": "2" },
    ]);
  });
});

describe("webhooks that hang", () => {
  test("refuse after their time, or are passed over, as their policy says", async () => {
    await world.configure(VALIDATING, world.webhook({ timeoutSeconds: 1 }));
    world.hook.answer(() => new Promise(() => undefined));
    const startMs = performance.now();
    expect(refusal(await world.create("hanging"))).toEqual([
      500,
      "InternalError",
      `Internal error occurred: failed calling webhook "maps.example.com": failed to call webhook: Post "${world.hook.url}/ask?timeout=1s": context deadline exceeded`,
    ]);
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await world.at.call(admin, "PATCH", `${VALIDATING}/hooks`, {
      webhooks: [world.webhook({ timeoutSeconds: 1, failurePolicy: "Ignore" })],
    });
    expect((await world.create("passed")).status).toBe(201);
    expect(world.notes).toMatchObject({
      "failed-open.validating.webhook.admission.k8s.io/round_0_index_0": "maps.example.com",
    });
  });
});

test("a webhook has no longer than its request", async () => {
  const short = await startTestServer({ webhooks: webhookDialer(), limits: { requestMs: 300 } });
  const configuration = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingWebhookConfiguration",
    metadata: { name: "slow" },
    webhooks: [world.webhook({ timeoutSeconds: 30 })],
  };
  await short.call(admin, "POST", MUTATING, configuration);
  world.hook.answer(() => new Promise(() => undefined));
  const startMs = performance.now();
  const { status } = await short.call(admin, "POST", CONFIG_MAPS, map("late"));
  // Whoever notices first ends the request: the call, or the server's own limit.
  expect([[500, 504].includes(status), world.hook.seen.at(-1)?.url]).toEqual([true, "/ask?timeout=1s"]);
  expect(performance.now() - startMs).toBeLessThan(3_000);
  await short.stop();
});

describe("webhooks that lie", () => {
  test("about who was asked, or what they are", async () => {
    await world.configure(VALIDATING, world.webhook());
    expect(await world.said("lied-to-v", (request) => review(request, { allowed: true, uid: "other" }))).toMatch(
      /received invalid webhook response: expected response.uid="[0-9a-f-]{36}", got "other"$/,
    );
    expect(
      await world.said("lied-to-v", (request) => ({ response: { uid: request.body.request.uid, allowed: true } })),
    ).toBe(`${INVALID}expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=`);
    expect(await world.said("lied-to-v", (request) => ({ ...request.body, response: undefined }))).toBe(
      `${INVALID}webhook response was absent`,
    );
    expect(await world.said("lied-to-v", (request) => review(request, { allowed: true, patch: btoa("[]") }))).toBe(
      `${INVALID}validating webhook may not return response.patch`,
    );
    expect(await world.said("lied-to-v", (request) => review(request, { allowed: true, patchType: "JSONPatch" }))).toBe(
      `${INVALID}validating webhook may not return response.patchType`,
    );
    expect(
      await world.said("lied-to-v", (request) => ({ ...review(request, { allowed: true }), response: "yes" })),
    ).toContain(INVALID);
  });

  test("by sending elsewhere", async () => {
    await world.configure(VALIDATING, world.webhook());
    world.hook.answer((request, response) => {
      if (request.url.startsWith("/elsewhere")) return allowed(request);
      response.writeHead(307, { location: `${world.hook.url}/elsewhere` }).end();
      return undefined;
    });
    expect(refusal(await world.create("redirected"))).toEqual([
      500,
      "InternalError",
      `${FAILED.slice(4)}failed to call webhook: the server responded with the status code 307 but did not return more information`,
    ]);
  });
});

describe("a webhook that intercepts everything and is not there", () => {
  test("leaves the cluster repairable: configurations are out of its reach", async () => {
    const gone = await startWebhookServer(allowed);
    await gone.close();
    const everything = world.webhook({
      name: "all.example.com",
      clientConfig: { url: gone.url },
      rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }],
    });
    await world.configure(VALIDATING, everything);
    await world.configure(MUTATING, everything);
    expect(refusal(await world.create("locked"))).toEqual([
      500,
      "InternalError",
      `Internal error occurred: failed calling webhook "all.example.com": failed to call webhook: Post "${gone.url}/?timeout=10s": dial tcp 127.0.0.1:${gone.port}: connect: connection refused`,
    ]);
    // Changed and deleted like nothing stood in the way; so are policies.
    const policy = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "free" },
      spec: { policyName: "p", validationActions: ["Deny"] },
    };
    const bindings = `${GROUP}/validatingadmissionpolicybindings`;
    expect((await world.at.call(admin, "POST", bindings, policy)).status).toBe(201);
    expect(
      (await world.at.call(admin, "PATCH", `${MUTATING}/hooks`, { metadata: { labels: { a: "b" } } })).status,
    ).toBe(200);
    expect((await world.at.call(admin, "DELETE", `${MUTATING}/hooks`)).status).toBe(200);
    expect((await world.at.call(admin, "DELETE", `${VALIDATING}/hooks`)).status).toBe(200);
    expect((await world.create("unlocked")).status).toBe(201);
  });
});

test("metrics count calls, refusals and what was let through", async () => {
  await world.configure(VALIDATING, world.webhook({ name: "counted.example.com" }));
  await world.create("counted");
  world.hook.answer((request) => review(request, { allowed: false, status: { code: 403 } }));
  await world.create("counted-too");
  const { body } = await world.at.call(admin, "GET", "/metrics");
  const labels = 'name="counted.example.com",type="validating",operation="CREATE"';
  expect(String(body)).toContain(`apiserver_admission_webhook_request_total{${labels},code="200",rejected="false"} 1`);
  expect(String(body)).toContain(`apiserver_admission_webhook_request_total{${labels},code="403",rejected="true"} 1`);
  expect(String(body)).toContain(
    `apiserver_admission_webhook_rejection_count{${labels},error_type="no_error",rejection_code="403"} 1`,
  );
});
