// ServiceAccount with accounts that limit the secrets of their pods, and DefaultTolerationSeconds by flag.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type PluginServer, podNamed, refusal, startPluginServer } from "./testing.ts";

const PODS = "namespaces/work/pods";
let server: PluginServer;
beforeAll(async () => {
  server = await startPluginServer({ tolerationSeconds: { notReady: 5, unreachable: 6 } });
  await server.post("namespaces/work/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "strict", annotations: { "kubernetes.io/enforce-mountable-secrets": "true" } },
    secrets: [{ name: "known" }],
    imagePullSecrets: [{ name: "registry" }],
  });
});
afterAll(() => server.at.stop());

const pod = (spec: object) => podNamed("p", { serviceAccountName: "strict", ...spec });
const container = (more: object) => [{ name: "main", image: "x", ...more }];
const from = (name: string) => ({ env: [{ name: "V", valueFrom: { secretKeyRef: { name, key: "k" } } }] });
const why = (what: string, kind = "secret") =>
  `pods "p" is forbidden: ${what} is not allowed because service account strict does not reference that ${kind}`;

it.each([
  [{ volumes: [{ name: "v", secret: { secretName: "other" } }] }, why('volume with secret.secretName="other"')],
  [{ containers: container(from("other")) }, why('container main with envVar V referencing secret.secretName="other"')],
  [
    { initContainers: [{ name: "i", image: "x", ...from("other") }] },
    why('init container i with envVar V referencing secret.secretName="other"'),
  ],
  [{ imagePullSecrets: [{ name: "other" }] }, why('imagePullSecrets[0].name="other"', "imagePullSecret")],
])("refuses secrets that the account does not list: %j", async (spec, message) => {
  expect(refusal(await server.post(PODS, pod(spec)))).toEqual([403, message]);
});

it("lets in what it lists, and keeps later containers to it", async () => {
  const volumes = [{ name: "v", secret: { secretName: "known" } }];
  expect((await server.post(PODS, pod({ volumes, containers: container(from("known")) }))).status).toBe(201);
  const debug = (name: string) => ({ spec: { ephemeralContainers: [{ name: "d", image: "x", ...from(name) }] } });
  expect(refusal(await server.patch(`${PODS}/p/ephemeralcontainers`, debug("other")))).toEqual([
    403,
    why('ephemeral container d with envVar V referencing secret.secretName="other"'),
  ]);
  expect((await server.patch(`${PODS}/p/ephemeralcontainers`, debug("known"))).status).toBe(200);
});

it("tolerates failing nodes for as long as the flags say", async () => {
  const { body } = await server.post(PODS, podNamed("tolerant"));
  const seconds = body.spec.tolerations.map(({ key, tolerationSeconds }: Record<string, unknown>) => [
    key,
    tolerationSeconds,
  ]);
  expect(seconds).toEqual([
    ["node.kubernetes.io/not-ready", 5],
    ["node.kubernetes.io/unreachable", 6],
  ]);
});
