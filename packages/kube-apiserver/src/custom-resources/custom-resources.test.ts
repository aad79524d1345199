// Definitions on the whole server in this process: served at once, checked, shown, applied, versions, and gone with their objects.
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN, type Answer, startTestServer, type TestServer } from "../node/testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.call({ user: ADMIN }, method, path, body);

const spec = {
  type: "object",
  required: ["schedule"],
  properties: {
    schedule: { type: "string", pattern: "^\\d+ \\d+$", description: "When it runs." },
    replicas: { type: "integer", minimum: 1, maximum: 10, default: 1 },
    paused: { type: "boolean" },
    note: { type: "string", nullable: true },
    port: { "x-kubernetes-int-or-string": true },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    labels: { type: "object", additionalProperties: { type: "string" } },
    ports: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, number: { type: "integer", default: 80 } },
      },
    },
  },
};
const status = { type: "object", properties: { replicas: { type: "integer" }, phase: { type: "string" } } };
const schema = { openAPIV3Schema: { type: "object", properties: { spec, status } } };
function definition(plural: string, kind: string, more: object = {}): object {
  const version = {
    name: "v1",
    served: true,
    storage: true,
    schema,
    subresources: { status: {}, scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" } },
    additionalPrinterColumns: [
      { name: "Schedule", type: "string", jsonPath: ".spec.schedule" },
      { name: "Web", type: "integer", jsonPath: '.spec.ports[?(@.name=="web")].number' },
    ],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: { group: "example.com", scope: "Namespaced", names: { plural, kind }, versions: [version], ...more },
  };
}
async function until(check: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await check()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it never came true");
}
async function define(plural: string, kind: string, more: object = {}): Promise<string> {
  const made = await send("POST", CRDS, definition(plural, kind, more));
  expect([made.status, made.body.message]).toEqual([201, undefined]);
  const base = `/apis/example.com/v1/namespaces/default/${plural}`;
  await until(async () => (await send("GET", base)).status === 200);
  return base;
}

test("a kind is served, completed, checked and counted like a built-in one", async () => {
  const base = await define("timers", "Timer");
  const crd = (await send("GET", `${CRDS}/timers.example.com`)).body;
  expect(crd.status.conditions.map((one: any) => `${one.type}=${one.status} ${one.reason}`)).toEqual([
    "NamesAccepted=True NoConflicts",
    "Established=True InitialNamesAccepted",
  ]);
  const timer = {
    apiVersion: "example.com/v1",
    kind: "Timer",
    metadata: { name: "a" },
    spec: {
      schedule: "1 2",
      paused: false,
      note: null,
      port: "http",
      unknown: 1,
      free: { a: { b: [1, null] } },
      labels: { x: "y" },
      ports: [{ name: "web" }],
    },
    status: { phase: "ignored" },
  };
  const made = await send("POST", base, timer);
  expect(made.status).toBe(201);
  expect(made.body.spec).toEqual({
    schedule: "1 2",
    paused: false,
    note: null,
    port: "http",
    replicas: 1,
    free: { a: { b: [1, null] } },
    labels: { x: "y" },
    ports: [{ name: "web", number: 80 }],
  });
  expect([made.body.status, made.body.metadata.generation]).toEqual([undefined, 1]);
  expect((await send("GET", `${base}/a`)).body).toEqual(made.body);
  const bad = await send("POST", base, {
    ...timer,
    metadata: { name: "bad" },
    spec: { schedule: "never", replicas: "3", ports: [{ name: "a" }, { name: "a" }] },
  });
  expect([bad.status, bad.body.reason]).toEqual([422, "Invalid"]);
  expect(bad.body.details.causes.map((one: any) => `${one.field}: ${one.message}`).sort()).toEqual([
    ".spec.replicas: Invalid value: 0: .spec.replicas accessor error: 3 is of the type string, expected int64",
    'spec.ports[1]: Duplicate value: {"name":"a"}',
    'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    "spec.schedule: Invalid value: \"never\": spec.schedule in body should match '^\\d+ \\d+$'",
  ]);
  const none = await send("POST", base, { ...timer, metadata: { name: "none" }, spec: {} });
  expect(none.body.message).toBe('Timer.example.com "none" is invalid: spec.schedule: Required value');
  const shapes = await send("POST", base, { ...timer, metadata: { name: "shapes" }, spec: "none" });
  expect([shapes.status, shapes.body.message]).toEqual([
    422,
    'Timer.example.com "shapes" is invalid: spec: Invalid value: "string": spec in body must be of type object: "string"',
  ]);
  const patched = await send("PATCH", `${base}/a`, { spec: { ports: { web: 1 } } });
  expect([patched.status, patched.body.details.causes[0].message]).toEqual([
    422,
    'Invalid value: "object": spec.ports in body must be of type array: "object"',
  ]);
  const strict = await send("POST", `${base}?fieldValidation=Strict`, { ...timer, metadata: { name: "strict" } });
  expect([strict.status, strict.body.message]).toEqual([400, expect.stringContaining('unknown field "spec.unknown"')]);
});

test("status and scale are written apart; a null takes a field away", async () => {
  const base = await define("clocks", "Clock");
  const object = { apiVersion: "example.com/v1", kind: "Clock", metadata: { name: "a" }, spec: { schedule: "1 1" } };
  await send("POST", base, object);
  const done = await send("PATCH", `${base}/a/status`, { spec: { replicas: 9 }, status: { phase: "Up", replicas: 1 } });
  expect([done.body.spec.replicas, done.body.status, done.body.metadata.generation]).toEqual([
    1,
    { phase: "Up", replicas: 1 },
    1,
  ]);
  const scaled = await send("PATCH", `${base}/a/scale`, { spec: { replicas: 4 } });
  expect([scaled.status, scaled.body.kind, scaled.body.spec]).toEqual([200, "Scale", { replicas: 4 }]);
  const patched = await send("PATCH", `${base}/a`, { spec: { replicas: null } });
  expect([patched.body.spec.replicas, patched.body.metadata.generation]).toEqual([1, 3]);
  const put = await send("PUT", `${base}/a`, object);
  expect([put.status, put.body.details.causes[0].field]).toEqual([422, "metadata.resourceVersion"]);
});

test("a schema may change under objects: new defaults are read, other shapes can be read and deleted", async () => {
  const base = await define("bows", "Bow");
  const object = { apiVersion: "example.com/v1", kind: "Bow", metadata: { name: "a" }, spec: { schedule: "1 1" } };
  await send("POST", base, object);
  const change = async (properties: object): Promise<void> => {
    const next = definition("bows", "Bow") as any;
    const [version] = next.spec.versions;
    const versions = [{ ...version, schema: { openAPIV3Schema: { type: "object", properties } } }];
    expect((await send("PATCH", `${CRDS}/bows.example.com`, { spec: { versions } })).status).toBe(200);
  };
  const schedule = { type: "string" };
  await change({ spec: { type: "object", properties: { schedule, added: { type: "integer", default: 5 } } } });
  await until(async () => (await send("GET", `${base}/a`)).body.spec.added === 5);
  const list = (await send("GET", base)).body.items;
  expect(list.map((one: any) => one.spec)).toEqual([{ schedule: "1 1", added: 5 }]);
  await change({ spec: { type: "string" }, status });
  await until(async () => (await send("GET", `${base}?labelSelector=a!=b`)).body.items?.length === 1);
  // Of an object, a schema for texts knows nothing.
  expect((await send("GET", `${base}/a`)).body.spec).toEqual({});
  await change({ spec: { type: "object", properties: { schedule } } });
  await until(async () => (await send("GET", `${base}/a`)).body.spec.schedule === "1 1");
  await change({ spec: { type: "object", properties: { schedule: { type: "array", items: { type: "string" } } } } });
  await until(async () => (await send("GET", `${base}?labelSelector=a!=c`)).status === 200);
  expect((await send("GET", `${base}/a`)).status).toBe(200);
  expect((await send("DELETE", `${base}/a`)).status).toBe(200);
});

test("discovery and OpenAPI tell of a kind, and no longer once it is gone", async () => {
  const base = await define("bells", "Bell", { names: { plural: "bells", kind: "Bell", shortNames: ["bl"] } });
  const list = (await send("GET", "/apis/example.com/v1")).body;
  expect(list.resources.find((one: any) => one.name === "bells")).toMatchObject({ kind: "Bell", shortNames: ["bl"] });
  const schemas = async () => (await send("GET", "/openapi/v3/apis/example.com/v1")).body.components.schemas;
  expect((await schemas())["com.example.v1.Bell"].properties.spec.properties.schedule.description).toBe(
    "When it runs.",
  );
  const held = { name: "b", finalizers: ["example.com/hold"] };
  const object = { apiVersion: "example.com/v1", kind: "Bell", metadata: held, spec: { schedule: "1 1" } };
  await send("POST", base, object);
  const gone = await send("DELETE", `${CRDS}/bells.example.com`);
  expect(gone.body.metadata.finalizers).toEqual(["customresourcecleanup.apiextensions.k8s.io"]);
  await until(async () => (await send("GET", `${base}/b`)).body.metadata.deletionTimestamp !== undefined);
  const late = await send("POST", base, { ...object, metadata: { name: "late" } });
  expect([late.status, late.body.message]).toEqual([
    405,
    "create not allowed while custom resource definition is terminating",
  ]);
  await send("PATCH", `${base}/b`, { metadata: { finalizers: [] } });
  await until(async () => (await send("GET", `${CRDS}/bells.example.com`)).status === 404);
  await until(async () => (await send("GET", base)).status === 404);
  expect(await schemas()).not.toHaveProperty("com.example.v1.Bell");
});

test("several versions show the same objects", async () => {
  const version = (name: string, storage: boolean): object => ({ name, storage, served: true, schema });
  const versions = [version("v1", true), version("v1beta1", false)];
  const base = await define("horns", "Horn", { versions });
  const object = { apiVersion: "example.com/v1", kind: "Horn", metadata: { name: "a" }, spec: { schedule: "1 1" } };
  await send("POST", base, object);
  const older = await send("GET", "/apis/example.com/v1beta1/namespaces/default/horns/a");
  expect([older.body.apiVersion, older.body.spec]).toEqual(["example.com/v1beta1", { schedule: "1 1", replicas: 1 }]);
  const moved = { spec: { versions: [version("v1", false), version("v1beta1", true)] } };
  const changed = await send("PATCH", `${CRDS}/horns.example.com`, moved);
  expect(changed.body.status.storedVersions).toEqual(["v1", "v1beta1"]);
  expect((await send("GET", `${base}/a`)).body.spec.schedule).toBe("1 1");
});

test("what is wrong with a definition is said, and names are given once", async () => {
  const wrong = (props: object): object => ({
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: props } }],
  });
  const messages = async (more: object): Promise<string> =>
    (await send("POST", CRDS, definition("drums", "Drum", more))).body.message;
  expect(await messages(wrong({}))).toContain("openAPIV3Schema.type: Required value: must not be empty at the root");
  const untyped = { type: "object", properties: { spec: { properties: {} } } };
  expect(await messages(wrong(untyped))).toContain(
    "properties[spec].type: Required value: must not be empty for specified object fields",
  );
  const cel = { type: "object", "x-kubernetes-validations": [{ rule: "self.nothing" }] };
  expect(await messages(wrong(cel))).toContain("compilation failed: ERROR: <input>:1:5: undefined field 'nothing'");
  await define("pipes", "Pipe");
  await send("POST", CRDS, definition("tubes", "Pipe"));
  await until(async () => {
    const { conditions } = (await send("GET", `${CRDS}/tubes.example.com`)).body.status;
    return conditions?.some(
      (one: any) => one.reason === "ListKindConflict" && one.message === '"PipeList" is already in use',
    );
  });
  expect((await send("GET", "/apis/example.com/v1/tubes")).status).toBe(404);
  await send("DELETE", `${CRDS}/pipes.example.com`);
  await until(async () => (await send("GET", "/apis/example.com/v1/tubes")).status === 200);
});
