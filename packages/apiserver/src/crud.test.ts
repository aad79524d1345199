// Shows create, get, update, patch and delete over the wire on a store in memory, with upstream's Status bodies.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(() => api.stop());

const MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, data: Record<string, string> = { a: "1" }): object => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name },
  data,
});

describe("create", () => {
  test("answers 201 with what the server says about the object", async () => {
    const { status, json, mediaType } = await api.call("POST", MAPS, configMap("one"));
    expect(status).toBe(201);
    expect(mediaType).toBe("application/json");
    const { uid, managedFields, ...metadata } = json.metadata;
    expect({ ...json, metadata }).toEqual({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: {
        name: "one",
        namespace: "default",
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: "2026-11-20T12:00:00Z",
      },
      data: { a: "1" },
    });
    expect(uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(managedFields).toEqual([
      {
        manager: "test",
        operation: "Update",
        apiVersion: "v1",
        time: "2026-11-20T12:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:data": { ".": {}, "f:a": {} } },
      },
    ]);
  });

  test("twice is AlreadyExists", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const { status, json } = await api.call("POST", MAPS, configMap("one"));
    expect(status).toBe(409);
    expect(json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'configmaps "one" already exists',
      reason: "AlreadyExists",
      details: { name: "one", kind: "configmaps" },
      code: 409,
    });
  });

  test("without a name is Invalid, with the field", async () => {
    const { status, json } = await api.call("POST", MAPS, configMap(""));
    expect(status).toBe(422);
    expect(json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
      reason: "Invalid",
      details: {
        name: "",
        kind: "ConfigMap",
        causes: [
          {
            reason: "FieldValueRequired",
            message: "Required value: name or generateName is required",
            field: "metadata.name",
          },
        ],
      },
      code: 422,
    });
  });

  test("makes a name from generateName", async () => {
    const { json } = await api.call("POST", MAPS, { ...configMap(""), metadata: { generateName: "gen-" } });
    expect(json.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test("with a resourceVersion is refused as upstream's storage does", async () => {
    const { status, json } = await api.call("POST", MAPS, {
      ...configMap("one"),
      metadata: { name: "one", resourceVersion: "5" },
    });
    expect([status, json.message]).toEqual([500, "resourceVersion should not be set on objects to be created"]);
  });

  test("with an owner twice has it once, and warns", async () => {
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "o", uid: "u" };
    const metadata = { name: "one", ownerReferences: [owner, { ...owner, uid: "v" }, owner] };
    const { json, warnings } = await api.call("POST", MAPS, { ...configMap("one"), metadata });
    expect(json.metadata.ownerReferences.map(({ uid }: { uid: string }) => uid)).toEqual(["u", "v"]);
    expect(warnings[0]).toContain("duplicate UID(s) observed: u");
  });

  test("in another namespace than the request's is a bad request", async () => {
    const { status, json } = await api.call("POST", MAPS, {
      ...configMap("one"),
      metadata: { name: "one", namespace: "other" },
    });
    expect([status, json.message]).toEqual([
      400,
      "the namespace of the provided object does not match the namespace sent on the request",
    ]);
  });

  test("with dryRun leaves nothing", async () => {
    const { status, json } = await api.call("POST", `${MAPS}?dryRun=All`, configMap("one"));
    expect(status).toBe(201);
    expect(json.metadata.uid).toBeDefined();
    expect(json.metadata.resourceVersion).toBeUndefined();
    expect((await api.call("GET", `${MAPS}/one`)).status).toBe(404);
  });

  test("names unknown fields as fieldValidation says", async () => {
    const body = { ...configMap("one"), foo: 1 };
    const strict = await api.call("POST", `${MAPS}?fieldValidation=Strict`, body);
    expect([strict.status, strict.json.message]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
    ]);
    const ignore = await api.call("POST", `${MAPS}?fieldValidation=Ignore&dryRun=All`, body);
    expect([ignore.status, ignore.warnings]).toEqual([201, []]);
    const warn = await api.call("POST", MAPS, body);
    expect([warn.status, warn.warnings]).toEqual([201, ['299 - "unknown field \\"foo\\""']]);
  });

  test("takes YAML", async () => {
    const yaml = "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: yam\ndata:\n  k: v\n";
    const { status, json } = await api.call("POST", MAPS, yaml, { "content-type": "application/yaml" });
    expect([status, json.data]).toEqual([201, { k: "v" }]);
  });

  test("refuses what is no JSON, and media types nobody reads", async () => {
    const malformed = await api.call("POST", MAPS, "{nope");
    expect([malformed.status, malformed.json.reason]).toEqual([400, "BadRequest"]);
    const unknown = await api.call("POST", MAPS, "x", { "content-type": "text/plain" });
    expect([unknown.status, unknown.json.reason]).toEqual([415, "UnsupportedMediaType"]);
  });
});

