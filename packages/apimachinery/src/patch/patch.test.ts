// JSON patch, merge patch and strategic merge patch: documents, patches and results; malformed patches and their refusals.
import { describe, expect, test } from "vitest";
import { StatusError } from "../status.ts";
import { Widget, widget } from "../testing/widget.ts";
import { JSON_PATCH_OPERATION_LIMIT, jsonPatch, parseJsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { strategicMergePatch } from "./strategic-merge-patch.ts";

function refusal(act: () => unknown): { readonly reason: string; readonly message: string; readonly cause: string } {
  try {
    act();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return {
      reason: error.reason,
      message: error.message,
      cause: error.cause instanceof Error ? error.cause.message : "",
    };
  }
  throw new Error("was accepted");
}

describe("JSON patch", () => {
  const apply = (document: unknown, ...operations: object[]) => jsonPatch(document, parseJsonPatch(operations));
  test.each<[string, unknown, object[], unknown]>([
    ["add a member", { a: 1 }, [{ op: "add", path: "/b", value: [2] }], { a: 1, b: [2] }],
    ["add replaces", { a: 1 }, [{ op: "add", path: "/a", value: 2 }], { a: 2 }],
    [
      "add to a list",
      { l: [1, 3] },
      [
        { op: "add", path: "/l/1", value: 2 },
        { op: "add", path: "/l/-", value: 4 },
      ],
      { l: [1, 2, 3, 4] },
    ],
    ["escaped steps", { m: {} }, [{ op: "add", path: "/m/a~1b~0c", value: 1 }], { m: { "a/b~c": 1 } }],
    [
      "remove",
      { a: 1, l: [1, 2] },
      [
        { op: "remove", path: "/a" },
        { op: "remove", path: "/l/0" },
      ],
      { l: [2] },
    ],
    ["replace", { a: { b: 1 } }, [{ op: "replace", path: "/a/b", value: null }], { a: { b: null } }],
    ["move", { a: 1, l: [] }, [{ op: "move", from: "/a", path: "/l/0" }], { l: [1] }],
    ["copy", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
    ["test", { a: { x: 1, y: [2] } }, [{ op: "test", path: "/a", value: { y: [2], x: 1 } }], { a: { x: 1, y: [2] } }],
    ["the whole document", { a: 1 }, [{ op: "replace", path: "", value: { b: 2 } }], { b: 2 }],
  ])("%s", (_, document, operations, expected) => {
    expect(apply(document, ...operations)).toEqual(expected);
  });
  test("the document itself stays as it was, and what was not touched is shared", () => {
    const document = Object.freeze({ a: Object.freeze({ x: 1 }), b: Object.freeze([1]) });
    const next = apply(document, { op: "add", path: "/b/0", value: 0 }) as typeof document;
    expect(next.a).toBe(document.a);
    expect(document.b).toEqual([1]);
  });
  test.each<[object, string]>([
    [
      { op: "replace", path: "/x", value: 1 },
      "replace operation does not apply: doc is missing key: /x: missing value",
    ],
    [{ op: "remove", path: "/x" }, "remove operation does not apply: doc is missing key: /x: missing value"],
    [{ op: "add", path: "/x/y", value: 1 }, "add operation does not apply: doc is missing path: /x/y: missing value"],
    [
      { op: "add", path: "/l/7", value: 1 },
      "add operation does not apply: error in add for path: '/l/7': Unable to access invalid index: 7: invalid index referenced",
    ],
    [{ op: "test", path: "/a", value: 2 }, "testing value /a failed: test failed"],
    [{ op: "frob", path: "/a" }, "Unexpected kind: frob"],
  ])("%j does not apply: 422, and the reason stays inside", (operation, cause) => {
    expect(refusal(() => apply({ a: 1, l: [] }, operation))).toEqual({
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      cause,
    });
  });
  test("malformed patches", () => {
    expect(refusal(() => parseJsonPatch({})).message).toBe(
      "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
    );
    expect(refusal(() => parseJsonPatch([1])).message).toBe(
      "json: cannot unmarshal number into Go value of type jsonpatch.Operation",
    );
    const many = Array.from({ length: JSON_PATCH_OPERATION_LIMIT + 1 }, () => ({ op: "test", path: "", value: 1 }));
    expect(refusal(() => parseJsonPatch(many))).toMatchObject({
      reason: "RequestEntityTooLarge",
      message: "The allowed maximum operations in a JSON patch is 10000, got 10001",
    });
  });
  test("copies that double a document again and again are refused", () => {
    const operations = Array.from({ length: 60 }, (_, i) => ({ op: "copy", from: "/a", path: `/a/x${i}` }));
    expect(refusal(() => apply({ a: { text: "some" } }, ...operations)).cause).toContain("exceeding the limit 3145728");
  });
  test("dangerous names are names like any other", () => {
    const next = apply({}, { op: "add", path: "/__proto__", value: { polluted: true } });
    expect(Object.keys(next as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("merge patch", () => {
  test.each<[unknown, object, unknown]>([
    [
      { a: "b", c: { d: 1, e: 2 } },
      { a: "z", c: { e: null } },
      { a: "z", c: { d: 1 } },
    ],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: "b" }, { a: { b: { c: null, d: 1 } } }, { a: { b: { d: 1 } } }],
    [{}, { a: null }, {}],
  ])("%j + %j", (document, patch, expected) => {
    expect(mergePatch(document, patch)).toEqual(expected);
  });
  test("what does not change is shared", () => {
    const document = { a: { b: 1 }, c: 2 };
    expect(mergePatch(document, { c: 2, x: null })).toBe(document);
  });
  test("must be an object", () => {
    expect(refusal(() => mergePatch({}, [1])).message).toBe("Invalid JSON Patch");
  });
});

describe("strategic merge patch", () => {
  const parts = [
    { name: "a", image: "one", ports: [{ port: 1, name: "x" }] },
    { name: "b", image: "two" },
    { name: "c", image: "three" },
  ];
  const base = widget({
    parts,
    tags: ["x", "y"],
    selector: { k: "v" },
    strategy: { type: "Rolling", rolling: { maxSurge: 1 } },
  });
  const patched = (spec: object) =>
    (strategicMergePatch(Widget, base, { spec }) as { spec: Record<string, unknown> }).spec;
  const names = (list: unknown) => (list as { name: string }[]).map((item) => item.name);

  test("merges items by their key, within items too", () => {
    const next = patched({ parts: [{ name: "a", image: "new", ports: [{ port: 2 }] }] })["parts"];
    expect(next).toEqual([
      { name: "a", image: "new", ports: [{ port: 2 }, { port: 1, name: "x" }] },
      parts[1],
      parts[2],
    ]);
  });
  test("new items come first", () => {
    expect(names(patched({ parts: [{ name: "n" }] })["parts"])).toEqual(["n", "a", "b", "c"]);
    expect(patched({ tags: ["z", "y"] })["tags"]).toEqual(["z", "x", "y"]);
  });
  test("$patch: delete removes an item, or empties an object", () => {
    expect(names(patched({ parts: [{ name: "b", $patch: "delete" }] })["parts"])).toEqual(["a", "c"]);
    expect(patched({ strategy: { $patch: "delete" } })["strategy"]).toEqual({});
  });
  test("$patch: replace replaces lists and objects", () => {
    expect(patched({ parts: [{ $patch: "replace" }, { name: "only" }] })["parts"]).toEqual([{ name: "only" }]);
    expect(patched({ strategy: { $patch: "replace", type: "Recreate" } })["strategy"]).toEqual({ type: "Recreate" });
  });
  test("$setElementOrder arranges the items that it names", () => {
    const order = [{ name: "c" }, { name: "a" }, { name: "b" }];
    expect(names(patched({ "$setElementOrder/parts": order, parts: [{ name: "a", image: "new" }] })["parts"])).toEqual([
      "c",
      "a",
      "b",
    ]);
    expect(names(patched({ "$setElementOrder/parts": order })["parts"])).toEqual(["c", "a", "b"]);
    expect(names(patched({ "$setElementOrder/parts": [{ name: "c" }, { name: "b" }] })["parts"])).toEqual([
      "a",
      "c",
      "b",
    ]);
  });
  test("$deleteFromPrimitiveList removes scalars", () => {
    expect(patched({ "$deleteFromPrimitiveList/tags": ["x"], tags: ["z"] })["tags"]).toEqual(["z", "y"]);
  });
  test("$retainKeys drops what it does not name", () => {
    expect(patched({ strategy: { $retainKeys: ["type"], type: "Recreate" } })["strategy"]).toEqual({
      type: "Recreate",
    });
  });
  test("null removes, in new objects too", () => {
    expect(patched({ strategy: { rolling: null } })["strategy"]).toEqual({ type: "Rolling" });
    expect(patched({ security: { user: null } })["security"]).toEqual({});
  });
  test("lists without a merge strategy and atomic maps of scalars", () => {
    expect(
      (
        strategicMergePatch(Widget, widget({ parts: [{ name: "a", args: ["1", "2"] }] }), {
          spec: { parts: [{ name: "a", args: ["3"] }] },
        }) as { spec: object }
      ).spec,
    ).toEqual({
      parts: [{ name: "a", args: ["3"] }],
    });
    expect(patched({ selector: { other: "w" } })["selector"]).toEqual({ k: "v", other: "w" });
  });
  test("directives never reach the object", () => {
    const next = patched({
      security: { $retainKeys: ["user"], user: 1 },
      parts: [{ name: "n", $patch: "merge", ports: [{ port: 1, $patch: "delete" }, { port: 2 }] }],
    });
    expect(JSON.stringify(next)).not.toContain("$");
  });
  test("what does not change is shared", () => {
    expect(strategicMergePatch(Widget, base, {})).toBe(base);
    expect(
      (strategicMergePatch(Widget, base, { spec: { paused: true } }) as { spec: { parts: unknown } }).spec.parts,
    ).toBe(parts);
  });
  test.each<[object, string]>([
    [{ parts: [{ image: "x" }] }, 'map: {"image":"x"} does not contain declared merge key: name'],
    [{ strategy: { $patch: "frob" } }, 'unknown patch type: frob in map: {"$patch":"frob"}'],
    [{ "$deleteFromPrimitiveList/tags": "x" }, "invalid patch format of primitive list"],
    [{ strategy: { $retainKeys: ["type"], rolling: {} } }, "invalid patch format of retainKeys"],
    [{ "$setElementOrder/parts": "x" }, "invalid patch format of setElementOrder list"],
  ])("%j is refused", (spec, message) => {
    expect(refusal(() => patched(spec))).toMatchObject({ reason: "BadRequest", message });
  });
  test("items in another order than $setElementOrder are refused", () => {
    const patch = { "$setElementOrder/parts": [{ name: "a" }, { name: "b" }], parts: [{ name: "b" }, { name: "a" }] };
    expect(refusal(() => patched(patch)).message).toContain("doesn't match $setElementOrder list");
  });
});
