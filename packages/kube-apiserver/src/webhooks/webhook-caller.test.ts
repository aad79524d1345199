// Calls of webhooks: addresses, verification, limits and the words of failures, shown on real HTTPS servers.
import type { Registry } from "@skates/apiserver";
import { messageOf, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startWebhookServer, type WebhookTestServer } from "../node/testing-webhooks.ts";
import { webhookDialer } from "../node/webhook-dialer.ts";
import { isSpecialAddress } from "./service-endpoint.ts";
import { createWebhookCaller, type WebhookCaller } from "./webhook-caller.ts";
import type { WebhookServer, WebhookTarget } from "./webhook-target.ts";

let server: WebhookTestServer;
let caller: WebhookCaller;
const dialed: WebhookServer[] = [];
const signal = new AbortController().signal;

beforeAll(async () => {
  server = await startWebhookServer(() => ({ big: 1 }), { names: ["hook.team.svc"] });
  const dial = webhookDialer();
  caller = createWebhookCaller({
    registry: clusterOf("10.1.2.3"),
    // The cluster's pods are this machine's loopback.
    dial: (to) => {
      dialed.push(to);
      return dial(to.publicOnly ? { ...to, origin: server.url, publicOnly: false } : to);
    },
    clock: systemClock(),
    random: seededRandom(1),
    responseBytesMax: 10_000,
  });
});
afterAll(() => server.close());

/** A cluster with the service team/hook, whose one ready pod has this address. */
function clusterOf(address: string): Registry {
  const service = {
    metadata: { namespace: "team", name: "hook" },
    spec: { ports: [{ name: "https", port: 443 }] },
  };
  const slice = {
    metadata: { namespace: "team", name: "hook-1", labels: { "kubernetes.io/service-name": "hook" } },
    ports: [{ name: "https", port: 8443 }],
    endpoints: [{ addresses: ["10.9.9.9"], conditions: { ready: false } }, { addresses: [address] }],
  };
  return {
    cached: (_: unknown, { name }: { name: string }) => (name === "hook" ? service : undefined),
    cachedList: () => [slice],
  } as unknown as Registry;
}

const service = { namespace: "team", name: "hook", port: 443, path: "/check" };

function post(target: WebhookTarget, timeoutMs = 10_000, by = caller): Promise<unknown> {
  return by.call({ target, json: '{"sent":true}', timeoutMs }, signal);
}

async function failure(target: WebhookTarget, timeoutMs?: number, by?: WebhookCaller): Promise<string> {
  return await post(target, timeoutMs, by).then(
    () => "answered",
    (error: Error & { code?: unknown }) => `${String(error.code)} ${error.message}`,
  );
}

describe("webhooks are called", () => {
  test("by address, and told the time they have", async () => {
    server.answer(() => ({ ok: true }));
    expect(await post({ url: `${server.url}/check`, ca: server.ca }, 2_500)).toEqual({ ok: true });
    const { url, body, headers } = server.seen.at(-1) ?? {};
    expect({ url, body, type: headers?.["content-type"], host: headers?.host }).toEqual({
      url: "/check?timeout=3s",
      body: { sent: true },
      type: "application/json",
      host: `127.0.0.1:${server.port}`,
    });
  });

  test("by service: a ready pod, under the service's name", async () => {
    server.answer(() => ({ ok: true }));
    expect(await post({ service, ca: server.ca })).toEqual({ ok: true });
    expect(dialed.at(-1)).toEqual({
      origin: "https://10.1.2.3:8443",
      serverName: "hook.team.svc",
      hostHeader: "hook.team.svc:443",
      ca: server.ca,
      publicOnly: true,
    });
    const { url, headers } = server.seen.at(-1) ?? {};
    expect([url, headers?.host]).toEqual(["/check?timeout=10s", "hook.team.svc:443"]);
  });

  test("with numbers as they are", async () => {
    server.answer((_, response) => void response.end('{"n":12345678901234567890}'));
    expect(await post({ url: server.url, ca: server.ca })).toEqual({ n: 12_345_678_901_234_567_890n });
  });
});