describe("get", () => {
  test("of what is not there is NotFound", async () => {
    const { status, json } = await api.call("GET", `${MAPS}/none`);
    expect(status).toBe(404);
    expect(json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'configmaps "none" not found',
      reason: "NotFound",
      details: { name: "none", kind: "configmaps" },
      code: 404,
    });
  });

  test("of an unknown resource is NotFound", async () => {
    expect((await api.call("GET", "/api/v1/nothings")).status).toBe(404);
    expect((await api.call("GET", "/apis/none/v1/things")).status).toBe(404);
  });

  test("in a form that nobody writes is NotAcceptable", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const { status, json } = await api.call("GET", `${MAPS}/one`, undefined, { accept: "application/cbor" });
    expect([status, json.reason]).toEqual([406, "NotAcceptable"]);
  });

  test("as YAML and indented", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const yaml = await api.call("GET", `${MAPS}/one`, undefined, { accept: "application/yaml" });
    expect(yaml.text).toContain("data:\n  a: '1'\n");
    const pretty = await api.call("GET", `${MAPS}/one?pretty=true`);
    expect(pretty.text).toContain('\n  "data": {\n    "a": "1"\n  }\n}');
  });
});

describe("update", () => {
  test("with the current resourceVersion changes the object, with an old one is a Conflict", async () => {
    const { json: old } = await api.call("POST", MAPS, configMap("one"));
    const { status, json } = await api.call("PUT", `${MAPS}/one`, { ...old, data: { a: "2" } });
    expect(status).toBe(200);
    expect(json.data).toEqual({ a: "2" });
    expect(Number(json.metadata.resourceVersion)).toBeGreaterThan(Number(old.metadata.resourceVersion));
    const stale = await api.call("PUT", `${MAPS}/one`, { ...old, data: { a: "3" } });
    expect(stale.status).toBe(409);
    expect(stale.json.message).toBe(
      'Operation cannot be fulfilled on configmaps "one": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  test("that changes nothing writes nothing", async () => {
    const { json: old } = await api.call("POST", MAPS, configMap("one"));
    const { json } = await api.call("PUT", `${MAPS}/one`, old);
    expect(json.metadata.resourceVersion).toBe(old.metadata.resourceVersion);
  });

  test("without a resourceVersion overwrites where the kind allows it", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const { status } = await api.call("PUT", `${MAPS}/one`, configMap("one", { b: "2" }));
    expect(status).toBe(200);
  });

  test("cannot change what identifies the object", async () => {
    const { json: old } = await api.call("POST", MAPS, configMap("one"));
    const other = await api.call("PUT", `${MAPS}/one`, { ...old, metadata: { ...old.metadata, name: "two" } });
    expect([other.status, other.json.message]).toEqual([
      400,
      "the name of the object (two) does not match the name on the URL (one)",
    ]);
    const uid = await api.call("PUT", `${MAPS}/one`, { ...old, metadata: { ...old.metadata, uid: "x" } });
    expect(uid.status).toBe(409);
    expect(uid.json.message).toContain("Precondition failed: UID in precondition: x, UID in object meta: ");
  });

  test("of what is not there is NotFound", async () => {
    expect((await api.call("PUT", `${MAPS}/none`, configMap("none"))).status).toBe(404);
  });

  test("creates where the kind allows it", async () => {
    const lease = { kind: "Lease", apiVersion: "coordination.k8s.io/v1", metadata: { name: "l" }, spec: {} };
    const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l";
    const { status, json } = await api.call("PUT", path, lease);
    expect(status).toBe(201);
    expect((await api.call("PUT", path, json)).status).toBe(200);
  });

  test("without a resourceVersion is Invalid where the kind demands one", async () => {
    const lease = { kind: "Lease", apiVersion: "coordination.k8s.io/v1", metadata: { name: "l" }, spec: {} };
    const path = "/apis/coordination.k8s.io/v1/namespaces/default/leases/l";
    await api.call("PUT", path, lease);
    const { status, json } = await api.call("PUT", path, lease);
    expect([status, json.message]).toEqual([
      422,
      'leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    ]);
  });
});

describe("status", () => {
  const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  const deployment = {
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i" }] } },
    },
    status: { replicas: 7 },
  };

  test("is wiped on create, kept on spec writes, and alone written through its subresource", async () => {
    const { json: created } = await api.call("POST", DEPLOYMENTS, deployment);
    expect([created.metadata.generation, created.status, created.spec.replicas]).toEqual([1, {}, 1]);
    const { json: reported } = await api.call("PUT", `${DEPLOYMENTS}/web/status`, {
      ...created,
      spec: { ...created.spec, replicas: 9 },
      status: { replicas: 1 },
    });
    expect([reported.metadata.generation, reported.status, reported.spec.replicas]).toEqual([1, { replicas: 1 }, 1]);
    const { json: scaled } = await api.call("PUT", `${DEPLOYMENTS}/web`, {
      ...reported,
      spec: { ...created.spec, replicas: 2 },
      status: {},
    });
    expect([scaled.metadata.generation, scaled.status, scaled.spec.replicas]).toEqual([2, { replicas: 1 }, 2]);
  });

  test("scale reads and writes the replicas", async () => {
    await api.call("POST", DEPLOYMENTS, deployment);
    const { json: scale } = await api.call("GET", `${DEPLOYMENTS}/web/scale`);
    expect([scale.kind, scale.spec, scale.status]).toEqual([
      "Scale",
      { replicas: 1 },
      { replicas: 0, selector: "app=web" },
    ]);
    const { status, json } = await api.call("PUT", `${DEPLOYMENTS}/web/scale`, { ...scale, spec: { replicas: 5 } });
    expect([status, json.spec.replicas]).toEqual([200, 5]);
    const patched = await api.call("PATCH", `${DEPLOYMENTS}/web/scale`, { spec: { replicas: 3 } }, MERGE);
    expect(patched.json.spec.replicas).toBe(3);
    const { json: after } = await api.call("GET", `${DEPLOYMENTS}/web`);
    expect([after.spec.replicas, after.metadata.generation]).toEqual([3, 3]);
    const negative = await api.call("PATCH", `${DEPLOYMENTS}/web/scale`, { spec: { replicas: -1 } }, MERGE);
    expect(negative.status).toBe(422);
  });
});

const MERGE = { "content-type": "application/merge-patch+json" };

describe("patch", () => {
  test("in each of the three forms that merge", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const merged = await api.call("PATCH", `${MAPS}/one`, { data: { a: null, b: "2" } }, MERGE);
    expect([merged.status, merged.json.data]).toEqual([200, { b: "2" }]);
    const operations = [{ op: "add", path: "/data/c", value: "3" }];
    const json = await api.call("PATCH", `${MAPS}/one`, operations, { "content-type": "application/json-patch+json" });
    expect([json.status, json.json.data]).toEqual([200, { b: "2", c: "3" }]);
    const strategic = await api.call(
      "PATCH",
      `${MAPS}/one`,
      { metadata: { labels: { x: "y" } } },
      { "content-type": "application/strategic-merge-patch+json" },
    );
    expect([strategic.status, strategic.json.metadata.labels]).toEqual([200, { x: "y" }]);
  });

  test("a JSON patch sees what is written although it is empty", async () => {
    const deployments = "/apis/apps/v1/namespaces/default/deployments";
    const template = { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } };
    const spec = { selector: { matchLabels: { a: "b" } }, template };
    await api.call("POST", deployments, { metadata: { name: "d" }, spec });
    const resources = "/spec/template/spec/containers/0/resources";
    const patch = [
      { op: "test", path: resources, value: {} },
      { op: "add", path: `${resources}/limits`, value: { cpu: "1" } },
    ];
    const { status, json } = await api.call("PATCH", `${deployments}/d`, patch, {
      "content-type": "application/json-patch+json",
    });
    expect([status, json.spec.template.spec.containers[0].resources]).toEqual([200, { limits: { cpu: "1" } }]);
  });

  test("with an old resourceVersion is a Conflict", async () => {
    const { json: old } = await api.call("POST", MAPS, configMap("one"));
    await api.call("PATCH", `${MAPS}/one`, { data: { b: "2" } }, MERGE);
    const { resourceVersion } = old.metadata;
    const { status } = await api.call(
      "PATCH",
      `${MAPS}/one`,
      { metadata: { resourceVersion }, data: { c: "3" } },
      MERGE,
    );
    expect(status).toBe(409);
  });

  test("of what is not there is NotFound, in an unknown form unsupported", async () => {
    expect((await api.call("PATCH", `${MAPS}/none`, {}, MERGE)).status).toBe(404);
    expect((await api.call("PATCH", `${MAPS}/none`, {})).status).toBe(415);
  });

  test("many at once all take effect", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const names = Array.from({ length: 20 }, (_, i) => `k${i}`);
    const answers = await Promise.all(
      names.map((name) => api.call("PATCH", `${MAPS}/one`, { data: { [name]: "1" } }, MERGE)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { json } = await api.call("GET", `${MAPS}/one`);
    expect(Object.keys(json.data).sort()).toEqual(["a", ...names].sort());
  });
});

