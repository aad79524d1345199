// Validating admission policies on a whole server in process: bindings, parameters, messages, actions, failures, budgets, status.
import type { Stage } from "@skates/apiserver";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ADMIN, type Answer, startTestServer, type TestServer } from "../../node/testing.ts";

const admin = { user: ADMIN };
const GROUP = "/apis/admissionregistration.k8s.io/v1";
const POLICIES = `${GROUP}/validatingadmissionpolicies`;
const BINDINGS = `${GROUP}/validatingadmissionpolicybindings`;
const MAPS = "/api/v1/namespaces/default/configmaps";

let at: TestServer;
let notes: Record<string, string> = {};
let count = 0;

const noting: Stage = (next) => async (context) => {
  try {
    return await next(context);
  } finally {
    if (context.route.resource === "configmaps") {
      notes = Object.fromEntries([...context.annotations].filter(([key]) => !key.startsWith("authorization.k8s.io/")));
    }
  }
};

beforeAll(async () => {
  at = await startTestServer({ audit: () => ({ stage: noting, unauthenticated: () => undefined }) });
});
afterAll(() => at.stop());
afterEach(async () => {
  for (const path of [POLICIES, BINDINGS]) await at.call(admin, "DELETE", path);
});

const RULES = [{ operations: ["CREATE", "UPDATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];

interface Parts {
  readonly policy?: object;
  readonly binding?: object;
}

/** A policy about config maps with its binding, both named `p`. */
async function put(validations: readonly object[], { policy = {}, binding = {} }: Parts = {}): Promise<void> {
  const made = await at.call(admin, "POST", POLICIES, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: { resourceRules: RULES }, validations, ...policy },
  });
  expect([made.status, made.status === 201 ? "" : made.body.message]).toEqual([201, ""]);
  const bound = await at.call(admin, "POST", BINDINGS, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "b" },
    spec: { policyName: "p", validationActions: ["Deny"], ...binding },
  });
  expect([bound.status, bound.status === 201 ? "" : bound.body.message]).toEqual([201, ""]);
}

function create(data: Readonly<Record<string, string>> = {}, metadata: object = {}): Promise<Answer> {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `m${++count}`, ...metadata }, data };
  return at.call(admin, "POST", MAPS, body);
}

/** What a refusal says after the words that all of them have. */
function said({ status, body }: Answer): string {
  return status === 201 ? "created" : String(body.message).replace(/^.* denied request: /s, "");
}

