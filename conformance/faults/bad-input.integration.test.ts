// What is wrong with a request is told in one message that names it, with a fitting code; the server goes on and nothing is lost.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Call, type SimulatedCluster, simulatedCluster } from "./simulated-cluster.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";
const PODS = "/api/v1/namespaces/default/pods";
const YAML = "application/yaml";

let cluster: SimulatedCluster;
beforeAll(async () => {
  cluster = await simulatedCluster();
  const up = await cluster.up();
  expect([up.code, up.stderr]).toEqual([0, ""]);
  expect(await cluster.put("kept", { a: "1" })).toBe(201);
});
afterAll(() => cluster.remove());

const map = (metadata: object, more: object = {}): string =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata, ...more });
const pod = (spec: object): string => JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec });

/** What is sent; code and reason of the answer; what its message must say. */
type Case = readonly [name: string, call: Call, code: number, reason: string, message: RegExp];
const post = (body: string | Uint8Array, type?: string, path = MAPS): Call => ({ method: "POST", path, body, type });

const CASES: readonly Case[] = [
  ["malformed JSON", post('{"kind": "ConfigMap",'), 400, "BadRequest", /unexpected end of JSON input|EOF/],
  ["malformed YAML", post("kind: ConfigMap\n\tmetadata: {", YAML), 400, "BadRequest", /yaml/i],
  ["no body", post(""), 400, "BadRequest", /./],
  ["a list where an object belongs", post("[1, 2]"), 400, "BadRequest", /./],
  [
    "an unknown field",
    { ...post(map({ name: "x" }, { dta: {} })), path: `${MAPS}?fieldValidation=Strict` },
    400,
    "BadRequest",
    /strict decoding error: unknown field "dta"/,
  ],
  [
    "a field given twice",
    {
      ...post('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","name":"y"}}'),
      path: `${MAPS}?fieldValidation=Strict`,
    },
    400,
    "BadRequest",
    /duplicate field "metadata.name"/,
  ],
  ["a number where a text belongs", post(map({ name: 5 })), 400, "BadRequest", /cannot unmarshal number.*name/],
  [
    "a text where a number belongs",
    { ...post(pod({ containers: [{ name: "c", image: "i", ports: [{ containerPort: "http" }] }] })), path: PODS },
    400,
    "BadRequest",
    /cannot unmarshal string.*containerPort/,
  ],
  ["a body over the limit", post(new Uint8Array((3 << 20) + 1)), 413, "RequestEntityTooLarge", /limit is 3145728/],
  [
    "an object over the limit",
    { ...post(pod({ containers: [{ name: "c", image: "i", args: ["x".repeat(1_600_000)] }] })), path: PODS },
    413,
    "RequestEntityTooLarge",
    /./,
  ],
  [
    "a name that is no DNS subdomain",
    post(map({ name: "Not_A_Name" })),
    422,
    "Invalid",
    /metadata\.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must/,
  ],
  [
    "a name that is no DNS label",
    {
      method: "POST",
      path: "/api/v1/namespaces",
      body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "a.b" } }),
    },
    422,
    "Invalid",
    /metadata\.name: Invalid value: "a\.b": must not contain dots/,
  ],
  ["no name", post(map({})), 422, "Invalid", /metadata\.name: Required value: name or generateName is required/],
  ["another kind than the path's", post(pod({ containers: [] })), 400, "BadRequest", /Pod/],
  ["another namespace than the path's", post(map({ name: "x", namespace: "other" })), 400, "BadRequest", /namespace/],
  ["a media type that nobody reads", post("<map/>", "text/xml"), 415, "UnsupportedMediaType", /./],
  [
    "a patch of an unknown kind",
    { method: "PATCH", path: `${MAPS}/kept`, body: "{}", type: "application/json" },
    415,
    "UnsupportedMediaType",
    /merge-patch/,
  ],
  [
    "a JSON patch that does not fit",
    {
      method: "PATCH",
      path: `${MAPS}/kept`,
      body: '[{"op":"remove","path":"/data/none"}]',
      type: "application/json-patch+json",
    },
    422,
    "Invalid",
    /./,
  ],
  [
    "a selector that is none",
    { path: `${MAPS}?labelSelector=a%20b%20c` },
    400,
    "BadRequest",
    /unable to parse requirement/,
  ],
  ["a continue token that is none", { path: `${MAPS}?limit=1&continue=nonsense` }, 400, "BadRequest", /continue/],
  [
    "a revision that is none",
    { path: `${MAPS}?resourceVersion=abc` },
    400,
    "BadRequest",
    /resourceVersion|resource version/,
  ],
  ["an object that is not there", { path: `${MAPS}/none` }, 404, "NotFound", /^configmaps "none" not found$/],
  ["a verb that the resource has not", { method: "PUT", path: MAPS, body: "{}" }, 405, "MethodNotAllowed", /./],
  [
    "an object that was changed meanwhile",
    { method: "PUT", path: `${MAPS}/kept`, body: map({ name: "kept", resourceVersion: "1" }) },
    409,
    "Conflict",
    /the object has been modified/,
  ],
];

