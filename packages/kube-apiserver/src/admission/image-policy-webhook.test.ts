// ImagePolicyWebhook with a real webhook server: verdicts, memory, failures, and configurations that cannot be used.
import { afterEach, describe, expect, it } from "vitest";
import { startWebhookServer, type WebhookTestServer } from "../node/testing-webhooks.ts";
import { ADMIN, type Caller, startTestServer, type TestServer } from "../node/testing.ts";
import { webhookDialer } from "../node/webhook-dialer.ts";
import { imagePolicySettings } from "./image-policy-webhook.ts";
import { podNamed } from "./testing.ts";

const admin: Caller = { user: ADMIN };
const PODS = "/api/v1/namespaces/default/pods";
let hook: WebhookTestServer;
let at: TestServer;
afterEach(async () => {
  await at.stop();
  await hook.close();
});

async function start(more = ""): Promise<void> {
  hook = await startWebhookServer(() => ({ status: { allowed: true } }));
  const text = `imagePolicy: {kubeConfigFile: /k, retryBackoff: 1${more}}`;
  const admission = {
    enable: ["ImagePolicyWebhook"],
    disable: ["ServiceAccount"],
    configurations: new Map([["ImagePolicyWebhook", text]]),
    readTarget: async () => ({ url: `${hook.url}/review`, ca: hook.ca }),
  };
  at = await startTestServer({ admission, webhooks: webhookDialer() });
}
const post = async (name: string, image: string) => {
  const metadata = { name, annotations: { "x.image-policy.k8s.io/why": "test", other: "x" } };
  const containers = [{ name: "main", image }];
  const { status, body } = await at.call(admin, "POST", PODS, { ...podNamed(name, { containers }), metadata });
  return [status, body.message];
};

it("asks once for the same images, and refuses in upstream's words", async () => {
  await start();
  expect(await post("a", "good")).toEqual([201, undefined]);
  expect(await post("b", "good")).toEqual([201, undefined]);
  expect(hook.seen.map(({ body }) => body)).toEqual([
    {
      kind: "ImageReview",
      apiVersion: "imagepolicy.k8s.io/v1alpha1",
      spec: {
        containers: [{ image: "good" }],
        annotations: { "x.image-policy.k8s.io/why": "test" },
        namespace: "default",
      },
    },
  ]);
  hook.answer(() => ({ status: { allowed: false, reason: "unsigned" } }));
  expect(await post("c", "bad")).toEqual([
    403,
    'pods "c" is forbidden: image policy webhook backend denied one or more images: unsigned',
  ]);
  hook.answer(() => ({ status: { allowed: false } }));
  expect(await post("d", "worse")).toEqual([
    403,
    'pods "d" is forbidden: one or more images rejected by webhook backend',
  ]);
  // Changes that bring no image are not asked about.
  const labels = { metadata: { labels: { a: "b" } } };
  expect((await at.call(admin, "PATCH", `${PODS}/a`, labels)).status).toBe(200);
});

describe("a webhook that fails", () => {
  const broken = (_: unknown, response: { writeHead(code: number): { end(): void } }): undefined => {
    response.writeHead(500).end();
    return undefined;
  };
  it("is tried again, then its images are refused", async () => {
    await start();
    hook.answer(broken);
    const [status, message] = await post("a", "x");
    expect([status, message]).toEqual([403, expect.stringContaining('pods "a" is forbidden: an error on the server')]);
    expect(hook.seen.length).toBe(5);
  });

  it("lets them through where that is wanted", async () => {
    await start(", defaultAllow: true");
    hook.answer(broken);
    expect(await post("a", "x")).toEqual([201, undefined]);
  });
});

it.each([
  [undefined, "a configuration with imagePolicy is needed"],
  ["imagePolicy: {}", "imagePolicy.kubeConfigFile: Required value"],
  ["imagePolicy: {kubeConfigFile: /k, allowTTL: 100000}", "imagePolicy.allowTTL: valid values are from 1000 ms"],
  ["imagePolicy: {kubeConfig: /k}", 'unknown field "imagePolicy.kubeConfig"'],
])("refuses the configuration %j", async (text, message) => {
  await start();
  expect(() => imagePolicySettings(text)).toThrow(message);
});