describe("failures in upstream's words", () => {
  test("a server that hangs costs no more than the time it was given", async () => {
    server.answer(() => new Promise(() => undefined));
    const startMs = performance.now();
    expect(await failure({ url: server.url, ca: server.ca }, 200)).toBe(
      `WebhookFailed Post "${server.url}/?timeout=1s": context deadline exceeded`,
    );
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  test("a body that never ends", async () => {
    server.answer((_, response) => {
      response.write("{");
    });
    expect(await failure({ url: server.url, ca: server.ca }, 200)).toContain("context deadline exceeded");
  });

  test("nobody listens, and nobody knows the name", async () => {
    const gone = await startWebhookServer(() => ({}));
    await gone.close();
    expect(await failure({ url: gone.url })).toBe(
      `WebhookFailed Post "${gone.url}/?timeout=10s": dial tcp 127.0.0.1:${gone.port}: connect: connection refused`,
    );
    expect(await failure({ url: "https://nowhere.invalid/x" })).toMatch(
      /Post "https:\/\/nowhere.invalid\/x\?timeout=10s": .*nowhere.invalid/,
    );
  });

  test("certificates by strangers, and for other names", async () => {
    expect(await failure({ url: server.url })).toBe(
      `WebhookFailed Post "${server.url}/?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    );
    const other = { ...service, name: "hook" };
    const wrong = await startWebhookServer(() => ({}), { names: ["elsewhere.team.svc"] });
    const dial = webhookDialer();
    const by = createWebhookCaller({
      registry: clusterOf("10.1.2.3"),
      dial: (to) => dial({ ...to, origin: wrong.url, publicOnly: false }),
      clock: systemClock(),
      random: seededRandom(1),
    });
    expect(await failure({ service: other, ca: wrong.ca }, undefined, by)).toBe(
      'WebhookFailed Post "https://hook.team.svc:443/check?timeout=10s": tls: failed to verify certificate: x509: ' +
        "certificate is valid for localhost, elsewhere.team.svc, 127.0.0.1, not hook.team.svc",
    );
    await wrong.close();
  });

  test("other codes than 2xx; redirects are not followed", async () => {
    const answers: string[] = [];
    for (const [code, body] of [
      [500, "it broke"],
      [404, "no"],
      [302, ""],
      [503, ""],
    ] as const) {
      server.answer((_, response) => {
        response.writeHead(code, { "content-type": "text/plain", location: `${server.url}/elsewhere` });
        response.end(body);
      });
      answers.push(await failure({ url: server.url, ca: server.ca }));
    }
    expect(answers).toEqual([
      '500 an error on the server ("it broke") has prevented the request from succeeding',
      "404 the server could not find the requested resource",
      "302 the server responded with the status code 302 but did not return more information",
      "503 the server is currently unable to handle the request",
    ]);
    expect(server.seen.some(({ url }) => url.includes("elsewhere"))).toBe(false);
  });

  test("answers that are too long or no JSON", async () => {
    server.answer((_, response) => void response.end(`"${"x".repeat(20_000)}"`));
    expect(await failure({ url: server.url, ca: server.ca })).toContain("longer than 10000 bytes");
    server.answer((_, response) => void response.end("<html>"));
    expect(await failure({ url: server.url, ca: server.ca })).toMatch(
      /^WebhookFailed couldn't get version\/kind; json parse error: /,
    );
  });

  test("services that are not there, have no such port, no ready pod, or lead back here", async () => {
    expect(await failure({ service: { ...service, name: "other" } })).toBe(
      'WebhookFailed Post "https://other.team.svc:443/check?timeout=10s": service "other" not found',
    );
    expect(await failure({ service: { ...service, port: 99 } })).toContain(
      'no service port 99 found for service "hook"',
    );
    const at = (address: string): WebhookCaller =>
      createWebhookCaller({
        registry: clusterOf(address),
        dial: webhookDialer(),
        clock: systemClock(),
        random: seededRandom(1),
      });
    expect(await failure({ service }, undefined, at("169.254.169.254"))).toContain("address not allowed");
    expect(await failure({ service }, undefined, at("::ffff:127.0.0.1"))).toContain("address not allowed");
  });

  test("an ExternalName service does not lead to this host either", async () => {
    const registry = {
      cached: () => ({
        metadata: { namespace: "team", name: "hook" },
        spec: { type: "ExternalName", externalName: "localhost" },
      }),
    } as unknown as Registry;
    const by = createWebhookCaller({ registry, dial: webhookDialer(), clock: systemClock(), random: seededRandom(1) });
    expect(await failure({ service }, undefined, by)).toContain("address not allowed");
  });

  test("the end of the request ends the call, with its own reason", async () => {
    server.answer(() => new Promise(() => undefined));
    const ending = new AbortController();
    const call = caller.call(
      { target: { url: server.url, ca: server.ca }, json: "{}", timeoutMs: 9_000 },
      ending.signal,
    );
    setTimeout(() => ending.abort(new Error("client gone")), 20);
    expect(await call.catch(messageOf)).toBe("client gone");
  });
});

test("addresses of this host, its link and groups", () => {
  const special = ["127.0.0.1", "0.0.0.0", "169.254.1.1", "::1", "::", "fe80::1", "::ffff:7f00:1", "239.1.1.1"];
  expect(special.map(isSpecialAddress)).toEqual(special.map(() => true));
  const plain = ["10.0.0.1", "8.8.8.8", "fd00::1", "2001:db8::1", "::ffff:10.0.0.1", "name"];
  expect(plain.map(isSpecialAddress)).toEqual(plain.map(() => false));
});
