// Kinds that configure the server itself: webhooks, bindings of policies, served APIs, flow control, signing requests.
import { describe, expect, test } from "vitest";
import { validatingAdmissionPolicyBindings } from "./admissionregistration/v1/validating-admission-policy-binding.ts";
import { validatingWebhookConfigurations } from "./admissionregistration/v1/validating-webhook-configuration.ts";
import { customResourceDefinitions } from "./apiextensions/v1/custom-resource-definitions.ts";
import { apiServices } from "./apiregistration/v1/api-service.ts";
import { certificateSigningRequests } from "./certificates/v1/certificate-signing-request.ts";
import { flowSchemas } from "./flowcontrol/v1/flow-schema.ts";
import { priorityLevelConfigurations } from "./flowcontrol/v1/priority-level-configuration.ts";
import { createFindings, madeObject, testRequest, updateFindings } from "./testing.ts";

const everything = { operations: ["*"], apiGroups: ["*"], apiVersions: ["*"] };

describe("webhooks", () => {
  const webhook = {
    name: "a.example.com",
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    clientConfig: { url: "https://example.com/hook" },
    rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
  };

  test("are complete by default", () => {
    expect(madeObject(validatingWebhookConfigurations, { webhooks: [webhook] }).webhooks?.[0]).toMatchObject({
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    });
  });

  test.each<[string, object, readonly string[]]>([
    ["sound", webhook, []],
    [
      "a short name, side effects and no time",
      { ...webhook, name: "a", sideEffects: "Some", timeoutSeconds: 31 },
      [
        'webhooks[0].name: Invalid value: "a": should be a domain with at least three segments separated by dots',
        'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
      ],
    ],
    [
      "nowhere",
      { ...webhook, clientConfig: {} },
      ["webhooks[0].clientConfig: Required value: exactly one of url or service is required"],
    ],
    [
      "in the open",
      { ...webhook, clientConfig: { url: "http://example.com" } },
      [
        "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]",
      ],
    ],
    [
      "everything and more",
      { ...webhook, rules: [{ operations: ["*", "CREATE"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }] },
      [
        'webhooks[0].rules[0].operations: Invalid value: ["*","CREATE"]: if \'*\' is present, must not specify other operations',
      ],
    ],
    [
      "kinds that a wildcard stands for",
      { ...webhook, rules: [{ ...everything, resources: ["pods/*", "pods/status", "*/scale", "jobs/scale"] }] },
      [
        "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/status\": if 'pods/*' is present, must not specify pods/status",
        "webhooks[0].rules[0].resources[3]: Invalid value: \"jobs/scale\": if '*/scale' is present, must not specify jobs/scale",
      ],
    ],
    [
      "every kind, and one more",
      { ...webhook, rules: [{ ...everything, resources: ["*/*", "*", "pods"] }] },
      [
        'webhooks[0].rules[0].resources: Invalid value: ["*/*","*","pods"]: if \'*/*\' is present, must not specify other resources',
        'webhooks[0].rules[0].resources: Invalid value: ["*/*","*","pods"]: if \'*\' is present, must not specify other resources without subresources',
      ],
    ],
    ["kinds and their parts", { ...webhook, rules: [{ ...everything, resources: ["*", "pods/status"] }] }, []],
  ])("%s", (_what, one, findings) => {
    expect(createFindings(validatingWebhookConfigurations, { webhooks: [one] })).toEqual(findings);
  });

  test("have names of their own", () => {
    expect(createFindings(validatingWebhookConfigurations, { webhooks: [webhook, webhook] })).toEqual([
      'webhooks[1].name: Duplicate value: "a.example.com"',
    ]);
  });
});

test("a policy is bound by name, with parameters given in one way", () => {
  const spec = { paramRef: {}, validationActions: ["Deny", "Warn"] };
  expect(createFindings(validatingAdmissionPolicyBindings, { spec })).toEqual([
    "spec.policyName: Required value",
    "spec.paramRef: Required value: one of name or selector must be specified",
    "spec.paramRef.parameterNotFoundAction: Required value",
    'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  ]);
});

test("a served API is named after version and group", () => {
  const spec = { group: "metrics.k8s.io", version: "v1beta1", groupPriorityMinimum: 100, versionPriority: 100 };
  const service = { namespace: "kube-system", name: "metrics" };
  expect(
    createFindings(apiServices, { metadata: { name: "v1beta1.metrics.k8s.io" }, spec: { ...spec, service } }),
  ).toEqual([]);
  expect(createFindings(apiServices, { metadata: { name: "x" }, spec: { ...spec, versionPriority: 0 } })).toEqual([
    'metadata.name: Invalid value: "x": must be `spec.version+"."+spec.group`: "v1beta1.metrics.k8s.io"',
    "spec.versionPriority: Invalid value: 0: must be positive and less than 1000",
  ]);
});

describe("definitions of kinds", () => {
  const version = { name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } };
  const names = { plural: "widgets", kind: "Widget" };
  const definition = (spec: object = {}): object => ({
    metadata: { name: "widgets.example.com" },
    spec: { group: "example.com", names, scope: "Namespaced", versions: [version], ...spec },
  });

  test("get names by default, and remember what is stored", () => {
    const made = madeObject(customResourceDefinitions, definition());
    expect(made.spec.names).toEqual({ ...names, singular: "widget", listKind: "WidgetList" });
    expect([made.spec.conversion, made.status?.storedVersions]).toEqual([{ strategy: "None" }, ["v1"]]);
  });

  test("are stored in one version, and named after plural and group", () => {
    expect(createFindings(customResourceDefinitions, definition())).toEqual([]);
    expect(
      createFindings(customResourceDefinitions, definition({ group: "example.org", scope: "Everywhere" })),
    ).toEqual([
      'spec.scope: Unsupported value: "Everywhere": supported values: "Cluster", "Namespaced"',
      'metadata.name: Invalid value: "widgets.example.com": must be spec.names.plural+"."+spec.group',
    ]);
    const two = [version, { ...version, name: "v2", schema: {} }];
    const found = createFindings(customResourceDefinitions, definition({ versions: two }));
    expect(found.map((text) => text.replace(/Invalid value: \[.*\]:/, "Invalid value: …:"))).toEqual([
      "spec.versions: Invalid value: …: must have exactly one version marked as storage version",
      "spec.versions[1].schema.openAPIV3Schema: Required value",
    ]);
  });
});

describe("flow control", () => {
  test("subjects have the member of their kind", () => {
    const rules = [
      {
        subjects: [{ kind: "User", group: { name: "g" } }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      },
    ];
    const spec = { priorityLevelConfiguration: { name: "p" }, rules };
    expect(createFindings(flowSchemas, { spec })).toEqual([
      "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    ]);
  });

  test("queues are complete by default, and hands fit the deck", () => {
    const level = (queuing: object): object => ({
      spec: { type: "Limited", limited: { limitResponse: { type: "Queue", queuing } } },
    });
    expect(createFindings(priorityLevelConfigurations, level({}))).toEqual([]);
    expect(createFindings(priorityLevelConfigurations, level({ handSize: 65 }))).toEqual([
      "spec.limited.limitResponse.queuing.handSize: Invalid value: 65: should not be greater than queues (64)",
    ]);
  });
});

describe("signing requests", () => {
  const request = btoa("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n");
  const csr = (spec: object = {}, more: object = {}): object => ({
    spec: { request, signerName: "kubernetes.io/kubelet-serving", usages: ["digital signature"], ...spec },
    ...more,
  });

  test("say who asks", () => {
    const made = madeObject(certificateSigningRequests, csr({ username: "mallory" }));
    const created = certificateSigningRequests.strategy.prepare?.(made, undefined, testRequest("create"));
    expect([created?.spec.username, created?.spec.groups]).toEqual(["alice", ["system:authenticated"]]);
  });

  test("name a signer and what the key is for", () => {
    expect(createFindings(certificateSigningRequests, csr())).toEqual([]);
    expect(createFindings(certificateSigningRequests, csr({ signerName: "nobody", usages: [] }))).toEqual([
      "spec.usages: Required value: usages must contain at least one value",
      "spec.signerName: Invalid value: \"nobody\": must be a fully qualified domain and path of the form 'example.com/signer-name'",
    ]);
  });

  test("are approved for good", () => {
    const conditions = [{ type: "Approved", status: "True" }];
    const from = csr({}, { status: { conditions } });
    expect(updateFindings(certificateSigningRequests, { from, to: csr(), subresource: "approval" })).toEqual([
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    ]);
  });
});
