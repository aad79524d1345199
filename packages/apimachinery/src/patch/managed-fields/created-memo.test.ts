// Which new objects count as alike, so that what their creator owns is written once.
import { expect, it } from "vitest";
import { decodeValue } from "../../schema/decode.ts";
import { Widget, widget } from "../../testing/widget.ts";
import { ownedAlike } from "./owned-alike.ts";

const NONE = { unowned: new Set<string>(), unownedMetadata: new Set(["name"]) };
const read = (spec: object, more: object = {}) => decodeValue<Widget>(Widget, widget(spec, more)).object;
const SPEC = {
  replicas: 3,
  parts: [{ name: "a", image: "x" }],
  tags: ["t"],
  limits: { cpu: "1" },
  selector: { a: "b" },
};
const alike = (spec: object): boolean => ownedAlike(Widget, { a: read(SPEC), b: read({ ...SPEC, ...spec }) }, NONE);

it.each<[string, object, boolean]>([
  ["the same", {}, true],
  ["another number", { replicas: 4 }, true],
  ["zero for a number that is kept", { replicas: 0 }, false],
  ["an item with another value", { parts: [{ name: "a", image: "y" }] }, true],
  ["an item of another name", { parts: [{ name: "b", image: "x" }] }, false],
  ["one more item", { parts: [{ name: "a", image: "x" }, { name: "b" }] }, false],
  ["another item of a set", { tags: ["u"] }, false],
  ["another value of a map", { limits: { cpu: "2" } }, true],
  ["another key of a map", { limits: { memory: "1" } }, false],
  ["another key of a map that is owned as one", { selector: { c: "d" } }, true],
  ["one more field", { paused: true }, false],
  ["one field less", { replicas: undefined }, false],
])("%s", (_what, spec, expected) => {
  expect(alike(spec)).toBe(expected);
});

it("what is not recorded may differ", () => {
  const [a, b] = [read(SPEC), read(SPEC, { status: { replicas: 1, phase: "Ready" } })];
  const named = { ...b, metadata: { ...b.metadata, name: "another" } };
  expect([
    ownedAlike(Widget, { a, b: named }, NONE),
    ownedAlike(Widget, { a, b: named }, { ...NONE, unowned: new Set(["status"]) }),
  ]).toEqual([false, true]);
});
