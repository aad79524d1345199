// Shows server-side apply over the wire; the merging itself is tested in apimachinery.
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(() => api.stop());

const PATH = "/api/v1/namespaces/default/configmaps/one";
const apply = (data: Record<string, string>, manager: string, query = "") =>
  api.call(
    "PATCH",
    `${PATH}?fieldManager=${manager}${query}`,
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data },
    { "content-type": "application/apply-patch+yaml" },
  );

test("creates, merges, takes away what is no longer applied, and refuses what others own", async () => {
  const created = await apply({ a: "1", b: "2" }, "first");
  expect([created.status, created.json.data, created.json.metadata.managedFields]).toMatchObject([
    201,
    { a: "1", b: "2" },
    [{ manager: "first", operation: "Apply" }],
  ]);
  const second = await apply({ c: "3" }, "second");
  expect([second.status, second.json.data]).toEqual([200, { a: "1", b: "2", c: "3" }]);
  const less = await apply({ a: "1" }, "first");
  expect(less.json.data).toEqual({ a: "1", c: "3" });
  const clash = await apply({ c: "4" }, "first");
  expect([clash.status, clash.json.reason, clash.json.details.causes]).toEqual([
    409,
    "Conflict",
    [{ reason: "FieldManagerConflict", message: 'conflict with "second"', field: ".data.c" }],
  ]);
  const forced = await apply({ c: "4" }, "first", "&force=true");
  expect([forced.status, forced.json.data]).toEqual([200, { c: "4" }]);
});

test("that changes nothing writes nothing", async () => {
  const first = await apply({ a: "1" }, "m");
  const again = await apply({ a: "1" }, "m");
  expect(again.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
});

test("needs a manager, and force is for apply alone", async () => {
  const { status, json } = await apply({}, "");
  expect([status, json.message]).toEqual([
    422,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ]);
  const merge = await api.call("PATCH", `${PATH}?force=true`, {}, { "content-type": "application/merge-patch+json" });
  expect([merge.status, merge.json.message]).toEqual([
    422,
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ]);
});

const APPLY = { "content-type": "application/apply-patch+yaml" };
const MERGE = { "content-type": "application/merge-patch+json" };
const NAMESPACED = "namespaces/default";
const DEPLOYMENTS = `/apis/apps/v1/${NAMESPACED}/deployments`;
const PODS = `/api/v1/${NAMESPACED}/pods`;

const applyTo = (path: string, manager: string, object: unknown, query = "") =>
  api.call("PATCH", `${path}?fieldManager=${manager}${query}`, object, APPLY);

const deployment = (spec: object, container: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "main", image: "one", ...container }] },
    },
    ...spec,
  },
});

/** What the entries of an object say, by manager: operation, subresource, fields. */
const owners = (json: { metadata: { managedFields?: readonly any[] } }): Record<string, unknown> =>
  Object.fromEntries(
    (json.metadata.managedFields ?? []).map(({ manager, operation, subresource, fieldsV1 }) => [
      `${manager} ${operation}${subresource === undefined ? "" : ` ${subresource}`}`,
      fieldsV1,
    ]),
  );

test("what defaults put beside an applied field goes with it", async () => {
  const probed = {
    livenessProbe: { httpGet: { path: "/", port: 80 } },
    lifecycle: { preStop: { sleep: { seconds: 1 } } },
  };
  const first = await applyTo(
    `${DEPLOYMENTS}/web`,
    "one",
    deployment({ strategy: { rollingUpdate: { maxSurge: 2 } } }, probed),
  );
  expect([first.status, first.json.spec.template.spec.containers[0].livenessProbe.timeoutSeconds]).toEqual([201, 1]);
  const { json } = await applyTo(`${DEPLOYMENTS}/web`, "one", deployment({ strategy: { type: "Recreate" } }));
  const [container] = json.spec.template.spec.containers;
  expect([json.spec.strategy, container.livenessProbe, container.lifecycle]).toEqual([
    { type: "Recreate" },
    undefined,
    undefined,
  ]);
});

test("items are found by their keys, a key that is left out by its default", async () => {
  const service = (ports: readonly object[]) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "dns" },
    spec: { selector: { app: "dns" }, ports },
  });
  const path = `/api/v1/${NAMESPACED}/services/dns`;
  const udp = { name: "udp", port: 53, protocol: "UDP" };
  await applyTo(path, "one", service([{ name: "tcp", port: 53 }, udp]));
  const moved = await applyTo(path, "one", service([{ name: "tcp", port: 53, targetPort: 5353 }]));
  expect([moved.status, moved.json.spec.ports]).toEqual([
    200,
    [{ name: "tcp", port: 53, protocol: "TCP", targetPort: 5353 }],
  ]);
  const clash = await applyTo(path, "two", service([{ name: "other", port: 53, protocol: "TCP" }]));
  expect([clash.status, clash.json.details.causes[0].field]).toEqual([409, '.spec.ports[port=53,protocol="TCP"].name']);
});

