// Who owns which field: entries after creates, updates and applies of a test kind; conflicts; the algebra of sets.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiObject } from "../../object.ts";
import { decodeValue } from "../../schema/decode.ts";
import { StatusError } from "../../status.ts";
import { Widget, widget } from "../../testing/widget.ts";
import { type Applied, serverSideApply } from "./apply.ts";
import { difference, EMPTY_SET, type FieldSet, fieldSetOf, intersection, paths, union, without } from "./field-set.ts";
import { updateManagedFields } from "./update.ts";

const API = "test.example.com/v1";
const at = (second: number) => Date.UTC(2026, 0, 1, 0, 0, second);
const time = (second: number) => `2026-01-01T00:00:0${second}Z`;
const read = (value: unknown) => decodeValue<Widget>(Widget, value).object;
type Live = Widget & ApiObject;

function update(
  old: Live | undefined,
  spec: object,
  options: { readonly manager: string; readonly second: number; readonly status?: object },
): Live {
  const { manager, second, status } = options;
  const rest = status === undefined ? {} : { status };
  const next = read(widget(spec, rest));
  const managedFields = updateManagedFields({ struct: Widget, old, next, manager, apiVersion: API, nowMs: at(second) });
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

function apply(
  live: Live | undefined,
  spec: object,
  options: { readonly manager: string; readonly second: number; readonly force?: boolean },
): Live {
  const applied = { apiVersion: API, kind: "Widget", metadata: { name: "w", namespace: "default" }, spec };
  const done: Applied = serverSideApply({
    struct: Widget,
    live,
    applied,
    manager: options.manager,
    apiVersion: API,
    force: options.force ?? false,
    nowMs: at(options.second),
  });
  const next = read(done.object);
  return { ...next, metadata: { ...next.metadata, managedFields: done.managedFields } };
}

const fieldsOf = (live: Live, manager: string) =>
  live.metadata.managedFields?.find((entry) => entry.manager === manager)?.fieldsV1;
const managers = (live: Live) => live.metadata.managedFields?.map((entry) => entry.manager);
const two = {
  parts: [{ name: "a", image: "one", ports: [{ port: 1, protocol: "TCP" }] }],
  selector: { k: "v" },
  tags: ["x"],
  limits: { cpu: "1" },
  replicas: 2,
};

describe("updates", () => {
  test("a creator owns all that it sent: leaves, items, keys; atomic values as a whole; not the identity", () => {
    const live = update(undefined, two, { manager: "kubectl-create", second: 1 });
    expect(live.metadata.managedFields).toEqual([
      {
        manager: "kubectl-create",
        operation: "Update",
        apiVersion: API,
        time: time(1),
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:spec": {
            "f:limits": { ".": {}, "f:cpu": {} },
            "f:parts": {
              'k:{"name":"a"}': {
                ".": {},
                "f:image": {},
                "f:name": {},
                "f:ports": {
                  ".": {},
                  'k:{"port":1,"protocol":"TCP"}': { ".": {}, "f:port": {}, "f:protocol": {}, "f:target": {} },
                },
                "f:resources": {},
              },
            },
            "f:replicas": {},
            "f:selector": {},
            "f:tags": { ".": {}, 'v:"x"': {} },
          },
        },
      },
    ]);
  });
  test("who changes a field takes it, and times tell who did what", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    const changed = update(created, { ...two, replicas: 3 }, { manager: "b", second: 2 });
    expect(fieldsOf(changed, "b")).toEqual({ "f:spec": { "f:replicas": {} } });
    expect(fieldsOf(changed, "a")?.["f:spec"]).not.toHaveProperty("f:replicas");
    expect(changed.metadata.managedFields?.map((entry) => entry.time)).toEqual([time(1), time(2)]);
  });
  test("what is gone belongs to nobody", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    const { limits: _, ...rest } = two;
    const removed = update(created, rest, { manager: "b", second: 2 });
    expect(managers(removed)).toEqual(["a"]);
    expect(fieldsOf(removed, "a")?.["f:spec"]).not.toHaveProperty("f:limits");
  });
  test("a write that changes nothing leaves the entries as they are", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    expect(update(created, two, { manager: "b", second: 2 }).metadata.managedFields).toBe(
      created.metadata.managedFields,
    );
  });
  test("the same manager has one entry per subresource, and ignored fields are not owned", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    const next = read(widget({ ...two, replicas: 9 }, { status: { replicas: 1, phase: "Ready" } }));
    const managedFields = updateManagedFields({
      struct: Widget,
      old: created,
      next,
      manager: "a",
      apiVersion: API,
      subresource: "status",
      nowMs: at(2),
      ignore: ["spec"],
    });
    expect(managedFields?.map((entry) => [entry.subresource, entry.fieldsV1])[1]).toEqual([
      "status",
      { "f:status": { "f:phase": {}, "f:replicas": {} } },
    ]);
  });
  test("one empty entry clears all; entries that were sent count; none sent keeps the stored ones", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    const call = (managedFields: readonly object[] | undefined) => {
      const next: Live = { ...created, metadata: { ...created.metadata, managedFields } };
      return updateManagedFields({ struct: Widget, old: created, next, manager: "b", apiVersion: API, nowMs: at(2) });
    };
    expect(call([{}])).toBeUndefined();
    expect(call(undefined)).toBe(created.metadata.managedFields);
    const own = [
      {
        manager: "me",
        operation: "Update",
        apiVersion: API,
        fieldsType: "FieldsV1",
        fieldsV1: { "f:spec": { "f:replicas": {} } },
      },
    ];
    expect(call(own)).toEqual(own);
  });
  test("entries of versions that are gone are dropped, those of others are compared in their version", () => {
    const created = update(undefined, two, { manager: "a", second: 1 });
    const old: Live = {
      ...created,
      metadata: {
        ...created.metadata,
        managedFields: created.metadata.managedFields?.map((entry) => ({
          ...entry,
          apiVersion: "test.example.com/v0",
        })),
      },
    };
    const next = read(widget({ ...two, replicas: 5 }));
    const args = { struct: Widget, old, next, manager: "b", apiVersion: API, nowMs: at(2) };
    expect(updateManagedFields(args)?.map((entry) => entry.manager)).toEqual(["b"]);
    const kept = updateManagedFields({ ...args, inVersion: () => ({ struct: Widget, old, next }) });
    expect(kept?.map((entry) => entry.manager)).toEqual(["a", "b"]);
    expect(kept?.[0]?.fieldsV1?.["f:spec"]).not.toHaveProperty("f:replicas");
  });
  test("no more than ten updaters are told apart", () => {
    let live = update(undefined, two, { manager: "m", second: 0 });
    for (let i = 0; i < 14; i++)
      live = update(
        live,
        { ...two, limits: { ...live.spec.limits, [`r${i}`]: "1" } },
        { manager: `m${i}`, second: i % 10 },
      );
    expect(live.metadata.managedFields).toHaveLength(10);
    expect(managers(live)).toContain("ancient-changes");
    const all = live.metadata.managedFields?.reduce(
      (set: FieldSet, entry) => union(set, (entry.fieldsV1 ?? {}) as FieldSet),
      EMPTY_SET,
    );
    expect(paths(all ?? {}).filter((path) => path.some((step) => step.startsWith("f:r1")))).toHaveLength(5);
  });
});