describe("checks", () => {
  test("refuse with the policy's words, reason and code", async () => {
    await put([{ expression: "object.data.size() < 3", message: "too many keys" }]);
    expect((await create({ a: "1" })).status).toBe(201);
    const name = `m${count + 1}`;
    const { status, body } = await create({ a: "1", b: "2", c: "3" });
    const message = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: too many keys";
    expect([status, body]).toEqual([
      422,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: `configmaps "${name}" is forbidden: ${message}`,
        reason: "Invalid",
        details: { name, kind: "configmaps", causes: [{ message }] },
        code: 422,
      },
    ]);
  });

  test("say what their message expressions say, else their message, else the expression", async () => {
    const never = { expression: "false" };
    const messages: string[] = [];
    for (const validation of [
      { ...never, messageExpression: "'has ' + string(object.data.size()) + ' keys'" },
      { ...never, message: "plain", messageExpression: "string(object.data['none'])" },
      { ...never, message: "plain", messageExpression: "'a\\nb'" },
      { ...never, message: "plain", messageExpression: "'  '" },
      { expression: " 1 > 2 " },
      { ...never, reason: "Forbidden" },
    ]) {
      await put([validation]);
      const answer = await create({ a: "1" });
      messages.push(`${answer.status} ${answer.body.reason}: ${said(answer)}`);
      for (const path of [POLICIES, BINDINGS]) await at.call(admin, "DELETE", path);
    }
    expect(messages).toEqual([
      "422 Invalid: has 1 keys",
      "422 Invalid: plain",
      "422 Invalid: plain",
      "422 Invalid: plain",
      "422 Invalid: failed expression: 1 > 2",
      "403 Forbidden: failed expression: false",
    ]);
  });

  test("see the request, the old object, the namespace and who asks", async () => {
    await at.call(admin, "PATCH", "/api/v1/namespaces/default", { metadata: { labels: { tier: "gold" } } });
    await put([
      { expression: "request.operation == 'CREATE' || oldObject.data.a == '1'", message: "old" },
      { expression: "request.operation != 'CREATE' || oldObject == null", message: "none" },
      { expression: "request.userInfo.username == 'admin' && 'system:masters' in request.userInfo.groups" },
      { expression: "request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap'" },
      { expression: "namespaceObject.metadata.labels.tier == 'gold'" },
      { expression: "request.namespace == 'default' && request.name == object.metadata.name" },
      { expression: "!has(request.dryRun) || request.dryRun == false" },
      { expression: "has(object.metadata.labels) == false" },
      // Times are texts when expressions run, as upstream has it.
      { expression: "oldObject == null || oldObject.metadata.creationTimestamp.endsWith('Z')" },
      {
        expression:
          "oldObject == null || timestamp(oldObject.metadata.creationTimestamp) > timestamp('2020-01-01T00:00:00Z')",
      },
    ]);
    const made = await create({ a: "1" });
    expect([made.status, made.body.message]).toEqual([201, undefined]);
    const changed = await at.call(admin, "PATCH", `${MAPS}/m${count}`, { data: { a: "2" } });
    expect([changed.status, changed.body.message]).toEqual([200, undefined]);
    expect(said(await at.call(admin, "PATCH", `${MAPS}/m${count}`, { data: { b: "3" } }))).toBe("old");
  });

  test("share variables, which may use each other", async () => {
    const variables = [
      { name: "keys", expression: "object.data.map(k, k)" },
      { name: "short", expression: "variables.keys.all(k, k.size() < 3)" },
      { name: "broken", expression: "object.data['none']" },
    ];
    await put([{ expression: "variables.short", message: "long key" }], { policy: { variables } });
    expect([said(await create({ ab: "" })), said(await create({ abc: "" }))]).toEqual(["created", "long key"]);
  });

  test("a variable fails those who need it, with its name", async () => {
    const variables = [{ name: "broken", expression: "object.data['none']" }];
    await put([{ expression: "variables.broken == 'x'" }], { policy: { variables } });
    expect(said(await create({ a: "" }))).toBe(
      `expression 'variables.broken == 'x'' resulted in error: composited variable "broken" fails to evaluate: no such key: none`,
    );
  });

  test("ask the authorizer", async () => {
    await put([
      { expression: "authorizer.group('').resource('secrets').namespace('default').check('get').allowed()" },
      { expression: "authorizer.requestResource.check('delete').allowed()", message: "may not delete" },
    ]);
    expect(said(await create())).toBe("created");
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "maker" } };
    const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
    await at.call(admin, "POST", `${rbac}/roles`, {
      ...role,
      rules: [
        { verbs: ["create"], apiGroups: [""], resources: ["configmaps"] },
        { verbs: ["get"], apiGroups: [""], resources: ["secrets"] },
      ],
    });
    await at.call(admin, "POST", `${rbac}/rolebindings`, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "maker" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "maker" },
      subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "maker" }],
    });
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "by-maker" } };
    expect(said(await at.call({ user: { name: "maker", groups: [] } }, "POST", MAPS, body))).toBe("may not delete");
  });
});

describe("actions", () => {
  test("warn and note in the place of refusing", async () => {
    await put([{ expression: "has(object.data)", message: "empty" }], {
      binding: { validationActions: ["Warn", "Audit"] },
    });
    const { status, warnings } = await create();
    expect([status, warnings]).toEqual([
      201,
      ["Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': empty"],
    ]);
    expect(notes).toEqual({
      "validation.policy.admission.k8s.io/validation_failure":
        '[{"message":"empty","policy":"p","binding":"b","expressionIndex":0,"validationActions":["Warn","Audit"]}]',
    });
  });

  test("audit annotations are left under the policy's name", async () => {
    const auditAnnotations = [
      { key: "keys", valueExpression: "'has ' + string(object.data.size())" },
      { key: "none", valueExpression: "object.data.size() > 1 ? 'many' : ' '" },
      { key: "null", valueExpression: "null" },
    ];
    await put([], { policy: { auditAnnotations } });
    await create({ a: "1" });
    expect(notes).toEqual({ "p/keys": "has 1" });
  });
});

describe("matching", () => {
  test("conditions, names and exclusions decide who is checked", async () => {
    const matchConditions = [
      { name: "labelled", expression: "has(object.metadata.labels) && 'check' in object.metadata.labels" },
    ];
    const matchConstraints = {
      resourceRules: RULES,
      excludeResourceRules: [{ ...RULES[0], resourceNames: ["spared"] }],
    };
    await put([{ expression: "false", message: "no" }], { policy: { matchConditions, matchConstraints } });
    const labels = { check: "yes" };
    expect([
      said(await create()),
      said(await create({}, { labels })),
      said(await create({}, { labels, name: "spared" })),
    ]).toEqual(["created", "no", "created"]);
  });

  test("a binding narrows its policy", async () => {
    const matchResources = { objectSelector: { matchLabels: { a: "b" } } };
    await put([{ expression: "false", message: "no" }], { binding: { matchResources } });
    expect([said(await create()), said(await create({}, { labels: { a: "b" } }))]).toEqual(["created", "no"]);
  });

  test("policies are out of their own reach", async () => {
    const rules = [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }];
    await put([{ expression: "false", message: "no" }], { policy: { matchConstraints: { resourceRules: rules } } });
    expect(said(await create())).toBe("no");
    expect((await at.call(admin, "DELETE", `${BINDINGS}/b`)).status).toBe(200);
    expect(said(await create())).toBe("created");
  });
});

