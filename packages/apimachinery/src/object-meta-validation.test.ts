// Metadata of objects and the refusal that findings become, in upstream's words.
import { describe, expect, test } from "vitest";
import { invalidStatus, statusOf, strictDecodingError } from "./invalid-status.ts";
import type { ObjectMeta } from "./meta/v1/object-meta.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "./object-meta-validation.ts";
import { formatFieldError, invalid, required } from "./schema/field-error.ts";
import { notFound } from "./status.ts";

const valid: ObjectMeta = { name: "web", namespace: "default", resourceVersion: "1", uid: "u", generation: 1 };
const create = (meta: Partial<ObjectMeta>, rules: object = {}) =>
  validateObjectMeta({ ...valid, ...meta }, { namespaced: true, ...rules }).map(formatFieldError);
const update = (meta: Partial<ObjectMeta>, old: Partial<ObjectMeta> = {}) =>
  validateObjectMetaUpdate({ ...valid, ...meta }, { ...valid, ...old }).map(formatFieldError);
const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "x" };

describe("create", () => {
  test("valid metadata", () => {
    const rest = {
      labels: { a: "b" },
      annotations: { "Example.com/X": "any text" },
      ownerReferences: [owner],
      finalizers: ["example.com/f"],
    };
    expect(create({ ...rest, generateName: "web-" })).toEqual([]);
    expect(create({ namespace: undefined }, { namespaced: false })).toEqual([]);
    expect(create({ name: "a_b:C" }, { nameFormat: "pathSegmentName" })).toEqual([]);
  });
  test.each<[Partial<ObjectMeta>, string]>([
    [{ name: "" }, "metadata.name: Required value: name or generateName is required"],
    [{ name: "Web" }, 'metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of'],
    [{ generateName: "We-" }, 'metadata.generateName: Invalid value: "We-": a lowercase RFC 1123 subdomain must'],
    [{ namespace: "" }, "metadata.namespace: Required value"],
    [{ namespace: "a.b" }, 'metadata.namespace: Invalid value: "a.b": must not contain dots'],
    [
      { labels: { a: "b c" } },
      'metadata.labels: Invalid value: "b c": a valid label must be an empty string or consist',
    ],
    [{ annotations: { "a b": "" } }, 'metadata.annotations: Invalid value: "a b": name part must consist of'],
    [
      { annotations: { a: "x".repeat(256 * 1024) } },
      "metadata.annotations: Too long: may not be more than 262144 bytes",
    ],
    [
      { ownerReferences: [{ ...owner, uid: "" }] },
      "metadata.ownerReferences[0].uid: Required value: must not be empty",
    ],
    [
      { ownerReferences: [{ ...owner, apiVersion: "a/b/c" }] },
      'metadata.ownerReferences[0].apiVersion: Invalid value: "a/b/c": must be <group>/<version> or <version>',
    ],
    [{ finalizers: ["a b"] }, 'metadata.finalizers: Invalid value: "a b": name part must consist of'],
    [
      { finalizers: ["orphan", "foregroundDeletion"] },
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [{ generation: -1 }, "metadata.generation: Invalid value: -1: must be greater than or equal to 0"],
    [{ managedFields: [{ manager: "m" }] }, "metadata.managedFields[0].operation: Required value: must not be empty"],
    [
      { managedFields: [{ operation: "Update", fieldsType: "X" }] },
      'metadata.managedFields[0].fieldsType: Invalid value: "X": must be `FieldsV1`',
    ],
  ])("%j", (meta, start) => {
    const found = create(meta);
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(0, start.length)).toBe(start);
  });
  test("cluster-scoped kinds have no namespace", () => {
    expect(create({}, { namespaced: false })).toEqual(["metadata.namespace: Forbidden: not allowed on this type"]);
  });
  test("two controllers", () => {
    const both = [
      { ...owner, controller: true },
      { ...owner, name: "s", controller: true },
    ];
    expect(create({ ownerReferences: both })[0]).toContain(
      'Only one reference can have Controller set to true. Found "true" in references for ReplicaSet/r and ReplicaSet/s',
    );
  });
});

describe("update", () => {
  test("nothing changed", () => {
    expect(update({})).toEqual([]);
  });
  test.each<[Partial<ObjectMeta>, Partial<ObjectMeta>, string]>([
    [{ uid: "v" }, {}, 'metadata.uid: Invalid value: "v": field is immutable'],
    [{ name: "x" }, {}, 'metadata.name: Invalid value: "x": field is immutable'],
    [{ resourceVersion: "" }, {}, 'metadata.resourceVersion: Invalid value: "": must be specified for an update'],
    [{ generation: 1 }, { generation: 2 }, "metadata.generation: Invalid value: 1: must not be decremented"],
    [
      { deletionTimestamp: "2026-01-01T00:00:00Z" },
      {},
      'metadata.deletionTimestamp: Invalid value: "2026-01-01T00:00:00Z": field is immutable',
    ],
    [
      { creationTimestamp: undefined },
      { creationTimestamp: "2026-01-01T00:00:00Z" },
      "metadata.creationTimestamp: Invalid value: null: field is immutable",
    ],
    [
      { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a.b/c", "d.e/f"] },
      { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a.b/c"] },
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"d.e/f"}',
    ],
  ])("%j after %j", (meta, old, expected) => {
    expect(update(meta, old)).toEqual([expected]);
  });
});

describe("refusals", () => {
  test("one finding, several findings, one cause each", () => {
    const one = invalidStatus("Pod", "web", [required(["spec", "containers"])]).toStatus();
    expect(one).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'Pod "web" is invalid: spec.containers: Required value',
      reason: "Invalid",
      details: {
        name: "web",
        kind: "Pod",
        causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.containers" }],
      },
      code: 422,
    });
    const findings = [invalid(["a"], { x: 1 }, "bad"), invalid(["b", 0], 2, "worse"), invalid(["b", 0], 2, "worse")];
    const two = invalidStatus({ group: "apps", kind: "Deployment" }, "d", findings);
    expect(two.message).toBe(
      'Deployment.apps "d" is invalid: [a: Invalid value: {"x":1}: bad, b[0]: Invalid value: 2: worse]',
    );
    expect(two.details?.causes).toHaveLength(3);
  });
  test("strict decoding", () => {
    const error = strictDecodingError({ group: "apps", kind: "Deployment" }, "v1", [
      'unknown field "spec.foo"',
      'duplicate field "spec.x"',
    ]);
    expect(error.message).toBe(
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.foo", duplicate field "spec.x"',
    );
  });
  test("what was thrown becomes a Status", () => {
    expect(statusOf(notFound({ group: "", plural: "pods" }, "x"))).toMatchObject({
      code: 404,
      message: 'pods "x" not found',
    });
    expect(statusOf(new Error("boom"))).toMatchObject({
      code: 500,
      reason: "InternalError",
      message: "Internal error occurred: boom",
    });
  });
});