describe("server-side apply", () => {
  test("creates, and owns exactly what was said", () => {
    const live = apply(
      undefined,
      { replicas: 0, parts: [{ name: "a", ports: [{ port: 1 }] }], paused: false },
      { manager: "m", second: 1 },
    );
    expect(live.spec).toEqual({ replicas: 0, parts: [{ name: "a", ports: [{ port: 1 }] }] });
    expect(live.metadata.managedFields).toEqual([
      {
        manager: "m",
        operation: "Apply",
        apiVersion: API,
        time: time(1),
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:spec": {
            "f:parts": {
              'k:{"name":"a"}': {
                ".": {},
                "f:name": {},
                "f:ports": { 'k:{"port":1,"protocol":"TCP"}': { ".": {}, "f:port": {} } },
              },
            },
            "f:paused": {},
            "f:replicas": {},
          },
        },
      },
    ]);
  });
  test("leaves what others own, and removes what it does not say any more", () => {
    const first = apply(
      undefined,
      { replicas: 1, limits: { cpu: "1", memory: "1Gi" }, tags: ["x"], parts: [{ name: "a", image: "i" }] },
      { manager: "m", second: 1 },
    );
    const second = apply(
      first,
      { limits: { disk: "5" }, tags: ["y"], parts: [{ name: "b" }] },
      { manager: "n", second: 2 },
    );
    expect(second.spec).toEqual({
      replicas: 1,
      limits: { cpu: "1", memory: "1Gi", disk: "5" },
      tags: ["x", "y"],
      parts: [{ name: "a", image: "i" }, { name: "b" }],
    });
    const third = apply(second, { limits: { memory: "1Gi" }, parts: [] }, { manager: "m", second: 3 });
    expect(third.spec).toEqual({ limits: { memory: "1Gi", disk: "5" }, tags: ["y"], parts: [{ name: "b" }] });
  });
  test("shared fields stay until nobody wants them", () => {
    const first = apply(undefined, { replicas: 3, parts: [{ name: "a" }] }, { manager: "m", second: 1 });
    const shared = apply(first, { replicas: 3, parts: [{ name: "a" }] }, { manager: "n", second: 2 });
    expect(managers(shared)).toEqual(["n", "m"]);
    const left = apply(shared, { parts: [{ name: "a" }] }, { manager: "m", second: 3 });
    expect(left.spec.replicas).toBe(3);
    expect(apply(left, { parts: [{ name: "a" }] }, { manager: "n", second: 4 }).spec.replicas).toBeUndefined();
  });
  test("an item keeps standing while another owns something in it", () => {
    const first = apply(undefined, { parts: [{ name: "a", image: "i" }] }, { manager: "m", second: 1 });
    const second = apply(first, { parts: [{ name: "a", args: ["1"] }] }, { manager: "n", second: 2 });
    expect(apply(second, { parts: [] }, { manager: "m", second: 3 }).spec.parts).toEqual([{ name: "a", args: ["1"] }]);
  });
  test("conflicts are refused by name, or taken by force", () => {
    const first = update(
      undefined,
      { replicas: 1, parts: [{ name: "a", image: "i" }] },
      { manager: "kubectl", second: 1 },
    );
    const one = () => apply(first, { replicas: 2 }, { manager: "m", second: 2 });
    expect(one).toThrow(`Apply failed with 1 conflict: conflict with "kubectl" using ${API}: .spec.replicas`);
    let thrown: unknown;
    try {
      apply(first, { replicas: 2, parts: [{ name: "a", image: "j" }] }, { manager: "m", second: 2 });
    } catch (error) {
      thrown = error;
    }
    const owner = `"kubectl" using ${API}`;
    expect(thrown instanceof StatusError ? thrown.toStatus() : thrown).toMatchObject({
      code: 409,
      reason: "Conflict",
      message: `Apply failed with 2 conflicts: conflicts with ${owner}:\n- .spec.parts[name="a"].image\n- .spec.replicas`,
      details: {
        causes: [
          { reason: "FieldManagerConflict", message: `conflict with ${owner}`, field: '.spec.parts[name="a"].image' },
          { reason: "FieldManagerConflict", message: `conflict with ${owner}`, field: ".spec.replicas" },
        ],
      },
    });
    const forced = apply(first, { replicas: 2 }, { manager: "m", second: 2, force: true });
    expect([forced.spec.replicas, fieldsOf(forced, "m")]).toEqual([2, { "f:spec": { "f:replicas": {} } }]);
    expect(fieldsOf(forced, "kubectl")?.["f:spec"]).not.toHaveProperty("f:replicas");
  });
  test("the same value is no conflict; an apply that changes nothing has no time", () => {
    const first = update(
      undefined,
      { replicas: 1, limits: { cpu: "1" }, parts: [{ name: "a" }] },
      { manager: "k", second: 1 },
    );
    const shared = apply(first, { replicas: 1, limits: { cpu: "1000m" } }, { manager: "m", second: 2 });
    expect(managers(shared)).toEqual(["m", "k"]);
    expect(shared.metadata.managedFields?.map((entry) => entry.time)).toEqual([undefined, time(1)]);
  });
  test("twice is once", () => {
    const spec = { replicas: 1, parts: [{ name: "a", ports: [{ port: 1 }] }] };
    const once = apply(undefined, spec, { manager: "m", second: 1 });
    expect(apply(once, spec, { manager: "m", second: 5 })).toEqual(once);
  });
  test("items of the applied list keep its order, others their places", () => {
    const live = update(
      undefined,
      { parts: ["a", "x", "b", "c"].map((name) => ({ name })) },
      { manager: "k", second: 1 },
    );
    const next = apply(live, { parts: ["c", "n", "b"].map((name) => ({ name })) }, { manager: "m", second: 2 });
    expect(next.spec.parts.map((part) => part.name)).toEqual(["a", "x", "c", "n", "b"]);
  });
  test("an object that nobody was recorded for belonged to before-first-apply", () => {
    const live = read(widget({ replicas: 1 }));
    expect(() => apply(live, { replicas: 2 }, { manager: "m", second: 1 })).toThrow(
      'conflict with "before-first-apply"',
    );
    expect(managers(apply(live, { paused: true }, { manager: "m", second: 1 }))).toEqual(["m", "before-first-apply"]);
  });
  test("kubectl takes over what it applied client-side", () => {
    const annotation = "kubectl.kubernetes.io/last-applied-configuration";
    const lastApplied = JSON.stringify({
      apiVersion: API,
      kind: "Widget",
      metadata: { name: "w" },
      spec: { replicas: 1 },
    });
    const next = read({
      ...widget({ replicas: 1 }),
      metadata: { name: "w", annotations: { [annotation]: lastApplied } },
    });
    const managedFields = updateManagedFields({
      struct: Widget,
      old: undefined,
      next,
      manager: "kubectl-client-side-apply",
      apiVersion: API,
      nowMs: at(1),
    });
    const live: Live = { ...next, metadata: { ...next.metadata, managedFields } };
    expect(() => apply(live, { replicas: 2 }, { manager: "other", second: 2 })).toThrow("conflict with");
    const taken = apply(live, { replicas: 2, hostname: "<a&b>" }, { manager: "kubectl", second: 2 });
    expect(taken.spec.replicas).toBe(2);
    const synced =
      '{"apiVersion":"test.example.com/v1","kind":"Widget",' +
      '"metadata":{"annotations":{},"name":"w","namespace":"default"},"spec":{"hostname":"\\u003ca\\u0026b\\u003e","replicas":2}}\n';
    expect(taken.metadata.annotations?.[annotation]).toBe(synced);
  });
  test("what is refused", () => {
    const base = { struct: Widget, live: undefined, manager: "m", apiVersion: API, force: false, nowMs: 0 };
    const refused = (applied: unknown) => () => serverSideApply({ ...base, applied });
    expect(refused({ apiVersion: "v2" })).toThrow(
      `Incorrect version specified in apply patch. Specified patch version: v2, expected: ${API}`,
    );
    expect(refused({ metadata: { managedFields: [{ manager: "x" }] } })).toThrow("metadata.managedFields must be nil");
    expect(refused({ spec: { parts: [{ name: "a" }, { name: "a" }] } })).toThrow(
      '.spec.parts: duplicate entries for key [name="a"]',
    );
    expect(refused({ spec: { parts: [{ image: "a" }] } })).toThrow(
      "element 0: associative list with keys has an element that omits key fields",
    );
    expect(refused({ spec: { replicas: "x" } })).toThrow("cannot unmarshal string");
    expect(() => serverSideApply({ ...base, applied: { spec: { foo: 1 } } })).toThrow(
      /^failed to create typed patch object \(.*\): \.spec\.foo: field not declared in schema$/,
    );
  });
});

