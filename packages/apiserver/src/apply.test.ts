// Shows server-side apply over the wire; the merging itself is tested in apimachinery.
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(() => api.stop());

const PATH = "/api/v1/namespaces/default/configmaps/one";
const apply = (data: Record<string, string>, manager: string, query = "") =>
  api.call(
    "PATCH",
    `${PATH}?fieldManager=${manager}${query}`,
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data },
    { "content-type": "application/apply-patch+yaml" },
  );

test("creates, merges, takes away what is no longer applied, and refuses what others own", async () => {
  const created = await apply({ a: "1", b: "2" }, "first");
  expect([created.status, created.json.data, created.json.metadata.managedFields]).toMatchObject([
    201,
    { a: "1", b: "2" },
    [{ manager: "first", operation: "Apply" }],
  ]);
  const second = await apply({ c: "3" }, "second");
  expect([second.status, second.json.data]).toEqual([200, { a: "1", b: "2", c: "3" }]);
  const less = await apply({ a: "1" }, "first");
  expect(less.json.data).toEqual({ a: "1", c: "3" });
  const clash = await apply({ c: "4" }, "first");
  expect([clash.status, clash.json.reason, clash.json.details.causes]).toEqual([
    409,
    "Conflict",
    [{ reason: "FieldManagerConflict", message: 'conflict with "second"', field: ".data.c" }],
  ]);
  const forced = await apply({ c: "4" }, "first", "&force=true");
  expect([forced.status, forced.json.data]).toEqual([200, { c: "4" }]);
});

test("that changes nothing writes nothing", async () => {
  const first = await apply({ a: "1" }, "m");
  const again = await apply({ a: "1" }, "m");
  expect(again.json.metadata.resourceVersion).toBe(first.json.metadata.resourceVersion);
});

test("needs a manager, and force is for apply alone", async () => {
  const { status, json } = await apply({}, "");
  expect([status, json.message]).toEqual([
    422,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ]);
  const merge = await api.call("PATCH", `${PATH}?force=true`, {}, { "content-type": "application/merge-patch+json" });
  expect([merge.status, merge.json.message]).toEqual([
    422,
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ]);
});
