// The parts that definitions are compiled with: paths of columns, completion, formats, and checks of schemas.
import type { CustomResourceDefinition } from "@skates/api/apiextensions/v1";
import { formatFieldError } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { startTestServer } from "../test-server.ts";
import { checkDefinition } from "./check-definition.ts";
import { compileDefinition } from "./compile-definition.ts";
import { completeValue } from "./complete-value.ts";
import { jsonPath } from "./json-path.ts";
import { structuralSchema } from "./structural-schema.ts";
import { validateCustom } from "./validate-custom.ts";

test("paths find members, items, quoted names and what a filter lets through", () => {
  const object = {
    a: {
      "b.c": [
        { t: "x", v: 1 },
        { t: "y", v: 2 },
      ],
    },
  };
  const find = (path: string) => jsonPath(path)?.(object);
  expect(find(".a['b.c'][0].v")).toEqual([1]);
  expect(find(".a.b\\.c[*].v")).toEqual([1, 2]);
  expect(find('.a.b\\.c[?(@.t=="y")].v')).toEqual([2]);
  expect(find('.a.b\\.c[?(@.t!="y")].v')).toEqual([1]);
  expect(find(".a.none")).toEqual([]);
  expect(jsonPath("a.b")).toBeUndefined();
  expect(jsonPath(".a[")).toBeUndefined();
});

test("values lose what is unknown and get what is missing", () => {
  const schema = structuralSchema({
    type: "object",
    properties: {
      a: { type: "object", default: {}, properties: { n: { type: "integer", default: 3 } } },
      open: {
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
        properties: { shut: { type: "object", properties: {} } },
      },
    },
  });
  const value = { gone: 1, open: { kept: 1, shut: { gone: 1 } } };
  const done = completeValue(schema, value);
  expect(done).toEqual({ a: { n: 3 }, open: { kept: 1, shut: {} } });
  expect(completeValue(schema, done)).toBe(done);
});

test("junctions", () => {
  const one = structuralSchema({ oneOf: [{ required: ["a"] }, { required: ["b"] }] });
  const messages = (value: unknown) => validateCustom(one, value, undefined, ["spec"]).map((error) => error.detail);
  expect(messages({ a: 1 })).toEqual([]);
  expect(messages({})).toEqual(['"spec" must validate one and only one schema (oneOf). Found none valid', ""]);
  expect(messages({ a: 1, b: 1 })).toEqual([
    '"spec" must validate one and only one schema (oneOf). Found 2 valid alternatives',
  ]);
});

const definition = (spec: object): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "boats.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "boats", kind: "Boat" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
      },
    ],
  },
});

test("a schema that contradicts itself is refused; what was there before is not", () => {
  const bad = definition({
    type: "object",
    properties: { list: { type: "array" }, pattern: { type: "string", pattern: "(", default: 1 } },
    additionalProperties: { type: "string" },
  });
  const at = "spec.validation.openAPIV3Schema.properties[spec]";
  expect(checkDefinition(bad, undefined).map(formatFieldError)).toEqual(
    expect.arrayContaining([
      `${at}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
      `${at}.properties[list].items: Required value: must be specified`,
    ]),
  );
  expect(checkDefinition(bad, bad)).toEqual([]);
});

test("custom objects come as tables, take no protobuf and no strategic patches, and are applied by keys", async () => {
  const item = { type: "object", required: ["name"], properties: { name: { type: "string" }, n: { type: "integer" } } };
  const lists = {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    items: item,
  };
  const [boats] = compileDefinition(definition({ type: "object", properties: { lists } }), {
    terminating: () => false,
  });
  if (boats === undefined) throw new Error("nothing was compiled");
  const api = await startTestServer({ resources: [boats] });
  try {
    const path = "/apis/example.com/v1/namespaces/default/boats";
    const body = (items: object[]) => ({
      apiVersion: "example.com/v1",
      kind: "Boat",
      metadata: { name: "a" },
      spec: { lists: items },
    });
    const apply = (manager: string, items: object[]) =>
      api.call("PATCH", `${path}/a?fieldManager=${manager}`, body(items), {
        "content-type": "application/apply-patch+yaml",
      });
    expect((await apply("one", [{ name: "x", n: 1 }])).status).toBe(201);
    expect((await apply("two", [{ name: "y", n: 2 }])).json.spec.lists).toEqual([
      { name: "x", n: 1 },
      { name: "y", n: 2 },
    ]);
    expect((await apply("two", [{ name: "x", n: 5 }])).status).toBe(409);
    expect((await apply("one", [])).json.spec.lists).toEqual([{ name: "y", n: 2 }]);
    const as = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
    const table = (await api.call("GET", path, undefined, as)).json;
    expect([table.kind, table.columnDefinitions.map((one: { name: string }) => one.name)]).toEqual([
      "Table",
      ["Name", "Age"],
    ]);
    const refused = (type: string) => api.call("PATCH", `${path}/a`, {}, { "content-type": type });
    expect((await refused("application/strategic-merge-patch+json")).status).toBe(415);
    const protobuf = { "content-type": "application/vnd.kubernetes.protobuf" };
    expect((await api.call("POST", path, new Uint8Array([1]), protobuf)).status).toBe(415);
  } finally {
    await api.stop();
  }
});