describe("sets", () => {
  const leaf = fc.constant<FieldSet>({});
  const { tree } = fc.letrec<{ tree: FieldSet }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.dictionary(fc.constantFrom("f:a", "f:b", 'k:{"n":1}', 'k:{"n":10}', 'v:"x"'), tie("tree"), {
        minKeys: 1,
        maxKeys: 3,
      }),
      fc.dictionary(fc.constantFrom("f:a", "f:c"), tie("tree"), { minKeys: 1 }).map((node) => ({ ".": {}, ...node })),
    ),
  }));
  const set = fc.dictionary(fc.constantFrom("f:spec", "f:status"), tree);
  const plain = (s: FieldSet) => new Set(paths(s).map((path) => path.join("/")));
  test("behave as sets of paths do", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const x = plain(a);
        const y = plain(b);
        expect(plain(union(a, b))).toEqual(new Set([...x, ...y]));
        expect(plain(intersection(a, b))).toEqual(new Set([...x].filter((path) => y.has(path))));
        expect(plain(difference(a, b))).toEqual(new Set([...x].filter((path) => !y.has(path))));
      }),
    );
  });
  test("sort numbers as numbers and share what they can", () => {
    const a: FieldSet = { "f:p": { 'k:{"n":10}': {} } };
    expect(Object.keys(union(a, { "f:p": { 'k:{"n":9}': {} } })["f:p"] ?? {})).toEqual(['k:{"n":9}', 'k:{"n":10}']);
    expect(union(a, a)).toBe(a);
    expect(union(a, { "f:p": { 'k:{"n":10}': {} } })).toBe(a);
    expect(difference(a, { "f:q": {} })).toBe(a);
  });
  test("whole subtrees can be left out", () => {
    const a: FieldSet = { "f:metadata": { "f:labels": { ".": {}, "f:a": {} } }, "f:status": { "f:x": {} } };
    expect(without(a, fieldSetOf(["status"]))).toEqual({ "f:metadata": { "f:labels": { ".": {}, "f:a": {} } } });
    expect(without(a, fieldSetOf(["metadata.labels"]))).toEqual({ "f:status": { "f:x": {} } });
  });
});
