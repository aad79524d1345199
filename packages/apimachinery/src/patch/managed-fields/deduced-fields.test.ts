import { expect, test } from "vitest";
import type { ManagedFieldsEntry } from "../../meta/v1/managed-fields-entry.ts";
import { ObjectMeta } from "../../meta/v1/object-meta.ts";
import { typeMeta } from "../../meta/v1/type-meta.ts";
import type { ApiObject } from "../../object.ts";
import { opt, req, struct } from "../../schema/struct.ts";
import { deducedJson, json, ref } from "../../schema/type.ts";
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
    "f:spec": { ".": {}, "f:empty": {}, "f:list": {}, "f:x": {} },
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

test("updates own what they change, also names that objects inherit", () => {
  const one = apply("one", { spec: { x: 1, y: 1 } });
  const next = { ...one, spec: { x: 2, y: 1, inner: JSON.parse('{ "__proto__": 1, "constructor": 2 }') } } as ApiObject;
  const owned = JSON.parse('{ ".": {}, "f:__proto__": {}, "f:constructor": {} }');
  const entries = updateManagedFields({ struct: Anything, old: one, next, manager: "up", apiVersion: API, nowMs: 0 });
  expect(entries?.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ["one", { "f:spec": { ".": {}, "f:y": {} } }],
    ["up", { "f:spec": { "f:inner": owned, "f:x": {} } }],
  ]);
});

test("within a schema, what keeps unknown members is owned by them, and other JSON as one", () => {
  const Chart = struct("example.com/v1.Chart", {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    values: opt(2, deducedJson, ""),
    example: opt(3, json, ""),
  });
  const call = (manager: string, applied: object, live?: ApiObject) =>
    serverSideApply({
      struct: Chart,
      live,
      applied: anything(applied),
      manager,
      apiVersion: API,
      force: false,
      nowMs: 0,
    });
  const one = call("one", { values: { image: { tag: "v1" }, ports: [1] }, example: { a: 1 } });
  expect(one.managedFields?.[0]?.fieldsV1).toEqual({
    "f:example": {},
    "f:values": { "f:image": { ".": {}, "f:tag": {} }, "f:ports": {} },
  });
  const live = { ...(one.object as ApiObject), metadata: { name: "a", managedFields: one.managedFields } } as ApiObject;
  expect(content(call("two", { values: { image: { pull: "Always" } } }, live).object as ApiObject)).toEqual({
    values: { image: { tag: "v1", pull: "Always" }, ports: [1] },
    example: { a: 1 },
  });
  expect(() => call("two", { values: { image: { tag: "v2" } } }, live)).toThrow(
    /conflict with "one": .values.image.tag/,
  );
  const made = { ...(one.object as ApiObject), metadata: { name: "a" } } as ApiObject;
  const created = updateManagedFields({
    struct: Chart,
    old: undefined,
    next: made,
    manager: "up",
    apiVersion: API,
    nowMs: 0,
  });
  expect(created?.[0]?.fieldsV1).toEqual({
    "f:example": {},
    "f:values": { ".": {}, "f:image": { ".": {}, "f:tag": {} }, "f:ports": {} },
  });
});