describe("parameters", () => {
  const paramKind = { apiVersion: "v1", kind: "ConfigMap" };
  const validations = [{ expression: "object.data.size() <= int(params.data.most)", message: "too many" }];
  const param = (name: string, most: string, labels: object = {}) =>
    at.call(admin, "POST", "/api/v1/namespaces/kube-system/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, labels },
      data: { most },
    });

  test("are found by name", async () => {
    await param("limit-a", "1");
    const paramRef = { name: "limit-a", namespace: "kube-system", parameterNotFoundAction: "Deny" };
    await put(validations, { policy: { paramKind }, binding: { paramRef } });
    expect([said(await create({ a: "" })), said(await create({ a: "", b: "" }))]).toEqual(["created", "too many"]);
  });

  test("all that a selector selects must agree", async () => {
    await param("limit-b", "2", { limits: "maps" });
    await param("limit-c", "1", { limits: "maps" });
    const paramRef = {
      selector: { matchLabels: { limits: "maps" } },
      namespace: "kube-system",
      parameterNotFoundAction: "Allow",
    };
    await put(validations, { policy: { paramKind }, binding: { paramRef } });
    expect([said(await create({ a: "" })), said(await create({ a: "", b: "" }))]).toEqual(["created", "too many"]);
  });

  test("that are missing refuse or do not, as the binding says", async () => {
    const paramRef = { name: "nobody", namespace: "kube-system" };
    await put(validations, {
      policy: { paramKind },
      binding: { paramRef: { ...paramRef, parameterNotFoundAction: "Deny" } },
    });
    expect(said(await create())).toBe(
      "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
    );
    await at.call(admin, "PATCH", `${BINDINGS}/b`, {
      spec: { paramRef: { ...paramRef, parameterNotFoundAction: "Allow" } },
    });
    expect(said(await create())).toBe("created");
  });
});

describe("failures", () => {
  test("refuse, or are passed over, as the policy says", async () => {
    const expression = "object.data.none == 'x'";
    await put([{ expression }]);
    expect(said(await create({ a: "1" }))).toBe(`expression '${expression}' resulted in error: no such key: none`);
    await at.call(admin, "PATCH", `${POLICIES}/p`, { spec: { failurePolicy: "Ignore" } });
    expect(said(await create({ a: "1" }))).toBe("created");
  });

  test("an expression that would never end is ended", async () => {
    const many = "[0,1,2,3,4,5,6,7,8,9]";
    const forever = `${many}.all(a, ${many}.all(b, ${many}.all(c, ${many}.all(d, ${many}.all(e, ${many}.all(f, ${many}.all(g, true)))))))`;
    await put([{ expression: forever }]);
    const startMs = performance.now();
    expect(said(await create())).toBe(
      `expression '${forever}' resulted in error: operation cancelled: actual cost limit exceeded`,
    );
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });

  test("expressions that do not compile are refused when they are written", async () => {
    const { status, body } = await at.call(admin, "POST", POLICIES, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "broken" },
      spec: {
        matchConstraints: { resourceRules: RULES },
        matchConditions: [{ name: "c", expression: "1" }],
        variables: [{ name: "no-name", expression: "1" }],
        validations: [{ expression: "object.x ==", messageExpression: "1 + 1", message: "a\nb", reason: "Odd" }],
      },
    });
    expect(status).toBe(422);
    const causes = (body.details.causes as { field: string; message: string }[]).map(
      ({ field, message }) => `${field}: ${message.split("\n")[0]}`,
    );
    expect(causes).toEqual([
      'spec.variables[0].name: Invalid value: "no-name": name is not a valid CEL identifier',
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[0].reason: Unsupported value: "Odd": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
      'spec.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int',
      expect.stringContaining(
        'spec.validations[0].expression: Invalid value: "object.x ==": compilation failed: ERROR: <input>:1:12',
      ),
      'spec.validations[0].messageExpression: Invalid value: "1 + 1": must evaluate to string but got int',
    ]);
  });
});

test("doubts about types stand in the status", async () => {
  const rules = [{ operations: ["CREATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] }];
  await put([{ expression: "object.spec.replicas > 1" }, { expression: "object.spec.replica > 1" }], {
    policy: { matchConstraints: { resourceRules: rules } },
  });
  let status: { observedGeneration?: number; typeChecking?: { expressionWarnings?: object[] } } = {};
  for (let i = 0; i < 200 && status.observedGeneration === undefined; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    status = (await at.call(admin, "GET", `${POLICIES}/p`)).body.status ?? {};
  }
  expect(status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: "spec.validations[1].expression",
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n | object.spec.replica > 1\n | ...........^\n",
        },
      ],
    },
  });
});
