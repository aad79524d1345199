// Which controllers `--controllers` runs.
import { expect, it } from "vitest";
import { selectControllers } from "./select-controllers.ts";

const names = ["a", "b", "c"];

it.each<[readonly string[], readonly string[]]>([
  [["*"], ["a", "b", "c"]],
  [
    ["*", "-a"],
    ["b", "c"],
  ],
  [
    ["*", "c"],
    ["a", "b", "c"],
  ],
  [["b"], ["b"]],
  [[], []],
  [
    ["-a", "*", "a"],
    ["a", "b", "c"],
  ],
])("%j runs %j", (wanted, expected) => {
  expect([...selectControllers(wanted, names)]).toEqual(expected);
});

it("names what is unknown", () => {
  expect(() => selectControllers(["*", "-d"], names)).toThrow('"d" is not in the list of known controllers: a, b, c');
});
