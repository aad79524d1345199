// Mutating admission policies on a whole server in process: configurations and patches, order, reinvocation, failures.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ADMIN, type Answer, startTestServer, type TestServer } from "../../node/testing.ts";

const admin = { user: ADMIN };
const GROUP = "/apis/admissionregistration.k8s.io/v1";
const POLICIES = `${GROUP}/mutatingadmissionpolicies`;
const BINDINGS = `${GROUP}/mutatingadmissionpolicybindings`;
const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

let at: TestServer;
let count = 0;
beforeAll(async () => {
  at = await startTestServer();
});
afterAll(() => at.stop());
afterEach(async () => {
  for (const path of [POLICIES, BINDINGS]) await at.call(admin, "DELETE", path);
});

const RULES = [{ operations: ["CREATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] }];

async function put(name: string, mutations: readonly object[], more: object = {}): Promise<void> {
  const made = await at.call(admin, "POST", POLICIES, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name },
    spec: { matchConstraints: { resourceRules: RULES }, reinvocationPolicy: "Never", mutations, ...more },
  });
  expect([made.status, made.status === 201 ? "" : made.body.message]).toEqual([201, ""]);
  const bound = await at.call(admin, "POST", BINDINGS, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: `${name}-binding` },
    spec: { policyName: name },
  });
  expect([bound.status, bound.status === 201 ? "" : bound.body.message]).toEqual([201, ""]);
}

function configuration(expression: string) {
  return { patchType: "ApplyConfiguration", applyConfiguration: { expression } };
}

function patch(expression: string) {
  return { patchType: "JSONPatch", jsonPatch: { expression } };
}

function create(metadata: object = {}): Promise<Answer> {
  return at.call(admin, "POST", DEPLOYMENTS, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: `d${++count}`, ...metadata },
    spec: {
      selector: { matchLabels: { app: "x" } },
      template: { metadata: { labels: { app: "x" } }, spec: { containers: [{ name: "main", image: "i" }] } },
    },
  });
}

test("a configuration is laid over the object, by keys of lists", async () => {
  await put("sidecar", [
    configuration(
      "Object{metadata: Object.metadata{labels: {'mesh': 'on'}}, spec: Object.spec{template: Object.spec.template{" +
        "spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: 'proxy', image: 'mesh:1'}]}}}}",
    ),
  ]);
  const { status, body } = await create({ labels: { own: "1" } });
  expect([status, body.message]).toEqual([201, undefined]);
  expect([body.metadata.labels, body.spec.template.spec.containers.map(({ name }: { name: string }) => name)]).toEqual([
    { own: "1", mesh: "on" },
    ["main", "proxy"],
  ]);
  expect(body.spec.template.spec.containers[1].imagePullPolicy).toBe("IfNotPresent");
});

test("patches see what mutations before them have made", async () => {
  await put("two", [
    patch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'a/b': '1'}}]"),
    patch(
      "[JSONPatch{op: 'replace', path: '/metadata/annotations/' + jsonpatch.escapeKey('a/b'), value: object.metadata.annotations['a/b'] + '2'}, " +
        "JSONPatch{op: 'add', path: '/spec/replicas', value: 3}]",
    ),
  ]);
  const { status, body } = await create();
  expect([status, body.message, body.metadata?.annotations, body.spec?.replicas]).toEqual([
    201,
    undefined,
    { "a/b": "12" },
    3,
  ]);
});

test("values of patches are JSON as upstream makes it: times are texts, and keys have to be", async () => {
  await put("values", [
    patch(
      "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'at': timestamp('2026-01-02T03:04:05Z')}}, " +
        "JSONPatch{op: 'add', path: '/metadata/annotations/for', value: duration('90s')}]",
    ),
  ]);
  const { body } = await create();
  expect([body.message, body.metadata?.annotations]).toEqual([undefined, { at: "2026-01-02T03:04:05Z", for: "90s" }]);
  await put("keys", [patch("[JSONPatch{op: 'add', path: '/metadata/annotations', value: {1: 'one'}}]")]);
  expect((await create()).body.message).toContain(
    "JSONPath valueExpression evaluated to a type that could not marshal to JSON: ",
  );
});

