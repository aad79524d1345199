// Shows OpenAPI v2 over the wire: JSON and gnostic's protobuf say the same, every reference can be followed, caching works.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../test-server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(() => api.stop());

const PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
const get = (accept: string, headers = {}) => api.call("GET", "/openapi/v2", undefined, { accept, ...headers });

async function protobuf(): Promise<Message> {
  const response = await api.server.handler({
    method: "GET",
    path: "/openapi/v2",
    query: new URLSearchParams(),
    headers: { accept: PROTOBUF },
    body: { kind: "none" },
    peer: { tls: { remoteAddress: "127.0.0.1" } },
    signal: new AbortController().signal,
  });
  if (response.body.kind !== "bytes") throw new Error("no bytes");
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body.chunks) chunks.push(chunk);
  return parse(Buffer.concat(chunks));
}

/** A protobuf message as the values of each tag: numbers, or bytes. */
type Message = ReadonlyMap<number, readonly (number | Buffer)[]>;

function parse(bytes: Buffer): Message {
  const out = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error("cut short");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const tag = Math.floor(key / 8);
    const values = out.get(tag) ?? [];
    out.set(tag, values);
    if (key % 8 === 0) values.push(varint());
    else if (key % 8 === 1) values.push(bytes.readDoubleLE((at += 8) - 8));
    else if (key % 8 === 2) {
      const length = varint();
      if (at + length > bytes.length) throw new Error("cut short");
      values.push(bytes.subarray(at, (at += length)));
    } else throw new Error(`wire type ${key % 8}`);
  }
  return out;
}

const all = (message: Message, ...tags: readonly number[]): readonly Message[] =>
  tags.reduce<readonly Message[]>(
    (found, tag) => found.flatMap((inner) => (inner.get(tag) ?? []).map((value) => parse(value as Buffer))),
    [message],
  );
const text = (message: Message | undefined, tag: number): string => String(message?.get(tag)?.[0] ?? "");
/** Name and value of the entries of a map. */
const named = (entries: readonly Message[]): Map<string, Message> =>
  new Map(entries.map((entry) => [text(entry, 1), all(entry, 2)[0] ?? new Map()]));

test("definitions say what they are and refer to each other", async () => {
  const { status, mediaType, json, text: body } = await get("application/json");
  expect([status, mediaType, json.swagger, json.info]).toEqual([
    200,
    "application/json",
    "2.0",
    { title: "Kubernetes", version: "v1.36.0+skates.test" },
  ]);
  const deployment = json.definitions["io.k8s.api.apps.v1.Deployment"];
  expect(deployment["x-kubernetes-group-version-kind"]).toEqual([{ group: "apps", kind: "Deployment", version: "v1" }]);
  expect(deployment.properties.spec.$ref).toBe("#/definitions/io.k8s.api.apps.v1.DeploymentSpec");
  expect(deployment.properties.spec.description).not.toBe("");
  expect(json.definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]).toMatchObject({
    type: "string",
    format: "int-or-string",
  });
  expect(json.definitions["io.k8s.api.core.v1.PodSpec"].properties.containers).toMatchObject({
    type: "array",
    items: { $ref: "#/definitions/io.k8s.api.core.v1.Container" },
    "x-kubernetes-patch-merge-key": "name",
    "x-kubernetes-patch-strategy": "merge",
  });
  const used = [...body.matchAll(/"\$ref":"#\/definitions\/([^"]+)"/g)].map((match) => match[1] ?? "");
  expect(used.length).toBeGreaterThan(1000);
  expect([...new Set(used)].filter((name) => !Object.hasOwn(json.definitions, name))).toEqual([]);
  expect(/components\/schemas|"(?:allOf|oneOf)":\[|"requestBody":|"content":\{"app/.exec(body)).toBeNull();
});

test("paths have operations with bodies as parameters", async () => {
  const { json } = await get("*/*");
  const { patch, parameters } = json.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
  expect(patch).toMatchObject({
    consumes: expect.arrayContaining(["application/apply-patch+yaml"]),
    produces: expect.arrayContaining(["application/json", "application/vnd.kubernetes.protobuf"]),
    schemes: ["https"],
    responses: { "200": { schema: { $ref: "#/definitions/io.k8s.api.apps.v1.Deployment" } } },
    "x-kubernetes-action": "patch",
    "x-kubernetes-group-version-kind": { group: "apps", kind: "Deployment", version: "v1" },
  });
  expect(patch.parameters[0]).toEqual({
    name: "body",
    in: "body",
    required: true,
    schema: { $ref: "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.Patch" },
  });
  expect(patch.parameters).toContainEqual(
    expect.objectContaining({ name: "fieldValidation", in: "query", type: "string", uniqueItems: true }),
  );
  expect(parameters.map((parameter: { name: string }) => parameter.name)).toEqual(["name", "namespace"]);
});

test("the protobuf form has the same definitions, properties and operations", async () => {
  const { json } = await get("application/json");
  const document = await protobuf();
  expect(text(document, 1)).toBe("2.0");
  const definitions = named(all(document, 9, 1));
  expect([...definitions.keys()].sort()).toEqual(Object.keys(json.definitions));
  for (const [name, schema] of definitions) {
    const properties = Object.keys(json.definitions[name].properties ?? {});
    expect([...named(all(schema, 25, 1)).keys()], name).toEqual(properties);
  }
  const containers = named(all(definitions.get("io.k8s.api.core.v1.PodSpec") ?? new Map(), 25, 1)).get("containers");
  expect(text(all(containers ?? new Map(), 22)[0], 1)).toBe("array");
  expect(text(all(containers ?? new Map(), 23, 1)[0], 1)).toBe("#/definitions/io.k8s.api.core.v1.Container");
  const paths = named(all(document, 8, 2));
  expect([...paths.keys()].sort()).toEqual(Object.keys(json.paths));
  const [patch] = all(paths.get("/api/v1/namespaces/{namespace}/pods/{name}") ?? new Map(), 8);
  const extensions = named(all(patch ?? new Map(), 13));
  expect(JSON.parse(text(extensions.get("x-kubernetes-group-version-kind"), 2))).toEqual({
    group: "",
    kind: "Pod",
    version: "v1",
  });
  const query = all(patch ?? new Map(), 8, 1, 2, 3).map((parameter) => text(parameter, 4));
  expect(query).toContain("fieldValidation");
});

test("forms are negotiated, also by the old name; what is known is not sent again", async () => {
  const old = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const { mediaType, headers } = await get(`${old}, application/json;q=0.5`);
  expect(mediaType).toBe(PROTOBUF);
  expect((await get(`${old};q=0.1, application/json`)).mediaType).toBe("application/json");
  expect((await get(PROTOBUF, { "if-none-match": headers["etag"] ?? "" })).status).toBe(304);
  expect((await get(PROTOBUF, { "if-none-match": '"other"' })).status).toBe(200);
  const refused = await get("text/html");
  expect([refused.status, refused.json.reason]).toEqual([406, "NotAcceptable"]);
});
