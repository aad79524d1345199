// What upstream refuses in definitions, each with its message and its path; and that all versions alike are named once.
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from "@skates/api/apiextensions/v1";
import { formatFieldError } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { checkDefinition, structuralFindings } from "./check-definition.ts";

const version = (schema: object, more: object = {}): CustomResourceDefinitionVersion => ({
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: "object", ...schema } },
  ...more,
});

const definition = (...versions: readonly CustomResourceDefinitionVersion[]): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "boats.example.com" },
  spec: { group: "example.com", scope: "Namespaced", names: { plural: "boats", kind: "Boat" }, versions },
});

const ROOT = "spec.validation.openAPIV3Schema";
const A = `${ROOT}.properties[a]`;
const findings = (schema: object, more: object = {}): readonly string[] =>
  checkDefinition(definition(version(schema, more)), undefined).map(formatFieldError);
const property = (a: object): readonly string[] => findings({ properties: { a } });

const ITEM = { type: "object", required: ["k"], properties: { k: { type: "string" } } };
const mapOf = (items: object, keys: readonly string[] = ["k"]): object => ({
  type: "array",
  items,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": keys,
});

test.each([
  [{}, [`${A}.type: Required value: must not be empty for specified object fields`]],
  [{ type: "array" }, [`${A}.items: Required value: must be specified`]],
  [{ type: "array", items: {} }, [`${A}.items.type: Required value: must not be empty for specified array items`]],
  [
    { type: "null" },
    [
      `${A}.type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      `${A}.type: Forbidden: type cannot be set to null, use nullable as an alternative`,
    ],
  ],
  [
    { type: "string", pattern: "(" },
    [
      `${A}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
  ],
  [
    { type: "object", anyOf: [{ properties: { b: { type: "string", description: "no" } } }] },
    [
      `${A}.anyOf[0].properties[b].type: Forbidden: must be empty to be structural`,
      `${A}.anyOf[0].properties[b].description: Forbidden: must be empty to be structural`,
      // Upstream checks what junctions cover from the root only.
    ],
  ],
  [{ "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] }, []],
  [
    { "x-kubernetes-int-or-string": true, "x-kubernetes-preserve-unknown-fields": true },
    [
      `${A}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
    ],
  ],
  [
    { type: "string", "x-kubernetes-embedded-resource": true },
    [
      `${A}.type: Invalid value: "string": must be object if x-kubernetes-embedded-resource is true`,
      `${A}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
    ],
  ],
  [
    { type: "object", properties: { b: { type: "string" } }, additionalProperties: { type: "string" } },
    [`${A}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
  ],
  [
    { type: "object", "x-kubernetes-preserve-unknown-fields": false },
    [`${A}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
  ],
  [
    { type: "array", items: { type: "string" }, uniqueItems: true },
    [`${A}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`],
  ],
  [
    { type: "string", "x-kubernetes-map-type": "odd" },
    [
      `${A}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`,
      `${A}.x-kubernetes-map-type: Unsupported value: "odd": supported values: "atomic", "granular"`,
    ],
  ],
  [
    mapOf({ type: "object", properties: { k: { type: "string" } } }, ["k", "k", "z"]),
    [
      `${A}.x-kubernetes-list-map-keys: Invalid value: ["k","k","z"]: must not contain duplicate entries`,
      `${A}.x-kubernetes-list-map-keys: Invalid value: ["k","k","z"]: entries must all be names of item properties`,
      `${A}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      `${A}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
    ],
  ],
  [mapOf(ITEM), []],
  [
    mapOf({ ...ITEM, nullable: true }),
    [`${A}.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is map`],
  ],
  [
    mapOf({ ...ITEM, properties: { k: { type: "array", items: { type: "string" } } } }),
    [
      `${A}.items.properties[k].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
    ],
  ],
  [
    { type: "array", items: ITEM, "x-kubernetes-list-type": "set" },
    [
      `${A}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
  ],
  [
    { type: "array", items: ITEM, "x-kubernetes-list-map-keys": ["k"] },
    [`${A}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`],
  ],
  [
    { type: "integer", minimum: 3, default: 1 },
    [`${A}.default: Invalid value: 1:  in body should be greater than or equal to 3`],
  ],
  [
    { type: "object", properties: { b: { type: "string" } }, default: { c: 1 } },
    [`${A}.default: Invalid value: {"c":1}: must not have unknown fields`],
  ],
])("%j", (schema, wanted) => {
  expect(property(schema)).toEqual(wanted);
});

test("the root is an object whose metadata is what all objects have", () => {
  expect(findings({ type: "string" })).toEqual([`${ROOT}.type: Invalid value: "string": must be object at the root`]);
  const metadata = { type: "object", properties: { name: { type: "string", maxLength: 8 } } };
  expect(findings({ properties: { metadata } })).toEqual([]);
  const labels = { type: "object", properties: { labels: { type: "object" } } };
  expect(findings({ properties: { metadata: labels } })).toEqual([
    `${ROOT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
  ]);
  expect(
    findings({ properties: { a: { type: "string" } }, oneOf: [{ required: ["b"], properties: { b: {} } }] }),
  ).toEqual([`${ROOT}.properties[b]: Required value: because it is defined in ${ROOT}.oneOf[0].properties[b]`]);
  expect(findings({ additionalProperties: { type: "string" } })).toEqual([
    `${ROOT}.additionalProperties: Forbidden: must not be used at the root`,
  ]);
  const oneOf = findings({ oneOf: [{}] }, { subresources: { status: {} } });
  expect(oneOf[0]).toContain("fields are allowed at the root of the schema if the status subresource is enabled");
});

test("columns, scales and selectable fields point at what there is", () => {
  const columns = [{ name: "A", type: "odd", format: "odd", jsonPath: "a" }];
  const scale = { specReplicasPath: ".a", statusReplicasPath: "b", labelSelectorPath: ".c" };
  const selectableFields = [
    { jsonPath: ".a" },
    { jsonPath: ".a" },
    { jsonPath: ".b" },
    { jsonPath: ".c" },
    { jsonPath: ".c['d']" },
    { jsonPath: "a" },
  ];
  const schema = {
    properties: { a: { type: "string" }, c: { type: "object", properties: { d: { type: "string" } } } },
  };
  expect(findings(schema, { additionalPrinterColumns: columns, subresources: { scale }, selectableFields })).toEqual([
    'spec.subresources.scale.specReplicasPath: Invalid value: ".a": should be a json path under .spec',
    'spec.subresources.scale.statusReplicasPath: Invalid value: "b": must be a simple json path starting with .',
    'spec.subresources.scale.labelSelectorPath: Invalid value: ".c": should be a json path under either .spec or .status',
    'spec.additionalPrinterColumns[0].type: Invalid value: "odd": must be one of boolean,date,integer,number,string',
    'spec.additionalPrinterColumns[0].format: Invalid value: "odd": must be one of byte,date,date-time,double,float,int32,int64,password',
    'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    'spec.selectableFields[1].jsonPath: Duplicate value: ".a"',
    'spec.selectableFields[2].jsonPath: Invalid value: ".b": is an invalid path: does not refer to a valid field',
    'spec.selectableFields[3].jsonPath: Invalid value: ".c": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    `spec.selectableFields[4].jsonPath: Invalid value: ".c['d']": is an invalid path: array notation is not allowed`,
    'spec.selectableFields[5].jsonPath: Invalid value: "a": is an invalid path: expected [ or . but got: a',
  ]);
});

test("versions that differ are named one by one, and what did not change is tolerated", () => {
  const bad = version({ properties: { a: {} } });
  const good = version({}, { name: "v2", storage: false });
  const text = `properties[a].type: Required value: must not be empty for specified object fields`;
  const found = checkDefinition(definition(good, bad), undefined).map(formatFieldError);
  expect(found).toEqual([`spec.versions[1].schema.openAPIV3Schema.${text}`]);
  expect(checkDefinition(definition(good, bad), definition(bad))).toEqual([]);
  expect(structuralFindings(definition(bad)).map(formatFieldError)).toEqual([
    `spec.versions[0].schema.openAPIV3Schema.${text}`,
  ]);
});

test("a schema that is nested without end is refused, not walked", () => {
  let schema: object = { type: "string" };
  for (let depth = 0; depth < 2000; depth++) schema = { type: "object", properties: { a: schema } };
  expect(findings(schema)).toEqual([`${ROOT}: Invalid value: "": schemas may be nested 300 deep at most`]);
});