describe("delete", () => {
  test("answers a Status and the object is gone", async () => {
    const { json: old } = await api.call("POST", MAPS, configMap("one"));
    const { status, json } = await api.call("DELETE", `${MAPS}/one`);
    expect(status).toBe(200);
    expect(json).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { name: "one", kind: "configmaps", uid: old.metadata.uid },
    });
    expect((await api.call("GET", `${MAPS}/one`)).status).toBe(404);
    expect((await api.call("DELETE", `${MAPS}/one`)).status).toBe(404);
  });

  test("with preconditions that do not hold is a Conflict", async () => {
    await api.call("POST", MAPS, configMap("one"));
    const { status, json } = await api.call("DELETE", `${MAPS}/one`, { preconditions: { uid: "other" } });
    expect(status).toBe(409);
    expect(json.message).toContain("the UID in the precondition (other) does not match the UID in record");
    const version = await api.call("DELETE", `${MAPS}/one`, { preconditions: { resourceVersion: "999" } });
    expect(version.status).toBe(409);
  });

  test("waits for finalizers, and the last one takes the object along", async () => {
    const metadata = { name: "held", finalizers: ["example.com/hold"] };
    await api.call("POST", MAPS, { ...configMap("held"), metadata });
    const { status, json } = await api.call("DELETE", `${MAPS}/held`);
    expect([status, json.kind]).toEqual([200, "ConfigMap"]);
    expect([json.metadata.deletionTimestamp, json.metadata.deletionGracePeriodSeconds]).toEqual([
      "2026-11-20T12:00:00Z",
      0,
    ]);
    const added = await api.call(
      "PATCH",
      `${MAPS}/held`,
      { metadata: { finalizers: ["example.com/hold", "example.com/b"] } },
      MERGE,
    );
    expect(added.status).toBe(422);
    expect(added.json.message).toContain("no new finalizers can be added if the object is being deleted");
    const freed = await api.call("PATCH", `${MAPS}/held`, { metadata: { finalizers: null } }, MERGE);
    expect(freed.status).toBe(200);
    expect((await api.call("GET", `${MAPS}/held`)).status).toBe(404);
  });

  test("in the foreground or orphaning sets the finalizer", async () => {
    await api.call("POST", MAPS, configMap("fore"));
    const fore = await api.call("DELETE", `${MAPS}/fore`, { propagationPolicy: "Foreground" });
    expect(fore.json.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await api.call("POST", MAPS, configMap("orphan"));
    const orphan = await api.call("DELETE", `${MAPS}/orphan?propagationPolicy=Orphan`);
    expect(orphan.json.metadata.finalizers).toEqual(["orphan"]);
    const wrong = await api.call("DELETE", `${MAPS}/orphan`, { propagationPolicy: "Sideways" });
    expect(wrong.status).toBe(422);
  });

  test("of a collection takes what the selectors say", async () => {
    for (const name of ["a", "b", "c"]) {
      const metadata = { name, labels: { keep: String(name === "b") } };
      await api.call("POST", MAPS, { ...configMap(name), metadata });
    }
    const { status, json } = await api.call("DELETE", `${MAPS}?labelSelector=keep%3Dfalse`);
    expect([status, json.kind, json.items.length]).toEqual([200, "ConfigMapList", 2]);
    const { json: left } = await api.call("GET", MAPS);
    expect(left.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(["b"]);
  });
});
