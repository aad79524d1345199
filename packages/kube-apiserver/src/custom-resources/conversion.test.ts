// Versions that a webhook converts, on a whole server in this process: every way of reading and writing, and webhooks that lie.
import { type ApiObject, type Handler, isRecord, parseJson } from "@skates/apimachinery";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ADMIN, type Answer, peerOf, startTestServer, type TestServer } from "../node/testing.ts";

let server: TestServer;
/** Questions that the webhook was asked: how many objects, and into which version. */
let questions: string[] = [];
type Answering = (review: any) => unknown;
let answering: Answering;

/** v1 has `spec.size`, v1beta1 `spec.length`; the label says which version it was converted into. */
const honest: Answering = ({ apiVersion, kind, request }) => ({
  apiVersion,
  kind,
  response: {
    uid: request.uid,
    result: { status: "Success" },
    convertedObjects: request.objects.map((object: any) => converted(object, request.desiredAPIVersion)),
  },
});

function converted(object: any, apiVersion: string): object {
  const { spec = {}, ...rest } = object;
  const { size, length, ...other } = spec;
  const value = size ?? length;
  const name = apiVersion.endsWith("v1") ? "size" : "length";
  return { ...rest, apiVersion, spec: { ...other, ...(value === undefined ? {} : { [name]: value }) } };
}

const webhook: Handler = async ({ body }) => {
  const bytes = body.kind === "bytes" ? await body.read(10_000_000) : new Uint8Array();
  const review: any = parseJson(bytes).value;
  questions.push(`${review.request.objects.length} ${review.request.desiredAPIVersion}`);
  const answer = new TextEncoder().encode(JSON.stringify(answering(review)));
  const chunks = (async function* () {
    yield answer;
  })();
  return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "application/json", chunks } };
};

const field = (name: string): object => ({
  openAPIV3Schema: {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: { [name]: { type: "integer" }, note: { type: "string" }, level: { type: "integer", default: 1 } },
      },
    },
  },
});
const versions = (stored: string): object[] => [
  { name: "v1", served: true, storage: stored === "v1", schema: field("size") },
  {
    name: "v1beta1",
    served: true,
    storage: stored === "v1beta1",
    schema: field("length"),
    selectableFields: [{ jsonPath: ".spec.note" }],
  },
];
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ropes.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "ropes", kind: "Rope" },
    versions: versions("v1"),
    conversion: {
      strategy: "Webhook",
      webhook: { conversionReviewVersions: ["v9", "v1"], clientConfig: { url: "https://convert.example.com/it" } },
    },
  },
};

const CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const V1 = "/apis/example.com/v1/namespaces/default/ropes";
const OLD = "/apis/example.com/v1beta1/namespaces/default/ropes";
const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
  server.call({ user: ADMIN }, method, path, body);
const rope = (version: string, name: string, spec: object): object => ({
  apiVersion: `example.com/${version}`,
  kind: "Rope",
  metadata: { name },
  spec,
});

beforeAll(async () => {
  server = await startTestServer({ webhooks: () => webhook });
  expect((await send("POST", CRD, definition)).status).toBe(201);
  for (let i = 0; i < 200 && (await send("GET", V1)).status !== 200; i++) await new Promise((go) => setTimeout(go, 5));
});
afterAll(() => server.stop());
beforeEach(() => {
  questions = [];
  answering = honest;
});

test("what is written in one version is read in the other, and asked for once per list", async () => {
  const made = await send("POST", OLD, rope("v1beta1", "a", { length: 3, note: "x" }));
  expect([made.status, made.body.apiVersion, made.body.spec]).toEqual([
    201,
    "example.com/v1beta1",
    { length: 3, note: "x", level: 1 },
  ]);
  await send("POST", V1, rope("v1", "b", { size: 4 }));
  expect((await send("GET", `${V1}/a`)).body.spec).toEqual({ size: 3, note: "x", level: 1 });
  expect(questions).toEqual(["1 example.com/v1", "1 example.com/v1beta1"]);
  const list = (await send("GET", OLD)).body;
  expect(list.items.map((one: any) => [one.apiVersion, one.spec.length])).toEqual([
    ["example.com/v1beta1", 3],
    ["example.com/v1beta1", 4],
  ]);
  const table = await send("GET", `${OLD}?fieldSelector=spec.note=x`);
  expect(table.body.items.map((one: any) => one.metadata.name)).toEqual(["a"]);
});

