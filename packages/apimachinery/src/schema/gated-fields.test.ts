// Fields behind feature gates: dropped while the gate is closed, kept where the stored object uses them already.
import { expect, test } from "vitest";
import { gatedFields } from "./gated-fields.ts";
import { mapOf } from "./record.ts";
import { opt, type Struct, struct } from "./struct.ts";
import { list, map, ref, string } from "./type.ts";

interface Item {
  readonly plain?: string | undefined;
  readonly gated?: string | undefined;
}
const Item: Struct = struct("t/v1.Item", {
  plain: opt(1, string, ""),
  gated: opt(2, string, "", { gate: "Closed" }),
  other: opt(3, string, "", { gate: "Open" }),
  both: opt(4, string, "", { gate: "Open,Closed" }),
});
const Root = struct("t/v1.Root", {
  items: opt(1, list(ref<Item>(() => Item)), ""),
  byName: opt(2, map(ref<Item>(() => Item)), ""),
  whole: opt(
    3,
    ref<Item>(() => Item),
    "",
    { gate: "Closed" },
  ),
});
const drop = gatedFields((gate) => gate === "Open");

test("closed gates take fields out, wherever they are", () => {
  const value = {
    items: [{ plain: "a", gated: "b", other: "c" }, { both: "d" }],
    byName: mapOf({ x: { gated: "b" } }),
    whole: { plain: "a" },
  };
  expect(drop<object>(Root, value, undefined)).toEqual({
    items: [{ plain: "a", other: "c" }, {}],
    byName: mapOf({ x: {} }),
  });
});

test("a field that the old object uses anywhere stays", () => {
  const old = { items: [{ gated: "old" }] };
  const next = { items: [{ plain: "a" }, { gated: "new" }], whole: { gated: "x" } };
  expect(drop<object>(Root, next, old)).toEqual({ items: [{ plain: "a" }, { gated: "new" }] });
});

test("values without such fields are shared", () => {
  const value = { items: [{ plain: "a" }], byName: mapOf({ x: { plain: "b" } }) };
  expect(drop<object>(Root, value, undefined)).toBe(value);
  const open = gatedFields(() => true);
  const gated = { whole: { gated: "x" } };
  expect(open<object>(Root, gated, undefined)).toBe(gated);
});