test("a patch whose test fails is not wanted", async () => {
  await put("tested", [
    patch(
      "[JSONPatch{op: 'test', path: '/metadata/name', value: 'other'}, JSONPatch{op: 'add', path: '/spec/replicas', value: 9}]",
    ),
  ]);
  expect((await create()).body.spec.replicas).toBe(1);
});

test("a policy that wants to is asked again, once, when others have changed the object", async () => {
  const counting =
    "has(object.metadata.annotations) && 'n' in object.metadata.annotations ? object.metadata.annotations.n + 'i' : 'i'";
  await put("a-counts", [configuration(`Object{metadata: Object.metadata{annotations: {'n': ${counting}}}}`)], {
    reinvocationPolicy: "IfNeeded",
  });
  await put("b-changes", [configuration("Object{metadata: Object.metadata{labels: {'b': 'c'}}}")]);
  const { body } = await create();
  expect([body.metadata?.annotations, body.metadata?.labels, body.message]).toEqual([
    { n: "ii" },
    { b: "c" },
    undefined,
  ]);
});

test("what cannot be merged by parts, or is no field, is refused", async () => {
  await put("atomic", [
    configuration("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'a': 'b'}}}}"),
  ]);
  const atomic = await create();
  expect([atomic.status, atomic.body.message]).toEqual([
    403,
    "policy 'atomic' with binding 'atomic-binding' denied request: error applying patch: invalid ApplyConfiguration: " +
      "may not mutate atomic arrays, maps or structs: .spec.selector",
  ]);
  for (const path of [POLICIES, BINDINGS]) await at.call(admin, "DELETE", path);
  await put("unknown", [configuration("Object{spec: Object.spec{replica: 3}}")]);
  expect((await create()).body.message).toBe(
    "policy 'unknown' with binding 'unknown-binding' denied request: error applying patch: " +
      "failed to convert patch object to typed object: .spec.replica: field not declared in schema",
  );
  await at.call(admin, "PATCH", `${POLICIES}/unknown`, { spec: { failurePolicy: "Ignore" } });
  expect((await create()).status).toBe(201);
});

test("an object in the wrong place is refused", async () => {
  await put("misplaced", [configuration("Object{spec: Object.spec.wrong{replicas: 3}}")]);
  expect((await create()).body.message).toContain(
    'denied request: type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec"',
  );
});

test("expressions of another type are refused when they are written", async () => {
  const { status, body } = await at.call(admin, "POST", POLICIES, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name: "broken" },
    spec: {
      matchConstraints: { resourceRules: RULES },
      reinvocationPolicy: "Never",
      mutations: [configuration("1"), patch("Object{}"), { patchType: "JSONPatch" }],
    },
  });
  const messages = (body.details.causes as { field: string; message: string }[]).map(
    ({ field, message }) => `${field}: ${message}`,
  );
  expect([status, messages]).toEqual([
    422,
    [
      "spec.mutations[2].jsonPatch: Required value: must be specified when patchType is JSONPatch",
      'spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object but got int',
      'spec.mutations[1].jsonPatch.expression: Invalid value: "Object{}": must evaluate to list(JSONPatch) but got Object',
    ],
  ]);
});

test("a stream whose options were changed still goes by selectors of those who look next", async () => {
  const resourceRules = [{ operations: ["CONNECT"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods/exec"] }];
  const add = patch("[JSONPatch{op: 'add', path: '/container', value: 'main'}]");
  await put("exec", [add], { matchConstraints: { resourceRules } });
  const matchConstraints = { resourceRules, objectSelector: { matchLabels: { never: "there" } } };
  const policy = { kind: "ValidatingAdmissionPolicy", metadata: { name: "labelled" } };
  const validating = await at.call(admin, "POST", `${GROUP}/validatingadmissionpolicies`, {
    ...policy,
    apiVersion: "admissionregistration.k8s.io/v1",
    spec: { matchConstraints, validations: [{ expression: "false" }] },
  });
  const bound = await at.call(admin, "POST", `${GROUP}/validatingadmissionpolicybindings`, {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "labelled" },
    spec: { policyName: "labelled", validationActions: ["Deny"] },
  });
  // Admitted: what is missing then is the upgrade.
  const { status, body } = await at.call(admin, "GET", "/api/v1/namespaces/default/pods/none/exec?command=ls");
  expect([validating.status, bound.status, status, body.message]).toEqual([201, 201, 400, "Upgrade request required"]);
});
