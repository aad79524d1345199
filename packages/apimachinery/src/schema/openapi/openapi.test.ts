// OpenAPI definitions: names, required fields, merge rules and references, as clients read them.
import { expect, test } from "vitest";
import { LabelSelector } from "../../meta/v1/label-selector.ts";
import { Widget } from "../../testing/widget.ts";
import { struct } from "../struct.ts";
import { openApiDefinitions, openApiList } from "./definitions.ts";
import { definitionName } from "./names.ts";

const definitions = openApiDefinitions([Widget]);
const prefix = "com.example.test.v1.";

test("names are upstream's", () => {
  const name = (text: string) => definitionName(struct(text, {}));
  expect(name("core/v1.Pod")).toBe("io.k8s.api.core.v1.Pod");
  expect(name("rbac.authorization.k8s.io/v1.Role")).toBe("io.k8s.api.rbac.v1.Role");
  expect(name("apiextensions.k8s.io/v1.JSONSchemaProps")).toBe(
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps",
  );
  expect(name("gateway.networking.k8s.io/v1.Gateway")).toBe("io.k8s.networking.gateway.v1.Gateway");
  expect(definitionName(LabelSelector)).toBe("io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector");
});

test("a kind says which it is, and refers to its parts", () => {
  expect(definitions[`${prefix}Widget`]).toMatchObject({
    type: "object",
    "x-kubernetes-group-version-kind": [{ group: "test.example.com", kind: "Widget", version: "v1" }],
    properties: {
      metadata: {
        description: "Standard metadata.",
        allOf: [{ $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" }],
        default: {},
      },
    },
  });
});

test("everything that is referred to is there, and nothing is referred to bare beside other members", () => {
  const text = JSON.stringify(definitions);
  const referred = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)].map((match) => match[1] ?? "");
  expect(referred.filter((name) => !Object.hasOwn(definitions, name))).toEqual([]);
  expect(text).not.toMatch(/"\$ref":"[^"]*",/);
});

test("fields carry types, bounds and merge rules", () => {
  const spec = definitions[`${prefix}WidgetSpec`];
  expect(spec?.required).toEqual(["parts"]);
  expect(spec?.properties).toMatchObject({
    replicas: { type: "integer", format: "int32", default: 1, minimum: 0, description: "How many." },
    parts: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-patch-merge-key": "name",
      items: { default: {}, allOf: [{ $ref: `#/components/schemas/${prefix}Part` }] },
    },
    selector: {
      type: "object",
      "x-kubernetes-map-type": "atomic",
      additionalProperties: { type: "string", default: "" },
    },
    policy: { type: "string", enum: ["Always", "Never"], default: "Always" },
    tags: { type: "array", "x-kubernetes-list-type": "set" },
    strategy: { "x-kubernetes-patch-strategy": "retainKeys" },
    limits: { additionalProperties: { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity" } },
  });
  expect(definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]).toMatchObject({ format: "int-or-string" });
  expect(
    definitions["io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"] ??
      openApiDefinitions([LabelSelector])["io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"],
  ).toMatchObject({
    "x-kubernetes-map-type": "atomic",
  });
});

test("lists of a kind", () => {
  const [name, schema] = openApiList(Widget);
  expect(name).toBe(`${prefix}WidgetList`);
  expect(schema).toMatchObject({
    required: ["items"],
    "x-kubernetes-group-version-kind": [{ group: "test.example.com", kind: "WidgetList", version: "v1" }],
    properties: { items: { type: "array", items: { allOf: [{ $ref: `#/components/schemas/${prefix}Widget` }] } } },
  });
});
