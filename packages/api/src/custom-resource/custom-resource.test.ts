// Schemas and types from structs and definitions: every type of the language, and a struct that contains itself.
import {
  bool,
  bytes,
  double,
  duration,
  int32,
  int64,
  intOrString,
  json,
  list,
  map,
  opt,
  quantity,
  rawExtension,
  ref,
  req,
  type Struct,
  string,
  struct,
  time,
} from "@skates/apimachinery";
import { expect, test } from "vitest";
import { crdOf, defineResource, schemaOf, typesOfDefinition } from "./index.ts";

const Node = struct("example.com/v1.Node", {
  name: req(1, string, "", { format: "dns1123Label" }),
  next: opt(
    2,
    ref<Node>((): Struct => Node),
    "",
  ),
});

interface Node {
  readonly name: string;
  readonly next?: Node | undefined;
}

const Everything = struct("example.com/v1.Everything", {
  on: opt(1, bool, ""),
  small: opt(2, int32, "", { minimum: 0, maximum: 9, default: 4 }),
  large: opt(3, int64, ""),
  real: opt(4, double, ""),
  blob: opt(5, bytes, ""),
  size: opt(6, quantity, ""),
  port: opt(7, intOrString, ""),
  at: opt(8, time, ""),
  wait: opt(9, duration, ""),
  any: opt(10, json, ""),
  object: opt(11, rawExtension, ""),
  tags: opt(12, list(string, "set"), "", { maxItems: 3 }),
  labels: opt(13, map(string, "atomic"), ""),
  node: opt(
    14,
    ref<Node>(() => Node),
    "A chain.",
    { immutable: true },
  ),
});

test("every type has its schema", () => {
  expect(schemaOf(Everything).properties).toEqual({
    on: { type: "boolean" },
    small: { type: "integer", format: "int32", minimum: 0, maximum: 9, default: 4 },
    large: { type: "integer", format: "int64" },
    real: { type: "number", format: "double" },
    blob: { type: "string", format: "byte" },
    size: { "x-kubernetes-int-or-string": true },
    port: { "x-kubernetes-int-or-string": true },
    at: { type: "string", format: "date-time" },
    wait: { type: "string" },
    any: { "x-kubernetes-preserve-unknown-fields": true },
    object: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
    tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set", maxItems: 3 },
    labels: { type: "object", additionalProperties: { type: "string" }, "x-kubernetes-map-type": "atomic" },
    node: {
      type: "object",
      description: "A chain.",
      properties: {
        name: { type: "string", format: "k8s-short-name" },
        next: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
      required: ["name"],
      "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "field is immutable" }],
    },
  });
});

test("rules, scale and selectable fields stand where upstream wants them", () => {
  const rule = { rule: "self.small > 0" };
  const definition = crdOf(
    defineResource({
      group: "example.com",
      version: "v1",
      kind: "Thing",
      plural: "things",
      namespaced: false,
      spec: Everything,
      scale: { spec: ".spec.small", status: ".status.small" },
      selectableFields: [".spec.wait"],
      validations: { spec: [rule], "": [{ rule: "true" }] },
    }),
  );
  const [version] = definition.spec.versions;
  expect([definition.spec.scope, version?.subresources, version?.selectableFields]).toEqual([
    "Cluster",
    { scale: { specReplicasPath: ".spec.small", statusReplicasPath: ".status.small" } },
    [{ jsonPath: ".spec.wait" }],
  ]);
  const schema = version?.schema?.openAPIV3Schema;
  expect(schema?.["x-kubernetes-validations"]).toEqual([{ rule: "true" }]);
  expect(schema?.properties?.["spec"]?.["x-kubernetes-validations"]).toEqual([rule]);
  const types = typesOfDefinition(definition);
  expect(types).toContain("  readonly labels?: { readonly [key: string]: string };");
  expect(types).toContain("  readonly size?: number | string;");
  expect(types).toContain("  readonly tags?: readonly string[];");
});