describe("refused", () => {
  test.for(CASES)("%s", async ([, call, code, reason, message]) => {
    const answer = await cluster.call(call);
    expect(answer.json).toMatchObject({ kind: "Status", status: "Failure", code, reason });
    expect(answer.code).toBe(code);
    expect((answer.json as { message: string }).message).toMatch(message);
  });

  test("and nothing came of it, nor was anything lost", async () => {
    expect(await cluster.names()).toEqual(["kept"]);
    const kept = await cluster.call({ path: `${MAPS}/kept` });
    expect(kept.json).toMatchObject({ data: { a: "1" } });
    expect((await cluster.call({ path: "/readyz" })).text).toBe("ok");
  });
});

test("an unknown field is warned of unless strictness is asked for", async () => {
  const answer = await cluster.call(post(map({ name: "warned" }, { dta: {} })));
  expect([answer.code, answer.headers["warning"]]).toEqual([201, '299 - "unknown field \\"dta\\""']);
});

test("a watch from a revision that is gone is told 410, and a list goes on from the present", async () => {
  const first = (await cluster.call({ path: `${MAPS}/kept` })).json as { metadata: { resourceVersion: string } };
  const data = "x".repeat(150_000);
  for (let i = 0; i < 100; i++) {
    const body = JSON.stringify({ data: { large: `${i}${data}` } });
    const type = "application/merge-patch+json";
    expect((await cluster.call({ method: "PATCH", path: `${MAPS}/kept`, body, type })).code).toBe(200);
  }
  const watch = `${MAPS}?watch=true&timeoutSeconds=1&resourceVersion=`;
  const gone = await cluster.call({ path: `${watch}${first.metadata.resourceVersion}` });
  expect(gone.json).toMatchObject({
    type: "ERROR",
    object: {
      kind: "Status",
      code: 410,
      reason: "Expired",
      message: expect.stringMatching(/^too old resource version: /),
    },
  });
  const list = (await cluster.call({ path: MAPS })).json as { metadata: { resourceVersion: string } };
  const present = await cluster.call({ path: `${watch}${list.metadata.resourceVersion}` });
  expect([present.code, present.text]).toEqual([200, ""]);
});

describe("nobody", () => {
  test.for([
    ["/version", 200],
    ["/healthz", 200],
    ["/livez", 200],
    ["/readyz", 200],
    ["/api", 401],
    ["/apis", 401],
    ["/openapi/v3", 401],
    ["/metrics", 401],
    [MAPS, 401],
  ] as const)("asks for %s: %d", async ([path, code]) => {
    expect((await cluster.call({ path, identity: "nobody" })).code).toBe(code);
  });
});
