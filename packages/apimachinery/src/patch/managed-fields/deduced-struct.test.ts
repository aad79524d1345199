import { expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../../meta/v1/managed-fields-entry.ts";
import { ObjectMeta } from "../../meta/v1/object-meta.ts";
import { typeMeta } from "../../meta/v1/type-meta.ts";
import type { ApiObject } from "../../object.ts";
import { req, struct } from "../../schema/struct.ts";
import { ref } from "../../schema/type.ts";
import { StatusError } from "../../status.ts";
import { serverSideApply } from "./apply.ts";
import { updateManagedFields } from "./update.ts";

const API = "example.com/v1";
const Anything = struct(
  "example.com/v1.Anything",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
  },
  { keepsUnknown: true },
);

const anything = (content: object, managedFields?: readonly ManagedFieldsEntry[]): ApiObject =>
  ({
    apiVersion: API,
    kind: "Anything",
    metadata: { name: "a", ...(managedFields && { managedFields }) },
    ...content,
  }) as ApiObject;

function apply(manager: string, content: object, live?: ApiObject, force = false): ApiObject {
  const call = { struct: Anything, live, applied: anything(content), manager, apiVersion: API, force, nowMs: 0 };
  const { object, managedFields } = serverSideApply(call);
  const { metadata, ...rest } = object as ApiObject;
  return { ...rest, metadata: { ...metadata, managedFields } } as ApiObject;
}

const content = ({ apiVersion: _a, kind: _k, metadata: _m, ...rest }: ApiObject): object => rest;

test("what no schema names is owned by its members, lists as one", () => {
  const one = apply("one", { spec: { x: 1, list: [1, 2], empty: {} }, flag: false });
  expect(one.metadata.managedFields?.[0]?.fieldsV1).toEqual({
    "f:flag": {},
    "f:spec": { "f:empty": {}, "f:list": {}, "f:x": {} },
  });
  const two = apply("two", { spec: { y: { z: null } } }, one);
  expect(content(two)).toEqual({ spec: { x: 1, list: [1, 2], empty: {}, y: { z: null } }, flag: false });
  const less = apply("one", { spec: { x: 1 } }, two);
  expect(content(less)).toEqual({ spec: { x: 1, y: { z: null } } });
});

test("another applier is refused what is not its own", () => {
  const one = apply("one", { spec: { x: 1 } });
  expect(() => apply("two", { spec: { x: 2 } }, one)).toThrow(StatusError);
  expect(content(apply("two", { spec: "text" }, one, true))).toEqual({ spec: "text" });
});

test("updates own what they change, and names that objects inherit are values", () => {
  const one = apply("one", { spec: { x: 1, y: 1 } });
  const next = { ...one, spec: { x: 2, y: 1, inner: JSON.parse('{ "__proto__": 1, "constructor": 2 }') } } as ApiObject;
  const entries = updateManagedFields({ struct: Anything, old: one, next, manager: "up", apiVersion: API, nowMs: 0 });
  expect(entries?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ["one", { "f:spec": { "f:y": {} } }],
    ["up", { "f:spec": { "f:inner": {}, "f:x": {} } }],
  ]);
});
