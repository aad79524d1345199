// Shows patches over the wire: exact numbers, strict findings worded as upstream does, scales, versions.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
  await api.call("POST", "/apis/apps/v1/namespaces/default/deployments", {
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "main", image: "one" }] },
      },
    },
  });
});
afterAll(() => api.stop());

const WEB = "/apis/apps/v1/namespaces/default/deployments/web";
const patch = (type: string, path: string, body: unknown) =>
  api.call("PATCH", path, body, { "content-type": `application/${type}` });
const MERGE = "merge-patch+json";
const STRATEGIC = "strategic-merge-patch+json";
const APPLY = "apply-patch+yaml";

test("unknown fields are refused, warned of or ignored; the refusal shows what was made of the object", async () => {
  const body = { spec: { foo: 1 } };
  const strict = await patch(MERGE, `${WEB}?fieldValidation=Strict`, body);
  expect([strict.status, strict.json.reason]).toEqual([422, "Invalid"]);
  expect(strict.json.message).toMatch(
    /^ "" is invalid: patch: Invalid value: "\{.*\\"foo\\":1.*\}": strict decoding error: unknown field "spec\.foo"$/,
  );
  expect(strict.json.details.causes[0]).toMatchObject({ reason: "FieldValueInvalid", field: "patch" });
  const warned = await patch(MERGE, `${WEB}?dryRun=All`, body);
  expect([warned.status, warned.warnings]).toEqual([200, ['299 - "unknown field \\"spec.foo\\""']]);
  const ignored = await patch(MERGE, `${WEB}?dryRun=All&fieldValidation=Ignore`, body);
  expect([ignored.status, ignored.warnings]).toEqual([200, []]);
});

test("of a strategic merge patch the patch is shown, as Go prints it", async () => {
  const body = { spec: { foo: "x", template: { spec: { containers: [{ name: "main", bar: null, on: true }] } } } };
  const { json } = await patch(STRATEGIC, `${WEB}?fieldValidation=Strict`, body);
  expect(json.message).toContain(
    '"map[spec:map[foo:x template:map[spec:map[containers:[map[bar:<nil> name:main on:true]]]]]]"',
  );
});

test("duplicate members of a patch are found", async () => {
  const body = '{"metadata":{"labels":{"a":"1","a":"2"}}}';
  const strict = await patch(MERGE, `${WEB}?fieldValidation=Strict`, body);
  expect(strict.json.message).toContain('strict decoding error: duplicate field "metadata.labels.a"');
  const warned = await patch(MERGE, `${WEB}?dryRun=All`, body);
  expect([warned.json.metadata.labels, warned.warnings]).toEqual([
    { a: "2" },
    ['299 - "duplicate field \\"metadata.labels.a\\""'],
  ]);
});

test("a wrong type is a finding about the patch; malformed JSON is a bad request", async () => {
  const { status, json } = await patch(MERGE, WEB, { spec: { replicas: "three" } });
  expect(status).toBe(422);
  expect(json.message).toContain("json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas");
  const broken = await patch(MERGE, WEB, '{"spec":');
  expect([broken.status, broken.json.message]).toEqual([400, "error decoding patch: unexpected end of JSON input"]);
});

test("numbers beyond 2^53 stay exact", async () => {
  await api.call("POST", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", {
    metadata: { name: "s" },
    addressType: "IPv4",
    endpoints: [],
  });
  const path = "/apis/apps/v1/namespaces/default/controllerrevisions";
  await api.call("POST", path, { metadata: { name: "r" }, revision: 1, data: { a: 1 } });
  const merged = await patch(MERGE, `${path}/r`, '{"revision":9007199254740993}');
  expect(merged.text).toContain('"revision":9007199254740993');
  const replaced = await patch(
    "json-patch+json",
    `${path}/r`,
    '[{"op":"replace","path":"/revision","value":9007199254740995}]',
  );
  expect(replaced.text).toContain('"revision":9007199254740995');
});

test("a scale is patched strictly, too", async () => {
  const { status, json } = await patch(MERGE, `${WEB}/scale?fieldValidation=Strict`, { spec: { foo: 1 } });
  expect([status, json.message]).toEqual([422, expect.stringContaining('unknown field "spec.foo"')]);
});