test("an empty entry of managedFields forgets all owners, by update and by every other patch", async () => {
  const path = `/api/v1/${NAMESPACED}/configmaps/reset`;
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "reset" }, data: { a: "1" } };
  const renew = () => applyTo(path, "one", object, "&force=true");
  await renew();
  const cleared: Record<string, unknown> = {};
  const empty = { metadata: { managedFields: [{}] } };
  cleared["merge"] = owners((await api.call("PATCH", path, empty, MERGE)).json);
  await renew();
  const strategic = { "content-type": "application/strategic-merge-patch+json" };
  cleared["strategic"] = owners((await api.call("PATCH", path, empty, strategic)).json);
  const { json } = await renew();
  const put = { ...json, metadata: { ...json.metadata, managedFields: [{}] } };
  cleared["update"] = owners((await api.call("PUT", path, put)).json);
  await renew();
  const operations = [{ op: "replace", path: "/metadata/managedFields", value: [{}] }];
  const jsonPatch = { "content-type": "application/json-patch+json" };
  cleared["json"] = owners((await api.call("PATCH", path, operations, jsonPatch)).json);
  expect(cleared).toEqual({ merge: {}, strategic: {}, update: {}, json: {} });
  // Whoever comes then meets one owner of all that was there before.
  expect(Object.keys(owners((await applyTo(path, "two", { ...object, data: { b: "2" } })).json))).toEqual([
    "two Apply",
    "before-first-apply Update",
  ]);
});

test("every view of an object is applied to under its own name", async () => {
  await applyTo(`${DEPLOYMENTS}/web`, "one", deployment({ replicas: 1 }));
  const identity = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
  await applyTo(`${DEPLOYMENTS}/web/status`, "controller", { ...identity, status: { replicas: 1 } });
  const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "web" }, spec: { replicas: 3 } };
  const clash = await applyTo(`${DEPLOYMENTS}/web/scale`, "scaler", scale);
  expect([clash.status, clash.json.details?.causes]).toEqual([
    409,
    [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".spec.replicas" }],
  ]);
  const scaled = await applyTo(`${DEPLOYMENTS}/web/scale`, "scaler", scale, "&force=true");
  expect([scaled.status, scaled.json.kind, scaled.json.spec]).toEqual([200, "Scale", { replicas: 3 }]);
  const { json } = await api.call("GET", `${DEPLOYMENTS}/web`);
  expect([json.spec.replicas, owners(json)]).toMatchObject([
    3,
    {
      "one Apply": { "f:spec": { "f:selector": {} } },
      "controller Apply status": { "f:status": { "f:replicas": {} } },
      "scaler Apply scale": { "f:spec": { "f:replicas": {} } },
    },
  ]);
  expect(
    json.metadata.managedFields.find(({ manager }: any) => manager === "one").fieldsV1["f:spec"],
  ).not.toHaveProperty("f:replicas");
});

test("a pod's ephemeral containers and resources are applied through their views", async () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };
  const container = { name: "main", image: "one", resources: { requests: { cpu: "1" } } };
  await applyTo(`${PODS}/p`, "one", { ...pod, spec: { containers: [container] } });
  const debug = { ephemeralContainers: [{ name: "debug", image: "two" }] };
  const added = await applyTo(`${PODS}/p/ephemeralcontainers`, "debugger", { ...pod, spec: debug });
  expect([added.status, added.json.spec?.ephemeralContainers?.[0].name]).toEqual([200, "debug"]);
  const more = { containers: [{ name: "main", resources: { requests: { cpu: "2" } } }] };
  const resized = await applyTo(`${PODS}/p/resize`, "resizer", { ...pod, spec: more }, "&force=true");
  expect([resized.status, resized.json.spec?.containers?.[0].resources]).toEqual([200, { requests: { cpu: "2" } }]);
  expect(Object.keys(owners(resized.json)).sort()).toEqual([
    "debugger Apply ephemeralcontainers",
    "one Apply",
    "resizer Apply resize",
  ]);
});

test("a dry run tells of conflicts and results, and stores nothing", async () => {
  const dry = await applyTo(`${DEPLOYMENTS}/web`, "one", deployment({ replicas: 2 }), "&dryRun=All");
  expect([dry.status, dry.json.spec.replicas]).toEqual([201, 2]);
  expect((await api.call("GET", `${DEPLOYMENTS}/web`)).status).toBe(404);
  await applyTo(`${DEPLOYMENTS}/web`, "one", deployment({ replicas: 2 }));
  const other = deployment({ replicas: 5 });
  expect((await applyTo(`${DEPLOYMENTS}/web`, "two", other, "&dryRun=All")).status).toBe(409);
  const forced = await applyTo(`${DEPLOYMENTS}/web`, "two", other, "&dryRun=All&force=true");
  expect(forced.json.spec.replicas).toBe(5);
  expect((await api.call("GET", `${DEPLOYMENTS}/web`)).json.spec.replicas).toBe(2);
});

test("an apply to a version that is past, or of another name, is refused", async () => {
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "1" } };
  const { json } = await applyTo(PATH, "m", object);
  const stale = { ...object, metadata: { name: "one", resourceVersion: "1" + json.metadata.resourceVersion } };
  const uid = { ...object, metadata: { name: "one", uid: "another" } };
  const named = { ...object, metadata: { name: "two" } };
  const answers = await Promise.all([stale, uid, named].map((sent) => applyTo(PATH, "m", sent)));
  expect(answers.map(({ status, json: told }) => `${status} ${told.reason}`)).toEqual([
    "409 Conflict",
    "409 Conflict",
    "400 BadRequest",
  ]);
});