test("updates, patches and applies work on the version of the request; owners of other versions are kept", async () => {
  await send("POST", V1, rope("v1", "c", { size: 1 }));
  const { body: old } = await send("GET", `${OLD}/c`);
  const put = await send("PUT", `${OLD}/c`, { ...old, spec: { ...old.spec, length: 2 } });
  expect([put.status, put.body.spec.length, put.body.metadata.generation]).toEqual([200, 2, 2]);
  const patched = await send("PATCH", `${OLD}/c`, { spec: { note: "patched" } });
  expect(patched.body.spec).toEqual({ length: 2, note: "patched", level: 1 });
  const applied = await apply(`${V1}/c?fieldManager=one`, rope("v1", "c", { size: 2 }));
  expect([applied.status, applied.body.spec.size]).toEqual([200, 2]);
  const conflict = await apply(`${OLD}/c?fieldManager=two`, rope("v1beta1", "c", { length: 9 }));
  expect([conflict.status, conflict.body.reason]).toEqual([409, "Conflict"]);
  const forced = await apply(`${OLD}/c?fieldManager=two&force=true`, rope("v1beta1", "c", { length: 9 }));
  expect(forced.body.spec.length).toBe(9);
  const owners = (await send("GET", `${V1}/c`)).body.metadata.managedFields;
  const size = owners.filter((one: any) => JSON.stringify(one.fieldsV1).includes("f:size"));
  const length = owners.filter((one: any) => JSON.stringify(one.fieldsV1).includes("f:length"));
  expect([size.map((one: any) => one.manager), length.map((one: any) => one.manager)]).toEqual([[], ["two"]]);
});

test("watches show each event in their version, and end with an error when the webhook fails", async () => {
  const { body: list } = await send("GET", OLD);
  const stop = new AbortController();
  const response = await server.server.handler({
    method: "GET",
    path: OLD,
    query: new URLSearchParams({ watch: "true", resourceVersion: list.metadata.resourceVersion }),
    headers: { accept: "application/json" },
    body: { kind: "none" },
    peer: peerOf({ user: ADMIN }),
    signal: stop.signal,
  });
  const events = lines(response);
  await send("POST", V1, rope("v1", "w", { size: 7 }));
  const added = await events.next();
  expect([added.value.type, added.value.object.apiVersion, added.value.object.spec]).toEqual([
    "ADDED",
    "example.com/v1beta1",
    { length: 7, level: 1 },
  ]);
  await send("DELETE", `${V1}/w`);
  const deleted = await events.next();
  expect([deleted.value.type, deleted.value.object.spec.length]).toEqual(["DELETED", 7]);
  answering = () => ({});
  await send("POST", V1, rope("v1", "x", { size: 8 }));
  const failed = await events.next();
  expect([failed.value.type, failed.value.object.code]).toEqual(["ERROR", 500]);
  expect((await events.next()).done).toBe(true);
  stop.abort();
  answering = honest;
  await send("DELETE", `${V1}/x`);
});

const lie =
  (change: (response: any) => object): Answering =>
  (review) => {
    const answer: any = honest(review);
    return { ...answer, response: { ...answer.response, ...change(answer.response) } };
  };
const changed = (change: (object: any) => object): Answering =>
  lie(({ convertedObjects }) => ({ convertedObjects: convertedObjects.map(change) }));

const FAILED = "conversion webhook for example.com/v1, Kind=Rope failed:";
const INVALID = "conversion webhook for example.com/v1, Kind=Rope returned invalid";

test.each([
  [lie(() => ({ uid: "other" })), /failed: expected response.uid="[0-9a-f-]{36}", got "other"$/],
  [
    () => ({ kind: "Other", apiVersion: "v1" }),
    `${FAILED} expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got v1, Kind=Other`,
  ],
  [({ apiVersion, kind }: any) => ({ apiVersion, kind }), `${FAILED} no response provided`],
  [lie(() => ({ result: { status: "Failure", message: "no way" } })), `${FAILED} no way`],
  [lie(() => ({ result: { status: "Failure" } })), `${FAILED} response.result.status was 'Failure', not 'Success'`],
  [
    lie(() => ({ convertedObjects: [] })),
    "conversion webhook for example.com/v1, Kind=Rope returned 0 objects, expected 1",
  ],
  [
    changed((one) => ({ ...one, apiVersion: "example.com/v1" })),
    `${INVALID} object at index 0: invalid groupVersion (expected example.com/v1beta1, received example.com/v1)`,
  ],
  [
    changed((one) => ({ ...one, kind: "Chain" })),
    `${INVALID} object at index 0: invalid kind (expected Rope, received Chain)`,
  ],
  [
    changed((one) => ({ ...one, metadata: { ...one.metadata, name: "z" } })),
    `${INVALID} object: must have the same name: liar != z`,
  ],
  [
    changed((one) => ({ ...one, metadata: { ...one.metadata, uid: "z" } })),
    /must have the same UID: [0-9a-f-]{36} != z$/,
  ],
  [changed((one) => ({ ...one, metadata: undefined })), `${INVALID} object: must have the same name: liar != `],
  [
    changed((one) => ({ ...one, metadata: { ...one.metadata, labels: { a: 1 } } })),
    `${INVALID} metadata: metadata.labels[a] must be a string, but is int64 in converted object`,
  ],
  [
    changed((one) => ({ ...one, metadata: { ...one.metadata, labels: [] } })),
    `${INVALID} metadata: invalid metadata.labels of type []interface {} in converted object`,
  ],
])("a webhook that lies is found out: %#", async (answer, message) => {
  await send("POST", V1, rope("v1", "liar", { size: 1 }));
  // Nothing is remembered of the last one that lied.
  await send("PATCH", `${V1}/liar`, {
    metadata: { annotations: { at: String(Math.floor(performance.now() * 1000)) } },
  });
  answering = answer as Answering;
  const { status, body } = await send("GET", `${OLD}/liar`);
  expect([status, body.code]).toEqual([500, 500]);
  if (typeof message === "string") expect(body.message).toBe(message);
  else expect(body.message).toMatch(message);
  // The version that is stored needs no webhook: the object can still be read, and deleted.
  expect((await send("GET", `${V1}/liar`)).status).toBe(200);
});