test("a scale is applied: the replicas are owned under the subresource, and conflicts are found", async () => {
  const scale = (replicas: number) => ({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas },
  });
  const forced = await patch(APPLY, `${WEB}/scale?fieldManager=scaler&force=true`, scale(4));
  expect([forced.status, forced.json.kind, forced.json.spec.replicas]).toEqual([200, "Scale", 4]);
  const { json } = await api.call("GET", WEB);
  expect(json.spec.replicas).toBe(4);
  expect(json.metadata.managedFields).toContainEqual(
    expect.objectContaining({
      manager: "scaler",
      operation: "Apply",
      apiVersion: "apps/v1",
      subresource: "scale",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    }),
  );
  const clash = await patch(APPLY, `${WEB}/scale?fieldManager=other`, scale(5));
  expect([clash.status, clash.json.details.causes]).toEqual([
    409,
    [
      {
        reason: "FieldManagerConflict",
        message: 'conflict with "scaler" with subresource "scale"',
        field: ".spec.replicas",
      },
    ],
  ]);
  const negative = await patch(APPLY, `${WEB}/scale?fieldManager=scaler`, scale(-1));
  expect([negative.status, negative.json.details.causes[0].field]).toEqual([422, "spec.replicas"]);
  const wrong = await patch(APPLY, `${WEB}/scale?fieldManager=scaler`, { ...scale(1), kind: "Deployment" });
  expect(wrong.status).toBe(400);
});

test("owners that wrote another version of the kind are kept by an apply, and lose what it takes from them", async () => {
  const at = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
  const target = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  await api.call("POST", `${at("v1")}?fieldManager=old`, {
    metadata: { name: "h" },
    spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 5 },
  });
  const applied = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "h" },
    spec: { maxReplicas: 9 },
  };
  const clash = await patch(APPLY, `${at("v2")}/h?fieldManager=new`, applied);
  expect([clash.status, clash.json.details.causes[0].message]).toEqual([
    409,
    'conflict with "old" using autoscaling/v1',
  ]);
  const { json } = await patch(APPLY, `${at("v2")}/h?fieldManager=new&force=true`, applied);
  const owners = json.metadata.managedFields.map((entry: { manager: string; apiVersion: string }) => [
    entry.manager,
    entry.apiVersion,
  ]);
  expect(owners).toEqual([
    ["new", "autoscaling/v2"],
    ["old", "autoscaling/v1"],
  ]);
  const old = json.metadata.managedFields[1].fieldsV1["f:spec"];
  expect([Object.hasOwn(old, "f:maxReplicas"), Object.hasOwn(old, "f:minReplicas")]).toEqual([false, true]);
});

test("an apply of fields that are not there fails, whatever the field validation", async () => {
  const { status, json } = await patch(APPLY, `${WEB}?fieldManager=m&fieldValidation=Ignore`, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: { foo: 1 },
  });
  expect([status, json.message]).toEqual([
    500,
    "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.foo: field not declared in schema",
  ]);
});

test.each([
  [MERGE, { metadata: { labels: { by: "merge" } } }],
  [STRATEGIC, { metadata: { labels: { by: "strategic" } } }],
  ["json-patch+json", [{ op: "add", path: "/metadata/labels", value: { by: "json" } }]],
])("a time that is not set, null on the wire, stays so through a %s", async (type, body) => {
  const conditions = [{ type: "A", status: "True", reason: "R", message: "M", lastTransitionTime: null }];
  const services = "/api/v1/namespaces/default/services";
  const metadata = { name: `timeless-${type.slice(0, 4)}` };
  const created = await api.call("POST", services, { metadata, spec: { ports: [{ port: 80 }] } });
  const path = `${services}/${metadata.name}`;
  const set = await api.call("PUT", `${path}/status`, { ...created.json, status: { conditions } });
  expect([set.status, set.json.status.conditions]).toEqual([200, conditions]);
  const { status, json } = await patch(type, path, body);
  expect([status, json.status.conditions]).toEqual([200, conditions]);
});

test("a key that comes twice in what is applied is refused, told of, or ignored", async () => {
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\ndata:\n  a: one\n  a: two\n";
  const path = "/api/v1/namespaces/default/configmaps/twice?fieldManager=me";
  const finding = 'error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map';
  const strict = await patch(APPLY, `${path}&fieldValidation=Strict`, text);
  expect([strict.status, strict.json.message]).toEqual([400, `error strict decoding YAML: ${finding}`]);
  const warned = await patch(APPLY, path, text);
  expect([warned.status, warned.json.data, warned.warnings.length]).toEqual([201, { a: "two" }, 1]);
  const ignored = await patch(APPLY, `${path}&fieldValidation=Ignore`, text);
  expect([ignored.status, ignored.warnings]).toEqual([200, []]);
});
