// Warnings of a request are bounded as upstream bounds them.
import { expect, test } from "vitest";
import { shownWarnings } from "./warnings.ts";

test("each is sent once, empty ones never", () => {
  expect(shownWarnings(["a", "b", "a", ""])).toEqual(["a", "b"]);
});

test("4096 characters are sent as they are; one more, and each is cut to 256", () => {
  const full = "\u00e9".repeat(4000);
  expect(shownWarnings([full, "x".repeat(96)])).toEqual([full, "x".repeat(96)]);
  expect(shownWarnings([full, "x".repeat(97)])).toEqual(["\u00e9".repeat(256), "x".repeat(97)]);
});

test("many long ones end when the limit is reached", () => {
  const many = Array.from({ length: 40 }, (_, index) => String(index).padStart(300, "w"));
  const shown = shownWarnings(many);
  expect([shown.length, shown.every((text) => text.length === 256)]).toEqual([16, true]);
});
