// Admission over TLS on the real server process: webhook servers that the suite starts, reached by address and by service.
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type SeenRequest,
  startWebhookServer,
  type WebhookTestServer,
} from "../../packages/kube-apiserver/src/node/testing-webhooks.ts";
import { type Answer, type SimulatedCluster, simulatedCluster } from "../faults/simulated-cluster.ts";

const GROUP = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/default/configmaps";

/** An address of this machine that pods could have; services lead to no loopback address. */
const ADDRESS = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

let cluster: SimulatedCluster;
let hook: WebhookTestServer;
beforeAll(async () => {
  hook = await startWebhookServer(answered({ allowed: true }), { names: ["hook.default.svc"], address: "0.0.0.0" });
  cluster = await simulatedCluster();
  expect((await cluster.up()).code).toBe(0);
});
afterAll(async () => {
  await cluster.remove();
  await hook.close();
});

function answered(response: object) {
  return ({ body }: SeenRequest) => ({
    apiVersion: body.apiVersion,
    kind: body.kind,
    response: { uid: body.request.uid, ...response },
  });
}

function patching(...operations: readonly object[]) {
  return answered({ allowed: true, patchType: "JSONPatch", patch: btoa(JSON.stringify(operations)) });
}

function post(path: string, body: object): Promise<Answer> {
  return cluster.call({ method: "POST", path, body: JSON.stringify(body) });
}

async function made(path: string, body: object): Promise<void> {
  const { code, text } = await post(path, body);
  expect([code, code === 201 ? "" : text]).toEqual([201, ""]);
}

function configuration(kind: string, name: string, clientConfig: object, more: object = {}) {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig: { ...clientConfig, caBundle: hook.caBundle },
        rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps", "pods"] }],
        objectSelector: { matchLabels: { hooked: name } },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        ...more,
      },
    ],
  };
}

function map(name: string, hooked: string) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { hooked } }, data: { a: "b" } };
}

function messageOf({ json }: Answer): string {
  return (json as { message: string }).message;
}

describe("a webhook by its address", () => {
  test("changes what is stored, is seen in dry runs, and warns", async () => {
    await made(
      `${GROUP}/mutatingwebhookconfigurations`,
      configuration("MutatingWebhookConfiguration", "sidecar", { url: `${hook.url}/mutate` }),
    );
    hook.answer(patching({ op: "add", path: "/data/injected", value: "yes" }));
    const { code, json } = await post(`${MAPS}?dryRun=All`, map("injected", "sidecar"));
    expect([code, (json as { data: object }).data]).toEqual([201, { a: "b", injected: "yes" }]);
    await made(MAPS, map("injected", "sidecar"));
    const stored = await cluster.call({ path: `${MAPS}/injected` });
    expect((stored.json as { data: object }).data).toEqual({ a: "b", injected: "yes" });
    hook.answer(answered({ allowed: true, warnings: ['think "twice"'] }));
    const warned = await post(MAPS, map("warned", "sidecar"));
    expect([warned.code, warned.headers["warning"]]).toEqual([201, '299 - "think \\"twice\\""']);
  });

  test("adds a container to a pod, as a service mesh does, and the pod is complete", async () => {
    const container = { name: "proxy", image: "mesh/proxy:1", ports: [{ containerPort: 15_001 }] };
    hook.answer(patching({ op: "add", path: "/spec/containers/-", value: container }));
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "meshed", labels: { hooked: "sidecar" } },
      spec: { containers: [{ name: "app", image: "app:1" }], terminationGracePeriodSeconds: 0 },
    };
    const { code, json } = await post("/api/v1/namespaces/default/pods", pod);
    const { spec } = json as {
      spec: { containers: { name: string; imagePullPolicy: string; volumeMounts: object }[] };
    };
    expect([code, spec.containers.map(({ name, imagePullPolicy }) => [name, imagePullPolicy])]).toEqual([
      201,
      [
        ["app", "IfNotPresent"],
        ["proxy", "IfNotPresent"],
      ],
    ]);
    expect(spec.containers[1]?.volumeMounts).toEqual(spec.containers[0]?.volumeMounts);
  });
});

