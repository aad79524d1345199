/** Admission: what a request costs that no webhook is asked about, and dispatch to a webhook over TLS on loopback. */
// Run: npx tsx scripts/bench/admission.ts
import { performance } from "node:perf_hooks";
import { configMaps } from "@skates/api/core/v1";
import {
  type ValidatingWebhookConfiguration,
  validatingWebhookConfigurations,
} from "@skates/api/admissionregistration/v1";
import { clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { ADMIN, startTestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { startWebhookServer } from "../../packages/kube-apiserver/src/node/testing-webhooks.ts";
import { webhookDialer } from "../../packages/kube-apiserver/src/node/webhook-dialer.ts";
import { median, report } from "./lib/figure.ts";

const ROUNDS = 5;
const CREATES = 1_000;
/** Requests at a time. */
const PARALLEL = 16;
const { signal } = new AbortController();
const hook = await startWebhookServer(({ body }) => ({
  apiVersion: body.apiVersion,
  kind: body.kind,
  response: { uid: body.request.uid, allowed: true },
}));
const at = await startTestServer({ webhooks: webhookDialer() });
const client = clientFor(at.server.loopback(ADMIN), {
  userAgent: "bench/1",
  clock: systemClock(),
  random: systemRandom(),
});

const plain = await perCreate("none");
report({ what: "create of a config map, no webhook", value: plain, unit: "us CPU" });
for (let i = 0; i < 100; i++) await configure(`other-${i}`, "secrets");
const unmatched = await perCreate("unmatched");
report({ what: "the same beside 100 webhooks that are asked about other kinds", value: unmatched, unit: "us CPU" });
report({ what: "… as a ratio", value: unmatched / plain, unit: "x", aim: 1.1 });
await configure("maps", "configmaps");
report({
  what: "the same with one webhook over TLS, both ends in this process",
  value: await perCreate("hooked"),
  unit: "us CPU",
});
await at.stop();
await hook.close();

async function configure(name: string, resource: string): Promise<void> {
  const configuration: ValidatingWebhookConfiguration = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { url: hook.url, caBundle: hook.caBundle },
        rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: [resource] }],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  };
  await client
    .resource<ValidatingWebhookConfiguration>(validatingWebhookConfigurations)
    .create(configuration, {}, signal);
}

/** CPU time of this process per create. */
async function perCreate(prefix: string): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const before = process.cpuUsage();
    const startMs = performance.now();
    await creates(`${prefix}-${round}`);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) rounds.push((user + system) / CREATES);
    if (performance.now() - startMs > 60_000) break;
  }
  return median(rounds);
}

async function creates(prefix: string): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < CREATES; i = next++) {
      const metadata = { name: `${prefix}-${i}`, namespace: "default" };
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { key: "value" } };
      await client.resource(configMaps).create(object, {}, signal);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}