test("metadata stays as it was, but for labels and annotations", async () => {
  answering = changed((one) => ({
    ...one,
    metadata: { ...one.metadata, labels: { to: "old" }, finalizers: ["example.com/x"], generation: 99 },
  }));
  await send("POST", V1, rope("v1", "meta", { size: 1 }));
  const { metadata } = (await send("GET", `${OLD}/meta`)).body;
  expect([metadata.labels, metadata.finalizers, metadata.generation]).toEqual([{ to: "old" }, undefined, 1]);
});

test("objects stay in the version that they were written in, until they are written again", async () => {
  await send("POST", V1, rope("v1", "moved", { size: 5 }));
  const stored = async (): Promise<string> => {
    const page = await server.store.range(
      "/registry/example.com/ropes/default/moved",
      { limit: 1 },
      new AbortController().signal,
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(page.entries[0]?.value));
    return isRecord(value) ? `${(value as unknown as ApiObject).apiVersion} ${JSON.stringify(value["spec"])}` : "";
  };
  expect(await stored()).toBe('example.com/v1 {"size":5,"level":1}');
  const moved = await send("PATCH", `${CRD}/ropes.example.com`, { spec: { versions: versions("v1beta1") } });
  expect(moved.body.status.storedVersions).toEqual(["v1", "v1beta1"]);
  expect((await send("GET", `${OLD}/moved`)).body.spec).toEqual({ length: 5, level: 1 });
  const { body: same } = await send("GET", `${V1}/moved`);
  // What is written once the server has taken the change over is stored so, and writes of nothing new before it do nothing.
  await expect
    .poll(
      async () => {
        expect((await send("PUT", `${V1}/moved`, same)).body.spec).toEqual({ size: 5, level: 1 });
        return await stored();
      },
      { timeout: 4_000 },
    )
    .toBe('example.com/v1beta1 {"length":5,"level":1}');
  const dropped = await send("PATCH", `${CRD}/ropes.example.com`, { spec: { versions: versions("v1beta1").slice(1) } });
  expect([dropped.status, dropped.body.message]).toEqual([
    422,
    expect.stringContaining(
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously',
    ),
  ]);
  expect((await send("DELETE", `${CRD}/ropes.example.com`)).status).toBe(200);
  for (let i = 0; i < 200 && (await send("GET", `${CRD}/ropes.example.com`)).status !== 404; i++) {
    await new Promise((go) => setTimeout(go, 10));
  }
  expect((await send("GET", `${CRD}/ropes.example.com`)).status).toBe(404);
});

async function apply(path: string, body: object): Promise<Answer> {
  const url = new URL(path, "http://api");
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const mediaType = "application/apply-patch+yaml";
  const response = await server.server.handler({
    method: "PATCH",
    path: url.pathname,
    query: url.searchParams,
    headers: { accept: "application/json", "content-type": mediaType },
    body: { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: peerOf({ user: ADMIN }),
    signal: new AbortController().signal,
  });
  const chunks: Uint8Array[] = [];
  if (response.body.kind === "bytes") for await (const chunk of response.body.chunks) chunks.push(chunk);
  return { status: response.status, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

async function* lines(response: Awaited<ReturnType<Handler>>): AsyncGenerator<any> {
  let text = "";
  if (response.body.kind !== "bytes") return;
  for await (const chunk of response.body.chunks) {
    text += new TextDecoder().decode(chunk);
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      yield JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
    }
  }
}