describe("a webhook behind a service", () => {
  const service = { namespace: "default", name: "hook", path: "/validate" };
  const create = (name: string): Promise<Answer> => post(MAPS, map(name, "served"));

  test.skipIf(ADDRESS === undefined)("is reached at a ready pod, by the service's name", async () => {
    await made(
      `${GROUP}/validatingwebhookconfigurations`,
      configuration("ValidatingWebhookConfiguration", "served", { service }),
    );
    const call =
      'failed calling webhook "served.example.com": failed to call webhook: Post "https://hook.default.svc:443/validate?timeout=10s"';
    expect(messageOf(await create("early"))).toBe(`Internal error occurred: ${call}: service "hook" not found`);
    await made("/api/v1/namespaces/default/services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "hook" },
      spec: { ports: [{ name: "https", port: 443, targetPort: hook.port }] },
    });
    expect(messageOf(await create("early"))).toBe(
      `Internal error occurred: ${call}: no endpoints available for service "hook"`,
    );
    await made("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "hook-1", labels: { "kubernetes.io/service-name": "hook" } },
      addressType: "IPv4",
      ports: [{ name: "https", port: hook.port, protocol: "TCP" }],
      endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
    });
    hook.answer(answered({ allowed: false, status: { message: "not here", code: 403, reason: "Forbidden" } }));
    const { code, json } = await create("refused");
    expect([code, json]).toEqual([
      403,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'admission webhook "served.example.com" denied the request: not here',
        reason: "Forbidden",
        code: 403,
      },
    ]);
    const { url, headers } = hook.seen.at(-1) ?? {};
    expect([url, headers?.host]).toEqual(["/validate?timeout=10s", "hook.default.svc:443"]);
    hook.answer(answered({ allowed: true }));
    expect((await create("allowed")).code).toBe(201);
  });
});

test("a webhook that is gone and intercepts everything can be taken away", async () => {
  const everything = {
    rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }],
    objectSelector: {},
    timeoutSeconds: 1,
  };
  const path = `${GROUP}/validatingwebhookconfigurations`;
  const url = "https://127.0.0.1:1";
  await made(path, configuration("ValidatingWebhookConfiguration", "locked", { url }, everything));
  const refused = await post(MAPS, map("locked", "nothing"));
  expect([refused.code, messageOf(refused)]).toEqual([
    500,
    `Internal error occurred: failed calling webhook "locked.example.com": failed to call webhook: Post "${url}/?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused`,
  ]);
  expect((await cluster.call({ method: "DELETE", path: `${path}/locked` })).code).toBe(200);
  expect((await post(MAPS, map("unlocked", "nothing"))).code).toBe(201);
});

test("a policy refuses, and another completes, what its expressions say", async () => {
  const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];
  const object = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: "maps" } };
  await made(`${GROUP}/validatingadmissionpolicies`, {
    ...object,
    kind: "ValidatingAdmissionPolicy",
    spec: {
      matchConstraints: { resourceRules: rules },
      validations: [
        {
          expression: "!has(object.data) || object.data.size() < 3",
          messageExpression: "'not ' + string(object.data.size())",
        },
      ],
    },
  });
  await made(`${GROUP}/validatingadmissionpolicybindings`, {
    ...object,
    kind: "ValidatingAdmissionPolicyBinding",
    spec: { policyName: "maps", validationActions: ["Deny"] },
  });
  await made(`${GROUP}/mutatingadmissionpolicies`, {
    ...object,
    kind: "MutatingAdmissionPolicy",
    spec: {
      matchConstraints: { resourceRules: rules },
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: { expression: "Object{data: {'added': 'by policy'}}" },
        },
      ],
    },
  });
  await made(`${GROUP}/mutatingadmissionpolicybindings`, {
    ...object,
    kind: "MutatingAdmissionPolicyBinding",
    spec: { policyName: "maps" },
  });
  const completed = await post(MAPS, map("completed", "nothing"));
  expect([completed.code, (completed.json as { data: object }).data]).toEqual([201, { a: "b", added: "by policy" }]);
  const refused = await post(MAPS, { ...map("refused", "nothing"), data: { a: "1", b: "2" } });
  expect([refused.code, messageOf(refused)]).toEqual([
    422,
    `configmaps "refused" is forbidden: ValidatingAdmissionPolicy 'maps' with binding 'maps' denied request: not 3`,
  ]);
});
