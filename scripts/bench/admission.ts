/** Admission: what a request costs that no webhook is asked about, dispatch to a webhook over TLS on loopback, checks by policies. */
// Run: npx tsx scripts/bench/admission.ts
import { performance } from "node:perf_hooks";
import { configMaps } from "@skates/api/core/v1";
import {
  type ValidatingAdmissionPolicy,
  validatingAdmissionPolicies,
  type ValidatingAdmissionPolicyBinding,
  validatingAdmissionPolicyBindings,
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
await client.resource(validatingWebhookConfigurations).delete({ name: "maps" }, {}, signal);
const before = await perCreate("no-policy");
for (let i = 0; i < 10; i++) await bindPolicy(`policy-${i}`);
const checked = await perCreate("checked");
report({ what: "the same with 10 policies of 3 checks and a variable each", value: checked, unit: "us CPU" });
report({ what: "… for one policy", value: (checked - before) / 10, unit: "us CPU", aim: 50 });
await at.stop();
await hook.close();

async function bindPolicy(name: string): Promise<void> {
  const policy: ValidatingAdmissionPolicy = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
      },
      variables: [{ name: "keys", expression: "object.data.map(k, k)" }],
      validations: [
        { expression: "variables.keys.all(k, k.size() < 64)" },
        { expression: "!has(object.metadata.labels) || object.metadata.labels.size() < 10" },
        { expression: "request.userInfo.username != 'nobody'" },
      ],
    },
  };
  const binding: ValidatingAdmissionPolicyBinding = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
    spec: { policyName: name, validationActions: ["Deny"] },
  };
  await client.resource<ValidatingAdmissionPolicy>(validatingAdmissionPolicies).create(policy, {}, signal);
  await client
    .resource<ValidatingAdmissionPolicyBinding>(validatingAdmissionPolicyBindings)
    .create(binding, {}, signal);
}

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
